//! What the cache tells of itself.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gpon::{Onu, OnuState, PonPort};
use tokio::time::Instant;

use super::redis::RedisFigures;
use super::{Cache, Entry, Key, Kind, Level, Place};

/// Reads by kind and by where their answer came from; the last is an answer
/// that another caller waited for already.
const LEVELS: [&str; 4] = ["memory", "redis", "olt", "joined"];

/// Counters of reads, and when a whole reading was last made. That is told for
/// good, so that who waits for one in vain sees its age grow.
#[derive(Debug)]
pub(super) struct Counters {
    reads: Vec<[AtomicU64; LEVELS.len()]>,
    /// As many as there are OLTs times kinds.
    made: Mutex<HashMap<(Arc<str>, Kind), Instant>>,
}

impl Default for Counters {
    fn default() -> Self {
        Self { reads: Kind::ALL.iter().map(|_| Default::default()).collect(), made: Mutex::default() }
    }
}

impl Counters {
    /// Counts a read; `None` for one that joined another's.
    pub(super) fn count(&self, kind: Kind, level: Option<Level>) {
        let at = match level {
            Some(Level::Memory) => 0,
            Some(Level::Redis) => 1,
            Some(Level::Olt) => 2,
            None => 3,
        };
        if let Some(of_kind) = self.reads.get(kind as usize) {
            of_kind[at].fetch_add(1, Relaxed);
        }
    }

    /// A whole reading was made at this moment, here or in another instance.
    pub(super) fn made(&self, key: &Key, at: Instant) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = made.entry((Arc::clone(&key.olt), key.kind)).or_insert(at);
        *latest = at.max(*latest);
    }

    fn ages(&self) -> Vec<Age> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.iter().map(|((olt, kind), at)| (Arc::clone(olt), kind.name(), at.elapsed())).collect()
    }
}

/// An OLT, the name of a kind of reading, and how old its youngest is.
pub type Age = (Arc<str>, &'static str, Duration);

/// The state of the cache at one moment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CacheFigures {
    /// Reads by kind and level: `memory`, `redis`, `olt`, `joined`.
    pub reads: Vec<(&'static str, &'static str, u64)>,
    /// Readings in memory.
    pub entries: u64,
    /// Bytes that they account for.
    pub bytes: u64,
    /// The shared store, where one is configured.
    pub redis: Option<RedisFigures>,
    /// Age of the youngest whole reading ever made, by OLT and kind.
    pub ages: Vec<Age>,
    /// The ONUs of each PON, from the youngest list in memory.
    pub onus: Vec<OnusOfPon>,
}

/// The ONUs of a PON by state.
#[derive(Debug, PartialEq, Eq)]
pub struct OnusOfPon {
    /// The OLT's id.
    pub olt: Arc<str>,
    /// The port.
    pub pon: PonPort,
    /// How many are in each state, zeros included: a PON that has lost all its
    /// ONUs shows 0 online, and not nothing. `None` for those in an unknown state.
    pub states: Vec<(Option<OnuState>, u64)>,
    /// How old the list is.
    pub age: Duration,
}

impl OnusOfPon {
    fn new(olt: &Arc<str>, pon: PonPort, age: Duration, onus: &[&Onu]) -> Self {
        let states = OnuState::ALL.into_iter().map(Some).chain([None]);
        let count = |state| onus.iter().filter(|onu| onu.state == state).count() as u64;
        Self { olt: Arc::clone(olt), pon, states: states.map(|state| (state, count(state))).collect(), age }
    }
}

impl Cache {
    /// What the cache tells of itself now. Looks at every reading in memory.
    pub async fn figures(&self) -> CacheFigures {
        self.stored.run_pending_tasks().await;
        let reads = Kind::ALL.iter().zip(&self.counters.reads).flat_map(|(kind, counts)| {
            LEVELS.iter().zip(counts).map(|(level, count)| (kind.name(), *level, count.load(Relaxed)))
        });
        CacheFigures {
            reads: reads.collect(),
            entries: self.stored.entry_count(),
            bytes: self.stored.weighted_size(),
            redis: self.shared.as_ref().map(super::Redis::figures),
            ages: self.counters.ages(),
            onus: self.onus(),
        }
    }

    /// The ONUs of each PON, from the youngest list in memory.
    fn onus(&self) -> Vec<OnusOfPon> {
        let mut onus: HashMap<(Arc<str>, PonPort), OnusOfPon> = HashMap::new();
        for (key, stored) in &self.stored {
            let lists_onus = matches!(key.kind, Kind::Onus | Kind::OnusOfAll);
            if !lists_onus || !self.invalidations.allow(&key, stored.began) {
                continue;
            }
            let Some(list) = stored.entry.downcast_ref::<Entry<Vec<Onu>>>() else { continue };
            let age = stored.read_at.elapsed();
            let mut by_pon: HashMap<PonPort, Vec<&Onu>> = HashMap::new();
            // A PON without ONUs has no row to be found by.
            if let Place::Pon(pon) = key.place {
                by_pon.insert(pon, Vec::new());
            }
            for onu in &list.reading().value {
                by_pon.entry(onu.at.pon).or_default().push(onu);
            }
            for (pon, list) in by_pon {
                let place = (Arc::clone(&key.olt), pon);
                if onus.get(&place).is_none_or(|known| known.age > age) {
                    onus.insert(place, OnusOfPon::new(&key.olt, pon, age, &list));
                }
            }
        }
        onus.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use gpon::{NamedBy, OnuId, OnuRef};

    use super::*;

    #[test]
    fn onus_are_counted_by_state() {
        let pon = PonPort::new(1, 1).unwrap();
        let onu = |id, state| {
            let at = OnuRef { pon, id: OnuId::new(id).unwrap() };
            Onu { state, ..Onu::unknown(at, NamedBy::Management) }
        };
        let onus = [
            onu(1, Some(OnuState::Online)),
            onu(2, Some(OnuState::Online)),
            onu(3, Some(OnuState::DyingGasp)),
            onu(4, None),
        ];
        let counted = OnusOfPon::new(&"a".into(), pon, Duration::ZERO, &onus.iter().collect::<Vec<_>>());
        let there: Vec<_> = counted.states.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(there, [(Some(OnuState::Online), 2), (Some(OnuState::DyingGasp), 1), (None, 1)]);
        assert_eq!(counted.states.len(), 8, "zeros are told too");
    }
}
