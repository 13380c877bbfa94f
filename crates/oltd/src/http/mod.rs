//! HTTP: the rules that every route keeps.
//!
//! A request passes, from the outside in: `edge`, which holds the rules in
//! their order (`envelope` and `access`, `cors`, `guard`, `host`, `callers`,
//! `limiter`, `intake`, and `path`, one spelling), and then the routes, which
//! are not known here.

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
mod guard;
mod host;
mod idempotency;
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
pub mod stream;
mod tls;
mod written;

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use tower::util::MapRequestLayer;

pub use crate::failure::{ErrorCode, Failure};
pub(crate) use answer::{Answer, Content, JSON, Page, done, plain};
pub use callers::Caller;
pub(crate) use edge::{Edge, LetIn};
pub(crate) use envelope::RequestId;
pub(crate) use idempotency::IdempotencyKey;
pub(crate) use input::WantedOlt;
pub(crate) use input::{BoardPon, BoardPonOnu, PAGES, Params, PonOnu, PonPath, Query, word, words};
pub(crate) use path::Shapes;
pub use rules::{CorsRules, Hosts, NewTokens, Origins, Patience, Rate, Rules, Token};
pub(crate) use server::serve;
pub use tls::{Tls, TlsError, TlsFiles};
pub(crate) use written::Written;

use crate::metrics::Metrics;

/// Routes, and what the rules around them must know of them.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    /// The routes.
    pub(crate) router: Router,
    /// Those that take a PON port in any spelling.
    pub(crate) shapes: Shapes,
}

impl From<Router> for Routes {
    fn from(router: Router) -> Self {
        Self { router, shapes: Shapes::default() }
    }
}

/// The rules around some routes.
pub(crate) fn around(routes: impl Into<Routes>, rules: &Rules, metrics: Metrics) -> Edge {
    let Routes { router, shapes } = routes.into();
    let router = router.fallback(no_route).method_not_allowed_fallback(wrong_method);
    // Last: a wrong method on a route is answered within the route too.
    Edge::new(router.layer(MapRequestLayer::new(measure::note_route)), shapes, rules, metrics)
}

/// Reads `path` and `headers` as those of a request before it is routed.
pub(crate) fn fuzz(path: &str, headers: &axum::http::HeaderMap, shapes: &Shapes) {
    let here = std::net::Ipv4Addr::LOCALHOST.into();
    let proxies = [ipnet::IpNet::from(std::net::IpAddr::from(std::net::Ipv4Addr::LOCALHOST))];
    let _ = client::address(here, headers, &proxies);
    let _ = callers::identify(headers, &[Token { name: "a".into(), sha256: [0; 32], write: false }]);
    let mut request = Request::default();
    request.headers_mut().clone_from(headers);
    let _ = host::check(&request, here, &Hosts::default());
    let _ = conditional::Wanted::of(&request).reads("ab");
    if let Ok(rewritten) = path::rewrite(path, shapes) {
        let _ = path::is_spelt(&rewritten.path, shapes);
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
