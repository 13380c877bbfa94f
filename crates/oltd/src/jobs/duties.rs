//! What is still to be done about a job.

use super::Jobs;
use crate::store::Duty;

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
