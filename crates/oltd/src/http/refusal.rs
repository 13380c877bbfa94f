//! What the HTTP library refuses by itself, before there is a request: it
//! answers with a bare 400, 414 or 431, which is replaced here, on its way out.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::header;
use axum::response::Response;
use hyper::rt::{Read, ReadBuf, Write};
use tokio::time::Sleep;

use super::ErrorCode;
use super::pulse::Pulse;

/// As the library spells the last line of a head.
const END: &[u8] = b"\r\n\r\n";
/// Every answer of ours has this in its head, and none of the library's.
const OURS: &[u8] = b"\r\nx-request-id: ";
/// How every answer of HTTP/1.1 begins.
const STATUS: &[u8] = b"HTTP/1.1 ";
/// A bare answer is a status line and three headers.
const LONGEST: usize = 256;
/// How long what a client still sends is read and thrown away after a refusal:
/// closing at once would take the answer from it (RFC 9112, 9.6).
const LINGER: Duration = Duration::from_secs(1);

/// Makes the whole answer to what was refused.
pub(super) type Refuse = Box<dyn FnMut(ErrorCode) -> Vec<u8> + Send>;

/// A connection whose bare refusals are replaced.
pub(super) struct Refusing<I> {
    io: I,
    pulse: Arc<Pulse>,
    refuse: Refuse,
    /// What stands in place of the bare refusal, and how much of it is written.
    instead: Option<(Vec<u8>, usize)>,
    linger: Option<Pin<Box<Sleep>>>,
    /// Whether the client was told that no more will come.
    shut: bool,
}

impl<I> Refusing<I> {
    pub(super) fn new(io: I, pulse: Arc<Pulse>, refuse: Refuse) -> Self {
        Self { io, pulse, refuse, instead: None, linger: None, shut: false }
    }
}

/// An answer after which the connection is closed, as HTTP/1.1 spells it.
pub(super) fn written(answer: &Response, body: &[u8]) -> Vec<u8> {
    let mut written = format!("HTTP/1.1 {}\r\n", answer.status()).into_bytes();
    for (name, value) in answer.headers().iter().filter(|(name, _)| **name != header::CONTENT_LENGTH) {
        written.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    written.extend(format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len()).bytes());
    written.extend(body);
    written
}

/// Where a bare refusal begins in what is written, and what it refuses.
fn bare(written: &[u8]) -> Option<(usize, ErrorCode)> {
    if !written.ends_with(END) {
        return None;
    }
    let from = written.len().saturating_sub(LONGEST);
    let tail = written.get(from..)?;
    let start = from + tail.windows(STATUS.len()).rposition(|at| at == STATUS)?;
    let head = written.get(start..)?;
    let code = ErrorCode::of_library(head.get(STATUS.len()..STATUS.len() + 3)?)?;
    let ours = head.windows(OURS.len()).any(|at| at == OURS);
    (!ours).then_some((start, code))
}

impl<I: Write + Unpin> Refusing<I> {
    /// Takes what is to be written where a bare refusal ends it.
    fn replace(&mut self, written: &[u8]) -> bool {
        let Some((start, code)) = bare(written) else { return false };
        let mut instead = written.get(..start).unwrap_or_default().to_vec();
        instead.extend((self.refuse)(code));
        self.instead = Some((instead, 0));
        true
    }

    fn poll_instead(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some((answer, done)) = &mut self.instead {
            let Some(rest) = answer.get(*done..).filter(|rest| !rest.is_empty()) else { break };
            let polled = Pin::new(&mut self.io).poll_write(context, rest);
            self.pulse.wrote(polled.is_ready());
            let written = ready!(polled)?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            *done += written;
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: Read + Unpin> Refusing<I> {
    /// Reads and throws away what still comes, until the client is done or [`LINGER`] is over.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let linger = self.linger.get_or_insert_with(|| Box::pin(tokio::time::sleep(LINGER)));
        while linger.as_mut().poll(context).is_pending() {
            let mut room = [0; 4 << 10];
            let mut read = ReadBuf::new(&mut room);
            let polled = ready!(Pin::new(&mut self.io).poll_read(context, read.unfilled()));
            if polled.is_err() || read.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(())
    }
}

impl<I: Read + Write + Unpin> Write for Refusing<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.replace(bytes) {
            return Poll::Ready(Ok(bytes.len()));
        }
        let polled = Pin::new(&mut this.io).poll_write(context, bytes);
        this.pulse.wrote(polled.is_ready());
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if let [only] = slices
            && this.replace(only)
        {
            return Poll::Ready(Ok(only.len()));
        }
        let polled = Pin::new(&mut this.io).poll_write_vectored(context, slices);
        this.pulse.wrote(polled.is_ready());
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_instead(context))?;
        Pin::new(&mut this.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(this.poll_instead(context))?;
        if !this.shut {
            ready!(Pin::new(&mut this.io).poll_shutdown(context))?;
            this.shut = true;
        }
        if this.instead.is_some() {
            ready!(this.poll_drain(context));
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: Read + Unpin> Read for Refusing<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: hyper::rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_librarys_own_refusals_are_found() {
        let bare =
            |status: &str| format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
        for (written, found) in [
            (bare("400 Bad Request"), Some((0, ErrorCode::MalformedRequest))),
            (bare("431 Request Header Fields Too Large"), Some((0, ErrorCode::HeadTooLarge))),
            (bare("414 URI Too Long"), Some((0, ErrorCode::PathTooLong))),
            (format!("{{\"a\":1}}{}", bare("400 Bad Request")), Some((7, ErrorCode::MalformedRequest))),
            (bare("200 OK"), None),
            (bare("100 Continue"), None),
            ("HTTP/1.1 400 Bad Request\r\nx-request-id: 1\r\ncontent-length: 0\r\n\r\n".to_owned(), None),
            ("HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}".to_owned(), None),
            ("\r\n\r\n".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(super::bare(written.as_bytes()), found, "{written}");
        }
    }
}
