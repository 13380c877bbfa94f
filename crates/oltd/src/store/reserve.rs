//! Space on the disk, held back for what was begun.
//!
//! The rows of a plan have their room in the database from the start, and a commit is
//! written to SQLite's log all the same before it gets there. When the disk of the store
//! fills up while a plan runs, a file that was kept for this goes, and the plan is told
//! to its end; nothing is begun before the file is there again.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use super::error::StoreError;
use super::folder::private;

/// Bytes of the file. A commit takes up to 4 pages of 4 KiB in the log, which is begun
/// anew after a thousand: twice of that, for the log and for where it is moved to.
const SIZE: u64 = 8 << 20;
/// Bytes written at once.
const CHUNK: usize = 64 << 10;

/// The file that is held back.
pub(super) struct Reserve {
    path: PathBuf,
    there: AtomicBool,
}

impl Reserve {
    /// Holds space back, where there is some; what runs short of it is told when it is needed.
    pub(super) async fn hold(path: PathBuf) -> Self {
        let reserve = Self { path, there: AtomicBool::new(false) };
        let _ = reserve.renew().await;
        reserve
    }

    /// Makes sure that there is something to give up.
    ///
    /// # Errors
    /// [`StoreError::Full`] where the disk is, and when the file cannot be written.
    pub(super) async fn renew(&self) -> Result<(), StoreError> {
        if self.there.load(Ordering::Acquire) {
            return Ok(());
        }
        let path = self.path.clone();
        // Milliseconds, with the disk under it.
        let made = tokio::task::spawn_blocking(move || make(&path)).await;
        made.map_err(|_| StoreError::Closed)??;
        self.there.store(true, Ordering::Release);
        Ok(())
    }

    /// Gives the space up. Whether there was any.
    pub(super) fn give_up(&self) -> bool {
        let there = self.there.swap(false, Ordering::AcqRel);
        if there {
            tracing::error!("the disk of the store is full: what was begun is written with space held back");
        }
        there && std::fs::remove_file(&self.path).is_ok()
    }
}

/// Space is held by what is written, not by the length of a file.
fn make(path: &Path) -> Result<(), StoreError> {
    let mut file = private(path)?;
    let length = file.metadata().map_err(StoreError::file("open", path))?.len();
    if length == SIZE {
        return Ok(());
    }
    let mut write = || {
        let chunk = vec![0xa5; CHUNK];
        for _ in 0..SIZE / CHUNK as u64 {
            file.write_all(&chunk)?;
        }
        file.set_len(SIZE)?;
        file.sync_all()
    };
    write().map_err(|error| {
        // Half of it is no reserve, and others may need the space.
        let _ = std::fs::remove_file(path);
        StoreError::file("write", path)(error)
    })
}
