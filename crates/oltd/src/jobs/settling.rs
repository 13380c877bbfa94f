//! What was interrupted is brought to an end.

use std::time::{Duration, SystemTime};

use zte::{How, Plan};

use super::again::Again;
use super::alone::Alone;
use super::change::Work;
use super::journal::{Kept, plan_of, progress_of};
use super::{End, Jobs, NotDone, Writable, locked};
use crate::store::{Duty, Pending, PlanRow, Store, StoreError};
use crate::tasks::WriteLost;
use crate::writing::Extent;

/// The first pause between two tries, and the longest.
const SOON: Duration = Duration::from_secs(5);
const LATE: Duration = Duration::from_secs(60);
/// What is older is settled by a person: by then somebody may have helped the customer
/// by hand, and his service is never undone.
const OLD: Duration = Duration::from_secs(600);
/// How long one try lasts at most where the link does not come back.
const TRY: Duration = Duration::from_secs(20);

impl Jobs {
    /// Takes up what an earlier process has left, and keeps settling it and what comes.
    pub async fn keep_settling(&self, olts: impl IntoIterator<Item = Writable>) {
        let Ok(store) = self.store() else { return };
        let olts: Vec<Writable> = olts.into_iter().collect();
        if let Err(error) = self.take_up(store, &olts).await {
            tracing::error!(%error, "what was interrupted could not be read");
        }
        for olt in olts {
            let jobs = self.clone();
            self.0.tasks.keep("settle", move || jobs.clone().settle_all(olt.clone()));
        }
    }

    /// Locks what is pending from before, and goes on with what is to be done about jobs.
    async fn take_up(&self, store: &Store, olts: &[Writable]) -> Result<(), StoreError> {
        let pending = store.pending_objects(None).await?;
        for plan in &pending {
            let kept = store.plan(&plan.plan).await.ok().flatten();
            if self.lock_kept(plan, kept.as_ref()) {
                let settles = olts.iter().any(|olt| *olt.id == *plan.olt);
                tracing::warn!(
                    olt.id = plan.olt,
                    job = plan.job,
                    object = plan.object,
                    settles,
                    "a write was interrupted"
                );
            }
        }
        for (job, duty) in store.duties().await? {
            match duty {
                Duty::Look => self.look_on(store, &job, olts).await?,
                // It had been settled when the process was ended.
                Duty::Finish | Duty::Undo | Duty::Await if !pending.iter().any(|plan| plan.job == job) => {
                    store.forget_duty(&job).await?;
                }
                Duty::Finish => _ = locked(&self.0.wanted).insert(job, How::Finish),
                Duty::Undo => _ = locked(&self.0.wanted).insert(job, How::Undo),
                // What became of it is told when it is settled.
                Duty::Await => {}
            }
        }
        Ok(())
    }

    async fn settle_all(self, olt: Writable) {
        let Some(news) = self.0.news.get(&*olt.id) else { return };
        // What an earlier process has left is half done already: it is tried at once.
        let mut pause = Duration::ZERO;
        loop {
            if self.is_waiting_of(&olt.id) {
                tokio::time::sleep(pause).await;
                let settled = self.settle_once(&olt).await;
                pause = if settled { SOON } else { (2 * pause).clamp(SOON, LATE) };
            } else {
                pause = SOON;
                news.pending.notified().await;
            }
        }
    }

    /// Whether something of an OLT is pending that does not wait for a person.
    pub(super) fn is_waiting_of(&self, olt: &str) -> bool {
        let pending = self.pending_jobs_of(olt);
        let left = locked(&self.0.left);
        pending.iter().any(|job| !left.contains(job))
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
        // Of what was only claimed nothing was sent, nor is it sent without a look at whether it is stale.
        for Pending { plan: row, .. } in pending.into_iter().filter(|one| !one.steps.is_empty()) {
            let Some(job) = row.applied_by.clone() else { continue };
            if locked(&self.0.left).contains(&job) || olt.gate.hold().is_some() {
                continue;
            }
            let wanted = locked(&self.0.wanted).get(&job).copied();
            let age = age(&row);
            let plan = match plan_of(&row.document) {
                Ok(plan) if age <= OLD || plan.must_be_finished() || wanted.is_some() => plan,
                Ok(_) => {
                    self.leave(olt, &job, "it is too old to be settled without a person");
                    continue;
                }
                Err(error) => {
                    self.leave(olt, &job, &format!("its plan is not understood: {error}"));
                    continue;
                }
            };
            let is_denied = |at: &gpon::OnuRef| olt.writes.check(Extent::Pon(at.pon), false).is_err();
            if plan.places().iter().any(is_denied) {
                self.leave(olt, &job, "its PON port is not written to any more");
                continue;
            }
            let Ok(alone) = self.alone(&olt.id, plan.at(), &job).await else { continue };
            // A person may have settled it meanwhile.
            if self.lock_of(&olt.id, plan.at()).as_ref() != Some(&job) || locked(&self.0.left).contains(&job)
            {
                continue;
            }
            let begun = Begun { plan, age, plan_id: row.id, alone };
            match self.settle_one(olt, &job, begun, wanted.unwrap_or(How::Auto)).await {
                Ok(Ok(end)) => settled |= !end.is_pending,
                // Nothing was sent; it is tried again.
                Ok(Err(_)) | Err(WriteLost::Ending) => {}
                // What it trips over may be there the next time too.
                Err(WriteLost::Panicked) => self.leave(olt, &job, "a fault of the server ended its settling"),
            }
        }
        settled
    }

    /// Leaves what is pending to a person.
    fn leave(&self, olt: &Writable, job: &str, why: &str) {
        tracing::warn!(olt.id = &*olt.id, job, why, "a pending job waits for a person");
        locked(&self.0.left).insert(job.to_owned());
    }

    /// Settles one job in a task of its own.
    pub(super) async fn settle_one(
        &self,
        olt: &Writable,
        job: &str,
        begun: Begun,
        how: How,
    ) -> Result<Result<End, NotDone>, WriteLost> {
        let Ok(store) = self.store() else { return Ok(Err(NotDone::Lost)) };
        let work = Work {
            jobs: self.clone(),
            olt: olt.clone(),
            job: job.to_owned(),
            at: begun.plan.at(),
            undoes: how == How::Undo,
            again: Again::No,
        };
        let journal = work.journal(store.clone(), &begun.plan_id, Kept::Begun);
        // How far it got, whoever settled it last.
        let steps = match store.steps(&begun.plan_id).await {
            Ok(steps) => progress_of(&steps),
            Err(error) => {
                tracing::error!(olt.id = &*olt.id, job, %error, "the steps of a job could not be read");
                return Ok(Err(NotDone::Lost));
            }
        };
        let settle = async move {
            let Begun { plan, age, alone: _alone, .. } = begun;
            match work.olt.olt.settle(&plan, steps, age, how, &journal, TRY).await {
                Ok(mut outcome) => {
                    work.note_unawaited(&mut outcome).await;
                    Ok(work.ended(&plan, outcome, &journal).await)
                }
                Err(error) => Err(NotDone::Change(error)),
            }
        };
        self.0.tasks.write("settle", &olt.id, settle).await
    }
}

/// A plan that was begun.
pub(super) struct Begun {
    pub(super) plan: Plan,
    pub(super) age: Duration,
    pub(super) plan_id: String,
    pub(super) alone: Alone,
}

/// How long ago a plan was begun; one whose beginning lies ahead, since the clock went
/// back, was begun just now.
pub(super) fn age(plan: &PlanRow) -> Duration {
    plan.begun_at.and_then(|at| SystemTime::now().duration_since(at).ok()).unwrap_or_default()
}
