//! HTTP: the rules that every route keeps.
//!
//! A request passes, from the outside in: `envelope` (request id, failures,
//! log), `guard` (deadline, panics, sizes), `path` (one spelling), and then
//! the routes of `crate::api`.

mod answer;
mod envelope;
mod failure;
mod guard;
mod input;
pub(crate) mod openapi;
mod path;
pub(crate) mod schema;
mod server;
mod status;

use axum::Router;
use axum::extract::{OriginalUri, Request};
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;

pub(crate) use answer::{Answer, Content, JSON, Page, done, plain};
pub use failure::Failure;
use input::WantedOlt;
pub(crate) use input::{BoardPon, BoardPonOnu, Params, PonOnu, PonPath, Query, word};
pub use server::serve;
pub use status::ErrorCode;

use crate::app::App;

/// The whole server as a service: every path it is given is answered in the envelope.
pub fn router(app: App) -> Router {
    around(crate::api::routes().with_state(app))
}

/// The rules around some routes.
fn around(routes: Router) -> Router {
    let routes = routes.fallback(no_route).method_not_allowed_fallback(wrong_method);
    let service = ServiceBuilder::new()
        .layer(from_fn(envelope::wrap))
        .layer(from_fn(guard::deadline))
        .layer(from_fn(guard::panics))
        .layer(from_fn(guard::sizes))
        .layer(from_fn(rewrite))
        .service(routes);
    // As a fallback: routing must see the path only after it was rewritten.
    Router::new().fallback_service(service)
}

async fn rewrite(mut request: Request, next: Next) -> Result<Response, Failure> {
    let rewritten = path::rewrite(request.uri().path())?;
    let spelt = match request.uri().query() {
        Some(query) => format!("{}?{query}", rewritten.path),
        None => rewritten.path,
    };
    *request.uri_mut() = PathAndQuery::try_from(spelt).map(Uri::from).map_err(Failure::internal)?;
    request.extensions_mut().insert(WantedOlt(rewritten.olt));
    Ok(next.run(request).await)
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
