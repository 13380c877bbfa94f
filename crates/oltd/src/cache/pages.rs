//! The PONs that a reading of a whole OLT has read so far. On an OLT that is too
//! slow for one request, the next reading goes on where the last ended. They
//! are kept as long as their kind, and what reaches a PON's list reaches them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use gpon::PonPort;
use tokio::time::Instant;
use zte::{Page, Pages};

use super::{Cache, Held, Key, Place, Stored};

/// What one flight finds and leaves.
pub(super) struct PagesOf {
    cache: Cache,
    /// Of the whole reading; its pages have the same with their PON.
    key: Key,
    oldest: Duration,
    /// The number of the last invalidation before the flight began.
    began: u64,
    /// When the oldest of those was read that were found.
    found: Mutex<Option<Instant>>,
}

impl PagesOf {
    pub(super) fn new(cache: &Cache, key: &Key, oldest: Duration, began: u64) -> Self {
        Self { cache: cache.clone(), key: key.clone(), oldest, began, found: Mutex::default() }
    }

    /// How old the oldest page is that the reading was made of; nothing where all was read anew.
    pub(super) fn age(&self) -> Duration {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.map_or(Duration::ZERO, |at| at.elapsed())
    }

    fn of(&self, pon: PonPort) -> Key {
        Key { place: Place::Pon(pon), ..self.key.clone() }
    }
}

impl Pages for PagesOf {
    fn find(&self, pon: PonPort) -> BoxFuture<'_, Option<Arc<Page>>> {
        async move {
            let (page, read_at) = self.cache.fresh(&self.of(pon), self.oldest).await?;
            let page = page.downcast().ok()?;
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            *found = Some(found.map_or(read_at, |oldest| oldest.min(read_at)));
            Some(page)
        }
        .boxed()
    }

    fn keep(&self, pon: PonPort, page: Arc<Page>) -> BoxFuture<'_, ()> {
        async move {
            let weight = u32::try_from(page.onus.bytes()).unwrap_or(u32::MAX);
            let read_at = page.began;
            let stored = Stored { entry: page, read_at, weight, began: self.began };
            self.cache.stored.insert(self.of(pon), Arc::new(stored)).await;
        }
        .boxed()
    }

    fn forget(&self, pon: PonPort) -> BoxFuture<'_, ()> {
        async move { self.cache.stored.invalidate(&self.of(pon)).await }.boxed()
    }
}
