//! What can go wrong with the store.

use std::path::PathBuf;

/// What kept the store from doing something. Each says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No space is left. Nothing of what was asked for was written.
    #[error("no space is left for the store: free some on its disk, until then nothing is written to an OLT")]
    Full,
    /// Another process holds the folder.
    #[error(
        "another oltd uses the folder {folder}: end it, or give each server a data_dir of its own",
        folder = folder.display()
    )]
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// The key is none.
    #[error("{place} holds no key: it must be 64 hex digits")]
    NoKey {
        /// The file, or the key of the configuration.
        place: String,
    },
    /// There is a database and nothing to read it with.
    #[error(
        "the key of the store is missing: bring {file} back, as `oltd store key` wrote it, or set OLTD_STORE_KEY",
        file = file.display()
    )]
    KeyMissing {
        /// Where the key would be.
        file: PathBuf,
    },
    /// The key is that of another store.
    #[error(
        "the key is not the one that this store was written with: bring back store.key or OLTD_STORE_KEY"
    )]
    WrongKey,
    /// The random numbers of the system fail.
    #[error("the system gives no random numbers")]
    NoRandom,
    /// The store is of a later version of the program.
    #[error("the store is of a newer oltd (version {found}, known is {known}): run that one")]
    Newer {
        /// The version of the store.
        found: i64,
        /// The last version known here.
        known: i64,
    },
    /// There is no store to read.
    #[error("there is no store at {file}: is data_dir right?", file = file.display())]
    NoStore {
        /// The database that is missing.
        file: PathBuf,
    },
    /// The store was closed: the process is ending.
    #[error("the store is closed: the server is ending")]
    Closed,
    /// A file that would be written is there already.
    #[error("{file} is there already, and is left as it is: name another file", file = file.display())]
    Exists {
        /// The file.
        file: PathBuf,
    },
    /// A file or a folder cannot be used.
    #[error("cannot {act} {path}", path = path.display())]
    File {
        /// What was tried: "open", "create", ...
        act: &'static str,
        /// The file or the folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no such row, or it is not in a state for what was asked.
    #[error("the store has no {what} {id} that this could be done with")]
    Unknown {
        /// "job", "plan", "step" ...
        what: &'static str,
        /// Its id.
        id: String,
    },
    /// The texts of a row would not fit on its page, so that it could not be changed in a full store.
    #[error("the texts of {what} {id} are too long for the store: {most} bytes in all")]
    TooLong {
        /// "job" or "plan".
        what: &'static str,
        /// Its id.
        id: String,
        /// Most bytes of all its texts.
        most: usize,
    },
    /// What is in a row cannot be what was written there.
    #[error("{table} {id} of the store is damaged: bring back a backup, or report this")]
    Damaged {
        /// The table.
        table: &'static str,
        /// The id of the row.
        id: String,
    },
    /// The database failed.
    #[error("the store cannot {act}")]
    Database {
        /// What was tried.
        act: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
}

impl StoreError {
    /// SQLITE_FULL, which SQLite answers for a full disk and for `max_page_count`.
    const SQLITE_FULL: i32 = 13;

    /// The error of the database in words of the store, for `map_err`.
    pub(super) fn when(act: &'static str) -> impl FnOnce(sqlx::Error) -> Self {
        move |source| {
            let code = source.as_database_error().and_then(|error| error.code()?.parse::<i32>().ok());
            // The code is an extended one: its lowest byte is the primary.
            match code.map(|code| code & 0xff) {
                Some(Self::SQLITE_FULL) => Self::Full,
                _ => Self::Database { act, source },
            }
        }
    }

    /// The error of a file, for `map_err`.
    pub(super) fn file(act: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::File { act, path, source },
        }
    }

    pub(super) fn unknown(what: &'static str, id: &str) -> Self {
        Self::Unknown { what, id: id.to_owned() }
    }

    pub(super) fn damaged(table: &'static str, id: &str) -> Self {
        Self::Damaged { table, id: id.to_owned() }
    }
}
