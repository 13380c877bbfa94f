use std::borrow::Cow;

use gpon::{AdminState, Onu, OnuState, SerialNumber};
use serde::Serialize;
use utoipa::ToSchema;

use super::onus::by_password;
use super::suspend::Hold;
use super::{fields, text};
use crate::app::ChosenOlt;
use crate::cache::{Freshness, OneOnu};
use crate::charset::Charset;
use crate::http::openapi::{OnuFailures, Shown};
use crate::http::{Answer, BoardPonOnu, Content, schema};
use crate::jobs::held_as;
use crate::store::{HoldFilter, HoldRow};

/// An ONU in full.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Onu)]
struct Detail<'a> {
    #[schema(value_type = schema::Board)]
    board: u8,
    #[schema(value_type = schema::Pon)]
    pon: u8,
    #[schema(value_type = schema::OnuNumber)]
    onu_id: u8,
    /// As the OLT holds it.
    name: Option<Cow<'a, str>>,
    /// As the OLT holds it.
    description: Option<Cow<'a, str>>,
    /// The type that it is configured as.
    onu_type: Option<Cow<'a, str>>,
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<SerialNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Auth)]
    auth: Option<&'static str>,
    /// What it receives.
    #[schema(value_type = Option<schema::Power>)]
    rx_power: Option<String>,
    /// What it sends.
    #[schema(value_type = Option<schema::Power>)]
    tx_power: Option<String>,
    /// What the OLT receives from it.
    #[schema(value_type = Option<schema::Power>)]
    olt_rx_power: Option<String>,
    #[schema(value_type = Option<schema::OnuStatus>)]
    status: Option<&'static str>,
    #[schema(value_type = Option<schema::AdminState>)]
    admin_state: Option<&'static str>,
    /// IPv4
    #[schema(value_type = Option<String>, format = Ipv4)]
    ip_address: Option<std::net::Ipv4Addr>,
    #[schema(value_type = Option<schema::ClockTime>)]
    last_online: Option<String>,
    #[schema(value_type = Option<schema::ClockTime>)]
    last_offline: Option<String>,
    #[schema(value_type = Option<schema::Span>)]
    uptime: Option<String>,
    /// How long its last outage took; null while it is offline.
    #[schema(value_type = Option<schema::Span>)]
    last_down_time_duration: Option<String>,
    #[schema(value_type = Option<schema::OfflineReason>)]
    offline_reason: Option<String>,
    #[schema(value_type = Option<schema::Metres>)]
    gpon_optical_distance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::NamingTable)]
    source: Option<&'static str>,
    /// Who holds it out of service, and why; absent where nobody does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    suspended_by: Vec<Hold>,
}

/// An ONU in full.
#[utoipa::path(
    get, path = "/board/{board}/pon/{pon}/onu/{onu_id}", operation_id = "onu", tag = "ONUs",
    params(BoardPonOnu, Freshness),
    responses(Shown<Detail>, OnuFailures),
)]
pub(super) async fn detail(olt: ChosenOlt, BoardPonOnu(at): BoardPonOnu, freshness: Freshness) -> Answer {
    let onu = olt.read::<OneOnu>(at, freshness).await?;
    let holds = held(&olt, &onu.entry.reading().value).await;
    if holds.is_empty() {
        return onu.view(olt.charset(), Detail::new);
    }
    // Who holds it stands in the store, and in no reading.
    onu.once(|onu| {
        let suspended_by = holds.into_iter().map(Hold::from).collect();
        Content::new(Detail { suspended_by, ..Detail::new(onu, olt.charset()) })
    })
}

/// Who holds an ONU. Reading goes on where the store cannot tell.
async fn held(olt: &ChosenOlt, onu: &Onu) -> Vec<HoldRow> {
    let held = held_as(onu.at, onu.serial.map(gpon::ExpectedSerial::Serial));
    let filter = HoldFilter { olt: Some(olt.id().to_owned()), onu: Some(held), owner: None };
    let holds = match olt.jobs().store() {
        Ok(store) => store.holds(&filter).await,
        Err(_) => return Vec::new(),
    };
    holds.unwrap_or_else(|error| {
        tracing::error!(olt.id = olt.id(), %error, "who holds an ONU could not be read");
        Vec::new()
    })
}

impl<'a> Detail<'a> {
    fn new(onu: &'a Onu, charset: Charset) -> Self {
        Self {
            board: onu.at.pon.slot(),
            pon: onu.at.pon.port(),
            onu_id: onu.at.id.get(),
            name: charset.text(&onu.name),
            description: charset.text(&onu.description),
            onu_type: charset.text(&onu.onu_type),
            serial_number: onu.serial,
            auth: by_password(onu),
            rx_power: text(onu.rx),
            tx_power: text(onu.tx),
            olt_rx_power: text(onu.olt_rx),
            status: onu.state.map(OnuState::as_str),
            admin_state: onu.admin.map(AdminState::as_str),
            ip_address: onu.ip_address,
            last_online: text(onu.last_online),
            last_offline: text(onu.last_offline),
            uptime: text(onu.uptime),
            last_down_time_duration: text(onu.last_outage()),
            offline_reason: text(onu.offline_reason),
            gpon_optical_distance: text(onu.distance_m),
            source: fields::source(onu.named_by),
            suspended_by: Vec::new(),
        }
    }
}
