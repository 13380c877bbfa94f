//! A place at the command line for commands that change nothing.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::keeper::Ask;
use super::line::Line;
use super::reader::Refusal;
use super::session::Most;
use super::show::{Parsed, Show};
use super::{Shared, ended};
use crate::Trouble;
use crate::firmware::dialect::Dialect;

/// An answer of so many bytes takes longer to read than others should wait.
const LONG: usize = 128 << 10;

/// What a command printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Text; nothing in it is wrapped back together.
    Text(String),
    /// The OLT's line that says that there is nothing to show, in a session that
    /// has shown something.
    Empty(String),
}

/// A session for the commands of one caller. Dropped in the middle of a command,
/// the command is read to its end in the background and the session stays clean.
#[derive(Debug)]
pub(crate) struct ReadTurn {
    pub(super) shared: Arc<Shared>,
    pub(super) asks: mpsc::Sender<Ask>,
    /// The longest answer.
    pub(super) most: Most,
}

impl ReadTurn {
    /// The same, for answers as long as `most`.
    pub(crate) fn with(self, most: Most) -> Self {
        Self { most, ..self }
    }

    /// What the OLT speaks.
    pub(crate) fn dialect(&self) -> &'static Dialect {
        self.shared.dialect()
    }

    /// Runs one command that changes nothing.
    ///
    /// # Errors
    /// [`Trouble::Refused`] with the OLT's line, [`Trouble::UnprovenNone`], [`Trouble::Deadline`],
    /// [`Trouble::CliUnreachable`], [`Trouble::LoginRefused`], [`Trouble::UnexpectedReply`].
    pub(crate) async fn text(&mut self, command: &str, deadline: Instant) -> Result<Answer, Trouble> {
        let line = Line::new(command).map_err(|error| Trouble::UnexpectedReply(error.to_string()))?;
        self.shared.commands.fetch_add(1, Ordering::Relaxed);
        let answer = self.run(command, line, deadline).await;
        if answer.is_err() {
            self.shared.failures.fetch_add(1, Ordering::Relaxed);
        }
        answer
    }

    async fn run(&mut self, command: &str, line: Line, deadline: Instant) -> Result<Answer, Trouble> {
        let began = Instant::now();
        let (give, given) = oneshot::channel();
        let ask = Ask { line, most: self.most, deadline, give };
        self.asks.send(ask).await.map_err(|_| ended())?;
        let reply = match timeout_at(deadline, given).await {
            Ok(Ok(reply)) => reply?,
            Ok(Err(_)) => return Err(ended()),
            Err(_) => return Err(Trouble::Deadline(began.elapsed())),
        };
        match reply.refusal {
            None => Ok(Answer::Text(reply.text)),
            Some(Refusal::Empty(line)) if reply.proven => Ok(Answer::Empty(line)),
            Some(Refusal::Empty(answer)) => {
                Err(Trouble::UnprovenNone { command: command.to_owned(), answer })
            }
            Some(Refusal::Refused(answer)) => Err(Trouble::Refused { command: command.to_owned(), answer }),
        }
    }

    /// The whole answer to a show command, as `is_whole` has it.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub(crate) async fn whole(
        &mut self,
        command: &str,
        is_whole: impl Fn(&str) -> bool,
        deadline: Instant,
    ) -> Result<Answer, Trouble> {
        let mut what = "nothing at all";
        // Now and then the device answers nothing at all (§6 nr. 12): once more.
        for _ in 0..2 {
            match self.text(command, deadline).await? {
                Answer::Text(text) if text.trim().is_empty() => {}
                Answer::Text(text) if !is_whole(&text) => what = "half a text",
                answer => return Ok(answer),
            }
        }
        Err(Trouble::UnexpectedReply(format!("{what} in answer to `{command}`, twice")))
    }

    /// Runs a show command and reads its answer.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    pub(crate) async fn ask<S: Show>(
        &mut self,
        show: &S,
        deadline: Instant,
    ) -> Result<Parsed<S::Rows>, Trouble> {
        let command = show.line_in(self.dialect());
        match self.whole(&command, S::is_whole, deadline).await? {
            Answer::Text(text) if text.len() < LONG => Ok(S::parse(&text)),
            // Elsewhere, or the readings of other OLTs would wait for this one.
            Answer::Text(text) => tokio::task::spawn_blocking(move || S::parse(&text))
                .await
                .map_err(|_| Trouble::UnexpectedReply(format!("the answer to `{command}` cannot be read"))),
            Answer::Empty(answer) => {
                let none = S::none().ok_or(Trouble::Refused { command, answer })?;
                Ok(Parsed { rows: none, unknown: Vec::new() })
            }
        }
    }
}
