//! Time-outs that follow the measured round trip (RFC 6298), so that a lossy
//! link is retried quickly and a slow agent is not asked twice for nothing.

use std::time::Duration;

/// Before the first answer nothing is known: one second, as RFC 6298 has it.
const INITIAL: Duration = Duration::from_secs(1);
/// An OLT's agent answers from a busy control card; below this a time-out says
/// more about its scheduler than about a lost packet.
const LEAST: Duration = Duration::from_millis(200);
/// Longer waits only delay the answer when a packet was really lost.
const MOST: Duration = Duration::from_secs(2);

/// The smoothed round trip of one OLT.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RoundTrip {
    smoothed: Option<(Duration, Duration)>,
}

impl RoundTrip {
    pub(crate) fn measured(&mut self, sample: Duration) {
        self.smoothed = Some(match self.smoothed {
            None => (sample, sample / 2),
            Some((mean, variation)) => ((mean * 7 + sample) / 8, (variation * 3 + mean.abs_diff(sample)) / 4),
        });
    }

    /// The smoothed round trip; `None` before the first answer.
    pub(crate) fn smoothed(&self) -> Option<Duration> {
        self.smoothed.map(|(mean, _)| mean)
    }

    /// How long to wait for the answer to the `attempt`th sending (0 is the
    /// first) before sending again: half as long again with each, up to a second
    /// or the first wait if that is longer. Doubling, as RFC 6298 does for a
    /// congested network, would keep callers of a lossy link waiting for nothing.
    pub(crate) fn timeout(&self, attempt: u32) -> Duration {
        let first = self.smoothed.map_or(INITIAL, |(mean, variation)| mean + variation * 4);
        let first = first.clamp(LEAST, MOST);
        (0..attempt).fold(first, |wait, _| (wait * 3 / 2).min(first.max(INITIAL)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_device() {
        let mut trip = RoundTrip::default();
        assert_eq!(trip.timeout(0), INITIAL);
        assert_eq!(trip.timeout(1), INITIAL);
        assert_eq!(trip.smoothed(), None);
        for _ in 0..50 {
            trip.measured(Duration::from_millis(20));
        }
        assert_eq!(trip.smoothed(), Some(Duration::from_millis(20)));
        assert_eq!(trip.timeout(0), LEAST);
        assert_eq!(trip.timeout(1), LEAST * 3 / 2);
        assert_eq!(trip.timeout(30), INITIAL);
        for _ in 0..50 {
            trip.measured(Duration::from_millis(900));
        }
        assert!(trip.timeout(0) > Duration::from_millis(900));
        assert_eq!(trip.timeout(30), trip.timeout(0).max(INITIAL));
    }
}
