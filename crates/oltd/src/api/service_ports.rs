use gpon::{OnuRef, ServicePort, VlanId, VlanMode};
use serde::Serialize;

use crate::app::ChosenOlt;
use crate::cache::{Freshness, ServicePorts, ServicePortsOfOnu};
use crate::http::{Answer, PonOnu};

/// A service port as its ONU shows it.
#[derive(Debug, Default, Serialize)]
struct Port<'a> {
    service_port_id: Option<u8>,
    index: Option<u8>,
    vport: Option<u32>,
    user_vlan: Option<u16>,
    vlan_mode: Option<&'static str>,
    svlan: Option<u16>,
    cvlan: Option<u16>,
    priority: Option<u8>,
    description: Option<&'a str>,
}

impl<'a> From<&'a ServicePort> for Port<'a> {
    fn from(port: &'a ServicePort) -> Self {
        Self {
            service_port_id: Some(port.index),
            index: Some(port.index),
            vport: port.vport,
            user_vlan: port.user_vlan.map(VlanId::get),
            vlan_mode: port.mode.map(VlanMode::as_str),
            svlan: port.svlan.map(VlanId::get),
            cvlan: port.cvlan.map(VlanId::get),
            priority: port.priority,
            description: port.description.as_deref(),
        }
    }
}

/// A service port of some ONU of the OLT.
#[derive(Debug, Serialize)]
struct Row<'a> {
    pon_port: String,
    onu_id: u8,
    #[serde(flatten)]
    port: Port<'a>,
}

impl<'a> From<&'a ServicePort> for Row<'a> {
    fn from(port: &'a ServicePort) -> Self {
        let OnuRef { pon, id } = port.onu;
        Self { pon_port: pon.to_string(), onu_id: id.get(), port: Port::from(port) }
    }
}

/// GET `/vlan/service-ports`
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let ports = olt.read::<ServicePorts>((), freshness).await?;
    ports.list("list", Row::from)
}

/// The services of one ONU. Old clients know one service port: its fields stand beside the list.
#[derive(Debug, Serialize)]
struct OfOnu<'a> {
    pon_port: String,
    onu_id: u8,
    #[serde(flatten)]
    first: Port<'a>,
    service_ports: Vec<Port<'a>>,
}

/// GET `/vlan/onu/{pon}/{onu_id}`
pub(super) async fn of_onu(olt: ChosenOlt, PonOnu(at): PonOnu, freshness: Freshness) -> Answer {
    let ports = olt.read::<ServicePortsOfOnu>(at, freshness).await?;
    ports.view("list", |ports| OfOnu {
        pon_port: at.pon.to_string(),
        onu_id: at.id.get(),
        first: ports.first().map(Port::from).unwrap_or_default(),
        service_ports: ports.iter().map(Port::from).collect(),
    })
}
