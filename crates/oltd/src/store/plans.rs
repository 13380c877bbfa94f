//! Plans: what would be sent, or is, or was.

use std::time::{Duration, SystemTime};

use secrecy::SecretSlice;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::jobs::Kept;
use super::sealed::{Place, SEAL};
use super::writer::{Turn, sql};
use super::{Store, column, fits, maybe_time, ms, time};

/// How long a plan that was only drawn up can be applied.
pub const DRAFT_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Room for the outcome of a plan: its state, and a few lines that remain. A longer one
/// needs space when it is written, and is left out where there is none.
const OUTCOME_ROOM: usize = 1024 + SEAL;
/// Room for the time at which a plan ends, and for the heads of longer values.
const END_ROOM: usize = 16;

/// What a plan is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanState {
    /// It was drawn up and can be applied.
    Draft,
    /// It is carried out.
    Running,
    /// It was begun, and what the OLT holds is not known.
    Pending,
    /// What became of it is known.
    Ended,
}

impl PlanState {
    const ALL: [Self; 4] = [Self::Draft, Self::Running, Self::Pending, Self::Ended];

    /// As it stands in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Running => "running",
            Self::Pending => "pending",
            Self::Ended => "ended",
        }
    }
}

/// How a plan came to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanEnd {
    /// What became of it is known.
    Ended,
    /// What the OLT holds is not known.
    Pending,
}

/// A plan that was drawn up.
#[derive(Debug)]
pub struct NewPlan<'a> {
    /// Its id.
    pub id: &'a str,
    /// The job that drew it up.
    pub job: Option<&'a str>,
    /// The OLT.
    pub olt: &'a str,
    /// What it changes: a place such as `1/1/1:4`, a serial number, or nothing.
    pub object: &'a str,
    /// What kind of change it is.
    pub kind: &'a str,
    /// What it was drawn up from.
    pub fingerprint: &'a str,
    /// Its lines and all else there is to say of it.
    pub document: &'a SecretSlice<u8>,
    /// When it was drawn up.
    pub created_at: SystemTime,
    /// Until when it can be applied.
    pub expires_at: SystemTime,
}

/// A plan as it stands in the store.
#[derive(Debug)]
pub struct PlanRow {
    /// Its id.
    pub id: String,
    /// The job that drew it up.
    pub job: Option<String>,
    /// The job that applied it.
    pub applied_by: Option<String>,
    /// The OLT.
    pub olt: String,
    /// What it changes.
    pub object: String,
    /// What kind of change it is.
    pub kind: String,
    /// What it was drawn up from.
    pub fingerprint: String,
    /// The opening of the store in which it was drawn up, or begun.
    pub epoch: i64,
    /// What it is doing.
    pub state: PlanState,
    /// When it was drawn up.
    pub created_at: SystemTime,
    /// Until when it can be applied.
    pub expires_at: SystemTime,
    /// When it was begun.
    pub begun_at: Option<SystemTime>,
    /// When it ended.
    pub ended_at: Option<SystemTime>,
    /// Its lines and all else there is to say of it.
    pub document: SecretSlice<u8>,
    /// What became of it.
    pub outcome: Option<SecretSlice<u8>>,
}

/// What became of the wish to apply a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// It is the job's, and running.
    Claimed,
    /// A job has applied it already.
    AlreadyApplied {
        /// That job.
        job: String,
    },
    /// It was drawn up too long ago.
    Expired,
}

/// What is read of plans, and which: all but the document stands in one row.
macro_rules! select_plans {
    ($which:literal) => {
        sql(concat!(
            "SELECT plans.*, documents.document FROM plans JOIN documents ON documents.plan = plans.id ",
            $which
        ))
    };
}
pub(super) use select_plans;

pub(super) fn document_of(id: &str) -> Place<'_> {
    Place { table: "plans", id, column: "document" }
}

fn outcome_of(id: &str) -> Place<'_> {
    Place { table: "plans", id, column: "outcome" }
}

impl Store {
    /// Keeps a plan that was only drawn up.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::TooLong`], or when the database fails; an id that is
    /// taken is such a failure.
    pub async fn keep_plan(&self, plan: &NewPlan<'_>) -> Result<(), StoreError> {
        let mut turn = self.write("keep a plan").await?;
        self.insert(&mut turn, plan).await?;
        turn.commit().await
    }

    pub(super) async fn insert(&self, turn: &mut Turn<'_>, plan: &NewPlan<'_>) -> Result<(), StoreError> {
        let NewPlan { id, job, olt, object, kind, fingerprint, .. } = *plan;
        fits("plan", id, [job, Some(olt), Some(object), Some(kind), Some(fingerprint)])?;
        let insert = "INSERT INTO plans (id, job, olt, object, kind, fingerprint, epoch, state, created_at,
                expires_at, pad)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let insert = sql(insert)
            .bind(plan.id)
            .bind(plan.job)
            .bind(plan.olt)
            .bind(plan.object)
            .bind(plan.kind)
            .bind(plan.fingerprint)
            .bind(self.epoch())
            .bind(PlanState::Draft.as_str())
            .bind(ms(plan.created_at))
            .bind(ms(plan.expires_at))
            .bind(Vec::new());
        turn.run(insert).await?;
        let sealed = self.sealer().seal_secret(document_of(plan.id), plan.document)?;
        let insert = sql("INSERT INTO documents (plan, document) VALUES ($1, $2)").bind(plan.id).bind(sealed);
        turn.run(insert).await.map(drop)
    }

    /// The plan; `None` where there is none of this id.
    ///
    /// # Errors
    /// When the database fails or the plan is damaged.
    pub async fn plan(&self, id: &str) -> Result<Option<PlanRow>, StoreError> {
        let select = select_plans!("WHERE plans.id = $1").bind(id);
        let row = select.fetch_optional(self.readers()).await.map_err(StoreError::when("read a plan"))?;
        row.as_ref().map(|row| self.plan_of(row)).transpose()
    }

    /// The plans that a job applied, in the order in which it began them.
    ///
    /// # Errors
    /// When the database fails or a plan is damaged.
    pub async fn plans_of(&self, job: &str) -> Result<Vec<PlanRow>, StoreError> {
        let select = select_plans!("WHERE applied_by = $1 ORDER BY begun_at, plans.id").bind(job);
        let rows = select.fetch_all(self.readers()).await.map_err(StoreError::when("list plans"))?;
        rows.iter().map(|row| self.plan_of(row)).collect()
    }

    pub(super) fn plan_of(&self, row: &SqliteRow) -> Result<PlanRow, StoreError> {
        let id: String = column(row, "id")?;
        let state: String = column(row, "state")?;
        let known = PlanState::ALL.into_iter().find(|known| known.as_str() == state);
        let sealed: Vec<u8> = column(row, "document")?;
        let outcome: Option<Vec<u8>> = column(row, "outcome")?;
        Ok(PlanRow {
            job: column(row, "job")?,
            applied_by: column(row, "applied_by")?,
            olt: column(row, "olt")?,
            object: column(row, "object")?,
            kind: column(row, "kind")?,
            fingerprint: column(row, "fingerprint")?,
            epoch: column(row, "epoch")?,
            state: known.ok_or_else(|| StoreError::damaged("plans", &id))?,
            created_at: time(column(row, "created_at")?),
            expires_at: time(column(row, "expires_at")?),
            begun_at: maybe_time(row, "begun_at")?,
            ended_at: maybe_time(row, "ended_at")?,
            document: self.sealer().open(document_of(&id), &sealed)?,
            outcome: outcome.map(|sealed| self.sealer().open(outcome_of(&id), &sealed)).transpose()?,
            id,
        })
    }

    /// Gives a draft to the job that applies it, to one of several that want to.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where there is no such plan, and when the database fails.
    pub async fn claim_plan(&self, id: &str, job: &str, at: SystemTime) -> Result<Claim, StoreError> {
        let mut turn = self.write("claim a plan").await?;
        let update = "UPDATE plans SET state = $3, applied_by = $2, epoch = $4, begun_at = $5
            WHERE id = $1 AND state = $6 AND expires_at > $5";
        let update = sql(update)
            .bind(id)
            .bind(job)
            .bind(PlanState::Running.as_str())
            .bind(self.epoch())
            .bind(ms(at))
            .bind(PlanState::Draft.as_str());
        if turn.run(update).await? > 0 {
            turn.run(sql("INSERT INTO live (plan) VALUES ($1)").bind(id)).await?;
            turn.commit().await?;
            return Ok(Claim::Claimed);
        }
        let select = sql("SELECT state, applied_by FROM plans WHERE id = $1").bind(id);
        let row =
            select.fetch_optional(turn.connection()?).await.map_err(StoreError::when("claim a plan"))?;
        let row = row.ok_or_else(|| StoreError::unknown("plan", id))?;
        Ok(match column::<Option<String>>(&row, "applied_by")? {
            Some(job) => Claim::AlreadyApplied { job },
            None => Claim::Expired,
        })
    }

    /// Makes a claimed plan a draft again, of which nothing was sent: it is stale, or the job
    /// was cancelled.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where no such plan waits to be begun, and when the database fails.
    pub async fn release_plan(&self, id: &str) -> Result<(), StoreError> {
        let mut turn = self.write("release a plan").await?;
        let update = "UPDATE plans SET state = $2, applied_by = NULL, begun_at = NULL WHERE id = $1
            AND state = $3 AND NOT EXISTS (SELECT 1 FROM steps WHERE steps.plan = plans.id)";
        let update = sql(update).bind(id).bind(PlanState::Draft.as_str()).bind(PlanState::Running.as_str());
        if turn.run(update).await? == 0 {
            return Err(StoreError::unknown("plan", id));
        }
        turn.run(sql("DELETE FROM live WHERE plan = $1").bind(id)).await?;
        turn.commit().await
    }

    /// Notes how a plan came to rest, in one commit. What is pending may end later. Where
    /// there is no room for the outcome, the state is kept without it.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where no such plan is running or pending, and when the database fails.
    pub async fn end(
        &self,
        plan: &str,
        end: PlanEnd,
        outcome: &SecretSlice<u8>,
        at: SystemTime,
    ) -> Result<Kept, StoreError> {
        let sealed = self.sealer().seal_secret(outcome_of(plan), outcome)?;
        let mut ended = self.write_rest(plan, end, Some(&sealed), at).await;
        if matches!(ended, Err(StoreError::Full)) && self.inner().reserve.give_up() {
            ended = self.write_rest(plan, end, Some(&sealed), at).await;
        }
        match ended {
            Err(StoreError::Full) => self.write_rest(plan, end, None, at).await.map(|()| Kept::StateOnly),
            ended => ended.map(|()| Kept::Whole),
        }
    }

    async fn write_rest(
        &self,
        plan: &str,
        end: PlanEnd,
        outcome: Option<&[u8]>,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        let mut turn = self.write("end a plan").await?;
        let update = "UPDATE plans SET state = $2, ended_at = $3, outcome = $4, pad = $5
            WHERE id = $1 AND state IN ('running', 'pending')";
        let (state, ended_at, pad) = match end {
            PlanEnd::Ended => (PlanState::Ended, Some(ms(at)), 0),
            // The outcome that it has in the end may be as long as there is room for.
            PlanEnd::Pending => {
                let taken = outcome.map_or(0, <[u8]>::len);
                (PlanState::Pending, None, (OUTCOME_ROOM + END_ROOM - 2).saturating_sub(taken))
            }
        };
        let update =
            sql(update).bind(plan).bind(state.as_str()).bind(ended_at).bind(outcome).bind(vec![0; pad]);
        if turn.run(update).await? == 0 {
            return Err(StoreError::unknown("plan", plan));
        }
        if end == PlanEnd::Ended {
            turn.run(sql("DELETE FROM live WHERE plan = $1").bind(plan)).await?;
            turn.run(sql("UPDATE steps SET pad = $2 WHERE plan = $1").bind(plan).bind(Vec::new())).await?;
        }
        turn.commit().await
    }
}

/// Room for what a plan's row gains when it ends.
pub(super) fn room() -> Vec<u8> {
    vec![0; OUTCOME_ROOM + END_ROOM]
}

impl Store {
    /// Makes a plan pending again that has ended, since somebody wants it finished or undone.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where there is no such plan that was begun, and when the database fails.
    pub async fn reopen_plan(&self, id: &str) -> Result<(), StoreError> {
        let mut turn = self.write("settle a plan").await?;
        let update = "UPDATE plans SET state = $2, ended_at = NULL, pad = $5
            WHERE id = $1 AND state IN ($2, $3, $4)";
        let update = sql(update)
            .bind(id)
            .bind(PlanState::Pending.as_str())
            .bind(PlanState::Running.as_str())
            .bind(PlanState::Ended.as_str())
            .bind(room());
        if turn.run(update).await? == 0 {
            return Err(StoreError::unknown("plan", id));
        }
        let live = "INSERT INTO live (plan) SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM live WHERE plan = $1)";
        turn.run(sql(live).bind(id)).await?;
        turn.commit().await
    }
}
