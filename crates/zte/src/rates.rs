//! Rates, from counters that were read before.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gpon::{OnuRef, PonPort, Traffic};
use tokio::time::Instant;

/// The OLT caches its counters for about ten seconds (fact sheet, SNMP §13):
/// closer readings may be one and the same.
const APART: Duration = Duration::from_secs(10);
/// Over how long a rate is measured where there are readings. The counters move
/// in steps of ten seconds: over ten, a rate may be off by its own size; over a
/// minute, by a sixth.
const SPAN: Duration = Duration::from_secs(60);
/// A rate over a longer time says nothing about now.
const TOO_OLD: Duration = Duration::from_secs(3600);
/// All that has counters on the largest chassis.
const MOST: usize = OnuRef::MOST + PonPort::MOST;
/// Bits per second that no port of this family carries; a counter that says so has been set.
const IMPOSSIBLE: u128 = 10_000_000_000;

/// What has counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Counted {
    Pon(PonPort),
    Onu(OnuRef),
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    rx: Option<u64>,
    tx: Option<u64>,
}

/// Earlier samples of one thing, the oldest first: at least [`APART`] from each
/// other, none but the last older than [`SPAN`]. So they are seven at most.
type Samples = VecDeque<Sample>;

/// The counters of an OLT as they were read before.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    samples: HashMap<Counted, Samples>,
    /// When room was last made: not for each of many that find none.
    cleared: Option<Instant>,
}

impl Rates {
    /// Adds the rates to counters that were read now, and remembers them. There
    /// is no rate without an earlier reading, or when a counter went back.
    pub(crate) fn rate(&self, of: Counted, traffic: &mut Traffic, now: Instant) {
        let new = Sample { at: now, rx: traffic.rx_octets, tx: traffic.tx_octets };
        if new.rx.is_none() && new.tx.is_none() {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.samples.contains_key(&of) {
            let lately =
                |samples: &Samples| samples.back().is_some_and(|last| now.duration_since(last.at) <= TOO_OLD);
            let full = known.samples.len() >= MOST;
            if full && known.cleared.is_none_or(|at| now.duration_since(at) >= SPAN) {
                known.samples.retain(|_, samples| lately(samples));
                known.cleared = Some(now);
            }
            if known.samples.len() < MOST {
                known.samples.insert(of, Samples::from([new]));
            }
            return;
        }
        let Some(samples) = known.samples.get_mut(&of) else { return };
        let age = |sample: &Sample| now.duration_since(sample.at);
        // The oldest of the last minute, else the last one that there is.
        while samples.len() > 1 && samples.front().is_some_and(|first| age(first) > SPAN) {
            samples.pop_front();
        }
        let base = samples.front().filter(|base| age(base) >= APART && age(base) <= TOO_OLD);
        if let Some(base) = base {
            traffic.rx_bps = per_second(base.rx, new.rx, age(base));
            traffic.tx_bps = per_second(base.tx, new.tx, age(base));
        }
        let went_back =
            |before: Option<u64>, after: Option<u64>| before.zip(after).is_some_and(|(b, a)| a < b);
        if samples.back().is_some_and(|last| went_back(last.rx, new.rx) || went_back(last.tx, new.tx)) {
            // Nothing before the reset can be measured against.
            (traffic.rx_bps, traffic.tx_bps) = (None, None);
            *samples = Samples::from([new]);
        } else if samples.back().is_none_or(|last| age(last) >= APART) {
            samples.push_back(new);
        }
    }
}

/// Bits per second between two readings of a counter of octets.
fn per_second(before: Option<u64>, after: Option<u64>, time: Duration) -> Option<u64> {
    let octets = after?.checked_sub(before?)?;
    let bits = (u128::from(octets) * 8 * 1_000_000).checked_div(time.as_micros())?;
    if bits > IMPOSSIBLE { None } else { u64::try_from(bits).ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_needs_readings_ten_seconds_apart() {
        let rates = Rates::default();
        let of = Counted::Pon(PonPort::new(1, 1).unwrap());
        let start = Instant::now();
        let at = |seconds, octets| {
            let mut traffic = Traffic { rx_octets: Some(octets), ..Traffic::default() };
            rates.rate(of, &mut traffic, start + Duration::from_secs(seconds));
            assert_eq!(traffic.tx_bps, None);
            traffic.rx_bps
        };
        assert_eq!(at(0, 1000), None);
        assert_eq!(at(2, 5000), None, "too close");
        assert_eq!(at(10, 11_000), Some(8000));
        assert_eq!(at(12, 13_000), Some(8000), "against the first reading");
        assert_eq!(at(20, 11_000), Some(4000));
        assert_eq!(at(40, 500), None, "went back");
        assert_eq!(at(45, 500), None);
        assert_eq!(at(51, 1050), Some(400));
        assert_eq!(at(71, u64::MAX), None, "no port is that fast");
        assert_eq!(at(8000, u64::MAX), None, "too long ago");
    }

    /// Counters that move in steps of ten seconds, read every 12 and every 4 seconds.
    #[test]
    fn steps_even_out() {
        for every in [4, 12, 25] {
            let rates = Rates::default();
            let of = Counted::Pon(PonPort::new(1, 1).unwrap());
            let start = Instant::now();
            for now in (0..600).step_by(every).map(|now| now as u64 + 3) {
                let mut traffic = Traffic { rx_octets: Some(now / 10 * 10 * 1000), ..Traffic::default() };
                rates.rate(of, &mut traffic, start + Duration::from_secs(now));
                if now > 70 {
                    let bps = traffic.rx_bps.unwrap();
                    assert!((6400..=9600).contains(&bps), "{bps} at {now} s, read every {every} s");
                }
                assert!(rates.0.lock().unwrap().samples[&of].len() <= 7);
            }
        }
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let rates = Rates::default();
        let now = Instant::now();
        let pons = (1..=32).flat_map(|slot| (1..=16).filter_map(move |port| PonPort::new(slot, port).ok()));
        for pon in pons {
            for id in gpon::OnuId::all() {
                let mut traffic = Traffic { rx_octets: Some(1), ..Traffic::default() };
                rates.rate(Counted::Onu(OnuRef { pon, id }), &mut traffic, now);
            }
        }
        assert_eq!(rates.0.lock().unwrap().samples.len(), MOST);
    }
}
