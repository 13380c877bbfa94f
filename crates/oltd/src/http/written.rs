//! The answer to a change that was made.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Failure;
use super::answer::JSON;
use crate::charset::replace_kept;
use crate::failure::status::{ACCEPTED, CREATED, SOME, SUCCESS, words};

/// The answer to a change: what became of it, and a sentence about it.
#[derive(Debug)]
pub(crate) struct Written {
    body: Vec<u8>,
    status: StatusCode,
    /// Where the job is that goes on.
    goes_on: Option<HeaderValue>,
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
        Ok(Self { body: body(SUCCESS, data, message, ignored)?, status: SUCCESS, goes_on: None })
    }

    /// The same of a write that has made something.
    pub(crate) fn made(data: impl Serialize, message: &str, ignored: &[String]) -> Result<Self, Failure> {
        Ok(Self { body: body(CREATED, data, message, ignored)?, status: CREATED, goes_on: None })
    }

    /// Of a batch of which some is done and some is not.
    pub(crate) fn some(data: impl Serialize, message: &str, ignored: &[String]) -> Result<Self, Failure> {
        Ok(Self { body: body(SOME, data, message, ignored)?, status: SOME, goes_on: None })
    }

    /// Of a write that goes on as the job of this id.
    pub(crate) fn goes_on(
        job: &str,
        data: impl Serialize,
        message: &str,
        ignored: &[String],
    ) -> Result<Self, Failure> {
        let location = HeaderValue::from_str(&format!("/api/v1/jobs/{job}")).map_err(Failure::internal)?;
        Ok(Self { body: body(ACCEPTED, data, message, ignored)?, status: ACCEPTED, goes_on: Some(location) })
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
        *response.status_mut() = self.status;
        if let Some(location) = self.goes_on {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    }
}
