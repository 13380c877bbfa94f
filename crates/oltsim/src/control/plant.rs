//! What happens to boxes and fibres while the simulator runs.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use gpon::{OfflineReason, OnuId, OnuRef, OnuState, PonPort, SerialNumber};
use serde::Deserialize;

use super::{refusal, refused};
use crate::device::{Behaviour, Device, NewBox, milli};
use crate::station::Station;

pub(super) fn routes() -> Router<Arc<Station>> {
    Router::new().route("/boxes", post(plug_in).delete(unplug)).route("/onus", put(change_onu))
}

/// A box and the PON port it is plugged in at.
#[derive(Deserialize)]
struct At {
    pon: String,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

async fn plug_in(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    let read = || -> Result<_, serde_json::Error> {
        let At { pon, rest } = serde_json::from_slice(&body)?;
        NewBox::deserialize(serde_json::Value::Object(rest)).map(|new| (pon, new))
    };
    let (pon, new) = match read() {
        Ok(read) => read,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    let Ok(pon) = pon.parse::<PonPort>() else { return no_port(&pon) };
    told(&station, |device| device.plug_in(pon, &new), "no running card has this port")
}

/// What a box that is unplugged loses.
#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "snake_case")]
enum Lost {
    #[default]
    Power,
    Fibre,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unplugged {
    pon: String,
    serial: SerialNumber,
    #[serde(default)]
    lost: Lost,
}

async fn unplug(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    let Unplugged { pon, serial, lost } = match serde_json::from_slice(&body) {
        Ok(read) => read,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    let Ok(pon) = pon.parse::<PonPort>() else { return no_port(&pon) };
    let reason = match lost {
        Lost::Power => OfflineReason::PowerOff,
        Lost::Fibre => OfflineReason::Losi,
    };
    told(&station, |device| device.unplug(pon, serial, reason), "no such box hangs on this port")
}

/// Phases that a fibre or a power supply puts an ONU into.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Online,
    Los,
    DyingGasp,
    Offline,
    AuthFailed,
}

/// Of an ONU what is to change.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    at: String,
    phase: Option<Phase>,
    rx: Option<f64>,
    tx: Option<f64>,
    olt_rx: Option<f64>,
    behaviour: Option<Behaviour>,
}

async fn change_onu(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    let changed: Changed = match serde_json::from_slice(&body) {
        Ok(read) => read,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    let at = changed.at.split_once(':').and_then(|(pon, id)| {
        let (pon, id): (PonPort, OnuId) = (pon.parse().ok()?, id.parse().ok()?);
        Some(OnuRef { pon, id })
    });
    let Some(at) = at else {
        return refused(StatusCode::BAD_REQUEST, &format!("{:?} is no ONU such as 1/1/1:5", changed.at));
    };
    told(&station, |device| apply(device, at, &changed), "there is no such ONU")
}

fn apply(device: &mut Device, at: OnuRef, changed: &Changed) -> bool {
    let Some(onu) = device.onu_mut(at) else { return false };
    onu.optics.rx = changed.rx.map_or(onu.optics.rx, milli);
    onu.optics.tx = changed.tx.map_or(onu.optics.tx, milli);
    onu.optics.olt_rx = changed.olt_rx.map_or(onu.optics.olt_rx, milli);
    if let Some(behaviour) = &changed.behaviour {
        onu.behaviour.clone_from(behaviour);
    }
    let Some(phase) = changed.phase else { return true };
    let (phase, reason) = match phase {
        Phase::Online => (OnuState::Online, OfflineReason::Unknown),
        Phase::Los => (OnuState::Los, OfflineReason::Losi),
        Phase::DyingGasp => (OnuState::DyingGasp, OfflineReason::PowerOff),
        Phase::Offline => (OnuState::Offline, OfflineReason::Losi),
        Phase::AuthFailed => (OnuState::AuthFailed, OfflineReason::AuthFail),
    };
    device.set_phase(at, phase, reason)
}

fn no_port(pon: &str) -> Response {
    refused(StatusCode::BAD_REQUEST, &format!("{pon:?} is no PON port such as 1/1/1"))
}

/// 204; 422 where there is no device, or where it says that there is no such thing.
fn told(station: &Station, act: impl FnOnce(&mut Device) -> bool, missing: &str) -> Response {
    match station.change(act) {
        Some(true) => StatusCode::NO_CONTENT.into_response(),
        Some(false) => refused(StatusCode::UNPROCESSABLE_ENTITY, missing),
        None => refused(StatusCode::UNPROCESSABLE_ENTITY, "a recorded walk does not change"),
    }
}
