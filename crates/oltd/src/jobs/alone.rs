//! One job at a time for each ONU: whoever comes second begins once it is known what the
//! first made of it, even where the first loses its link and looks for it on a new one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gpon::OnuRef;
use tokio::sync::OwnedMutexGuard;

use super::{Jobs, locked};

/// How long a job waits for the one before it: as long as for its turn at the OLT.
const WAIT: Duration = Duration::from_secs(60);

/// How many wait for their turn at one ONU: more than people and programs have to do with it.
const MOST: usize = 16;

/// The jobs under way, by OLT and ONU.
pub(super) type UnderWay = Mutex<BTreeMap<(String, OnuRef), Turn>>;

/// Whose turn it is at an ONU.
#[derive(Debug, Default)]
pub(super) struct Turn {
    lock: Arc<tokio::sync::Mutex<()>>,
    /// The job that has it.
    job: String,
}

/// The turn of a job at an ONU. It ends with its handle.
pub(super) struct Alone {
    jobs: Jobs,
    at: (String, OnuRef),
    job: String,
    turn: Option<OwnedMutexGuard<()>>,
}

impl Jobs {
    /// Whether so many wait for an ONU that nobody else may.
    pub(super) fn is_crowded(&self, olt: &str, at: OnuRef) -> bool {
        let under_way = locked(&self.0.under_way);
        // The map has one, and so has the job whose turn it is.
        under_way.get(&(olt.to_owned(), at)).is_some_and(|turn| Arc::strong_count(&turn.lock) >= MOST + 2)
    }

    /// The job whose turn it is at an ONU.
    pub(super) fn has_turn(&self, olt: &str, at: OnuRef) -> Option<String> {
        let under_way = locked(&self.0.under_way);
        let turn = under_way.get(&(olt.to_owned(), at))?;
        Some(turn.job.clone()).filter(|job| !job.is_empty())
    }

    /// The turn of this job at an ONU.
    ///
    /// # Errors
    /// The job that has it, where that takes too long.
    pub(super) async fn alone(&self, olt: &str, at: OnuRef, job: &str) -> Result<Alone, String> {
        let key = (olt.to_owned(), at);
        let lock = Arc::clone(&locked(&self.0.under_way).entry(key.clone()).or_default().lock);
        let turn = tokio::time::timeout(WAIT, lock.lock_owned()).await;
        let mut under_way = locked(&self.0.under_way);
        let whose = under_way.entry(key.clone()).or_default();
        match turn {
            Ok(turn) => {
                whose.job = job.to_owned();
                Ok(Alone { jobs: self.clone(), at: key, job: job.to_owned(), turn: Some(turn) })
            }
            Err(_) => Err(whose.job.clone()),
        }
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        // What it has begun may stand: whoever waits for the turn is not let in before it is
        // known (`abandoned`).
        if std::thread::panicking() {
            self.jobs.lock(&self.at.0, self.at.1, &self.job);
        }
        let mut under_way = locked(&self.jobs.0.under_way);
        drop(self.turn.take());
        // Nobody waits for it.
        if under_way.get(&self.at).is_some_and(|turn| Arc::strong_count(&turn.lock) == 1) {
            under_way.remove(&self.at);
        }
    }
}
