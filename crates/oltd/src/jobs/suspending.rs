//! The jobs that make and lift holds, in their turn at the ONU.

use std::time::{Duration, SystemTime};

use gpon::{ExpectedSerial, OnuChange, WriteState};
use zte::{ChangeError, JournalLost, NotChanged, Outcome, Plan};

use super::cancel::Cancellable;
use super::change::Work;
use super::holds::{held_as, names, owners};
use super::journal::JobJournal;
use super::told::report;
use super::why::of_change;
use super::{End, NotDone, Told};
use crate::store::{HoldAct, HoldRow, HoldWish, JobState, Lifting, StoreError};

/// What came of a job.
pub(super) enum Made {
    /// The OLT was told, or had nothing to be told.
    Change(Box<(Plan, Outcome)>),
    /// A hold is lifted, and for this reason the OLT is told nothing.
    Lifted(Vec<HoldRow>),
    /// There was none to lift but one that was to be made later, which is not; these hold the ONU.
    TakenBack(Vec<HoldRow>),
    /// The last hold is lifted of an ONU that is registered nowhere any more.
    Gone,
}

/// Why nothing came of it.
pub(super) enum NotMade {
    Change(ChangeError),
    Not(NotDone),
}

impl From<ChangeError> for NotMade {
    fn from(error: ChangeError) -> Self {
        Self::Change(error)
    }
}

impl Work {
    pub(in crate::jobs) async fn hold(
        self,
        change: OnuChange,
        wish: HoldWish,
        journal: JobJournal,
        settled: Duration,
        place: Cancellable,
    ) -> Result<End, NotDone> {
        let made = async {
            let change = self.identified(change, &wish).await?;
            // By now it is known who stands there, whatever was named.
            self.replaces_for(&wish, change.identity()).await?;
            match self.begin_wish(&wish, &held_as(self.at, change.identity()), &journal).await? {
                Some(made) => Ok(made),
                None => match self.olt.olt.change(&change, &journal, settled).await {
                    Ok(made) => Ok(Made::Change(Box::new(made))),
                    Err(error) if self.is_gone(&error, &change, &wish).await? => {
                        journal.start().await.map_err(|lost| self.lost(lost, &wish))?;
                        Ok(Made::Gone)
                    }
                    Err(error) => Err(error.into()),
                },
            }
        };
        let (_alone, made) = self.in_turn(made, &journal, &place).await?;
        self.hold_ended(made, &journal).await
    }

    pub(super) async fn hold_ended(
        &self,
        made: Result<Made, NotMade>,
        journal: &JobJournal,
    ) -> Result<End, NotDone> {
        match made {
            Ok(Made::Change(made)) => {
                let (plan, outcome) = *made;
                Ok(self.ended(&plan, outcome, journal).await)
            }
            Ok(made @ (Made::Lifted(_) | Made::TakenBack(_) | Made::Gone)) => Ok(self.lifted(made).await),
            Err(NotMade::Change(error)) => Err(self.failed(error, journal).await),
            Err(NotMade::Not(why)) => Err(self.not_done(why).await),
        }
    }

    /// The change with who stands at the place, where nobody said so.
    async fn identified(&self, change: OnuChange, wish: &HoldWish) -> Result<OnuChange, NotMade> {
        if change.identity().is_some() {
            return Ok(change);
        }
        let expect = match self.olt.olt.plan(&change).await {
            Ok(plan) => plan.serial().map_or(ExpectedSerial::Without, ExpectedSerial::Serial),
            // Where nobody stands, only one can be meant that was held by its place.
            Err(error) if wish.act == HoldAct::Resume && matches!(error.why, NotChanged::NoSuchOnu(_)) => {
                ExpectedSerial::Without
            }
            Err(error) => return Err(error.into()),
        };
        Ok(OnuChange { expect: Some(expect), ..change })
    }

    /// Whether the ONU whose hold is lifted was not found because it is registered nowhere any
    /// more. One without a serial number is the one at its place, and that was read.
    async fn is_gone(
        &self,
        error: &ChangeError,
        change: &OnuChange,
        wish: &HoldWish,
    ) -> Result<bool, NotMade> {
        let is_away = matches!(error.why, NotChanged::NoSuchOnu(_) | NotChanged::IdentityMismatch { .. });
        match change.identity().filter(|_| is_away && wish.act == HoldAct::Resume) {
            Some(ExpectedSerial::Serial(serial)) => Ok(self.olt.olt.is_gone(serial).await?),
            who => Ok(who.is_some()),
        }
    }

    /// Notes what is about to be done about the hold. Where lifting it tells the OLT nothing,
    /// what came of it.
    pub(super) async fn begin_wish(
        &self,
        wish: &HoldWish,
        onu: &str,
        journal: &JobJournal,
    ) -> Result<Option<Made>, NotMade> {
        let kept = |error: StoreError| self.unkept(&error, wish);
        match wish.act {
            HoldAct::Suspend => {
                journal.store.begin_hold(&self.job, onu, SystemTime::now()).await.map_err(kept)?;
                Ok(None)
            }
            HoldAct::Resume => match journal.store.begin_resume(&self.job, onu).await.map_err(kept)? {
                Lifting::NotHeld(by) => {
                    let replaced = journal.store.replaced_by(&self.job).await.map_err(kept)?;
                    if replaced.iter().any(|(_, act)| *act == HoldAct::Suspend) {
                        journal.start().await.map_err(|lost| self.lost(lost, wish))?;
                        return Ok(Some(Made::TakenBack(by)));
                    }
                    Err(NotMade::Not(NotDone::NotHeld {
                        object: self.at,
                        owner: wish.owner.clone(),
                        by: names(&by),
                    }))
                }
                Lifting::Last => Ok(None),
                lifting => {
                    journal.start().await.map_err(|lost| self.lost(lost, wish))?;
                    Ok(Some(Made::Lifted(match lifting {
                        Lifting::Others(others) => others,
                        _ => Vec::new(),
                    })))
                }
            },
        }
    }

    /// Has the job stand in the place of what was queued before, or not begin.
    pub(super) async fn replaces_for(
        &self,
        wish: &HoldWish,
        identity: Option<gpon::ExpectedSerial>,
    ) -> Result<(), NotMade> {
        let replaced = self.replaces(&wish.owner, identity).await;
        replaced.map_err(|error| self.lost(JournalLost(error.to_string()), wish))
    }

    fn unkept(&self, error: &StoreError, wish: &HoldWish) -> NotMade {
        self.lost(JournalLost(error.to_string()), wish)
    }

    fn lost(&self, lost: JournalLost, wish: &HoldWish) -> NotMade {
        self.not_changed(lost.into(), wish).into()
    }

    pub(super) fn not_changed(&self, why: NotChanged, wish: &HoldWish) -> ChangeError {
        ChangeError {
            olt: self.olt.id.to_string(),
            act: format!("{} ONU {}", wish.act.as_str(), self.at),
            why,
        }
    }

    /// Ends a job that lifted a hold and told the OLT nothing.
    async fn lifted(&self, made: Made) -> End {
        let (others, warning) = match made {
            Made::Lifted(others) => {
                let warning = left_shut(&others);
                (others, warning)
            }
            Made::TakenBack(others) => {
                let not_yet = "this owner did not hold the ONU yet";
                let warning = match others.as_slice() {
                    [] => not_yet.to_owned(),
                    others => format!("{not_yet}; it is suspended by {}", names(others)),
                };
                (others, warning)
            }
            Made::Gone | Made::Change(_) => (Vec::new(), GONE.to_owned()),
        };
        let others = others.as_slice();
        let mut warnings = vec![warning];
        if let Ok(store) = self.jobs.store() {
            warnings.extend(self.replaced(store).await.unwrap_or_default());
        }
        let report = gpon::WriteReport { warnings, ..report(WriteState::Unchanged) };
        let said = of_change(&report, false, &self.olt.id, "");
        let suspended_by = Some(owners(others));
        let told = Told { suspended_by: suspended_by.clone(), ..Told::from(report.clone()).said(&said) };
        self.jobs.end_job(&self.job, JobState::Done, &told).await;
        tracing::info!(
            olt.id = &*self.olt.id,
            job = self.job,
            object = %self.at,
            "a hold was lifted, and nothing was sent"
        );
        End { report, is_pending: false, saved: self.jobs.saved(&self.olt).await, place: None, suspended_by }
    }
}

const GONE: &str = "the ONU is registered nowhere on this OLT any more: the hold is lifted, and nothing else";

/// Why the OLT is told nothing though a hold is lifted, where these are left.
fn left_shut(others: &[HoldRow]) -> String {
    match others {
        [] => "the hold is lifted; the ONU stays shut: it was so before it was suspended, or somebody blocked it since".to_owned(),
        others => format!("the hold is lifted; the ONU stays suspended by {}", names(others)),
    }
}
