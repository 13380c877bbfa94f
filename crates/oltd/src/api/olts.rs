use std::time::{Duration, SystemTime};

use axum::extract::State;
use futures::future::join_all;
use serde::Serialize;
use utoipa::ToSchema;

use super::{rfc3339, text};
use crate::app::{App, ChosenOlt};
use crate::cache::{Clock, Freshness, Identity};
use crate::http::openapi::{GuardedFailures, Told, ToldList, TreeFailures};
use crate::http::{Answer, Params, plain, schema};

/// How long an answer about our OLTs waits for one to say who it is. An OLT in
/// reach answers in less; the question goes on without us, so that the next
/// answer knows.
const PATIENCE: Duration = Duration::from_millis(50);
/// The same for its clock, which a login may stand before.
const CLOCK: Duration = Duration::from_secs(2);

/// A configured OLT.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Olt)]
struct Row {
    #[schema(value_type = schema::OltId)]
    id: String,
    /// The name that people know it by.
    name: String,
    /// For example `C320`; null before it first said so.
    model: Option<String>,
    /// For example `V2.1.0`; null before it first said so.
    firmware: Option<String>,
    reachable: Reachable,
    #[schema(value_type = Option<schema::Moment>)]
    last_contact: Option<String>,
    /// What its clock shows; null before it was read, and where no command line is configured.
    #[schema(value_type = Option<schema::ClockTime>)]
    clock: Option<String>,
    /// By how many seconds its clock is ahead of UTC as this host has it; negative where it is behind.
    clock_offset_s: Option<i64>,
    agent_values_per_s: AgentSpeed,
    /// Whether this instance may write to it.
    writer: bool,
    /// Whether something that this server changed on it is not saved yet; null where it keeps nothing.
    /// What others changed is not known.
    unsaved_changes: Option<bool>,
    /// Changes that wait to be settled.
    pending_plans: u32,
    /// Whether requests that name no OLT go to it.
    default: bool,
}

/// Whether it answers.
#[derive(Debug, Serialize, ToSchema)]
struct Reachable {
    /// Null before the first exchange.
    snmp: Option<bool>,
    /// Null before it was first used, or where none is configured.
    cli: Option<bool>,
}

/// How many values a second its SNMP agent gives while it is busy, by group of
/// columns. Null before it was asked for some.
#[derive(Debug, Serialize, ToSchema)]
struct AgentSpeed {
    /// State, last changes and distance of ONUs.
    state: Option<f64>,
    /// Names, types, serial numbers and what else of an ONU is configured.
    names: Option<f64>,
    /// Optics, and what else ONUs are asked for over OMCI.
    optics: Option<f64>,
    /// Interfaces, and counters of ONUs.
    counters: Option<f64>,
    /// Everything else.
    other: Option<f64>,
}

impl From<zte::AgentSpeed> for AgentSpeed {
    fn from(speed: zte::AgentSpeed) -> Self {
        let tenths = |speed: Option<f64>| speed.map(|speed| (speed * 10.0).round() / 10.0);
        Self {
            state: tenths(speed.state),
            names: tenths(speed.names),
            optics: tenths(speed.optics),
            counters: tenths(speed.counters),
            other: tenths(speed.other),
        }
    }
}

/// The configured OLTs.
#[utoipa::path(
    get, path = "/olts", operation_id = "olts", tag = "OLTs",
    responses(ToldList<Row>, GuardedFailures),
)]
pub(super) async fn list(State(app): State<App>) -> Answer {
    plain(join_all(app.olts().map(row)).await)
}

/// A configured OLT.
#[utoipa::path(
    get, path = "/olts/{olt}", operation_id = "olt", tag = "OLTs",
    params(("olt" = inline(schema::OltId), Path, example = "demo")),
    responses(Told<Row>, TreeFailures),
)]
pub(super) async fn show(State(app): State<App>, params: Params) -> Answer {
    let olt = app.olt(Some(params.text("olt")?))?;
    // Its command line takes a while, and the list of all OLTs does not wait for each.
    drop(tokio::time::timeout(CLOCK, olt.read::<Clock>((), Freshness::default())).await);
    plain(row(olt).await)
}

async fn row(olt: ChosenOlt) -> Row {
    let identity = tokio::time::timeout(PATIENCE, olt.read::<Identity>((), Freshness::default())).await;
    let identity = identity.ok().and_then(Result::ok);
    let identity = identity.as_ref().map(|identity| &identity.entry.reading().value);
    // After the wait: the first answer ever makes the OLT reachable.
    let stats = olt.stats();
    let clock = olt.known_clock();
    let unsaved_changes = olt.jobs().owes(olt.id()).await;
    let pending_plans = u32::try_from(olt.jobs().pending_of(olt.id())).unwrap_or(u32::MAX);
    Row {
        id: olt.id().to_owned(),
        name: olt.name().to_owned(),
        model: identity.and_then(|identity| identity.model.clone()),
        firmware: identity.and_then(|identity| identity.firmware.clone()),
        reachable: Reachable { snmp: stats.reachable, cli: stats.cli.and_then(|cli| cli.reachable) },
        last_contact: stats.last_contact.and_then(rfc3339),
        clock: clock.and_then(|clock| text(clock.at(SystemTime::now()))),
        clock_offset_s: clock.map(|clock| clock.offset_s),
        agent_values_per_s: stats.speed.into(),
        writer: olt.site().writer,
        unsaved_changes,
        pending_plans,
        default: olt.is_default(),
    }
}
