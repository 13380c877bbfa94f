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
pub(super) struct Flights(Arc<Mutex<Board>>);

#[derive(Debug, Default)]
struct Board {
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

impl Flights {
    /// Joins the reading under way for `key`, unless what it reads was
    /// invalidated since it began. When there is none, the caller must fly the
    /// one that comes back.
    pub(super) fn board(&self, key: &Key, invalidations: &Invalidations) -> (Ticket, Option<Flight>) {
        let mut board = self.lock();
        if let Some(flight) = board.under_way.get(key)
            && invalidations.allow(key, flight.began)
        {
            return (Ticket(flight.outcome.clone()), None);
        }
        board.last += 1;
        let (number, began) = (board.last, invalidations.now());
        let (landed, outcome) = watch::channel(None);
        board.under_way.insert(key.clone(), UnderWay { number, began, outcome: outcome.clone() });
        let place = Place { flights: self.clone(), key: key.clone(), number };
        (Ticket(outcome), Some(Flight { place, landed, began }))
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // Nothing under the lock can leave the board half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who wait for a reading.
pub(super) struct Ticket(watch::Receiver<Outcome>);

impl Ticket {
    pub(super) async fn wait(mut self) -> Result<(Erased, Level), CacheError> {
        let outcome = self.0.wait_for(Option::is_some).await.map_err(|_| CacheError::Lost)?;
        outcome.clone().ok_or(CacheError::Lost)?.map_err(CacheError::Olt)
    }
}

/// A reading under way. It leaves the board when it is dropped, even by a panic.
pub(super) struct Flight {
    place: Place,
    landed: watch::Sender<Outcome>,
    began: u64,
}

impl Flight {
    /// The number of the last invalidation before it began.
    pub(super) const fn began(&self) -> u64 {
        self.began
    }

    /// Whether no later reading has taken its place.
    pub(super) fn is_current(&self) -> bool {
        let Place { flights, key, number } = &self.place;
        flights.lock().under_way.get(key).is_some_and(|flight| flight.number == *number)
    }

    /// Tells all who wait. Off the board first: who asks again at once must not get the same failure.
    pub(super) fn land(self, outcome: Result<(Erased, Level), OltError>) {
        drop(self.place);
        self.landed.send_replace(Some(outcome));
    }
}

struct Place {
    flights: Flights,
    key: Key,
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut board = self.flights.lock();
        if board.under_way.get(&self.key).is_some_and(|flight| flight.number == self.number) {
            board.under_way.remove(&self.key);
        }
    }
}
