//! The requests that are answered.

use std::fmt::{self, Write};
use std::hash::{Hash, Hasher};
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::http::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

use super::families::{HTTP_DURATION, HTTP_IN_FLIGHT, HTTP_LEFT_OUT, HTTP_REQUESTS};
use super::page::Page;

/// Upper bounds of the buckets, in seconds. What comes from memory takes less
/// than the first; a request is given up after the last.
const BOUNDS: [f64; 16] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 90.0];

/// The methods that are told apart; clients may invent others.
const METHODS: [Method; 7] =
    [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];

/// The template of the route that a request matched, and none where it matched none.
#[derive(Debug, Clone)]
struct Route(Option<MatchedPath>);

impl Route {
    fn as_str(&self) -> &str {
        self.0.as_ref().map_or("none", MatchedPath::as_str)
    }
}

impl PartialEq for Route {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Route {}

impl Hash for Route {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> fmt::Result {
        encoder.write_str(self.as_str())
    }
}

/// What the client got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Outcome(Option<StatusCode>);

impl EncodeLabelValue for Outcome {
    fn encode(&self, encoder: &mut LabelValueEncoder) -> fmt::Result {
        encoder.write_str(self.0.as_ref().map_or("cancelled", StatusCode::as_str))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: Route,
    method: &'static str,
    status: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Timed {
    route: Route,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NotLogged {
    status: Outcome,
}

/// A request that has ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The route that it matched.
    pub(crate) route: Option<MatchedPath>,
    /// Its method.
    pub(crate) method: Method,
    /// The status of its answer; `None` where the client left first.
    pub(crate) status: Option<StatusCode>,
    /// From its head to its answer's.
    pub(crate) took: Duration,
}

/// Counters of the requests to one server.
#[derive(Debug)]
pub(crate) struct HttpFigures {
    requests: Family<Answered, Counter>,
    durations: Family<Timed, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    left_out: Family<NotLogged, Counter>,
}

impl Default for HttpFigures {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BOUNDS)),
            in_flight: Gauge::default(),
            left_out: Family::default(),
        }
    }
}

impl HttpFigures {
    /// A request has come in.
    pub(crate) fn began(&self) {
        self.in_flight.inc();
    }

    /// A request has ended.
    pub(crate) fn ended(&self, request: Ended) {
        self.in_flight.dec();
        let timed = Timed { route: Route(request.route) };
        self.durations.get_or_create(&timed).observe(request.took.as_secs_f64());
        let answered =
            Answered { route: timed.route, method: known(&request.method), status: Outcome(request.status) };
        self.requests.get_or_create(&answered).inc();
    }

    /// The line of a request was left out of the log.
    pub(crate) fn left_out(&self, status: StatusCode) {
        self.left_out.get_or_create(&NotLogged { status: Outcome(Some(status)) }).inc();
    }

    pub(super) fn write(&self, page: &mut Page<'_>) -> fmt::Result {
        page.family(&HTTP_REQUESTS, |samples| samples.of(&self.requests))?;
        page.family(&HTTP_DURATION, |samples| samples.of(&self.durations))?;
        page.family(&HTTP_IN_FLIGHT, |samples| samples.of(&self.in_flight))?;
        page.family(&HTTP_LEFT_OUT, |samples| samples.of(&self.left_out))
    }
}

fn known(method: &Method) -> &'static str {
    static OTHER: &str = "other";
    METHODS.iter().find(|known| *known == method).map_or(OTHER, Method::as_str)
}
