//! Jobs: every write that somebody asked for, and what became of it.
//!
//! A write is a job in the store before anything is sent. It runs in a task that
//! ends by itself; who waits for it longer than he wants is told its id. What is
//! interrupted stays `pending` and is settled (`settling`); what the OLT owes is
//! saved (`saving`).

mod abandoned;
mod accept;
mod acceptance;
mod again;
mod alone;
mod awaiting;
mod batch_board;
mod batch_ends;
mod batch_find;
mod batch_items;
mod batch_plan;
mod batch_run;
mod batch_settle;
mod batch_view;
mod batches;
mod callbacks;
mod cancel;
mod change;
mod duties;
mod holds;
mod journal;
mod keys;
mod locks;
mod looking;
mod lost;
mod not_begun;
mod plans;
mod register;
mod replacing;
mod run;
mod saving;
mod settling;
mod suspend_plans;
mod suspending;
mod told;
mod view;
mod wanted;
mod why;
mod writable;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use gpon::{OnuRef, WriteReport};
use secrecy::SecretString;
use tokio::sync::Notify;
use zte::{ChangeError, How};

use crate::store::Store;
use crate::tasks::Tasks;
use crate::writing::{Denied, Hold};
pub use acceptance::Acceptance;
pub use batch_items::{ItemWish, Target};
pub use batch_plan::{PlannedItem, Will};
pub use batch_view::{BatchView, ItemView, NONE_DONE};
pub use batches::{Batch, Common};
pub use callbacks::{
    Allowed, CallFigures, CallPauses, CallView, CallbackSettings, Shown, signature, target as call_target,
};
pub use cancel::NotCancelled;
pub use holds::{Holding, NOBODY, held_as};
pub use keys::{Key, KeyTurn, Under};
pub use not_begun::NotBegun;
pub use plans::{Drawn, KeptPlan, SavePlan};
pub use register::{Placed, REGISTER};
pub use saving::{SaveTimes, Saved};
pub use told::{Accepted, Changed, Facts, Told, ToldStep, spelt};
use told::{read_told, unknown};
pub use view::{JobView, ListedJob, PlanView, StepView};
pub use wanted::{NotSettled, Wanted};
pub use why::{Said, UNDONE, of_change, of_save};
pub use writable::Writable;

/// The jobs of a server. A cheap handle.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    store: Result<Store, String>,
    tasks: Tasks,
    /// The objects of what is pending, by OLT, with the job that locks each.
    locks: Mutex<BTreeMap<(String, OnuRef), String>>,
    /// Whose turn it is at each ONU.
    under_way: alone::UnderWay,
    /// What has not begun.
    waiting: cancel::Waiting,
    /// The batches that have not ended.
    batches: batches::Batches,
    /// The keys under which something is about to be added.
    beginning: keys::Beginning,
    /// A job has ended.
    ended: Notify,
    /// What is pending and waits for a person.
    left: Mutex<BTreeSet<String>>,
    /// How people want what is pending to be settled.
    wanted: Mutex<BTreeMap<String, How>>,
    /// Something is pending, or owed, that was not before.
    news: BTreeMap<String, News>,
    times: SaveTimes,
    callbacks: CallbackSettings,
    called: callbacks::Counts,
}

/// What wakes the keepers of one OLT.
#[derive(Debug, Default)]
struct News {
    pending: Notify,
    owed: Notify,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Jobs")
    }
}

/// Who asks for a write, and how long he waits for its end.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The name of the token; `None` where the server asks for none.
    pub caller: Option<Arc<str>>,
    /// The id of the request.
    pub request_id: String,
    /// What he calls it, to be told again.
    pub reference: Option<String>,
    /// How long he waits.
    pub wait: Duration,
    /// The key under which he asks, if he has one, for as long as its job is not added.
    pub key: Option<Arc<KeyTurn>>,
    /// The URL that the end of its job is told to, see [`Jobs::callable`].
    pub callback: Option<SecretString>,
}

/// What who asked for a write is told.
#[derive(Debug)]
pub enum Answered {
    /// It has ended.
    Ended {
        /// Its job.
        job: String,
        /// What became of it, or why nothing was sent.
        end: Result<End, NotDone>,
    },
    /// It goes on.
    GoesOn {
        /// Its job.
        job: String,
    },
}

/// How a write ended.
#[derive(Debug, Clone)]
pub struct End {
    /// What was sent, answered, and is true.
    pub report: WriteReport,
    /// Whether it is to be settled still.
    pub is_pending: bool,
    /// Whether what the OLT holds now is saved.
    pub saved: Saved,
    /// Where the ONU stands, of a registration.
    pub place: Option<Placed>,
    /// Who holds the ONU from now on, for what makes or lifts a hold.
    pub suspended_by: Option<Vec<String>>,
}

impl End {
    /// Whether nothing of it stands.
    pub fn is_undone(&self) -> bool {
        let state = self.report.state;
        !self.is_pending && matches!(state, gpon::WriteState::RolledBack | gpon::WriteState::Refused)
    }
}

/// Why nothing was sent.
#[derive(Debug, Clone)]
pub enum NotDone {
    /// By the OLT or by what stands there.
    Change(ChangeError),
    /// Somebody came to hold the OLT.
    Held(Hold),
    /// What it is about is locked by a job whose end is not known.
    Locked {
        /// The job.
        job: String,
        /// What it has begun to change.
        object: OnuRef,
    },
    /// It would bring an ONU into service that is suspended.
    HeldByOwners {
        /// The ONU.
        object: OnuRef,
        /// Who holds it, and why.
        by: String,
    },
    /// It would change a PON port that is not written to.
    Denied(Denied),
    /// It would lift a hold that is not there.
    NotHeld {
        /// The ONU.
        object: OnuRef,
        /// Whose hold.
        owner: String,
        /// Who holds it, and why; empty where nobody does.
        by: String,
    },
    /// Somebody cancelled it before it began.
    Cancelled {
        /// The name of the token that did.
        by: Option<Arc<str>>,
    },
    /// A later wish of the same owner took its place before it began.
    Replaced {
        /// The job that was asked for later.
        by: String,
    },
    /// The server is ending.
    Ending,
    /// A fault of ours: what was sent is not known.
    Lost,
}

impl Jobs {
    /// The jobs kept in `store`, of these OLTs; where there is none, why.
    pub fn new<'a>(
        store: Result<Store, String>,
        olts: impl IntoIterator<Item = &'a str>,
        times: SaveTimes,
        callbacks: CallbackSettings,
        tasks: Tasks,
    ) -> Self {
        let news = olts.into_iter().map(|olt| (olt.to_owned(), News::default())).collect();
        let (locks, under_way, waiting) = (Mutex::default(), Mutex::default(), Mutex::default());
        let (left, wanted) = (Mutex::default(), Mutex::default());
        let (beginning, ended) = (keys::Beginning::default(), Notify::new());
        Self(Arc::new(Inner {
            store,
            tasks,
            locks,
            under_way,
            waiting,
            batches: batches::Batches::default(),
            beginning,
            ended,
            left,
            wanted,
            news,
            times,
            callbacks,
            called: callbacks::Counts::default(),
        }))
    }

    /// The store.
    ///
    /// # Errors
    /// Why there is none.
    pub fn store(&self) -> Result<&Store, NotBegun> {
        self.0.store.as_ref().map_err(|why| NotBegun::Store(why.clone()))
    }

    /// Ends what an earlier process had not begun, and keeps the store small.
    pub async fn tidy(&self) {
        let Ok(store) = self.store() else { return };
        if let Err(error) = self.end_claimed(store).await {
            tracing::error!(%error, "plans that an earlier process had not begun could not be released");
        }
        if let Err(error) = self.end_abandoned(store).await {
            tracing::error!(%error, "what an earlier process had not begun could not be ended");
        }
        let store = store.clone();
        self.0.tasks.keep("sweep the store", move || {
            let store = store.clone();
            async move {
                loop {
                    if let Err(error) = store.sweep(SystemTime::now()).await {
                        tracing::error!(%error, "what is old could not be removed from the store");
                    }
                    tokio::time::sleep(DAY).await;
                }
            }
        });
    }

    /// Closes the store.
    pub async fn close(&self) {
        if let Ok(store) = self.store()
            && let Err(error) = store.close().await
        {
            tracing::error!(%error, "the store could not be closed");
        }
    }
}

/// The place of an ONU, as plans name it.
fn place(object: &str) -> Option<OnuRef> {
    let (pon, id) = object.split_once(':')?;
    Some(OnuRef { pon: pon.parse().ok()?, id: id.parse().ok()? })
}

/// The kind of the job that gathers what an OLT has lost.
pub const LOST: &str = "lost";
/// The kind of jobs that save, and of the records of saves.
const SAVE: &str = "save";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// An id that nothing else has, later ones behind earlier ones.
pub fn new_id() -> String {
    uuid::Uuid::now_v7().simple().to_string()
}

/// Of these locks nobody holds two at once: who did so in another order would wait for ever.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing under these locks can be left half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
