//! A batch is driven to its end: one task for all of it, in which each OLT has a lane of its
//! own. The turn at the OLT is released between two targets, so that others wait for one.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::batch_board::{Board, Lane, Running};
use super::batch_items::{Item, Placed, Went};
use super::change::document;
use super::{Jobs, NotDone, Told};
use crate::failure::{ErrorCode, Failure};
use crate::store::{HowEnded, JobState, QueuedItem, Store, StoreError};
use zte::NotChanged;

/// The first pause before what could not begin is tried again, and the longest.
const SOON: Duration = Duration::from_secs(10);
const LATE: Duration = Duration::from_secs(60);
/// How long a target is tried that others are in the way of, as long as every write waits
/// for its turn.
const CROWDED: Duration = Duration::from_secs(60);

/// A pause that grows with each one that did not help.
#[derive(Debug)]
pub(super) struct Pauses(Duration);

impl Pauses {
    pub(super) const fn new() -> Self {
        Self(SOON)
    }

    /// It helped: the next one is short.
    pub(super) const fn reset(&mut self) {
        self.0 = SOON;
    }

    /// Waits, unless the batch stops; whether it goes on.
    pub(super) async fn wait(&mut self, batch: &Running, stop: &CancellationToken) -> bool {
        let pause = batch.pause(self.0);
        self.0 = (2 * self.0).min(LATE);
        stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some()
    }
}

impl Jobs {
    /// Drives a batch to its end, or as far as it comes before the server ends.
    pub(super) fn drive_batch(&self, batch: Arc<Running>) {
        let jobs = self.clone();
        self.0.tasks.keep("batch", move || {
            let (jobs, batch) = (jobs.clone(), Arc::clone(&batch));
            async move {
                let (mut pause, ending) = (SOON, jobs.0.tasks.ending().clone());
                while let Err(error) = jobs.try_drive(&batch).await {
                    tracing::error!(job = batch.id, %error, "a batch cannot go on; it is tried again");
                    if ending.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                        return;
                    }
                    pause = (2 * pause).min(LATE);
                }
                jobs.forget_batch(&batch.id);
            }
        });
    }

    async fn try_drive(&self, batch: &Arc<Running>) -> Result<(), StoreError> {
        let Ok(store) = self.store() else { return Ok(()) };
        let Some(row) = store.batch(&batch.id).await? else { return Ok(()) };
        if row.cancelled.is_some() {
            batch.cancelled.cancel();
        }
        let ending = self.0.tasks.ending();
        self.replace_earlier(store, batch).await?;
        if store.tally(&batch.id).await?.open == 0 {
            batch.emptied.cancel();
        }
        tokio::select! {
            biased;
            () = ending.cancelled() => return Ok(()),
            () = batch.cancelled.cancelled() => {}
            () = batch.emptied.cancelled() => {}
            () = until(row.not_before) => {}
        }
        let begins = !batch.cancelled.is_cancelled() && !batch.emptied.is_cancelled();
        if row.job.state == JobState::Queued && begins {
            store.start_job(&batch.id, SystemTime::now()).await?;
        }
        // What an earlier run of this batch has begun, here or in a process that was killed.
        batch.all_left().await;
        store.close_begun(&batch.id).await?;
        let items = batch.counted(self.open_items(store, batch).await?);
        if !batch.cancelled.is_cancelled() {
            self.run_all(batch, items).await;
        }
        if batch.cancelled.is_cancelled() {
            // Those that are awaited have been done.
            batch.all_left().await;
            store.cancel_items(&batch.id).await?;
        } else if *batch.open.borrow() != Some(0) {
            // The server ends.
            return Ok(());
        }
        self.conclude(store, &batch.id).await
    }

    async fn open_items(&self, store: &Store, batch: &Running) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        for row in store.open_items(&batch.id).await? {
            let closed = QueuedItem { parent: batch.id.clone(), nr: row.nr, job: row.job.clone() };
            match Item::of(row) {
                Ok(item) => items.push(item),
                Err(error) => {
                    let told = document(&Told::failed(format!("it is not understood: {error}")));
                    store.end_item(&closed, HowEnded::Told, Some(&told)).await?;
                }
            }
        }
        Ok(items)
    }

    /// Until each has ended, somebody cancels the batch, or the server ends.
    async fn run_all(&self, batch: &Arc<Running>, items: Vec<Item>) {
        let board = Board::new(self.olts());
        for item in items {
            self.sort(batch, &board, item).await;
        }
        let stop = CancellationToken::new();
        let stops = async {
            let mut open = batch.open.subscribe();
            tokio::select! {
                () = self.0.tasks.ending().cancelled() => {}
                () = batch.cancelled.cancelled() => {}
                _ = open.wait_for(|open| *open == Some(0)) => {}
            }
            stop.cancel();
        };
        // First of all, so that two wishes for one ONU keep their order however it is named.
        let found = stop.run_until_cancelled(self.find_all(batch, &board));
        let work = async {
            let left = found.await.unwrap_or(false);
            let lanes = board.lanes.values().map(|lane| self.run_lane(batch, &board, lane, &stop));
            tokio::join!(self.keep_finding(batch, &board, left, &stop), futures::future::join_all(lanes));
        };
        tokio::join!(stops, work);
    }

    /// Puts a target where it is done, or among those that are looked for.
    async fn sort(&self, batch: &Running, board: &Board, item: Item) {
        let lane = match &item.olt {
            Some(olt) => match board.lanes.get(olt) {
                Some(lane) => Some(lane),
                None => {
                    _ = self.fail_item(batch, &item, &not_written(olt)).await;
                    return;
                }
            },
            None => None,
        };
        match (item.target.place, lane) {
            (Some(at), Some(lane)) => lane.put([Placed { item, at }]),
            _ => board.look_for(item),
        }
    }

    /// What is to be done at one OLT, one turn after the other.
    async fn run_lane(&self, batch: &Arc<Running>, board: &Board, lane: &Lane, stop: &CancellationToken) {
        let mut pauses = Pauses::new();
        while !stop.is_cancelled() {
            let queue = lane.take();
            if queue.is_empty() {
                let _ = stop.run_until_cancelled(lane.news.notified()).await;
                continue;
            }
            let tried = queue.len();
            let left = self.pass(batch, board, lane, queue, stop).await;
            if left.is_empty() {
                pauses.reset();
                continue;
            }
            if left.len() < tried {
                pauses.reset();
            }
            lane.put(left);
            if !pauses.wait(batch, stop).await {
                return;
            }
        }
    }

    /// Tries each target of an OLT once, in their order; those that are to be tried again.
    async fn pass(
        &self,
        batch: &Arc<Running>,
        board: &Board,
        lane: &Lane,
        mut queue: VecDeque<Placed>,
        stop: &CancellationToken,
    ) -> Vec<Placed> {
        let mut left = Vec::new();
        // The ONUs whose order is kept: what is wished for them later waits too.
        let mut waiting = BTreeSet::new();
        while let Some(first) = queue.pop_front() {
            if stop.is_cancelled() {
                return left;
            }
            if batch.replaced(&first.item.job).is_some() {
                continue;
            }
            if waiting.contains(&first.at) {
                left.push(first);
                continue;
            }
            if batch.is_late() {
                _ = self.fail_item(batch, &first.item, &late(&first.item)).await;
                continue;
            }
            let most = first.item.target.wish.at_once();
            let mut taken = vec![first];
            while taken.len() < most
                && let Some(next) = queue.pop_front_if(|next| {
                    next.at.pon == taken[0].at.pon
                        && next.item.target.wish.at_once() > 1
                        && taken.iter().all(|one: &Placed| one.item.target.serial != next.item.target.serial)
                })
            {
                taken.push(next);
            }
            // Deep below it is all that a write does: not on the stack of the batch.
            let went = Box::pin(self.run_items(batch, lane, &mut taken)).await;
            let mut is_away = false;
            for (placed, went) in taken.into_iter().zip(went) {
                let why = match went {
                    Went::Ended => continue,
                    Went::Ending => return left,
                    Went::Again(why) => why,
                };
                if let Some(why) = batch.replaced(&placed.item.job) {
                    _ = self.fail_item(batch, &placed.item, &why.failure(&lane.olt.id, "")).await;
                    continue;
                }
                match &why {
                    NotDone::Change(error) => match error.why {
                        NotChanged::NoSuchOnu(_) | NotChanged::IdentityMismatch { .. } => {
                            let moved = placed.item.moved + 1;
                            board.look_for(Item { moved, ..placed.item });
                            continue;
                        }
                        _ => is_away = true,
                    },
                    NotDone::Locked { .. } => _ = waiting.insert(placed.at),
                    _ => is_away = true,
                }
                let since = placed.item.tried.map(|at| at.elapsed()).unwrap_or_default();
                if batch.until.is_none() && since > CROWDED {
                    _ = self.fail_item(batch, &placed.item, &why.failure(&lane.olt.id, "")).await;
                } else {
                    left.push(placed);
                }
            }
            if is_away {
                left.extend(queue);
                return left;
            }
        }
        left
    }
}

/// Of a target that had not begun by the time until which it was to be tried.
pub(super) fn late(item: &Item) -> Failure {
    let message = "The time until which it was to be tried passed before it could begin.";
    match &item.why {
        Some(why) => Failure { detail: format!("until: it has passed; {}", why.detail), ..why.clone() },
        None => Failure::new(ErrorCode::DeadlinePassed, message, "until: it has passed; nothing was sent"),
    }
}

fn not_written(olt: &str) -> Failure {
    let message = "The OLT is not written to by this instance.";
    Failure::new(ErrorCode::Forbidden, message, format!("{olt}: nothing was sent"))
}

/// Waits for a moment, by the clock of the machine, which may be set meanwhile.
async fn until(moment: Option<SystemTime>) {
    let left = || moment?.duration_since(SystemTime::now()).ok().filter(|left| !left.is_zero());
    while let Some(left) = left() {
        tokio::time::sleep_until(Instant::now() + left.min(LATE)).await;
    }
}
