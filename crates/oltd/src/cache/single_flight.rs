use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use zte::OltError;

use super::scope::Invalidations;
use super::{CacheError, Erased, Key, Level};

/// What became of a reading, and where it came from.
type Outcome = Option<Result<(Erased, Level), OltError>>;

/// The readings under way. No more than there are requests, which the server bounds.
#[derive(Debug, Clone, Default)]
pub(super) struct SingleFlight(Arc<Mutex<Calls>>);

#[derive(Debug, Default)]
struct Calls {
    last: u64,
    under_way: HashMap<Key, UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    number: u64,
    /// The number of the last invalidation before it began.
    began: u64,
    outcome: watch::Receiver<Outcome>,
}

impl SingleFlight {
    /// Joins the reading under way for `key`, unless what it reads was
    /// invalidated since it began. When there is none, the caller must make
    /// the one that comes back.
    pub(super) fn join(&self, key: &Key, invalidations: &Invalidations) -> (Waiter, Option<Call>) {
        let mut calls = self.lock();
        if let Some(call) = calls.under_way.get(key)
            && invalidations.allow(key, call.began)
        {
            return (Waiter(call.outcome.clone()), None);
        }
        calls.last += 1;
        let (number, began) = (calls.last, invalidations.now());
        let (tell, outcome) = watch::channel(None);
        calls.under_way.insert(key.clone(), UnderWay { number, began, outcome: outcome.clone() });
        let place = Place { all: self.clone(), key: key.clone(), number };
        (Waiter(outcome), Some(Call { place, tell, began }))
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        // Nothing under the lock can leave them half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who wait for a reading.
pub(super) struct Waiter(watch::Receiver<Outcome>);

impl Waiter {
    pub(super) async fn wait(mut self) -> Result<(Erased, Level), CacheError> {
        let outcome = self.0.wait_for(Option::is_some).await.map_err(|_| CacheError::Lost)?;
        outcome.clone().ok_or(CacheError::Lost)?.map_err(CacheError::Olt)
    }
}

/// A reading under way. It is no longer joined once it is dropped, even by a panic.
pub(super) struct Call {
    place: Place,
    tell: watch::Sender<Outcome>,
    began: u64,
}

impl Call {
    /// The number of the last invalidation before it began.
    pub(super) const fn began(&self) -> u64 {
        self.began
    }

    /// Whether no later reading has taken its place.
    pub(super) fn is_current(&self) -> bool {
        let Place { all, key, number } = &self.place;
        all.lock().under_way.get(key).is_some_and(|call| call.number == *number)
    }

    /// Tells all who wait. No longer to be joined first: who asks again at once must not get the same failure.
    pub(super) fn finish(self, outcome: Result<(Erased, Level), OltError>) {
        drop(self.place);
        self.tell.send_replace(Some(outcome));
    }
}

struct Place {
    all: SingleFlight,
    key: Key,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut calls = self.all.lock();
        if calls.under_way.get(&self.key).is_some_and(|call| call.number == self.number) {
            calls.under_way.remove(&self.key);
        }
    }
}
