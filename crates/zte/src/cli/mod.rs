//! The command line of an OLT: what is typed, and what its answers mean.
//!
//! Bytes become replies in `reader`, without I/O. `session` is one telnet
//! session; `keeper` is the task that owns the sessions of an OLT.

mod broken;
#[cfg(test)]
mod dialect_tests;
mod halves;
#[cfg(test)]
mod hostile_tests;
mod keeper;
mod line;
mod login;
#[cfg(test)]
mod lost_link_tests;
mod octets;
mod outage;
mod prompt;
mod read_turn;
mod reader;
pub(crate) mod saved;
mod screen;
#[cfg(test)]
pub(crate) mod scripted;
mod sending;
mod session;
pub(crate) mod show;
mod telnet;
pub(crate) mod text;
mod write_turn;
mod writer;

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::firmware::dialect::{C3XX, Dialect};
use crate::latency::Latency;
use crate::{CliSettings, LatencyStats, Trouble};
pub(crate) use keeper::Rank;
use keeper::{Queues, ReadWant, WRITES, Want, WriteWant};
pub(crate) use line::Line;
use outage::Outage;
pub(crate) use prompt::Mode;
pub(crate) use read_turn::{Answer, ReadTurn};
pub(crate) use reader::Reader;
pub(crate) use reader::{Refusal, Reply, refusal};
pub(crate) use session::Most;
pub(crate) use telnet::Telnet;
pub(crate) use write_turn::{Lost, WriteTurn, Written};
use writer::Taken;

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
    /// Those of them who wait to write.
    writers: AtomicUsize,
    latency: Latency,
    /// What the OLT speaks, as far as it is known.
    dialect: Mutex<&'static Dialect>,
    /// Until when a line that writes keeps every reader waiting.
    taken: Taken,
    stop: CancellationToken,
    /// Once stopped, until when a line that writes may go on.
    until: OnceLock<Instant>,
}

impl Shared {
    fn dialect(&self) -> &'static Dialect {
        *self.dialect.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The command line of one OLT. A cheap handle; nothing is sent before it is used.
#[derive(Debug, Clone)]
pub(crate) struct Cli {
    shared: Arc<Shared>,
    reads: mpsc::Sender<ReadWant>,
    writes: mpsc::Sender<WriteWant>,
    /// The other ends, until the first use starts the task.
    unstarted: Arc<Mutex<Option<Queues>>>,
}

impl Cli {
    pub(crate) fn new(settings: CliSettings) -> Self {
        // Its bound is the configured one: each caller that waits will take some
        // hundred milliseconds of the session, and hangs up after 90 s.
        let (reads, wanted_reads) = mpsc::channel(settings.queue.max(1));
        let (writes, wanted_writes) = mpsc::channel(WRITES);
        let queues = Queues { reads: wanted_reads, writes: wanted_writes };
        let shared = Shared {
            outage: Outage::new(&settings.host),
            settings,
            commands: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            logins: AtomicU64::new(0),
            sessions: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            writers: AtomicUsize::new(0),
            latency: Latency::default(),
            dialect: Mutex::new(&C3XX),
            taken: Taken::default(),
            stop: CancellationToken::new(),
            until: OnceLock::new(),
        };
        let unstarted = Arc::new(Mutex::new(Some(queues)));
        Self { shared: Arc::new(shared), reads, writes, unstarted }
    }

    /// One place in the queue, then a session for as many commands as the turn
    /// lasts. Whoever could only wait for a line that writes, and longer than until
    /// `deadline`, is told so at once.
    ///
    /// # Errors
    /// [`Trouble::Busy`], [`Trouble::Writing`], [`Trouble::CliUnreachable`],
    /// [`Trouble::LoginRefused`], [`Trouble::Deadline`].
    pub(crate) async fn read_turn(&self, deadline: Instant) -> Result<ReadTurn, Trouble> {
        self.start();
        self.shared.outage.check()?;
        let shared = Arc::clone(&self.shared);
        let asks = tokio::select! {
            biased;
            trouble = self.shared.taken.beyond(deadline) => return Err(trouble),
            asks = self.place(&self.reads, self.shared.settings.queue, (Rank::Person, deadline)) => asks?,
        };
        Ok(ReadTurn { shared, asks, most: Most::READING })
    }

    /// The OLT's one turn that writes, once those before it have ended theirs; people
    /// are before what can wait. Where the link was lost just now they wait for it too.
    ///
    /// # Errors
    /// Nothing was sent: as [`read_turn`](Self::read_turn), but for [`Trouble::Writing`].
    pub(crate) async fn write_turn(&self, rank: Rank, deadline: Instant) -> Result<WriteTurn, Trouble> {
        self.start();
        if self.shared.outage.pause().is_none() {
            self.shared.outage.check()?;
        }
        let _waiting = Counted::new(&self.shared.writers);
        let begun = self.place(&self.writes, WRITES, (rank, deadline)).await?;
        Ok(WriteTurn::new(Arc::clone(&self.shared), begun))
    }

    /// Whether so many wait to write that one more is sent away.
    pub(crate) fn is_full_of_writers(&self) -> bool {
        self.shared.writers.load(Ordering::Relaxed) >= WRITES
    }

    /// What whoever gives out the sessions has for those of this queue.
    async fn place<T>(
        &self,
        queue: &mpsc::Sender<Want<T>>,
        most: usize,
        (rank, deadline): (Rank, Instant),
    ) -> Result<T, Trouble> {
        let began = Instant::now();
        let (give, given) = oneshot::channel();
        let want = Want { give, deadline, rank };
        if rank == Rank::GoesOn {
            queue.send(want).await.map_err(|_| closed())?;
        } else {
            queue.try_send(want).map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => Trouble::Busy { waiting: most },
                mpsc::error::TrySendError::Closed(_) => closed(),
            })?;
        }
        let _waiting = Counted::new(&self.shared.waiting);
        match timeout_at(deadline, given).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) => Err(closed()),
            Err(_) => Err(self.shared.outage.last().unwrap_or(Trouble::Deadline(began.elapsed()))),
        }
    }

    /// The OLT was learned to speak this.
    pub(crate) fn speak(&self, dialect: &'static Dialect) {
        *self.shared.dialect.lock().unwrap_or_else(PoisonError::into_inner) = dialect;
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

    /// Ends its task: nobody gets a turn any more, a line that writes may go on for
    /// as long as `lines`, and the sessions are logged out of.
    pub(crate) fn close(&self, lines: Duration) {
        let _ = self.shared.until.set(Instant::now() + lines);
        self.shared.stop.cancel();
    }

    /// Whether nobody gets a turn any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.stop.is_cancelled()
    }

    fn start(&self) {
        let mut unstarted = self.unstarted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queues) = unstarted.take() {
            tokio::spawn(keeper::keep(Arc::clone(&self.shared), queues));
        }
    }
}

fn closed() -> Trouble {
    Trouble::CliUnreachable { why: "it is being closed".to_owned(), retry_after: Duration::from_secs(1) }
}

fn ended() -> Trouble {
    Trouble::CliUnreachable {
        why: "the session of this turn has ended".to_owned(),
        retry_after: Duration::from_secs(1),
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
