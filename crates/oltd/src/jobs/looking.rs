//! Whether an ONU that was told to start again has come back.

use std::time::{Duration, SystemTime};

use gpon::{WriteReport, WriteState};
use tokio::time::Instant;
use zte::Plan;

use super::change::scope;
use super::journal::plan_of;
use super::told::report;
use super::why::of_change;
use super::{Jobs, Told, Writable, read_told};
use crate::store::{JobState, Store, StoreError};

/// The first pauses between two looks, and every further one.
const SOON: [u64; 4] = [2, 3, 5, 8];
const LATER: u64 = 10;

/// What is told of one of which nobody has seen that it came back.
const UNSEEN: &str = "The OLT took it; that the ONU came back was not seen.";

impl Jobs {
    /// Reads the history of an ONU that was told to start again until it shows that it has,
    /// for so long.
    pub(super) fn look_after(&self, olt: &Writable, job: &str, plan: Plan, mut told: Told, left: Duration) {
        let (jobs, olt, job) = (self.clone(), olt.clone(), job.to_owned());
        self.0.tasks.spawn("look after a restart", async move {
            let until = Instant::now() + left;
            for seconds in SOON.into_iter().chain(std::iter::repeat(LATER)) {
                tokio::time::sleep_until(until.min(Instant::now() + Duration::from_secs(seconds))).await;
                let is_last = Instant::now() >= until;
                let looked = olt.olt.has_restarted(&plan).await;
                // Whoever is started next goes on.
                if jobs.0.tasks.ending().is_cancelled() {
                    return;
                }
                match looked {
                    Ok(true) => {
                        let report = WriteReport { verified: true, ..report(WriteState::Applied) };
                        told.verified = true;
                        told = told.said(&of_change(&report, false, &olt.id, plan.act()));
                        olt.invalidate(scope(&plan)).await;
                        break;
                    }
                    Ok(false) if is_last => {
                        told.message = Some(UNSEEN.to_owned());
                        let seconds = olt.olt.reboot_wait().as_secs();
                        told.warnings.push(format!(
                            "within {seconds} s the ONU's history does not show that it came back"
                        ));
                        break;
                    }
                    Err(error) if is_last => {
                        told.message = Some(UNSEEN.to_owned());
                        told.warnings.push(format!("whether the ONU came back could not be read: {error}"));
                        break;
                    }
                    Ok(false) | Err(_) => {}
                }
            }
            jobs.looked(&olt, &job, &told).await;
        });
    }

    /// Keeps what was seen, unless the job has become something else meanwhile.
    async fn looked(&self, olt: &Writable, job: &str, told: &Told) {
        let Ok(store) = self.store() else { return };
        match store.job(job).await {
            Ok(Some(row)) if row.state == JobState::Lost => {}
            Ok(_) | Err(_) => self.end_job(job, JobState::Done, told).await,
        }
        self.forget_duty(&olt.id, job).await;
    }

    /// Goes on looking after the ONU of a job where an earlier process was ended at it.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn look_on(
        &self,
        store: &Store,
        job: &str,
        olts: &[Writable],
    ) -> Result<(), StoreError> {
        let (row, result) = (store.job(job).await?, store.result(job).await?);
        let told = result.as_ref().and_then(read_told);
        let (Some(row), Some(mut told)) = (row, told) else { return store.forget_duty(job).await };
        if row.state != JobState::Done || told.state != super::spelt(WriteState::Applied) || told.verified {
            return store.forget_duty(job).await;
        }
        let since = row.finished_at.unwrap_or(row.created_at);
        let plan = store.plans_of(job).await?.pop().and_then(|plan| plan_of(&plan.document).ok());
        let olt = olts.iter().find(|olt| *olt.id == *row.olt);
        if let (Some(olt), Some(plan)) = (olt, plan) {
            let gone = SystemTime::now().duration_since(since).unwrap_or_default();
            let left = olt.olt.reboot_wait().saturating_sub(gone);
            if !left.is_zero() {
                self.look_after(olt, job, plan, told, left);
                return Ok(());
            }
        }
        told.message = Some(UNSEEN.to_owned());
        told.warnings
            .push("the server was restarted before it was seen whether the ONU came back".to_owned());
        tracing::warn!(olt.id = row.olt, job, object = row.object, "whether an ONU came back was not seen");
        self.end_job(job, JobState::Done, &told).await;
        store.forget_duty(job).await
    }
}
