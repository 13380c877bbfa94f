//! Jobs that have begun: what they have sent is known only once they are settled.

use super::error::StoreError;
use super::jobs::JobState;
use super::writer::{Turn, sql};
use super::{Store, batches, column};

/// Whether the job `$1` has a plan that was begun and has not ended: a condition.
macro_rules! has_begun {
    () => {
        "EXISTS (SELECT 1 FROM plans JOIN live ON live.plan = plans.id WHERE plans.applied_by = $1
            AND EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id))"
    };
}
pub(super) use has_begun;

/// Whether a job is to end as one of which nothing stands while that is not known.
pub(super) async fn contradicts(turn: &mut Turn<'_>, id: &str, state: JobState) -> Result<bool, StoreError> {
    if !matches!(state, JobState::Failed | JobState::Cancelled) {
        return Ok(false);
    }
    let select = sql(concat!("SELECT 1 WHERE ", has_begun!())).bind(id);
    let row = select.fetch_optional(turn.connection()?).await;
    Ok(row.map_err(StoreError::when("look for what a job has begun"))?.is_some())
}

impl Store {
    /// Closes the targets of a batch whose jobs have ended or are pending. What is pending is
    /// settled as every job is, and is not tried again. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_begun(&self, parent: &str) -> Result<u64, StoreError> {
        let mut turn = self.write("close targets of a batch").await?;
        let close = "UPDATE batch_items SET ended = 1 WHERE parent = $1 AND ended = 0 AND EXISTS (
            SELECT 1 FROM jobs WHERE jobs.id = batch_items.job
                AND (finished_at IS NOT NULL OR state = 'pending'))";
        let closed = turn.run(sql(close).bind(parent)).await?;
        batches::count(&mut turn, parent, closed).await?;
        turn.commit().await?;
        Ok(closed)
    }

    /// The batches that have ended otherwise than their jobs have by now: the process ended
    /// between the one and the other.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn overtaken_batches(&self) -> Result<Vec<String>, StoreError> {
        let select = "SELECT id FROM jobs AS whole JOIN batches ON batches.job = whole.id
            WHERE finished_at IS NOT NULL AND (
                (state = 'pending' AND NOT EXISTS (
                    SELECT 1 FROM jobs WHERE jobs.parent = whole.id AND jobs.state = 'pending'))
                OR (state = 'done' AND EXISTS (
                    SELECT 1 FROM jobs WHERE jobs.parent = whole.id AND jobs.state <> 'done')))";
        let rows = sql(select).fetch_all(self.readers()).await.map_err(StoreError::when("list batches"))?;
        rows.iter().map(|row| column(row, "id")).collect()
    }
}
