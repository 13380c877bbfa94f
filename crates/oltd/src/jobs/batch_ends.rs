//! The job of a target of a batch: how it is added, and how its end is noted.

use std::sync::Arc;
use std::time::SystemTime;

use super::batch_board::Running;
use super::batch_items::{Item, Part, Went};
use super::change::document;
use super::{Jobs, NotBegun, Told, Writable};
use crate::failure::Failure;
use crate::store::{HowEnded, JobState, NewJob, QueuedItem};

impl Jobs {
    /// Adds the job of a target.
    pub(super) async fn add_part(
        self,
        batch: Arc<Running>,
        olt: Writable,
        part: Part,
    ) -> Result<(), NotBegun> {
        let job = NewJob {
            id: &part.job,
            kind: &batch.part_kind,
            olt: &olt.id,
            caller: batch.caller.as_deref(),
            request_id: &batch.request_id,
            reference: part.reference.as_deref(),
            object: &part.object,
            total: 1,
            created_at: SystemTime::now(),
        };
        Ok(self.store()?.add_part(&job, &batch.id).await?)
    }

    /// Ends a target of which nothing was sent.
    pub(super) async fn fail_item(&self, batch: &Running, item: &Item, why: &Failure) -> Went {
        let told = Told::unsent(why);
        let added = match self.store() {
            Ok(store) => store.job(&item.job).await.ok().flatten(),
            Err(_) => None,
        };
        match added {
            Some(row) if row.has_been_tried() => self.close_item(batch, item, None).await,
            Some(_) => {
                self.end_job(&item.job, JobState::Failed, &told).await;
                self.close_item(batch, item, None).await;
            }
            None => self.close_item(batch, item, Some(&told)).await,
        }
        Went::Ended
    }

    /// Notes that a target has ended, as its job tells or as is told here.
    pub(super) async fn close_item(&self, batch: &Running, item: &Item, told: Option<&Told>) {
        self.close_target(batch, (item.nr, &item.job), told).await;
    }

    /// The same, of the target with this number and job.
    pub(super) async fn close_target(&self, batch: &Running, (nr, job): (u32, &str), told: Option<&Told>) {
        let Ok(store) = self.store() else { return };
        let row = QueuedItem { parent: batch.id.clone(), nr, job: job.to_owned() };
        let told = told.map(document);
        if let Err(error) = store.end_item(&row, HowEnded::Told, told.as_ref()).await {
            tracing::error!(job, %error, "how a target of a batch ended could not be kept");
        }
        batch.ended(job);
    }
}
