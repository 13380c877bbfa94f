//! What is asked again under the same key is answered by the job of the first.

use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::{JobView, Jobs, NotBegun, locked};
use crate::failure::ErrorCode;
use crate::store::{AskedUnder, JobState};

/// The keys under which a job is about to be added.
#[derive(Default)]
pub(super) struct Beginning {
    /// With the name of the caller before each.
    keys: Mutex<BTreeSet<(String, String)>>,
    /// One of them is free again.
    left: Notify,
}

/// How long somebody else may take to begin under a key: a write of the store, and at most
/// a reading of the OLT before it, beyond what who asks waits for.
const BEGUN: Duration = Duration::from_secs(5);

/// A key under which something is asked.
#[derive(Debug, Clone)]
pub struct Key {
    /// The key.
    pub name: String,
    /// What stands for all that is asked.
    pub asked: [u8; 32],
}

/// That a job is about to be added under a key: nobody else adds one meanwhile. It ends
/// with its handle.
#[derive(Debug)]
pub struct KeyTurn {
    jobs: Jobs,
    caller: String,
    key: Key,
}

/// What there is under a key.
#[derive(Debug)]
pub enum Under {
    /// Nothing: who asks is the first.
    Nothing(KeyTurn),
    /// The job of the first who asked the same, which has ended unless that takes too long.
    Job(Box<JobView>),
}

impl Jobs {
    /// What was asked under a key; who asks while it is under way waits for its end.
    ///
    /// # Errors
    /// [`NotBegun::KeyReused`] where something else was asked under it, [`NotBegun::Busy`]
    /// where others begin under it all the time, [`NotBegun::Store`].
    pub async fn under(
        &self,
        olt: &str,
        caller: Option<&Arc<str>>,
        key: Key,
        wait: Duration,
    ) -> Result<Under, NotBegun> {
        let store = self.store()?;
        let caller = caller.map_or_else(String::new, |name| name.to_string());
        let place = (caller.clone(), key.name.clone());
        let until = Instant::now() + wait;
        let beginning = &self.0.beginning;
        loop {
            let (mut ended, mut left) = (pin!(self.0.ended.notified()), pin!(beginning.left.notified()));
            // What happens from here on is not missed.
            ended.as_mut().enable();
            left.as_mut().enable();
            if !locked(&beginning.keys).insert(place.clone()) {
                if timeout_at(until + BEGUN, left).await.is_err() {
                    return Err(NotBegun::Busy { olt: olt.to_owned() });
                }
                continue;
            }
            let turn = KeyTurn { jobs: self.clone(), caller: caller.clone(), key: key.clone() };
            let Some(begun) = store.begun_under(turn.asked_under(), SystemTime::now()).await? else {
                return Ok(Under::Nothing(turn));
            };
            let Some(view) = self.view(&begun.job).await?.filter(JobView::is_kept) else {
                return Ok(Under::Nothing(turn));
            };
            drop(turn);
            if !begun.same {
                return Err(NotBegun::KeyReused { job: begun.job });
            }
            if !view.goes_on() || timeout_at(until, ended).await.is_err() {
                return Ok(Under::Job(Box::new(view)));
            }
        }
    }
}

impl JobView {
    /// Whether it has not ended.
    pub fn goes_on(&self) -> bool {
        matches!(self.job.state, JobState::Queued | JobState::Running)
    }

    /// Whether it is what is asked under its key again, and not made anew.
    fn is_kept(&self) -> bool {
        let code = self.told.as_ref().and_then(|told| told.error_code.as_deref());
        self.goes_on() || code.and_then(ErrorCode::of).is_none_or(ErrorCode::is_kept)
    }
}

impl KeyTurn {
    /// As the store knows it.
    pub(super) fn asked_under(&self) -> AskedUnder<'_> {
        AskedUnder { caller: &self.caller, name: &self.key.name, asked: &self.key.asked }
    }
}

impl Drop for KeyTurn {
    fn drop(&mut self) {
        let beginning = &self.jobs.0.beginning;
        locked(&beginning.keys).remove(&(self.caller.clone(), self.key.name.clone()));
        beginning.left.notify_waiters();
    }
}
