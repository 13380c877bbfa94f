//! Which pages of other origins may read the answers.

use std::convert::Infallible;
use std::future::ready;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use tower::{Layer, ServiceExt, service_fn};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};

use super::rules::{CorsRules, Origins};

/// The methods that routes have.
const METHODS: [Method; 4] = [Method::GET, Method::POST, Method::PUT, Method::DELETE];

/// What pages may read of an answer besides its body.
const EXPOSED: [&str; 9] = [
    "x-request-id",
    "age",
    "etag",
    "x-data-source",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "retry-after",
    "location",
];

/// The headers of a request that decide.
const ASKED: [HeaderName; 3] =
    [header::ORIGIN, header::ACCESS_CONTROL_REQUEST_METHOD, header::ACCESS_CONTROL_REQUEST_HEADERS];

/// The rules, ready to answer.
pub(super) struct Cors(CorsLayer);

/// What decides about a request's answer.
pub(super) struct Asked(Method, HeaderMap);

impl Cors {
    pub(super) fn new(rules: &CorsRules) -> Self {
        let origins = match &rules.origins {
            Origins::Any => AllowOrigin::any(),
            Origins::These(list) => {
                AllowOrigin::list(list.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
            }
        };
        let layer = CorsLayer::new()
            .allow_origin(origins)
            .allow_credentials(rules.credentials)
            .allow_methods(METHODS)
            // Mirrored: no header does anything here that a listed one would not, and `*` leaves out Authorization.
            .allow_headers(AllowHeaders::mirror_request())
            .expose_headers(EXPOSED.map(HeaderName::from_static))
            .max_age(rules.max_age);
        Self(layer)
    }

    pub(super) fn asked(request: &Request) -> Asked {
        let mut headers = HeaderMap::new();
        for name in ASKED {
            if let Some(value) = request.headers().get(&name) {
                headers.insert(name, value.clone());
            }
        }
        Asked(request.method().clone(), headers)
    }

    /// The answer with what the browser needs to know; without an answer, that to a preflight.
    pub(super) async fn answer(&self, Asked(method, headers): Asked, answer: Option<Response>) -> Response {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.headers_mut() = headers;
        let mut answer = answer;
        let inner = service_fn(|_: Request| ready(Ok::<_, Infallible>(answer.take().unwrap_or_default())));
        self.0.layer(inner).oneshot(request).await.unwrap_or_else(|never| match never {})
    }
}

impl Asked {
    /// Whether a browser asks in advance. Any other OPTIONS is a request like all others.
    pub(super) fn is_preflight(&self) -> bool {
        let Self(method, headers) = self;
        method == Method::OPTIONS
            && headers.contains_key(header::ORIGIN)
            && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
    }

    /// Whether the answer takes the headers: the layer would take any OPTIONS for a preflight.
    pub(super) fn is_plain_options(&self) -> bool {
        self.0 == Method::OPTIONS && !self.is_preflight()
    }
}
