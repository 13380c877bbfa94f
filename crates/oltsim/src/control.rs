//! The control server: counters and faults as JSON over HTTP. The crate's root
//! documents it.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use crate::fault::{Fault, FaultError};
use crate::station::Station;

pub(crate) fn router(station: Arc<Station>) -> Router {
    Router::new()
        .route("/counters", get(counters))
        .route("/counters/reset", post(reset))
        .route("/faults", get(faults).put(set_faults).delete(clear_faults))
        .with_state(station)
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
