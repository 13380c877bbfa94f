//! Plans that make and lift holds.

use std::sync::Arc;

use gpon::{ExpectedSerial, OnuChange, OnuWish};
use zte::{ChangeError, NotChanged, Plan};

use super::change::{SETTLED, Work};
use super::holds::{Holding, held_by_plan, names, owners};
use super::journal::{Kept, sealed};
use super::plans::keep;
use super::suspending::{Made, NotMade};
use super::{Answered, Asked, Jobs, KeptPlan, NotBegun, Writable, new_id};
use crate::store::{HoldAct, HoldFilter, HoldRow, HoldWish, Lifting, Store, StoreError, lifting};

impl Jobs {
    /// Plans to make or lift a hold, as [`hold`](Self::hold) does, and keeps the plan.
    ///
    /// # Errors
    /// [`ChangeError`] inside; outside that the store cannot keep it, and [`NotBegun::NotHeld`].
    pub async fn plan_hold(
        &self,
        olt: &Writable,
        change: OnuChange,
        holding: Holding,
        caller: Option<&Arc<str>>,
    ) -> Result<Result<KeptPlan, ChangeError>, NotBegun> {
        let store = self.store()?;
        let (plan, wish, warnings) = match self.draw_hold(olt, change, holding, caller).await? {
            Ok(drawn) => drawn,
            Err(error) => return Ok(Err(error)),
        };
        let (id, object) = (new_id(), plan.at().to_string());
        store.keep_hold_wish(&id, &wish).await?;
        let mut shown = plan.shown();
        shown.warnings.extend(warnings);
        let of = (object.as_str(), wish.act.as_str());
        let kept = keep(store, olt, id, of, &sealed(&plan.document()), shown).await?;
        let suspended_by = suspended_by(store, &wish).await?;
        Ok(Ok(KeptPlan { suspended_by: Some(suspended_by), ..kept }))
    }

    /// What a hold would come to: the plan, what becomes of the hold, and what a person should know.
    ///
    /// # Errors
    /// As of [`plan_hold`](Self::plan_hold).
    pub(super) async fn draw_hold(
        &self,
        olt: &Writable,
        change: OnuChange,
        holding: Holding,
        caller: Option<&Arc<str>>,
    ) -> Result<Result<(Plan, HoldWish, Vec<String>), ChangeError>, NotBegun> {
        let change = OnuChange { wish: holding.wish(), ..change };
        match olt.olt.plan(&change).await {
            Ok(plan) => self.drawn_hold(olt, change, plan, holding, caller).await,
            Err(error) => Ok(Err(error)),
        }
    }

    /// The same, where what the OLT would have to be told is planned already.
    ///
    /// # Errors
    /// As of [`plan_hold`](Self::plan_hold).
    pub(super) async fn drawn_hold(
        &self,
        olt: &Writable,
        change: OnuChange,
        mut plan: Plan,
        holding: Holding,
        caller: Option<&Arc<str>>,
    ) -> Result<Result<(Plan, HoldWish, Vec<String>), ChangeError>, NotBegun> {
        let store = self.store()?;
        let wish = holding.wished(olt, held_by_plan(&plan), caller);
        let holds = store.holds(&all_of(&wish)).await?;
        let mut warnings = Vec::new();
        if wish.act == HoldAct::Resume {
            let nothing = match lifting(holds, &wish.owner) {
                Lifting::NotHeld(by) => {
                    return Err(NotBegun::NotHeld { object: plan.at(), owner: wish.owner, by: names(&by) });
                }
                Lifting::Others(others) => Some(format!("the ONU stays suspended by {}", names(&others))),
                Lifting::StaysShut => Some(
                    "the ONU stays shut: it was so before it was suspended, or somebody blocked it since"
                        .into(),
                ),
                Lifting::Last => None,
            };
            if let Some(nothing) = nothing {
                warnings.push(nothing);
                // It looks at who stands there, and has nothing to send.
                let wish = OnuWish::Describe { name: None, description: None };
                plan = match olt.olt.plan(&OnuChange { wish, ..change }).await {
                    Ok(plan) => plan,
                    Err(error) => return Ok(Err(error)),
                };
            }
        }
        Ok(Ok((plan, wish, warnings)))
    }

    /// Who would hold the ONU of a plan that was kept, once it is applied; `None` for one that
    /// makes and lifts no hold.
    pub(super) async fn would_hold(&self, plan: &str) -> Result<Option<Vec<String>>, StoreError> {
        let Ok(store) = self.store() else { return Ok(None) };
        match store.hold_wish(plan).await? {
            Some(wish) => suspended_by(store, &wish).await.map(Some),
            None => Ok(None),
        }
    }

    /// Applies a plan that makes or lifts a hold.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub(super) async fn apply_hold(
        &self,
        olt: &Writable,
        id: &str,
        plan: Plan,
        wish: HoldWish,
        asked: Asked,
    ) -> Result<Answered, NotBegun> {
        let (work, store) = self.admitted(olt, plan.at())?;
        let journal = work.journal(store, id, Kept::Claimed);
        let (wait, place) = (asked.wait, self.cancellable(&work.job));
        let add = {
            let (work, id, wish) = (work.clone(), id.to_owned(), wish.clone());
            async move {
                work.add(wish.act.as_str(), &asked, Some(&wish)).await?;
                drop(asked);
                work.jobs.claim(work.jobs.store()?, &id, &work.job).await
            }
        };
        let settled = wait.max(SETTLED);
        let made = {
            let work = work.clone();
            async move {
                let made = async {
                    work.replaces_for(&wish, plan.serial().map(ExpectedSerial::Serial)).await?;
                    let made = work.begin_wish(&wish, &wish.onu, &journal).await?;
                    work.is_as_drawn(&plan, &wish, made.is_none()).await?;
                    match made {
                        Some(made) => Ok(made),
                        None => {
                            let made = work.olt.olt.apply(&plan, &journal, settled).await?;
                            Ok(Made::Change(Box::new(made)))
                        }
                    }
                };
                let made = work.in_turn(made, &journal, &place).await;
                // What was never begun can be applied again.
                if !journal.has_begun()
                    && let Err(error) = journal.store.release_plan(&journal.plan).await
                {
                    tracing::error!(olt.id = &*work.olt.id, job = work.job, %error, "a plan of which nothing was sent could not be released");
                }
                let (_alone, made) = made?;
                work.hold_ended(made, &journal).await
            }
        };
        Box::pin(self.run(olt, Some(work.at), &work.job, wait, add, made)).await
    }
}

impl Work {
    /// Whether a plan is still what the holds, and the ONU where it has no lines, call for.
    async fn is_as_drawn(&self, plan: &Plan, wish: &HoldWish, tells: bool) -> Result<(), NotMade> {
        let stale = |what: &str| {
            let why = NotChanged::Stale { changed: vec![what.to_owned()] };
            NotMade::Change(self.not_changed(why, wish))
        };
        if plan.steps() > 0 {
            return if tells { Ok(()) } else { Err(stale("suspended_by")) };
        }
        if tells {
            let wish = match wish.act {
                HoldAct::Suspend => OnuWish::Block,
                HoldAct::Resume => OnuWish::Unblock,
            };
            let who = plan.serial().map_or(ExpectedSerial::Without, ExpectedSerial::Serial);
            let change =
                OnuChange { expect: Some(who), ..OnuChange::new(gpon::OnuTarget::Place(plan.at()), wish) };
            if self.olt.olt.plan(&change).await?.steps() > 0 {
                return Err(stale("shutdown"));
            }
        }
        Ok(())
    }
}

fn all_of(wish: &HoldWish) -> HoldFilter {
    HoldFilter { olt: Some(wish.olt.clone()), onu: Some(wish.onu.clone()), ..HoldFilter::default() }
}

async fn suspended_by(store: &Store, wish: &HoldWish) -> Result<Vec<String>, StoreError> {
    let mut holds: Vec<HoldRow> = store.holds(&all_of(wish)).await?;
    holds.retain(|hold| hold.owner != wish.owner);
    let mut owners = owners(&holds);
    if wish.act == HoldAct::Suspend {
        owners.push(wish.owner.clone());
    }
    Ok(owners)
}
