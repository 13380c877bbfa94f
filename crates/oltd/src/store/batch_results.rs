//! What became of the targets of batches.

use secrecy::SecretSlice;
use sqlx::sqlite::SqliteRow;

use super::batches::{HowEnded, ended, item_of, nr};
use super::error::StoreError;
use super::jobs::{JobRow, JobState, result_of};
use super::writer::sql;
use super::{Store, column};

/// A target with what became of it.
#[derive(Debug)]
pub struct ResultRow {
    /// Which of the batch it is, from 0.
    pub nr: u32,
    /// The id of its job.
    pub job: String,
    /// Its OLT, as far as it is known.
    pub olt: Option<String>,
    /// Where its ONU stands, as far as it is known.
    pub place: Option<String>,
    /// The serial number that was named.
    pub serial: Option<String>,
    /// What is wished for it.
    pub document: SecretSlice<u8>,
    /// How it ended.
    pub ended: HowEnded,
    /// The state of its job; `None` where it has none.
    pub state: Option<JobState>,
    /// What became of it; `None` until that is known, and where it could not be kept.
    pub result: Option<SecretSlice<u8>>,
}

/// How many targets of a batch came how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// They are done.
    pub done: u32,
    /// They are not.
    pub failed: u32,
    /// Some of each remains, or the OLT has lost it.
    pub partial: u32,
    /// What the OLT holds is not known yet.
    pub pending: u32,
    /// They were cancelled before they began.
    pub cancelled: u32,
    /// They have not ended.
    pub open: u32,
}

fn state(row: &SqliteRow, of: &str) -> Result<Option<JobState>, StoreError> {
    let Some(state) = column::<Option<String>>(row, "state")? else { return Ok(None) };
    let known = JobState::ALL.into_iter().find(|known| known.as_str() == state);
    known.map(Some).ok_or_else(|| StoreError::damaged("jobs", of))
}

impl Store {
    /// How many targets of a batch came how far.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tally(&self, parent: &str) -> Result<Tally, StoreError> {
        let select = "SELECT ended, state, COUNT(*) AS n FROM batch_items
            LEFT JOIN jobs ON jobs.id = batch_items.job WHERE batch_items.parent = $1 GROUP BY ended, state";
        let rows = sql(select).bind(parent).fetch_all(self.readers()).await;
        let mut tally = Tally::default();
        for row in &rows.map_err(StoreError::when("count the targets of a batch"))? {
            let n = u32::try_from(column::<i64>(row, "n")?).unwrap_or(u32::MAX);
            let of = match (ended(row)?, state(row, parent)?) {
                (HowEnded::Open, _) => &mut tally.open,
                (HowEnded::Cancelled, _) | (_, Some(JobState::Cancelled)) => &mut tally.cancelled,
                (HowEnded::Told, Some(JobState::Done)) => &mut tally.done,
                (HowEnded::Told, Some(JobState::Pending | JobState::Running)) => &mut tally.pending,
                (HowEnded::Told, Some(JobState::Partial | JobState::Lost)) => &mut tally.partial,
                (HowEnded::Told, _) => &mut tally.failed,
            };
            *of += n;
        }
        Ok(tally)
    }

    /// Targets of a batch from this number on, with what became of them.
    ///
    /// # Errors
    /// When the database fails or a target is damaged. A result that is damaged is left out.
    pub async fn results(&self, parent: &str, from: u32, most: u32) -> Result<Vec<ResultRow>, StoreError> {
        let select =
            "SELECT nr, batch_items.job, batch_items.olt, place, serial, ended, batch_items.document,
                jobs.state, jobs.olt AS at_olt, jobs.object AS at_place, results.document AS result,
                (SELECT object FROM plans WHERE applied_by = batch_items.job
                    ORDER BY begun_at DESC LIMIT 1) AS planned_place
            FROM batch_items LEFT JOIN jobs ON jobs.id = batch_items.job
                LEFT JOIN results ON results.job = batch_items.job
            WHERE batch_items.parent = $1 AND nr >= $2 ORDER BY nr LIMIT $3";
        let select = sql(select).bind(parent).bind(i64::from(from)).bind(i64::from(most));
        let rows = select.fetch_all(self.readers()).await;
        let of = |row: &SqliteRow| {
            let (job, sealed): (String, Vec<u8>) = (column(row, "job")?, column(row, "document")?);
            let result: Option<Vec<u8>> = column(row, "result")?;
            let [olt, at_olt, serial] =
                ["olt", "at_olt", "serial"].map(|name| column::<Option<String>>(row, name));
            // Where a registration puts its ONU, its plan alone says.
            let [place, at_place, planned_place] =
                ["place", "at_place", "planned_place"].map(|name| column::<Option<String>>(row, name));
            Ok(ResultRow {
                nr: nr(row, parent)?,
                olt: at_olt?.or(olt?),
                place: planned_place?.or(at_place?).or(place?),
                serial: serial?,
                document: self.sealer().open(item_of(&job), &sealed)?,
                ended: ended(row)?,
                state: state(row, parent)?,
                result: result.and_then(|sealed| self.sealer().open(result_of(&job), &sealed).ok()),
                job,
            })
        };
        rows.map_err(StoreError::when("read the results of a batch"))?.iter().map(of).collect()
    }

    /// The jobs of a batch: those under way or pending first, then by their order; so many at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn parts(&self, parent: &str, most: u32) -> Result<Vec<String>, StoreError> {
        let select = "SELECT jobs.id FROM batch_items JOIN jobs ON jobs.id = batch_items.job
            WHERE batch_items.parent = $1
            ORDER BY CASE WHEN state IN ('running', 'pending') THEN 0 ELSE 1 END, nr LIMIT $2";
        let rows = sql(select).bind(parent).bind(i64::from(most)).fetch_all(self.readers()).await;
        rows.map_err(StoreError::when("list the jobs of a batch"))?
            .iter()
            .map(|row| column(row, "id"))
            .collect()
    }

    /// The jobs of a batch that wait to be settled or accepted, in their order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn unsettled_parts(&self, parent: &str) -> Result<Vec<JobRow>, StoreError> {
        let select = "SELECT jobs.* FROM batch_items JOIN jobs ON jobs.id = batch_items.job
            WHERE batch_items.parent = $1
                AND (state = 'pending' OR (state IN ('partial', 'lost') AND accepted = 0)) ORDER BY nr";
        let rows = sql(select).bind(parent).fetch_all(self.readers()).await;
        rows.map_err(StoreError::when("list the jobs of a batch"))?.iter().map(JobRow::of).collect()
    }
}
