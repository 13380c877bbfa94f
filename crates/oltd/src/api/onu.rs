use gpon::{Onu, OnuState, SerialNumber};
use serde::Serialize;

use super::onus::by_password;
use super::text;
use crate::app::ChosenOlt;
use crate::cache::{Freshness, OneOnu};
use crate::http::{Answer, BoardPonOnu};

#[derive(Debug, Serialize)]
struct Detail<'a> {
    board: u8,
    pon: u8,
    onu_id: u8,
    name: Option<&'a str>,
    description: Option<&'a str>,
    onu_type: Option<&'a str>,
    serial_number: Option<SerialNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth: Option<&'static str>,
    rx_power: Option<String>,
    tx_power: Option<String>,
    olt_rx_power: Option<String>,
    status: Option<&'static str>,
    ip_address: Option<std::net::Ipv4Addr>,
    last_online: Option<String>,
    last_offline: Option<String>,
    uptime: Option<String>,
    last_down_time_duration: Option<String>,
    offline_reason: Option<String>,
    gpon_optical_distance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'static str>,
}

/// GET `/board/{board}/pon/{pon}/onu/{onu_id}`
pub(super) async fn detail(olt: ChosenOlt, BoardPonOnu(at): BoardPonOnu, freshness: Freshness) -> Answer {
    olt.read::<OneOnu>(at, freshness).await?.view("detail", Detail::from)
}

impl<'a> From<&'a Onu> for Detail<'a> {
    fn from(onu: &'a Onu) -> Self {
        Self {
            board: onu.at.pon.slot(),
            pon: onu.at.pon.port(),
            onu_id: onu.at.id.get(),
            name: onu.name.as_deref(),
            description: onu.description.as_deref(),
            onu_type: onu.onu_type.as_deref(),
            serial_number: onu.serial,
            auth: by_password(onu),
            rx_power: text(onu.rx),
            tx_power: text(onu.tx),
            olt_rx_power: text(onu.olt_rx),
            status: onu.state.map(OnuState::as_str),
            ip_address: onu.ip_address,
            last_online: text(onu.last_online),
            last_offline: text(onu.last_offline),
            uptime: text(onu.uptime),
            last_down_time_duration: text(onu.last_outage()),
            offline_reason: text(onu.offline_reason),
            gpon_optical_distance: text(onu.distance_m),
            source: onu.named_by.source(),
        }
    }
}
