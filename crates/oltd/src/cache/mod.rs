//! Readings kept in memory, each read once however many ask for it at the same time.

mod entry;
mod flight;
mod key;
mod subject;
#[cfg(test)]
mod tests;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache as Store;
use moka::policy::EvictionPolicy;
use tokio::time::Instant;
use zte::{Olt, OltError};

pub use entry::{Entry, ViewKey};
use flight::Flights;
pub use key::{Key, Kind, Place};
pub use subject::{
    Cards, Dba, Environment, Identity, OneOnu, OnuBandwidth, Onus, OnusOfAll, Pon, Rows, ServicePorts,
    ServicePortsOfOnu, Subject, TrafficProfiles, Unconfigured, Uplinks, VlanProfiles, Vlans, WatchedOlt,
    WatchedOnu, WatchedPon,
};

/// Bytes of readings and rendered views that are kept at most. An OLT of 32
/// PONs with 128 ONUs each takes about 15 MiB when everything has been asked for.
const CAPACITY: u64 = 64 << 20;

/// No reading is asked for again sooner: clients that ask for fresh data in a
/// loop then cost the OLT no more than one reading in this time.
pub const FLOOR: Duration = Duration::from_secs(2);

/// Longest life of a flight: the deadline of the request that began it.
const LONGEST_FLIGHT: Duration = Duration::from_secs(90);

/// How long readings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheTimes {
    /// ONUs and what hangs on them.
    pub onus: Duration,
    /// PON ports, uplinks, cards and environment.
    pub pon_info: Duration,
    /// Profiles, VLANs and the OLT's identity.
    pub profiles: Duration,
}

impl Default for CacheTimes {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self { onus: minutes(5), pon_info: minutes(10), profiles: minutes(60) }
    }
}

/// How old an answer may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Freshness {
    /// At most so old; `None` for as old as readings of its kind are kept.
    pub max_age: Option<Duration>,
}

impl Freshness {
    /// As fresh as the floor allows.
    pub const NEW: Self = Self { max_age: Some(Duration::ZERO) };

    fn oldest(self, lifetime: Duration) -> Duration {
        self.max_age.map_or(lifetime, |age| age.max(FLOOR).min(lifetime))
    }
}

/// Why there is no reading.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CacheError {
    /// The OLT failed.
    #[error(transparent)]
    Olt(#[from] OltError),
    /// The task that read it ended without a word: a bug of ours.
    #[error("a reading was lost")]
    Lost,
}

/// A reading, and whether it was made for this caller.
#[derive(Debug)]
pub struct Fresh<T> {
    /// The reading with its rendered views.
    pub entry: Arc<Entry<T>>,
    /// Whether the OLT was asked while the caller waited.
    pub live: bool,
}

type Erased = Arc<dyn Any + Send + Sync>;

#[derive(Debug, Clone)]
struct Stored {
    entry: Erased,
    read_at: Instant,
    weight: u32,
}

/// The readings of all OLTs. A cheap handle.
#[derive(Debug, Clone)]
pub struct Cache {
    stored: Store<Key, Stored>,
    flights: Flights,
    times: CacheTimes,
}

impl Cache {
    /// An empty cache.
    pub fn new(times: CacheTimes) -> Self {
        let longest = times.onus.max(times.pon_info).max(times.profiles);
        let stored = Store::builder()
            .weigher(|_, stored: &Stored| stored.weight)
            .max_capacity(CAPACITY)
            .eviction_policy(EvictionPolicy::lru())
            // Only to give the memory back; whether an entry is young enough is decided when it is asked for.
            .time_to_live(longest)
            .build();
        Self { stored, flights: Flights::default(), times }
    }

    /// Reads through the cache. All who ask while one reading is under way get
    /// its outcome; only a whole reading is kept.
    ///
    /// # Errors
    /// When the OLT fails.
    pub async fn read<S: Subject>(
        &self,
        id: &Arc<str>,
        olt: &Olt,
        at: S::At,
        freshness: Freshness,
    ) -> Result<Fresh<S::Value>, CacheError> {
        let key = Key { olt: Arc::clone(id), kind: S::KIND, place: at.into() };
        let oldest = freshness.oldest(S::lifetime(&self.times));
        if let Some(entry) = self.young(&key, oldest).await
            && let Ok(entry) = entry.downcast()
        {
            return Ok(Fresh { entry, live: false });
        }
        let (outcome, departing) = self.flights.board(&key);
        if let Some(flight) = departing {
            let (cache, olt) = (self.clone(), olt.clone());
            // A task of its own: the reading survives the caller who asked for it first.
            tokio::spawn(async move {
                let outcome = cache.load::<S>(&key, &olt, at, oldest, flight.number()).await;
                flight.land(outcome);
            });
        }
        let entry = outcome.wait().await?.downcast().map_err(|_| CacheError::Lost)?;
        Ok(Fresh { entry, live: true })
    }

    /// Forgets a reading; one that is under way is not kept either.
    pub async fn forget(&self, key: &Key) {
        self.flights.disown(key);
        self.stored.invalidate(key).await;
    }

    async fn young(&self, key: &Key, oldest: Duration) -> Option<Erased> {
        let stored = self.stored.get(key).await?;
        (stored.read_at.elapsed() <= oldest).then_some(stored.entry)
    }

    async fn load<S: Subject>(
        &self,
        key: &Key,
        olt: &Olt,
        at: S::At,
        oldest: Duration,
        flight: u64,
    ) -> Result<Erased, OltError> {
        // The flight before this one may have landed after this caller looked.
        if let Some(entry) = self.young(key, oldest).await {
            return Ok(entry);
        }
        let reading = match tokio::time::timeout(LONGEST_FLIGHT, S::read(olt, at)).await {
            Ok(reading) => reading?,
            Err(_) => return Err(too_long(olt, key)),
        };
        let whole = !reading.is_partial();
        let entry = Arc::new(Entry::new(reading));
        let stored = Stored { read_at: entry.read_at(), weight: entry.weight(), entry: entry.clone() };
        if whole && self.flights.owns(key, flight) {
            self.stored.insert(key.clone(), stored).await;
            // Disowned in between: what `forget` forgot must not come back.
            if !self.flights.owns(key, flight) {
                self.stored.invalidate(key).await;
            }
        }
        Ok(entry)
    }
}

fn too_long(olt: &Olt, key: &Key) -> OltError {
    OltError {
        olt: olt.id().to_owned(),
        act: format!("read {key}"),
        trouble: zte::Trouble::Deadline(LONGEST_FLIGHT),
    }
}
