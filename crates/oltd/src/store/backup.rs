//! A copy of the store, and of its key, for another place.

use std::path::Path;

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteJournalMode;

use super::error::StoreError;
use super::folder::{part_of, private, publish, refuse_existing};
use super::key::Key;
use super::open::{MARKED, end, options, put};
use super::{Store, StoreSettings};

/// Copies the store, which may be in use, to a file that is not there yet, and marks the
/// copy: opened somewhere, it says so ([`Store::is_marked`]) until it is accepted.
/// The key is not part of it.
///
/// # Errors
/// When there is no store, when the file is there already, and when either fails.
pub async fn backup(settings: &StoreSettings, file: &Path) -> Result<(), StoreError> {
    let database = settings.folder().database();
    if !database.exists() {
        return Err(StoreError::NoStore { file: database });
    }
    refuse_existing(file)?;
    let part = &part_of(file);
    refuse_existing(part)?;
    // Made beforehand, so that nobody else can read it even for a moment.
    let held = private(part)?;
    let copied = copy(&database, part).await;
    let kept = copied.and_then(|()| {
        held.sync_all().map_err(StoreError::file("write", part))?;
        publish(part, file)
    });
    if kept.is_err() {
        // What is half a copy, or not marked, is no backup.
        let _ = std::fs::remove_file(part);
    }
    kept
}

async fn copy(database: &Path, part: &Path) -> Result<(), StoreError> {
    let failed = || StoreError::when("be copied");
    let mut source = options(database).read_only(true).connect().await.map_err(failed())?;
    let name = part.to_str().ok_or_else(|| {
        let error = std::io::Error::new(std::io::ErrorKind::InvalidFilename, "its name is not UTF-8 text");
        StoreError::file("create", part)(error)
    })?;
    let vacuum = sqlx::query("VACUUM INTO $1").bind(name).execute(&mut source).await;
    let ended = end(source).await;
    vacuum.map_err(failed())?;
    ended?;
    let options = options(part).journal_mode(SqliteJournalMode::Delete);
    let mut copy = options.connect().await.map_err(failed())?;
    let marked = put(&mut copy, MARKED, 1).await;
    end(copy).await.and(marked)
}

/// Writes the key of the store to a file that is not there yet, for its owner alone.
///
/// # Errors
/// When there is no key, when the file is there already, and when it cannot be written.
pub fn copy_key(settings: &StoreSettings, file: &Path) -> Result<(), StoreError> {
    let key = match &settings.key {
        Some(digits) => Key::of_digits(digits, "OLTD_STORE_KEY (the key store_key)")?,
        None => {
            let file = settings.folder().key();
            Key::read(&file)?.ok_or(StoreError::KeyMissing { file })?
        }
    };
    key.write(file)
}

/// Takes the mark of a copy away: from here on this is the store of the server, which must
/// not run meanwhile. Whether there was such a mark.
///
/// # Errors
/// When there is no store, when a server uses it, and when it cannot be opened.
pub async fn accept_copy(settings: &StoreSettings) -> Result<bool, StoreError> {
    let database = settings.folder().database();
    if !database.exists() {
        return Err(StoreError::NoStore { file: database });
    }
    let store = Store::open(settings).await?;
    if store.is_marked() {
        let mut turn = store.write("be accepted").await?;
        put(turn.connection()?, MARKED, 0).await?;
        turn.commit().await?;
    }
    store.close().await.map(|()| store.is_marked())
}
