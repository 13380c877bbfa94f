use axum::Extension;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::openapi::{HealthFailures, OpenFailures, Told};
use crate::http::{Answer, LetIn, plain, schema};

/// Who answers, and where to go on.
#[derive(Debug, Serialize, ToSchema)]
struct Root {
    /// The name of the server.
    name: &'static str,
    /// Its version.
    version: &'static str,
    /// Paths to go on with.
    links: [&'static str; 6],
}

/// Name, version, links.
#[utoipa::path(
    get, path = "/", operation_id = "root", tag = "Service",
    security(()),
    responses(Told<Root>, OpenFailures),
)]
pub(super) async fn root() -> Answer {
    plain(Root {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        links: ["/api/v1/olts", "/api/v1/onus", "/api/v1/openapi.json", "/docs", "/healthz", "/readyz"],
    })
}

/// The process answers.
#[derive(Debug, Serialize, ToSchema)]
struct Alive {
    /// Always true.
    alive: bool,
}

/// Whether the process answers.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "Service",
    security(()),
    responses(Told<Alive>, HealthFailures),
)]
pub(super) async fn healthz() -> Answer {
    plain(Alive { alive: true })
}

/// Whether the server works.
#[derive(Debug, Serialize, ToSchema)]
struct Ready {
    /// Whether the server can do its work.
    ready: bool,
    /// Whether the Redis that instances share is in use; null where none is
    /// configured. Without it the server goes on from its memory.
    redis: Option<bool>,
    /// How many OLTs are configured.
    olts_configured: usize,
    /// How many of them answered when they were asked last.
    olts_reachable: usize,
    /// Each of them; only with a token, where tokens are configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Vec<Reach>, required = false)]
    olts: Option<Vec<Reach>>,
}

/// Whether an OLT answers.
#[derive(Debug, Serialize, ToSchema)]
struct Reach {
    #[schema(value_type = schema::OltId)]
    id: String,
    /// Null before the first exchange.
    reachable: Option<bool>,
}

/// Whether what the server needs itself works.
///
/// A dead OLT is told here and does not make the server unready: no other instance would reach it either.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "Service",
    security(()),
    responses(Told<Ready>, HealthFailures),
)]
pub(super) async fn readyz(State(app): State<App>, let_in: Option<Extension<LetIn>>) -> Answer {
    let reach =
        |olt: crate::app::ChosenOlt| Reach { id: olt.id().to_owned(), reachable: olt.stats().reachable };
    let olts: Vec<Reach> = app.olts().map(reach).collect();
    plain(Ready {
        ready: true,
        redis: app.cache().is_shared(),
        olts_configured: olts.len(),
        olts_reachable: olts.iter().filter(|olt| olt.reachable == Some(true)).count(),
        olts: let_in.map(|_| olts),
    })
}
