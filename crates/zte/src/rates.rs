//! Rates, from counters that were read before.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gpon::{OnuRef, PonPort, Traffic};
use tokio::time::Instant;

/// The OLT caches its counters for about ten seconds (fact sheet, SNMP §13):
/// closer readings may be one and the same.
const APART: Duration = Duration::from_secs(10);
/// A rate over a longer time says nothing about now.
const TOO_OLD: Duration = Duration::from_secs(3600);
/// ONUs and PON ports of the largest chassis, twice: 32 ports with 128 ONUs.
const MOST: usize = 8192;
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

/// Two earlier samples: the later is kept until it is old enough to be measured
/// against, so that frequent readings still get a rate.
#[derive(Debug, Clone, Copy)]
struct Samples {
    later: Sample,
    earlier: Option<Sample>,
}

/// The counters of an OLT as they were read before.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<HashMap<Counted, Samples>>);

impl Rates {
    /// Adds the rates to counters that were read now, and remembers them. There
    /// is no rate without an earlier reading, or when a counter went back.
    pub(crate) fn rate(&self, of: Counted, traffic: &mut Traffic, now: Instant) {
        let new = Sample { at: now, rx: traffic.rx_octets, tx: traffic.tx_octets };
        if new.rx.is_none() && new.tx.is_none() {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(samples) = known.get_mut(&of) else {
            if known.len() >= MOST {
                known.retain(|_, samples| now.duration_since(samples.later.at) <= TOO_OLD);
            }
            if known.len() < MOST {
                known.insert(of, Samples { later: new, earlier: None });
            }
            return;
        };
        let apart = |sample: &Sample| now.duration_since(sample.at) >= APART;
        let fits = |sample: &Sample| apart(sample) && now.duration_since(sample.at) <= TOO_OLD;
        let base = [Some(samples.later), samples.earlier].into_iter().flatten().find(fits);
        if let Some(base) = base {
            let time = now.duration_since(base.at);
            traffic.rx_bps = per_second(base.rx, new.rx, time);
            traffic.tx_bps = per_second(base.tx, new.tx, time);
        }
        let went_back =
            |before: Option<u64>, after: Option<u64>| before.zip(after).is_some_and(|(b, a)| a < b);
        if went_back(samples.later.rx, new.rx) || went_back(samples.later.tx, new.tx) {
            // Nothing before the reset can be measured against.
            (traffic.rx_bps, traffic.tx_bps) = (None, None);
            *samples = Samples { later: new, earlier: None };
        } else if apart(&samples.later) {
            *samples = Samples { later: new, earlier: Some(samples.later) };
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
        assert_eq!(at(12, 13_000), Some(8000), "against the reading before the last");
        assert_eq!(at(20, 11_000), Some(0));
        assert_eq!(at(40, 500), None, "went back");
        assert_eq!(at(45, 500), None);
        assert_eq!(at(51, 1050), Some(400));
        assert_eq!(at(71, u64::MAX), None, "no port is that fast");
        assert_eq!(at(8000, u64::MAX), None, "too long ago");
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
        assert_eq!(rates.0.lock().unwrap().len(), MOST);
    }
}
