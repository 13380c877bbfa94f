//! Jobs whose task is gone: with an earlier process, or by a panic.

use std::time::SystemTime;

use gpon::OnuRef;

use super::change::document;
use super::journal::plan_of;
use super::{Jobs, SAVE, Told, read_told};
use crate::store::{JobFilter, JobState, PlanEnd, PlanRow, PlanState, Store, StoreError};

/// Of a save of an earlier process.
pub(super) const SAVE_CUT_OFF: &str = "the server ended before it knew whether the OLT saved";

impl Jobs {
    /// Ends the jobs of an earlier process of which nothing is pending: either nothing of
    /// them was sent, or what became of them stands with their plan.
    pub(super) async fn end_abandoned(&self, store: &Store) -> Result<(), StoreError> {
        for state in [JobState::Queued, JobState::Running, JobState::Pending] {
            let filter = JobFilter { state: Some(state), limit: u32::MAX, ..JobFilter::default() };
            for job in store.jobs(&filter).await? {
                let plan = store.plans_of(&job.id).await?.pop();
                let has_ended = plan.as_ref().is_some_and(|plan| plan.state == PlanState::Ended);
                if state == JobState::Pending && !has_ended {
                    continue;
                }
                // Batches go on, and so do their targets of which nothing was sent.
                if plan.is_none() && (job.parent.is_some() || store.is_batch(&job.id).await?) {
                    continue;
                }
                // The command that saves may have been sent: it has no plan.
                let may_be_sent = job.kind == SAVE && state == JobState::Running;
                let told = match plan {
                    Some(plan) => told_of(&plan, "the server ended before it could keep how it ended"),
                    None if may_be_sent => Told::not_known(SAVE_CUT_OFF),
                    None => Told::failed("the server ended before anything of it was sent"),
                };
                let told = told.cut_off();
                self.end_job(&job.id, state_of(&told), &told).await;
            }
        }
        Ok(())
    }

    /// Ends a job whose task has panicked, and which locks its ONU therefore. What it had
    /// begun is pending, as behind a crash.
    pub(super) async fn end_panicked(&self, olt: &str, at: Option<OnuRef>, job: &str) {
        let Ok(store) = self.store() else { return };
        // Where an ONU was going to be, and where it was taken from, its plan says.
        let plan = store.plans_of(job).await.ok().and_then(|mut plans| plans.pop());
        let at = at.or_else(|| super::place(&plan.as_ref()?.object));
        match self.try_end_panicked(store, job).await {
            Ok(JobState::Pending) => match (plan.and_then(|plan| plan_of(&plan.document).ok()), at) {
                (Some(plan), _) => self.lock_all(olt, &plan, job),
                (None, Some(at)) => self.lock(olt, at, job),
                (None, None) => {}
            },
            Ok(_) => _ = self.unlock(olt, job),
            Err(error) => {
                tracing::error!(olt.id = olt, job, %error, "how far a job came that has panicked could not be kept");
            }
        }
    }

    async fn try_end_panicked(&self, store: &Store, job: &str) -> Result<JobState, StoreError> {
        let why = "a fault of the server ended it";
        let plan = match store.plans_of(job).await?.pop() {
            // One that was kept, and of which nothing was sent, can be applied again.
            Some(plan) if plan.state != PlanState::Ended => match store.release_plan(&plan.id).await {
                Ok(()) => None,
                Err(StoreError::Unknown { .. }) => Some(plan),
                Err(error) => return Err(error),
            },
            plan => plan,
        };
        let Some(plan) = plan else {
            let told = Told::failed(format!("{why} before anything of it was sent")).cut_off();
            self.end_job(job, JobState::Failed, &told).await;
            return Ok(JobState::Failed);
        };
        let (state, told) = if plan.state == PlanState::Ended {
            let told = told_of(&plan, why);
            (state_of(&told), told)
        } else {
            let told = Told::not_known(why).cut_off();
            let _ = store.end(&plan.id, PlanEnd::Pending, &document(&told), SystemTime::now()).await?;
            (JobState::Pending, told)
        };
        self.end_job(job, state, &told).await;
        Ok(state)
    }
}

/// What stands with a plan that has ended.
fn told_of(plan: &PlanRow, unless: &str) -> Told {
    let told = plan.outcome.as_ref().and_then(read_told);
    told.unwrap_or_else(|| Told::not_known(unless))
}

/// How a job ended of which this is told.
fn state_of(told: &Told) -> JobState {
    match told.state.as_str() {
        "applied" | "unchanged" if told.error.is_none() => JobState::Done,
        "partial" => JobState::Partial,
        // What somebody has accepted may stand.
        "unknown" if told.accepted.is_some() => JobState::Partial,
        _ => JobState::Failed,
    }
}
