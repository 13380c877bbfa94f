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

/// What one reading of an OLT finds and leaves.
pub(super) struct PagesOf {
    cache: Cache,
    /// Of the whole reading; its pages have the same with their PON.
    key: Key,
    oldest: Duration,
    /// The number of the last invalidation before the reading began.
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
            let stored = Stored { entry: page, read_at, lifetime: Duration::MAX, weight, began: self.began };
            self.cache.stored.insert(self.of(pon), Arc::new(stored)).await;
        }
        .boxed()
    }

    fn forget(&self, pon: PonPort) -> BoxFuture<'_, ()> {
        async move { self.cache.stored.invalidate(&self.of(pon)).await }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use gpon::{OnuId, OnuRef};

    use super::*;
    use crate::cache::{CacheTimes, Kind, Scope};

    fn pon(port: u8) -> PonPort {
        PonPort::new(1, port).unwrap()
    }

    fn page() -> Arc<Page> {
        Arc::new(Page::whole(Vec::new()))
    }

    #[tokio::test(start_paused = true)]
    async fn pages_live_as_long_as_their_kind_and_no_invalidation_reaches_them() {
        let cache = Cache::from(CacheTimes::default());
        let key = |olt: &str| Key { olt: olt.into(), kind: Kind::OnusOfAll, place: Place::Olt };
        let reading = |olt: &str, oldest: u64| {
            PagesOf::new(&cache, &key(olt), Duration::from_secs(oldest), cache.invalidations.now())
        };
        let first = reading("a", 300);
        for port in 1..=4 {
            first.keep(pon(port), page()).await;
            tokio::time::advance(Duration::from_secs(10)).await;
        }
        assert_eq!(first.age(), Duration::ZERO, "what it reads itself is new");
        let found = async |reading: &PagesOf| {
            let mut ports = Vec::new();
            for port in 1..=4 {
                if reading.find(pon(port)).await.is_some() {
                    ports.push(port);
                }
            }
            ports
        };
        assert_eq!(found(&reading("b", 300)).await, [0u8; 0], "another OLT's");
        // Who asks for fresh data gets no old page.
        assert_eq!(found(&reading("a", 25)).await, [3, 4]);
        let next = reading("a", 300);
        assert_eq!(found(&next).await, [1, 2, 3, 4]);
        assert_eq!(next.age(), Duration::from_secs(40), "as old as the oldest");

        let id: Arc<str> = "a".into();
        cache.invalidate(&id, Scope::Pon(pon(2))).await;
        cache.invalidate(&id, Scope::Onu(OnuRef { pon: pon(3), id: OnuId::new(1).unwrap() })).await;
        assert_eq!(found(&reading("a", 300)).await, [1, 4]);
        // What began before an invalidation is kept for nobody.
        first.keep(pon(2), page()).await;
        assert_eq!(found(&reading("a", 300)).await, [1, 4]);
        reading("a", 300).keep(pon(2), page()).await;
        assert_eq!(found(&reading("a", 300)).await, [1, 2, 4]);
        reading("a", 300).forget(pon(4)).await;
        assert_eq!(found(&reading("a", 300)).await, [1, 2]);
        tokio::time::advance(Duration::from_secs(270)).await;
        assert_eq!(found(&reading("a", 300)).await, [2]);
        cache.invalidate(&id, Scope::Olt).await;
        assert_eq!(found(&reading("a", 300)).await, [0u8; 0]);
    }
}
