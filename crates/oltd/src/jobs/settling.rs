//! What was interrupted is brought to an end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gpon::{OnuRef, WriteReport, WriteState};
use zte::{How, Plan};

use super::alone::Alone;
use super::change::Work;
use super::journal::{JobJournal, Kept, plan_of, progress_of};
use super::told::report;
use super::{End, Jobs, LOST, NotBegun, NotDone, SAVE, Told, Writable, locked};
use crate::store::{JobFilter, JobState, Pending, PlanRow, Store, StoreError};
use crate::tasks::WriteLost;

/// The first pause between two tries, and the longest.
const SOON: Duration = Duration::from_secs(5);
const LATE: Duration = Duration::from_secs(60);
/// What is older is settled by a person: by then somebody may have helped the customer
/// by hand, and his service is never undone.
const OLD: Duration = Duration::from_secs(600);
/// How long one try lasts at most where the link does not come back.
const TRY: Duration = Duration::from_secs(20);

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

/// Why a job is not settled.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotSettled {
    /// There is no such job.
    #[error("there is no job {0}")]
    NoSuchJob(String),
    /// Nothing of it waits for anybody.
    #[error("the job is {0}; only one that is pending, partial or lost is settled")]
    Settled(&'static str),
    /// Somebody has accepted it.
    #[error("the job was accepted as it is")]
    Accepted,
    /// It has no plan that could be finished or undone.
    #[error("nothing is kept of it that could be finished or undone; it can be accepted")]
    NoPlan,
    /// The store fails.
    #[error("{0}")]
    Store(String),
    /// It could not be begun.
    #[error(transparent)]
    Begun(#[from] NotBegun),
}

impl Jobs {
    /// Locks what is pending from before, and keeps settling it and what comes.
    pub async fn keep_settling(&self, olts: impl IntoIterator<Item = Writable>) {
        let Ok(store) = self.store() else { return };
        match store.pending_objects(None).await {
            Ok(pending) => {
                for plan in pending {
                    let job = &plan.job;
                    if let Ok(at) = place(&plan.object) {
                        self.lock(&plan.olt, at, job);
                        tracing::warn!(
                            olt.id = plan.olt,
                            job,
                            object = plan.object,
                            "a write was interrupted; it is being settled"
                        );
                    }
                }
            }
            Err(error) => tracing::error!(%error, "what was interrupted could not be read"),
        }
        for olt in olts {
            let jobs = self.clone();
            self.0.tasks.keep("settle", move || jobs.clone().settle_all(olt.clone()));
        }
    }

    /// Ends the jobs of an earlier process that are not pending: either nothing of them
    /// was sent, or what became of them stands with their plan.
    pub(super) async fn end_abandoned(&self, store: &Store) -> Result<(), StoreError> {
        for state in [JobState::Queued, JobState::Running] {
            let filter = JobFilter { state: Some(state), limit: u32::MAX, ..JobFilter::default() };
            for job in store.jobs(&filter).await? {
                let plan = store.plans_of(&job.id).await?.into_iter().next_back();
                let told = match plan {
                    Some(PlanRow { outcome: Some(outcome), .. }) => read_told(&outcome),
                    Some(_) => Some(Told {
                        error: Some("the server ended before it could keep how it ended".to_owned()),
                        ..Told::from(unknown())
                    }),
                    // The command that saves may have been sent: it has no plan.
                    None if job.kind == SAVE && state == JobState::Running => Some(Told {
                        error: Some("the server ended before it knew whether the OLT saved".to_owned()),
                        ..Told::from(unknown())
                    }),
                    None => None,
                };
                let told =
                    told.unwrap_or_else(|| Told::failed("the server ended before anything of it was sent"));
                let told = told.cut_off();
                self.end_job(&job.id, state_of(&told), &told).await;
            }
        }
        Ok(())
    }

    async fn settle_all(self, olt: Writable) {
        let Some(news) = self.0.news.get(&*olt.id) else { return };
        let mut pause = SOON;
        loop {
            if self.is_waiting_of(&olt.id) {
                tokio::time::sleep(pause).await;
                let settled = self.settle_once(&olt).await;
                pause = if settled { SOON } else { (2 * pause).min(LATE) };
            } else {
                pause = SOON;
                news.pending.notified().await;
            }
        }
    }

    /// Whether something of an OLT is pending that does not wait for a person.
    fn is_waiting_of(&self, olt: &str) -> bool {
        let left = locked(&self.0.left);
        locked(&self.0.locks).iter().any(|((of, _), job)| of == olt && !left.contains(job))
    }

    /// Tries everything once; whether something came to an end.
    async fn settle_once(&self, olt: &Writable) -> bool {
        let Ok(store) = self.store() else { return false };
        let pending = match store.pending(Some(&olt.id)).await {
            Ok(pending) => pending,
            Err(error) => {
                tracing::error!(olt.id = &*olt.id, %error, "what is pending could not be read");
                return false;
            }
        };
        let mut settled = false;
        for Pending { plan: row, .. } in pending {
            let Some(job) = row.applied_by.clone() else { continue };
            if locked(&self.0.left).contains(&job) || olt.gate.hold().is_some() {
                continue;
            }
            let Ok(plan) = plan_of(&row.document) else {
                tracing::error!(
                    olt.id = &*olt.id,
                    job,
                    "the plan of a pending job is not understood; it waits for a person"
                );
                locked(&self.0.left).insert(job);
                continue;
            };
            let age =
                row.begun_at.and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default();
            let wanted = locked(&self.0.wanted).get(&job).copied();
            if age > OLD && !plan.must_be_finished() && wanted.is_none() {
                tracing::warn!(
                    olt.id = &*olt.id,
                    job,
                    "a pending job is too old to be settled without a person"
                );
                locked(&self.0.left).insert(job);
                continue;
            }
            let Ok(alone) = self.alone(&olt.id, plan.at(), &job).await else { continue };
            // A person may have settled it meanwhile.
            if self.lock_of(&olt.id, plan.at()).as_ref() != Some(&job) || locked(&self.0.left).contains(&job)
            {
                continue;
            }
            let begun = Begun { plan, age, plan_id: row.id, alone };
            let how = wanted.unwrap_or(How::Auto);
            settled |= matches!(self.settle_one(olt, &job, begun, how).await, Ok(Ok(end)) if !end.is_pending);
        }
        settled
    }

    /// Settles one job in a task of its own.
    async fn settle_one(
        &self,
        olt: &Writable,
        job: &str,
        begun: Begun,
        how: How,
    ) -> Result<Result<End, NotDone>, WriteLost> {
        let Ok(store) = self.store() else { return Ok(Err(NotDone::Lost)) };
        let journal = JobJournal::new(self, store.clone(), olt, job, &begun.plan_id, Kept::Begun);
        let at = begun.plan.at();
        // How far it got, whoever settled it last.
        let steps = match store.steps(&begun.plan_id).await {
            Ok(steps) => progress_of(&steps),
            Err(error) => {
                tracing::error!(olt.id = &*olt.id, job, %error, "the steps of a job could not be read");
                return Ok(Err(NotDone::Lost));
            }
        };
        let undoes = how == How::Undo;
        let work = Work { jobs: self.clone(), olt: olt.clone(), job: job.to_owned(), at, undoes };
        let settle = async move {
            let Begun { plan, age, alone: _alone, .. } = begun;
            match work.olt.olt.settle(&plan, steps, age, how, &journal, TRY).await {
                Ok(outcome) => Ok(work.ended(&plan, outcome, &journal).await),
                Err(error) => Err(NotDone::Change(error)),
            }
        };
        self.0.tasks.write("settle", &olt.id, settle).await
    }

    /// Settles a job as a person wants it.
    ///
    /// # Errors
    /// [`NotSettled`].
    pub async fn settle(
        &self,
        id: &str,
        olts: &BTreeMap<String, Writable>,
        wanted: Wanted,
        by: Option<&Arc<str>>,
    ) -> Result<Result<End, NotDone>, NotSettled> {
        let store = self.store()?;
        let failed = |error: crate::store::StoreError| NotSettled::Store(error.to_string());
        let row = store.job(id).await.map_err(failed)?;
        let row = row.ok_or_else(|| NotSettled::NoSuchJob(id.to_owned()))?;
        let object = place(&row.object).ok();
        let alone = match object {
            Some(object) => {
                let turn = self.alone(&row.olt, object, id).await;
                Some(turn.map_err(|job| NotBegun::Locked { job, object })?)
            }
            None => None,
        };
        // Whoever had the turn before may have settled it.
        let row = store.job(id).await.map_err(failed)?;
        let row = row.ok_or_else(|| NotSettled::NoSuchJob(id.to_owned()))?;
        if !matches!(row.state, JobState::Pending | JobState::Partial | JobState::Lost) {
            return Err(NotSettled::Settled(row.state.as_str()));
        }
        if row.accepted {
            return Err(NotSettled::Accepted);
        }
        tracing::info!(job = id, olt.id = row.olt, wanted = ?wanted, caller = by.map(|by| &**by), "a job is settled by a person");
        if row.kind == LOST && wanted != Wanted::Accept {
            return self.settle_lost(id, olts, wanted, by).await;
        }
        if wanted == Wanted::Accept {
            self.accept(store, &row, by).await?;
            return Ok(Ok(End { report: unknown(), is_pending: false, saved: super::Saved::Manual }));
        }
        let plan_row = store.plans_of(id).await.map_err(failed)?.into_iter().next_back();
        if let Some(object) = object
            && let Some(job) = self.lock_of(&row.olt, object).filter(|job| job != id)
        {
            return Err(NotBegun::Locked { job, object }.into());
        }
        let plan_row = plan_row.ok_or(NotSettled::NoPlan)?;
        let olt = olts.get(&row.olt).ok_or(NotSettled::NoPlan)?;
        let plan = plan_of(&plan_row.document).map_err(NotSettled::Store)?;
        let alone = alone.ok_or(NotSettled::NoPlan)?;
        store.reopen_plan(&plan_row.id).await.map_err(failed)?;
        let age =
            plan_row.begun_at.and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default();
        let begun = Begun { plan, age, plan_id: plan_row.id, alone };
        let how = if wanted == Wanted::Finish { How::Finish } else { How::Undo };
        // Where the link is down it is tried again as the person wants it.
        locked(&self.0.wanted).insert(id.to_owned(), how);
        locked(&self.0.left).remove(id);
        let at = begun.plan.at();
        match self.settle_one(olt, id, begun, how).await {
            Ok(Ok(end)) => Ok(Ok(end)),
            Ok(Err(why)) => {
                // Its plan is pending from now on, whatever the job was before.
                self.lock(&row.olt, at, id);
                let told = store.result(id).await.map_err(failed)?.as_ref().and_then(read_told);
                self.end_job(id, JobState::Pending, &told.unwrap_or_else(|| unknown().into())).await;
                Ok(Err(why))
            }
            Err(WriteLost::Ending) => Ok(Err(NotDone::Ending)),
            Err(WriteLost::Panicked) => Ok(Err(NotDone::Lost)),
        }
    }
}

impl Jobs {
    /// Settles all that an OLT has lost, in the order in which it was made: so the last
    /// wish of each ONU is the one that stands.
    async fn settle_lost(
        &self,
        id: &str,
        olts: &BTreeMap<String, Writable>,
        wanted: Wanted,
        by: Option<&Arc<str>>,
    ) -> Result<Result<End, NotDone>, NotSettled> {
        let failed = |error: crate::store::StoreError| NotSettled::Store(error.to_string());
        let result = self.store()?.result(id).await.map_err(failed)?;
        let members = result.as_ref().and_then(read_told).map(|told| told.remaining).unwrap_or_default();
        let mut report = WriteReport { state: WriteState::Applied, verified: true, ..unknown() };
        let mut saved = super::Saved::Yes;
        for member in members {
            // One that was settled by itself meanwhile stays as it is.
            match Box::pin(self.settle(&member, olts, wanted, by)).await {
                Ok(Ok(end)) => {
                    let made = matches!(end.report.state, WriteState::Applied | WriteState::Unchanged);
                    report.steps.extend(end.report.steps);
                    saved = end.saved;
                    if !made || end.is_pending {
                        report.remaining.push(format!("{member}: {}", super::spelt(end.report.state)));
                    }
                }
                Ok(Err(NotDone::Change(error))) => report.remaining.push(format!("{member}: {error}")),
                Ok(Err(_)) => report.remaining.push(format!("{member}: it was not begun")),
                Err(NotSettled::Settled(_) | NotSettled::Accepted) => {}
                Err(why) => report.remaining.push(format!("{member}: {why}")),
            }
        }
        if !report.remaining.is_empty() {
            (report.state, report.verified) = (WriteState::Partial, false);
        }
        let state = if report.remaining.is_empty() { JobState::Done } else { JobState::Partial };
        self.end_job(id, state, &Told::from(report.clone())).await;
        Ok(Ok(End { report, is_pending: false, saved }))
    }
}

/// A plan that was begun.
struct Begun {
    plan: Plan,
    age: Duration,
    plan_id: String,
    alone: Alone,
}

/// How a job ended of which this is told.
fn state_of(told: &Told) -> JobState {
    match told.state.as_str() {
        "applied" | "unchanged" if told.error.is_none() => JobState::Done,
        "partial" => JobState::Partial,
        _ => JobState::Failed,
    }
}

/// Of what nobody knows.
pub(super) fn unknown() -> WriteReport {
    report(WriteState::Unknown)
}

/// What the store has of a result.
pub(super) fn read_told(result: &secrecy::SecretSlice<u8>) -> Option<Told> {
    serde_json::from_slice(secrecy::ExposeSecret::expose_secret(result)).ok()
}

/// The place of an ONU, as plans name it.
pub(super) fn place(object: &str) -> Result<OnuRef, ()> {
    let (pon, id) = object.split_once(':').ok_or(())?;
    Ok(OnuRef { pon: pon.parse().map_err(drop)?, id: id.parse().map_err(drop)? })
}
