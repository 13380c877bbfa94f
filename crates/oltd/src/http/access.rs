//! The access log: one line for each request, without anything secret in it.
//! Queries are left out, and of a token only its name is known here.

mod sampling;

use std::net::IpAddr;

use axum::extract::MatchedPath;
use axum::http::{StatusCode, Uri};

pub(super) use self::sampling::Sampling;
use super::callers::Caller;
use super::envelope::RequestId;
use super::limiter::Key;
use super::measure::Running;
use super::{ErrorCode, Failure};
use crate::metrics::Metrics;

/// Who logs which lines.
pub(super) struct AccessLog {
    /// Whether every request has a line, or only those that failed through no fault of the client.
    all: bool,
    sampling: Sampling,
    metrics: Metrics,
}

impl AccessLog {
    pub(super) fn new(all: bool, metrics: Metrics) -> Self {
        Self { all, sampling: Sampling::default(), metrics }
    }

    /// Sums up the lines that were left out, at the end of the server.
    pub(super) fn end(&self) {
        self.sampling.tell();
    }
}

/// What is known of a request before it is answered.
pub(super) struct Line {
    pub(super) running: Running,
    pub(super) id: RequestId,
    pub(super) uri: Uri,
    pub(super) client: IpAddr,
    pub(super) caller: Option<Caller>,
    /// Whether it was let in by a token or counted by the limiter.
    pub(super) admitted: bool,
}

impl Line {
    /// Logs how it went: what was answered, in so many bytes. What a failure
    /// does not tell the caller stands here alone.
    pub(super) fn write(
        &self,
        status: StatusCode,
        bytes: Option<u64>,
        failure: Option<&Failure>,
        log: &AccessLog,
    ) {
        macro_rules! line {
            ($level:ident) => {
                tracing::$level!(
                    request.id = self.id.as_str(),
                    http.method = self.running.method().as_str(),
                    http.path = self.uri.path(),
                    http.route = self.running.route().map(MatchedPath::as_str),
                    http.status = status.as_u16(),
                    http.bytes = bytes,
                    duration_ms = self.running.took().as_micros() as f64 / 1e3,
                    client = %self.client,
                    caller = self.caller.as_ref().map(|caller| &*caller.name),
                    error = failure.map(|failure| failure.cause.as_deref().unwrap_or(&failure.detail)),
                    "request"
                )
            };
        }
        if status.is_server_error() {
            line!(warn);
        } else if log.all {
            let key = || Key::of(self.caller.as_ref(), self.client);
            if !self.is_free(status) || log.sampling.admits(key(), status) {
                line!(info);
            } else {
                log.metrics.http().left_out(status);
            }
        }
    }

    /// Whether such a request costs its sender nothing, so that there may be any number.
    fn is_free(&self, status: StatusCode) -> bool {
        let refused = status.is_client_error() && self.caller.is_none();
        !self.admitted || refused || status == ErrorCode::RateLimited.status()
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::extract::Request;
    use axum::routing::get;

    use super::super::{Rules, around};
    use crate::logging::written::Written;
    use crate::metrics::Metrics;

    #[tokio::test]
    async fn a_failure_is_told_once_with_its_cause() {
        async fn burst() {
            panic!("the innermost words");
        }
        for access_log in [true, false] {
            let written = Written::default();
            let logger = tracing_subscriber::fmt().with_ansi(false).with_writer(written.clone()).finish();
            let _logging = tracing::subscriber::set_default(logger);
            let edge = around(
                Router::new().route("/burst", get(burst)),
                &Rules { access_log, ..Rules::default() },
                Metrics::default(),
            );
            let request = Request::get("/burst").header("host", "localhost").body(Body::empty()).unwrap();
            edge.respond(request, super::super::client::Link::default()).await;
            let text = written.text();
            assert_eq!(text.lines().count(), 1, "{text}");
            for part in
                [" WARN ", "http.status=500", "error=\"panic: the innermost words\"", "client=127.0.0.1"]
            {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
    }
}
