//! Holds that wait to be made or lifted, and what takes the place of one that has not begun.

use secrecy::SecretSlice;
use sqlx::sqlite::SqliteRow;

use super::batches::{QueuedItem, count, nr};
use super::error::StoreError;
use super::holds::HoldAct;
use super::jobs::result_of;
use super::writer::{Turn, sql};
use super::{Store, column};

/// Whose wish for which ONU takes the place of what is queued.
#[derive(Debug, Clone, Copy)]
pub struct HoldOf<'a> {
    /// Whose hold it is about.
    pub owner: &'a str,
    /// The job that was asked for: what was asked for before it is replaced.
    pub whole: &'a str,
    /// The OLT, where it is known.
    pub olt: Option<&'a str>,
    /// Where the ONU stands, as `1/1/1:4`, where that is known.
    pub place: Option<&'a str>,
    /// Its serial number, where it is known.
    pub serial: Option<&'a str>,
}

/// A hold that waits to be made or lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueuedHold {
    /// By a target of a batch.
    Item(QueuedItem, HoldAct),
    /// By a job of its own.
    Job(String, HoldAct),
}

/// Targets of earlier batches of this owner that are about this ONU. Where two serial numbers
/// are known they have to be the same, whatever the places are.
const ITEMS: &str = "SELECT batch_items.parent, nr, batch_items.job, whole.kind
    FROM batch_items JOIN jobs AS whole ON whole.id = batch_items.parent
    WHERE ended = 0 AND owner IS NOT NULL AND owner = $1
        AND whole.n < (SELECT n FROM jobs WHERE id = $2)
        AND ((serial = $5 AND (batch_items.olt IS NULL OR $3 IS NULL OR batch_items.olt = $3))
            OR (place = $4 AND batch_items.olt = $3 AND (serial IS NULL OR $5 IS NULL)))
    ORDER BY whole.n, nr";

const JOBS: &str = "SELECT jobs.id, act FROM hold_wishes JOIN jobs ON jobs.id = hold_wishes.of
    WHERE owner = $1 AND n < (SELECT n FROM jobs WHERE id = $2) AND jobs.parent IS NULL
        AND state = 'queued' AND ($3 IS NULL OR hold_wishes.olt = $3) AND (onu = $4 OR onu = $5)
    ORDER BY n";

fn act(word: &str) -> HoldAct {
    if word.ends_with(HoldAct::Resume.as_str()) { HoldAct::Resume } else { HoldAct::Suspend }
}

impl Store {
    /// Whether an owner has targets of batches that have not ended and were asked for before this job.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_queued_holds(&self, owner: &str, whole: &str) -> Result<bool, StoreError> {
        let select = "SELECT EXISTS (SELECT 1 FROM batch_items JOIN jobs ON jobs.id = batch_items.parent
                WHERE ended = 0 AND owner IS NOT NULL AND owner = $1
                    AND n < (SELECT n FROM jobs WHERE id = $2))
            OR EXISTS (SELECT 1 FROM hold_wishes JOIN jobs ON jobs.id = hold_wishes.of
                WHERE owner = $1 AND state = 'queued' AND jobs.parent IS NULL
                    AND n < (SELECT n FROM jobs WHERE id = $2)) AS is_there";
        let row = sql(select).bind(owner).bind(whole).fetch_one(self.readers()).await;
        let row = row.map_err(StoreError::when("look for what is queued"))?;
        Ok(column::<i64>(&row, "is_there")? != 0)
    }

    /// What of an owner was asked for before about an ONU, and has not ended. Some of it may
    /// be under way.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queued_holds(&self, of: HoldOf<'_>) -> Result<Vec<QueuedHold>, StoreError> {
        let HoldOf { owner, whole, olt, place, serial } = of;
        let failed = || StoreError::when("look for what is queued");
        let bound = |select| sql(select).bind(owner).bind(whole).bind(olt).bind(place).bind(serial);
        let mut queued = Vec::new();
        for row in &bound(ITEMS).fetch_all(self.readers()).await.map_err(failed())? {
            let (parent, kind): (String, String) = (column(row, "parent")?, column(row, "kind")?);
            let item = QueuedItem { nr: nr(row, &parent)?, job: column(row, "job")?, parent };
            queued.push(QueuedHold::Item(item, act(&kind)));
        }
        for row in &bound(JOBS).fetch_all(self.readers()).await.map_err(failed())? {
            queued.push(QueuedHold::Job(column(row, "id")?, act(&column::<String>(row, "act")?)));
        }
        Ok(queued)
    }

    /// Ends a target that has not begun, in whose place stands what the job `by` does. `false`
    /// where it has ended already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replace_item(
        &self,
        item: &QueuedItem,
        act: HoldAct,
        by: &str,
        told: &SecretSlice<u8>,
    ) -> Result<bool, StoreError> {
        let sealed = self.sealer().seal_secret(result_of(&item.job), told)?;
        let mut turn = self.write("replace a target of a batch").await?;
        let end = "UPDATE batch_items SET ended = 2 WHERE parent = $1 AND nr = $2 AND ended = 0";
        let gone_on = turn.run(sql(end).bind(&item.parent).bind(i64::from(item.nr))).await?;
        if gone_on == 0 {
            return Ok(false);
        }
        count(&mut turn, &item.parent, gone_on).await?;
        note(&mut turn, &item.job, act, by).await?;
        let put = "INSERT INTO results (job, document) VALUES ($1, $2)
            ON CONFLICT (job) DO UPDATE SET document = excluded.document";
        turn.run(sql(put).bind(&item.job).bind(sealed)).await?;
        turn.commit().await?;
        Ok(true)
    }

    /// Notes that the job `by` stands in the place of one that was cancelled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_replaced(&self, job: &str, act: HoldAct, by: &str) -> Result<(), StoreError> {
        let mut turn = self.write("replace a job").await?;
        note(&mut turn, job, act, by).await?;
        turn.commit().await
    }

    /// In whose place a job stands: the batch of each, or its own job, and what it was to do.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn replaced_by(&self, by: &str) -> Result<Vec<(String, HoldAct)>, StoreError> {
        let select = "SELECT COALESCE(parent, replaced.job) AS whole, act FROM replaced
            LEFT JOIN batch_items ON batch_items.job = replaced.job WHERE by = $1 ORDER BY whole";
        let rows = sql(select).bind(by).fetch_all(self.readers()).await;
        let of = |row: &SqliteRow| Ok((column::<String>(row, "whole")?, act(&column::<String>(row, "act")?)));
        rows.map_err(StoreError::when("look for what was queued"))?.iter().map(of).collect()
    }
}

async fn note(turn: &mut Turn<'_>, job: &str, act: HoldAct, by: &str) -> Result<(), StoreError> {
    let put = "INSERT INTO replaced (job, by, act) VALUES ($1, $2, $3) ON CONFLICT (job) DO NOTHING";
    turn.run(sql(put).bind(job).bind(by).bind(act.as_str())).await.map(drop)
}
