//! How long an OLT takes to answer, counted without a lock.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

const BOUNDS: usize = 12;

/// How long the answers took that arrived since the process started.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LatencyStats {
    /// Answers by the time they took: as many as each of [`Self::BOUNDS`]
    /// holds and the one before does not; those beyond the last bound stand last.
    pub counts: [u64; BOUNDS + 1],
    /// The times of all answers added up.
    pub sum: Duration,
}

impl LatencyStats {
    /// Upper bounds of the buckets. An agent on the same rack answers below the
    /// first; one request over SNMP is given up after 8 s; the longest lists of
    /// the command line take half a minute.
    pub const BOUNDS: [Duration; BOUNDS] = {
        let ms = Duration::from_millis;
        let s = Duration::from_secs;
        [ms(5), ms(10), ms(20), ms(50), ms(100), ms(200), ms(500), s(1), s(2), s(4), s(8), s(30)]
    };

    /// How many answers arrived.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }
}

/// The counters behind [`LatencyStats`].
#[derive(Debug, Default)]
pub(crate) struct Latency {
    counts: [AtomicU64; BOUNDS + 1],
    /// In nanoseconds: five centuries fit.
    sum: AtomicU64,
}

impl Latency {
    /// An answer has arrived after `time`.
    pub(crate) fn measured(&self, time: Duration) {
        let bucket = LatencyStats::BOUNDS.iter().position(|bound| time <= *bound).unwrap_or(BOUNDS);
        self.counts[bucket].fetch_add(1, Relaxed);
        self.sum.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Relaxed);
    }

    pub(crate) fn stats(&self) -> LatencyStats {
        LatencyStats {
            counts: std::array::from_fn(|at| self.counts[at].load(Relaxed)),
            sum: Duration::from_nanos(self.sum.load(Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stand_in_their_buckets() {
        let latency = Latency::default();
        assert_eq!(latency.stats(), LatencyStats::default());
        for ms in [0, 5, 6, 8_000, 30_000, 30_001, 90_000] {
            latency.measured(Duration::from_millis(ms));
        }
        let stats = latency.stats();
        let mut counts = [0; BOUNDS + 1];
        (counts[0], counts[1], counts[10], counts[11], counts[12]) = (2, 1, 1, 1, 2);
        assert_eq!((stats.counts, stats.count()), (counts, 7));
        assert_eq!(stats.sum, Duration::from_millis(158_012));
    }

    #[test]
    fn the_bounds_rise() {
        assert!(LatencyStats::BOUNDS.is_sorted_by(|a, b| a < b));
    }
}
