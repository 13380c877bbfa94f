//! Readings kept for those who ask next, each read once however many ask at the same time.
//!
//! Two levels: the memory of this process, and, where it is configured, a
//! store that several instances share ([`Redis`]). A reading carries the number
//! of the last invalidation before it began, so one that began too early is
//! never served, whatever level it comes from.

mod entry;
mod figures;
mod held;
mod key;
mod load;
mod pages;
mod redis;
mod rendered;
mod scope;
#[cfg(test)]
mod shape;
mod single_flight;
mod subject;
#[cfg(test)]
mod tests;
mod times;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache as Store;
use moka::policy::EvictionPolicy;
use tokio::time::Instant;
use zte::{Olt, OltError};

pub use entry::Entry;
use figures::Counters;
pub use figures::{Age, CacheFigures, OnusOfPon};
pub use held::Held;
pub use key::{Key, Place};
pub use redis::{FORM, Redis, RedisError, RedisFigures, RedisSettings};
pub use rendered::Rendered;
use scope::Invalidations;
pub use scope::Scope;
use single_flight::SingleFlight;
pub use subject::*;
pub use times::{CacheTimes, FLOOR};

use crate::tasks::Tasks;

/// Bytes of readings and rendered views that are kept at most, unless told
/// otherwise. An OLT of 32 PONs with 128 ONUs each takes about 8 MiB once every
/// list was asked for, and 20 MiB with every ONU in detail.
pub const CAPACITY: u64 = 96 << 20;
/// Longest that a reading is waited for: the deadline of the request that began it.
const LONGEST: Duration = Duration::from_secs(90);

/// How often a caller joins a reading that turns out older than asked for. Once
/// is enough, since who is content with it finds it in memory from then on; after
/// the last, the answer's age says what it is.
const ROUNDS: u32 = 4;

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

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The memory of this process.
    Memory,
    /// The store that instances share.
    Redis,
    /// The OLT.
    Olt,
}

/// A reading, and where it came from.
#[derive(Debug)]
pub struct Fresh<T> {
    /// The reading with its rendered views.
    pub entry: Arc<Entry<T>>,
    /// Where it came from while the caller waited.
    pub level: Level,
    /// How old it may become for this caller: as old as readings of its kind are
    /// kept, or what was asked for.
    pub oldest: Duration,
}

type Erased = Arc<dyn Any + Send + Sync>;

#[derive(Debug)]
struct Stored {
    entry: Erased,
    read_at: Instant,
    /// How long it is served, however old callers take it.
    lifetime: Duration,
    weight: u32,
    /// The number of the last invalidation before it began.
    began: u64,
}

/// The readings of all OLTs. A cheap handle.
#[derive(Debug, Clone)]
pub struct Cache {
    stored: Store<Key, Arc<Stored>>,
    readings: SingleFlight,
    invalidations: Arc<Invalidations>,
    shared: Option<Redis>,
    counters: Arc<Counters>,
    times: CacheTimes,
}

impl From<CacheTimes> for Cache {
    fn from(times: CacheTimes) -> Self {
        Self::new(times, CAPACITY)
    }
}

impl Cache {
    /// An empty cache in memory, of so many bytes.
    pub fn new(times: CacheTimes, capacity: u64) -> Self {
        let longest = times.onus.max(times.pon_info).max(times.profiles);
        let stored = Store::builder()
            .weigher(|_, stored: &Arc<Stored>| stored.weight)
            .max_capacity(capacity)
            .eviction_policy(EvictionPolicy::lru())
            // Only to give the memory back; whether an entry is young enough is decided when it is asked for.
            .time_to_live(longest)
            .build();
        Self {
            stored,
            readings: SingleFlight::default(),
            invalidations: Arc::default(),
            shared: None,
            counters: Arc::default(),
            times,
        }
    }

    /// The same, sharing the readings of these OLTs with other instances. What
    /// follows them is one of the `tasks`.
    ///
    /// # Errors
    /// When the settings cannot be used. A store that is out of reach is no
    /// error: it is joined as soon as it is there.
    pub async fn shared(
        self,
        settings: RedisSettings,
        olts: &[Arc<str>],
        tasks: &Tasks,
    ) -> Result<Self, RedisError> {
        let shared = Redis::start(settings, Arc::clone(&self.invalidations), olts.to_vec(), tasks).await?;
        Ok(Self { shared: Some(shared), ..self })
    }

    /// Reads through the cache. All who ask while one reading is under way get
    /// its outcome; a partial reading is kept no longer than [`gpon::Reading::lifetime`] says.
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
        let mut rounds = 0;
        loop {
            if let Some(entry) = self.young(&key, oldest).await
                && let Ok(entry) = entry.downcast()
            {
                self.counters.count(S::KIND, Some(Level::Memory));
                return Ok(Fresh { entry, level: Level::Memory, oldest });
            }
            let (outcome, call) = self.readings.join(&key, &self.invalidations);
            let joined = call.is_none();
            if let Some(call) = call {
                let (cache, olt, key) = (self.clone(), olt.clone(), key.clone());
                // A task of its own: the reading survives the caller who asked for it first.
                tokio::spawn(async move { cache.make::<S>(key, olt, at, oldest, call).await });
            }
            let landed = outcome.wait().await;
            let level = landed.as_ref().map_or(Level::Olt, |(_, level)| *level);
            self.counters.count(S::KIND, (!joined).then_some(level));
            let (entry, level) = landed?;
            let entry: Arc<Entry<S::Value>> = entry.downcast().map_err(|_| CacheError::Lost)?;
            // Who began it may have been content with what the store has.
            rounds += 1;
            if joined && level != Level::Olt && entry.age() > oldest && rounds < ROUNDS {
                continue;
            }
            return Ok(Fresh { entry, level, oldest });
        }
    }

    /// Makes every reading too old that holds something of `scope`: those that
    /// are kept, and those under way, here and in every other instance. When
    /// this returns, this instance serves nothing older.
    pub async fn invalidate(&self, olt: &Arc<str>, scope: Scope) {
        // The shared store first: a reading that begins once it is invalid here
        // must not find there what was valid before.
        if let Some(shared) = &self.shared {
            shared.invalidate(olt, scope).await;
        }
        self.invalidations.invalidate(olt, &scope.marks());
    }

    /// Whether the store that instances share is in use; `None` where none is configured.
    pub fn is_shared(&self) -> Option<bool> {
        self.shared.as_ref().map(Redis::is_up)
    }

    async fn young(&self, key: &Key, oldest: Duration) -> Option<Erased> {
        self.fresh(key, oldest).await.map(|(entry, _)| entry)
    }

    /// What is kept and young enough, and when it was read.
    async fn fresh(&self, key: &Key, oldest: Duration) -> Option<(Erased, Instant)> {
        let stored = self.stored.get(key).await?;
        let good = stored.read_at.elapsed() <= oldest.min(stored.lifetime)
            && self.invalidations.allow(key, stored.began);
        good.then(|| (Arc::clone(&stored.entry), stored.read_at))
    }
}

/// Reads `data` as a stored reading and as what instances tell each other.
pub(crate) fn fuzz<T: serde::Serialize + serde::de::DeserializeOwned>(data: &[u8]) {
    load::fuzz::<T>(data);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = (text.parse::<Scope>(), text.parse::<scope::Mark>());
    }
}
