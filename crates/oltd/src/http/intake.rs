//! Takes in the body of a request before it is routed: whole, in time, of a kind that routes read.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::idempotency::{self, BodyHash};
use super::{ErrorCode, Failure};
use crate::writing::Permission;

/// The longest body of most routes.
const LONGEST: usize = 1 << 20;
/// The longest body of a batch: thousands of whole registrations.
const LONGEST_BATCH: usize = 8 << 20;
/// A body of this size takes so long over the slowest link that deserves the name, 280 kbit/s.
const PATIENCE: Duration = Duration::from_secs(30);
/// A body up to this size waits for no other one, nor does the beginning of a
/// longer one: what a client has not sent takes no room.
const SMALL: usize = 16 << 10;
/// Such bodies at once, 4 MiB of them. Past it the one that has come in for
/// longest makes way, for an honest one is here within a moment.
const SMALL_ONES: usize = 256;
/// Memory of all longer bodies together, in units of [`UNIT`]: 32 MiB, that is
/// four of the longest. Who comes later waits, within its time.
const ROOM: usize = 32 << 10;
/// A body counts by the KiB.
const UNIT: usize = 1 << 10;

/// Routes that take longer bodies, of whom may write, below a tree.
const BATCHES: &str = "/batch/";
/// Routes whose body is a file, below the tree.
const FILES: [&str; 1] = ["/config/backup/import"];

/// The memory of bodies.
pub(super) struct Intake {
    small: Mutex<Small>,
    room: Semaphore,
}

/// Bodies that come in and are small so far, in the order in which they began.
#[derive(Default)]
struct Small {
    next: u64,
    waits: BTreeMap<u64, CancellationToken>,
}

/// One of them; no longer when dropped.
struct Beginning<'a> {
    intake: &'a Intake,
    id: u64,
    /// Cancelled when it must make way.
    makes_way: CancellationToken,
}

/// The memory of one body, given back when dropped.
pub(super) struct Held<'a>(Option<SemaphorePermit<'a>>);

impl Intake {
    pub(super) fn new() -> Self {
        Self { small: Mutex::default(), room: Semaphore::new(ROOM) }
    }

    /// The request with its body in memory.
    pub(super) async fn take(&self, request: Request) -> Result<(Request, Held<'_>), Failure> {
        let declared = request.headers().get(header::CONTENT_LENGTH);
        let declared: Option<u64> = declared.and_then(|length| length.to_str().ok()?.parse().ok());
        let longest = longest(&request);
        if declared.is_some_and(|length| length > longest as u64) {
            return Err(too_large(longest));
        }
        if request.body().is_end_stream() {
            return Ok((request, Held(None)));
        }
        if declared.is_some_and(|length| length > 0) {
            must_be_readable(&request)?;
        }
        let (head, body) = request.into_parts();
        let most = declared.map_or(longest, |length| length as usize);
        let read = tokio::time::timeout(PATIENCE, self.read(body, most, longest));
        let (bytes, held) = read.await.map_err(|_| slow())??;
        let request = Request::from_parts(head, Body::empty());
        if bytes.is_empty() {
            return Ok((request, Held(None)));
        }
        must_be_readable(&request)?;
        let mut request = request;
        if idempotency::is_in(request.headers()) {
            request.extensions_mut().insert(BodyHash::of(&bytes));
        }
        Ok((request.map(|_| Body::from(bytes)), held))
    }

    async fn read(&self, mut body: Body, most: usize, longest: usize) -> Result<(Bytes, Held<'_>), Failure> {
        let beginning = self.begin();
        let mut bytes = Vec::new();
        let begun = async {
            if fill(&mut body, &mut bytes, SMALL).await? {
                return Ok(Held(None));
            }
            // The semaphore is never closed.
            Ok(Held(self.room.acquire_many(most.div_ceil(UNIT) as u32).await.ok()))
        };
        let held = beginning.makes_way.run_until_cancelled(begun).await.unwrap_or_else(|| Err(crowded()))?;
        drop(beginning);
        if held.0.is_some() {
            bytes.reserve_exact(most.saturating_sub(bytes.len()));
        }
        if !fill(&mut body, &mut bytes, longest).await? {
            return Err(too_large(longest));
        }
        Ok((bytes.into(), held))
    }

    fn begin(&self) -> Beginning<'_> {
        let makes_way = CancellationToken::new();
        let mut small = self.small();
        if small.waits.len() >= SMALL_ONES
            && let Some((_, oldest)) = small.waits.pop_first()
        {
            oldest.cancel();
        }
        small.next += 1;
        let id = small.next;
        small.waits.insert(id, makes_way.clone());
        Beginning { intake: self, id, makes_way }
    }

    fn small(&self) -> MutexGuard<'_, Small> {
        self.small.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Beginning<'_> {
    fn drop(&mut self) {
        self.intake.small().waits.remove(&self.id);
    }
}

/// Reads on until there is more than `most`; whether the body ended before.
///
/// It is copied: the pieces of a body that comes in bytes would each hold the
/// buffer that they were read into.
async fn fill(body: &mut Body, bytes: &mut Vec<u8>, most: usize) -> Result<bool, Failure> {
    while bytes.len() <= most {
        let Some(frame) = body.frame().await else { return Ok(true) };
        let unreadable = |error| {
            let detail = format!("body: {error}");
            Failure::new(ErrorCode::InvalidParameter, "The body could not be read.", detail)
        };
        if let Ok(data) = frame.map_err(unreadable)?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(false)
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

/// The longest body that a request may have.
fn longest(request: &Request) -> usize {
    let may_write = request.extensions().get::<Permission>().is_some_and(|may| may.check().is_ok());
    // A segment of an OLT's name holds no slash.
    match may_write && request.uri().path().contains(BATCHES) {
        true => LONGEST_BATCH,
        false => LONGEST,
    }
}

fn too_large(longest: usize) -> Failure {
    Failure::new(ErrorCode::BodyTooLarge, "The body is too large.", format!("body: over {longest} bytes"))
}

fn slow() -> Failure {
    let detail = format!("body: not complete within {} s", PATIENCE.as_secs());
    Failure::new(ErrorCode::SlowRequest, "The body came too slowly.", detail)
}

fn crowded() -> Failure {
    let detail = format!("body: over {SMALL_ONES} others began after it and it had not come in");
    Failure::new(ErrorCode::SlowRequest, "The body came too slowly.", detail)
}
