//! The store: all SQL of the server, and the only truth about what was written to OLTs.
//!
//! An SQLite database in `data_dir`, with the key of its documents beside it. One
//! connection writes, and each call is one commit that is on the disk when it returns; a
//! few others read. Documents (lines, answers, outcomes, results) are encrypted, each bound
//! to its place; ids, OLTs, objects, callers, states and times are not.
//!
//! Statements are plain SQL that PostgreSQL takes too, but for `open.rs`.

mod backup;
mod batch_results;
mod batches;
mod begun;
mod duties;
mod error;
mod folder;
mod hold_ends;
mod holds;
mod idempotency;
mod jobs;
mod key;
mod listed;
mod open;
mod outbox;
mod owed;
mod pending;
mod plans;
mod records;
mod replaced;
mod reserve;
mod sealed;
mod steps;
mod sweep;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{ColumnIndex, Decode, Row, Sqlite, Type};
use tokio::sync::Mutex;

pub use self::backup::{accept_copy, backup, copy_key};
pub use self::batch_results::{ResultRow, Tally};
pub use self::batches::{BatchRow, HowEnded, ItemRow, NewBatch, NewItem, QueuedItem};
pub use self::duties::Duty;
pub use self::error::StoreError;
use self::folder::Folder;
pub use self::holds::{HoldAct, HoldFilter, HoldRow, HoldState, HoldWish, Lifting, lifting};
pub use self::idempotency::{AskedUnder, BegunUnder};
pub use self::jobs::{JobRow, JobState, Kept, NewJob};
pub use self::listed::{Among, JobFilter};
use self::outbox::Calls;
pub use self::outbox::{CallRow, CallState, Tried, URL_MOST};
pub use self::owed::Owed;
pub use self::pending::{Pending, PendingObject};
pub use self::plans::{Claim, DRAFT_KEPT, NewPlan, PlanEnd, PlanRow, PlanState};
pub use self::records::Record;
pub use self::replaced::{HoldOf, QueuedHold};
use self::reserve::Reserve;
use self::sealed::Sealer;
pub use self::steps::{ANSWER_MOST, StepEnd, StepRow, StepState, Way};
pub use self::sweep::Swept;
use self::writer::Writer;

/// Where the store is, and how it is read.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// The folder of the store; it is made where it is missing.
    pub folder: PathBuf,
    /// The key, 64 hex digits. Without it that of `store.key` in the folder, made at first start.
    pub key: Option<SecretString>,
    /// Most pages (of 4 KiB) that the database may have, to try what happens when it is full.
    pub max_pages: Option<u32>,
}

impl StoreSettings {
    /// A store in the folder, with the key that lies in it.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), key: None, max_pages: None }
    }

    fn folder(&self) -> Folder {
        Folder(self.folder.clone())
    }
}

/// The store. A clone is another handle of the same.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Mutex<Writer>,
    readers: SqlitePool,
    sealer: Sealer,
    reserve: Reserve,
    epoch: i64,
    marked: bool,
    /// Whether there may be a hold.
    holds: AtomicBool,
    commits: AtomicU64,
    calls: Calls,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("epoch", &self.inner.epoch).finish_non_exhaustive()
    }
}

impl Store {
    /// Which opening of the store this is, from 1. It stands with every plan and step, so
    /// that what an earlier one left behind is known.
    pub fn epoch(&self) -> i64 {
        self.inner.epoch
    }

    /// Whether this is a backup that nobody has accepted yet: what it says may be older than
    /// what OLTs were told since.
    pub fn is_marked(&self) -> bool {
        self.inner.marked
    }

    /// How many commits were made through this store since it was opened.
    pub fn commits(&self) -> u64 {
        self.inner.commits.load(Ordering::Relaxed)
    }

    fn inner(&self) -> &Inner {
        &self.inner
    }

    fn sealer(&self) -> &Sealer {
        &self.inner.sealer
    }

    fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }
}

/// Most bytes of the texts of a row. A page has 4 KiB, of which a plan needs another one for
/// the rest of its row: one that does not fit on a page needs a new page for each change.
const TEXT_MOST: usize = 2_000;

/// Refuses texts that are too long together.
fn fits<const N: usize>(what: &'static str, id: &str, texts: [Option<&str>; N]) -> Result<(), StoreError> {
    let bytes: usize = texts.iter().flatten().map(|text| text.len()).sum();
    match bytes + id.len() <= TEXT_MOST {
        true => Ok(()),
        false => {
            let id: String = id.chars().take(64).collect();
            Err(StoreError::TooLong { what, id, most: TEXT_MOST })
        }
    }
}

/// A time as it stands in the database: milliseconds since 1970. One before that is 1970.
fn ms(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn time(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or_default())
}

/// The value in a column.
fn column<'r, T>(row: &'r SqliteRow, name: &'static str) -> Result<T, StoreError>
where
    T: Decode<'r, Sqlite> + Type<Sqlite>,
    &'static str: ColumnIndex<SqliteRow>,
{
    row.try_get(name).map_err(StoreError::when("understand a row"))
}

/// The time in a column that may be empty.
fn maybe_time(row: &SqliteRow, name: &'static str) -> Result<Option<SystemTime>, StoreError> {
    Ok(column::<Option<i64>>(row, name)?.map(time))
}
