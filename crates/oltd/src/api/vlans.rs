use gpon::Vlan;
use serde::Serialize;

use crate::app::ChosenOlt;
use crate::cache::{Freshness, Vlans};
use crate::http::Answer;

#[derive(Debug, Serialize)]
struct Row<'a> {
    vlan_id: u16,
    name: Option<&'a str>,
    description: Option<&'a str>,
}

impl<'a> From<&'a Vlan> for Row<'a> {
    fn from(vlan: &'a Vlan) -> Self {
        Self { vlan_id: vlan.id.get(), name: vlan.name.as_deref(), description: vlan.description.as_deref() }
    }
}

/// GET `/vlan`
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let vlans = olt.read::<Vlans>((), freshness).await?;
    vlans.list("list", Row::from)
}
