//! The targets of a batch, each of which becomes a job of its own.

use std::sync::Arc;

use gpon::{
    ExpectedSerial, OnuChange, OnuRef, OnuTarget, OnuWish, PonPort, Registration, SerialNumber, WaitFor,
};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::again::Again;
use super::awaiting::Closing;
use super::batch_board::{Lane, Running};
use super::change::{SETTLED, Work};
use super::journal::Kept;
use super::register::{Among, Registering};
use super::{Acceptance, Answered, Holding, Jobs, NotBegun, NotDone, held_as, new_id};
use crate::failure::Failure;
use crate::store::ItemRow;
use crate::tasks::WriteLost;
use crate::writing::Extent;

/// What is wished for a target. A further kind of batch is a variant here, and an arm in
/// each `match` on it in this file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemWish {
    /// A change of an ONU that exists.
    Onu(OnuWish),
    /// A hold to be made or lifted.
    Hold(Holding),
    /// To be put into service.
    Register(Box<Registration>),
}

/// ONUs of one PON that are registered together at most: whoever wants to write waits for them.
const TOGETHER: usize = 16;

/// A target of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What the caller calls it, to be told again.
    pub reference: Option<String>,
    /// Where its ONU stands, if that was said; of a registration its PON, with the number 1
    /// where the lowest free one is to be chosen.
    pub place: Option<OnuRef>,
    /// The serial number of its ONU, which is looked for where no place was said.
    pub serial: Option<SerialNumber>,
    /// Who has to stand there, if that was said.
    pub expect: Option<ExpectedSerial>,
    /// What is wished for it.
    pub wish: ItemWish,
    /// How far the ONU has to come that is put into service.
    #[serde(default)]
    pub wait_for: WaitFor,
}

/// A target that has not ended.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) nr: u32,
    /// The id of its job, also before that is added.
    pub(super) job: String,
    pub(super) olt: Option<Arc<str>>,
    pub(super) target: Target,
    /// When it was tried for the first time.
    pub(super) tried: Option<Instant>,
    /// How often it was found where it no longer stood.
    pub(super) moved: u8,
    /// Why the last try did not begin.
    pub(super) why: Option<Failure>,
}

/// A target whose place is known.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) item: Item,
    pub(super) at: OnuRef,
}

/// The job of a target that is about to be added.
pub(super) struct Part {
    pub(super) job: String,
    pub(super) reference: Option<String>,
    /// What it is about.
    pub(super) object: String,
}

impl Part {
    fn of(item: &Item, object: String) -> Self {
        Self { job: item.job.clone(), reference: item.target.reference.clone(), object }
    }
}

/// How a try went.
#[derive(Debug)]
pub(super) enum Went {
    /// The target has ended.
    Ended,
    /// It could not begin, and is tried again.
    Again(NotDone),
    /// The server ends; it goes on after the next start.
    Ending,
}

/// An ONU may be moved while it is looked for; one that is never where it was found is not
/// looked for without end.
const MOVES: u8 = 3;

impl ItemWish {
    /// How many consecutive targets, of which this is the first, are made in one turn.
    pub(super) const fn at_once(&self) -> usize {
        match self {
            Self::Onu(_) | Self::Hold(_) => 1,
            Self::Register(_) => TOGETHER,
        }
    }

    /// Whether a mistake about who stands at the place would cut off a customer.
    pub fn needs_identity(&self) -> bool {
        match self {
            Self::Onu(wish) => wish.needs_identity(),
            Self::Hold(holding) => holding.wish().needs_identity(),
            // It carries its serial number.
            Self::Register(_) => false,
        }
    }
}

impl Target {
    /// Who has to stand at the place.
    pub fn identity(&self) -> Option<ExpectedSerial> {
        self.expect.or(self.serial.map(ExpectedSerial::Serial))
    }

    /// The serial number of its ONU, as far as that is known before it is done.
    pub(super) fn said_serial(&self) -> Option<SerialNumber> {
        match self.identity()? {
            ExpectedSerial::Serial(serial) => Some(serial),
            ExpectedSerial::Without => None,
        }
    }

    /// Where its ONU stands, as far as that is known before it is done.
    pub(super) fn said_place(&self) -> Option<OnuRef> {
        match &self.wish {
            ItemWish::Onu(_) | ItemWish::Hold(_) => self.place,
            ItemWish::Register(wish) => wish.id.map(|id| OnuRef { pon: wish.pon, id }),
        }
    }

    /// The PON port that was named.
    pub(super) fn said_pon(&self) -> Option<PonPort> {
        match &self.wish {
            ItemWish::Onu(_) | ItemWish::Hold(_) => self.place.map(|at| at.pon),
            ItemWish::Register(wish) => Some(wish.pon),
        }
    }

    /// As it stands in the store.
    pub(super) fn document(&self) -> SecretSlice<u8> {
        SecretSlice::from(serde_json::to_vec(self).unwrap_or_default())
    }

    pub(super) fn of(document: &SecretSlice<u8>) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(document.expose_secret())
    }
}

impl Item {
    pub(super) fn of(row: ItemRow) -> Result<Self, serde_json::Error> {
        let ItemRow { nr, job, olt, document } = row;
        let target = Target::of(&document)?;
        Ok(Self { nr, job, olt: olt.map(Arc::from), target, tried: None, moved: 0, why: None })
    }

    /// Whether its place was found by us, and may be looked for once more.
    fn is_found(&self) -> bool {
        self.target.place.is_none() && self.moved < MOVES
    }
}

impl Placed {
    fn change(&self, batch: &Running, wish: &OnuWish) -> OnuChange {
        OnuChange {
            expect: self.item.target.identity(),
            on_refusal: batch.common.on_refusal,
            accept_loss: batch.common.accept_loss.clone(),
            ..OnuChange::new(OnuTarget::Place(self.at), wish.clone())
        }
    }
}

impl Jobs {
    /// Makes consecutive targets of one OLT, as many as their wish takes at once.
    pub(super) async fn run_items(
        &self,
        batch: &Arc<Running>,
        lane: &Lane,
        items: &mut [Placed],
    ) -> Vec<Went> {
        if items.iter().all(|placed| matches!(placed.item.target.wish, ItemWish::Register(_))) {
            return self.register_items(batch, lane, items).await;
        }
        let mut went = Vec::with_capacity(items.len());
        for item in items {
            // A change is a large future: on the heap it does not add to the stack of the batch.
            went.push(Box::pin(self.run_item(batch, lane, item)).await);
        }
        went
    }

    async fn run_item(&self, batch: &Arc<Running>, lane: &Lane, placed: &mut Placed) -> Went {
        let (olt, at) = (&lane.olt, placed.at);
        if let Some(went) = self.ready(batch, lane, placed).await {
            return went;
        }
        let (item, Ok(store)) = (&placed.item, self.store()) else { return Went::Ending };
        let again = Again::Part { until: batch.until.is_some(), found: item.is_found() };
        let work =
            Work { jobs: self.clone(), olt: olt.clone(), job: item.job.clone(), at, undoes: false, again };
        let journal = work.journal(store.clone(), &new_id(), Kept::No);
        let add = self.clone().add_part(Arc::clone(batch), olt.clone(), Part::of(item, at.to_string()));
        let place = self.cancellable(&item.job);
        let Some(under_way) = batch.begins(&item.job) else { return Went::Ended };
        let wait = std::time::Duration::MAX;
        let ended = match &item.target.wish {
            ItemWish::Onu(wish) => {
                let made = work.clone().change(placed.change(batch, wish), journal, SETTLED, place);
                let made = async move {
                    let _under_way = under_way;
                    made.await
                };
                Box::pin(self.run(olt, Some(work.at), &work.job, wait, add, Box::pin(made))).await
            }
            ItemWish::Hold(holding) => {
                let change = placed.change(batch, &holding.wish());
                let caller = batch.caller.as_deref().map(Arc::from);
                let wish = holding.clone().wished(olt, held_as(work.at, change.identity()), caller.as_ref());
                let add = {
                    let (store, job, wish) = (store.clone(), work.job.clone(), wish.clone());
                    async move {
                        // An earlier try may have kept it.
                        if store.hold_wish(&job).await?.is_none() {
                            store.keep_hold_wish(&job, &wish).await?;
                        }
                        add.await
                    }
                };
                let made = work.clone().hold(change, wish, journal, SETTLED, place);
                let made = async move {
                    let _under_way = under_way;
                    made.await
                };
                Box::pin(self.run(olt, Some(work.at), &work.job, wait, add, Box::pin(made))).await
            }
            // It is made with its group.
            ItemWish::Register(_) => {
                let why = Failure::internal("a registration outside of its group");
                return self.fail_item(batch, item, &why).await;
            }
        };
        match ended {
            Ok(Answered::GoesOn { .. }) | Err(NotBegun::Ending) => Went::Ending,
            Ok(Answered::Ended { end: Err(why), .. }) if again.is_for(&why) => match why {
                NotDone::Ending => Went::Ending,
                why => {
                    placed.item.why = Some(why.failure(&olt.id, ""));
                    Went::Again(why)
                }
            },
            Ok(Answered::Ended { .. }) => {
                self.close_item(batch, item, None).await;
                Went::Ended
            }
            Err(why) => self.fail_item(batch, item, &why.into()).await,
        }
    }

    /// Makes a target ready for a try; how it went, where there is none.
    async fn ready(&self, batch: &Running, lane: &Lane, placed: &mut Placed) -> Option<Went> {
        let (olt, at) = (&lane.olt, placed.at);
        placed.item.tried.get_or_insert_with(Instant::now);
        let item = &placed.item;
        // What an earlier run of this batch has begun and not told of.
        batch.left(&item.job).await;
        let Ok(store) = self.store() else { return Some(Went::Ending) };
        match store.job(&item.job).await {
            // It has ended, was cancelled between two tries, or is settled since the last start:
            // it is never made anew, and its job tells what becomes of it.
            Ok(Some(row)) if row.has_been_tried() => {
                self.close_item(batch, item, None).await;
                return Some(Went::Ended);
            }
            Ok(_) => {}
            Err(error) => {
                return Some(self.fail_item(batch, item, &Failure::unkept(error.to_string())).await);
            }
        }
        match olt.writes.check(Extent::Pon(at.pon), false) {
            Ok(()) => None,
            Err(denied) => Some(self.fail_item(batch, item, &Failure::denied(denied, &olt.id)).await),
        }
    }

    /// Registers consecutive targets of one PON together.
    async fn register_items(&self, batch: &Arc<Running>, lane: &Lane, items: &mut [Placed]) -> Vec<Went> {
        let mut went: Vec<Option<Went>> = Vec::with_capacity(items.len());
        let (mut group, mut members, mut handles) = (Vec::new(), Vec::new(), Vec::new());
        for (nr, placed) in items.iter_mut().enumerate() {
            went.push(self.ready(batch, lane, placed).await);
            let item = &placed.item;
            let (None, ItemWish::Register(wish)) = (went.last().and_then(Option::as_ref), &item.target.wish)
            else {
                continue;
            };
            let place = self.cancellable(&item.job);
            let Some(under_way) = batch.begins(&item.job) else {
                went[nr] = Some(Went::Ended);
                continue;
            };
            let part = Part::of(item, super::register::object(wish));
            if let Err(error) = self.clone().add_part(Arc::clone(batch), lane.olt.clone(), part).await {
                went[nr] = Some(self.fail_item(batch, item, &Failure::unkept(error.to_string())).await);
                continue;
            }
            let again = Again::Part { until: batch.until.is_some(), found: false };
            let registering =
                Registering { jobs: self.clone(), olt: lane.olt.clone(), job: item.job.clone(), again };
            let (at_most, limits) = (lane.olt.accept_wait, lane.olt.limits);
            let acceptance = Acceptance { wait_for: item.target.wait_for, at_most, limits };
            group.push(Among { registering, wish: (**wish).clone(), place, acceptance });
            members.push((nr, again));
            handles.push((Closing { nr: item.nr, job: item.job.clone() }, under_way));
        }
        let ends = self.made_together(batch, lane, group, handles).await;
        let ends = match ends {
            Ok(ends) => ends,
            Err(WriteLost::Ending) => members.iter().map(|_| Some(Err(NotDone::Ending))).collect(),
            Err(WriteLost::Panicked) => {
                for (nr, _) in &members {
                    if let Some(placed) = items.get(*nr) {
                        self.end_panicked(&lane.olt.id, None, &placed.item.job).await;
                    }
                }
                members.iter().map(|_| Some(Err(NotDone::Lost))).collect()
            }
        };
        for ((nr, again), end) in members.into_iter().zip(ends) {
            let Some(placed) = items.get_mut(nr) else { continue };
            went[nr] = Some(match end {
                // It is awaited, and ends by itself.
                None => Went::Ended,
                Some(Err(NotDone::Ending)) => Went::Ending,
                Some(Err(why)) if again.is_for(&why) => {
                    placed.item.why = Some(why.failure(&lane.olt.id, ""));
                    Went::Again(why)
                }
                _ => {
                    self.close_item(batch, &placed.item, None).await;
                    Went::Ended
                }
            });
        }
        went.into_iter().map(|went| went.unwrap_or(Went::Ended)).collect()
    }
}
