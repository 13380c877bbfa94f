//! How quickly an OLT answers: time-outs follow the measured round trip (RFC
//! 6298) and the time that one answer costs an agent that serves one request
//! after the other, so that a lossy link is retried quickly and a slow agent is
//! not asked twice for nothing.

use std::time::Duration;

use tokio::time::Instant;

/// Before the first answer nothing is known: one second, as RFC 6298 has it.
const INITIAL: Duration = Duration::from_secs(1);
/// An OLT's agent answers from a busy control card; below this a time-out says
/// more about its scheduler than about a lost packet.
const LEAST: Duration = Duration::from_millis(200);
/// Longer waits only delay the answer when a packet was really lost, unless the
/// requests before it take longer.
const MOST: Duration = Duration::from_secs(2);
/// An agent that takes less for an answer reads a whole OLT in seconds, whatever
/// is asked of it at once.
const QUICK: Duration = Duration::from_millis(20);

/// The pace of one OLT.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    /// Smoothed round trip and its variation, waiting behind other requests included.
    smoothed: Option<(Duration, Duration)>,
    /// Smoothed time between answers while a request waits.
    service: Option<Duration>,
    /// The shortest round trip ever: that of a request before which none waited.
    /// It does not grow again: one that waits behind others would look like it.
    shortest: Option<Duration>,
    last_answer: Option<Instant>,
    /// Packets that were sent and neither answered nor given up.
    flying: u32,
}

impl Pace {
    /// A packet goes out. Says how many wait for their answers before it.
    pub(crate) fn sent(&mut self) -> u32 {
        self.flying += 1;
        self.flying - 1
    }

    /// So many packets are waited for no longer.
    pub(crate) fn landed(&mut self, packets: u32) {
        self.flying = self.flying.saturating_sub(packets);
    }

    /// An answer has come to what was sent at `sent_at`. Says how long the OLT
    /// was busy with it: since it was sent, or since the answer before.
    pub(crate) fn answered(&mut self, sent_at: Instant, now: Instant) -> Duration {
        let trip = now.saturating_duration_since(sent_at);
        self.smoothed = Some(match self.smoothed {
            None => (trip, trip / 2),
            Some((mean, variation)) => ((mean * 7 + trip) / 8, (variation * 3 + mean.abs_diff(trip)) / 4),
        });
        let busy = now.saturating_duration_since(self.last_answer.map_or(sent_at, |last| last.max(sent_at)));
        self.service = Some(self.service.map_or(busy, |mean| (mean * 3 + busy) / 4));
        self.shortest = Some(self.shortest.map_or(trip, |least| least.min(trip)));
        self.last_answer = Some(now);
        busy
    }

    /// The smoothed round trip; `None` before the first answer.
    pub(crate) fn smoothed(&self) -> Option<Duration> {
        self.smoothed.map(|(mean, _)| mean)
    }

    /// How long an answer may take that waits behind `ahead` others at an agent
    /// which serves one after the other; a quarter to spare.
    fn queue(&self, ahead: u32) -> Duration {
        self.service.unwrap_or_default() * (ahead + 1) * 5 / 4
    }

    /// How long to wait for the answer to the `attempt`th sending (0 is the
    /// first), before which `ahead` others waited, before sending again: half as
    /// long again with each, up to a second or the first wait if that is longer.
    /// Doubling, as RFC 6298 does for a congested network, would keep callers of
    /// a lossy link waiting for nothing.
    pub(crate) fn timeout(&self, attempt: u32, ahead: u32) -> Duration {
        let trip = self.smoothed.map_or(INITIAL, |(mean, variation)| mean + variation * 4);
        let first = trip.clamp(LEAST, MOST).max(self.queue(ahead));
        (0..attempt).fold(first, |wait, _| (wait * 3 / 2).min(first.max(INITIAL)))
    }

    /// How long a request is asked again and again that `ahead` others waited
    /// before, at least `limit`: long enough for four sendings of it.
    pub(crate) fn patience(&self, limit: Duration, ahead: u32) -> Duration {
        limit.max(self.queue(ahead) * 4)
    }

    /// How many readings at once an OLT profits from: as many as it works on side
    /// by side, and one that waits. An agent that serves
    /// one after the other answers none sooner for being asked for more.
    pub(crate) fn side_by_side(&self, window: usize) -> usize {
        match (self.shortest, self.service) {
            (Some(shortest), Some(service)) if service >= QUICK => {
                let fit = shortest.as_micros().saturating_add(service.as_micros() / 2) / service.as_micros();
                usize::try_from(fit).unwrap_or(window).saturating_add(1).min(window)
            }
            // One for each place in the window, and one behind it, so that none is ever free.
            (Some(_), Some(_)) => 2 * window,
            _ => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// An agent that takes `service` for each answer, asked for `window` at once;
    /// side by side or one after the other.
    fn asked(window: u32, service: Duration, serial: bool, answers: u32) -> (Pace, Vec<Duration>) {
        let start = Instant::now();
        let mut pace = Pace::default();
        let mut sent = std::collections::VecDeque::new();
        let (mut now, mut timeouts) = (start, Vec::new());
        for _ in 0..window {
            let ahead = pace.sent();
            timeouts.push(pace.timeout(0, ahead));
            sent.push_back(now);
        }
        for number in 0..answers {
            let Some(sent_at) = sent.pop_front() else { break };
            if serial || number % window == 0 {
                now += service;
            }
            pace.landed(1);
            pace.answered(sent_at, now);
            let ahead = pace.sent();
            timeouts.push(pace.timeout(0, ahead));
            sent.push_back(now);
        }
        (pace, timeouts)
    }

    #[test]
    fn follows_the_device() {
        let mut pace = Pace::default();
        assert_eq!((pace.timeout(0, 0), pace.timeout(1, 0), pace.smoothed()), (INITIAL, INITIAL, None));
        (pace, _) = asked(1, ms(20), true, 50);
        assert_eq!(pace.smoothed(), Some(ms(20)));
        assert_eq!((pace.timeout(0, 0), pace.timeout(1, 0)), (LEAST, LEAST * 3 / 2));
        assert_eq!(pace.timeout(30, 0), INITIAL);
        (pace, _) = asked(1, ms(900), true, 50);
        assert!(pace.timeout(0, 0) > ms(900));
        assert_eq!(pace.timeout(30, 0), pace.timeout(0, 0).max(INITIAL));
    }

    #[test]
    fn a_request_behind_others_is_waited_for_longer() {
        for window in [2, 4, 16] {
            let (pace, timeouts) = asked(window, ms(900), true, 100);
            let trip = ms(900) * window;
            assert!(timeouts[window as usize + 1..].iter().all(|timeout| *timeout > trip), "{timeouts:?}");
            assert!(pace.patience(ms(8000), window - 1) > trip * 2);
        }
        let (pace, _) = asked(4, ms(20), false, 100);
        assert_eq!(pace.timeout(0, 3), LEAST, "not behind an agent that answers side by side");
        assert_eq!(pace.patience(ms(8000), 3), ms(8000));
    }

    #[test]
    fn an_agent_that_answers_one_by_one_is_not_asked_for_all_at_once() {
        assert_eq!(Pace::default().side_by_side(4), 1);
        for (window, service, serial, fit) in
            [(1, 250, true, 2), (2, 250, true, 2), (2, 900, true, 2), (4, 250, false, 4), (4, 1, true, 8)]
        {
            let (pace, _) = asked(window, ms(service), serial, 4 * window);
            assert_eq!(pace.side_by_side(4), fit, "{window} at once, {service} ms, serial: {serial}");
        }
        // Side by side, and never yet asked for two at once: one more is tried.
        assert_eq!(asked(1, ms(250), false, 9).0.side_by_side(4), 2);
    }

    proptest! {
        #[test]
        fn waits_are_bounded(trips in prop::collection::vec((0u64..90_000, 0u32..70), 0..50), attempt in 0u32..20) {
            let start = Instant::now();
            let mut pace = Pace::default();
            let mut now = start;
            for (trip, ahead) in trips {
                let sent_at = now;
                pace.sent();
                now += ms(trip);
                pace.landed(1);
                pace.answered(sent_at, now);
                let timeout = pace.timeout(attempt, ahead);
                prop_assert!((LEAST..=ms(90_000) * 90).contains(&timeout), "{:?}", timeout);
                prop_assert!((1..=8).contains(&pace.side_by_side(4)));
            }
        }
    }
}
