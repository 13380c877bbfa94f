use std::time::{Duration, Instant};

use super::{Effect, Exchange, Fault, Flood, Order, Pick, Target, Wire};
use crate::random::Random;
use crate::snmp::Spoil;

/// What becomes of one exchange of the agent.
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
    /// What is wrong in the answer itself.
    pub(crate) spoil: Spoil,
}

/// What becomes of one exchange of the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CliFate {
    /// The login refused, or the connection closed at once.
    pub(crate) refused: bool,
    /// No answer and no prompt.
    pub(crate) dropped: bool,
    /// Nothing but the prompt.
    pub(crate) empty: bool,
    /// The answer cut to so many bytes, and the prompt.
    pub(crate) truncated: Option<usize>,
    /// The connection closed after so many bytes.
    pub(crate) closed: Option<usize>,
    /// The connection reset after so many bytes.
    pub(crate) reset: Option<usize>,
    /// So many bytes of garbage in the middle.
    pub(crate) garbage: usize,
    /// A log line in the middle.
    pub(crate) log: bool,
    /// No list shows anything.
    pub(crate) nothing: bool,
    /// So many bytes of a flood before it.
    pub(crate) flood: Option<(Flood, usize)>,
    /// This late.
    pub(crate) parallel: Duration,
    /// This late, with all other sessions waiting.
    pub(crate) serial: Duration,
}

impl CliFate {
    /// Whether the text of the answer is another one.
    pub(crate) fn spoils_text(&self) -> bool {
        self.empty || self.truncated.is_some() || self.garbage > 0 || self.log
    }
}

/// The faults in force, with what they remember between exchanges.
#[derive(Debug, Default)]
pub(crate) struct ActiveFaults {
    faults: Vec<Active>,
}

#[derive(Debug)]
struct Active {
    fault: Fault,
    since: Instant,
    seen: u64,
    random: Random,
}

impl ActiveFaults {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let faults = faults.into_iter().map(|fault| {
            let seed = if let Pick::Probability { seed, .. } = fault.pick { seed } else { 0 };
            Active { fault, since: Instant::now(), seen: 0, random: Random::new(seed, &[]) }
        });
        Self { faults: faults.collect() }
    }

    pub(crate) fn list(&self) -> Vec<Fault> {
        self.faults.iter().map(|active| active.fault).collect()
    }

    /// Decides about the next exchange of the agent.
    pub(crate) fn next_exchange(&mut self) -> Fate {
        let mut fate = Fate::default();
        for effect in self.hits(|fault| fault.target == Target::Snmp) {
            match effect {
                Effect::Delay { by, order: Order::Parallel } => {
                    fate.parallel = fate.parallel.saturating_add(by);
                }
                Effect::Delay { by, order: Order::Serial } => fate.serial = fate.serial.saturating_add(by),
                Effect::Drop | Effect::Silence => fate.dropped = true,
                Effect::Duplicate => fate.duplicated = true,
                Effect::Truncate { bytes } => fate.truncated = Some(bytes),
                Effect::Booting { what, .. } => fate.spoil.booting = Some(what),
                Effect::Endless(endless) => fate.spoil.endless = Some(endless),
                Effect::Jump => fate.spoil.jumps = true,
                Effect::Repeat => fate.spoil.repeats = true,
                // Of the command line only.
                Effect::Close { .. }
                | Effect::Reset { .. }
                | Effect::Garbage { .. }
                | Effect::Log
                | Effect::Empty
                | Effect::RefuseLogin
                | Effect::Busy
                | Effect::NothingToShow
                | Effect::Wire { .. }
                | Effect::Flood { .. } => {}
            }
        }
        fate
    }

    /// Decides about the next exchange of the command line.
    pub(crate) fn next_cli(&mut self, exchange: Exchange) -> CliFate {
        let mut fate = CliFate::default();
        let spoilt = |fault: &Fault| fault.target == Target::Cli && fault.effect.spoils() == Some(exchange);
        for effect in self.hits(spoilt) {
            match effect {
                Effect::Delay { by, order: Order::Parallel } => {
                    fate.parallel = fate.parallel.saturating_add(by);
                }
                Effect::Delay { by, order: Order::Serial } => fate.serial = fate.serial.saturating_add(by),
                Effect::Drop => fate.dropped = true,
                Effect::Truncate { bytes } => fate.truncated = Some(bytes),
                Effect::Close { bytes } => fate.closed = Some(bytes),
                Effect::Reset { bytes } => fate.reset = Some(bytes),
                Effect::Garbage { bytes } => fate.garbage = bytes,
                Effect::Log => fate.log = true,
                Effect::Empty => fate.empty = true,
                Effect::RefuseLogin | Effect::Busy => fate.refused = true,
                Effect::NothingToShow => fate.nothing = true,
                Effect::Flood { of, bytes, .. } => fate.flood = Some((of, bytes)),
                // Of the agent only, or always in force.
                Effect::Duplicate
                | Effect::Silence
                | Effect::Wire { .. }
                | Effect::Booting { .. }
                | Effect::Endless(_)
                | Effect::Jump
                | Effect::Repeat => {}
            }
        }
        fate
    }

    /// Whether the command line keeps silent.
    pub(crate) fn cli_is_silent(&self) -> bool {
        let silent = |fault: &Fault| fault.target == Target::Cli && fault.effect == Effect::Silence;
        self.faults.iter().any(|active| silent(&active.fault))
    }

    /// The pause of such a fault of the wire, where one is in force.
    pub(crate) fn wire(&self, wanted: Wire) -> Option<Duration> {
        self.faults.iter().find_map(|active| match active.fault.effect {
            Effect::Wire { wire, by } if wire == wanted => Some(by),
            _ => None,
        })
    }

    /// The effects that hit the next exchange, of the faults that may.
    fn hits(&mut self, may: impl Fn(&Fault) -> bool) -> Vec<Effect> {
        let mut hits = Vec::new();
        for active in self.faults.iter_mut().filter(|active| may(&active.fault)) {
            if matches!(active.fault.effect, Effect::Booting { lasts: Some(time), .. } if active.since.elapsed() >= time)
            {
                continue;
            }
            active.seen += 1;
            let hit = match active.fault.pick {
                Pick::All => true,
                Pick::Next(count) => active.seen <= count,
                Pick::Every(step) => active.seen.checked_rem(step) == Some(0),
                Pick::Probability { chance, .. } => active.random.fraction() < chance,
            };
            if hit {
                hits.push(active.fault.effect);
            }
        }
        hits
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

    #[test]
    fn each_face_counts_its_own_exchanges() {
        let next = |fault: Fault| fault.only(Pick::Next(1));
        let mut active = ActiveFaults::new(vec![
            next(Fault::snmp(Effect::Drop)),
            next(Fault::cli(Effect::Empty)),
            next(Fault::cli(Effect::RefuseLogin)),
        ]);
        assert!(!active.next_cli(Exchange::Connection).refused);
        assert!(active.next_cli(Exchange::Login).refused);
        assert!(active.next_cli(Exchange::Command).empty);
        assert!(active.next_exchange().dropped);
        assert_eq!(active.next_cli(Exchange::Command), CliFate::default());
    }
}
