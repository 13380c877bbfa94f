//! Counts and times requests, whatever becomes of them on the way.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use tokio::time::Instant;

use crate::metrics::{Ended, Metrics};

/// The route that a request matches, once that is known. The router is inside
/// of what may give up on it, so it is noted where both can see it.
#[derive(Debug, Clone, Default)]
struct MatchedRoute(Arc<OnceLock<MatchedPath>>);

/// A request under way. It is counted when this is dropped: then it has been
/// answered, or the client has left. The time counted is that to the answer's head.
pub(super) struct Running {
    metrics: Metrics,
    method: Method,
    route: MatchedRoute,
    began: Instant,
    /// What it was answered, and how long that took.
    answered: Option<(StatusCode, Duration)>,
}

impl Running {
    /// A request comes in.
    pub(super) fn begin(metrics: &Metrics, request: &mut Request) -> Self {
        metrics.http().began();
        let route = MatchedRoute::default();
        request.extensions_mut().insert(route.clone());
        let (metrics, method) = (metrics.clone(), request.method().clone());
        Self { metrics, method, route, began: Instant::now(), answered: None }
    }

    /// It is answered. An answer that goes on is under way until this is dropped.
    pub(super) fn end(&mut self, response: &Response) {
        self.answered = Some((response.status(), self.began.elapsed()));
    }

    /// Its method.
    pub(super) const fn method(&self) -> &Method {
        &self.method
    }

    /// The route that it matched.
    pub(super) fn route(&self) -> Option<&MatchedPath> {
        self.route.0.get()
    }

    /// How long it has taken.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.metrics.http().ended(Ended {
            route: self.route.0.get().cloned(),
            method: std::mem::take(&mut self.method),
            status: self.answered.map(|(status, _)| status),
            took: self.answered.map_or_else(|| self.began.elapsed(), |(_, took)| took),
        });
    }
}

/// The innermost layer, around each route.
pub(super) fn note_route(request: Request) -> Request {
    let extensions = request.extensions();
    if let (Some(noted), Some(path)) = (extensions.get::<MatchedRoute>(), extensions.get::<MatchedPath>()) {
        // A request matches once.
        let _ = noted.0.set(path.clone());
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;
    use crate::http::Rules;
    use crate::metrics::{Figures, Format};

    /// What is outside of the router gives up on a request, and its route is still told.
    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_given_up_keeps_its_route() {
        async fn burst() {
            panic!("words");
        }
        let metrics = Metrics::default();
        let routes =
            Router::new().route("/stuck/{x}", get(std::future::pending::<()>)).route("/burst", get(burst));
        let router = crate::http::around(routes, &Rules::default(), metrics.clone());
        for path in ["/stuck/1", "/stuck/2", "/burst"] {
            let request = Request::get(path).header("host", "localhost").body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap();
        }
        let text = Figures::of(metrics).page(Format::OpenMetrics).unwrap();
        for line in [
            r#"oltd_http_requests_total{route="/stuck/{x}",method="GET",status="504"} 2"#,
            r#"oltd_http_requests_total{route="/burst",method="GET",status="500"} 1"#,
            r#"oltd_http_request_duration_seconds_sum{route="/stuck/{x}"} 180."#,
            "oltd_http_requests_in_flight 0",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
