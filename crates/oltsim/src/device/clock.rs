use std::time::{Duration, Instant};

use jiff::SignedDuration;
use jiff::civil::DateTime;

/// The device's clock: starts at a given moment and runs with real time, unless
/// a test holds it.
#[derive(Debug, Clone)]
pub struct Clock {
    start: DateTime,
    run: Run,
}

#[derive(Debug, Clone)]
enum Run {
    Running { since: Instant, before: Duration },
    Held(Duration),
}

impl Clock {
    /// A clock that stands at `start` until it is resumed.
    pub fn starting_at(start: DateTime) -> Self {
        Self { start, run: Run::Held(Duration::ZERO) }
    }

    /// Time since the start, by this clock.
    pub fn elapsed(&self) -> Duration {
        match self.run {
            Run::Running { since, before } => before.saturating_add(since.elapsed()),
            Run::Held(at) => at,
        }
    }

    /// Stops the clock where it is.
    pub fn hold(&mut self) {
        self.run = Run::Held(self.elapsed());
    }

    /// Stops it at so long after its start: whatever a device shows then is the
    /// same every time.
    pub fn hold_at(&mut self, elapsed: Duration) {
        self.run = Run::Held(elapsed);
    }

    /// Lets it run again.
    pub fn resume(&mut self) {
        self.run = Run::Running { since: Instant::now(), before: self.elapsed() };
    }

    /// Puts it forward, whether it runs or not.
    pub fn advance(&mut self, by: Duration) {
        match &mut self.run {
            Run::Running { before, .. } => *before = before.saturating_add(by),
            Run::Held(at) => *at = at.saturating_add(by),
        }
    }

    /// The moment that the clock shows `elapsed` after its start.
    pub(super) fn moment(&self, elapsed: Duration) -> DateTime {
        self.start.saturating_add(SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX))
    }
}
