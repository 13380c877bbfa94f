//! The turn that writes, as the task serves it that owns the sessions.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};

use super::keeper::{self, WriteWant};
use super::line::{Line, SILENCE};
use super::outage;
use super::prompt::Mode;
use super::sending::Interrupted;
use super::session::Session;
use super::write_turn::{Lost, Written};
use super::{Shared, closed};
use crate::Trouble;

/// A turn that has begun.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(super) asks: mpsc::Sender<Write>,
    pub(super) mode: Mode,
}

/// A line of the caller whose turn it is.
#[derive(Debug)]
pub(crate) struct Write {
    pub(super) line: Line,
    pub(super) confirm: bool,
    pub(super) give: oneshot::Sender<Result<Written, Lost>>,
}

/// Until when a line that writes keeps every reader from the command line. That is
/// expected, not known: as long as the slowest line with the same silence took in
/// this process. Before the first one, a line that may be silent for longer than
/// others is expected to take all of that, and another one [`USUAL`]. A line that
/// takes longer than expected is expected to take as long again, up to its longest.
#[derive(Debug)]
pub(crate) struct Taken {
    until: watch::Sender<Option<Instant>>,
    /// The slowest line so far that was not refused, by the silence that it is
    /// allowed: there are as many as there are silences.
    slowest: Mutex<BTreeMap<Duration, Duration>>,
}

impl Default for Taken {
    fn default() -> Self {
        Self { until: watch::Sender::new(None), slowest: Mutex::default() }
    }
}

impl Taken {
    /// Waits until a wait up to this deadline is known to be in vain.
    pub(super) async fn beyond(&self, deadline: Instant) -> Trouble {
        let mut until = self.until.subscribe();
        let late = until.wait_for(|until| until.is_some_and(|until| until > deadline)).await;
        let late = late.ok().and_then(|until| *until);
        match late {
            Some(until) => writing(until),
            // Nobody writes any more.
            None => std::future::pending().await,
        }
    }

    pub(super) fn expected(&self, line: &Line) -> Duration {
        let slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = if line.silence() > SILENCE { line.silence() } else { USUAL };
        slowest.get(&line.silence()).copied().unwrap_or(unknown).max(USUAL)
    }

    pub(super) fn took(&self, line: &Line, time: Duration) {
        let mut slowest = self.slowest.lock().unwrap_or_else(PoisonError::into_inner);
        let known = slowest.entry(line.silence()).or_default();
        *known = time.max(*known);
    }

    fn set(&self, until: Option<Instant>) {
        self.until.send_replace(until);
    }
}

/// What most lines take at most, with the way there and back.
const USUAL: Duration = Duration::from_secs(1);

fn writing(until: Instant) -> Trouble {
    Trouble::Writing { retry_after: until.saturating_duration_since(Instant::now()) }
}

/// Nobody is kept waiting once this is gone, however the line has ended.
struct Free<'a>(&'a Taken);

impl Drop for Free<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

/// What is left behind a turn.
#[derive(Debug)]
pub(super) enum After {
    /// The session, where it is fit for a reader.
    Session(Option<Box<Session>>),
    /// Who wanted it: the link was lost, and is to be tried again after a pause.
    Wanted(WriteWant),
}

/// One turn. `alone` when no other session is in use.
pub(super) async fn serve(
    shared: Arc<Shared>,
    want: WriteWant,
    session: Option<Session>,
    alone: bool,
) -> After {
    if want.has_gone() {
        return After::Session(session.map(Box::new));
    }
    let session = match ready(&shared, session, alone).await {
        Ok(session) => session,
        Err(_) if shared.outage.pause().is_some() => return After::Wanted(want),
        Err(trouble) => {
            let _ = want.give.send(Err(trouble));
            return After::Session(None);
        }
    };
    After::Session(turn(&shared, want, session).await.map(Box::new))
}

async fn turn(shared: &Shared, want: WriteWant, mut session: Session) -> Option<Session> {
    session.wanted = Instant::now();
    // One at a time: a caller waits for each answer.
    let (give, asks) = mpsc::channel(1);
    if want.give.send(Ok(Begun { asks: give, mode: session.mode.clone() })).is_err() {
        return Some(session);
    }
    leave(lines(shared, session, asks).await?).await
}

/// A session that has just shown its prompt. One that died unnoticed is replaced:
/// no line was sent in it yet.
async fn ready(shared: &Shared, session: Option<Session>, alone: bool) -> Result<Session, Trouble> {
    if let Some(mut session) = session
        && (session.is_fresh() || session.keep_alive().await.is_ok())
    {
        return Ok(session);
    }
    keeper::open(shared, alone).await
}

/// Sends the lines of the turn, until its caller has gone, sleeps, or nobody may
/// begin anything any more. `None` where the session has broken.
async fn lines(shared: &Shared, mut session: Session, mut asks: mpsc::Receiver<Write>) -> Option<Session> {
    loop {
        let next = tokio::select! {
            biased;
            () = shared.stop.cancelled() => None,
            next = timeout(keeper::HELD, asks.recv()) => next.ok().flatten(),
        };
        let Some(write) = next else { break };
        // Who leaves before the line is sent wants nothing any more.
        if write.give.is_closed() {
            continue;
        }
        let (written, kept) = line(shared, session, &write).await;
        // Nobody waits for it where the caller has left on the way.
        let _ = write.give.send(written);
        session = kept?;
    }
    asks.close();
    while let Ok(write) = asks.try_recv() {
        let _ = write.give.send(Err(Lost::NotSent(closed())));
    }
    Some(session)
}

/// Sends one line, never again, and reads its answer whether or not somebody
/// still waits for it.
async fn line(
    shared: &Shared,
    mut session: Session,
    Write { line, confirm, .. }: &Write,
) -> (Result<Written, Lost>, Option<Session>) {
    let began = Instant::now();
    let _free = Free(&shared.taken);
    let only = shared.settings.max_sessions <= 1;
    let tell = |time: Duration| {
        if only {
            shared.taken.set(Some(began + time));
        }
    };
    let answered = {
        let write = session.write(line, *confirm);
        tokio::pin!(write);
        let mut expected = shared.taken.expected(line).min(line.longest());
        loop {
            tell(expected);
            tokio::select! {
                biased;
                answered = &mut write => break answered,
                () = sleep_until(began + expected), if expected < line.longest() => {
                    expected = (2 * expected).min(line.longest());
                }
            }
        }
    };
    match answered {
        Ok(reply) => {
            let took = began.elapsed();
            shared.latency.measured(took);
            shared.outage.answered();
            if reply.refusal.is_none() {
                shared.taken.took(line, took);
            }
            (Ok(Written { reply, took }), Some(session))
        }
        Err(Interrupted { broken, sent }) => {
            let trouble = if broken.is_of_one_answer() {
                outage::trouble(&broken, Instant::now() + keeper::PAUSE)
            } else {
                shared.outage.failed(&broken)
            };
            (Err(if sent { Lost::Unknown(trouble) } else { Lost::NotSent(trouble) }), None)
        }
    }
}

/// Leaves the modes of configuration. A session that cannot is closed, which frees
/// its line as well (fact sheet, CLI §1.5): it never goes back to the readers.
async fn leave(mut session: Session) -> Option<Session> {
    if matches!(session.mode, Mode::In(_)) {
        let left = session.write(&Line::ours(session.dialect().lines.end), false).await;
        if !left.is_ok_and(|reply| reply.mode == Mode::Enabled) {
            return None;
        }
    }
    session.wanted = Instant::now();
    Some(session)
}
