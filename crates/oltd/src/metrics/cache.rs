//! What the cache tells of itself and of the readings that it holds.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use gpon::{Onu, OnuState, PonPort};

use super::families::{
    CACHE_BYTES, CACHE_ENTRIES, CACHE_READS, ONUS, ONUS_AGE, READING_AGE, REDIS_ERRORS, REDIS_SKIPPED,
    REDIS_UP,
};
use super::page::Page;

/// Figures of the cache at the moment of a scrape.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CacheFigures {
    /// Readings served: what was read, whence it came (`memory`, `redis`,
    /// `olt`, `joined`), how often since the process started.
    pub reads: Vec<(&'static str, &'static str, u64)>,
    /// Readings in memory.
    pub entries: u64,
    /// Their weight, in bytes.
    pub bytes: u64,
    /// Redis; `None` where none is configured.
    pub redis: Option<RedisFigures>,
    /// For each OLT and kind of reading, the age of the newest whole one.
    pub ages: Vec<(Arc<str>, &'static str, Duration)>,
    /// The ONUs of each PON of which there is a whole reading.
    pub onus: Vec<OnusOfPon>,
}

/// Figures of Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisFigures {
    /// Whether it is in use; not while it is left alone after failures.
    pub up: bool,
    /// Operations that failed.
    pub errors: u64,
    /// Operations left out while it is left alone.
    pub skipped: u64,
}

/// How many ONUs of a PON are in which state.
#[derive(Debug, Clone, PartialEq)]
pub struct OnusOfPon {
    /// The OLT's id.
    pub olt: Arc<str>,
    /// The PON port.
    pub pon: PonPort,
    /// Every state with its number of ONUs, zeros included: a PON that has lost
    /// all its ONUs shows 0 online, and not nothing.
    pub states: Vec<(&'static str, u64)>,
    /// The age of the reading.
    pub age: Duration,
}

impl OnusOfPon {
    /// Counts the ONUs of a PON. With a reading of several PONs, those of other PONs are left out.
    pub fn count<'a>(
        olt: Arc<str>,
        pon: PonPort,
        onus: impl IntoIterator<Item = &'a Onu>,
        age: Duration,
    ) -> Self {
        let mut states: Vec<_> =
            OnuState::ALL.map(Some).into_iter().chain([None]).map(|state| (state, 0)).collect();
        for onu in onus.into_iter().filter(|onu| onu.at.pon == pon) {
            if let Some((_, count)) = states.iter_mut().find(|(state, _)| *state == onu.state) {
                *count += 1;
            }
        }
        let states = states.into_iter().map(|(state, count)| (word(state), count)).collect();
        Self { olt, pon, states, age }
    }
}

/// The API's word for a state, as a value of a label.
fn word(state: Option<OnuState>) -> &'static str {
    match state {
        Some(OnuState::Logging) => "logging",
        Some(OnuState::Los) => "los",
        Some(OnuState::Synchronization) => "synchronization",
        Some(OnuState::Online) => "online",
        Some(OnuState::DyingGasp) => "dying_gasp",
        Some(OnuState::AuthFailed) => "auth_failed",
        Some(OnuState::Offline) => "offline",
        None => "unknown",
    }
}

pub(super) fn write(cache: &CacheFigures, page: &mut Page<'_>) -> fmt::Result {
    page.family(&CACHE_READS, |mut samples| {
        cache.reads.iter().try_for_each(|(kind, level, reads)| samples.count(&[kind, level], *reads))
    })?;
    page.single(&CACHE_ENTRIES, Some(cache.entries))?;
    page.single(&CACHE_BYTES, Some(cache.bytes))?;
    page.single(&REDIS_UP, cache.redis.map(|redis| redis.up.into()))?;
    page.single(&REDIS_ERRORS, cache.redis.map(|redis| redis.errors))?;
    page.single(&REDIS_SKIPPED, cache.redis.map(|redis| redis.skipped))?;
    page.family(&READING_AGE, |mut samples| {
        cache.ages.iter().try_for_each(|(olt, kind, age)| samples.number(&[olt, kind], age.as_secs_f64()))
    })?;
    page.family(&ONUS, |mut samples| {
        for OnusOfPon { olt, pon, states, .. } in &cache.onus {
            let pon = pon.to_string();
            states.iter().try_for_each(|(state, count)| samples.count(&[olt, &pon, state], *count))?;
        }
        Ok(())
    })?;
    page.family(&ONUS_AGE, |mut samples| {
        let mut onus = cache.onus.iter();
        onus.try_for_each(|of| samples.number(&[&of.olt, &of.pon.to_string()], of.age.as_secs_f64()))
    })
}

#[cfg(test)]
mod tests {
    use gpon::OnuRef;

    use super::*;

    #[test]
    fn onus_are_counted_by_state() {
        let (pon, other) = (PonPort::new(1, 1).unwrap(), PonPort::new(1, 2).unwrap());
        let onu = |pon, id, state| {
            let at = OnuRef { pon, id: gpon::OnuId::new(id).unwrap() };
            Onu { state, ..Onu::unknown(at, gpon::NamedBy::Management) }
        };
        let onus = [
            onu(pon, 1, Some(OnuState::Online)),
            onu(pon, 2, Some(OnuState::Online)),
            onu(pon, 3, Some(OnuState::DyingGasp)),
            onu(pon, 4, None),
            onu(other, 1, Some(OnuState::Los)),
        ];
        let counted = OnusOfPon::count("a".into(), pon, &onus, Duration::ZERO);
        let there: Vec<_> = counted.states.iter().filter(|(_, count)| *count > 0).copied().collect();
        assert_eq!(there, [("online", 2), ("dying_gasp", 1), ("unknown", 1)]);
        assert_eq!(counted.states.len(), 8, "zeros are told too");
    }

    #[test]
    fn states_are_the_words_of_the_api() {
        for state in OnuState::ALL {
            assert_eq!(word(Some(state)), state.as_str().to_lowercase().replace(' ', "_"));
        }
    }
}
