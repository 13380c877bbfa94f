//! The command line of an OLT: what is typed, and what its answers mean.
//!
//! Bytes become replies in `reader`, without I/O. `session` is one telnet
//! session; `keeper` is the task that owns the sessions of an OLT.

mod broken;
mod halves;
#[cfg(test)]
mod hostile_tests;
mod keeper;
mod line;
mod login;
mod octets;
mod outage;
mod prompt;
mod reader;
pub(crate) mod saved;
mod screen;
mod session;
pub(crate) mod show;
mod telnet;
pub(crate) mod text;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::SystemTime;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::latency::Latency;
use crate::{CliSettings, LatencyStats, Trouble};
use keeper::{Ask, Want};
use line::Line;
use outage::Outage;
pub(crate) use reader::Reader;
pub(crate) use reader::{Refusal, refusal};
pub(crate) use session::Most;
use show::{Parsed, Show};
pub(crate) use telnet::Telnet;

/// Counters of the sessions with one OLT since the process started, and what is
/// under way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CliStats {
    /// Commands sent for callers.
    pub commands: u64,
    /// Those of them that gave no answer to use: refused by the OLT, too late,
    /// or lost with their session.
    pub failures: u64,
    /// Successful logins.
    pub logins: u64,
    /// Sessions open now.
    pub sessions: usize,
    /// Callers waiting for their turn now.
    pub waiting: usize,
    /// Most callers that may wait.
    pub queue: usize,
    /// How long commands took that were answered, refusals included, each from
    /// its line to the prompt.
    pub latency: LatencyStats,
    /// Whether its command line can be used; `None` before the first try.
    pub reachable: Option<bool>,
    /// When it last answered.
    pub last_contact: Option<SystemTime>,
}

/// What the handles and the task share.
#[derive(Debug)]
pub(crate) struct Shared {
    settings: CliSettings,
    outage: Outage,
    commands: AtomicU64,
    failures: AtomicU64,
    logins: AtomicU64,
    sessions: AtomicUsize,
    waiting: AtomicUsize,
    latency: Latency,
    stop: CancellationToken,
}

/// The command line of one OLT. A cheap handle; nothing is sent before it is used.
#[derive(Debug, Clone)]
pub(crate) struct Cli {
    shared: Arc<Shared>,
    wants: mpsc::Sender<Want>,
    /// The other end, until the first use starts the task.
    unstarted: Arc<std::sync::Mutex<Option<mpsc::Receiver<Want>>>>,
}

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

impl Cli {
    pub(crate) fn new(settings: CliSettings) -> Self {
        // Its bound is the configured one: each caller that waits will take some
        // hundred milliseconds of the session, and hangs up after 90 s.
        let (wants, receiver) = mpsc::channel(settings.queue.max(1));
        let shared = Shared {
            outage: Outage::new(&settings.host),
            settings,
            commands: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            logins: AtomicU64::new(0),
            sessions: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            latency: Latency::default(),
            stop: CancellationToken::new(),
        };
        Self { shared: Arc::new(shared), wants, unstarted: Arc::new(std::sync::Mutex::new(Some(receiver))) }
    }

    /// One place in the queue, then a session for as many commands as the turn lasts.
    ///
    /// # Errors
    /// [`Trouble::Busy`], [`Trouble::CliUnreachable`], [`Trouble::LoginRefused`], [`Trouble::Deadline`].
    pub(crate) async fn turn(&self, deadline: Instant) -> Result<Turn, Trouble> {
        self.start();
        self.shared.outage.check()?;
        let began = Instant::now();
        let (give, given) = oneshot::channel();
        self.wants.try_send(Want { give, deadline }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Trouble::Busy { waiting: self.shared.settings.queue },
            mpsc::error::TrySendError::Closed(_) => closed(),
        })?;
        let _waiting = Counted::new(&self.shared.waiting);
        match timeout_at(deadline, given).await {
            Ok(Ok(turn)) => {
                turn.map(|asks| Turn { shared: Arc::clone(&self.shared), asks, most: Most::READING })
            }
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(Trouble::Deadline(began.elapsed())),
        }
    }

    /// What was done so far.
    pub(crate) fn stats(&self) -> CliStats {
        let shared = &self.shared;
        let (reachable, last_contact) = shared.outage.contact();
        CliStats {
            commands: shared.commands.load(Ordering::Relaxed),
            failures: shared.failures.load(Ordering::Relaxed),
            logins: shared.logins.load(Ordering::Relaxed),
            sessions: shared.sessions.load(Ordering::Relaxed),
            waiting: shared.waiting.load(Ordering::Relaxed),
            queue: shared.settings.queue,
            latency: shared.latency.stats(),
            reachable,
            last_contact,
        }
    }

    /// Ends its task, which logs out of the sessions that are idle.
    pub(crate) fn close(&self) {
        self.shared.stop.cancel();
    }

    fn start(&self) {
        let mut unstarted = self.unstarted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(wants) = unstarted.take() {
            tokio::spawn(keeper::keep(Arc::clone(&self.shared), wants));
        }
    }
}

fn closed() -> Trouble {
    Trouble::CliUnreachable {
        why: "it is being closed".to_owned(),
        retry_after: std::time::Duration::from_secs(1),
    }
}

fn ended() -> Trouble {
    Trouble::CliUnreachable {
        why: "the session of this turn has ended".to_owned(),
        retry_after: std::time::Duration::from_secs(1),
    }
}

/// One more while it lives.
#[derive(Debug)]
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A session for the commands of one caller. Dropped in the middle of a command,
/// the command is read to its end in the background and the session stays clean.
#[derive(Debug)]
pub(crate) struct Turn {
    shared: Arc<Shared>,
    asks: mpsc::Sender<Ask>,
    /// The longest answer.
    most: Most,
}

impl Turn {
    /// The same, for answers as long as `most`.
    pub(crate) fn with(self, most: Most) -> Self {
        Self { most, ..self }
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
        let command = show.line();
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
