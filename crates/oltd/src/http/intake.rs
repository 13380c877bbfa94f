//! Takes in the body of a request before it is routed: whole, in time, of a kind that routes read.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{ErrorCode, Failure};

/// The longest body of a route is a backup to import.
const LONGEST: usize = 1 << 20;
/// A body of this size takes so long over the slowest link that deserves the name, 280 kbit/s.
const PATIENCE: Duration = Duration::from_secs(30);
/// Memory of all bodies together, in units of [`UNIT`]: 64 MiB, that is 64 of
/// the longest. Who comes later waits, within its time.
const ROOM: usize = 64 << 10;
/// A body counts by the KiB.
const UNIT: usize = 1 << 10;

/// Routes whose body is a file, below the tree.
const FILES: [&str; 1] = ["/config/backup/import"];

/// The memory of bodies.
pub(super) struct Intake(Semaphore);

/// The memory of one body, given back when dropped.
pub(super) struct Held<'a>(#[expect(dead_code, reason = "held, not read")] Option<SemaphorePermit<'a>>);

impl Intake {
    pub(super) const fn new() -> Self {
        Self(Semaphore::const_new(ROOM))
    }

    /// The request with its body in memory.
    pub(super) async fn take(&self, request: Request) -> Result<(Request, Held<'_>), Failure> {
        let declared = request.headers().get(header::CONTENT_LENGTH);
        let declared: Option<u64> = declared.and_then(|length| length.to_str().ok()?.parse().ok());
        if declared.is_some_and(|length| length > LONGEST as u64) {
            return Err(too_large());
        }
        if request.body().is_end_stream() {
            return Ok((request, Held(None)));
        }
        if declared.is_some_and(|length| length > 0) {
            must_be_readable(&request)?;
        }
        let (head, body) = request.into_parts();
        let room = declared.map_or(LONGEST, |length| length as usize).div_ceil(UNIT) as u32;
        let read = tokio::time::timeout(PATIENCE, self.read(body, room));
        let (bytes, held) = read.await.map_err(|_| slow())??;
        let request = Request::from_parts(head, Body::empty());
        if bytes.is_empty() {
            return Ok((request, Held(None)));
        }
        must_be_readable(&request)?;
        Ok((request.map(|_| Body::from(bytes)), held))
    }

    async fn read(&self, body: Body, room: u32) -> Result<(Bytes, Held<'_>), Failure> {
        // The semaphore is never closed.
        let held = Held(self.0.acquire_many(room).await.ok());
        let read = Limited::new(body, LONGEST).collect().await;
        let bytes = read.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => too_large(),
            None => Failure::new(
                ErrorCode::InvalidParameter,
                "The body could not be read.",
                format!("body: {error}"),
            ),
        })?;
        Ok((bytes.to_bytes(), held))
    }
}

fn must_be_readable(request: &Request) -> Result<(), Failure> {
    let path = request.uri().path();
    let path = path.strip_suffix('/').unwrap_or(path);
    let file = FILES.iter().any(|route| path.ends_with(route));
    match kind(request.headers()) {
        Some(kind) if kind.eq_ignore_ascii_case("application/json") => Ok(()),
        Some(kind) if file && kind.eq_ignore_ascii_case("multipart/form-data") => Ok(()),
        _ => Err(Failure::new(
            ErrorCode::UnsupportedMediaType,
            "The body is of a kind that the route does not read.",
            match file {
                true => "content-type: application/json or multipart/form-data",
                false => "content-type: application/json",
            },
        )),
    }
}

/// The media type, without its parameters.
fn kind(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next().map(str::trim)
}

fn too_large() -> Failure {
    Failure::new(ErrorCode::BodyTooLarge, "The body is too large.", format!("body: over {LONGEST} bytes"))
}

fn slow() -> Failure {
    let detail = format!("body: not complete within {} s", PATIENCE.as_secs());
    Failure::new(ErrorCode::SlowRequest, "The body came too slowly.", detail)
}
