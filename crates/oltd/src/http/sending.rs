//! The body of an answer on its way out, in pieces, so that what is not taken is known.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::connections::Load;
use super::stream::Flow;

/// A piece of a body that lives for this answer alone. This much may wait on a
/// stream whose client takes nothing, after it was handed over.
const OWN: usize = 8 << 10;
/// A piece of a body that is kept anyhow.
const KEPT: usize = 64 << 10;

/// The body of an answer. Whoever sends it asks for the next piece once there is
/// room for it.
pub(super) struct Sending {
    body: Body,
    rest: Bytes,
    piece: usize,
    load: Load,
    /// Where it goes on: what ends it.
    end: Option<(Pin<Box<WaitForCancellationFutureOwned>>, Flow)>,
}

impl Sending {
    pub(super) fn new(body: Body, kept: bool, load: Load) -> Self {
        Self { body, rest: Bytes::new(), piece: if kept { KEPT } else { OWN }, load, end: None }
    }

    /// The same of a stream, which ends once this is cancelled.
    pub(super) fn until(self, end: CancellationToken, stream: Flow) -> Self {
        Self { end: Some((Box::pin(end.cancelled_owned()), stream)), ..self }
    }

    fn piece(&mut self) -> Bytes {
        self.load.moved();
        let piece = self.rest.split_to(self.piece.min(self.rest.len()));
        if self.rest.is_empty() {
            self.rest = Bytes::new();
            // A piece would keep the whole body in memory until it is taken.
            return Bytes::copy_from_slice(&piece);
        }
        piece
    }
}

impl hyper::body::Body for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some((end, stream)) = &mut self.end
            && end.as_mut().poll(context).is_ready()
        {
            stream.end();
            self.end = None;
        }
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(self.piece()))));
        }
        let polled = Pin::new(&mut self.body).poll_frame(context);
        let Poll::Ready(Some(Ok(frame))) = polled else { return polled };
        match frame.into_data() {
            Ok(data) if data.len() > self.piece => {
                self.rest = data;
                Poll::Ready(Some(Ok(Frame::data(self.piece()))))
            }
            Ok(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Err(frame) => Poll::Ready(Some(Ok(frame))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (body, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut all = SizeHint::new();
        all.set_lower(body.lower() + rest);
        if let Some(upper) = body.upper() {
            all.set_upper(upper + rest);
        }
        all
    }
}
