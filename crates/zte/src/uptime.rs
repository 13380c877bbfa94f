//! sysUpTime, which says whether an agent has started again, and carries a clock on.

use std::time::Duration;

use tokio::time::Instant;

/// Hundredths of a second until sysUpTime begins again at 0: 497 days.
const WRAP: u64 = 1 << 32;
/// How far sysUpTime may be from where it should be by our clock: an agent's may
/// lag behind while its card is busy, and be off by a second in a quarter of an hour.
const TOLERANCE: Duration = Duration::from_secs(60);

/// sysUpTime as it was read, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UpTime {
    ticks: u32,
    at: Instant,
}

/// What a later sysUpTime says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// The agent has run on for so long by its own clock.
    RanOn(Duration),
    /// It has started again.
    Restarted,
}

impl UpTime {
    pub(crate) const fn new(ticks: u32, at: Instant) -> Self {
        Self { ticks, at }
    }

    /// Time since the agent started, or since sysUpTime last began again at 0.
    pub(crate) const fn shown(self) -> Duration {
        ticks(self.ticks as u64)
    }

    /// Whether the agent started so short a time ago, by itself or as our clock carries it on.
    pub(crate) fn is_below(self, bound: Duration) -> bool {
        self.shown().saturating_add(self.at.elapsed()) < bound
    }

    /// What `later`, which was read after this, says. A value that went back
    /// because 497 days are over is where our clock expects it, and is no
    /// restart; one that jumped ahead is none either.
    pub(crate) fn until(self, later: Self) -> Since {
        let passed = later.at.saturating_duration_since(self.at);
        let ran = (u64::from(later.ticks) + WRAP - u64::from(self.ticks)) % WRAP;
        let ran = ticks(ran);
        let slack = TOLERANCE.saturating_add(passed / 1000);
        let on_time = ran.abs_diff(passed) <= slack;
        // Started in between, it cannot have run for longer than what passed.
        let started = later.shown() <= passed.saturating_add(slack) || later.ticks < self.ticks;
        if started && !on_time { Since::Restarted } else { Since::RanOn(ran) }
    }
}

const fn ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_wrap_is_no_restart() {
        let start = Instant::now();
        let before = UpTime::new(u32::MAX - 10_000, start);
        let wrapped = UpTime::new(19_999, start + seconds(300));
        assert_eq!(before.until(wrapped), Since::RanOn(seconds(300)));
        // Back to the same value, but long before or long after it should: it started again.
        assert_eq!(before.until(UpTime::new(100, start + seconds(300))), Since::Restarted);
        assert_eq!(before.until(UpTime::new(19_999, start + seconds(3_000))), Since::Restarted);
        let young = UpTime::new(3_000, start);
        assert_eq!(young.until(UpTime::new(1_000, start + seconds(600))), Since::Restarted);
        assert_eq!(
            young.until(UpTime::new(20_000, start + seconds(600))),
            Since::Restarted,
            "behind its time"
        );
        assert_eq!(young.until(UpTime::new(63_100, start + seconds(600))), Since::RanOn(seconds(601)));
        assert_eq!(young.until(UpTime::new(900_000, start + seconds(600))), Since::RanOn(seconds(8_970)));
        assert!(young.is_below(seconds(31)) && !young.is_below(seconds(30)));
    }

    proptest! {
        #[test]
        fn an_agent_that_runs_on_never_restarts(ticks: u32, passed in 0u64..10_000_000, late in 0u64..59) {
            let start = Instant::now();
            let ran = seconds(passed.saturating_sub(late));
            let now = (u64::from(ticks) + ran.as_millis() as u64 / 10) % WRAP;
            let later = UpTime::new(u32::try_from(now).unwrap(), start + seconds(passed));
            prop_assert_eq!(UpTime::new(ticks, start).until(later), Since::RanOn(ran));
        }

        #[test]
        fn an_agent_that_starts_again_is_seen(ticks in 100_000u32.., passed in 200u64..1_000_000, up in 0u64..100) {
            let start = Instant::now();
            // Where it should be about then it cannot be told apart, the wrap between them or not.
            let expected = (u64::from(ticks) + passed * 100) % WRAP;
            let apart = expected.abs_diff(up * 100);
            prop_assume!(apart.min(WRAP - apart) > 20_000 + passed);
            let later = UpTime::new((up * 100) as u32, start + seconds(passed));
            prop_assert_eq!(UpTime::new(ticks, start).until(later), Since::Restarted);
        }
    }
}
