//! The OpenAPI document, and the pages that show it: Swagger UI from this
//! binary, without anything from elsewhere.

use std::borrow::Cow;
use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use flate2::read::GzDecoder;
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::SwaggerFile;

use crate::app::App;
use crate::http::openapi::{Document, GuardedFailures, describing, finish};
use crate::http::{Failure, JSON};

/// What Swagger UI needs besides the policy of all answers: it styles its
/// elements one by one, and its icons are in its style sheet.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:");
/// An upgrade is seen within the hour.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=3600");

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const SCRIPT: HeaderValue = HeaderValue::from_static("text/javascript; charset=utf-8");
const STYLE: HeaderValue = HeaderValue::from_static("text/css; charset=utf-8");

/// The document as it is committed, for whoever makes a client of it. A test
/// holds it to what the routes say.
const DOCUMENT: &str = include_str!("../../../../../docs/openapi.json");

/// The document as the routes say it.
pub(super) fn generated() -> serde_json::Result<String> {
    let document = describing(|| finish(super::documented().get_openapi()))?;
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// This document.
#[utoipa::path(
    get,
    path = "/openapi.json",
    operation_id = "openapi",
    tag = "Service",
    responses(Document, GuardedFailures)
)]
pub(super) async fn document() -> Response {
    ([(header::CONTENT_TYPE, JSON)], Bytes::from_static(DOCUMENT.as_bytes())).into_response()
}

/// The pages. They are no part of the API, and stand in no document.
pub(super) fn pages() -> OpenApiRouter<App> {
    Router::new()
        .route("/docs", get(|| async { page(HTML, Bytes::from_static(include_bytes!("index.html"))) }))
        .route("/docs/init.js", get(|| async { page(SCRIPT, Bytes::from_static(include_bytes!("init.js"))) }))
        .route("/docs/swagger-ui.css", get(|| vendored("swagger-ui.css", STYLE)))
        .route("/docs/swagger-ui-bundle.js", get(|| vendored("swagger-ui-bundle.js", SCRIPT)))
        .into()
}

fn page(kind: HeaderValue, body: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, KEPT),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, body).into_response()
}

async fn vendored(name: &'static str, kind: HeaderValue) -> Result<Response, Failure> {
    match utoipa_swagger_ui::serve(name, Arc::default()) {
        Ok(Some(file)) => whole(file).map(|bytes| page(kind, bytes)).map_err(Failure::internal),
        Ok(None) => Err(Failure::internal(format_args!("{name} is not in the binary"))),
        Err(error) => Err(Failure::internal(error)),
    }
}

/// A file as it was before it was packed into the binary.
fn whole(file: SwaggerFile<'static>) -> std::io::Result<Bytes> {
    if file.gzpipped {
        let mut bytes = Vec::new();
        GzDecoder::new(&*file.bytes).read_to_end(&mut bytes)?;
        return Ok(bytes.into());
    }
    Ok(match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}
