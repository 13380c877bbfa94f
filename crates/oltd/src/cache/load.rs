//! How a reading that is not in memory is come by.

use std::sync::Arc;
use std::time::Duration;

use gpon::Reading;
use tokio::time::Instant;
use zte::{Olt, OltError};

use super::pages::PagesOf;
use super::redis::{Lease, Look, Redis};
use super::single_flight::Call;
use super::{Cache, Entry, Erased, Held, Key, LONGEST, Level, Stored, Subject};

/// First and longest pause before asking again whether another instance has
/// finished its reading. A PON takes 20 to 200 ms.
const PAUSES: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(80));

/// Left of its time when a reading must be done, so that what was read by then
/// still becomes an answer.
const MARGIN: Duration = Duration::from_secs(5);

impl Cache {
    /// Makes a reading: from the shared store, else from the OLT.
    pub(super) async fn make<S: Subject>(&self, key: Key, olt: Olt, at: S::At, oldest: Duration, call: Call) {
        // Of all of it: waiting for another instance, and reading.
        let deadline = Instant::now() + LONGEST;
        // The reading before this one may have ended after this caller looked.
        if let Some(entry) = self.young(&key, oldest).await {
            return call.finish(Ok((entry, Level::Memory)));
        }
        let lifetime = S::lifetime(&self.times);
        let lease = match self.look::<S>(&key, oldest, lifetime, deadline).await {
            Ok(entry) => {
                self.keep(&key, &entry, entry.reading().lifetime(lifetime), &call).await;
                return call.finish(Ok((entry, Level::Redis)));
            }
            Err(lease) => lease,
        };
        let pages = Arc::new(PagesOf::new(self, &key, oldest, call.began()));
        let olt = olt.on_terms(deadline - MARGIN, Arc::<PagesOf>::clone(&pages));
        let read = tokio::time::timeout_at(deadline, S::read(&olt, at));
        let reading = match &lease {
            Some(lease) => lease.hold(read).await,
            None => read.await,
        };
        let reading = match reading.unwrap_or_else(|_| Err(too_long(&olt, &key))) {
            Ok(reading) => reading,
            Err(error) => {
                call.finish(Err(error));
                if let Some(lease) = lease {
                    lease.release().await;
                }
                return;
            }
        };
        let lifetime = reading.lifetime(lifetime);
        let kept = !lifetime.is_zero();
        let stored = if kept && lease.is_some() { encode(&reading) } else { None };
        let entry = Arc::new(Entry::new(reading, pages.age()));
        if kept {
            self.keep(&key, &entry, lifetime, &call).await;
        }
        let age = entry.age();
        call.finish(Ok((entry, Level::Olt)));
        // Behind the answer: who waits here need not wait for the store.
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
        deadline: Instant,
    ) -> Result<Arc<Entry<S::Value>>, Option<Lease>> {
        let shared = self.shared.as_ref().ok_or(None)?;
        tokio::time::timeout_at(deadline, wait::<S>(shared, key, oldest, lifetime)).await.unwrap_or(Err(None))
    }

    /// Keeps a reading, unless a later one has taken its place.
    async fn keep<T: Held + Send + Sync + 'static>(
        &self,
        key: &Key,
        entry: &Arc<Entry<T>>,
        lifetime: Duration,
        call: &Call,
    ) {
        self.counters.made(key, entry.read_at());
        if call.is_current() {
            let (read_at, weight) = (entry.read_at(), entry.weight());
            let entry: Erased = Arc::<Entry<T>>::clone(entry);
            let stored = Stored { entry, read_at, lifetime, weight, began: call.began() };
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

/// What is read of any bytes can be stored again.
pub(super) fn fuzz<T: serde::Serialize + serde::de::DeserializeOwned>(data: &[u8]) {
    if let Some(reading) = decode::<T>(data) {
        let _ = encode(&reading);
    }
}

fn too_long(olt: &Olt, key: &Key) -> OltError {
    OltError {
        olt: olt.id().to_owned(),
        act: format!("read {key}"),
        trouble: zte::Trouble::Deadline(LONGEST),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::SystemTime;

    use gpon::{
        AdminState, AuthMode, ClockTime, Dbm, NamedBy, OfflineReason, Onu, OnuId, OnuRef, OnuState, PonPort,
        Problem, Span,
    };

    use super::*;
    use crate::cache::Kind;

    fn whole_onu() -> Onu {
        let at = OnuRef { pon: PonPort::new(1, 16).unwrap(), id: OnuId::new(128).unwrap() };
        Onu {
            name: Some("Budi".into()),
            serial: "ZTEGC8F12345".parse().ok(),
            auth: Some(AuthMode::Password),
            state: Some(OnuState::DyingGasp),
            admin: Some(AdminState::Disabled),
            rx: Some(Dbm::from_milli(-23_372)),
            ip_address: Some([10, 1, 1, 4].into()),
            last_online: ClockTime::new(2026, 11, 22, 0, 32, 58),
            offline_reason: Some(OfflineReason::Code(14)),
            uptime: Some(Span::from_seconds(61)),
            ..Onu::unknown(at, NamedBy::State)
        }
    }

    fn sample() -> Reading<Vec<Onu>> {
        let problems = vec![
            Problem::Unsupported { field: gpon::Field::IpAddress },
            Problem::Odd { field: gpon::Field::RxPower, reason: "7".into() },
        ];
        Reading { value: vec![whole_onu()], read_at: SystemTime::UNIX_EPOCH, problems }
    }

    #[test]
    fn what_is_stored_comes_back() {
        let bytes = encode(&sample()).unwrap();
        assert_eq!(decode(&bytes), Some(sample()));
        let longer = [bytes.as_slice(), &[0]].concat();
        assert_eq!(decode::<Vec<Onu>>(&longer), None);
        for length in 0..bytes.len() {
            assert_eq!(decode::<Vec<Onu>>(&bytes[..length]), None);
        }
    }

    /// When this fails, a type has changed that readings are made of: instances
    /// of the version before would read this one's values into other fields, so
    /// `FORM` in `redis/mod.rs` needs its next number together with this snapshot.
    #[test]
    fn the_stored_form_has_its_number() {
        let (mut kinds, mut types) = (Vec::new(), BTreeMap::new());
        for (kind, shapes) in super::super::subject::shapes() {
            kinds.push(format!("{} = {}", kind.name(), kind_of(&shapes)));
            for (name, shape) in shapes.into_iter().filter(|(name, _)| name != "Reading") {
                let before = types.insert(name.clone(), shape.clone());
                assert!(before.is_none_or(|before| before == shape), "two types are called {name}");
            }
        }
        assert_eq!(kinds.len(), Kind::ALL.len());
        let types: Vec<_> = types.iter().map(|(name, shape)| format!("{name} = {shape}")).collect();
        let form = super::super::redis::FORM;
        insta::assert_snapshot!(format!("form {form}\n\n{}\n\n{}", kinds.join("\n"), types.join("\n")));
    }

    fn kind_of(shapes: &BTreeMap<String, String>) -> &str {
        &shapes["Reading"]
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_reading_or_none(bytes: Vec<u8>) {
            let _ = decode::<Vec<Onu>>(&bytes);
            let _ = decode::<gpon::Environment>(&bytes);
            let _ = decode::<Vec<gpon::PonMonitor>>(&bytes);
        }
    }
}
