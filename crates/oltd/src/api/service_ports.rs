use std::borrow::Cow;

use gpon::{OnuRef, ServicePort, VlanId, VlanMode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::ChosenOlt;
use crate::cache::{Freshness, ServicePorts, ServicePortsOfOnu};
use crate::charset::Charset;
use crate::http::openapi::{Listed, OnuFailures, ReadFailures, Shown};
use crate::http::{Answer, PonOnu, schema};

/// A service port as its ONU shows it.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = ServicePortOfOnu)]
struct Port<'a> {
    /// Its number on the ONU.
    service_port_id: Option<u8>,
    /// The same as `service_port_id`.
    index: Option<u8>,
    /// The virtual port that it stands on.
    vport: Option<u32>,
    /// The VLAN on the customer's side; null for untagged or unknown.
    #[schema(value_type = Option<schema::VlanNumber>)]
    user_vlan: Option<u16>,
    #[schema(value_type = Option<schema::VlanMode>)]
    vlan_mode: Option<&'static str>,
    /// The outer VLAN on the network's side.
    #[schema(value_type = Option<schema::VlanNumber>)]
    svlan: Option<u16>,
    /// The inner VLAN on the network's side.
    #[schema(value_type = Option<schema::VlanNumber>)]
    cvlan: Option<u16>,
    #[schema(value_type = Option<schema::Priority>)]
    priority: Option<u8>,
    /// As the OLT holds it.
    description: Option<Cow<'a, str>>,
}

impl<'a> Port<'a> {
    fn new(port: &'a ServicePort, charset: Charset) -> Self {
        Self {
            service_port_id: Some(port.index),
            index: Some(port.index),
            vport: port.vport,
            user_vlan: port.user_vlan.map(VlanId::get),
            vlan_mode: port.mode.map(VlanMode::as_str),
            svlan: port.svlan.map(VlanId::get),
            cvlan: port.cvlan.map(VlanId::get),
            priority: port.priority,
            description: charset.text(&port.description),
        }
    }
}

/// A service port of some ONU of the OLT.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServicePort)]
struct Row<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    #[serde(flatten)]
    port: Port<'a>,
}

impl<'a> Row<'a> {
    fn new(port: &'a ServicePort, charset: Charset) -> Self {
        let OnuRef { pon, id } = port.onu;
        Self {
            pon_port: pon.to_string(),
            board: pon.slot(),
            pon: pon.port(),
            onu_id: id.get(),
            port: Port::new(port, charset),
        }
    }
}

/// Every service port of the OLT.
#[utoipa::path(
    get, path = "/vlan/service-ports", operation_id = "service_ports", tag = "VLANs",
    params(Freshness),
    responses(Listed<Row>, ReadFailures),
)]
pub(super) async fn list(olt: ChosenOlt, freshness: Freshness) -> Answer {
    let ports = olt.read::<ServicePorts>((), freshness).await?;
    ports.list("list", |port| Row::new(port, olt.charset()))
}

/// The services of one ONU. Old clients know one service port: its fields stand beside the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ServicesOfOnu)]
struct OfOnu<'a> {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    #[serde(flatten)]
    first: Port<'a>,
    service_ports: Vec<Port<'a>>,
}

/// The service ports of an ONU.
#[utoipa::path(
    get, path = "/vlan/onu/{pon}/{onu_id}", operation_id = "service_ports_of_onu", tag = "VLANs",
    params(PonOnu, Freshness),
    responses(Shown<OfOnu>, OnuFailures),
)]
pub(super) async fn of_onu(olt: ChosenOlt, PonOnu(at): PonOnu, freshness: Freshness) -> Answer {
    let ports = olt.read::<ServicePortsOfOnu>(at, freshness).await?;
    let shown = |port| Port::new(port, olt.charset());
    ports.view("list", |ports| OfOnu {
        pon_port: at.pon.to_string(),
        board: at.pon.slot(),
        pon: at.pon.port(),
        onu_id: at.id.get(),
        first: ports.first().map(shown).unwrap_or_default(),
        service_ports: ports.iter().map(shown).collect(),
    })
}
