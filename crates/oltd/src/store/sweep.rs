//! What is kept for how long.

use std::time::{Duration, SystemTime};

use super::error::StoreError;
use super::writer::sql;
use super::{Store, ms};

/// How long it is known what was done.
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// How long a draft that can no longer be applied still says so.
const EXPIRED_KEPT: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// Most rows that go in one commit, so that a write waits for a few milliseconds.
const AT_ONCE: i64 = 200;

/// How much was swept away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Plans, with their steps.
    pub plans: u64,
    /// Jobs, with their results.
    pub jobs: u64,
    /// Records.
    pub records: u64,
}

/// Jobs whose end is good for ever, or was accepted by somebody: a condition on `jobs`.
macro_rules! settled {
    () => {
        "finished_at IS NOT NULL AND state <> 'pending'
            AND (state NOT IN ('partial', 'lost') OR accepted = 1)"
    };
}

/// Plans that may go: a condition on `plans`, with the two times.
const OLD_PLANS: &str = concat!(
    "SELECT id FROM plans WHERE ((state = 'draft' AND expires_at < $1)
        OR (state = 'ended' AND ended_at < $2 AND NOT EXISTS (
            SELECT 1 FROM jobs WHERE jobs.id = plans.applied_by AND NOT (",
    settled!(),
    ")))) LIMIT $3"
);

/// Jobs that may go; those of a batch go with it.
const OLD_JOBS: &str = concat!(
    "SELECT id FROM jobs WHERE finished_at < $1 AND parent IS NULL
    AND NOT EXISTS (SELECT 1 FROM batches WHERE batches.job = jobs.id) AND ",
    settled!(),
    " 
    AND NOT EXISTS (SELECT 1 FROM plans WHERE plans.applied_by = jobs.id) LIMIT $2"
);

/// Batches that may go: one that is partial is as settled as its jobs are.
const OLD_BATCHES: &str = concat!(
    "SELECT id FROM jobs AS whole WHERE finished_at < $1 AND state <> 'pending'
    AND EXISTS (SELECT 1 FROM batches WHERE batches.job = whole.id)
    AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.parent = whole.id AND (NOT (",
    settled!(),
    ") OR EXISTS (SELECT 1 FROM plans WHERE plans.applied_by = jobs.id))) LIMIT $2"
);

impl Store {
    /// Removes what is older than it must be: 90 days for what ended, 7 for drafts after they
    /// expired. What is pending, partial or lost stays until somebody accepts it.
    ///
    /// # Errors
    /// When the database fails; what went before is gone all the same.
    pub async fn sweep(&self, now: SystemTime) -> Result<Swept, StoreError> {
        let before = |kept| ms(now.checked_sub(kept).unwrap_or(SystemTime::UNIX_EPOCH));
        let (ended, expired) = (before(KEPT), before(EXPIRED_KEPT));
        let mut swept = Swept::default();
        self.forget_keys(now).await?;
        loop {
            let select = sql(OLD_PLANS).bind(expired).bind(ended).bind(AT_ONCE);
            let from = [
                "DELETE FROM steps WHERE plan = $1",
                "DELETE FROM documents WHERE plan = $1",
                "DELETE FROM hold_wishes WHERE of = $1",
            ];
            match self.remove(select, from, "DELETE FROM plans WHERE id = $1").await? {
                0 => break,
                gone => swept.plans += gone,
            }
        }
        loop {
            let select = sql(OLD_JOBS).bind(ended).bind(AT_ONCE);
            let from = [
                "DELETE FROM results WHERE job = $1",
                "DELETE FROM duties WHERE job = $1",
                "DELETE FROM outbox WHERE job = $1",
                "DELETE FROM hold_wishes WHERE of = $1",
                "DELETE FROM deleted_holds WHERE deletion = $1",
                "DELETE FROM replaced WHERE job = $1",
            ];
            match self.remove(select, from, "DELETE FROM jobs WHERE id = $1").await? {
                0 => break,
                gone => swept.jobs += gone,
            }
        }
        loop {
            // One at a time: it may have thousands of jobs.
            let select = sql(OLD_BATCHES).bind(ended).bind(1_i64);
            let from = [
                "DELETE FROM results WHERE job = $1 OR job IN (SELECT job FROM batch_items WHERE parent = $1)",
                "DELETE FROM duties WHERE job IN (SELECT job FROM batch_items WHERE parent = $1)",
                "DELETE FROM hold_wishes WHERE of IN (SELECT job FROM batch_items WHERE parent = $1)",
                "DELETE FROM deleted_holds WHERE deletion IN (SELECT job FROM batch_items WHERE parent = $1)",
                "DELETE FROM replaced WHERE job IN (SELECT job FROM batch_items WHERE parent = $1)",
                "DELETE FROM jobs WHERE parent = $1",
                "DELETE FROM batch_items WHERE parent = $1",
                "DELETE FROM batches WHERE job = $1",
            ];
            match self.remove(select, from, "DELETE FROM jobs WHERE id = $1").await? {
                0 => break,
                gone => swept.jobs += gone,
            }
        }
        loop {
            let delete = "DELETE FROM records WHERE n IN (SELECT n FROM records WHERE at < $1 LIMIT $2)";
            match self.write_one("sweep records", sql(delete).bind(ended).bind(AT_ONCE)).await? {
                0 => break,
                gone => swept.records += gone,
            }
        }
        Ok(swept)
    }

    /// Removes the rows of these ids, and what belongs to them, in one commit. How many.
    async fn remove<const N: usize>(
        &self,
        select: super::writer::Statement<'_>,
        belonging: [&'static str; N],
        rows: &'static str,
    ) -> Result<u64, StoreError> {
        let mut turn = self.write("sweep").await?;
        let found = select.fetch_all(turn.connection()?).await.map_err(StoreError::when("sweep"))?;
        let mut gone = 0;
        for row in &found {
            let id: String = super::column(row, "id")?;
            for delete in belonging {
                turn.run(sql(delete).bind(&id)).await?;
            }
            gone += turn.run(sql(rows).bind(&id)).await?;
        }
        if gone > 0 {
            turn.commit().await?;
        }
        Ok(gone)
    }
}
