//! What a batch would do. Only reads are made, and no plan is kept: thousands of them would
//! fill the store, and a batch plans each target anew when its turn comes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use gpon::{OnuChange, OnuRef, OnuTarget, PlannedLine, PonPort};
use tokio::time::Instant;

use super::batch_find::{Lost, ask, found};
use super::batch_items::{Item, ItemWish, Target};
use super::{Batch, Changed, Common, Jobs, NotBegun, Writable};
use crate::failure::{ErrorCode, Failure};
use crate::writing::Extent;

/// What a target would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Will {
    /// Lines would be sent.
    Change,
    /// All of it is so already.
    Unchanged,
    /// It would be refused.
    Cannot,
}

/// A target, planned.
#[derive(Debug)]
pub struct PlannedItem {
    /// What the caller calls it.
    pub reference: Option<String>,
    /// Its OLT, as far as it is known.
    pub olt: Option<Arc<str>>,
    /// Where its ONU stands, as far as that is known.
    pub at: Option<OnuRef>,
    /// The PON port that was named.
    pub pon: Option<PonPort>,
    /// The serial number of its ONU, as far as it is known.
    pub serial: Option<String>,
    /// What it would come to; `None` where there was no time to look.
    pub will: Option<Will>,
    /// What it would change.
    pub changed: Option<Changed>,
    /// The lines that would be sent.
    pub lines: Vec<PlannedLine>,
    /// What a person should know besides.
    pub warnings: Vec<String>,
    /// Why it cannot be done, or was not looked at.
    pub error: Option<Failure>,
}

impl Jobs {
    /// Plans each target of a batch until a deadline, at each OLT one after the other.
    pub async fn plan_batch(
        &self,
        batch: Batch,
        olts: &BTreeMap<Arc<str>, Writable>,
        caller: Option<&Arc<str>>,
        deadline: Instant,
    ) -> Vec<PlannedItem> {
        let Batch { common, targets, .. } = batch;
        let item = |(nr, (olt, target)): (u32, (Option<Arc<str>>, Target))| Item {
            nr,
            job: String::new(),
            olt,
            target,
            tried: None,
            moved: 0,
            why: None,
        };
        let items: Vec<Item> = (0..).zip(targets).map(item).collect();
        let (placed, lost): (Vec<_>, Vec<_>) =
            items.into_iter().partition(|item| item.target.place.is_some() && item.olt.is_some());
        let said = tokio::time::timeout_at(deadline, ask(olts.values(), &lost)).await.ok();
        let mut planned = BTreeMap::new();
        let mut lanes = BTreeMap::<Arc<str>, VecDeque<(Item, OnuRef)>>::new();
        for item in placed.into_iter().chain(lost) {
            let place = match (&item.olt, item.target.place) {
                (Some(olt), Some(at)) => Ok((Arc::clone(olt), at)),
                _ => {
                    said.as_ref().map_or_else(|| Err(Lost::Unread(out_of_time())), |said| found(&item, said))
                }
            };
            match place {
                Ok((olt, at)) => lanes.entry(olt).or_default().push_back((item, at)),
                Err(Lost::No(why) | Lost::Unread(why)) => {
                    planned.insert(item.nr, planned_item(&item, None).cannot(why));
                }
            }
        }
        let each = lanes.into_iter().map(async |(id, lane)| {
            let mut planned = Vec::new();
            for (item, at) in lane {
                let begun = planned_item(&item, Some((&id, at)));
                let one = match olts.get(&id) {
                    Some(olt) => plan_item(self, olt, (&item, at), (&common, caller), begun, deadline).await,
                    None => begun,
                };
                planned.push((item.nr, one));
            }
            planned
        });
        planned.extend(futures::future::join_all(each).await.into_iter().flatten());
        planned.into_values().collect()
    }
}

async fn plan_item(
    jobs: &Jobs,
    olt: &Writable,
    (item, at): (&Item, OnuRef),
    (common, caller): (&Common, Option<&Arc<str>>),
    begun: PlannedItem,
    deadline: Instant,
) -> PlannedItem {
    if let Err(denied) = olt.writes.check(Extent::Pon(at.pon), true) {
        return begun.cannot(Failure::denied(denied, &olt.id));
    }
    let change = |wish| OnuChange {
        expect: item.target.identity(),
        on_refusal: common.on_refusal,
        accept_loss: common.accept_loss.clone(),
        ..OnuChange::new(OnuTarget::Place(at), wish)
    };
    let planned = async {
        Ok::<_, NotBegun>(match &item.target.wish {
            ItemWish::Onu(wish) => {
                jobs.draw(olt, &change(wish.clone())).await?.map(|plan| (plan, Vec::new()))
            }
            ItemWish::Hold(holding) => {
                let drawn = jobs.draw_hold(olt, change(holding.wish()), holding.clone(), caller).await?;
                drawn.map(|(plan, _, warnings)| (plan, warnings))
            }
            ItemWish::Register(wish) => {
                let planned = olt.olt.plan_registration(wish, &jobs.taken(olt)).await;
                planned.map(|plan| (plan, Vec::new()))
            }
        })
    };
    match tokio::time::timeout_at(deadline, planned).await {
        Err(_) => begun.cannot(out_of_time()),
        Ok(Err(why)) => begun.cannot(why.into()),
        Ok(Ok(Err(error))) => begun.cannot(error.into()),
        Ok(Ok(Ok((plan, more)))) => {
            let shown = plan.shown();
            let will = if shown.lines.is_empty() { Will::Unchanged } else { Will::Change };
            let changed = Changed::of(&plan, gpon::WriteState::Applied);
            let serial = changed.serial.clone().or(begun.serial);
            let warnings = shown.warnings.into_iter().chain(more).collect();
            let (lines, at) = (shown.lines, Some(plan.at()));
            PlannedItem { will: Some(will), changed: Some(changed), serial, lines, warnings, at, ..begun }
        }
    }
}

fn planned_item(item: &Item, place: Option<(&Arc<str>, OnuRef)>) -> PlannedItem {
    let target = &item.target;
    PlannedItem {
        reference: target.reference.clone(),
        olt: place.map(|(olt, _)| Arc::clone(olt)).or_else(|| item.olt.clone()),
        // Of a registration no number is known before it is planned.
        at: match target.wish {
            ItemWish::Register(_) => target.said_place(),
            _ => place.map(|(_, at)| at).or(target.place),
        },
        pon: target.said_pon(),
        serial: target.serial.map(|serial| serial.to_string()),
        will: None,
        changed: None,
        lines: Vec::new(),
        warnings: Vec::new(),
        error: None,
    }
}

impl PlannedItem {
    fn cannot(self, why: Failure) -> Self {
        let will = (why.code != ErrorCode::DeadlinePassed).then_some(Will::Cannot);
        Self { will, error: Some(why), ..self }
    }
}

fn out_of_time() -> Failure {
    let message = "There was no time left to look at it; ask for fewer at once.";
    Failure::new(ErrorCode::DeadlinePassed, message, "it was not looked at")
}
