//! How a reading that is not in memory is come by.

use std::sync::Arc;
use std::time::Duration;

use gpon::Reading;
use zte::{Olt, OltError};

use super::flight::Flight;
use super::redis::{Lease, Look, Redis};
use super::{Cache, Entry, Erased, Held, Key, LONGEST_FLIGHT, Level, Stored, Subject};

/// First and longest pause before asking again whether another instance has
/// finished its reading. A PON takes 20 to 200 ms.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(80));

impl Cache {
    /// One flight: from the shared store, else from the OLT.
    pub(super) async fn fly<S: Subject>(
        &self,
        key: Key,
        olt: Olt,
        at: S::At,
        oldest: Duration,
        flight: Flight,
    ) {
        // The flight before this one may have landed after this caller looked.
        if let Some(entry) = self.young(&key, oldest).await {
            return flight.land(Ok((entry, Level::Memory)));
        }
        let lifetime = S::lifetime(&self.times);
        let lease = match self.look::<S>(&key, oldest, lifetime).await {
            Ok(entry) => {
                self.keep(&key, &entry, &flight).await;
                return flight.land(Ok((entry, Level::Redis)));
            }
            Err(lease) => lease,
        };
        let read = tokio::time::timeout(LONGEST_FLIGHT, S::read(&olt, at));
        let reading = match &lease {
            Some(lease) => lease.hold(read).await,
            None => read.await,
        };
        let reading = match reading.unwrap_or_else(|_| Err(too_long(&olt, &key))) {
            Ok(reading) => reading,
            Err(error) => {
                flight.land(Err(error));
                if let Some(lease) = lease {
                    lease.release().await;
                }
                return;
            }
        };
        let whole = !reading.is_partial();
        let stored = if whole && lease.is_some() { encode(&reading) } else { None };
        let entry = Arc::new(Entry::new(reading, Duration::ZERO));
        if whole {
            self.keep(&key, &entry, &flight).await;
        }
        let age = entry.age();
        flight.land(Ok((entry, Level::Olt)));
        // Behind the landing: who waits here need not wait for the store.
        match (lease, stored) {
            (Some(lease), Some(bytes)) => lease.store(&key, &bytes, lifetime, age).await,
            (Some(lease), None) => lease.release().await,
            (None, _) => {}
        }
    }

    /// What another instance has read; else the lease to read it, where there
    /// is a store to lease it from.
    async fn look<S: Subject>(
        &self,
        key: &Key,
        oldest: Duration,
        lifetime: Duration,
    ) -> Result<Arc<Entry<S::Value>>, Option<Lease>> {
        let shared = self.shared.as_ref().ok_or(None)?;
        tokio::time::timeout(LONGEST_FLIGHT, wait::<S>(shared, key, oldest, lifetime))
            .await
            .unwrap_or(Err(None))
    }

    /// Keeps a whole reading, unless a later one has taken its place.
    async fn keep<T: Held + Send + Sync + 'static>(&self, key: &Key, entry: &Arc<Entry<T>>, flight: &Flight) {
        if flight.is_current() {
            let (read_at, weight) = (entry.read_at(), entry.weight());
            let entry: Erased = Arc::<Entry<T>>::clone(entry);
            let stored = Stored { entry, read_at, weight, began: flight.began() };
            self.stored.insert(key.clone(), Arc::new(stored)).await;
        }
    }
}

/// Looks until there is something to take: a reading, or the lease of one.
async fn wait<S: Subject>(
    shared: &Redis,
    key: &Key,
    oldest: Duration,
    lifetime: Duration,
) -> Result<Arc<Entry<S::Value>>, Option<Lease>> {
    let (mut pause, longest) = PAUSES;
    loop {
        match shared.look(key, oldest, lifetime).await {
            Look::Found(bytes, age) => match decode(&bytes) {
                Some(reading) => return Ok(Arc::new(Entry::new(reading, age))),
                // Not ours, or damaged: read as if nothing were there.
                None => return Err(None),
            },
            Look::Leased(lease) => return Err(Some(lease)),
            Look::Unavailable => return Err(None),
            Look::Wait => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(longest);
            }
        }
    }
}

/// The stored form of a reading. Instances of another form do not meet:
/// [`super::redis`] has its number in every key.
fn encode<T: serde::Serialize>(reading: &Reading<T>) -> Option<Vec<u8>> {
    postcard::to_allocvec(reading)
        .inspect_err(|error| tracing::error!(%error, "a reading has no stored form"))
        .ok()
}

fn decode<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Option<Reading<T>> {
    let whole = postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty());
    whole.map(|(reading, _)| reading)
}

fn too_long(olt: &Olt, key: &Key) -> OltError {
    OltError {
        olt: olt.id().to_owned(),
        act: format!("read {key}"),
        trouble: zte::Trouble::Deadline(LONGEST_FLIGHT),
    }
}
