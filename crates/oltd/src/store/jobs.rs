//! Jobs: what somebody asked for, and what became of it.

use std::time::SystemTime;

use secrecy::SecretSlice;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::sealed::Place;
use super::writer::{Statement, Turn, sql};
use super::{Store, column, fits, maybe_time, ms, outbox, time};

/// Longest word for a state.
const WORD: usize = "cancelled".len();

/// How far a job is, for the room that its row still needs.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    Ended,
    Progressed,
    Started,
    Added,
}

/// Room for what a job's row gains from here to its end: 6 bytes each for two times, 4 for
/// how much is done, and a longer word for its state.
pub(super) fn room(stage: Stage, state: JobState) -> Vec<u8> {
    vec![0; 8 * stage as usize + WORD - state.as_str().len()]
}

/// What a job is doing, or how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is carried out.
    Running,
    /// All of it is done.
    Done,
    /// None of it is.
    Failed,
    /// Some of it is, and remains.
    Partial,
    /// What the OLT holds is not known yet.
    Pending,
    /// It was taken back before it began.
    Cancelled,
    /// The OLT restarted without having saved it.
    Lost,
}

impl JobState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Partial,
        Self::Pending,
        Self::Cancelled,
        Self::Lost,
    ];

    /// As it stands in answers and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Partial => "partial",
            Self::Pending => "pending",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

/// A job that somebody asked for.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    /// Its id.
    pub id: &'a str,
    /// What kind of work it is.
    pub kind: &'a str,
    /// The OLT.
    pub olt: &'a str,
    /// The name of the token that asked.
    pub caller: Option<&'a str>,
    /// The id of the request that asked.
    pub request_id: &'a str,
    /// What the caller calls it.
    pub reference: Option<&'a str>,
    /// What it concerns: a place such as `1/1/1:4`, a serial number, or nothing.
    pub object: &'a str,
    /// How many things it does.
    pub total: u32,
    /// When it was asked for.
    pub created_at: SystemTime,
}

/// A job as it stands in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its id.
    pub id: String,
    /// What kind of work it is.
    pub kind: String,
    /// The OLT.
    pub olt: String,
    /// The name of the token that asked.
    pub caller: Option<String>,
    /// The id of the request that asked.
    pub request_id: String,
    /// What the caller calls it.
    pub reference: Option<String>,
    /// What it concerns: a place such as `1/1/1:4`, a serial number, or nothing.
    pub object: String,
    /// What it is doing, or how it ended.
    pub state: JobState,
    /// How many of `total` things are done.
    pub done: u32,
    /// How many things it does.
    pub total: u32,
    /// Whether somebody accepted how it ended.
    pub accepted: bool,
    /// The batch that it is a part of.
    pub parent: Option<String>,
    /// When it was asked for.
    pub created_at: SystemTime,
    /// When it began.
    pub started_at: Option<SystemTime>,
    /// When it ended.
    pub finished_at: Option<SystemTime>,
}

/// Whether a document was kept with the state that it explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Kept {
    /// Both stand in the store.
    Whole,
    /// There was room for the state alone. What happened is told by the steps.
    StateOnly,
}

pub(super) fn result_of(id: &str) -> Place<'_> {
    Place { table: "results", id, column: "document" }
}

impl JobRow {
    /// Whether it has ended, or waits to be settled: it is not tried any more.
    pub fn has_been_tried(&self) -> bool {
        self.finished_at.is_some() || self.state == JobState::Pending
    }

    pub(super) fn of(row: &SqliteRow) -> Result<Self, StoreError> {
        let id: String = column(row, "id")?;
        let damaged = || StoreError::damaged("jobs", &id);
        let state: String = column(row, "state")?;
        let state = JobState::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(damaged)?;
        let count = |name| u32::try_from(column::<i64>(row, name)?).map_err(|_| damaged());
        Ok(Self {
            kind: column(row, "kind")?,
            olt: column(row, "olt")?,
            caller: column(row, "caller")?,
            request_id: column(row, "request_id")?,
            reference: column(row, "reference")?,
            object: column(row, "object")?,
            state,
            done: count("done")?,
            total: count("total")?,
            accepted: column::<i64>(row, "accepted")? != 0,
            parent: column(row, "parent")?,
            created_at: time(column(row, "created_at")?),
            started_at: maybe_time(row, "started_at")?,
            finished_at: maybe_time(row, "finished_at")?,
            id,
        })
    }
}

impl Store {
    /// Adds a job, queued.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::TooLong`], or when the database fails; an id that is
    /// taken is such a failure.
    pub async fn add_job(&self, job: &NewJob<'_>) -> Result<(), StoreError> {
        self.write_one("add a job", Self::insert_job(job)?).await.map(drop)
    }

    pub(super) fn insert_job<'a>(job: &NewJob<'a>) -> Result<Statement<'a>, StoreError> {
        let NewJob { id, kind, olt, caller, request_id, reference, object, .. } = *job;
        fits("job", id, [Some(kind), Some(olt), caller, Some(request_id), reference, Some(object)])?;
        let insert = "INSERT INTO jobs (id, kind, olt, object, caller, request_id, reference, state, done,
                total, accepted, created_at, pad)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, 0, $10, $11)";
        Ok(sql(insert)
            .bind(job.id)
            .bind(job.kind)
            .bind(job.olt)
            .bind(job.object)
            .bind(job.caller)
            .bind(job.request_id)
            .bind(job.reference)
            .bind(JobState::Queued.as_str())
            .bind(i64::from(job.total))
            .bind(ms(job.created_at))
            .bind(room(Stage::Added, JobState::Queued)))
    }

    /// The job; `None` where there is none of this id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn job(&self, id: &str) -> Result<Option<JobRow>, StoreError> {
        let row = sql("SELECT * FROM jobs WHERE id = $1").bind(id).fetch_optional(self.readers()).await;
        row.map_err(StoreError::when("read a job"))?.as_ref().map(JobRow::of).transpose()
    }

    /// The result of a job; `None` where it has none (yet).
    ///
    /// # Errors
    /// When the database fails or the result is damaged.
    pub async fn result(&self, job: &str) -> Result<Option<SecretSlice<u8>>, StoreError> {
        let select = sql("SELECT document FROM results WHERE job = $1").bind(job);
        let row = select.fetch_optional(self.readers()).await.map_err(StoreError::when("read a result"))?;
        let Some(row) = row else { return Ok(None) };
        let sealed: Vec<u8> = column(&row, "document")?;
        self.sealer().open(result_of(job), &sealed).map(Some)
    }

    /// Notes that a queued job runs.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where no such job is queued, and when the database fails.
    pub async fn start_job(&self, id: &str, at: SystemTime) -> Result<(), StoreError> {
        let update = "UPDATE jobs SET state = $2, started_at = $3, pad = $4 WHERE id = $1 AND state = $5";
        let update = sql(update)
            .bind(id)
            .bind(JobState::Running.as_str())
            .bind(ms(at))
            .bind(room(Stage::Started, JobState::Running))
            .bind(JobState::Queued.as_str());
        found(self.write_one("start a job", update).await?, id)
    }

    /// Notes how many things of a job are done.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where there is no such job, and when the database fails.
    pub async fn progress(&self, id: &str, done: u32) -> Result<(), StoreError> {
        let update = "UPDATE jobs SET done = $2, pad = $3 WHERE id = $1 AND finished_at IS NULL";
        let update =
            sql(update).bind(id).bind(i64::from(done)).bind(room(Stage::Progressed, JobState::Running));
        found(self.write_one("note the progress of a job", update).await?, id)
    }

    /// Notes how a job ended, with its result. It may be told again when more is known, as
    /// after settling. Where there is no room for the result, the state is kept without it.
    /// One that is to be failed or cancelled while a plan of it is begun and has not ended is
    /// pending instead.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where there is no such job, and when the database fails.
    pub async fn end_job(
        &self,
        id: &str,
        state: JobState,
        result: &SecretSlice<u8>,
        at: SystemTime,
    ) -> Result<Kept, StoreError> {
        let sealed = self.sealer().seal_secret(result_of(id), result)?;
        let mut ended = self.write_end(id, state, Some(&sealed), at).await;
        if matches!(ended, Err(StoreError::Full)) && self.inner().reserve.give_up() {
            ended = self.write_end(id, state, Some(&sealed), at).await;
        }
        match ended {
            Err(StoreError::Full) => self.write_end(id, state, None, at).await.map(|()| Kept::StateOnly),
            ended => ended.map(|()| Kept::Whole),
        }
    }

    async fn write_end(
        &self,
        id: &str,
        state: JobState,
        result: Option<&[u8]>,
        at: SystemTime,
    ) -> Result<(), StoreError> {
        let mut turn = self.write("end a job").await?;
        end(&mut turn, id, state, result, at).await?;
        turn.commit().await
    }

    /// Notes that somebody accepts how a job ended, so that it need not be kept for ever.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] where there is no such job, and when the database fails.
    pub async fn accept(&self, job: &str) -> Result<(), StoreError> {
        let update = sql("UPDATE jobs SET accepted = 1 WHERE id = $1").bind(job);
        found(self.write_one("accept a job", update).await?, job)
    }
}

pub(super) async fn insert(turn: &mut Turn<'_>, job: &NewJob<'_>) -> Result<(), StoreError> {
    turn.run(Store::insert_job(job)?).await.map(drop)
}

pub(super) async fn end(
    turn: &mut Turn<'_>,
    id: &str,
    state: JobState,
    result: Option<&[u8]>,
    at: SystemTime,
) -> Result<(), StoreError> {
    // Nobody tells of what may stand that nothing does.
    let is_begun = super::begun::contradicts(turn, id, state).await?;
    let state = if is_begun { JobState::Pending } else { state };
    let update = "UPDATE jobs SET state = $2, finished_at = $3, pad = $4 WHERE id = $1";
    let update = sql(update).bind(id).bind(state.as_str()).bind(ms(at)).bind(room(Stage::Ended, state));
    found(turn.run(update).await?, id)?;
    super::hold_ends::follow(turn, id, state, at).await?;
    let result = match result.filter(|_| !is_begun) {
        Some(sealed) => {
            let put = "INSERT INTO results (job, document) VALUES ($1, $2)
                ON CONFLICT (job) DO UPDATE SET document = excluded.document";
            sql(put).bind(id).bind(sealed)
        }
        // An older one would contradict the state.
        None => sql("DELETE FROM results WHERE job = $1").bind(id),
    };
    turn.run(result).await?;
    outbox::end(turn, id).await
}

fn found(rows: u64, id: &str) -> Result<(), StoreError> {
    if rows == 0 { Err(StoreError::unknown("job", id)) } else { Ok(()) }
}
