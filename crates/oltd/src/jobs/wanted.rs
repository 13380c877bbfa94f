//! What is pending, partial or lost is settled as a person wants it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gpon::{WriteReport, WriteState};
use zte::How;

use super::alone::Alone;
use super::holds::names;
use super::journal::plan_of;
use super::settling::{Begun, age};
use super::why::of_lost;
use super::{
    End, Jobs, LOST, NotBegun, NotDone, Saved, Told, Writable, locked, place, read_told, spelt, unknown,
};
use crate::store::{Duty, JobState, PlanRow, StoreError};
use crate::tasks::WriteLost;

/// What a person wants of a job that is pending, partial or lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// It is made true.
    Finish,
    /// It is taken back, as far as it is its own.
    Undo,
    /// It stays as it is, and nothing waits for it any more.
    Accept,
}

impl Wanted {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Finish => "finish",
            Self::Undo => "undo",
            Self::Accept => "accept",
        }
    }
}

/// Why a job is not settled.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotSettled {
    /// There is no such job.
    #[error("there is no job {0}")]
    NoSuchJob(String),
    /// Nothing of it waits for anybody.
    #[error("the job is {0}; only one that is pending, partial or lost is settled")]
    Settled(&'static str),
    /// It is a batch, and nothing of it waits for anybody.
    #[error("none of its jobs is pending, partial or lost, but for those that were accepted as they are")]
    NoPart,
    /// Somebody has accepted it.
    #[error("the job was accepted as it is")]
    Accepted,
    /// It has no plan that could be finished or undone.
    #[error("nothing is kept of it that could be finished or undone; it can be accepted")]
    NoPlan,
    /// It is one of many that an OLT has lost, and what stands at its place was changed since.
    #[error("job {0} has changed the ONU at this place since")]
    Newer(String),
    /// The store fails.
    #[error("{0}")]
    Store(String),
    /// It could not be begun.
    #[error(transparent)]
    Begun(#[from] NotBegun),
}

impl From<StoreError> for NotSettled {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

impl Jobs {
    /// Settles a job as a person wants it, to its end, whatever becomes of who waits for it:
    /// for so long. `None` where it goes on.
    ///
    /// # Errors
    /// [`NotSettled`].
    pub async fn settle(
        &self,
        id: &str,
        olts: &BTreeMap<String, Writable>,
        wanted: Wanted,
        by: Option<&Arc<str>>,
        wait: Duration,
    ) -> Result<Option<Result<End, NotDone>>, NotSettled> {
        let Some(row) = self.store()?.job(id).await? else {
            return Err(NotSettled::NoSuchJob(id.to_owned()));
        };
        let (jobs, olts, by, job) = (self.clone(), olts.clone(), by.cloned(), row.id);
        let is_batch = self.store()?.is_batch(&job).await?;
        let settle = async move {
            match is_batch {
                true => jobs.settle_batch(&job, &olts, wanted, by.as_deref()).await,
                false => jobs.settle_now(&job, &olts, wanted, by.as_deref(), None).await,
            }
        };
        let settle = self.0.tasks.write("settle for somebody", &row.olt.into(), settle);
        match self.waited(wait, settle).await {
            Some(Ok(settled)) => settled.map(Some),
            Some(Err(WriteLost::Ending)) => Ok(Some(Err(NotDone::Ending))),
            Some(Err(WriteLost::Panicked)) => Ok(Some(Err(NotDone::Lost))),
            // Here, or after the next start.
            None => Ok(None),
        }
    }

    pub(super) async fn settle_now(
        &self,
        id: &str,
        olts: &BTreeMap<String, Writable>,
        wanted: Wanted,
        by: Option<&str>,
        among: Option<&[String]>,
    ) -> Result<Result<End, NotDone>, NotSettled> {
        let store = self.store()?;
        let no_such_job = || NotSettled::NoSuchJob(id.to_owned());
        let row = store.job(id).await?.ok_or_else(no_such_job)?;
        let object = match place(&row.object) {
            Some(at) => Some(at),
            // Where it put an ONU, its plan says.
            None => store.plans_of(id).await?.pop().and_then(|plan| place(&plan.object)),
        };
        let alone = match object {
            Some(object) => {
                let turn = tokio::select! {
                    biased;
                    () = self.0.tasks.ending().cancelled() => return Ok(Err(NotDone::Ending)),
                    turn = self.alone(&row.olt, object, id) => turn,
                };
                Some(turn.map_err(|job| NotBegun::Locked { job, object })?)
            }
            None => None,
        };
        // Whoever had the turn before may have settled it.
        let row = store.job(id).await?.ok_or_else(no_such_job)?;
        if !matches!(row.state, JobState::Pending | JobState::Partial | JobState::Lost) {
            return Err(NotSettled::Settled(row.state.as_str()));
        }
        if row.accepted {
            return Err(NotSettled::Accepted);
        }
        // Who settles many at once wants no older wish instead of a newer one.
        if let Some(among) = among
            && let Some(newer) =
                store.later_wishes(&row.id).await?.into_iter().find(|job| !among.contains(job))
        {
            return Err(NotSettled::Newer(newer));
        }
        tracing::info!(
            olt.id = row.olt,
            job = id,
            object = row.object,
            state = row.state.as_str(),
            wanted = wanted.as_str(),
            caller = by,
            "a job is settled by a person"
        );
        if row.kind == LOST && wanted != Wanted::Accept {
            return self.settle_lost((id, &row.olt), olts, wanted, by).await;
        }
        let how = match wanted {
            Wanted::Accept => {
                self.accept(store, &row, by).await?;
                return Ok(Ok(End {
                    report: unknown(),
                    is_pending: false,
                    saved: Saved::Manual,
                    place: None,
                    suspended_by: None,
                }));
            }
            Wanted::Finish => How::Finish,
            Wanted::Undo => How::Undo,
        };
        if let Some(object) = object
            && let Some(job) = self.lock_of(&row.olt, object).filter(|job| job != id)
        {
            return Err(NotBegun::Locked { job, object }.into());
        }
        let plan = store.plans_of(id).await?.pop();
        let (Some(plan), Some(olt), Some(alone)) = (plan, olts.get(&row.olt), alone) else {
            return Err(NotSettled::NoPlan);
        };
        self.settle_plan(olt, id, plan, alone, how).await
    }

    async fn settle_plan(
        &self,
        olt: &Writable,
        id: &str,
        row: PlanRow,
        alone: Alone,
        how: How,
    ) -> Result<Result<End, NotDone>, NotSettled> {
        let store = self.store()?;
        let plan = plan_of(&row.document).map_err(NotSettled::Store)?;
        let (at, age, of) = (plan.at(), age(&row), plan.clone());
        // What is held since is brought into service by nobody but its owners.
        // A registration was let through before: what has suspended its ONU since was lost with it,
        // and is made anew behind it.
        let forth = how != How::Undo && !plan.registers();
        let by = self.held_against(store, &olt.id, id, &plan, forth).await?;
        if !by.is_empty() {
            return Err(NotBegun::HeldByOwners { object: at, by: names(&by) }.into());
        }
        if self.0.tasks.ending().is_cancelled() {
            return Ok(Err(NotDone::Ending));
        }
        // Where the link is down it is tried again as the person wants it, and in no other way.
        let duty = if how == How::Finish { Duty::Finish } else { Duty::Undo };
        self.keep_duty(&olt.id, id, duty).await;
        store.reopen_plan(&row.id).await?;
        locked(&self.0.wanted).insert(id.to_owned(), how);
        locked(&self.0.left).remove(id);
        let settled = self.settle_one(olt, id, Begun { plan, age, plan_id: row.id, alone }, how).await;
        if let Ok(Ok(end)) = settled {
            return Ok(Ok(end));
        }
        // Its plan is pending from now on, whatever the job was before.
        self.lock_all(&olt.id, &of, id);
        let told = store.result(id).await?.as_ref().and_then(read_told);
        self.end_job(id, JobState::Pending, &told.unwrap_or_else(|| unknown().into())).await;
        Ok(match settled {
            Ok(settled) => settled,
            // It is done as it is wanted after the next start.
            Err(WriteLost::Ending) => Ok(goes_on()),
            Err(WriteLost::Panicked) => Err(NotDone::Lost),
        })
    }

    /// Settles all that an OLT has lost, in the order in which it was made: so the last
    /// wish of each ONU is the one that stands.
    async fn settle_lost(
        &self,
        (id, olt): (&str, &str),
        olts: &BTreeMap<String, Writable>,
        wanted: Wanted,
        by: Option<&str>,
    ) -> Result<Result<End, NotDone>, NotSettled> {
        let result = self.store()?.result(id).await?;
        let left = result.as_ref().and_then(read_told).map(|told| told.remaining).unwrap_or_default();
        let members: Vec<String> = left.iter().map(|left| member(left).to_owned()).collect();
        let mut report = WriteReport { state: WriteState::Applied, verified: true, ..unknown() };
        let mut saved = Saved::Yes;
        for member in &members {
            // One that was settled by itself meanwhile stays as it is.
            match Box::pin(self.settle_now(member, olts, wanted, by, Some(&members))).await {
                Ok(Ok(end)) => {
                    let made = match wanted {
                        Wanted::Undo => end.is_undone(),
                        _ => matches!(end.report.state, WriteState::Applied | WriteState::Unchanged),
                    };
                    report.steps.extend(end.report.steps);
                    saved = end.saved;
                    if !made || end.is_pending {
                        report.remaining.push(format!("{member}: {}", spelt(end.report.state)));
                    }
                }
                Ok(Err(NotDone::Change(error))) => report.remaining.push(format!("{member}: {error}")),
                Ok(Err(_)) => report.remaining.push(format!("{member}: it was not begun")),
                Err(NotSettled::Settled(_) | NotSettled::Accepted) => {}
                Err(why) => report.remaining.push(format!("{member}: {why}")),
            }
        }
        let state = match (report.remaining.is_empty(), wanted) {
            (false, _) => {
                (report.state, report.verified) = (WriteState::Partial, false);
                JobState::Partial
            }
            (true, Wanted::Undo) => {
                report.state = WriteState::RolledBack;
                JobState::Failed
            }
            (true, _) => JobState::Done,
        };
        self.end_job(id, state, &Told::from(report.clone()).said(&of_lost(&report, olt))).await;
        Ok(Ok(End { report, is_pending: false, saved, place: None, suspended_by: None }))
    }
}

/// The job of a line of what a gathering job has left: alone, or before why it is left.
pub(super) fn member(left: &str) -> &str {
    left.split_once(':').map_or(left, |(job, _)| job)
}

/// What is told of a job that is being settled still.
fn goes_on() -> End {
    End { report: unknown(), is_pending: true, saved: Saved::Manual, place: None, suspended_by: None }
}
