use gpon::Vlan;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::ChosenOlt;
use crate::cache::{Freshness, Vlans};
use crate::http::openapi::{Listed, ReadFailures};
use crate::http::{Answer, schema};

/// A VLAN of the OLT.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vlan)]
struct Row<'a> {
    #[schema(value_type = schema::VlanNumber)]
    vlan_id: u16,
    /// As the OLT holds it.
    name: Option<&'a str>,
    /// As the OLT holds it; null where the device has no source for it.
    description: Option<&'a str>,
}

impl<'a> From<&'a Vlan> for Row<'a> {
    fn from(vlan: &'a Vlan) -> Self {
        Self { vlan_id: vlan.id.get(), name: vlan.name.as_deref(), description: vlan.description.as_deref() }
    }
}

/// The VLANs of the OLT.
#[utoipa::path(
    get, path = "/vlan", operation_id = "vlans", tag = "VLANs",
    params(Freshness),
    responses(Listed<Row>, ReadFailures),
)]
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let vlans = olt.read::<Vlans>((), freshness).await?;
    vlans.list("list", Row::from)
}
