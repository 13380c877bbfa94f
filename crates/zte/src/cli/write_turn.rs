//! A place at the command line for lines that change something.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::line::Line;
use super::prompt::Mode;
use super::reader::Reply;
use super::writer::{Begun, Write};
use super::{Shared, ended};
use crate::Trouble;
use crate::firmware::dialect::Dialect;

/// What the OLT answered to a line: a refusal is an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) reply: Reply,
    /// From the line to the prompt.
    pub(crate) took: Duration,
}

/// A line without an answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lost {
    /// Nothing of it was sent.
    NotSent(Trouble),
    /// It was sent, or some of it, and nobody knows what the OLT made of it.
    Unknown(Trouble),
}

/// The only turn of an OLT that writes, on a session of its own. Dropped in the
/// middle of a line, the line is read to its end in the background; the session
/// then leaves the modes of configuration, or is closed.
#[derive(Debug)]
pub(crate) struct WriteTurn {
    shared: Arc<Shared>,
    asks: mpsc::Sender<Write>,
    mode: Mode,
}

impl WriteTurn {
    pub(super) fn new(shared: Arc<Shared>, begun: Begun) -> Self {
        let Begun { asks, mode } = begun;
        Self { shared, asks, mode }
    }

    /// Where the command line stands, as its last prompt says.
    pub(crate) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// What the OLT speaks.
    pub(crate) fn dialect(&self) -> &'static Dialect {
        self.shared.dialect()
    }

    /// Sends one line, once, and gives the answer as it is. Where the OLT asks for
    /// a confirmation it is told yes, or else no. Ends by itself: after
    /// [`Line::longest`], or after the longest silence of the line.
    ///
    /// # Errors
    /// [`Lost`], which ends the turn.
    pub(crate) async fn line(&mut self, line: Line, confirm: bool) -> Result<Written, Lost> {
        self.shared.commands.fetch_add(1, Ordering::Relaxed);
        let written = self.send(line, confirm).await;
        match &written {
            Ok(Written { reply, .. }) => self.mode = reply.mode.clone(),
            Err(_) => _ = self.shared.failures.fetch_add(1, Ordering::Relaxed),
        }
        if written.as_ref().is_ok_and(|written| written.reply.refusal.is_some()) {
            self.shared.failures.fetch_add(1, Ordering::Relaxed);
        }
        written
    }

    async fn send(&self, line: Line, confirm: bool) -> Result<Written, Lost> {
        let (give, given) = oneshot::channel();
        let write = Write { line, confirm, give };
        self.asks.send(write).await.map_err(|_| Lost::NotSent(ended()))?;
        // Whoever does not even say what became of it was ended in the middle of it.
        given.await.unwrap_or_else(|_| Err(Lost::Unknown(ended())))
    }
}

#[cfg(test)]
#[path = "write_turn_tests.rs"]
mod tests;
