//! The folder of the store: who may read it, and that one process alone uses it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::error::StoreError;

/// What the names of all files in the folder begin with.
const OURS: &str = "store.";

/// The folder, by the names of its files.
#[derive(Debug, Clone)]
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    /// The database. SQLite puts `-wal` and `-shm` beside it, with the same rights.
    pub(super) fn database(&self) -> PathBuf {
        self.0.join("store.db")
    }

    pub(super) fn key(&self) -> PathBuf {
        self.0.join("store.key")
    }

    pub(super) fn reserve(&self) -> PathBuf {
        self.0.join("store.reserve")
    }

    /// Makes the folder where it is missing, for its owner alone. The rights of one that
    /// was there are taken from others only where it holds nothing but a store: somebody
    /// may have named `/tmp`.
    pub(super) fn make(&self) -> Result<(), StoreError> {
        let Self(folder) = self;
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(StoreError::file("create", folder))?;
        self.close_to_others()
    }

    #[cfg(unix)]
    fn close_to_others(&self) -> Result<(), StoreError> {
        use std::os::unix::fs::PermissionsExt;

        let Self(folder) = self;
        let about = std::fs::metadata(folder).map_err(StoreError::file("open", folder))?;
        let entries = std::fs::read_dir(folder).map_err(StoreError::file("open", folder))?;
        let ours = entries
            .filter_map(Result::ok)
            .all(|entry| entry.file_name().as_encoded_bytes().starts_with(OURS.as_bytes()));
        if about.permissions().mode() & 0o077 != 0 && ours {
            let alone = std::fs::Permissions::from_mode(0o700);
            std::fs::set_permissions(folder, alone)
                .map_err(StoreError::file("take the rights of others from", folder))?;
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn close_to_others(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// Holds the folder until the file is dropped, or the process ends in whatever way.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        let path = self.0.join("store.lock");
        let file = private(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(StoreError::Locked { folder: self.0.clone() }),
            Err(TryLockError::Error(error)) => Err(StoreError::file("lock", &path)(error)),
        }
    }
}

/// Opens a file to write, made for its owner alone where it is missing.
pub(super) fn private(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(StoreError::file("open", path))
}

/// Gives a file that was written under another name its own, once its content is on the
/// disk. Nothing that is there is replaced.
pub(super) fn publish(part: &Path, file: &Path) -> Result<(), StoreError> {
    refuse_existing(file)?;
    std::fs::rename(part, file).map_err(StoreError::file("create", file))?;
    // The name is on the disk only with the folder.
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(StoreError::file("write", folder))?;
    }
    Ok(())
}

pub(super) fn refuse_existing(file: &Path) -> Result<(), StoreError> {
    match file.exists() {
        true => Err(StoreError::Exists { file: file.to_owned() }),
        false => Ok(()),
    }
}

/// The name of a file while it is written.
pub(super) fn part_of(file: &Path) -> PathBuf {
    let mut part = file.as_os_str().to_owned();
    part.push(".part");
    part.into()
}
