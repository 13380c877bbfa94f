//! HTTP: the rules that every route keeps.
//!
//! A request passes, from the outside in: `edge`, which holds the rules in
//! their order (`envelope` and `access`, `cors`, `guard`, `host`, `callers`,
//! `limiter`, `intake`, and `path`, one spelling), and then the routes of
//! `crate::api`.

mod access;
mod answer;
pub mod body;
mod callers;
mod client;
mod conditional;
mod connections;
mod cors;
mod edge;
mod envelope;
mod failure;
mod guard;
mod host;
mod input;
mod intake;
mod limiter;
mod measure;
pub(crate) mod openapi;
mod path;
mod pulse;
mod refusal;
mod rules;
pub(crate) mod schema;
mod seldom;
mod sending;
mod server;
mod status;
mod tls;
mod written;

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use tower::util::MapRequestLayer;

pub(crate) use answer::{Answer, Content, JSON, Page, done, plain};
pub use callers::Caller;
use edge::Edge;
pub(crate) use edge::LetIn;
pub use failure::Failure;
pub(crate) use input::WantedOlt;
pub(crate) use input::{BoardPon, BoardPonOnu, Params, PonOnu, PonPath, Query, word, words};
pub use rules::{CorsRules, Hosts, NewTokens, Origins, Patience, Rate, Rules, Token};
pub use server::serve;
pub use status::ErrorCode;
pub use tls::{Tls, TlsError, TlsFiles};
pub(crate) use written::Written;

use crate::app::App;
use crate::metrics::Metrics;

/// The whole server as a service: every path it is given is answered in the envelope.
pub fn router(app: App, rules: &Rules) -> Router {
    // As a fallback: routing must see the path only after it was rewritten.
    Router::new().fallback_service(edge(app, rules))
}

fn edge(app: App, rules: &Rules) -> Edge {
    let metrics = app.metrics().clone();
    around(crate::api::routes().with_state(app), rules, metrics)
}

/// The rules around some routes.
fn around(routes: Router, rules: &Rules, metrics: Metrics) -> Edge {
    let routes = routes.fallback(no_route).method_not_allowed_fallback(wrong_method);
    // Last: a wrong method on a route is answered within the route too.
    Edge::new(routes.layer(MapRequestLayer::new(measure::note_route)), rules, metrics)
}

/// Reads `path` and `headers` as those of a request before it is routed.
pub(crate) fn fuzz(path: &str, headers: &axum::http::HeaderMap) {
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    let proxies = [ipnet::IpNet::from(std::net::IpAddr::from(std::net::Ipv4Addr::LOCALHOST))];
    let _ = client::address(here, headers, &proxies);
    let _ = callers::identify(headers, &[Token { name: "a".into(), sha256: [0; 32], write: false }]);
    let mut request = Request::default();
    request.headers_mut().clone_from(headers);
    let _ = host::check(&request, here, &Hosts::default());
    let _ = conditional::Wanted::of(&request).reads("ab");
    if let Ok(rewritten) = path::rewrite(path) {
        let _ = path::is_spelt(&rewritten.path);
    }
}

async fn no_route(OriginalUri(uri): OriginalUri) -> Failure {
    path::no_route(uri.path())
}

async fn wrong_method(request: Request) -> Response {
    Failure::new(
        ErrorCode::MethodNotAllowed,
        "The route exists, but not with this method.",
        format!("{} is not among the methods in the Allow header", request.method()),
    )
    .into_response()
}

#[cfg(test)]
mod tests;
