//! The outermost layer: names every request, and gives failures their body.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

use super::Failure;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Headers of every answer: browsers shall take it for data and nothing else.
const PROTECTION: [(HeaderName, HeaderValue); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::X_XSS_PROTECTION, HeaderValue::from_static("1; mode=block")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'self'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
];

/// The id of a request: the caller's when it is valid, else a new one.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    pub(super) fn of(request: &Request) -> Self {
        let given = request.headers().get(REQUEST_ID).filter(|value| {
            let id = value.as_bytes();
            (1..=128).contains(&id.len()) && id.iter().all(|byte| matches!(byte, 0x20..=0x7E))
        });
        Self(given.cloned().unwrap_or_else(|| {
            let mut room = uuid::Uuid::encode_buffer();
            let id = uuid::Uuid::new_v4().hyphenated().encode_lower(&mut room);
            // Letters, digits and dashes are a header's value.
            HeaderValue::from_str(id).unwrap_or(HeaderValue::from_static("unknown"))
        }))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Completes an answer, and says what failed where something did.
pub(super) fn seal(response: &mut Response, id: &RequestId) -> Option<Failure> {
    let failure = response.extensions_mut().remove::<Failure>();
    if let Some(failure) = &failure {
        *response.body_mut() = Body::from(failure.body(id.as_str()));
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, super::answer::JSON);
    }
    let headers = response.headers_mut();
    for (name, value) in PROTECTION {
        // A page that needs a policy of its own has set it.
        headers.entry(name).or_insert(value);
    }
    headers.insert(REQUEST_ID, id.0.clone());
    failure
}
