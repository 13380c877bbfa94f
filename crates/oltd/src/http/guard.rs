//! Bounds on what one request may cost.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use super::{ErrorCode, Failure};
use crate::tasks::words;

/// A reading of the whole OLT takes most of it when packets are lost; proxies
/// in front give up after 100 s or more.
const DEADLINE: Duration = Duration::from_secs(90);
/// What proxies let through.
const PATH: usize = 8 << 10;
/// Twice the longest path, for what proxies add. Less than what is read of a
/// head, so that most that are longer are refused as a request.
const HEAD: usize = 16 << 10;

/// Gives up on a request after 90 s, and answers a panic like any other
/// failure: the connection and the process live on.
pub(super) async fn bounded(work: impl Future<Output = Result<Response, Failure>>) -> Response {
    let caught = AssertUnwindSafe(work).catch_unwind();
    let answer = match tokio::time::timeout(DEADLINE, caught).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(panic)) => Err(Failure::internal(format_args!("panic: {}", words(&*panic)))),
        Err(_) => Err(Failure::new(
            ErrorCode::DeadlinePassed,
            "The request took too long.",
            format!("no answer within {} s", DEADLINE.as_secs()),
        )),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// Refuses a head that is too long before anything is made of it.
pub(super) fn head(request: &Request) -> Result<(), Failure> {
    let path = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if path > PATH {
        return Err(path_too_long(path));
    }
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    if path + fields.sum::<usize>() > HEAD {
        return Err(head_too_large());
    }
    Ok(())
}

fn path_too_long(length: usize) -> Failure {
    let detail = match length {
        0 => format!("path: over {PATH} bytes with its query"),
        length => format!("path: {length} bytes with its query, at most {PATH}"),
    };
    Failure::new(ErrorCode::PathTooLong, "The path is too long.", detail)
}

/// Also for a head that is longer than what is read of one.
pub(super) fn head_too_large() -> Failure {
    let detail = format!("headers: over {HEAD} bytes with the path");
    Failure::new(ErrorCode::HeadTooLarge, "The headers are too large.", detail)
}

/// What is told where the HTTP library refused what came.
pub(super) fn of_library(code: ErrorCode) -> Failure {
    match code {
        ErrorCode::HeadTooLarge => head_too_large(),
        ErrorCode::PathTooLong => path_too_long(0),
        _ => Failure::new(
            ErrorCode::MalformedRequest,
            "What came is no request of HTTP.",
            "request: its first line or a header is malformed",
        ),
    }
}
