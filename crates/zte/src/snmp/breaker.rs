//! Whether an OLT answers at all. Once it has been silent through a whole
//! exchange, nobody waits for it again until a probe in the background is answered.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How often a silent OLT is probed. With a lost probe or two it is still seen
/// within half a minute of its return.
pub(crate) const PROBE_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
struct State {
    last_answer: Option<(Instant, SystemTime)>,
    open_until: Option<Instant>,
}

/// The breaker of one OLT.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

impl Breaker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn answered(&self) {
        let mut state = self.state();
        state.last_answer = Some((Instant::now(), SystemTime::now()));
        state.open_until = None;
    }

    /// An exchange that began at `since` ended without an answer. Opens the
    /// breaker when no other exchange was answered meanwhile; says whether it
    /// was this call that opened it.
    pub(crate) fn silent(&self, since: Instant) -> bool {
        let mut state = self.state();
        if state.last_answer.is_some_and(|(at, _)| at >= since) {
            return false;
        }
        state.open_until.replace(Instant::now() + PROBE_EVERY).is_none()
    }

    /// While open: how long until the next probe.
    pub(crate) fn open(&self) -> Option<Duration> {
        let state = self.state();
        state.open_until.map(|until| until.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn probed(&self) {
        let mut state = self.state();
        if state.open_until.is_some() {
            state.open_until = Some(Instant::now() + PROBE_EVERY);
        }
    }

    /// Whether the OLT answers, and when it last did. `None` before the first exchange.
    pub(crate) fn contact(&self) -> (Option<bool>, Option<SystemTime>) {
        let state = self.state();
        let known = state.open_until.is_some() || state.last_answer.is_some();
        (known.then_some(state.open_until.is_none()), state.last_answer.map(|(_, at)| at))
    }
}
