use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use zte::OltError;

use super::{CacheError, Erased, Key};

type Outcome = Option<Result<Erased, OltError>>;

/// The readings under way. No more than there are requests, which the server bounds.
#[derive(Debug, Clone, Default)]
pub(super) struct Flights(Arc<Mutex<Board>>);

#[derive(Debug, Default)]
struct Board {
    last: u64,
    under_way: HashMap<Key, (u64, watch::Receiver<Outcome>)>,
}

impl Flights {
    /// Joins the reading under way for `key`. When there is none, the caller
    /// must fly the one that comes back.
    pub(super) fn board(&self, key: &Key) -> (Ticket, Option<Flight>) {
        let mut board = self.lock();
        if let Some((_, outcome)) = board.under_way.get(key) {
            return (Ticket(outcome.clone()), None);
        }
        board.last += 1;
        let number = board.last;
        let (landed, outcome) = watch::channel(None);
        board.under_way.insert(key.clone(), (number, outcome.clone()));
        let place = Place { flights: self.clone(), key: key.clone(), number };
        (Ticket(outcome), Some(Flight { place, landed }))
    }

    /// Takes the key's reading off the board: who holds a ticket gets its
    /// outcome, who comes later starts another.
    pub(super) fn disown(&self, key: &Key) {
        self.lock().under_way.remove(key);
    }

    /// Whether flight `number` is still the one for `key`.
    pub(super) fn owns(&self, key: &Key, number: u64) -> bool {
        self.lock().under_way.get(key).is_some_and(|(current, _)| *current == number)
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        // Nothing under the lock can leave the board half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place among those who wait for a reading.
pub(super) struct Ticket(watch::Receiver<Outcome>);

impl Ticket {
    pub(super) async fn wait(mut self) -> Result<Erased, CacheError> {
        let outcome = self.0.wait_for(Option::is_some).await.map_err(|_| CacheError::Lost)?;
        outcome.clone().ok_or(CacheError::Lost)?.map_err(CacheError::Olt)
    }
}

/// A reading under way. It leaves the board when it is dropped, even by a panic.
pub(super) struct Flight {
    place: Place,
    landed: watch::Sender<Outcome>,
}

impl Flight {
    pub(super) const fn number(&self) -> u64 {
        self.place.number
    }

    /// Tells all who wait. Off the board first: who asks again at once must not get the same failure.
    pub(super) fn land(self, outcome: Result<Erased, OltError>) {
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
        if board.under_way.get(&self.key).is_some_and(|(current, _)| *current == self.number) {
            board.under_way.remove(&self.key);
        }
    }
}
