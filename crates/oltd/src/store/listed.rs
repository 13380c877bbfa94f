//! Lists of jobs.

use secrecy::SecretSlice;
use sqlx::sqlite::SqliteRow;

use super::error::StoreError;
use super::jobs::{JobRow, JobState, result_of};
use super::writer::sql;
use super::{Store, column};

/// Which of the jobs that are parts of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Among {
    /// They and all others.
    #[default]
    All,
    /// None of them.
    Whole,
    /// Those of this batch, and no others.
    PartsOf(String),
}

impl Among {
    /// The jobs of this batch; `None` for what cannot be an id.
    pub fn parts_of(parent: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (parent.len() == 32 && parent.bytes().all(is_digit)).then(|| Self::PartsOf(parent.to_owned()))
    }
}

impl Among {
    fn parent(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Whole => Some(""),
            Self::PartsOf(parent) => Some(parent),
        }
    }
}

/// Which jobs to list.
#[derive(Debug, Clone)]
pub struct JobFilter {
    /// Those of this OLT.
    pub olt: Option<String>,
    /// Those in this state.
    pub state: Option<JobState>,
    /// Those of this kind.
    pub kind: Option<String>,
    /// Which of those that are parts of others.
    pub among: Among,
    /// So many of the newest are left out.
    pub skip: u64,
    /// So many at most, the newest of the rest.
    pub limit: u32,
}

impl Default for JobFilter {
    fn default() -> Self {
        Self { olt: None, state: None, kind: None, among: Among::All, skip: 0, limit: 100 }
    }
}

/// Those that the filter lets through, the newest first.
macro_rules! select_jobs {
    ($of:literal, $filter:expr) => {
        sql(concat!(
            $of,
            " WHERE ($1 IS NULL OR jobs.olt = $1 OR (jobs.olt = '' AND EXISTS (
                    SELECT 1 FROM batch_items LEFT JOIN jobs AS part ON part.id = batch_items.job
                    WHERE batch_items.parent = jobs.id AND COALESCE(part.olt, batch_items.olt) = $1)))
                AND ($2 IS NULL OR state = $2) AND ($3 IS NULL OR kind = $3)
                AND ($4 IS NULL OR COALESCE(jobs.parent, '') = $4)
            ORDER BY n DESC LIMIT $5 OFFSET $6"
        ))
        .bind($filter.olt.as_deref())
        .bind($filter.state.map(JobState::as_str))
        .bind($filter.kind.as_deref())
        .bind($filter.among.parent())
        .bind(i64::from($filter.limit))
        .bind(i64::try_from($filter.skip).unwrap_or(i64::MAX))
    };
}

impl Store {
    /// The jobs that the filter lets through, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRow>, StoreError> {
        let rows = select_jobs!("SELECT * FROM jobs", filter).fetch_all(self.readers()).await;
        rows.map_err(StoreError::when("list jobs"))?.iter().map(JobRow::of).collect()
    }

    /// The same, with the result of each that did not simply go well. A result that is
    /// damaged is left out: the others are told all the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs_and_results(
        &self,
        filter: &JobFilter,
    ) -> Result<Vec<(JobRow, Option<SecretSlice<u8>>)>, StoreError> {
        let select = select_jobs!(
            "SELECT jobs.*, results.document FROM jobs
            LEFT JOIN results ON results.job = jobs.id AND jobs.state NOT IN ('queued', 'running', 'done')",
            filter
        );
        let rows = select.fetch_all(self.readers()).await.map_err(StoreError::when("list jobs"))?;
        let of = |row: &SqliteRow| {
            let (job, sealed) = (JobRow::of(row)?, column::<Option<Vec<u8>>>(row, "document")?);
            let open = |sealed: Vec<u8>| self.sealer().open(result_of(&job.id), &sealed).ok();
            let result = sealed.and_then(open);
            Ok((job, result))
        };
        rows.iter().map(of).collect()
    }
}
