//! What was begun and never came to an end.

use super::error::StoreError;
use super::jobs::{JobState, Stage, room};
use super::plans::{PlanRow, PlanState, select_plans};
use super::steps::StepRow;
use super::writer::sql;
use super::{Store, column, outbox};

/// A plan of which it is not known what the OLT holds.
#[derive(Debug)]
pub struct Pending {
    /// The plan.
    pub plan: PlanRow,
    /// Its lines and their undo, with what is known of each; none where it was claimed and
    /// nothing of it was sent.
    pub steps: Vec<StepRow>,
}

/// What must be left alone, and by whom it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingObject {
    /// The OLT.
    pub olt: String,
    /// What the plan changes: a place such as `1/1/1:4`, a serial number, or nothing.
    pub object: String,
    /// The plan.
    pub plan: String,
    /// The job that applies it.
    pub job: String,
}

impl Store {
    /// The objects of what is pending on the OLT, or on all: what [`pending`](Self::pending)
    /// tells, without opening a document.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pending_objects(&self, olt: Option<&str>) -> Result<Vec<PendingObject>, StoreError> {
        let select = "SELECT olt, object, id, applied_by FROM plans
            WHERE id IN (SELECT plan FROM live) AND ($1 IS NULL OR olt = $1)
                AND (state = $2 OR (state = $3 AND epoch < $4))
            ORDER BY begun_at, id";
        let select = sql(select)
            .bind(olt)
            .bind(PlanState::Pending.as_str())
            .bind(PlanState::Running.as_str())
            .bind(self.epoch());
        let rows =
            select.fetch_all(self.readers()).await.map_err(StoreError::when("list what is pending"))?;
        let of = |row| {
            Ok(PendingObject {
                olt: column(row, "olt")?,
                object: column(row, "object")?,
                plan: column(row, "id")?,
                job: column(row, "applied_by")?,
            })
        };
        rows.iter().map(of).collect()
    }

    /// What is pending on the OLT, or on all: the oldest first.
    ///
    /// # Errors
    /// When the database fails or a plan is damaged.
    pub async fn pending(&self, olt: Option<&str>) -> Result<Vec<Pending>, StoreError> {
        let select = select_plans!(
            "WHERE plans.id IN (SELECT plan FROM live) AND ($1 IS NULL OR olt = $1)
                AND (state = $2 OR (state = $3 AND epoch < $4))
            ORDER BY begun_at, plans.id"
        );
        let select = select
            .bind(olt)
            .bind(PlanState::Pending.as_str())
            .bind(PlanState::Running.as_str())
            .bind(self.epoch());
        let rows =
            select.fetch_all(self.readers()).await.map_err(StoreError::when("list what is pending"))?;
        let mut all = Vec::new();
        for row in &rows {
            let plan = self.plan_of(row)?;
            let steps = self.steps(&plan.id).await?;
            all.push(Pending { plan, steps });
        }
        Ok(all)
    }

    /// Marks what an earlier process had begun, and its jobs, as pending. What was only
    /// claimed has no steps, and stays as it is.
    pub(super) async fn leave_pending(&self) -> Result<(), StoreError> {
        let mut turn = self.write("mark what is pending").await?;
        // No other length of the word: this must succeed in a full store.
        let running = "UPDATE jobs SET state = $1 WHERE state = $2 AND id IN (
            SELECT applied_by FROM plans WHERE state = $2 AND id IN (SELECT plan FROM live)
                AND EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id))";
        let (pending, running_state) = (JobState::Pending.as_str(), JobState::Running.as_str());
        turn.run(sql(running).bind(pending).bind(running_state)).await?;
        let queued = "UPDATE jobs SET state = $1, pad = $4 WHERE state = $3 AND id IN (
            SELECT applied_by FROM plans WHERE state = $2 AND id IN (SELECT plan FROM live)
                AND EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id))";
        let queued = sql(queued)
            .bind(pending)
            .bind(running_state)
            .bind(JobState::Queued.as_str())
            .bind(room(Stage::Started, JobState::Pending));
        turn.run(queued).await?;
        let plans = "UPDATE plans SET state = $1 WHERE state = $2 AND id IN (SELECT plan FROM live)
            AND EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id)";
        let plans = sql(plans).bind(PlanState::Pending.as_str()).bind(PlanState::Running.as_str());
        turn.run(plans).await?;
        outbox::leave_pending(&mut turn).await?;
        turn.commit().await
    }
}
