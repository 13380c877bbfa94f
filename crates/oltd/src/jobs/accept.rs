//! A person accepts how a job ended: nothing waits for it any more.

use std::time::SystemTime;

use super::change::document;
use super::told::Accepted;
use super::wanted::member;
use super::{Jobs, LOST, NotSettled, Told, read_told, unknown};
use crate::failure::ErrorCode;
use crate::store::{JobRow, JobState, PlanEnd, StepRow, StepState, Store, StoreError, Way};

impl Jobs {
    /// Leaves a job as it is, for good. Nothing is sent; what became of it stays told. What
    /// is partial or lost stays so. Of what was pending, some may stand.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn accept(
        &self,
        store: &Store,
        row: &JobRow,
        by: Option<&str>,
    ) -> Result<(), NotSettled> {
        let failed = |error: StoreError| NotSettled::Store(error.to_string());
        let now = SystemTime::now();
        let result = store.result(&row.id).await.map_err(failed)?;
        let mut told = result.as_ref().and_then(read_told).unwrap_or_else(|| Told::from(unknown()));
        told.accepted = Some(Accepted { by: by.map(str::to_owned), at: now });
        let mut state = row.state;
        if state == JobState::Pending {
            told.error_code.get_or_insert_with(|| ErrorCode::OutcomeUnknown.spelt());
            told.message = Some("It was accepted while it was not known what the OLT holds.".to_owned());
            state = JobState::Failed;
        }
        if let Some(plan) = store.plans_of(&row.id).await.map_err(failed)?.into_iter().next_back() {
            if row.state == JobState::Pending && stands(&store.steps(&plan.id).await.map_err(failed)?) {
                state = JobState::Partial;
            }
            // One that has ended already stays as it ended.
            match store.end(&plan.id, PlanEnd::Ended, &document(&told), now).await {
                Ok(_) | Err(StoreError::Unknown { .. }) => {}
                Err(error) => return Err(failed(error)),
            }
            self.unlock(&plan.olt, &row.id);
        }
        self.forget_duty(&row.olt, &row.id).await;
        store.accept(&row.id).await.map_err(failed)?;
        let at = row.finished_at.unwrap_or(now);
        let _ = store.end_job(&row.id, state, &document(&told), at).await.map_err(failed)?;
        self.conclude_whole(store, &row.id).await;
        self.0.ended.notify_waiters();
        if row.kind == LOST {
            for left in told.remaining {
                let member = store.job(member(&left)).await.map_err(failed)?;
                if let Some(member) = member.filter(|job| job.state == JobState::Lost && !job.accepted) {
                    Box::pin(self.accept(store, &member, by)).await?;
                }
            }
        }
        Ok(())
    }
}

/// Whether something of a plan may stand, by its steps.
fn stands(steps: &[StepRow]) -> bool {
    let is = |seq, way, states: &[StepState]| {
        steps.iter().any(|step| step.seq == seq && step.way == way && states.contains(&step.state))
    };
    steps.iter().filter(|step| step.way == Way::Forth).any(|step| {
        is(step.seq, Way::Forth, &[StepState::Sent, StepState::Done, StepState::Unknown])
            && !is(step.seq, Way::Back, &[StepState::Done])
    })
}
