//! The access log: one line for each request, without anything secret in it.
//! Queries are left out, and of a token only its name is known here.

use std::net::IpAddr;

use axum::extract::MatchedPath;
use axum::http::Uri;
use axum::response::Response;
use hyper::body::Body as _;

use super::Failure;
use super::callers::Caller;
use super::envelope::RequestId;
use super::measure::Running;

/// What is known of a request before it is answered.
pub(super) struct Line<'a> {
    pub(super) running: &'a Running,
    pub(super) id: &'a RequestId,
    pub(super) uri: Uri,
    pub(super) client: IpAddr,
    pub(super) caller: Option<&'a Caller>,
}

impl Line<'_> {
    /// Logs how it went. What a failure does not tell the caller stands here alone.
    pub(super) fn write(&self, response: &Response, failure: Option<&Failure>, all: bool) {
        let status = response.status();
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    request.id = self.id.as_str(),
                    http.method = self.running.method().as_str(),
                    http.path = self.uri.path(),
                    http.route = self.running.route().map(MatchedPath::as_str),
                    http.status = status.as_u16(),
                    http.bytes = response.body().size_hint().exact(),
                    duration_ms = self.running.took().as_micros() as f64 / 1e3,
                    client = %self.client,
                    caller = self.caller.map(|caller| &*caller.name),
                    error = failure.map(|failure| failure.cause.as_deref().unwrap_or(&failure.detail)),
                    "request"
                )
            };
        }
        if status.is_server_error() {
            line!(warn);
        } else if all {
            line!(info);
        }
    }
}
