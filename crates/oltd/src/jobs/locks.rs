//! What is pending is locked: nothing else is begun about its ONU.

use std::collections::BTreeSet;

use gpon::OnuRef;
use zte::Plan;

use super::journal::plan_of;
use super::{Jobs, NotBegun, Writable, locked, place};
use crate::store::{PendingObject, PlanRow};

impl Jobs {
    /// The job that locks an ONU, if one does.
    pub fn lock_of(&self, olt: &str, at: OnuRef) -> Option<String> {
        locked(&self.0.locks).get(&(olt.to_owned(), at)).cloned()
    }

    /// How many plans of an OLT are pending.
    pub fn pending_of(&self, olt: &str) -> usize {
        self.pending_jobs_of(olt).len()
    }

    /// The jobs of an OLT that are pending.
    pub(super) fn pending_jobs_of(&self, olt: &str) -> BTreeSet<String> {
        let locks = locked(&self.0.locks);
        // One that takes an ONU from another place locks both.
        locks.iter().filter(|((of, _), _)| of == olt).map(|(_, job)| job.clone()).collect()
    }

    pub(super) fn unlocked(&self, olt: &str, at: OnuRef) -> Result<(), NotBegun> {
        match self.lock_of(olt, at) {
            Some(job) => Err(NotBegun::Locked { job, object: at }),
            None => Ok(()),
        }
    }

    /// Who has to come back later leaves no job behind: many who do would fill the store.
    pub(super) fn has_room(&self, olt: &Writable, at: OnuRef) -> Result<(), NotBegun> {
        match olt.olt.is_full_of_changes() || self.is_crowded(&olt.id, at) {
            true => Err(NotBegun::Busy { olt: olt.id.to_string() }),
            false => Ok(()),
        }
    }

    pub(super) fn lock(&self, olt: &str, at: OnuRef, job: &str) {
        locked(&self.0.locks).insert((olt.to_owned(), at), job.to_owned());
        if let Some(news) = self.0.news.get(olt) {
            news.pending.notify_one();
        }
    }

    /// Locks every place that a plan changes.
    pub(super) fn lock_all(&self, olt: &str, plan: &Plan, job: &str) {
        for at in plan.places() {
            self.lock(olt, at, job);
        }
    }

    /// Locks what a plan of the store changes, of one that cannot be read its object alone;
    /// whether that is an ONU.
    pub(super) fn lock_kept(&self, of: &PendingObject, plan: Option<&PlanRow>) -> bool {
        let Some(at) = place(&of.object) else { return false };
        match plan.map(|plan| plan_of(&plan.document)) {
            Some(Ok(plan)) => self.lock_all(&of.olt, &plan, &of.job),
            _ => self.lock(&of.olt, at, &of.job),
        }
        true
    }

    /// Unlocks what a job has locked; whether somebody had wanted it to be settled in some way.
    pub(super) fn unlock(&self, olt: &str, job: &str) -> bool {
        locked(&self.0.locks).retain(|(of, _), by| of != olt || by != job);
        locked(&self.0.left).remove(job);
        locked(&self.0.wanted).remove(job).is_some()
    }
}
