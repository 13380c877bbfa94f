//! Answers that go on: events, follow-ups, exports that are made while they are sent.
//!
//! A handler answers with [`open`] and writes to the [`Sink`] from a task of
//! its own. The rules around every route know such an answer: it lives as long
//! as both sides use it, a silence is no fault of the client, the end of the
//! server ends it at once and cleanly, and its line in the log is written when
//! it ends, with its whole length.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Pieces that wait for the client. What writes is held up past them; a client
/// for whom it was held up as long as a reader may be (20 s unless configured:
/// [`super::Patience`]) is given up. With pieces of at most 4 KiB, as events
/// are, a stream holds no more than an answer under way does.
const WAITING: usize = 16;

/// Where a handler writes what goes on. To drop it ends the answer.
#[derive(Debug)]
pub struct Sink {
    pieces: mpsc::Sender<Bytes>,
    flow: Flow,
}

/// The client has left, was given up, or the server is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody reads this stream any more")]
pub struct Disconnected;

/// Begins an answer of this type that goes on until the sink is dropped.
pub fn open(content_type: HeaderValue) -> (Sink, Response) {
    let (pieces, waiting) = mpsc::channel(WAITING);
    let flow = Flow::default();
    let mut response = Response::new(Body::new(Pieces { waiting, flow: flow.clone() }));
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    // Proxies that gather answers would hold it back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response.extensions_mut().insert(Streaming(flow.clone()));
    (Sink { pieces, flow }, response)
}

impl Sink {
    /// Writes a piece, once there is room for it.
    ///
    /// # Errors
    /// When nobody reads any more. The piece is lost.
    pub async fn send(&self, piece: impl Into<Bytes>) -> Result<(), Disconnected> {
        let room = match self.pieces.try_reserve() {
            Ok(room) => room,
            Err(_) => {
                self.flow.held_up().get_or_insert_with(Instant::now);
                self.pieces.reserve().await.map_err(|_| Disconnected)?
            }
        };
        room.send(piece.into());
        Ok(())
    }

    /// Returns once nobody reads any more.
    pub async fn disconnected(&self) {
        self.pieces.closed().await;
    }
}

/// An extension of answers that go on.
#[derive(Debug, Clone)]
pub(super) struct Streaming(pub(super) Flow);

/// What both ends of a stream know of each other. A cheap handle.
#[derive(Debug, Clone, Default)]
pub(super) struct Flow(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Since when what writes is held up by a client that takes nothing.
    held_up: Mutex<Option<Instant>>,
    ending: AtomicBool,
}

impl Flow {
    fn held_up(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.held_up.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Since when what writes is held up by a client that takes nothing.
    pub(super) fn held_up_since(&self) -> Option<Instant> {
        *self.held_up()
    }

    /// Ends the stream behind what was written so far. Its body must be asked afterwards.
    pub(super) fn end(&self) {
        self.0.ending.store(true, Relaxed);
    }
}

/// The body.
struct Pieces {
    waiting: mpsc::Receiver<Bytes>,
    flow: Flow,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        // It was taken, or there is room for more.
        *self.flow.held_up() = None;
        if self.flow.0.ending.load(Relaxed) {
            self.waiting.close();
        }
        self.waiting.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
    }
}

#[cfg(test)]
mod tests;
