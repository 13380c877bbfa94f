//! A later suspend or resume of the same owner takes the place of one that has not begun.
//!
//! It does so as soon as it stands in the store, whatever becomes of it: who has changed his
//! mind does not find his first wish fulfilled days later because his second one failed.

use std::collections::BTreeSet;
use std::sync::Arc;

use gpon::ExpectedSerial;

use super::batch_board::{Replaced, Running};
use super::batch_items::{Item, ItemWish};
use super::change::{Work, document};
use super::{Jobs, NotBegun, NotDone, Told};
use crate::store::{HoldAct, HoldOf, QueuedHold, QueuedItem, Store, StoreError};

impl Jobs {
    /// Replaces all that was queued before a batch and that its targets stand in the place of.
    ///
    /// # Errors
    /// When the store fails; what was replaced stays so.
    pub(super) async fn replace_earlier(
        &self,
        store: &Store,
        batch: &Arc<Running>,
    ) -> Result<(), StoreError> {
        let replaced = async {
            if ![HoldAct::Suspend, HoldAct::Resume].iter().any(|act| act.as_str() == batch.part_kind) {
                return Ok(());
            }
            for row in store.open_items(&batch.id).await? {
                let Ok(Item { job, olt, target, .. }) = Item::of(row) else { continue };
                let ItemWish::Hold(holding) = &target.wish else { continue };
                let owner = holding.owner(batch.caller.as_deref());
                if !store.has_queued_holds(owner, &batch.id).await? {
                    return Ok(());
                }
                let (place, serial) = (
                    target.said_place().map(|at| at.to_string()),
                    target.said_serial().map(|serial| serial.to_string()),
                );
                let of = HoldOf {
                    owner,
                    whole: &batch.id,
                    olt: olt.as_deref(),
                    place: place.as_deref(),
                    serial: serial.as_deref(),
                };
                self.replace_queued(store, of, &job).await?;
            }
            Ok(())
        };
        batch.replaces.get_or_try_init(|| Box::pin(replaced)).await.copied()
    }

    /// Has the job `by` stand in the place of what was queued before.
    async fn replace_queued(&self, store: &Store, of: HoldOf<'_>, by: &str) -> Result<(), StoreError> {
        let mut emptied = BTreeSet::new();
        for queued in store.queued_holds(of).await? {
            let why = NotDone::Replaced { by: of.whole.to_owned() };
            match queued {
                QueuedHold::Job(job, act) => self.take_place(store, &job, act, why, by).await?,
                QueuedHold::Item(item, act) => {
                    // Where nobody drives its batch, nobody does what it is to do.
                    let Some(batch) = self.running_batch(&item.parent) else { continue };
                    match batch.replace(&item.job, why.clone()) {
                        Replaced::Gone => {}
                        Replaced::UnderWay => self.take_place(store, &item.job, act, why, by).await?,
                        Replaced::Waited => {
                            self.end_replaced(store, &item, act, (&why, by)).await?;
                            batch.ended(&item.job);
                            emptied.insert(item.parent);
                        }
                    }
                }
            }
        }
        for parent in emptied {
            if store.tally(&parent).await?.open == 0
                && let Some(batch) = self.running_batch(&parent)
            {
                batch.emptied.cancel();
            }
        }
        Ok(())
    }

    /// Cancels a job that may wait for its turn; what has begun runs to its end.
    async fn take_place(
        &self,
        store: &Store,
        job: &str,
        act: HoldAct,
        why: NotDone,
        by: &str,
    ) -> Result<(), StoreError> {
        match self.cancel_one(job, why).await {
            Ok(()) => store.note_replaced(job, act, by).await,
            Err(_) => Ok(()),
        }
    }

    async fn end_replaced(
        &self,
        store: &Store,
        item: &QueuedItem,
        act: HoldAct,
        (why, by): (&NotDone, &str),
    ) -> Result<(), StoreError> {
        let added = store.job(&item.job).await?;
        let olt = added.as_ref().map(|job| job.olt.clone());
        let told = Told::unsent(&why.failure(olt.as_deref().unwrap_or("a batch"), ""));
        // It waits for another try.
        if added.is_some_and(|job| job.finished_at.is_none()) {
            self.end_job(&item.job, crate::store::JobState::Cancelled, &told).await;
        }
        store.replace_item(item, act, by, &document(&told)).await.map(drop)
    }
}

impl Work {
    /// Has this job stand in the place of what this owner had queued before about the ONU.
    ///
    /// # Errors
    /// When the store fails: the job is not to begin.
    pub(super) async fn replaces(
        &self,
        owner: &str,
        identity: Option<ExpectedSerial>,
    ) -> Result<(), NotBegun> {
        let store = self.jobs.store()?;
        let place = self.at.to_string();
        let serial = match identity {
            Some(ExpectedSerial::Serial(serial)) => Some(serial.to_string()),
            Some(ExpectedSerial::Without) | None => None,
        };
        let replaced = async {
            let whole = store.job(&self.job).await?.and_then(|job| job.parent);
            let of = HoldOf {
                owner,
                whole: whole.as_deref().unwrap_or(&self.job),
                olt: Some(&self.olt.id),
                place: Some(&place),
                serial: serial.as_deref(),
            };
            self.jobs.replace_queued(store, of, &self.job).await
        };
        Ok(Box::pin(replaced).await?)
    }

    /// What a person should know of what this job stands in the place of.
    pub(super) async fn replaced(&self, store: &Store) -> Result<Vec<String>, StoreError> {
        let told = |(job, act): (String, HoldAct)| {
            format!("it took the place of a {} that had not begun: job {job}", act.as_str())
        };
        Ok(store.replaced_by(&self.job).await?.into_iter().map(told).collect())
    }
}
