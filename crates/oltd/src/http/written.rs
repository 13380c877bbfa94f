//! The answer to a change that was made.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Failure;
use super::answer::JSON;
use crate::charset::replace_kept;
use crate::failure::status::{ACCEPTED, CREATED, SUCCESS, words};

/// The answer to a change: what became of it, and a sentence about it.
#[derive(Debug)]
pub(crate) struct Written {
    body: Vec<u8>,
    /// Where the job is that goes on.
    goes_on: Option<HeaderValue>,
    is_made: bool,
}

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
        Ok(Self { body: body(SUCCESS, data, message, ignored)?, goes_on: None, is_made: false })
    }

    /// The same of a write that has made something.
    pub(crate) fn made(data: impl Serialize, message: &str, ignored: &[String]) -> Result<Self, Failure> {
        Ok(Self { body: body(CREATED, data, message, ignored)?, goes_on: None, is_made: true })
    }

    /// Of a write that goes on as the job of this id.
    pub(crate) fn goes_on(
        job: &str,
        data: impl Serialize,
        message: &str,
        ignored: &[String],
    ) -> Result<Self, Failure> {
        let location = HeaderValue::from_str(&format!("/api/v1/jobs/{job}")).map_err(Failure::internal)?;
        Ok(Self { body: body(ACCEPTED, data, message, ignored)?, goes_on: Some(location), is_made: false })
    }
}

fn body(
    status: StatusCode,
    data: impl Serialize,
    message: &str,
    ignored: &[String],
) -> Result<Vec<u8>, Failure> {
    let envelope = Envelope { code: status.as_u16(), status: words(status), data, message, ignored };
    serde_json::to_vec(&envelope).map(replace_kept).map_err(Failure::internal)
}

impl IntoResponse for Written {
    fn into_response(self) -> Response {
        let mut response = Body::from(self.body).into_response();
        if self.is_made {
            *response.status_mut() = CREATED;
        }
        if let Some(location) = self.goes_on {
            *response.status_mut() = ACCEPTED;
            response.headers_mut().insert(header::LOCATION, location);
        }
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    }
}
