//! What is still to be done about a job.

use gpon::WriteState;
use zte::Outcome;

use super::Jobs;
use super::change::Work;
use crate::store::Duty;

/// What is told of an ONU that was to be awaited.
const UNAWAITED: &str =
    "the server ended while the ONU was awaited: how far it came was not looked at any more";

impl Jobs {
    /// Keeps what is still to be done about a job, whatever becomes of this process.
    pub(super) async fn keep_duty(&self, olt: &str, job: &str, duty: Duty) {
        if let Ok(store) = self.store()
            && let Err(error) = store.keep_duty(job, duty).await
        {
            tracing::error!(olt.id = olt, job, duty = duty.as_str(), %error, "what is to be done about a job could not be kept");
        }
    }

    pub(super) async fn forget_duty(&self, olt: &str, job: &str) {
        if let Ok(store) = self.store()
            && let Err(error) = store.forget_duty(job).await
        {
            tracing::error!(olt.id = olt, job, %error, "what was to be done about a job could not be forgotten");
        }
    }
}

impl Work {
    /// Warns of what nobody looked at: how far an ONU came that an earlier process had awaited.
    pub(super) async fn note_unawaited(&self, outcome: &mut Outcome) {
        let Ok(store) = self.jobs.store() else { return };
        let duties = store.duties().await.unwrap_or_default();
        if outcome.is_pending || !duties.contains(&(self.job.clone(), Duty::Await)) {
            return;
        }
        if matches!(outcome.report.state, WriteState::Applied | WriteState::Unchanged) {
            outcome.report.warnings.push(UNAWAITED.to_owned());
        }
        self.jobs.forget_duty(&self.olt.id, &self.job).await;
    }
}
