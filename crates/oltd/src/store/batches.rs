//! Batches: a job with many targets, each of which is a job of its own once its turn has come.

use std::time::SystemTime;

use secrecy::{SecretSlice, SecretString};
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::idempotency::AskedUnder;
use super::jobs::{JobRow, JobState, NewJob, Stage, insert, result_of, room};
use super::sealed::Place;
use super::writer::{Turn, sql};
use super::{Store, column, maybe_time, ms};

/// A batch to be added, queued.
#[derive(Debug)]
pub struct NewBatch<'a> {
    /// Its job; its OLT is empty where there are several.
    pub job: NewJob<'a>,
    /// The key under which it was asked for.
    pub under: Option<AskedUnder<'a>>,
    /// When it begins at the earliest.
    pub not_before: Option<SystemTime>,
    /// Until when its targets are tried.
    pub until: Option<SystemTime>,
    /// What is common to its targets.
    pub document: &'a SecretSlice<u8>,
    /// Its targets, in their order.
    pub items: &'a [NewItem],
}

/// A target of a batch to be added.
#[derive(Debug)]
pub struct NewItem {
    /// The id that its job will have.
    pub job: String,
    /// Its OLT, where that is known.
    pub olt: Option<String>,
    /// Where its ONU stands, as `1/1/1:4`, if that was said.
    pub place: Option<String>,
    /// The serial number of its ONU, if that was said.
    pub serial: Option<String>,
    /// Whose hold it makes or lifts, if it does.
    pub owner: Option<String>,
    /// What is wished for it.
    pub document: SecretSlice<u8>,
}

/// A batch as it stands in the store.
#[derive(Debug)]
pub struct BatchRow {
    /// Its job.
    pub job: JobRow,
    /// When it begins at the earliest.
    pub not_before: Option<SystemTime>,
    /// Until when its targets are tried.
    pub until: Option<SystemTime>,
    /// Whether it was cancelled, and the name of the token that did.
    pub cancelled: Option<Option<String>>,
    /// What is common to its targets.
    pub document: SecretSlice<u8>,
}

/// A target that has not ended.
#[derive(Debug)]
pub struct ItemRow {
    /// Which of the batch it is, from 0.
    pub nr: u32,
    /// The id of its job, which may not be there yet.
    pub job: String,
    /// Its OLT, where that is known.
    pub olt: Option<String>,
    /// What is wished for it.
    pub document: SecretSlice<u8>,
}

/// How a target ended. The numbers stand in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HowEnded {
    /// Not yet.
    Open = 0,
    /// As its job or its result says.
    Told = 1,
    /// It was cancelled before it began.
    Cancelled = 2,
}

/// A target that has not begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedItem {
    /// Its batch.
    pub parent: String,
    /// Which of the batch it is, from 0.
    pub nr: u32,
    /// The id that its job will have.
    pub job: String,
}

fn batch_of(job: &str) -> Place<'_> {
    Place { table: "batches", id: job, column: "document" }
}

pub(super) fn item_of(job: &str) -> Place<'_> {
    Place { table: "batch_items", id: job, column: "document" }
}

pub(super) fn nr(row: &SqliteRow, of: &str) -> Result<u32, StoreError> {
    u32::try_from(column::<i64>(row, "nr")?).map_err(|_| StoreError::damaged("batch_items", of))
}

pub(super) fn ended(row: &SqliteRow) -> Result<HowEnded, StoreError> {
    Ok(match column::<i64>(row, "ended")? {
        0 => HowEnded::Open,
        2 => HowEnded::Cancelled,
        _ => HowEnded::Told,
    })
}

impl Store {
    /// Adds a batch with all of its targets, in one commit.
    ///
    /// # Errors
    /// As of [`add_job`](Self::add_job).
    pub async fn add_batch(
        &self,
        batch: &NewBatch<'_>,
        callback: Option<&SecretString>,
    ) -> Result<(), StoreError> {
        let mut turn = self.write("add a batch").await?;
        insert(&mut turn, &batch.job).await?;
        if let Some(under) = batch.under {
            self.put_key(&mut turn, &batch.job, under).await?;
        }
        let id = batch.job.id;
        if let Some(url) = callback {
            super::outbox::insert(&mut turn, self, id, url).await?;
        }
        let document = self.sealer().seal_secret(batch_of(id), batch.document)?;
        let put = "INSERT INTO batches (job, not_before, until, document) VALUES ($1, $2, $3, $4)";
        let put = sql(put).bind(id).bind(batch.not_before.map(ms)).bind(batch.until.map(ms)).bind(document);
        turn.run(put).await?;
        for (nr, item) in (0_i64..).zip(batch.items) {
            let document = self.sealer().seal_secret(item_of(&item.job), &item.document)?;
            let put = "INSERT INTO batch_items (parent, nr, job, olt, place, serial, owner, ended, document)
                VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)";
            let put = sql(put).bind(id).bind(nr).bind(&item.job).bind(item.olt.as_deref());
            let put = put.bind(item.place.as_deref()).bind(item.serial.as_deref());
            turn.run(put.bind(item.owner.as_deref()).bind(document)).await?;
        }
        turn.commit().await
    }

    /// Adds the job of a target, queued, or puts one that has not begun to where its ONU
    /// stands now.
    ///
    /// # Errors
    /// As of [`add_job`](Self::add_job); one that has begun or ended is such a failure.
    pub async fn add_part(&self, job: &NewJob<'_>, parent: &str) -> Result<(), StoreError> {
        let mut turn = self.write("add a job of a batch").await?;
        let moved = concat!(
            "UPDATE jobs SET olt = $2, object = $3, state = $4, started_at = NULL, pad = $5
                WHERE id = $1 AND finished_at IS NULL AND NOT ",
            super::begun::has_begun!()
        );
        let moved = sql(moved).bind(job.id).bind(job.olt).bind(job.object);
        let moved = moved.bind(JobState::Queued.as_str()).bind(room(Stage::Added, JobState::Queued));
        if turn.run(moved).await? == 0 {
            insert(&mut turn, job).await?;
            turn.run(sql("UPDATE jobs SET parent = $2 WHERE id = $1").bind(job.id).bind(parent)).await?;
        }
        turn.commit().await
    }

    /// The batch of this job; `None` where the job is none.
    ///
    /// # Errors
    /// When the database fails or the batch is damaged.
    pub async fn batch(&self, job: &str) -> Result<Option<BatchRow>, StoreError> {
        let select = "SELECT jobs.*, not_before, until, cancelled_at, cancelled_by, document
            FROM batches JOIN jobs ON jobs.id = batches.job WHERE job = $1";
        let row = sql(select).bind(job).fetch_optional(self.readers()).await;
        let Some(row) = row.map_err(StoreError::when("read a batch"))? else { return Ok(None) };
        let cancelled = maybe_time(&row, "cancelled_at")?;
        let by: Option<String> = column(&row, "cancelled_by")?;
        let sealed: Vec<u8> = column(&row, "document")?;
        Ok(Some(BatchRow {
            job: JobRow::of(&row)?,
            not_before: maybe_time(&row, "not_before")?,
            until: maybe_time(&row, "until")?,
            cancelled: cancelled.map(|_| by),
            document: self.sealer().open(batch_of(job), &sealed)?,
        }))
    }

    /// Whether a job is a batch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_batch(&self, job: &str) -> Result<bool, StoreError> {
        let row = sql("SELECT 1 FROM batches WHERE job = $1").bind(job).fetch_optional(self.readers()).await;
        Ok(row.map_err(StoreError::when("look for a batch"))?.is_some())
    }

    /// Whether a batch has targets of which it was said that they are at this OLT, or found there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_at(&self, batch: &str, olt: &str) -> Result<bool, StoreError> {
        let select = "SELECT 1 FROM batch_items LEFT JOIN jobs ON jobs.id = batch_items.job
            WHERE batch_items.parent = $1 AND COALESCE(jobs.olt, batch_items.olt) = $2 LIMIT 1";
        let row = sql(select).bind(batch).bind(olt).fetch_optional(self.readers()).await;
        Ok(row.map_err(StoreError::when("look for an OLT of a batch"))?.is_some())
    }

    /// The jobs of the batches that have not ended, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_batches(&self) -> Result<Vec<String>, StoreError> {
        let select = "SELECT id FROM jobs JOIN batches ON batches.job = jobs.id
            WHERE finished_at IS NULL ORDER BY n";
        let rows = sql(select).fetch_all(self.readers()).await.map_err(StoreError::when("list batches"))?;
        rows.iter().map(|row| column(row, "id")).collect()
    }

    /// The targets of a batch that have not ended, in their order.
    ///
    /// # Errors
    /// When the database fails or a target is damaged.
    pub async fn open_items(&self, parent: &str) -> Result<Vec<ItemRow>, StoreError> {
        let select = "SELECT * FROM batch_items WHERE parent = $1 AND ended = 0 ORDER BY nr";
        let rows = sql(select).bind(parent).fetch_all(self.readers()).await;
        let of = |row: &SqliteRow| {
            let (job, sealed): (String, Vec<u8>) = (column(row, "job")?, column(row, "document")?);
            let document = self.sealer().open(item_of(&job), &sealed)?;
            Ok(ItemRow { nr: nr(row, parent)?, olt: column(row, "olt")?, document, job })
        };
        rows.map_err(StoreError::when("list the targets of a batch"))?.iter().map(of).collect()
    }

    /// Notes that a target has ended, with its result where its job does not tell it. Where
    /// there is no room for the result, only that it has ended is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_item(
        &self,
        item: &QueuedItem,
        how: HowEnded,
        result: Option<&SecretSlice<u8>>,
    ) -> Result<(), StoreError> {
        let sealed = result.map(|result| self.sealer().seal_secret(result_of(&item.job), result));
        let sealed = sealed.transpose()?;
        let mut ended = self.write_item_end(item, how, sealed.as_deref()).await;
        if matches!(ended, Err(StoreError::Full)) && self.inner().reserve.give_up() {
            ended = self.write_item_end(item, how, sealed.as_deref()).await;
        }
        match ended {
            Err(StoreError::Full) if sealed.is_some() => self.write_item_end(item, how, None).await,
            ended => ended,
        }
    }

    async fn write_item_end(
        &self,
        item: &QueuedItem,
        how: HowEnded,
        result: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let mut turn = self.write("end a target of a batch").await?;
        let end = "UPDATE batch_items SET ended = $3 WHERE parent = $1 AND nr = $2 AND ended = 0";
        let end = sql(end).bind(&item.parent).bind(i64::from(item.nr)).bind(how as i64);
        let gone_on = turn.run(end).await?;
        count(&mut turn, &item.parent, gone_on).await?;
        if let Some(sealed) = result {
            let put = "INSERT INTO results (job, document) VALUES ($1, $2)
                ON CONFLICT (job) DO UPDATE SET document = excluded.document";
            turn.run(sql(put).bind(&item.job).bind(sealed)).await?;
        }
        turn.commit().await
    }

    /// Notes that somebody cancels a batch: what has not begun does not begin any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_batch(&self, job: &str, by: Option<&str>, at: SystemTime) -> Result<(), StoreError> {
        let update = "UPDATE batches SET cancelled_at = $2, cancelled_by = $3
            WHERE job = $1 AND cancelled_at IS NULL";
        self.write_one("cancel a batch", sql(update).bind(job).bind(ms(at)).bind(by)).await.map(drop)
    }

    /// Ends all targets of a batch that have not ended, as cancelled but for those that have
    /// begun. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cancel_items(&self, parent: &str) -> Result<u64, StoreError> {
        let mut turn = self.write("cancel a batch").await?;
        let end = "UPDATE batch_items SET ended = CASE WHEN EXISTS (
                SELECT 1 FROM jobs WHERE jobs.id = batch_items.job AND state NOT IN ('queued', 'cancelled')
            ) THEN 1 ELSE 2 END WHERE parent = $1 AND ended = 0";
        let cancelled = turn.run(sql(end).bind(parent)).await?;
        count(&mut turn, parent, cancelled).await?;
        // Those that were to be tried again.
        let jobs = "UPDATE jobs SET state = 'cancelled', finished_at = $2, pad = $3
            WHERE parent = $1 AND state = 'queued'";
        let pad = room(Stage::Ended, JobState::Cancelled);
        turn.run(sql(jobs).bind(parent).bind(ms(SystemTime::now())).bind(pad)).await?;
        turn.commit().await?;
        Ok(cancelled)
    }
}

/// Notes that so many further targets have ended.
pub(super) async fn count(turn: &mut Turn<'_>, parent: &str, ended: u64) -> Result<(), StoreError> {
    let update = "UPDATE jobs SET done = done + $2, pad = $3 WHERE id = $1 AND finished_at IS NULL";
    let ended = i64::try_from(ended).unwrap_or(i64::MAX);
    let pad = room(Stage::Progressed, JobState::Running);
    turn.run(sql(update).bind(parent).bind(ended).bind(pad)).await.map(drop)
}
