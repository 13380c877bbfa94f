//! The one connection that writes.

use std::fs::File;

use sqlx::sqlite::SqliteArguments;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::MutexGuard;

use super::Store;
use super::error::StoreError;

/// The connection, and whether a transaction may be open on it.
///
/// Transactions are begun and ended by hand: after a full disk SQLite has rolled back by
/// itself or has not, and the library's own transactions stay open for ever in the first case.
pub(super) struct Writer {
    /// With the lock of the folder; `None` once the store is closed.
    held: Option<(SqliteConnection, File)>,
    open: bool,
}

impl Writer {
    pub(super) fn new(connection: SqliteConnection, lock: File) -> Self {
        Self { held: Some((connection, lock)), open: false }
    }

    /// Ends the connection, then gives the folder up.
    pub(super) async fn end(&mut self) -> Result<(), StoreError> {
        match self.held.take() {
            Some((connection, _lock)) => connection.close().await.map_err(StoreError::when("be closed")),
            None => Ok(()),
        }
    }
}

/// A statement with its values.
pub(super) type Statement<'q> = sqlx::query::Query<'q, sqlx::Sqlite, SqliteArguments>;

/// A statement. Its values are bound in the order of `$1`, `$2`, ...
pub(super) fn sql<'q>(text: &'static str) -> Statement<'q> {
    sqlx::query(text)
}

/// A turn on the connection. What it wrote holds once [`commit`](Self::commit) has returned;
/// dropped before, it leaves nothing behind.
pub(super) struct Turn<'a> {
    writer: MutexGuard<'a, Writer>,
    store: &'a Store,
    act: &'static str,
    /// The jobs of which it notes that they ended, and that somebody wants to be told of.
    pub(super) ended: Vec<String>,
}

impl Store {
    /// Begins a transaction, once nobody else writes.
    pub(super) async fn write(&self, act: &'static str) -> Result<Turn<'_>, StoreError> {
        let mut turn = self.turn(act).await?;
        turn.writer.open = true;
        turn.run(sql("BEGIN IMMEDIATE")).await?;
        Ok(turn)
    }

    /// Runs one statement, which is a commit by itself.
    pub(super) async fn write_one(&self, act: &'static str, one: Statement<'_>) -> Result<u64, StoreError> {
        let mut turn = self.turn(act).await?;
        let rows = turn.run(one).await?;
        turn.count();
        Ok(rows)
    }

    async fn turn(&self, act: &'static str) -> Result<Turn<'_>, StoreError> {
        let writer = self.inner().writer.lock().await;
        let mut turn = Turn { writer, store: self, act, ended: Vec::new() };
        if turn.writer.open {
            // Whoever had the turn failed or left. There may be nothing to roll back.
            let _ = turn.run(sql("ROLLBACK")).await;
            turn.writer.open = false;
        }
        Ok(turn)
    }
}

impl Turn<'_> {
    /// Runs a statement. How many rows it changed.
    pub(super) async fn run(&mut self, statement: Statement<'_>) -> Result<u64, StoreError> {
        let done = statement.execute(self.connection()?).await;
        done.map(|done| done.rows_affected()).map_err(StoreError::when(self.act))
    }

    /// The store that it writes to.
    pub(super) fn store(&self) -> &Store {
        self.store
    }

    /// The connection, to read from within the transaction.
    pub(super) fn connection(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.writer.held.as_mut().map(|(connection, _)| connection).ok_or(StoreError::Closed)
    }

    /// Makes it hold: when this returns, it is on the disk.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.run(sql("COMMIT")).await?;
        self.writer.open = false;
        self.count();
        self.store.inner().calls.tell(&mut self.ended);
        Ok(())
    }

    fn count(&self) {
        self.store.inner().commits.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}
