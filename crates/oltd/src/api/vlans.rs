use std::borrow::Cow;

use gpon::Vlan;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::ChosenOlt;
use crate::cache::{Freshness, Vlans};
use crate::charset::Charset;
use crate::http::openapi::{Listed, ReadFailures};
use crate::http::{Answer, schema};

/// A VLAN of the OLT.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Vlan)]
struct Row<'a> {
    #[schema(value_type = schema::VlanNumber)]
    vlan_id: u16,
    /// As the OLT holds it.
    name: Option<Cow<'a, str>>,
    /// As the OLT holds it; null where the device has no source for it.
    description: Option<Cow<'a, str>>,
}

impl<'a> Row<'a> {
    fn new(vlan: &'a Vlan, charset: Charset) -> Self {
        let (name, description) = (charset.text(&vlan.name), charset.text(&vlan.description));
        Self { vlan_id: vlan.id.get(), name, description }
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
    vlans.list(olt.charset(), |vlan, charset| Row::new(vlan, *charset))
}
