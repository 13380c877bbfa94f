//! What OLTs owe: changes that a restart would lose, since nobody saved them.

use std::time::SystemTime;

use secrecy::SecretSlice;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::jobs::{JobState, NewJob, Stage, end, insert, result_of, room};
use super::writer::{Turn, sql};
use super::{Store, column, ms, outbox, time};

/// Room for two times of 6 bytes.
const ROOM: usize = 12;

/// An OLT that must be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The OLT.
    pub olt: String,
    /// Since when something of it is not saved.
    pub since: SystemTime,
    /// When the last change was made that is not saved.
    pub last: SystemTime,
    /// The jobs that changed it, the first one first.
    pub jobs: Vec<String>,
    /// When the OLT was started, as it was last noted.
    pub boot: Option<SystemTime>,
}

/// Makes sure that [`owe`] needs no new page.
pub(super) async fn reserve(turn: &mut Turn<'_>, plan: &str) -> Result<(), StoreError> {
    let reserve = "INSERT INTO owed (olt, job, pad) SELECT olt, applied_by, $2 FROM plans WHERE id = $1
        ON CONFLICT (olt, job) DO NOTHING";
    turn.run(sql(reserve).bind(plan).bind(vec![0; ROOM])).await.map(drop)
}

/// Notes that the OLT of the plan owes a save for the job that applies it.
pub(super) async fn owe(turn: &mut Turn<'_>, plan: &str, at: SystemTime) -> Result<(), StoreError> {
    let owe = "INSERT INTO owed (olt, job, since, at, pad)
        SELECT olt, applied_by, $2, $2, $3 FROM plans WHERE id = $1
        ON CONFLICT (olt, job) DO UPDATE
            SET since = COALESCE(owed.since, excluded.since), at = excluded.at, pad = excluded.pad";
    turn.run(sql(owe).bind(plan).bind(ms(at)).bind(Vec::new())).await.map(drop)
}

/// What is owed no more: rows go, but for those that a plan under way has reserved.
async fn forget(turn: &mut Turn<'_>, olt: &str, before: i64) -> Result<(), StoreError> {
    let delete = "DELETE FROM owed WHERE olt = $1 AND (at IS NULL OR at < $2) AND NOT EXISTS (
            SELECT 1 FROM live JOIN plans ON plans.id = live.plan WHERE plans.applied_by = owed.job)";
    turn.run(sql(delete).bind(olt).bind(before)).await?;
    let clear = "UPDATE owed SET since = NULL, at = NULL, pad = $3 WHERE olt = $1 AND at < $2";
    turn.run(sql(clear).bind(olt).bind(before).bind(vec![0; ROOM])).await.map(drop)
}

impl Store {
    /// The OLTs that must be saved, by their names.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owed(&self) -> Result<Vec<Owed>, StoreError> {
        self.owed_of(None).await
    }

    /// What the OLT owes; `None` where it owes nothing.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owed_by(&self, olt: &str) -> Result<Option<Owed>, StoreError> {
        Ok(self.owed_of(Some(olt)).await?.pop())
    }

    async fn owed_of(&self, olt: Option<&str>) -> Result<Vec<Owed>, StoreError> {
        let select = "SELECT owed.olt, owed.job, owed.since, owed.at, olts.boot FROM owed
            LEFT JOIN olts ON olts.olt = owed.olt
            WHERE owed.since IS NOT NULL AND ($1 IS NULL OR owed.olt = $1)
            ORDER BY owed.olt, owed.since, owed.job";
        let rows = sql(select).bind(olt).fetch_all(self.readers()).await;
        let mut all: Vec<Owed> = Vec::new();
        for row in &rows.map_err(StoreError::when("read what is to be saved"))? {
            let of = |row: &SqliteRow, name| Ok(time(column(row, name)?));
            let (olt, job, last): (String, String, SystemTime) =
                (column(row, "olt")?, column(row, "job")?, of(row, "at")?);
            match all.last_mut().filter(|owed| owed.olt == olt) {
                Some(owed) => {
                    owed.jobs.push(job);
                    owed.last = owed.last.max(last);
                }
                None => {
                    let boot = column::<Option<i64>>(row, "boot")?.map(from_seconds);
                    all.push(Owed { olt, since: of(row, "since")?, last, jobs: vec![job], boot });
                }
            }
        }
        Ok(all)
    }

    /// Whether something of the OLT is not saved.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owes(&self, olt: &str) -> Result<bool, StoreError> {
        let select = "SELECT 1 FROM owed WHERE olt = $1 AND since IS NOT NULL LIMIT 1";
        let row = sql(select).bind(olt).fetch_optional(self.readers()).await;
        Ok(row.map_err(StoreError::when("read what is to be saved"))?.is_some())
    }

    /// Notes that the plan's OLT owes a save for the job that applies it, where what became
    /// of a line was found out without its answer.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn owe(&self, plan: &str, at: SystemTime) -> Result<(), StoreError> {
        let mut turn = self.write("note what is to be saved").await?;
        owe(&mut turn, plan, at).await?;
        turn.commit().await
    }

    /// Notes at `now` that the OLT was saved by a command that was sent at `taken_at`. What was
    /// changed since is still owed. What seems to be changed later than `now` was changed before
    /// the clock went back, and is saved too.
    ///
    /// # Errors
    /// When the database fails: the save is then owed as before.
    pub async fn saved(&self, olt: &str, taken_at: SystemTime, now: SystemTime) -> Result<(), StoreError> {
        let mut turn = self.write("note a save").await?;
        let (taken, now) = (ms(taken_at), ms(now));
        let ahead = "UPDATE owed SET since = $2, at = $2 WHERE olt = $1 AND at > $3";
        turn.run(sql(ahead).bind(olt).bind(taken - 1).bind(now)).await?;
        forget(&mut turn, olt, taken).await?;
        let since = "UPDATE owed SET since = $2 WHERE olt = $1 AND since < $2";
        turn.run(sql(since).bind(olt).bind(taken)).await?;
        turn.commit().await
    }

    /// Notes that the OLT has lost what was not saved when it started. The ids of the jobs that
    /// had changed it before, the first one first: those that ended are lost; what runs or is
    /// pending stays what it is, and so does what failed, of which nothing was to stand. What
    /// was changed since stands, and is still owed. Where
    /// something is lost, `gathered` is added as a job that is lost too, with this result.
    ///
    /// # Errors
    /// [`StoreError::Full`], and when the database fails.
    pub async fn lose(
        &self,
        started: SystemTime,
        gathered: &NewJob<'_>,
        result: impl FnOnce(&[String]) -> SecretSlice<u8>,
    ) -> Result<Vec<String>, StoreError> {
        let (olt, started) = (gathered.olt, ms(started));
        let mut turn = self.write("note a loss").await?;
        let select = "SELECT owed.job FROM owed JOIN jobs ON jobs.id = owed.job AND jobs.state <> 'failed'
            WHERE owed.olt = $1 AND since IS NOT NULL AND at < $2 ORDER BY since, owed.job";
        let rows = sql(select).bind(olt).bind(started).fetch_all(turn.connection()?).await;
        let rows = rows.map_err(StoreError::when("note a loss"))?;
        let jobs = rows.iter().map(|row| column(row, "job")).collect::<Result<Vec<String>, _>>()?;
        let update = "UPDATE jobs SET state = $2, pad = $3 WHERE finished_at IS NOT NULL AND state NOT IN ($4, 'failed')
            AND id IN (SELECT job FROM owed WHERE olt = $1 AND since IS NOT NULL AND at < $5)";
        let update = sql(update)
            .bind(olt)
            .bind(JobState::Lost.as_str())
            .bind(room(Stage::Ended, JobState::Lost))
            .bind(JobState::Pending.as_str())
            .bind(started);
        turn.run(update).await?;
        forget(&mut turn, olt, started).await?;
        let since = "UPDATE owed SET since = $2 WHERE olt = $1 AND since < $2";
        turn.run(sql(since).bind(olt).bind(started)).await?;
        for job in &jobs {
            outbox::lose(&mut turn, job).await?;
            // The ONU that it deleted is there again.
            super::hold_ends::bring_back(&mut turn, job).await?;
        }
        if !jobs.is_empty() {
            let total = u32::try_from(jobs.len()).unwrap_or(u32::MAX);
            insert(&mut turn, &NewJob { total, ..gathered.clone() }).await?;
            let sealed = self.sealer().seal_secret(result_of(gathered.id), &result(&jobs))?;
            end(&mut turn, gathered.id, JobState::Lost, Some(&sealed), gathered.created_at).await?;
        }
        turn.commit().await?;
        Ok(jobs)
    }

    /// The jobs that were asked for behind this one and have begun a plan about the same
    /// object, but for those that failed; what only restarts it is none of them. What found it
    /// as it was wished for found what this one had made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn later_wishes(&self, id: &str) -> Result<Vec<String>, StoreError> {
        let select = "SELECT later.id FROM jobs AS later JOIN jobs AS job ON job.id = $1
            WHERE later.n > job.n AND later.olt = job.olt
                AND later.state IN ('done', 'partial', 'pending', 'lost')
                AND EXISTS (SELECT 1 FROM plans AS its JOIN plans AS own ON own.object = its.object
                    WHERE its.applied_by = later.id AND own.applied_by = job.id AND its.begun_at IS NOT NULL)
                AND later.kind NOT IN ('reboot', 'factory_reset')
            ORDER BY later.n DESC";
        let rows = sql(select).bind(id).fetch_all(self.readers()).await;
        rows.map_err(StoreError::when("list jobs"))?.iter().map(|row| column(row, "id")).collect()
    }

    /// Notes when the OLT was started, to the second.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_boot(&self, olt: &str, boot: SystemTime) -> Result<(), StoreError> {
        let put = "INSERT INTO olts (olt, boot) VALUES ($1, $2)
            ON CONFLICT (olt) DO UPDATE SET boot = excluded.boot";
        let put = sql(put).bind(olt).bind(ms(boot) / 1_000);
        self.write_one("note a start of the OLT", put).await.map(drop)
    }

    /// When the OLT was started, as it was last noted.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn boot(&self, olt: &str) -> Result<Option<SystemTime>, StoreError> {
        let row = sql("SELECT boot FROM olts WHERE olt = $1").bind(olt).fetch_optional(self.readers()).await;
        row.map_err(StoreError::when("read when the OLT was started"))?
            .map(|row| column(&row, "boot").map(from_seconds))
            .transpose()
    }
}

/// A time that stands in the database in seconds since 1970.
fn from_seconds(seconds: i64) -> SystemTime {
    time(seconds.saturating_mul(1_000))
}
