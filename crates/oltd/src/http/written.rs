//! The answer to a change that was made.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Failure;
use super::answer::JSON;
use super::status::{SUCCESS, words};
use crate::charset::replace_kept;

/// The answer to a change: what became of it, and a sentence about it.
#[derive(Debug)]
pub(crate) struct Written(Vec<u8>);

#[derive(Serialize)]
struct Envelope<'a, D> {
    code: u16,
    status: &'a str,
    data: D,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ignored: &'a [String],
}

impl Written {
    /// With the keys of the request's body that were `ignored`.
    pub(crate) fn new(data: impl Serialize, message: &str, ignored: &[String]) -> Result<Self, Failure> {
        let envelope = Envelope { code: SUCCESS.as_u16(), status: words(SUCCESS), data, message, ignored };
        serde_json::to_vec(&envelope).map(replace_kept).map(Self).map_err(Failure::internal)
    }
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let mut response = Body::from(self.0).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    }
}
