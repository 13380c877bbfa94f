//! An OLT that starts again loses what was not saved.

use std::time::{Duration, SystemTime};

use super::change::document;
use super::{Jobs, LOST, Told, Writable, new_id};
use crate::store::{NewJob, Owed, Store};

/// A clock that is off by less is no restart.
const TOLERANCE: Duration = Duration::from_secs(120);
/// sysUpTime begins anew after 2^32 hundredths of a second (fact sheet, SNMP §13).
const WRAP: u64 = 42_949_672;
/// How far the clock of an OLT runs from ours in that time: 50 parts in a million are usual,
/// which is 36 minutes.
const DRIFT: u64 = 60 * 60;

impl Jobs {
    /// Whether the OLT has started again since it was changed: what was not saved is lost.
    pub(super) async fn has_started_again(&self, store: &Store, olt: &Writable, owed: &Owed) -> bool {
        let Ok(uptime) = olt.olt.uptime().await else { return false };
        let now = SystemTime::now();
        let Some(started) = now.checked_sub(uptime) else { return false };
        // Known since the first change that is not saved, else nothing is lost by what is read first.
        let Some(known) = owed.boot.filter(|known| *known <= owed.since) else {
            if started <= owed.since {
                self.note_boot(store, olt, started).await;
                return false;
            }
            // It has started after the change, and nobody had noted when it did before.
            return self.lose(store, olt, started).await;
        };
        if started.duration_since(known).unwrap_or_default() < TOLERANCE {
            return false;
        }
        if has_wrapped(uptime, now.duration_since(known).unwrap_or_default()) {
            self.note_boot(store, olt, started).await;
            return false;
        }
        self.lose(store, olt, started).await
    }

    async fn note_boot(&self, store: &Store, olt: &Writable, started: SystemTime) {
        if let Err(error) = store.set_boot(&olt.id, started).await {
            tracing::error!(olt.id = &*olt.id, %error, "when the OLT started could not be kept");
        }
    }

    /// Marks what was changed before the OLT started as lost; whether something was. One job
    /// for all of it makes it anew when somebody settles it so.
    async fn lose(&self, store: &Store, olt: &Writable, started: SystemTime) -> bool {
        let id = new_id();
        let job = NewJob {
            id: &id,
            kind: LOST,
            olt: &olt.id,
            caller: None,
            request_id: "",
            reference: None,
            object: "",
            total: 0,
            created_at: SystemTime::now(),
        };
        let result = |lost: &[String]| {
            let why = "the OLT has started again without having saved what these jobs changed";
            document(&Told { remaining: lost.to_vec(), ..Told::failed(why) })
        };
        let lost = match store.lose(started, &job, result).await {
            Ok(lost) => lost,
            Err(error) => {
                tracing::error!(olt.id = &*olt.id, %error, "that the OLT has lost changes could not be kept");
                return false;
            }
        };
        self.note_boot(store, olt, started).await;
        if lost.is_empty() {
            return false;
        }
        self.conclude_wholes(store, &lost).await;
        olt.invalidate(crate::cache::Scope::Olt).await;
        tracing::warn!(
            olt.id = &*olt.id,
            job = id,
            lost = lost.join(","),
            "the OLT has started again without having saved what these jobs changed"
        );
        true
    }
}

/// Whether an agent that would run for so long without a restart shows this since it has
/// begun to count anew.
fn has_wrapped(uptime: Duration, expected: Duration) -> bool {
    let (uptime, expected) = (uptime.as_secs() % WRAP, expected.as_secs());
    let off = uptime.abs_diff(expected % WRAP);
    expected + DRIFT >= WRAP && off.min(WRAP - off) < DRIFT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_to_count_anew_has_not_started_again() {
        for (uptime, expected, wrapped) in [
            (10, WRAP + 10, true),
            (10, WRAP - 60, true),
            (WRAP - 60, 2 * WRAP + 60, true),
            (2_000, 3 * WRAP, true),
            // It ran for longer than it can count, and started again a day ago.
            (86_400, WRAP + 10, false),
            (10, 3 * WRAP / 2, false),
            (10, 86_400, false),
        ] {
            let [uptime, of] = [uptime, expected].map(Duration::from_secs);
            assert_eq!(has_wrapped(uptime, of), wrapped, "{uptime:?} {of:?}");
        }
    }
}
