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
    /// What says so: `service_port`, or `vport_vlan` for a VLAN that a virtual port
    /// carries without a service port (`switchport vlan V tag vport P`); null where there is neither.
    #[schema(value_type = Option<schema::ServiceSource>)]
    source: Option<&'static str>,
    /// Its number on the ONU; null for what is no service port.
    service_port_id: Option<u8>,
    /// The same as `service_port_id`.
    index: Option<u8>,
    /// The virtual port that it stands on.
    vport: Option<u32>,
    /// The VLAN on the customer's side; null for untagged or unknown.
    #[schema(value_type = Option<schema::VlanNumber>)]
    user_vlan: Option<u16>,
    /// The outer VLAN on the customer's side; null where none is set.
    #[schema(value_type = Option<schema::VlanNumber>)]
    user_svlan: Option<u16>,
    /// Null for a form that none of these words means, and where it is unknown.
    #[schema(value_type = Option<schema::VlanMode>)]
    vlan_mode: Option<&'static str>,
    /// The outer VLAN on the network's side.
    #[schema(value_type = Option<schema::VlanNumber>)]
    svlan: Option<u16>,
    /// The inner VLAN on the network's side.
    #[schema(value_type = Option<schema::VlanNumber>)]
    cvlan: Option<u16>,
    /// The VLAN that carries all other VLANs of the customer; null where none is set.
    #[schema(value_type = Option<schema::VlanNumber>)]
    tls_vlan: Option<u16>,
    #[schema(value_type = Option<schema::Priority>)]
    priority: Option<u8>,
    /// The priority in the outer tag; null where none is set.
    #[schema(value_type = Option<schema::Priority>)]
    scos: Option<u8>,
    /// The kind of packets that it is for, as the OLT spells it; null where it is for all.
    etype: Option<&'a str>,
    /// The name of the traffic profile for what the ONU sends; null where none is set.
    ingress: Option<&'a str>,
    /// The name of the traffic profile for what the ONU receives; null where none is set.
    egress: Option<&'a str>,
    /// As the OLT holds it.
    description: Option<Cow<'a, str>>,
}

impl<'a> Port<'a> {
    fn new(port: &'a ServicePort, charset: Charset) -> Self {
        Self {
            source: Some(port.source.as_str()),
            service_port_id: port.index,
            index: port.index,
            vport: port.vport,
            user_vlan: port.user_vlan.map(VlanId::get),
            user_svlan: port.user_svlan.map(VlanId::get),
            vlan_mode: port.mode.map(VlanMode::as_str),
            svlan: port.svlan.map(VlanId::get),
            cvlan: port.cvlan.map(VlanId::get),
            tls_vlan: port.tls_vlan.map(VlanId::get),
            priority: port.priority,
            scos: port.scos,
            etype: port.etype.as_deref(),
            ingress: port.ingress.as_deref(),
            egress: port.egress.as_deref(),
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
    ports.list(olt.charset(), |port, charset| Row::new(port, *charset))
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
    ports.view((at, olt.charset()), |ports, (at, charset)| {
        let shown = |port| Port::new(port, charset);
        OfOnu {
            pon_port: at.pon.to_string(),
            board: at.pon.slot(),
            pon: at.pon.port(),
            onu_id: at.id.get(),
            first: ports.first().map(shown).unwrap_or_default(),
            service_ports: ports.iter().map(shown).collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gpon::{OnuId, PonPort, ServiceSource};
    use serde_json::json;

    fn shown(port: &ServicePort) -> serde_json::Value {
        serde_json::to_value(Port::new(port, Charset::default())).unwrap()
    }

    #[test]
    fn every_form_shows_its_own_fields() {
        let onu = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(1).unwrap() };
        let vlan = |id| VlanId::new(id).ok();
        let tls = ServicePort {
            vport: Some(1),
            tls_vlan: vlan(700),
            ..ServicePort::unknown(onu, ServiceSource::ServicePort, Some(5))
        };
        let expected = json!({
            "source": "service_port", "service_port_id": 5, "index": 5, "vport": 1, "user_vlan": null,
            "user_svlan": null, "vlan_mode": null, "svlan": null, "cvlan": null, "tls_vlan": 700, "priority": null,
            "scos": null, "etype": null, "ingress": null, "egress": null, "description": null,
        });
        assert_eq!(shown(&tls), expected);

        let vport = ServicePort {
            vport: Some(1),
            mode: Some(VlanMode::Untag),
            svlan: vlan(901),
            user_svlan: vlan(7),
            scos: Some(6),
            etype: Some("PPPOE".into()),
            ingress: Some("UP".into()),
            egress: Some("DN".into()),
            ..ServicePort::unknown(onu, ServiceSource::VportVlan, None)
        };
        let shown = shown(&vport);
        for (field, value) in [
            ("source", json!("vport_vlan")),
            ("service_port_id", json!(null)),
            ("index", json!(null)),
            ("vlan_mode", json!("untag")),
            ("svlan", json!(901)),
            ("user_svlan", json!(7)),
            ("scos", json!(6)),
            ("etype", json!("PPPOE")),
            ("ingress", json!("UP")),
            ("egress", json!("DN")),
        ] {
            assert_eq!(shown[field], value, "{field}");
        }
    }
}
