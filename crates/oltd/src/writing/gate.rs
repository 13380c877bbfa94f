//! What stands between the requests and an OLT: who holds it, and one save at a time.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures::FutureExt;
use futures::future::Shared;
use gpon::WriteReport;
use zte::OltError;

use crate::tasks::{Tasks, WriteHandle, WriteLost};

/// That somebody holds an OLT: nothing begins to write to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Why, if that was said.
    pub reason: Option<String>,
    /// The name of the token that it was held with.
    pub by: Option<Arc<str>>,
    /// Since when.
    pub since: SystemTime,
}

/// The gate of one OLT.
#[derive(Debug)]
pub struct Gate {
    olt: Arc<str>,
    hold: Mutex<Option<Hold>>,
    /// The save that began last, or waits to begin.
    latest: Mutex<Option<Save>>,
}

/// A save, for all who wait for its end.
#[derive(Debug, Clone)]
struct Save {
    /// Whether it has begun, so that nobody joins it any more.
    begun: Arc<AtomicBool>,
    ended: Shared<WriteHandle<Result<WriteReport, NotSaved>>>,
}

/// Why there is no report of a save.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotSaved {
    /// Nothing was sent.
    #[error(transparent)]
    Olt(OltError),
    /// Somebody came to hold the OLT before anything was sent.
    #[error("nothing was sent: the OLT is held: {}", .0.reason.as_deref().unwrap_or("no reason is named"))]
    Held(Hold),
    /// It panicked, or the server ends.
    #[error(transparent)]
    Lost(WriteLost),
}

impl Gate {
    /// Of the OLT with this id: open, and nothing has been saved.
    pub fn new(olt: Arc<str>) -> Self {
        Self { olt, hold: Mutex::default(), latest: Mutex::default() }
    }

    /// Who holds the OLT, if anybody does.
    pub fn hold(&self) -> Option<Hold> {
        locked(&self.hold).clone()
    }

    /// Holds the OLT from now on; what was held before is held by this one.
    pub fn set_hold(&self, hold: Hold) {
        *locked(&self.hold) = Some(hold);
    }

    /// Holds it no longer; what was held.
    pub fn release(&self) -> Option<Hold> {
        locked(&self.hold).take()
    }

    /// Saves by `save`, which runs to its end whatever becomes of who waits.
    ///
    /// One save runs at a time. Who comes while one runs shares the next one
    /// with all that come meanwhile: what they changed by hand just before may
    /// be missing from the one that runs.
    ///
    /// # Errors
    /// When the OLT could not be told to save, or nobody knows whether it was.
    pub async fn save<F>(
        self: &Arc<Self>,
        tasks: &Tasks,
        save: impl FnOnce() -> F + Send + 'static,
    ) -> Result<WriteReport, NotSaved>
    where
        F: Future<Output = Result<WriteReport, OltError>> + Send + 'static,
    {
        let joined = self.join(tasks, save);
        joined.ended.await.map_err(NotSaved::Lost)?
    }

    /// The save that waits, or a new one.
    fn join<F>(self: &Arc<Self>, tasks: &Tasks, save: impl FnOnce() -> F + Send + 'static) -> Save
    where
        F: Future<Output = Result<WriteReport, OltError>> + Send + 'static,
    {
        let mut latest = locked(&self.latest);
        let earlier = latest.clone();
        if let Some(waiting) = earlier.as_ref().filter(|save| !save.begun.load(SeqCst)) {
            return waiting.clone();
        }
        let (gate, begun) = (Arc::clone(self), Arc::new(AtomicBool::new(false)));
        let begins = Arc::clone(&begun);
        let write = async move {
            if let Some(earlier) = earlier {
                // One that is lost has ended too.
                let _ = earlier.ended.await;
            }
            begins.store(true, SeqCst);
            match gate.hold() {
                Some(hold) => Err(NotSaved::Held(hold)),
                None => save().await.map_err(NotSaved::Olt),
            }
        };
        let joined = Save { begun, ended: tasks.write("save", &self.olt, write).shared() };
        *latest = Some(joined.clone());
        joined
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks can be left half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use gpon::WriteState;
    use tokio::sync::Semaphore;

    use super::*;

    /// An OLT whose saves end one by one.
    #[derive(Clone)]
    struct Olt {
        begun: Arc<AtomicU32>,
        goes: Arc<Semaphore>,
    }

    impl Olt {
        fn new() -> Self {
            Self { begun: Arc::default(), goes: Arc::new(Semaphore::new(0)) }
        }

        async fn save(self) -> Result<WriteReport, OltError> {
            let nth = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
            self.goes.acquire().await.unwrap().forget();
            let warnings = vec![nth.to_string()];
            let (steps, remaining) = (Vec::new(), Vec::new());
            Ok(WriteReport { state: WriteState::Applied, steps, remaining, warnings, verified: true })
        }

        async fn until_begun(&self, times: u32) {
            let wait = async {
                while self.begun.load(Ordering::Relaxed) < times {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
        }
    }

    struct Case {
        gate: Arc<Gate>,
        tasks: Tasks,
        olt: Olt,
    }

    impl Case {
        fn new() -> Self {
            Self { gate: Arc::new(Gate::new("a".into())), tasks: Tasks::default(), olt: Olt::new() }
        }

        fn save(&self) -> tokio::task::JoinHandle<Result<WriteReport, NotSaved>> {
            let (gate, tasks, olt) = (Arc::clone(&self.gate), self.tasks.clone(), self.olt.clone());
            tokio::spawn(async move { gate.save(&tasks, || olt.save()).await })
        }
    }

    fn nth(ended: Result<Result<WriteReport, NotSaved>, tokio::task::JoinError>) -> String {
        ended.unwrap().unwrap().warnings.concat()
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_during_a_save_shares_the_next() {
        let case = Case::new();
        let first = case.save();
        case.olt.until_begun(1).await;
        let others = [case.save(), case.save(), case.save()];
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(case.olt.begun.load(Ordering::Relaxed), 1, "one at a time");
        case.olt.goes.add_permits(1);
        assert_eq!(nth(first.await), "1");
        case.olt.goes.add_permits(1);
        for other in others {
            assert_eq!(nth(other.await), "2");
        }
        assert_eq!(case.olt.begun.load(Ordering::Relaxed), 2);
        case.olt.goes.add_permits(1);
        assert_eq!(nth(case.save().await), "3", "later it is a save of its own");
    }

    #[tokio::test(start_paused = true)]
    async fn a_save_goes_on_without_who_asked() {
        let case = Case::new();
        let asked = case.save();
        case.olt.until_begun(1).await;
        asked.abort();
        assert!(asked.await.unwrap_err().is_cancelled());
        let next = case.save();
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(case.olt.begun.load(Ordering::Relaxed), 1, "the first is under way");
        case.olt.goes.add_permits(2);
        assert_eq!(nth(next.await), "2");
    }

    #[tokio::test(start_paused = true)]
    async fn what_waits_while_somebody_comes_to_hold_does_not_begin() {
        let case = Case::new();
        let first = case.save();
        case.olt.until_begun(1).await;
        let second = case.save();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let hold = Hold { reason: None, by: Some("noc".into()), since: SystemTime::UNIX_EPOCH };
        case.gate.set_hold(hold.clone());
        case.olt.goes.add_permits(1);
        assert_eq!(nth(first.await), "1", "what runs ends");
        assert!(matches!(second.await.unwrap(), Err(NotSaved::Held(by)) if by == hold));
        assert_eq!(case.gate.release(), Some(hold));
        assert_eq!(case.gate.release(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_lost_is_told_and_holds_nobody_up() {
        let case = Case::new();
        let fails = || async { panic!("words") };
        let lost = case.gate.save(&case.tasks, fails).await;
        assert!(matches!(lost, Err(NotSaved::Lost(WriteLost::Panicked))));
        case.olt.goes.add_permits(1);
        assert_eq!(nth(case.save().await), "1");
        case.tasks.finish(Duration::ZERO).await;
        assert!(matches!(case.save().await.unwrap(), Err(NotSaved::Lost(WriteLost::Ending))));
        assert!(matches!(case.save().await.unwrap(), Err(NotSaved::Lost(WriteLost::Ending))));
    }
}
