//! The change of an ONU as a job.

use std::time::{Duration, SystemTime};

use gpon::{OnuChange, OnuRef, StepState, WriteReport, WriteState};
use secrecy::SecretSlice;
use zte::{ChangeError, NotChanged, Outcome, Plan};

use super::alone::Alone;
use super::cancel::Cancellable;
use super::journal::{JobJournal, Kept};
use super::why::{of_change, of_undone};
use super::{Answered, Asked, End, Jobs, NotBegun, NotDone, Told, Writable, new_id};
use crate::cache::Scope;
use crate::store::{JobState, NewJob, PlanEnd, StoreError};
use crate::tasks::WriteLost;

/// How long a lost link is dialled again and what it left is settled, inside the request.
const SETTLED: Duration = Duration::from_secs(20);
/// How often the history of an ONU is read that was told to start again: soon, then every
/// ten seconds.
const LOOKS: [Duration; 4] =
    [Duration::from_secs(2), Duration::from_secs(3), Duration::from_secs(5), Duration::from_secs(8)];
const THEN: Duration = Duration::from_secs(10);

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
        self.unlocked(&olt.id, at)?;
        self.has_room(olt, at)?;
        let job = new_id();
        let place = self.cancellable(&job);
        self.add(olt, &job, change.wish.kind(), &at.to_string(), &asked).await?;
        drop(asked.key);
        let work = Work { jobs: self.clone(), olt: olt.clone(), job: job.clone(), at, undoes: false };
        let journal = JobJournal::new(self, self.store()?.clone(), olt, &job, &new_id(), Kept::No);
        let until = asked.wait.max(SETTLED);
        self.run(asked.wait, job, olt, work.change(change, journal, until, place)).await
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
        let place = self.cancellable(&job);
        let store = self.store()?;
        self.add(olt, &job, plan.kind(), &plan.at().to_string(), &asked).await?;
        drop(asked.key);
        self.claim(store, id, &job).await?;
        let work =
            Work { jobs: self.clone(), olt: olt.clone(), job: job.clone(), at: plan.at(), undoes: false };
        let journal = JobJournal::new(self, store.clone(), olt, &job, id, Kept::Claimed);
        let until = asked.wait.max(SETTLED);
        self.run(asked.wait, job, olt, work.apply(plan, journal, until, place)).await
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
        let store = self.store()?;
        let added = match &asked.key {
            Some(turn) => store.add_job_under(&job, turn.asked_under()).await,
            None => store.add_job(&job).await,
        };
        Ok(added?)
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
                let told = Told::unsent(&NotDone::Ending.failure(&olt.id, ""));
                self.end_job(&job, JobState::Cancelled, &told).await;
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
        self.0.ended.notify_waiters();
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
    /// Whether somebody wants it undone.
    pub(super) undoes: bool,
}

impl Work {
    async fn change(
        self,
        change: OnuChange,
        journal: JobJournal,
        settled: Duration,
        place: Cancellable,
    ) -> Result<End, NotDone> {
        let made = async {
            let alone = self.begin().await?;
            Ok((alone, self.olt.olt.change(&change, &journal, settled).await))
        };
        let (_alone, made) = self.unless_cancelled(&place, made).await?;
        match made {
            Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn apply(
        self,
        plan: Plan,
        journal: JobJournal,
        settled: Duration,
        place: Cancellable,
    ) -> Result<End, NotDone> {
        let made = async {
            let alone = self.begin().await?;
            Ok((alone, self.olt.olt.apply(&plan, &journal, settled).await))
        };
        let made = self.unless_cancelled(&place, made).await;
        // What is stale, already so or cancelled was never begun.
        if !journal.has_begun() {
            self.release(&journal).await;
        }
        let (_alone, made) = made?;
        match made {
            Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
            Err(error) => Err(self.failed(error).await),
        }
    }

    async fn unless_cancelled<T>(
        &self,
        place: &Cancellable,
        work: impl Future<Output = Result<T, NotDone>>,
    ) -> Result<T, NotDone> {
        match place.unless_cancelled(work).await {
            Ok(done) => done,
            Err(why) => Err(self.not_done(why).await),
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
                return Err(self.not_done(NotDone::Locked { job, object: self.at }).await);
            }
        };
        if let Some(hold) = self.olt.gate.hold() {
            return Err(self.not_done(NotDone::Held(hold)).await);
        }
        self.jobs.look_for_a_restart(&self.olt).await;
        Ok(alone)
    }

    async fn failed(&self, error: ChangeError) -> NotDone {
        // Somebody came to hold it while it waited for its turn.
        if matches!(error.why, NotChanged::Journal(_))
            && let Some(hold) = self.olt.gate.hold()
        {
            return self.not_done(NotDone::Held(hold)).await;
        }
        self.not_done(NotDone::Change(error)).await
    }

    /// Keeps why nothing was sent.
    async fn not_done(&self, why: NotDone) -> NotDone {
        let told = Told::unsent(&why.failure(&self.olt.id, ""));
        let state = match why {
            NotDone::Cancelled { .. } => JobState::Cancelled,
            _ => JobState::Failed,
        };
        self.jobs.end_job(&self.job, state, &told).await;
        why
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
        let said = match report.state {
            WriteState::RolledBack | WriteState::Refused if self.undoes && !is_pending => {
                of_undone(&self.olt.id, plan.act())
            }
            _ => of_change(&report, is_pending, &self.olt.id, plan.act()),
        };
        let told = Told::from(report.clone()).said(&said);
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
            self.look_after(plan.clone(), report.clone(), told);
        }
        End { report, is_pending, saved }
    }

    /// Reads the history of an ONU that was told to start again until it shows that it has.
    fn look_after(&self, plan: Plan, mut report: WriteReport, mut told: Told) {
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
                        report.verified = true;
                        let said = of_change(&report, false, &olt.id, plan.act());
                        let told = Told::from(report).said(&said);
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
