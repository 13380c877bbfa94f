use std::time::Duration;

use super::{Effect, Fault, Order, Pick};
use crate::random::Random;

/// What becomes of one exchange.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fate {
    /// No answer.
    pub(crate) dropped: bool,
    /// The answer twice.
    pub(crate) duplicated: bool,
    /// The answer cut to so many bytes.
    pub(crate) truncated: Option<usize>,
    /// This late, each on its own.
    pub(crate) parallel: Duration,
    /// The agent busy for so long.
    pub(crate) serial: Duration,
}

/// The faults in force, with what they remember between exchanges.
#[derive(Debug, Default)]
pub(crate) struct ActiveFaults {
    faults: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    fault: Fault,
    seen: u64,
    random: Random,
}

impl ActiveFaults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let faults = faults.into_iter().map(|fault| {
            let seed = if let Pick::Probability { seed, .. } = fault.pick { seed } else { 0 };
            Active { fault, seen: 0, random: Random::new(seed, &[]) }
        });
        Self { faults: faults.collect() }
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.faults.iter().map(|active| active.fault).collect()
    }

    /// Decides about the next exchange.
    pub(crate) fn next_exchange(&mut self) -> Fate {
        let mut fate = Fate::default();
        for active in &mut self.faults {
            active.seen += 1;
            let hit = match active.fault.pick {
                Pick::All => true,
                Pick::Next(count) => active.seen <= count,
                Pick::Every(step) => active.seen.checked_rem(step) == Some(0),
                Pick::Probability { chance, .. } => active.random.fraction() < chance,
            };
            if !hit {
                continue;
            }
            match active.fault.effect {
                Effect::Delay { by, order: Order::Parallel } => {
                    fate.parallel = fate.parallel.saturating_add(by);
                }
                Effect::Delay { by, order: Order::Serial } => fate.serial = fate.serial.saturating_add(by),
                Effect::Drop | Effect::Silence => fate.dropped = true,
                Effect::Duplicate => fate.duplicated = true,
                Effect::Truncate { bytes } => fate.truncated = Some(bytes),
            }
        }
        fate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drops(pick: Pick, exchanges: usize) -> Vec<bool> {
        let mut active = ActiveFaults::new(vec![Fault::snmp(Effect::Drop).only(pick)]);
        (0..exchanges).map(|_| active.next_exchange().dropped).collect()
    }

    #[test]
    fn picks() {
        assert_eq!(drops(Pick::All, 3), [true; 3]);
        assert_eq!(drops(Pick::Next(2), 4), [true, true, false, false]);
        assert_eq!(drops(Pick::Every(3), 7), [false, false, true, false, false, true, false]);
        let chance = |seed| drops(Pick::Probability { chance: 0.3, seed }, 1000);
        let lost = chance(7).into_iter().filter(|lost| *lost).count();
        assert!((250..350).contains(&lost), "{lost} of 1000");
        assert_eq!(chance(7), chance(7));
        assert_ne!(chance(7), chance(8));
    }

    #[test]
    fn delays_add_up_by_order() {
        let by = Duration::from_millis(5);
        let delay = |order| Fault::snmp(Effect::Delay { by, order });
        let faults = vec![delay(Order::Parallel), delay(Order::Serial), delay(Order::Serial)];
        let fate = ActiveFaults::new(faults).next_exchange();
        assert_eq!((fate.parallel, fate.serial), (by, by * 2));
    }
}
