use axum::extract::State;
use serde::Serialize;

use crate::app::App;
use crate::http::{Answer, plain};

#[derive(Debug, Serialize)]
struct Root {
    name: &'static str,
    version: &'static str,
    links: [&'static str; 4],
}

/// GET `/`
pub(super) async fn root() -> Answer {
    plain(Root {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        links: ["/api/v1/olts", "/api/v1/onus", "/healthz", "/readyz"],
    })
}

#[derive(Debug, Serialize)]
struct Alive {
    alive: bool,
}

/// GET `/healthz`: the process answers.
pub(super) async fn healthz() -> Answer {
    plain(Alive { alive: true })
}

#[derive(Debug, Serialize)]
struct Ready {
    ready: bool,
    olts: Vec<Reach>,
}

#[derive(Debug, Serialize)]
struct Reach {
    id: String,
    /// Null before the first exchange.
    reachable: Option<bool>,
}

/// GET `/readyz`: what we need ourselves works. A dead OLT is told here and
/// does not make us unready: no other instance would reach it either.
pub(super) async fn readyz(State(app): State<App>) -> Answer {
    let reach = |olt: crate::app::ChosenOlt| Reach {
        id: olt.id().to_owned(),
        reachable: olt.handle().stats().reachable,
    };
    plain(Ready { ready: true, olts: app.olts().map(reach).collect() })
}
