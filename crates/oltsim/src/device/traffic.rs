use std::collections::BTreeMap;
use std::time::Duration;

use super::Onu;

/// An octet counter that rises with the device's clock while traffic flows.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    base: u64,
    per_second: u64,
    since: Option<Duration>,
}

/// Octets in a packet of the traffic we imitate; a real PON showed about 680 downstream.
const OCTETS_PER_PACKET: u64 = 680;

/// Octets and packets per second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) octets: u64,
    pub(crate) packets: u64,
}

impl Rate {
    fn of(octets: u64) -> Self {
        Self { octets, packets: octets / OCTETS_PER_PACKET }
    }
}

impl Traffic {
    /// A counter at `base` that is not rising yet and will rise by `per_second`.
    pub fn new(base: u64, per_second: u64) -> Self {
        Self { base, per_second, since: None }
    }

    /// Octets `now`, as time since the device's start.
    pub fn octets(&self, now: Duration) -> u64 {
        let running = self.since.map_or(0, |since| now.saturating_sub(since).as_secs());
        // Counters wrap; nothing else happens to them.
        self.base.wrapping_add(self.per_second.wrapping_mul(running))
    }

    /// Counts from 0 again `now`, as fast as before.
    pub(super) fn restart(&mut self, now: Duration) {
        *self = Self { since: self.since.map(|_| now), ..Self::new(0, self.per_second) };
    }

    /// Adds `octets` to what was counted so far.
    pub(super) fn add(&mut self, octets: u64) {
        self.base = self.base.wrapping_add(octets);
    }

    /// Packets `now`.
    pub fn packets(&self, now: Duration) -> u64 {
        self.octets(now) / OCTETS_PER_PACKET
    }

    /// How fast it rises at this moment.
    pub(crate) fn rate(&self) -> Rate {
        if self.since.is_some() { self.peak() } else { Rate::of(0) }
    }

    /// How fast it rises at most.
    pub(crate) fn peak(&self) -> Rate {
        Rate::of(self.per_second)
    }

    /// Lets the counter rise from `now` on, or stand still from `now` on.
    pub fn set_flowing(&mut self, flowing: bool, now: Duration) {
        if flowing != self.since.is_some() {
            self.base = self.octets(now);
            self.since = flowing.then_some(now);
        }
    }
}

/// The traffic of an ONU that counts in a flow.
pub(super) type Direction = fn(&Onu) -> &Traffic;

/// What a port carries in one direction: its own traffic and that of all that hangs on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow<'a> {
    pub(super) own: &'a Traffic,
    /// The ONUs of a PON port, and which of their directions it is.
    pub(super) onus: Option<(&'a BTreeMap<u8, Onu>, Direction)>,
}

impl<'a> Flow<'a> {
    /// That of a port that carries its own only.
    pub(crate) fn of(own: &'a Traffic) -> Self {
        Self { own, onus: None }
    }

    fn sum(&self, what: impl Fn(&Traffic) -> u64) -> u64 {
        let onus = self.onus.iter().flat_map(|(onus, pick)| onus.values().map(pick));
        onus.fold(what(self.own), |sum, traffic| sum.wrapping_add(what(traffic)))
    }

    /// Octets `now`, as time since the device's start.
    pub(crate) fn octets(&self, now: Duration) -> u64 {
        self.sum(|traffic| traffic.octets(now))
    }

    /// Packets `now`.
    pub(crate) fn packets(&self, now: Duration) -> u64 {
        self.octets(now) / OCTETS_PER_PACKET
    }

    /// How fast it rises at this moment.
    pub(crate) fn rate(&self) -> Rate {
        Rate::of(self.sum(|traffic| traffic.rate().octets))
    }

    /// How fast it rises at most.
    pub(crate) fn peak(&self) -> Rate {
        Rate::of(self.sum(|traffic| traffic.peak().octets))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rises_while_it_flows() {
        let at = Duration::from_secs;
        let mut traffic = Traffic::new(1000, 10);
        assert_eq!(traffic.octets(at(50)), 1000);
        traffic.set_flowing(true, at(50));
        traffic.set_flowing(true, at(55));
        assert_eq!(traffic.octets(at(60)), 1100);
        traffic.set_flowing(false, at(60));
        assert_eq!(traffic.octets(at(99)), 1100);
    }

    proptest! {
        #[test]
        fn never_falls(
            base in 0u64..1 << 40,
            rate in 0u64..1 << 27,
            steps in prop::collection::vec((0u64..1000, any::<bool>()), 0..20),
        ) {
            let mut traffic = Traffic::new(base, rate);
            let (mut now, mut seen) = (Duration::ZERO, base);
            for (seconds, flowing) in steps {
                now += Duration::from_secs(seconds);
                prop_assert!(traffic.octets(now) >= seen);
                seen = traffic.octets(now);
                traffic.set_flowing(flowing, now);
                prop_assert_eq!(traffic.octets(now), seen);
            }
        }
    }
}
