//! What the cache tells of itself and of the readings that it holds.

use std::fmt;

use gpon::OnuState;

use super::families::{
    CACHE_BYTES, CACHE_ENTRIES, CACHE_READS, ONUS, ONUS_AGE, READING_AGE, REDIS_ERRORS, REDIS_SKIPPED,
    REDIS_UP,
};
use super::page::Page;
use crate::cache::{CacheFigures, OnusOfPon};

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
            states.iter().try_for_each(|(state, count)| samples.count(&[olt, &pon, word(*state)], *count))?;
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
    use super::*;

    #[test]
    fn states_are_the_words_of_the_api() {
        for state in OnuState::ALL {
            assert_eq!(word(Some(state)), state.as_str().to_lowercase().replace(' ', "_"));
        }
    }
}
