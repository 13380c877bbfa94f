//! Bounds on what one request may cost.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use super::{ErrorCode, Failure};

/// A reading of the whole OLT takes most of it when packets are lost; proxies
/// in front give up after 100 s or more.
const DEADLINE: Duration = Duration::from_secs(90);
/// What proxies let through.
const PATH: usize = 8 << 10;

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

fn words(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (_, Some(words)) => words,
        _ => "without words",
    }
}

/// Refuses a path that is too long before anything is made of it.
pub(super) fn path(request: &Request) -> Result<(), Failure> {
    let path = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if path > PATH {
        return Err(Failure::new(
            ErrorCode::PathTooLong,
            "The path is too long.",
            format!("path: {path} bytes with its query, at most {PATH}"),
        ));
    }
    Ok(())
}
