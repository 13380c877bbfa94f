//! The control server: counters, faults and the command line as JSON over HTTP. The crate's root
//! documents it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use crate::cli::TelnetServer;
use crate::fault::{Fault, FaultError};
use crate::station::Station;

pub(crate) fn router(station: Arc<Station>, telnet: Option<Arc<TelnetServer>>) -> Router {
    let line = Router::new()
        .route("/telnet/stop", post(stop_telnet))
        .route("/telnet/start", post(start_telnet))
        .with_state(telnet);
    Router::new()
        .route("/counters", get(counters))
        .route("/counters/reset", post(reset))
        .route("/faults", get(faults).put(set_faults).delete(clear_faults))
        .route("/commands", get(commands).delete(clear_commands))
        .with_state(station)
        .merge(line)
}

async fn commands(State(station): State<Arc<Station>>) -> Response {
    let lines = station.record().list();
    Json(lines).into_response()
}

async fn clear_commands(State(station): State<Arc<Station>>) -> Response {
    let lines = station.record().take();
    Json(lines).into_response()
}

async fn stop_telnet(State(telnet): State<Option<Arc<TelnetServer>>>) -> Response {
    let Some(telnet) = telnet else { return refusal(StatusCode::UNPROCESSABLE_ENTITY, &FaultError::NoCli) };
    telnet.halt().await;
    StatusCode::NO_CONTENT.into_response()
}

async fn start_telnet(State(telnet): State<Option<Arc<TelnetServer>>>) -> Response {
    let Some(telnet) = telnet else { return refusal(StatusCode::UNPROCESSABLE_ENTITY, &FaultError::NoCli) };
    match telnet.resume().await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refusal(StatusCode::CONFLICT, &error),
    }
}

async fn counters(State(station): State<Arc<Station>>) -> Response {
    Json(station.counters()).into_response()
}

async fn reset(State(station): State<Arc<Station>>) -> Response {
    Json(station.reset_counters()).into_response()
}

async fn faults(State(station): State<Arc<Station>>) -> Response {
    Json(station.faults().list()).into_response()
}

async fn clear_faults(State(station): State<Arc<Station>>) -> Response {
    match station.set_faults(Vec::new()) {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refusal(StatusCode::UNPROCESSABLE_ENTITY, &error),
    }
}

/// The body is read by hand: whatever is wrong with it is a 400 that says so,
/// with any content type.
async fn set_faults(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    let faults = match parse(&body) {
        Ok(faults) => faults,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    match station.set_faults(faults) {
        Ok(()) => Json(station.faults().list()).into_response(),
        Err(error @ FaultError::NoCli) => refusal(StatusCode::UNPROCESSABLE_ENTITY, &error),
        Err(error @ FaultError::Invalid(_)) => refusal(StatusCode::BAD_REQUEST, &error),
    }
}

/// One fault, or a list of them.
fn parse(body: &[u8]) -> Result<Vec<Fault>, serde_json::Error> {
    // Told apart by hand, so that the error is that of the fault at hand.
    match serde_json::from_slice(body)? {
        list @ serde_json::Value::Array(_) => Vec::<Fault>::deserialize(list),
        one => Fault::deserialize(one).map(|fault| vec![fault]),
    }
}

fn refusal(status: StatusCode, error: &dyn std::error::Error) -> Response {
    (status, Json(serde_json::json!({ "error": error.to_string() }))).into_response()
}
