//! The task that owns the sessions of an OLT.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Shared;
use super::broken::Broken;
use super::line::Line;
use super::outage;
use super::reader::Reply;
use super::session::{Most, Session};
use super::writer::{self, After, Begun};
use crate::Trouble;

/// A caller who waits for a session, for what it is given there.
#[derive(Debug)]
pub(crate) struct Want<T> {
    pub(crate) give: oneshot::Sender<Result<T, Trouble>>,
    pub(crate) deadline: Instant,
    pub(crate) rank: Rank,
}

impl<T> Want<T> {
    /// Whether nobody waits any more.
    pub(super) fn has_gone(&self) -> bool {
        self.give.is_closed() || self.deadline <= Instant::now()
    }
}

pub(crate) type ReadWant = Want<mpsc::Sender<Ask>>;
pub(crate) type WriteWant = Want<Begun>;

/// Who is served first of those who want to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// What was begun and cut off: half of it may stand. Only who had a turn goes on, so
    /// that these are few, and the bound of the queue is not theirs.
    GoesOn,
    /// Somebody waits for it.
    Person,
    /// Nobody does, so that it gives way: a save that is owed.
    Later,
}

/// Callers in their order.
#[derive(Debug)]
pub(crate) struct Queues {
    pub(crate) reads: mpsc::Receiver<ReadWant>,
    pub(crate) writes: mpsc::Receiver<WriteWant>,
}

/// A command of the caller whose turn it is.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) line: Line,
    pub(crate) most: Most,
    pub(crate) deadline: Instant,
    pub(crate) give: oneshot::Sender<Result<Reply, Trouble>>,
}

/// How long a command whose caller has gone may go on, so that its session
/// stays in use: the slowest single reading takes about so long.
const READ_ON: Duration = Duration::from_secs(15);
/// How long a caller may leave its session unused in the middle of its turn.
pub(super) const HELD: Duration = Duration::from_secs(30);
/// How long reading turns may go on once the handles are closed.
pub(super) const ENDING: Duration = Duration::from_millis(200);
/// Shortest sign of life of a deadline that is over: try nothing.
pub(super) const PAUSE: Duration = Duration::from_secs(1);

/// Gives callers a session each, in their order, `max_sessions` at a time, and one
/// of them at most to write: beside the readers, or instead of them where there is
/// one session only. A free session goes to whoever wants to write, since the
/// others may fill it for ever; but between two of those a reader has its turn.
/// Ends when the handles are gone or closed.
pub(crate) async fn keep(shared: Arc<Shared>, mut queues: Queues) {
    let most = shared.settings.max_sessions.max(1);
    let mut idle: Vec<Session> = Vec::new();
    let mut turns: JoinSet<Option<Session>> = JoinSet::new();
    let mut writer: JoinSet<After> = JoinSet::new();
    let mut writers: VecDeque<WriteWant> = VecDeque::new();
    let mut wrote = false;
    loop {
        let reader_first = wrote && !queues.reads.is_empty();
        let pause = shared.outage.pause().filter(|_| !writers.is_empty());
        if turns.len() < most
            && writer.is_empty()
            && !reader_first
            && pause.is_none()
            && let Some(want) = first(&mut writers)
        {
            let (session, alone) = (take(&shared, &mut idle), turns.is_empty());
            writer.spawn(writer::serve(Arc::clone(&shared), want, session, alone));
            wrote = true;
        }
        let used = turns.len() + writer.len();
        shared.sessions.store(idle.len() + used, Ordering::Relaxed);
        let care = at(idle.iter().map(|session| next_care(&shared, session)).min());
        tokio::select! {
            () = shared.stop.cancelled() => break,
            want = queues.writes.recv() => match want {
                Some(want) => queue(&mut writers, want),
                None => break,
            },
            want = queues.reads.recv(), if used < most => match want {
                Some(want) => {
                    let session = take(&shared, &mut idle);
                    turns.spawn(serve(Arc::clone(&shared), want, session, used == 0));
                    wrote = false;
                }
                None => break,
            },
            Some(session) = turns.join_next() => idle.extend(session.ok().flatten()),
            Some(after) = writer.join_next() => match after {
                Ok(After::Session(session)) => idle.extend(session.map(|session| *session)),
                Ok(After::Wanted(want)) => writers.push_front(want),
                Err(_) => {}
            },
            () = at(pause) => {}
            () = care => tend(&shared, &mut idle, &mut turns),
        }
    }
    // Who still waits is told so now, not once the last line has ended.
    drop((queues, writers));
    tokio::join!(end_reads(idle, turns), end_writer(writer, shared.until.get().copied()));
    shared.sessions.store(0, Ordering::Relaxed);
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// Most callers that wait to write. A change takes the better part of a second, and each
/// has a minute for its turn: more would wait in vain.
pub(crate) const WRITES: usize = 64;

/// The one who is served next: in their order, but people before what can wait.
fn first(writers: &mut VecDeque<WriteWant>) -> Option<WriteWant> {
    let at = (0..writers.len()).min_by_key(|at| writers.get(*at).map(|want| want.rank))?;
    writers.remove(at)
}

/// Queues one who wants to write. Those who have given up take no place: a line
/// may last longer than all of them wait.
fn queue(writers: &mut VecDeque<WriteWant>, want: WriteWant) {
    writers.retain(|want| !want.has_gone());
    if writers.len() < WRITES || want.rank == Rank::GoesOn {
        writers.push_back(want);
    } else {
        let _ = want.give.send(Err(Trouble::Busy { waiting: WRITES }));
    }
}

async fn end_reads(mut idle: Vec<Session>, mut turns: JoinSet<Option<Session>>) {
    // A turn that has just ended gives its session back for a polite good-bye.
    let ended = async {
        while let Some(session) = turns.join_next().await {
            idle.extend(session.ok().flatten());
        }
    };
    let _ = tokio::time::timeout(ENDING, ended).await;
    turns.abort_all();
    futures::future::join_all(idle.into_iter().map(Session::close)).await;
}

/// The line under way goes on for as long as whoever closed the handles allows;
/// where they are merely gone, as long as the line itself may.
async fn end_writer(mut writer: JoinSet<After>, until: Option<Instant>) {
    let ended = async {
        match writer.join_next().await {
            Some(Ok(After::Session(session))) => session.map(|session| *session),
            _ => None,
        }
    };
    let session = match until {
        Some(until) => tokio::time::timeout_at(until, ended).await.ok().flatten(),
        None => ended.await,
    };
    writer.abort_all();
    if let Some(session) = session {
        session.close().await;
    }
}

/// The session that was used last, which is the likeliest to live. What its device
/// speaks may have been learned since it was opened.
fn take(shared: &Shared, idle: &mut Vec<Session>) -> Option<Session> {
    let mut session = idle.pop()?;
    session.reader.speak(shared.dialect());
    Some(session)
}

fn next_care(shared: &Shared, session: &Session) -> Instant {
    (session.used + shared.settings.keep_alive).min(session.wanted + shared.settings.idle_close)
}

/// Closes sessions that nobody wanted for long, and keeps the others alive. Both
/// are turns: whoever finds another session does not wait for a dead one.
fn tend(shared: &Shared, idle: &mut Vec<Session>, turns: &mut JoinSet<Option<Session>>) {
    let now = Instant::now();
    for mut session in std::mem::take(idle) {
        if session.wanted + shared.settings.idle_close <= now {
            turns.spawn(async move {
                session.close().await;
                None
            });
        } else if session.used + shared.settings.keep_alive > now {
            idle.push(session);
        } else {
            turns.spawn(async move { session.keep_alive().await.is_ok().then_some(session) });
        }
    }
}

/// One turn: gives back the session when it is fit for another. `alone` when no
/// other session is in use.
async fn serve(
    shared: Arc<Shared>,
    want: ReadWant,
    session: Option<Session>,
    alone: bool,
) -> Option<Session> {
    if want.has_gone() {
        return session;
    }
    let mut session = match session {
        Some(session) => session,
        None => match open(&shared, alone).await {
            Ok(session) => session,
            Err(trouble) => {
                let _ = want.give.send(Err(trouble));
                return None;
            }
        },
    };
    session.wanted = Instant::now();
    // One at a time: a caller waits for each answer.
    let (give, mut asks) = mpsc::channel(1);
    if want.give.send(Ok(give)).is_err() {
        return Some(session);
    }
    while let Ok(Some(mut ask)) = tokio::time::timeout(HELD, asks.recv()).await {
        let (reply, kept) = answer(&shared, session, &mut ask).await;
        let _ = ask.give.send(reply);
        session = kept?;
    }
    session.wanted = Instant::now();
    Some(session)
}

/// Beside a session in use, a failure says that the OLT has no line for another
/// one: that is this caller's trouble and no outage.
pub(super) async fn open(shared: &Shared, alone: bool) -> Result<Session, Trouble> {
    shared.outage.check()?;
    match Session::open(&shared.settings, shared.dialect()).await {
        Ok(session) => {
            shared.logins.fetch_add(1, Ordering::Relaxed);
            shared.outage.answered();
            Ok(session)
        }
        Err(
            broken @ (Broken::Unreached(_)
            | Broken::Network { .. }
            | Broken::Closed { .. }
            | Broken::Silent { .. }
            | Broken::Late { .. }),
        ) if !alone => Err(outage::trouble(&broken, Instant::now() + PAUSE)),
        Err(broken) => Err(shared.outage.failed(&broken)),
    }
}

/// Runs a command; on a session that turns out to be dead once more on a new
/// one, since reading twice does no harm.
async fn answer(
    shared: &Shared,
    mut session: Session,
    ask: &mut Ask,
) -> (Result<Reply, Trouble>, Option<Session>) {
    // Longer than the caller waits: an answer that comes late is read to its
    // end, so that the session is clean for the next.
    let deadline = ask.deadline + READ_ON;
    let mut again = true;
    loop {
        let began = Instant::now();
        let answered = {
            let run = session.run(&ask.line, deadline, ask.most);
            tokio::pin!(run);
            let first = tokio::select! {
                answered = &mut run => Some(answered),
                () = ask.give.closed() => None,
            };
            match first {
                Some(answered) => answered,
                None => match tokio::time::timeout(READ_ON, run).await {
                    Ok(Ok(reply)) => Ok(reply),
                    // Nobody waits for it, and it says nothing about the OLT.
                    _ => return (Err(Trouble::Deadline(READ_ON)), None),
                },
            }
        };
        match answered {
            Ok(reply) => {
                shared.latency.measured(began.elapsed());
                shared.outage.answered();
                return (Ok(reply), Some(session));
            }
            Err(Broken::Closed { .. } | Broken::Network { .. }) if again && ask.deadline > Instant::now() => {
                again = false;
                match open(shared, true).await {
                    Ok(new) => session = new,
                    Err(trouble) => return (Err(trouble), None),
                }
            }
            Err(broken) if broken.is_of_one_answer() => {
                return (Err(outage::trouble(&broken, Instant::now() + PAUSE)), None);
            }
            Err(broken) => return (Err(shared.outage.failed(&broken)), None),
        }
    }
}

#[cfg(test)]
#[path = "keeper_tests.rs"]
mod tests;
