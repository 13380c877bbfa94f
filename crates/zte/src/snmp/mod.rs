//! How an OLT is asked: one exchange at a time through its window, sent again
//! while it is silent, given up when it says nothing for too long; and walks
//! made of exchanges, which go on while answers arrive.

mod breaker;
mod exchange;
mod names;
mod pace;
mod transport;
pub(crate) mod walk;

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_snmp::{Oid, Value, VarBind};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::latency::Latency;
use crate::speed::Learned;
use crate::uptime::{Since, UpTime};
use crate::{OltStats, OnuCounters, SnmpSettings, Trouble};
use breaker::Breaker;
use names::Peer;
use pace::Pace;
pub use transport::SnmpTransport;
use walk::{Breach, Column, End, MAX_COLUMNS, Scope, Start, Walk};

/// Most OIDs in a GET.
pub(crate) const MOST_IN_GET: usize = 20;
/// Variable bindings that fill an answer of 1,472 bytes: about 34 bytes each
/// (measured over the columns of an ONU list), and some to spare for short values.
const FULL_ANSWER: u32 = 48;

/// Longest time of a reading, however it goes on: five seconds below the 90 s of
/// a request, so that what was read still goes out.
pub(crate) const READING: Duration = Duration::from_secs(85);

/// Why an exchange failed.
#[derive(Debug, Clone)]
pub(crate) enum Failure {
    TooBig,
    /// genErr and its like, with the position (from 1) of the binding to blame; 0 when unsaid.
    Refused(u32, String),
    Trouble(Trouble),
}

/// The SNMP side of one OLT.
pub(crate) struct Snmp {
    settings: SnmpSettings,
    transport: SnmpTransport,
    peer: Peer,
    window: Semaphore,
    waiting: AtomicUsize,
    pace: Mutex<Pace>,
    speed: Mutex<Learned>,
    uptime: Mutex<Option<UpTime>>,
    /// How often it has started again, as far as was seen.
    restarts: AtomicU64,
    breaker: Breaker,
    /// Most variable bindings to ask for at once; shrinks on tooBig and silence.
    answer_size: AtomicU32,
    requests: AtomicU64,
    retries: AtomicU64,
    timeouts: AtomicU64,
    answers: AtomicU64,
    varbinds: AtomicU64,
    latency: Latency,
}

#[derive(Debug, Clone, Copy)]
enum Ask<'a> {
    Get(&'a [Oid]),
    Bulk(&'a [Oid], u32),
}

/// Most requests in flight at once.
fn window(settings: &SnmpSettings) -> usize {
    settings.window.clamp(1, 64)
}

impl Snmp {
    pub(crate) fn new(settings: SnmpSettings, transport: SnmpTransport) -> Self {
        Self {
            window: Semaphore::new(window(&settings)),
            settings,
            transport,
            peer: Peer::default(),
            waiting: AtomicUsize::new(0),
            pace: Mutex::default(),
            speed: Mutex::default(),
            uptime: Mutex::default(),
            restarts: AtomicU64::new(0),
            breaker: Breaker::default(),
            answer_size: AtomicU32::new(FULL_ANSWER),
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            timeouts: AtomicU64::new(0),
            answers: AtomicU64::new(0),
            varbinds: AtomicU64::new(0),
            latency: Latency::default(),
        }
    }

    /// When a reading that starts now must end. While answers arrive it goes on
    /// until then; silence ends it sooner.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + READING
    }

    /// How many parts of a reading to read at once; one more than the OLT works on side by side.
    pub(crate) fn side_by_side(&self) -> usize {
        self.lock_pace().side_by_side(window(&self.settings))
    }

    fn lock_speed(&self) -> MutexGuard<'_, Learned> {
        self.speed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a sysUpTime that the OLT has just said; notes whether it started again.
    pub(crate) fn note_uptime(&self, ticks: u32) -> UpTime {
        let now = UpTime::new(ticks, Instant::now());
        let mut uptime = self.uptime.lock().unwrap_or_else(PoisonError::into_inner);
        if uptime.replace(now).is_some_and(|before| before.until(now) == Since::Restarted) {
            tracing::info!(host = %self.settings.host, "the OLT has started again; what it has is learned anew");
            self.restarts.fetch_add(1, Relaxed);
        }
        now
    }

    /// It answers again after a silence, to a question for its sysUpTime. Where
    /// it does not tell, it may have started again.
    fn came_back(&self, uptime: Option<&Value>) {
        match uptime {
            Some(Value::TimeTicks(ticks)) => {
                self.note_uptime(*ticks);
            }
            _ => {
                self.restarts.fetch_add(1, Relaxed);
            }
        }
    }

    /// Its sysUpTime, as it was last read; `None` before, and where it does not tell.
    pub(crate) fn uptime(&self) -> Option<UpTime> {
        *self.uptime.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often it has started again, as far as was seen.
    pub(crate) fn restarts(&self) -> u64 {
        self.restarts.load(Relaxed)
    }

    /// The tables of ONU counters to try, in order.
    pub(crate) fn onu_counters(&self) -> &[OnuCounters] {
        &self.settings.onu_counters
    }

    /// Whether it has been silent and is only probed.
    pub(crate) fn is_silent(&self) -> bool {
        self.breaker.open().is_some()
    }

    pub(crate) fn stats(&self) -> OltStats {
        let (reachable, last_contact) = self.breaker.contact();
        let window = window(&self.settings);
        OltStats {
            requests: self.requests.load(Relaxed),
            retries: self.retries.load(Relaxed),
            timeouts: self.timeouts.load(Relaxed),
            answers: self.answers.load(Relaxed),
            varbinds: self.varbinds.load(Relaxed),
            window,
            in_flight: window.saturating_sub(self.window.available_permits()),
            waiting: self.waiting.load(Relaxed),
            latency: self.latency.stats(),
            round_trip: self.lock_pace().smoothed(),
            speed: self.lock_speed().speed(),
            reachable,
            last_contact,
            cli: None,
        }
    }

    /// The values of `oids`, in their order; exceptions are values too.
    pub(crate) async fn get(
        self: &Arc<Self>,
        oids: &[Oid],
        deadline: Instant,
    ) -> Result<Vec<Value>, Trouble> {
        let mut values = Vec::with_capacity(oids.len());
        let mut rest = oids;
        let mut most = MOST_IN_GET;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(most.min(rest.len()));
            match self.exchange(Ask::Get(now), deadline).await {
                Ok(answer) => {
                    let in_order = answer.len() == now.len()
                        && answer.iter().zip(now).all(|(binding, oid)| binding.oid == *oid);
                    if !in_order {
                        let reply = "the answer to a GET names other objects than were asked for";
                        return Err(Trouble::UnexpectedReply(reply.into()));
                    }
                    values.extend(answer.into_iter().map(|binding| binding.value));
                    rest = later;
                }
                Err(Failure::TooBig) if now.len() > 1 => most = now.len() / 2,
                Err(Failure::TooBig) => {
                    return Err(Trouble::UnexpectedReply(format!("{} is too big for an answer", now[0])));
                }
                Err(Failure::Refused(_, text)) => return Err(Trouble::UnexpectedReply(text)),
                Err(Failure::Trouble(trouble)) => return Err(trouble),
            }
        }
        Ok(values)
    }

    /// One row after each of `oids`, whatever table it is in. Asks again for what
    /// an answer leaves out: a missing binding must not pass for a missing row.
    pub(crate) async fn next(
        self: &Arc<Self>,
        oids: &[Oid],
        deadline: Instant,
    ) -> Result<Vec<VarBind>, Trouble> {
        let mut found = Vec::with_capacity(oids.len());
        while found.len() < oids.len() {
            match self.exchange(Ask::Bulk(&oids[found.len()..], 1), deadline).await {
                Ok(answer) if answer.is_empty() => {
                    return Err(Trouble::UnexpectedReply("an empty answer to a GETBULK".into()));
                }
                Ok(answer) => {
                    let asked = &oids[found.len()..];
                    if answer
                        .iter()
                        .zip(asked)
                        .any(|(row, after)| !row.value.is_exception() && row.oid <= *after)
                    {
                        return Err(Breach::WentBack.trouble());
                    }
                    found.extend(answer);
                }
                Err(Failure::TooBig) => return Err(Trouble::UnexpectedReply("tooBig for one row".into())),
                Err(Failure::Refused(_, text)) => return Err(Trouble::UnexpectedReply(text)),
                Err(Failure::Trouble(trouble)) => return Err(trouble),
            }
        }
        Ok(found)
    }

    /// The rows of the columns in `scope`, in as few packets as they fit in.
    ///
    /// `highest` is the highest id that is likely there: with it, what the first
    /// answer leaves is read in two halves at once.
    pub(crate) async fn columns(
        self: &Arc<Self>,
        starts: &[Start<'_>],
        scope: Scope,
        highest: Option<u32>,
        deadline: Instant,
    ) -> Vec<Column<Trouble>> {
        let mut walk = Walk::new(starts, scope);
        if let Some(highest) = highest {
            self.step(&mut walk, deadline).await;
            if !walk.is_done()
                && let Some(mut upper) = walk.split(highest)
            {
                futures::join!(self.finish(&mut walk, deadline), self.finish(&mut upper, deadline));
                walk.join(upper);
                return walk.finish();
            }
        }
        self.finish(&mut walk, deadline).await;
        walk.finish()
    }

    /// As [`columns`](Self::columns), for tables of any size: each row goes to
    /// `take` with the number of its column as soon as it is read, and only what
    /// that makes of it stays in memory. How each column ended, and how many rows it had.
    pub(crate) async fn stream(
        self: &Arc<Self>,
        starts: &[Start<'_>],
        scope: Scope,
        deadline: Instant,
        mut take: impl FnMut(usize, Vec<u32>, Value),
    ) -> Vec<(usize, End<Trouble>)> {
        let mut walk = Walk::new(starts, scope);
        let mut counts = vec![0; starts.len()];
        while !walk.is_done() {
            self.step(&mut walk, deadline).await;
            for (number, index, value) in walk.drain() {
                counts[number] += 1;
                take(number, index, value);
            }
        }
        counts.into_iter().zip(walk.finish().into_iter().map(|column| column.end)).collect()
    }

    async fn finish(self: &Arc<Self>, walk: &mut Walk, deadline: Instant) {
        while !walk.is_done() {
            self.step(walk, deadline).await;
        }
    }

    /// One request of a walk and its answer. Always advances the walk or ends columns of it.
    async fn step(self: &Arc<Self>, walk: &mut Walk, deadline: Instant) {
        let mut most = MAX_COLUMNS;
        let mut size = self.answer_size.load(Relaxed);
        loop {
            let (names, missing) = walk.ask(most);
            let width = u32::try_from(names.len()).unwrap_or(1).max(1);
            let fit = size.div_ceil(width).min(missing.unwrap_or(u32::MAX));
            let repetitions = fit.clamp(1, self.settings.max_repetitions.max(1));
            match self.exchange(Ask::Bulk(&names, repetitions), deadline).await {
                Ok(answer) if answer.is_empty() => {
                    walk.fail(&Trouble::UnexpectedReply("an empty answer to a GETBULK".into()));
                }
                Ok(answer) => walk.absorb(most, answer),
                Err(Failure::TooBig) if repetitions > 1 => {
                    size = repetitions * width / 2;
                    self.answer_size.store(size.max(1), Relaxed);
                    continue;
                }
                Err(Failure::TooBig) if names.len() > 1 => {
                    most = names.len() / 2;
                    continue;
                }
                Err(Failure::TooBig) => {
                    walk.fail(&Trouble::UnexpectedReply(format!("tooBig for one row after {}", names[0])));
                }
                Err(Failure::Refused(position, text)) => {
                    let trouble = Trouble::UnexpectedReply(text);
                    let blamed = usize::try_from(position).ok().and_then(|position| position.checked_sub(1));
                    let ended =
                        blamed.is_some_and(|at| walk.fail_one(most, at % names.len(), trouble.clone()));
                    if !ended {
                        walk.fail(&trouble);
                    }
                }
                Err(Failure::Trouble(trouble)) => walk.fail(&trouble),
            }
            return;
        }
    }
}
