//! What is still to be done about jobs, whatever becomes of the process.

use super::error::StoreError;
use super::writer::sql;
use super::{Store, column};

/// What is to be done about a job. There is one thing at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duty {
    /// It is pending, and a person wants it to be made true.
    Finish,
    /// It is pending, and a person wants it to be taken back.
    Undo,
    /// It told an ONU to start again, and whether that came back is to be seen.
    Look,
    /// It waits for its ONU to come as far as was asked for, and its end tells how far that was.
    Await,
}

impl Duty {
    const ALL: [Self; 4] = [Self::Finish, Self::Undo, Self::Look, Self::Await];

    /// As it stands in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Undo => "undo",
            Self::Look => "look",
            Self::Await => "await",
        }
    }
}

impl Store {
    /// Keeps what is to be done about a job, instead of what was before.
    ///
    /// # Errors
    /// [`StoreError::Full`], and when the database fails.
    pub async fn keep_duty(&self, job: &str, duty: Duty) -> Result<(), StoreError> {
        let put = "INSERT INTO duties (job, duty) VALUES ($1, $2)
            ON CONFLICT (job) DO UPDATE SET duty = excluded.duty";
        self.write_one("keep what is to be done", sql(put).bind(job).bind(duty.as_str())).await.map(drop)
    }

    /// Nothing is to be done about a job any more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_duty(&self, job: &str) -> Result<(), StoreError> {
        let delete = sql("DELETE FROM duties WHERE job = $1").bind(job);
        self.write_one("forget what is to be done", delete).await.map(drop)
    }

    /// What is to be done about which jobs, the oldest job first.
    ///
    /// # Errors
    /// When the database fails or a row is damaged.
    pub async fn duties(&self) -> Result<Vec<(String, Duty)>, StoreError> {
        let rows = sql("SELECT job, duty FROM duties ORDER BY job").fetch_all(self.readers()).await;
        let of = |row| {
            let (job, word): (String, String) = (column(row, "job")?, column(row, "duty")?);
            let duty = Duty::ALL.into_iter().find(|known| known.as_str() == word);
            let duty = duty.ok_or_else(|| StoreError::damaged("duties", &job))?;
            Ok((job, duty))
        };
        rows.map_err(StoreError::when("read what is to be done"))?.iter().map(of).collect()
    }
}
