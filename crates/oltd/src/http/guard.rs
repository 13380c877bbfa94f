//! Bounds on what one request may cost.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use futures::FutureExt;

use super::{ErrorCode, Failure};

/// A reading of the whole OLT takes most of it when packets are lost; proxies
/// in front give up after 100 s or more.
const DEADLINE: Duration = Duration::from_secs(90);
/// The longest body of a route is a backup to import.
const BODY: u64 = 1 << 20;
/// What proxies let through.
const PATH: usize = 8 << 10;

/// Gives up on a request after 90 s.
pub(super) async fn deadline(request: Request, next: Next) -> Result<Response, Failure> {
    tokio::time::timeout(DEADLINE, next.run(request)).await.map_err(|_| {
        Failure::new(
            ErrorCode::DeadlinePassed,
            "The request took too long.",
            format!("no answer within {} s", DEADLINE.as_secs()),
        )
    })
}

/// Answers a panic like any other failure; the connection and the process live on.
pub(super) async fn panics(request: Request, next: Next) -> Result<Response, Failure> {
    AssertUnwindSafe(next.run(request)).catch_unwind().await.map_err(|panic| {
        let words = words(&*panic);
        Failure::internal(format_args!("panic: {words}"))
    })
}

fn words(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (_, Some(words)) => words,
        _ => "without words",
    }
}

/// Refuses what is too large before anything is read of it. A body without a
/// declared length is counted where it is read.
pub(super) async fn sizes(request: Request, next: Next) -> Result<Response, Failure> {
    let path = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    if path > PATH {
        return Err(Failure::new(
            ErrorCode::PathTooLong,
            "The path is too long.",
            format!("path: {path} bytes with its query, at most {PATH}"),
        ));
    }
    let body =
        request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if body.is_some_and(|length: u64| length > BODY) {
        return Err(Failure::new(
            ErrorCode::BodyTooLarge,
            "The body is too large.",
            format!("body: over {BODY} bytes"),
        ));
    }
    Ok(next.run(request).await)
}
