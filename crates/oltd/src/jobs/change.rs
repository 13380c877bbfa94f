//! The change of an ONU as a job.

use std::time::{Duration, SystemTime};

use gpon::{OnuChange, OnuRef, StepState, WritePlan, WriteState};
use secrecy::SecretSlice;
use zte::{ChangeError, NotChanged, Outcome, Plan};

use super::alone::Alone;
use super::journal::{JobJournal, Kept, plan_of, sealed};
use super::{Answered, Asked, End, Jobs, NotBegun, NotDone, Told, Writable, new_id};
use crate::cache::Scope;
use crate::store::{Claim, DRAFT_KEPT, JobState, NewJob, NewPlan, PlanEnd, StoreError};
use crate::tasks::WriteLost;

/// How long a lost link is dialled again and what it left is settled, inside the request.
const SETTLED: Duration = Duration::from_secs(20);
/// How often the history of an ONU is read that was told to start again: soon, then every
/// ten seconds.
const LOOKS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(3), Duration::from_secs(5), Duration::from_secs(8)];
const THEN: Duration = Duration::from_secs(10);

/// A plan that was kept.
#[derive(Debug)]
pub struct KeptPlan {
    /// Its id.
    pub id: String,
    /// Its OLT.
    pub olt: String,
    /// What it would do.
    pub shown: WritePlan,
    /// Until when it may be applied.
    pub expires_at: SystemTime,
    /// The job that applied it.
    pub applied_by: Option<String>,
}

impl Jobs {
    /// Plans a change, and keeps the plan.
    ///
    /// # Errors
    /// [`ChangeError`] inside; outside that the store cannot keep it.
    pub async fn plan(
        &self,
        olt: &Writable,
        change: &OnuChange,
    ) -> Result<Result<KeptPlan, ChangeError>, NotBegun> {
        let store = self.store()?;
        let plan = match olt.olt.plan(change).await {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
        let now = SystemTime::now();
        let kept = KeptPlan {
            id: new_id(),
            olt: olt.id.to_string(),
            shown: plan.shown(),
            expires_at: now + DRAFT_KEPT,
            applied_by: None,
        };
        let document = sealed(&plan.document());
        let new = NewPlan {
            id: &kept.id,
            job: None,
            olt: &olt.id,
            object: &plan.at().to_string(),
            kind: plan.kind(),
            fingerprint: &kept.shown.fingerprint,
            document: &document,
            created_at: now,
            expires_at: kept.expires_at,
        };
        store.keep_plan(&new).await?;
        Ok(Ok(kept))
    }

    /// A plan that was kept.
    ///
    /// # Errors
    /// [`NotBegun::NoSuchPlan`], [`NotBegun::Store`].
    pub async fn kept(&self, id: &str) -> Result<(KeptPlan, Plan), NotBegun> {
        let row = self.store()?.plan(id).await?;
        let row = row.ok_or_else(|| NotBegun::NoSuchPlan(id.to_owned()))?;
        let plan = plan_of(&row.document).map_err(NotBegun::Store)?;
        let (shown, expires_at, applied_by) = (plan.shown(), row.expires_at, row.applied_by);
        Ok((KeptPlan { id: row.id, olt: row.olt, shown, expires_at, applied_by }, plan))
    }

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
        self.unlocked(&olt.id, at)?;
        self.has_room(olt, at)?;
        let job = new_id();
        self.add(olt, &job, change.wish.kind(), &at.to_string(), &asked).await?;
        let work = Work { jobs: self.clone(), olt: olt.clone(), job: job.clone(), at };
        let journal = JobJournal::new(self.store()?.clone(), olt, &job, &new_id(), Kept::No);
        let until = asked.wait.max(SETTLED);
        self.run(asked.wait, job, olt, work.change(change, journal, until)).await
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
        self.unlocked(&olt.id, plan.at())?;
        self.has_room(olt, plan.at())?;
        let job = new_id();
        let store = self.store()?;
        self.add(olt, &job, plan.kind(), &plan.at().to_string(), &asked).await?;
        match store.claim_plan(id, &job, SystemTime::now()).await {
            Ok(Claim::Claimed) => {}
            Ok(not) => {
                let why = match not {
                    Claim::AlreadyApplied { job } => NotBegun::Applied(job),
                    Claim::Expired | Claim::Claimed => NotBegun::Expired,
                };
                self.end_job(&job, JobState::Failed, &Told::failed(&why)).await;
                return Err(why);
            }
            Err(error) => return Err(error.into()),
        }
        let work = Work { jobs: self.clone(), olt: olt.clone(), job: job.clone(), at: plan.at() };
        let journal = JobJournal::new(store.clone(), olt, &job, id, Kept::Claimed);
        let until = asked.wait.max(SETTLED);
        self.run(asked.wait, job, olt, work.apply(plan, journal, until)).await
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

    /// Runs a job in a task of its own, and waits for it as long as who asked.
    async fn run(
        &self,
        wait: Duration,
        job: String,
        olt: &Writable,
        work: impl Future<Output = Result<End, NotDone>> + Send + 'static,
    ) -> Result<Answered, NotBegun> {
        let handle = self.0.tasks.write("change", &olt.id, work);
        match tokio::time::timeout(wait, handle).await {
            Ok(Ok(end)) => Ok(Answered::Ended { job, end }),
            Ok(Err(WriteLost::Ending)) => {
                self.end_job(&job, JobState::Cancelled, &Told::failed("the server is ending")).await;
                Ok(Answered::Ended { job, end: Err(NotDone::Ending) })
            }
            Ok(Err(WriteLost::Panicked)) => Ok(Answered::Ended { job, end: Err(NotDone::Lost) }),
            Err(_) => Ok(Answered::GoesOn { job }),
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
pub(super) struct Work {
    pub(super) jobs: Jobs,
    pub(super) olt: Writable,
    pub(super) job: String,
    pub(super) at: OnuRef,
}

impl Work {
    async fn change(self, change: OnuChange, journal: JobJournal, settled: Duration) -> Result<End, NotDone> {
        let _alone = self.begin().await?;
        let made = self.olt.olt.change(&change, &journal, settled).await;
        match made {
            Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn apply(self, plan: Plan, journal: JobJournal, settled: Duration) -> Result<End, NotDone> {
        let _alone = match self.begin().await {
            Ok(alone) => alone,
            Err(why) => {
                self.release(&journal).await;
                return Err(why);
            }
        };
        match self.olt.olt.apply(&plan, &journal, settled).await {
            Ok((plan, outcome)) => {
                // What is already so was never begun.
                if !journal.has_begun() {
                    self.release(&journal).await;
                }
                Ok(self.ended(&plan, outcome, &journal).await)
            }
            Err(error) => {
                self.release(&journal).await;
                Err(self.failed(error).await)
            }
        }
    }

    async fn release(&self, journal: &JobJournal) {
        if let Err(error) = journal.store.release_plan(&journal.plan).await {
            tracing::error!(job = self.job, %error, "a plan of which nothing was sent could not be released");
        }
    }

    /// Its turn at the ONU, for as long as it is under way.
    async fn begin(&self) -> Result<Alone, NotDone> {
        let turn = self.jobs.alone(&self.olt.id, self.at, &self.job).await;
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
            self.jobs.end_job(&self.job, JobState::Failed, &Told::failed("the OLT is held")).await;
            return Err(NotDone::Held(hold));
        }
        self.jobs.look_for_a_restart(&self.olt).await;
        if let Ok(store) = self.jobs.store()
            && let Err(error) = store.start_job(&self.job, SystemTime::now()).await
        {
            tracing::error!(job = self.job, %error, "that a job runs could not be kept");
        }
        Ok(alone)
    }

    async fn failed(&self, error: ChangeError) -> NotDone {
        // Somebody came to hold it while it waited for its turn.
        if matches!(error.why, NotChanged::Journal(_))
            && let Some(hold) = self.olt.gate.hold()
        {
            self.jobs.end_job(&self.job, JobState::Failed, &Told::failed("the OLT is held")).await;
            return NotDone::Held(hold);
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
        if journal.has_begun() {
            let end = if is_pending { PlanEnd::Pending } else { PlanEnd::Ended };
            let kept = journal.store.end(&journal.plan, end, &document(&told), SystemTime::now()).await;
            note(kept.map(drop), &self.job);
        }
        if is_pending {
            if !foreign.is_empty() {
                super::locked(&self.jobs.0.left).insert(self.job.clone());
            }
            self.jobs.lock(&self.olt.id, self.at, &self.job);
        } else {
            self.jobs.unlock(&self.olt.id, self.at, &self.job);
        }
        self.jobs.end_job(&self.job, state, &told).await;
        let (olt, job) = (&*self.olt.id, self.job.as_str());
        tracing::info!(
            olt.id = olt,
            job,
            state = super::spelt(report.state),
            act = plan.act(),
            "a write ended"
        );
        let configures = plan.configures();
        let owes = progress.iter().zip(&configures).any(|(step, configures)| {
            *configures && matches!(step.forth, Some(StepState::Done | StepState::Unknown))
        });
        let saved = if owes { self.jobs.owed_now(&self.olt) } else { self.jobs.saved(&self.olt).await };
        if !is_pending && report.state == WriteState::Applied && plan.restarts() {
            self.look_after(plan.clone(), told);
        }
        End { report, is_pending, saved }
    }

    /// Reads the history of an ONU that was told to start again until it shows that it has.
    fn look_after(&self, plan: Plan, mut told: Told) {
        let (jobs, olt, job) = (self.jobs.clone(), self.olt.clone(), self.job.clone());
        self.jobs.0.tasks.spawn("look after a restart", async move {
            let (wait, mut waited, mut trouble) = (olt.olt.reboot_wait(), Duration::ZERO, None);
            for pause in LOOKS.into_iter().chain(std::iter::repeat(THEN)) {
                if waited >= wait {
                    break;
                }
                tokio::time::sleep(pause).await;
                waited += pause;
                match olt.olt.has_restarted(&plan).await {
                    Ok(true) => {
                        told.verified = true;
                        olt.invalidate(scope(&plan)).await;
                        return jobs.end_job(&job, JobState::Done, &told).await;
                    }
                    Ok(false) => trouble = None,
                    Err(error) => trouble = Some(error.to_string()),
                }
            }
            let seconds = waited.as_secs();
            told.warnings.push(match trouble {
                Some(why) => format!("whether the ONU came back could not be read: {why}"),
                None => format!("within {seconds} s the ONU's history does not show that it came back"),
            });
            jobs.end_job(&job, JobState::Done, &told).await;
        });
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

fn note(kept: Result<(), StoreError>, job: &str) {
    if let Err(error) = kept {
        tracing::error!(job, %error, "how a plan ended could not be kept");
    }
}
