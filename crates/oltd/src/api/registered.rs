//! What was put into service, as its write tells it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::schema;
use crate::jobs::Placed;

/// What was put into service; all of it is absent for other writes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RegisteredOnu)]
pub(super) struct Registered {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::SerialNumber, nullable = false)]
    serial_number: Option<String>,
    /// How it serves.
    #[serde(flatten)]
    serves: InService,
}

/// How an ONU serves that was put into service; all of it is absent for other writes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuInService)]
pub(super) struct InService {
    /// The first of its service ports; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    service_port_id: Option<u8>,
    /// Where it stood before; absent unless it was taken over from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    taken_from: Option<Place>,
    /// Its phase; absent where it was not awaited, or not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    onu_state: Option<&'static str>,
    /// What an installer wants to know; absent where it was not awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    report: Option<Box<Installed>>,
}

/// A place of an ONU.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuPlace)]
struct Place {
    #[schema(value_type = schema::PonPortText)]
    pon_port: String,
    /// Its number there.
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
}

/// What was seen of an ONU that was put into service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Installation)]
struct Installed {
    /// What the OLT receives from it, in dBm.
    olt_rx_power: Option<f64>,
    /// What it receives, in dBm.
    rx_power: Option<f64>,
    /// What it sends, in dBm.
    tx_power: Option<f64>,
    /// Metres.
    distance: Option<u32>,
    /// The MAC addresses learnt behind it; null where they were not awaited.
    mac: Option<Vec<String>>,
    /// The state of its WAN, in the OLT's word; null where it was not awaited.
    wan: Option<String>,
    /// The address of its WAN.
    #[schema(value_type = Option<schema::Ipv4Text>)]
    wan_address: Option<String>,
    /// Whether its configuration reached it, in the OLT's word.
    config_state: Option<String>,
}

impl From<Placed> for Registered {
    fn from(placed: Placed) -> Self {
        Self { serial_number: placed.serial.map(|serial| serial.to_string()), serves: placed.into() }
    }
}

impl From<Placed> for InService {
    fn from(placed: Placed) -> Self {
        let seen = placed.installation;
        let dbm = |power: Option<gpon::Dbm>| power.map(gpon::Dbm::value);
        Self {
            service_port_id: placed.service_port,
            taken_from: placed
                .taken_from
                .map(|at| Place { pon_port: at.pon.to_string(), onu_id: at.id.get() }),
            onu_state: seen.as_ref().and_then(|seen| seen.phase).map(gpon::OnuState::as_str),
            report: seen.map(|seen| {
                Box::new(Installed {
                    olt_rx_power: dbm(seen.olt_rx),
                    rx_power: dbm(seen.onu_rx),
                    tx_power: dbm(seen.onu_tx),
                    distance: seen.distance_m,
                    mac: seen.macs,
                    wan: seen.wan,
                    wan_address: seen.wan_address.map(|address| address.to_string()),
                    config_state: seen.config_state,
                })
            }),
        }
    }
}
