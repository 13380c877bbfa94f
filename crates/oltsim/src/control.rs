//! The control server: counters, faults and the command line as JSON over HTTP. The crate's root
//! documents it.

mod plant;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;

use crate::cli::TelnetServer;
use crate::device::Person;
use crate::fault::{Fault, FaultError, LineFault};
use crate::station::Station;

pub(crate) fn router(
    station: Arc<Station>,
    telnet: Option<Arc<TelnetServer>>,
    address: SocketAddr,
) -> Router {
    let line = Router::new()
        .route("/telnet/stop", post(stop_telnet))
        .route("/telnet/start", post(start_telnet))
        .route("/reboot", post(reboot))
        .with_state(telnet);
    Router::new()
        .route("/counters", get(counters))
        .route("/counters/reset", post(reset))
        .route("/faults", get(faults).put(set_faults).delete(clear_faults))
        .route("/faults/lines", put(set_line_faults))
        .route("/commands", get(commands).delete(clear_commands))
        .route("/lines", post(type_lines))
        .route("/people", put(set_people))
        .merge(plant::routes())
        .with_state(station)
        .merge(line)
        .layer(axum::middleware::from_fn(move |request, next| guard(address, request, next)))
}

/// Turns away what a browser was sent here for by somebody else's page: a Host that is
/// not this server's (421), as after a name that was pointed at this machine, and any
/// other Origin (403).
async fn guard(address: SocketAddr, request: Request, next: Next) -> Response {
    let hosts = request.headers().get_all(HOST).iter().map(HeaderValue::to_str);
    let mut hosts = hosts.map(|host| host.unwrap_or_default());
    let target = request.uri().authority().is_none_or(|target| is_own(target.as_str(), address));
    let named = request.headers().contains_key(HOST) && hosts.all(|host| is_own(host, address));
    if !target || !named {
        return refused(StatusCode::MISDIRECTED_REQUEST, "this Host is not the control server's");
    }
    let own_page = |origin: &HeaderValue| {
        origin
            .to_str()
            .ok()
            .and_then(|origin| origin.strip_prefix("http://"))
            .is_some_and(|host| is_own(host, address))
    };
    if !request.headers().get_all(ORIGIN).iter().all(own_page) {
        return refused(StatusCode::FORBIDDEN, "pages of other origins have no business here");
    }
    next.run(request).await
}

/// Whether `host` names the server at `address`: its own address or `localhost`, with its port.
fn is_own(host: &str, address: SocketAddr) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port.parse().ok()),
        _ => (host, Some(80)),
    };
    let ip = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    let named = name.eq_ignore_ascii_case("localhost") || ip.parse() == Ok(address.ip());
    named && port == Some(address.port())
}

async fn commands(State(station): State<Arc<Station>>) -> Response {
    let lines = station.record().list();
    Json(lines).into_response()
}

async fn clear_commands(State(station): State<Arc<Station>>) -> Response {
    let lines = station.record().take();
    Json(lines).into_response()
}

/// Lines that somebody else types.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lines {
    lines: Vec<String>,
}

async fn type_lines(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    let lines = match serde_json::from_slice::<Lines>(&body) {
        Ok(Lines { lines }) => lines,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    match station.type_as_somebody(&lines) {
        Some(answers) => Json(serde_json::json!({ "answers": answers })).into_response(),
        None => refusal(StatusCode::UNPROCESSABLE_ENTITY, &FaultError::NoCli),
    }
}

/// Somebody who is logged in from now on.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Somebody {
    user: String,
    address: String,
}

async fn set_people(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    let people = match serde_json::from_slice::<Vec<Somebody>>(&body) {
        Ok(people) => people,
        Err(error) => return refusal(StatusCode::BAD_REQUEST, &error),
    };
    let set = station.change(|device| {
        let since = device.time();
        let person = |Somebody { user, address }| Person { user, address, since };
        device.others = people.into_iter().map(person).collect();
    });
    match set {
        Some(()) => StatusCode::NO_CONTENT.into_response(),
        None => refusal(StatusCode::UNPROCESSABLE_ENTITY, &FaultError::NoCli),
    }
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
    station.clear_faults();
    StatusCode::NO_CONTENT.into_response()
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

async fn set_line_faults(State(station): State<Arc<Station>>, body: Bytes) -> Response {
    match serde_json::from_slice::<Vec<LineFault>>(&body) {
        Ok(faults) => {
            station.set_line_faults(faults);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => refusal(StatusCode::BAD_REQUEST, &error),
    }
}

async fn reboot(State(telnet): State<Option<Arc<TelnetServer>>>) -> Response {
    let Some(telnet) = telnet else { return refusal(StatusCode::UNPROCESSABLE_ENTITY, &FaultError::NoCli) };
    telnet.reboot().await;
    StatusCode::NO_CONTENT.into_response()
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
    refused(status, &error.to_string())
}

fn refused(status: StatusCode, why: &str) -> Response {
    (status, Json(serde_json::json!({ "error": why }))).into_response()
}
