//! What is known of a batch while it runs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::Writable;
use super::batch_items::{Item, Placed};
use super::batches::Common;

/// A batch that runs.
#[derive(Debug)]
pub(super) struct Running {
    /// Its job.
    pub(super) id: String,
    /// The kind of the jobs of its targets.
    pub(super) part_kind: String,
    pub(super) caller: Option<String>,
    pub(super) request_id: String,
    pub(super) until: Option<SystemTime>,
    pub(super) common: Common,
    /// Its targets that have not ended; nobody has counted them yet where it is `None`.
    pub(super) open: watch::Sender<Option<usize>>,
    /// Somebody has cancelled it.
    pub(super) cancelled: CancellationToken,
    /// The jobs of its targets that are under way.
    under_way: Arc<watch::Sender<BTreeSet<String>>>,
    /// The jobs of those that a later wish has replaced.
    skipped: Mutex<BTreeSet<String>>,
}

/// What is left to do of a batch.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) lanes: BTreeMap<Arc<str>, Lane>,
    /// Those whose ONU is to be looked for.
    pub(super) lost: Mutex<Vec<Item>>,
    pub(super) lost_news: Notify,
}

/// What is left to do at one OLT.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) olt: Writable,
    queue: Mutex<VecDeque<Placed>>,
    pub(super) news: Notify,
}

/// A job's place among those under way. It ends with its handle.
pub(super) struct UnderWay(Arc<watch::Sender<BTreeSet<String>>>, String);

impl Running {
    pub(super) fn new(
        (id, part_kind): (String, String),
        (caller, request_id): (Option<String>, String),
        until: Option<SystemTime>,
        common: Common,
    ) -> Self {
        Self {
            id,
            part_kind,
            caller,
            request_id,
            until,
            common,
            open: watch::Sender::new(None),
            cancelled: CancellationToken::new(),
            under_way: Arc::new(watch::Sender::new(BTreeSet::new())),
            skipped: Mutex::default(),
        }
    }

    /// A target has ended.
    pub(super) fn ended(&self) {
        self.open.send_modify(|open| *open = open.map(|open| open.saturating_sub(1)));
    }

    /// Whether no target begins any more.
    pub(super) fn is_late(&self) -> bool {
        self.until.is_some_and(|until| until <= SystemTime::now())
    }

    /// How long a pause of so long may be.
    pub(super) fn pause(&self, pause: Duration) -> Duration {
        let left = |until: SystemTime| until.duration_since(SystemTime::now()).unwrap_or_default();
        self.until.map_or(pause, |until| pause.min(left(until)))
    }

    /// A target begins; `None` for one that is left out.
    pub(super) fn begins(&self, job: &str) -> Option<UnderWay> {
        let skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        if skipped.contains(job) {
            return None;
        }
        self.under_way.send_modify(|jobs| _ = jobs.insert(job.to_owned()));
        Some(UnderWay(Arc::clone(&self.under_way), job.to_owned()))
    }

    /// Leaves a target out that has not begun; `false` where it has, or was left out before.
    pub(super) fn skip(&self, job: &str) -> bool {
        let mut skipped = self.skipped.lock().unwrap_or_else(PoisonError::into_inner);
        !self.under_way.borrow().contains(job) && skipped.insert(job.to_owned())
    }

    /// Whether a target is left out.
    pub(super) fn is_skipped(&self, job: &str) -> bool {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner).contains(job)
    }

    /// Those under way.
    pub(super) fn under_way(&self) -> Vec<String> {
        self.under_way.borrow().iter().cloned().collect()
    }

    /// Waits until none is under way.
    pub(super) async fn all_left(&self) {
        let mut under_way = self.under_way.subscribe();
        // The sender lives as long as this.
        let _ = under_way.wait_for(BTreeSet::is_empty).await;
    }

    /// Waits until a job is not under way.
    pub(super) async fn left(&self, job: &str) {
        let mut under_way = self.under_way.subscribe();
        // The sender lives as long as this.
        let _ = under_way.wait_for(|jobs| !jobs.contains(job)).await;
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.send_modify(|jobs| _ = jobs.remove(&self.1));
    }
}

impl Lane {
    pub(super) fn new(olt: Writable) -> Self {
        Self { olt, queue: Mutex::default(), news: Notify::new() }
    }

    /// All that is to be done, in the order in which it was asked for.
    pub(super) fn take(&self) -> VecDeque<Placed> {
        let mut queue = std::mem::take(&mut *self.queue.lock().unwrap_or_else(PoisonError::into_inner));
        queue.make_contiguous().sort_by_key(|placed| placed.item.nr);
        queue
    }

    pub(super) fn put(&self, placed: impl IntoIterator<Item = Placed>) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).extend(placed);
        self.news.notify_one();
    }
}

impl Board {
    pub(super) fn new(olts: &BTreeMap<Arc<str>, Writable>) -> Self {
        let lanes = olts.iter().map(|(id, olt)| (Arc::clone(id), Lane::new(olt.clone()))).collect();
        Self { lanes, lost: Mutex::default(), lost_news: Notify::new() }
    }

    /// Looks for the ONU of a target.
    pub(super) fn look_for(&self, item: Item) {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).push(item);
        self.lost_news.notify_one();
    }

    /// Those that are to be looked for, in their order.
    pub(super) fn take_lost(&self) -> Vec<Item> {
        let mut lost = std::mem::take(&mut *self.lost.lock().unwrap_or_else(PoisonError::into_inner));
        lost.sort_by_key(|item| item.nr);
        lost
    }
}
