//! Opens the store. What is SQLite's own (PRAGMA) stands here and in `backup.rs`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row};
use tokio::sync::Mutex;

use super::error::StoreError;
use super::folder::{Folder, private};
use super::key::Key;
use super::outbox::Calls;
use super::reserve::Reserve;
use super::sealed::{Place, Sealer};
use super::writer::{Writer, sql};
use super::{Inner, Store, StoreSettings};

/// How the database came to its tables: each is run once, in this order.
const MIGRATIONS: [&str; 8] = [
    include_str!("migrations/0001_journal.sql"),
    include_str!("migrations/0002_idempotency.sql"),
    include_str!("migrations/0003_duties.sql"),
    include_str!("migrations/0004_batches.sql"),
    include_str!("migrations/0005_holds.sql"),
    include_str!("migrations/0006_outbox.sql"),
    include_str!("migrations/0007_replaced.sql"),
    include_str!("migrations/0008_deleted_holds.sql"),
];

/// Connections that read at once. A read takes well under a millisecond.
const READERS: u32 = 2;

/// Longest time to wait for another process, which can only be `oltd store backup`.
const BUSY: Duration = Duration::from_secs(5);

/// What is sealed to know the key again.
const CHECK: &[u8] = b"oltd";
const CHECK_PLACE: Place<'static> = Place { table: "meta", id: "check", column: "bytes" };

/// Small facts about the store itself.
const META: &str = "CREATE TABLE IF NOT EXISTS meta (
    name TEXT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    bytes BLOB
)";

/// Facts of `meta`.
pub(super) const MARKED: &str = "marked";
const EPOCH: &str = "epoch";
const VERSION: &str = "version";

impl Store {
    /// Opens the store in its folder, making both where they are missing, and marks what an
    /// earlier process left unfinished as pending: all within a second, whatever happened to it.
    ///
    /// # Errors
    /// When the folder cannot be used or is used by another process, when the key is not the
    /// one that the store was written with, and [`StoreError::Full`] where not even the opening
    /// can be written down.
    pub async fn open(settings: &StoreSettings) -> Result<Self, StoreError> {
        let folder = settings.folder();
        folder.make()?;
        let lock = folder.lock()?;
        let file = folder.database();
        let new = !file.exists();
        let key = key(settings, &folder, new)?;
        // SQLite gives the files beside it the rights that this one has.
        drop(private(&file)?);
        let sealer = Sealer::new(&key);
        let (mut connection, epoch) = match prepare(&file, settings, &sealer).await {
            // What was left unfinished must be seen, and told to its end.
            Err(StoreError::Full) => {
                let _ = std::fs::remove_file(folder.reserve());
                prepare(&file, settings, &sealer).await?
            }
            prepared => prepared?,
        };
        // Connections to a file do not age. The task that would end old ones counts on for ever
        // where the pool is closed while it looks.
        let pool = SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
        let pool = pool.max_connections(READERS).test_before_acquire(false);
        let marked = number(&mut connection, MARKED).await? != 0;
        let holds = sql("SELECT owner FROM holds LIMIT 1").fetch_optional(&mut connection).await;
        let holds = holds.map_err(StoreError::when("be opened"))?.is_some();
        let store = Self {
            inner: Arc::new(Inner {
                writer: Mutex::new(Writer::new(connection, lock)),
                readers: pool.connect_lazy_with(options(&file).read_only(true)),
                sealer,
                reserve: Reserve::hold(folder.reserve()).await,
                epoch,
                marked,
                holds: AtomicBool::new(holds),
                commits: AtomicU64::new(0),
                calls: Calls::default(),
            }),
        };
        match store.leave_pending().await {
            Err(StoreError::Full) if store.inner().reserve.give_up() => store.leave_pending().await?,
            marked => marked?,
        }
        Ok(store)
    }

    /// Ends the connections, moves what they wrote into the database itself, and gives the
    /// folder up. Through every handle nothing can be read or written from here on.
    ///
    /// # Errors
    /// When the database fails; what was committed holds all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner().readers.close().await;
        let mut writer = self.inner().writer.lock().await;
        writer.end().await
    }

    /// Lets the database grow to so many pages, or no further than it is: for tests of what
    /// happens when it is full. How many it has.
    ///
    /// # Errors
    /// When the database fails.
    #[doc(hidden)]
    pub async fn limit_pages(&self, most: Option<u32>) -> Result<i64, StoreError> {
        let mut turn = self.write("be limited").await?;
        let rows = sqlx::query("PRAGMA page_count").fetch_one(turn.connection()?).await;
        let pages: i64 = rows.and_then(|row| row.try_get(0)).map_err(StoreError::when("be limited"))?;
        let most = most.map_or(pages, i64::from);
        set_limit(turn.connection()?, most).await?;
        turn.commit().await?;
        Ok(pages)
    }
}

/// The connection that writes, with the tables that it needs, and which opening this is.
async fn prepare(
    file: &Path,
    settings: &StoreSettings,
    sealer: &Sealer,
) -> Result<(SqliteConnection, i64), StoreError> {
    let mut connection = connect(&options(file)).await?;
    limit(&mut connection, settings.max_pages).await?;
    migrate(&mut connection).await?;
    know(&mut connection, sealer).await?;
    let epoch = epoch(&mut connection).await?;
    Ok((connection, epoch))
}

/// The key that is configured or lies in the folder. It is made only together with the database.
fn key(settings: &StoreSettings, folder: &Folder, new: bool) -> Result<Key, StoreError> {
    if let Some(digits) = &settings.key {
        return Key::of_digits(digits, "OLTD_STORE_KEY (the key store_key)");
    }
    let file = folder.key();
    match Key::read(&file)? {
        Some(key) => Ok(key),
        None if new => {
            let key = Key::random()?;
            key.write(&file)?;
            Ok(key)
        }
        None => Err(StoreError::KeyMissing { file }),
    }
}

pub(super) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .busy_timeout(BUSY)
        .foreign_keys(false)
        .disable_statement_logging()
}

/// The connection that writes: what is committed is on the disk.
async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection, StoreError> {
    let options = options.clone().journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    options.connect().await.map_err(StoreError::when("be opened"))
}

async fn limit(connection: &mut SqliteConnection, pages: Option<u32>) -> Result<(), StoreError> {
    match pages {
        Some(pages) => set_limit(connection, pages.into()).await,
        None => Ok(()),
    }
}

async fn set_limit(connection: &mut SqliteConnection, pages: i64) -> Result<(), StoreError> {
    // A PRAGMA takes no values; this one is a number.
    let limit = sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")));
    limit.execute(connection).await.map(drop).map_err(StoreError::when("be limited"))
}

/// Brings the tables to what this version works with.
async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let failed = || StoreError::when("make its tables");
    sqlx::raw_sql(META).execute(&mut *connection).await.map_err(failed())?;
    let found = number(connection, VERSION).await?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    for (version, migration) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        // The connection is given up where it fails, and the transaction with it.
        sql("BEGIN IMMEDIATE").execute(&mut *connection).await.map_err(failed())?;
        sqlx::raw_sql(migration).execute(&mut *connection).await.map_err(failed())?;
        put(connection, VERSION, version).await?;
        sql("COMMIT").execute(&mut *connection).await.map_err(failed())?;
    }
    Ok(())
}

/// Compares the key with the one that the store was first written with.
async fn know(connection: &mut SqliteConnection, sealer: &Sealer) -> Result<(), StoreError> {
    let failed = || StoreError::when("compare its key");
    let check = "SELECT bytes FROM meta WHERE name = 'check'";
    let known = sql(check).fetch_optional(&mut *connection).await.map_err(failed())?;
    if let Some(row) = known {
        let sealed: Vec<u8> = super::column(&row, "bytes")?;
        return sealer.open(CHECK_PLACE, &sealed).map(drop).map_err(|_| StoreError::WrongKey);
    }
    let sealed = sealer.seal(CHECK_PLACE, CHECK)?;
    let insert = "INSERT INTO meta (name, number, bytes) VALUES ('check', 0, $1)";
    sql(insert).bind(sealed).execute(connection).await.map(drop).map_err(failed())
}

async fn epoch(connection: &mut SqliteConnection) -> Result<i64, StoreError> {
    let epoch = number(connection, EPOCH).await?.saturating_add(1);
    put(connection, EPOCH, epoch).await?;
    Ok(epoch)
}

/// A number of `meta`; 0 where it is not there.
pub(super) async fn number(connection: &mut SqliteConnection, name: &'static str) -> Result<i64, StoreError> {
    let row = sql("SELECT number FROM meta WHERE name = $1").bind(name).fetch_optional(connection).await;
    row.map_err(StoreError::when("be opened"))?.map_or(Ok(0), |row| super::column(&row, "number"))
}

pub(super) async fn put(
    connection: &mut SqliteConnection,
    name: &'static str,
    number: i64,
) -> Result<(), StoreError> {
    let put = "INSERT INTO meta (name, number) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET number = excluded.number";
    let put = sql(put).bind(name).bind(number).execute(connection).await;
    put.map(drop).map_err(StoreError::when("be opened"))
}

/// Ends a connection that was opened for one thing.
pub(super) async fn end(connection: SqliteConnection) -> Result<(), StoreError> {
    connection.close().await.map_err(StoreError::when("be closed"))
}
