//! What a batch would do. Only reads are made, and no plan is kept: thousands of them would
//! fill the store, and a batch plans each target anew when its turn comes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use gpon::{OnuChange, OnuRef, OnuTarget, PlannedLine, PonPort};
use tokio::time::Instant;
use zte::Plan;

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
            let (mut planned, mut given) = (Vec::new(), BTreeSet::new());
            for group in groups(lane) {
                let begun = |(item, at): &(Item, OnuRef)| planned_item(item, Some((&id, *at)));
                let begun: Vec<_> = group.iter().map(begun).collect();
                let numbers: Vec<u32> = group.iter().map(|(item, _)| item.nr).collect();
                let of_group = match olts.get(&id) {
                    Some(olt) => {
                        let of = (&common, caller, deadline);
                        plan_group(self, olt, &group, of, begun, &mut given).await
                    }
                    None => begun,
                };
                planned.extend(numbers.into_iter().zip(of_group));
            }
            planned
        });
        planned.extend(futures::future::join_all(each).await.into_iter().flatten());
        planned.into_values().collect()
    }
}

/// Targets that are planned in one turn at most: others wait for them.
const TOGETHER: usize = 16;

/// Those of one PON together, no ONU twice in a group.
fn groups(lane: VecDeque<(Item, OnuRef)>) -> Vec<Vec<(Item, OnuRef)>> {
    let mut by_pon = BTreeMap::<_, Vec<Vec<(Item, OnuRef)>>>::new();
    for (item, at) in lane {
        let registers = matches!(item.target.wish, ItemWish::Register(_));
        let groups = by_pon.entry((at.pon, registers)).or_default();
        let is_new = |(other, place): &(Item, OnuRef)| match registers {
            true => other.target.serial != item.target.serial,
            false => *place != at,
        };
        match groups.last_mut().filter(|group| group.len() < TOGETHER && group.iter().all(is_new)) {
            Some(group) => group.push((item, at)),
            None => groups.push(vec![(item, at)]),
        }
    }
    by_pon.into_values().flatten().collect()
}

/// Plans targets of one PON, by one turn.
async fn plan_group(
    jobs: &Jobs,
    olt: &Writable,
    group: &[(Item, OnuRef)],
    (common, caller, deadline): (&Common, Option<&Arc<str>>, Instant),
    begun: Vec<PlannedItem>,
    given: &mut BTreeSet<OnuRef>,
) -> Vec<PlannedItem> {
    let Some((_, first)) = group.first() else { return begun };
    if let Err(denied) = olt.writes.check(Extent::Pon(first.pon), true) {
        let why = Failure::denied(denied, &olt.id);
        return begun.into_iter().map(|one| one.cannot(why.clone())).collect();
    }
    let change = |item: &Item, at: OnuRef| {
        let wish = match &item.target.wish {
            ItemWish::Onu(wish) => wish.clone(),
            ItemWish::Hold(holding) => holding.wish(),
            ItemWish::Register(_) => return None,
        };
        Some(OnuChange {
            expect: item.target.identity(),
            on_refusal: common.on_refusal,
            accept_loss: common.accept_loss.clone(),
            ..OnuChange::new(OnuTarget::Place(at), wish)
        })
    };
    let changes: Vec<_> = group.iter().filter_map(|(item, at)| Some((*at, change(item, *at)?))).collect();
    let wishes = group.iter().filter_map(|(item, _)| match &item.target.wish {
        ItemWish::Register(wish) => Some(&**wish),
        ItemWish::Onu(_) | ItemWish::Hold(_) => None,
    });
    let wishes: Vec<_> = wishes.collect();
    let plans = async {
        match wishes.is_empty() {
            true => olt.olt.plan_together(first.pon, &changes).await,
            false => {
                let locked = jobs.taken(olt);
                let taken = |at: OnuRef| {
                    let before = given.contains(&at).then(|| "a target before it".to_owned());
                    before.or_else(|| locked(at))
                };
                olt.olt.plan_registrations(&wishes, &taken).await
            }
        }
    };
    let Ok(plans) = tokio::time::timeout_at(deadline, Box::pin(plans)).await else {
        return begun.into_iter().map(|one| one.cannot(out_of_time())).collect();
    };
    if !wishes.is_empty() {
        given.extend(plans.iter().filter_map(|plan| Some(plan.as_ref().ok()?.at())));
    }
    let mut planned = Vec::with_capacity(begun.len());
    for (((item, at), one), plan) in group.iter().zip(begun).zip(plans) {
        let finished = async {
            let plan = match plan {
                Ok(plan) => plan,
                Err(error) => return Ok(Err(error)),
            };
            Ok::<_, NotBegun>(match (&item.target.wish, change(item, *at)) {
                (ItemWish::Hold(holding), Some(change)) => {
                    let drawn = jobs.drawn_hold(olt, change, plan, holding.clone(), caller).await?;
                    drawn.map(|(plan, _, warnings)| (plan, warnings))
                }
                (ItemWish::Register(_), _) => Ok((jobs.may_serve(olt, plan).await?, Vec::new())),
                _ => Ok((jobs.unless_held(olt, plan).await?, Vec::new())),
            })
        };
        planned.push(match tokio::time::timeout_at(deadline, Box::pin(finished)).await {
            Err(_) => one.cannot(out_of_time()),
            Ok(Err(why)) => one.cannot(why.into()),
            Ok(Ok(Err(error))) => one.cannot(error.into()),
            Ok(Ok(Ok((plan, more)))) => one.will(&plan, more),
        });
    }
    planned
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
    fn will(self, plan: &Plan, more: Vec<String>) -> Self {
        let shown = plan.shown();
        let will = if shown.lines.is_empty() { Will::Unchanged } else { Will::Change };
        let changed = Changed::of(plan, gpon::WriteState::Applied);
        let serial = changed.serial.clone().or(self.serial);
        let warnings = shown.warnings.into_iter().chain(more).collect();
        let (lines, at) = (shown.lines, Some(plan.at()));
        Self { will: Some(will), changed: Some(changed), serial, lines, warnings, at, ..self }
    }

    fn cannot(self, why: Failure) -> Self {
        let will = (why.code != ErrorCode::DeadlinePassed).then_some(Will::Cannot);
        Self { will, error: Some(why), ..self }
    }
}

fn out_of_time() -> Failure {
    let message = "There was no time left to look at it; ask for fewer at once.";
    Failure::new(ErrorCode::DeadlinePassed, message, "it was not looked at")
}
