//! ONUs that are suspended: an owner holds an ONU out of service until he lifts his hold.
//!
//! The store has the holds, and lets them follow from how the jobs end that make and lift
//! them. What the OLT has to be told is the change that blocks or unblocks an ONU.

use std::sync::Arc;

use gpon::{ExpectedSerial, OnuChange, OnuRef, OnuWish, SerialNumber, WriteReport, WriteState};
use zte::Plan;

use super::change::Work;
use super::journal::Kept;
use super::{Answered, Asked, Jobs, NotBegun, Told, Writable, new_id};
use crate::store::{HoldAct, HoldFilter, HoldRow, HoldState, HoldWish, JobRow, JobState, Store, StoreError};

/// Whose holds those are whose request names no owner, where the server asks for no token.
pub const NOBODY: &str = "anonymous";

/// A hold that is to be made or lifted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Holding {
    /// Whether it is made or lifted.
    pub act: HoldAct,
    /// Whose it is; of the token that asks where it is `None`.
    pub owner: Option<String>,
    /// Why; empty for one that is lifted.
    pub reason: String,
}

impl Holding {
    /// What the OLT has to be told for it.
    pub fn wish(&self) -> OnuWish {
        match self.act {
            HoldAct::Suspend => OnuWish::Block,
            HoldAct::Resume => OnuWish::Unblock,
        }
    }

    /// Whose it is, where a request with this token asks for it.
    pub(super) fn owner<'a>(&'a self, caller: Option<&'a str>) -> &'a str {
        self.owner.as_deref().or(caller).unwrap_or(NOBODY)
    }

    pub(super) fn wished(self, olt: &Writable, onu: String, caller: Option<&Arc<str>>) -> HoldWish {
        HoldWish {
            act: self.act,
            olt: olt.id.to_string(),
            onu,
            owner: self.owner(caller.map(|name| &**name)).to_owned(),
            reason: self.reason,
            caller: caller.map(|name| name.to_string()),
        }
    }
}

/// By what holds know an ONU: its serial number, wherever it stands, or its place.
pub fn held_as(at: OnuRef, registered: Option<ExpectedSerial>) -> String {
    match registered {
        Some(ExpectedSerial::Serial(serial)) => serial.to_string(),
        Some(ExpectedSerial::Without) | None => at.to_string(),
    }
}

/// By what holds know the ONU of a plan.
pub(super) fn held_by_plan(plan: &Plan) -> String {
    plan.serial().map_or_else(|| plan.at().to_string(), |serial| serial.to_string())
}

/// Who holds, and why, for people.
pub(super) fn names(holds: &[HoldRow]) -> String {
    let name = |hold: &HoldRow| format!("{} ({})", gpon::quoted(&hold.owner), gpon::quoted(&hold.reason));
    holds.iter().map(name).collect::<Vec<_>>().join(", ")
}

pub(super) fn owners(holds: &[HoldRow]) -> Vec<String> {
    holds.iter().map(|hold| hold.owner.clone()).collect()
}

impl Jobs {
    /// Makes or lifts a hold of the ONU at `at`. `change` says who has to stand there, and what
    /// is done about a refusal; its wish is not looked at.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub async fn hold(
        &self,
        olt: &Writable,
        change: OnuChange,
        at: OnuRef,
        holding: Holding,
        asked: Asked,
    ) -> Result<Answered, NotBegun> {
        let (work, store) = self.admitted(olt, at)?;
        let journal = work.journal(store, &new_id(), Kept::No);
        let change = OnuChange { wish: holding.wish(), ..change };
        let wish = holding.wished(olt, held_as(at, change.identity()), asked.caller.as_ref());
        let (wait, place) = (asked.wait, self.cancellable(&work.job));
        let settled = wait.max(super::change::SETTLED);
        let add = {
            let (work, wish) = (work.clone(), wish.clone());
            // The key is held for as long as the job is not added.
            let identity = change.identity();
            async move {
                work.add(wish.act.as_str(), &asked, Some(&wish)).await?;
                drop(asked);
                let replaced = work.replaces(&wish.owner, identity).await;
                if let Err(error) = &replaced {
                    work.jobs.end_job(&work.job, JobState::Failed, &Told::failed(error)).await;
                }
                replaced
            }
        };
        let made = work.clone().hold(change, wish, journal, settled, place);
        Box::pin(self.run(olt, Some(work.at), &work.job, wait, add, made)).await
    }

    /// The holds that the filter lets through, those of an ONU together.
    ///
    /// # Errors
    /// When the store fails, or there is none.
    pub async fn holds(&self, filter: &HoldFilter) -> Result<Vec<HoldRow>, NotBegun> {
        Ok(self.store()?.holds(filter).await?)
    }

    /// So many of them behind so many others, and how many there are.
    ///
    /// # Errors
    /// When the store fails, or there is none.
    pub async fn holds_page(
        &self,
        filter: &HoldFilter,
        behind: u64,
        most: u64,
    ) -> Result<(Vec<HoldRow>, u64), NotBegun> {
        Ok(self.store()?.holds_page(filter, behind, most).await?)
    }

    /// How many holds there are of which OLT; `None` where nobody knows.
    pub async fn hold_figures(&self) -> Option<std::collections::BTreeMap<String, u64>> {
        self.store().ok()?.count_holds().await.ok()
    }

    /// Where the ONU with this serial number stood when it was suspended, as long as that is
    /// known; `None` for one that nobody holds.
    ///
    /// # Errors
    /// When the store fails, or there is none.
    pub async fn suspended_at(&self, olt: &str, serial: SerialNumber) -> Result<Option<OnuRef>, NotBegun> {
        let onu = Some(serial.to_string());
        let filter = HoldFilter { olt: Some(olt.to_owned()), onu, ..HoldFilter::default() };
        for hold in self.store()?.holds(&filter).await? {
            let job = self.store()?.job(&hold.job).await?;
            if let Some(at) = job.and_then(|job| super::place(&job.object)) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// What these jobs are to do about holds, by job.
    pub(super) async fn hold_wishes(
        &self,
        jobs: &[JobRow],
    ) -> Result<std::collections::BTreeMap<String, HoldWish>, NotBegun> {
        let ids = || jobs.iter().map(|job| job.id.as_str());
        let (Some(from), Some(to)) = (ids().min(), ids().max()) else { return Ok(Default::default()) };
        Ok(self.store()?.hold_wishes(from, to).await?)
    }

    /// Who holds an ONU that a plan would bring into service, besides who wants it by `of`: a
    /// job, or a plan that was kept.
    pub(super) async fn held_against(
        &self,
        store: &Store,
        olt: &str,
        of: &str,
        plan: &Plan,
        forth: bool,
    ) -> Result<Vec<HoldRow>, StoreError> {
        let opens = matches!((plan.kind(), forth), ("unblock", true) | ("block", false));
        // One that is registered comes into service too. One that is taken elsewhere would do so
        // there, and its holds say nothing of it.
        if !opens && plan.taken_from().is_none() && !(forth && plan.registers()) {
            return Ok(Vec::new());
        }
        let filter =
            HoldFilter { olt: Some(olt.to_owned()), onu: Some(held_by_plan(plan)), ..HoldFilter::default() };
        let holds = store.holds(&filter).await?;
        let own = store.hold_wish(of).await?.map(|wish| wish.owner);
        Ok(holds.into_iter().filter(|hold| own.as_ref() != Some(&hold.owner)).collect())
    }
}

impl Work {
    async fn holds_of(&self, onu: &str) -> Result<Vec<HoldRow>, StoreError> {
        let filter = HoldFilter {
            olt: Some(self.olt.id.to_string()),
            onu: Some(onu.to_owned()),
            ..HoldFilter::default()
        };
        match self.jobs.store() {
            Ok(store) => store.holds(&filter).await,
            Err(_) => Ok(Vec::new()),
        }
    }

    /// What a change means for the holds of its ONU: a person is told by the warnings of its
    /// report. Who holds it from now on, for a change that makes or lifts a hold.
    pub(super) async fn note_holds(
        &self,
        plan: &Plan,
        report: &mut WriteReport,
        is_pending: bool,
    ) -> Option<Vec<String>> {
        match self.try_note_holds(plan, report, is_pending).await {
            Ok(owners) => owners,
            Err(error) => {
                tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "what a write means for the holds of its ONU could not be looked up");
                None
            }
        }
    }

    async fn try_note_holds(
        &self,
        plan: &Plan,
        report: &mut WriteReport,
        is_pending: bool,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let Ok(store) = self.jobs.store() else { return Ok(None) };
        let went_well = !is_pending && matches!(report.state, WriteState::Applied | WriteState::Unchanged);
        let wish = store.hold_wish(&self.job).await?;
        let onu = wish.as_ref().map_or_else(|| held_by_plan(plan), |wish| wish.onu.clone());
        let holds = self.holds_of(&onu).await?;
        if let Some(wish) = wish {
            report.warnings.extend(self.replaced(store).await?);
            return Ok(went_well.then(|| wished(&wish, holds, report, &self.job)));
        }
        match plan.kind() {
            _ if !went_well || holds.is_empty() => {}
            super::REGISTER => {
                report.warnings.push(format!("the ONU is suspended by {}", names(&holds)));
            }
            "block" => {
                store.note_blocked(&self.olt.id, &onu).await?;
                let by = names(&holds);
                report.warnings.push(format!(
                    "the ONU is suspended by {by}: it stays blocked when that is lifted, until it is unblocked"
                ));
            }
            "delete" => {
                store.remove_holds(&self.olt.id, &onu, &self.job).await?;
                report
                    .warnings
                    .push(format!("the ONU was suspended by {}: these holds are gone", names(&holds)));
            }
            _ => {}
        }
        Ok(None)
    }
}

const OPENED: &str = "somebody had brought the ONU into service while it was suspended";
const LOST_OPEN: &str = "the ONU was in service while it was suspended: the OLT had lost that by starting again, or somebody had brought it into service";

/// Who holds the ONU once this wish has come true, and what a person should know of it.
fn wished(wish: &HoldWish, holds: Vec<HoldRow>, report: &mut WriteReport, job: &str) -> Vec<String> {
    let made = |hold: &HoldRow| hold.state != HoldState::BeingMade;
    // Of what is not known to be held still, the OLT may have lost it.
    let lost = holds.iter().any(|hold| hold.state == HoldState::Unknown);
    let was_open = if lost { LOST_OPEN } else { OPENED };
    let mut holds: Vec<_> = holds.into_iter().filter(made).collect();
    let own = holds.iter().position(|hold| hold.owner == wish.owner).map(|own| holds.remove(own));
    // What this job itself has made is made anew.
    let own = own.filter(|own| own.job != job);
    let unchanged = report.state == WriteState::Unchanged;
    // What is settled may be so without a line.
    let was_shut = unchanged || report.steps.is_empty();
    let mut owners = owners(&holds);
    let mut warn = |text: String| report.warnings.push(text);
    match wish.act {
        HoldAct::Suspend => {
            match &own {
                Some(own) if own.reason == wish.reason => warn("this owner held it already".to_owned()),
                Some(own) => warn(format!(
                    "this owner held it already: the reason was {}",
                    gpon::quoted(&own.reason)
                )),
                None if unchanged && holds.is_empty() => warn(
                    "the ONU was shut already, by whom is not known: it stays so when the last hold is lifted"
                        .to_owned(),
                ),
                None => {}
            }
            if !was_shut && (own.is_some() || !holds.is_empty()) {
                warn(was_open.to_owned());
            }
            if !holds.is_empty() {
                warn(format!("it is suspended by {} too", names(&holds)));
            }
            owners.push(wish.owner.clone());
        }
        HoldAct::Resume if unchanged => {
            warn(was_open.to_owned());
        }
        HoldAct::Resume => {}
    }
    owners
}
