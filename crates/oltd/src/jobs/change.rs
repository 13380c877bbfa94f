//! The change of an ONU as a job.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use futures::FutureExt;
use gpon::{OnuChange, OnuRef, StepState, WriteState};
use secrecy::SecretSlice;
use tokio::sync::oneshot;
use zte::{ChangeError, NotChanged, Outcome, Plan};

use super::alone::Alone;
use super::journal::{JobJournal, Kept};
use super::looking::LOOKED;
use super::{Answered, Asked, End, Jobs, NotBegun, NotDone, Told, Writable, new_id};
use crate::cache::Scope;
use crate::store::{Claim, Duty, JobState, NewJob, PlanEnd, Store};
use crate::tasks::WriteLost;
use crate::writing::Hold;

/// How long a lost link is dialled again and what it left is settled, inside the request.
const SETTLED: Duration = Duration::from_secs(20);
/// What is left of the time that requests get once the server is ending (`http`), for the
/// answer that the job goes on.
const ANSWERED: Duration = Duration::from_secs(2);

impl Jobs {
    /// Makes a change of an ONU that stands at `at`.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub async fn change(
        &self,
        olt: &Writable,
        change: OnuChange,
        at: OnuRef,
        asked: Asked,
    ) -> Result<Answered, NotBegun> {
        let (work, store) = self.admitted(olt, at)?;
        let journal = work.journal(store, &new_id(), Kept::No);
        let (kind, until) = (change.wish.kind(), asked.wait.max(SETTLED));
        let add = {
            let (work, asked) = (work.clone(), asked.clone());
            async move { work.add(kind, &asked).await }
        };
        self.run(&work.clone(), asked.wait, add, work.change(change, journal, until)).await
    }

    /// Applies a plan that was kept.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub async fn apply(
        &self,
        olt: &Writable,
        id: &str,
        plan: Plan,
        asked: Asked,
    ) -> Result<Answered, NotBegun> {
        let (work, store) = self.admitted(olt, plan.at())?;
        let journal = work.journal(store, id, Kept::Claimed);
        let until = asked.wait.max(SETTLED);
        let add = {
            let (work, asked, id) = (work.clone(), asked.clone(), id.to_owned());
            let kind = plan.kind().to_owned();
            async move {
                work.add(&kind, &asked).await?;
                work.claim(&id).await
            }
        };
        self.run(&work.clone(), asked.wait, add, work.apply(plan, journal, until)).await
    }

    /// A job at an ONU that may be begun.
    fn admitted(&self, olt: &Writable, at: OnuRef) -> Result<(Work, Store), NotBegun> {
        self.unlocked(&olt.id, at)?;
        self.has_room(olt, at)?;
        let store = self.store()?.clone();
        Ok((Work { jobs: self.clone(), olt: olt.clone(), job: new_id(), at }, store))
    }

    pub(super) async fn add(
        &self,
        olt: &Writable,
        id: &str,
        kind: &str,
        object: &str,
        asked: &Asked,
    ) -> Result<(), NotBegun> {
        let job = NewJob {
            id,
            kind,
            olt: &olt.id,
            caller: asked.caller.as_deref(),
            request_id: &asked.request_id,
            reference: asked.reference.as_deref(),
            object,
            total: 1,
            created_at: SystemTime::now(),
        };
        Ok(self.store()?.add_job(&job).await?)
    }

    /// Runs a job in a task of its own, and waits for it as long as who asked. The task adds
    /// the job itself: what stands in the store is ended by it, whoever hangs up when.
    pub(super) async fn run(
        &self,
        work: &Work,
        wait: Duration,
        add: impl Future<Output = Result<(), NotBegun>> + Send + 'static,
        made: impl Future<Output = Result<End, NotDone>> + Send + 'static,
    ) -> Result<Answered, NotBegun> {
        let (tell, added) = oneshot::channel();
        let of = work.clone();
        let task = async move {
            let added = add.await;
            let is_added = added.is_ok();
            // Whoever has left looks at the job.
            let _ = tell.send(added);
            if !is_added {
                return Err(NotDone::Lost);
            }
            match AssertUnwindSafe(made).catch_unwind().await {
                Ok(end) => end,
                Err(panic) => {
                    of.jobs.end_panicked(&of.olt.id, of.at, &of.job).await;
                    std::panic::resume_unwind(panic)
                }
            }
        };
        let mut handle = self.0.tasks.write("change", &work.olt.id, task);
        match added.await {
            Ok(added) => added?,
            // It was not begun, or has panicked before it was told.
            Err(_) => {
                let ended = (&mut handle).await;
                return Err(match ended {
                    Err(WriteLost::Ending) => NotBegun::Ending,
                    _ => NotBegun::Store("a fault of the server; see its log".to_owned()),
                });
            }
        }
        let job = work.job.clone();
        Ok(match self.waited(wait, handle).await {
            Some(Ok(end)) => Answered::Ended { job, end },
            Some(Err(WriteLost::Ending)) => Answered::Ended { job, end: Err(NotDone::Ending) },
            Some(Err(WriteLost::Panicked)) => Answered::Ended { job, end: Err(NotDone::Lost) },
            None => Answered::GoesOn { job },
        })
    }

    /// Waits for a task for so long, and once the server is ending no longer than there is
    /// time for an answer.
    pub(super) async fn waited<T>(&self, wait: Duration, task: impl Future<Output = T>) -> Option<T> {
        let ending = async {
            self.0.tasks.ending().cancelled().await;
            tokio::time::sleep(ANSWERED).await;
        };
        tokio::select! {
            biased;
            ended = tokio::time::timeout(wait, task) => ended.ok(),
            () = ending => None,
        }
    }

    /// Notes how a job ended; a store that cannot is told of in the log.
    pub(super) async fn end_job(&self, id: &str, state: JobState, told: &Told) {
        let Ok(store) = self.store() else { return };
        if let Err(error) = store.end_job(id, state, &document(told), SystemTime::now()).await {
            tracing::error!(job = id, %error, "how a job ended could not be kept");
        }
    }
}

/// What became of a write, for the store.
pub(super) fn document(told: &Told) -> SecretSlice<u8> {
    SecretSlice::from(serde_json::to_vec(told).unwrap_or_default())
}

/// A job under way.
#[derive(Clone)]
pub(super) struct Work {
    pub(super) jobs: Jobs,
    pub(super) olt: Writable,
    pub(super) job: String,
    pub(super) at: OnuRef,
}

impl Work {
    pub(super) fn journal(&self, store: Store, plan: &str, kept: Kept) -> JobJournal {
        JobJournal::new(store, self.jobs.0.tasks.clone(), &self.olt, &self.job, plan, kept)
    }

    async fn add(&self, kind: &str, asked: &Asked) -> Result<(), NotBegun> {
        self.jobs.add(&self.olt, &self.job, kind, &self.at.to_string(), asked).await
    }

    /// Takes a plan that was kept; where it is not to be had, the job has ended.
    async fn claim(&self, plan: &str) -> Result<(), NotBegun> {
        let why = match self.jobs.store()?.claim_plan(plan, &self.job, SystemTime::now()).await {
            Ok(Claim::Claimed) => return Ok(()),
            Ok(Claim::AlreadyApplied { job }) => NotBegun::Applied(job),
            Ok(Claim::Expired) => NotBegun::Expired,
            Err(error) => error.into(),
        };
        self.jobs.end_job(&self.job, JobState::Failed, &Told::failed(&why)).await;
        Err(why)
    }

    async fn change(self, change: OnuChange, journal: JobJournal, settled: Duration) -> Result<End, NotDone> {
        let _alone = self.begin().await?;
        let made = self.olt.olt.change(&change, &journal, settled);
        match self.unless_it_ends(made, &journal).await? {
            Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn apply(self, plan: Plan, journal: JobJournal, settled: Duration) -> Result<End, NotDone> {
        let applied = async {
            let _alone = self.begin().await?;
            let made = self.olt.olt.apply(&plan, &journal, settled);
            match self.unless_it_ends(made, &journal).await? {
                Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
                Err(error) => Err(self.failed(error).await),
            }
        };
        let applied = applied.await;
        // One of which nothing was sent can be applied again.
        if !journal.has_begun()
            && let Err(error) = journal.store.release_plan(&journal.plan).await
        {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "a plan of which nothing was sent could not be released");
        }
        applied
    }

    /// What comes of a change; one that has not begun does not begin once the server is ending.
    async fn unless_it_ends<T>(
        &self,
        made: impl Future<Output = T>,
        journal: &JobJournal,
    ) -> Result<T, NotDone> {
        let ending = async {
            self.jobs.0.tasks.ending().cancelled().await;
            if journal.is_beginning() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            made = made => Ok(made),
            () = ending => Err(self.cancelled().await),
        }
    }

    async fn cancelled(&self) -> NotDone {
        self.jobs.end_job(&self.job, JobState::Cancelled, &Told::failed("the server is ending")).await;
        NotDone::Ending
    }

    /// Its turn at the ONU, for as long as it is under way.
    async fn begin(&self) -> Result<Alone, NotDone> {
        let turn = tokio::select! {
            biased;
            () = self.jobs.0.tasks.ending().cancelled() => return Err(self.cancelled().await),
            turn = self.jobs.alone(&self.olt.id, self.at, &self.job) => turn,
        };
        // The one before it may have come to be pending since this one was asked for.
        let alone = match (turn, self.jobs.lock_of(&self.olt.id, self.at)) {
            (Ok(turn), None) => turn,
            (Err(job), None) | (_, Some(job)) => {
                let why = NotBegun::Locked { job: job.clone(), object: self.at };
                self.jobs.end_job(&self.job, JobState::Failed, &Told::failed(why)).await;
                return Err(NotDone::Locked { job, object: self.at });
            }
        };
        if let Some(hold) = self.olt.gate.hold() {
            return Err(self.held(hold).await);
        }
        if let Ok(store) = self.jobs.store()
            && let Err(error) = store.start_job(&self.job, SystemTime::now()).await
        {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "that a job runs could not be kept");
        }
        Ok(alone)
    }

    async fn held(&self, hold: Hold) -> NotDone {
        self.jobs.end_job(&self.job, JobState::Failed, &Told::failed("the OLT is held")).await;
        NotDone::Held(hold)
    }

    async fn failed(&self, error: ChangeError) -> NotDone {
        // The server came to end, or somebody to hold the OLT, while it waited for its turn.
        if matches!(error.why, NotChanged::Journal(_)) {
            if self.jobs.0.tasks.ending().is_cancelled() {
                return self.cancelled().await;
            }
            if let Some(hold) = self.olt.gate.hold() {
                return self.held(hold).await;
            }
        }
        self.jobs.end_job(&self.job, JobState::Failed, &Told::failed(&error)).await;
        NotDone::Change(error)
    }

    /// Keeps how it ended, and does what follows from it.
    pub(super) async fn ended(&self, plan: &Plan, outcome: Outcome, journal: &JobJournal) -> End {
        let Outcome { report, progress, is_pending, foreign } = outcome;
        let sent = progress.iter().any(|step| !matches!(step.forth, None | Some(StepState::NotSent)));
        if sent {
            self.olt.invalidate(scope(plan)).await;
        }
        let state = match (is_pending, report.state) {
            (true, _) => JobState::Pending,
            (false, WriteState::Applied | WriteState::Unchanged) => JobState::Done,
            (false, WriteState::Partial) => JobState::Partial,
            (false, WriteState::Refused | WriteState::RolledBack | WriteState::Unknown) => JobState::Failed,
        };
        let told = Told::from(report.clone());
        let restarts = !is_pending && report.state == WriteState::Applied && plan.restarts();
        if restarts {
            self.jobs.keep_duty(&self.olt.id, &self.job, Duty::Look).await;
        }
        if journal.has_begun() {
            let end = if is_pending { PlanEnd::Pending } else { PlanEnd::Ended };
            let kept = journal.store.end(&journal.plan, end, &document(&told), SystemTime::now()).await;
            if let Err(error) = kept {
                tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "how a plan ended could not be kept");
            }
        }
        if is_pending {
            if !foreign.is_empty() {
                super::locked(&self.jobs.0.left).insert(self.job.clone());
            }
            self.jobs.lock(&self.olt.id, self.at, &self.job);
        } else if self.jobs.unlock(&self.olt.id, self.at, &self.job) && !restarts {
            self.jobs.forget_duty(&self.olt.id, &self.job).await;
        }
        self.jobs.end_job(&self.job, state, &told).await;
        tracing::info!(
            olt.id = &*self.olt.id,
            job = self.job,
            object = %self.at,
            state = state.as_str(),
            result = super::spelt(report.state),
            act = plan.act(),
            "a write ended"
        );
        let configures = plan.configures();
        let owes = |states: &[StepState]| {
            progress.iter().zip(&configures).any(|(step, configures)| {
                let is = |state: Option<StepState>| state.is_some_and(|state| states.contains(&state));
                *configures && (is(step.forth) || is(step.back))
            })
        };
        // A line whose answer was lost may stand, and no answer was kept that says so.
        if owes(&[StepState::Unknown])
            && let Err(error) = journal.store.owe(&journal.plan, SystemTime::now()).await
        {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "that a write is to be saved could not be kept");
        }
        let saved = if owes(&[StepState::Done, StepState::Unknown]) {
            self.jobs.owed_now(&self.olt)
        } else {
            self.jobs.saved(&self.olt).await
        };
        if restarts {
            self.jobs.look_after(&self.olt, &self.job, plan.clone(), told, LOOKED);
        }
        End { report, is_pending, saved }
    }
}

/// What of the readings a plan makes too old.
pub(super) fn scope(plan: &Plan) -> Scope {
    match plan.kind() {
        // It is unconfigured from now on.
        "delete" => Scope::Pon(plan.at().pon),
        _ => Scope::Onu(plan.at()),
    }
}
