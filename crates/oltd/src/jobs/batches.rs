//! Batches: many targets in one job, each of which is a job of its own once its turn has come.
//!
//! What was asked for stands in the store before anything is sent (`store::batches`). One task
//! drives a batch (`batch_run`); a batch that had not ended goes on at the next start, and
//! what of it had begun is settled as every job is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use gpon::OnRefusal;
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};

use super::batch_board::Running;
use super::batch_items::{ItemWish, Target};
use super::{Asked, Jobs, NotBegun, NotCancelled, Writable, locked, new_id};
use crate::store::{BatchRow, NewBatch, NewItem, NewJob, Store};
use crate::tasks::WriteLost;

/// The batches that have not ended, and the OLTs that they write to.
#[derive(Default)]
pub(super) struct Batches {
    running: Mutex<BTreeMap<String, Arc<Running>>>,
    olts: OnceLock<BTreeMap<Arc<str>, Writable>>,
}

/// What is asked for many targets.
#[derive(Debug)]
pub struct Batch {
    /// The kind of the jobs of its targets, such as `block`; its own is `batch_block`.
    pub kind: String,
    /// What holds for all of them.
    pub common: Common,
    /// When it begins at the earliest.
    pub not_before: Option<SystemTime>,
    /// Until when a target is tried whose OLT cannot be reached; no target begins later.
    pub until: Option<SystemTime>,
    /// The targets in their order, each with its OLT where that is known.
    pub targets: Vec<(Option<Arc<str>>, Target)>,
}

/// What holds for all targets of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// What is done when the OLT refuses a part.
    pub on_refusal: OnRefusal,
    /// What may be lost.
    pub accept_loss: BTreeSet<String>,
}

/// What a batch has in the store besides its targets.
#[derive(Debug, Serialize, Deserialize)]
struct Document {
    part_kind: String,
    common: Common,
}

/// How long who cancels a batch waits for the end of what is under way.
const CANCELLED: Duration = Duration::from_secs(20);

impl Jobs {
    /// The OLTs that batches write to.
    pub(super) fn olts(&self) -> &BTreeMap<Arc<str>, Writable> {
        static NONE: BTreeMap<Arc<str>, Writable> = BTreeMap::new();
        self.0.batches.olts.get().unwrap_or(&NONE)
    }

    /// Goes on with the batches that an earlier process has left. A copy of a store does not:
    /// what it holds may have been done since.
    pub async fn keep_batches(&self, olts: impl IntoIterator<Item = Writable>) {
        let _ = self.0.batches.olts.set(olts.into_iter().map(|olt| (Arc::clone(&olt.id), olt)).collect());
        let Ok(store) = self.store() else { return };
        if store.is_marked() {
            return;
        }
        match store.overtaken_batches().await {
            Ok(overtaken) => {
                for id in overtaken {
                    if let Err(error) = self.conclude(store, &id).await {
                        tracing::error!(job = id, %error, "how a batch ended could not be kept");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "how batches ended could not be read"),
        }
        let open = match store.open_batches().await {
            Ok(open) => open,
            Err(error) => {
                tracing::error!(%error, "the batches that an earlier process has left could not be read");
                return;
            }
        };
        for id in open {
            match store.batch(&id).await {
                Ok(Some(row)) => self.take_up_batch(row),
                Ok(None) => {}
                Err(error) => tracing::error!(job = id, %error, "a batch could not be read"),
            }
        }
    }

    fn take_up_batch(&self, row: BatchRow) {
        let BatchRow { job, until, document, .. } = row;
        match serde_json::from_slice::<Document>(document.expose_secret()) {
            Ok(Document { part_kind, common }) => {
                tracing::info!(
                    job = job.id,
                    kind = job.kind,
                    done = job.done,
                    total = job.total,
                    "a batch goes on"
                );
                let (names, asked) = ((job.id, part_kind), (job.caller, job.request_id));
                self.begin(Arc::new(Running::new(names, asked, until, common)));
            }
            Err(error) => tracing::error!(job = job.id, %error, "a batch is not understood"),
        }
    }

    fn begin(&self, batch: Arc<Running>) {
        locked(&self.0.batches.running).insert(batch.id.clone(), Arc::clone(&batch));
        self.drive_batch(batch);
    }

    /// A batch that has not ended.
    pub(super) fn running_batch(&self, id: &str) -> Option<Arc<Running>> {
        locked(&self.0.batches.running).get(id).cloned()
    }

    pub(super) fn forget_batch(&self, id: &str) {
        locked(&self.0.batches.running).remove(id);
    }

    /// Adds a batch, and begins it; its job. A batch of one is how a single change is put off.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub async fn begin_batch(&self, batch: Batch, asked: Asked) -> Result<String, NotBegun> {
        let store = self.store()?.clone();
        let (jobs, olts) = (self.clone(), batch.olts());
        // Whoever hangs up: what stands in the store is driven.
        let add = async move {
            let running = add(&store, batch, &olts, &asked).await?;
            drop(asked);
            let running = Arc::new(running);
            // Where it fails, the batch does it before it begins.
            if let Err(error) = jobs.replace_earlier(&store, &running).await {
                tracing::error!(job = running.id, %error, "what was queued could not be replaced yet");
            }
            let id = running.id.clone();
            jobs.begin(running);
            Ok(id)
        };
        match self.0.tasks.write("add a batch", &Arc::from(""), add).await {
            Ok(added) => added,
            Err(WriteLost::Ending) => Err(NotBegun::Ending),
            Err(WriteLost::Panicked) => Err(NotBegun::Store("a fault of the server; see its log".to_owned())),
        }
    }

    /// Waits for the end of a batch for so long, and once the server is ending no longer than
    /// there is time for an answer. Whether it has ended.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn batch_ends(&self, id: &str, wait: Duration) -> Result<bool, NotBegun> {
        let ends = async {
            loop {
                let mut ended = std::pin::pin!(self.0.ended.notified());
                ended.as_mut().enable();
                if self.store()?.job(id).await?.is_none_or(|job| job.finished_at.is_some()) {
                    return Ok(());
                }
                ended.await;
            }
        };
        self.waited(wait, ends).await.transpose().map(|ended| ended.is_some())
    }

    /// Cancels a batch that has not ended: what has not begun of it does not begin. `false`
    /// where there is no such batch.
    pub(super) async fn cancel_batch(&self, id: &str, by: Option<&Arc<str>>) -> Result<bool, NotCancelled> {
        let Some(batch) = self.running_batch(id) else { return Ok(false) };
        let store = self.store()?;
        store.cancel_batch(id, by.map(|by| &**by), SystemTime::now()).await.map_err(NotBegun::from)?;
        batch.cancelled.cancel();
        for job in batch.under_way() {
            // What has begun runs to its end.
            let _ = Box::pin(self.cancel(&job, by)).await;
        }
        self.batch_ends(id, CANCELLED).await?;
        Ok(true)
    }
}

impl Batch {
    /// The OLTs that are named.
    fn olts(&self) -> BTreeSet<Option<Arc<str>>> {
        self.targets.iter().map(|(olt, _)| olt.clone()).collect()
    }
}

async fn add(
    store: &Store,
    batch: Batch,
    olts: &BTreeSet<Option<Arc<str>>>,
    asked: &Asked,
) -> Result<Running, NotBegun> {
    let Batch { kind: part_kind, common, not_before, until, targets } = batch;
    let (id, kind) = (new_id(), format!("batch_{part_kind}"));
    let document = Document { part_kind, common };
    let sealed = SecretSlice::from(serde_json::to_vec(&document).unwrap_or_default());
    let item = |(olt, target): &(Option<Arc<str>>, Target)| NewItem {
        job: new_id(),
        olt: olt.as_ref().map(|olt| olt.to_string()),
        place: target.said_place().map(|at| at.to_string()),
        serial: target.said_serial().map(|serial| serial.to_string()),
        owner: match &target.wish {
            ItemWish::Hold(holding) => Some(holding.owner(asked.caller.as_deref()).to_owned()),
            ItemWish::Onu(_) | ItemWish::Register(_) => None,
        },
        document: target.document(),
    };
    let items: Vec<NewItem> = targets.iter().map(item).collect();
    let olt = match olts.iter().collect::<Vec<_>>().as_slice() {
        [Some(olt)] => olt,
        _ => "",
    };
    let job = NewJob {
        id: &id,
        kind: &kind,
        olt,
        caller: asked.caller.as_deref(),
        request_id: &asked.request_id,
        reference: asked.reference.as_deref(),
        object: "",
        total: u32::try_from(items.len()).unwrap_or(u32::MAX),
        created_at: SystemTime::now(),
    };
    let under = asked.key.as_ref().map(|turn| turn.asked_under());
    let new = NewBatch { job, under, not_before, until, document: &sealed, items: &items };
    store.add_batch(&new, asked.callback.as_ref()).await?;
    let Document { part_kind, common } = document;
    let caller = asked.caller.as_deref().map(str::to_owned);
    Ok(Running::new((id, part_kind), (caller, asked.request_id.clone()), until, common))
}
