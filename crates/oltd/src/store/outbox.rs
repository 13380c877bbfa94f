//! The outbox: whom the ends of jobs are told to, and how far that is.

use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use sqlx::sqlite::SqliteRow;
use tokio::sync::Notify;

use super::error::StoreError;
use super::jobs::{JobState, NewJob};
use super::sealed::Place;
use super::writer::{Turn, sql};
use super::{AskedUnder, Store, column, maybe_time, ms};

/// Most bytes of a URL. With the rest of its row it fits on a page, see `TEXT_MOST`.
pub const URL_MOST: usize = 1_024;
/// Most bytes of what is kept of why it was not told.
const ERROR_MOST: usize = 160;
/// Room for a longer word, two times, two counts and an error: from the first end on less
/// of it is needed, so that a row never grows.
const ROOM: usize = 256;
const ROOM_ENDED: usize = 200;

/// How far the end of a job is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallState {
    /// The job has not ended.
    Waiting,
    /// It has, and is to be told.
    Due,
    /// Who is to know it has taken it.
    Delivered,
    /// Nobody took it for as long as it is tried.
    GivenUp,
}

impl CallState {
    const ALL: [Self; 4] = [Self::Waiting, Self::Due, Self::Delivered, Self::GivenUp];

    /// As it stands in answers and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Due => "due",
            Self::Delivered => "delivered",
            Self::GivenUp => "given_up",
        }
    }
}

/// Whom the end of a job is told to, and how far that is.
#[derive(Debug, Clone)]
pub struct CallRow {
    /// The job.
    pub job: String,
    /// The URL. Its query may hold what lets in.
    pub url: SecretString,
    /// How far it is told.
    pub state: CallState,
    /// How often the job has ended: one that was pending is settled later.
    pub ends: u32,
    /// When it last did.
    pub since: Option<SystemTime>,
    /// When it is tried next.
    pub next_at: Option<SystemTime>,
    /// How often it was tried since the job last ended.
    pub tries: u32,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

/// How a try to tell an end came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried<'a> {
    /// It was taken.
    Delivered,
    /// It was not; it is tried again.
    Again {
        /// When.
        at: SystemTime,
        /// Why it was not.
        error: &'a str,
    },
    /// It was not, and is tried no more.
    GivenUp {
        /// Why it was not.
        error: &'a str,
    },
}

/// What came to be due since it was last asked for.
#[derive(Default)]
pub(super) struct Calls {
    jobs: Mutex<Vec<String>>,
    news: Notify,
}

impl Calls {
    /// These jobs have ended, and that holds.
    pub(super) fn tell(&self, jobs: &mut Vec<String>) {
        if !jobs.is_empty() {
            self.jobs.lock().unwrap_or_else(PoisonError::into_inner).append(jobs);
            self.news.notify_one();
        }
    }
}

fn url_of(job: &str) -> Place<'_> {
    Place { table: "outbox", id: job, column: "url" }
}

/// What is set in a row whose job has ended.
macro_rules! ended {
    ($which:literal) => {
        concat!(
            "UPDATE outbox SET state = 'due', ends = ends + 1, since = $1, next_at = $1, tries = 0,
                last_error = NULL, pad = $2 WHERE ",
            $which
        )
    };
}

/// Notes that a job has ended, in the commit that keeps it, for whom it is told to.
pub(super) async fn end(turn: &mut Turn<'_>, job: &str) -> Result<(), StoreError> {
    let update = sql(ended!("job = $3")).bind(ms(SystemTime::now())).bind(vec![0; ROOM_ENDED]).bind(job);
    if turn.run(update).await? > 0 {
        turn.ended.push(job.to_owned());
    }
    Ok(())
}

/// The same of a job that the OLT has lost, if it has.
pub(super) async fn lose(turn: &mut Turn<'_>, job: &str) -> Result<(), StoreError> {
    let update = ended!("job = $3 AND EXISTS (SELECT 1 FROM jobs WHERE id = $3 AND state = $4)");
    let update = sql(update).bind(ms(SystemTime::now())).bind(vec![0; ROOM_ENDED]).bind(job);
    if turn.run(update.bind(JobState::Lost.as_str())).await? > 0 {
        turn.ended.push(job.to_owned());
    }
    Ok(())
}

/// The same of what an earlier process left pending.
pub(super) async fn leave_pending(turn: &mut Turn<'_>) -> Result<(), StoreError> {
    let update = ended!(
        "state = 'waiting' AND job IN (SELECT applied_by FROM plans WHERE state = 'pending'
            AND id IN (SELECT plan FROM live))"
    );
    let update = sql(update).bind(ms(SystemTime::now())).bind(vec![0; ROOM_ENDED]);
    turn.run(update).await.map(drop)
}

/// Adds the row of a job that is added in the same commit.
pub(super) async fn insert(
    turn: &mut Turn<'_>,
    store: &Store,
    job: &str,
    url: &SecretString,
) -> Result<(), StoreError> {
    let url = url.expose_secret();
    if url.len() > URL_MOST {
        return Err(StoreError::TooLong { what: "callback", id: job.to_owned(), most: URL_MOST });
    }
    let sealed = store.sealer().seal(url_of(job), url.as_bytes())?;
    let insert = "INSERT INTO outbox (job, url, state, ends, tries, pad) VALUES ($1, $2, $3, 0, 0, $4)";
    let insert = sql(insert).bind(job).bind(sealed).bind(CallState::Waiting.as_str()).bind(vec![0; ROOM]);
    turn.run(insert).await.map(drop)
}

impl Store {
    /// Adds a job, queued, with whom its end is told to, in one commit; under a key where
    /// there is one.
    ///
    /// # Errors
    /// As of [`add_job`](Self::add_job).
    pub async fn add_job_calling_back(
        &self,
        job: &NewJob<'_>,
        under: Option<AskedUnder<'_>>,
        url: &SecretString,
    ) -> Result<(), StoreError> {
        let add = Self::insert_job(job)?;
        let mut turn = self.write("add a job").await?;
        turn.run(add).await?;
        if let Some(under) = under {
            self.put_key(&mut turn, job, under).await?;
        }
        insert(&mut turn, self, job.id, url).await?;
        turn.commit().await
    }

    fn call_of(&self, row: &SqliteRow) -> Result<CallRow, StoreError> {
        let job: String = column(row, "job")?;
        let damaged = || StoreError::damaged("outbox", &job);
        let state: String = column(row, "state")?;
        let state = CallState::ALL.into_iter().find(|known| known.as_str() == state).ok_or_else(damaged)?;
        let count = |name| u32::try_from(column::<i64>(row, name)?).map_err(|_| damaged());
        let sealed: Vec<u8> = column(row, "url")?;
        let url = self.sealer().open(url_of(&job), &sealed)?;
        let url = std::str::from_utf8(url.expose_secret()).map_err(|_| damaged())?;
        Ok(CallRow {
            url: SecretString::from(url),
            state,
            ends: count("ends")?,
            since: maybe_time(row, "since")?,
            next_at: maybe_time(row, "next_at")?,
            tries: count("tries")?,
            last_error: column(row, "last_error")?,
            job,
        })
    }

    /// Whom the end of a job is told to; `None` where nobody asked for it.
    ///
    /// # Errors
    /// When the database fails or the row is damaged.
    pub async fn call(&self, job: &str) -> Result<Option<CallRow>, StoreError> {
        let select = sql("SELECT * FROM outbox WHERE job = $1").bind(job);
        let row = select.fetch_optional(self.readers()).await.map_err(StoreError::when("read a callback"))?;
        row.as_ref().map(|row| self.call_of(row)).transpose()
    }

    /// What is to be told, at most so many, what is due first before the rest. What is
    /// damaged is left out: the others are told all the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn calls_due(&self, most: u32) -> Result<Vec<CallRow>, StoreError> {
        let select = sql("SELECT * FROM outbox WHERE state = 'due' ORDER BY next_at LIMIT $1");
        let rows = select.bind(i64::from(most)).fetch_all(self.readers()).await;
        let rows = rows.map_err(StoreError::when("read what is to be told"))?;
        let opened = rows.iter().filter_map(|row| match self.call_of(row) {
            Ok(call) => Some(call),
            Err(error) => {
                tracing::error!(%error, "a callback cannot be read, and is not made");
                None
            }
        });
        Ok(opened.collect())
    }

    /// The jobs whose end came to be due since this was last asked.
    pub fn take_ended(&self) -> Vec<String> {
        std::mem::take(&mut *self.inner().calls.jobs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Waits until [`take_ended`](Self::take_ended) has something to give.
    pub async fn has_ended(&self) {
        self.inner().calls.news.notified().await;
    }

    /// Notes how a try to tell an end came out. Whether it still is the newest end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tried(&self, call: &CallRow, tried: Tried<'_>) -> Result<bool, StoreError> {
        let (state, next_at, error) = match tried {
            Tried::Delivered => (CallState::Delivered, None, None),
            Tried::Again { at, error } => (CallState::Due, Some(ms(at)), Some(error)),
            Tried::GivenUp { error } => (CallState::GivenUp, None, Some(error)),
        };
        let error = error.map(|error| &error[..error.floor_char_boundary(ERROR_MOST)]);
        let pad = vec![0; ROOM_ENDED - error.map_or(0, str::len)];
        let update = "UPDATE outbox SET state = $3, next_at = $4, tries = $5, last_error = $6, pad = $7
            WHERE job = $1 AND ends = $2";
        let update = sql(update)
            .bind(&call.job)
            .bind(i64::from(call.ends))
            .bind(state.as_str())
            .bind(next_at)
            .bind(i64::from(call.tries))
            .bind(error)
            .bind(pad);
        Ok(self.write_one("note a callback", update).await? > 0)
    }
}
