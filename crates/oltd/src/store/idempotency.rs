//! The keys under which callers ask for the same again.

use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;

use super::error::StoreError;
use super::jobs::NewJob;
use super::sealed::Place;
use super::writer::{Turn, sql};
use super::{Store, column, ms};

/// How long a key is known.
const KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// A key of a caller, and what was asked under it.
#[derive(Debug, Clone, Copy)]
pub struct AskedUnder<'a> {
    /// The name of the token; empty for who has none.
    pub caller: &'a str,
    /// The key.
    pub name: &'a str,
    /// What stands for all that was asked.
    pub asked: &'a [u8],
}

/// What was begun under a key.
#[derive(Debug)]
pub struct BegunUnder {
    /// The job.
    pub job: String,
    /// Whether the same was asked.
    pub same: bool,
}

fn asked_of(job: &str) -> Place<'_> {
    Place { table: "idempotency", id: job, column: "asked" }
}

impl Store {
    /// Adds a job, queued, under a key, in one commit. What was begun under it before is no
    /// longer found by it.
    ///
    /// # Errors
    /// As of [`add_job`](Self::add_job).
    pub async fn add_job_under(&self, job: &NewJob<'_>, under: AskedUnder<'_>) -> Result<(), StoreError> {
        let insert = Self::insert_job(job)?;
        let mut turn = self.write("add a job").await?;
        turn.run(insert).await?;
        self.put_key(&mut turn, job, under).await?;
        turn.commit().await
    }

    pub(super) async fn put_key(
        &self,
        turn: &mut Turn<'_>,
        job: &NewJob<'_>,
        under: AskedUnder<'_>,
    ) -> Result<(), StoreError> {
        let put = "INSERT INTO idempotency (caller, name, job, asked, at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (caller, name) DO UPDATE
                SET job = excluded.job, asked = excluded.asked, at = excluded.at";
        // What was asked may hold a password, and a hash of it would tell whether one is guessed.
        let asked = self.sealer().seal(asked_of(job.id), under.asked)?;
        let put =
            sql(put).bind(under.caller).bind(under.name).bind(job.id).bind(asked).bind(ms(job.created_at));
        turn.run(put).await.map(drop)
    }

    /// What was begun under a key within a day; `None` where nothing was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begun_under(
        &self,
        under: AskedUnder<'_>,
        now: SystemTime,
    ) -> Result<Option<BegunUnder>, StoreError> {
        let select = "SELECT job, asked FROM idempotency WHERE caller = $1 AND name = $2 AND at > $3";
        let select = sql(select).bind(under.caller).bind(under.name).bind(oldest(now));
        let row = select.fetch_optional(self.readers()).await.map_err(StoreError::when("look for a key"))?;
        let Some(row) = row else { return Ok(None) };
        let (job, sealed): (String, Vec<u8>) = (column(&row, "job")?, column(&row, "asked")?);
        let asked = self.sealer().open(asked_of(&job), &sealed)?;
        Ok(Some(BegunUnder { same: asked.expose_secret() == under.asked, job }))
    }

    /// Forgets the keys that are no longer known.
    pub(super) async fn forget_keys(&self, now: SystemTime) -> Result<(), StoreError> {
        let delete = sql("DELETE FROM idempotency WHERE at <= $1").bind(oldest(now));
        self.write_one("forget keys", delete).await.map(drop)
    }
}

fn oldest(now: SystemTime) -> i64 {
    ms(now.checked_sub(KEPT).unwrap_or(SystemTime::UNIX_EPOCH))
}
