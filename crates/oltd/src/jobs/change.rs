//! The change of an ONU as a job.

use std::time::{Duration, SystemTime};

use gpon::{OnuChange, OnuRef, StepState, WriteState};
use secrecy::SecretSlice;
use zte::{ChangeError, Outcome, Plan};

use super::again::Again;
use super::alone::Alone;
use super::cancel::Cancellable;
use super::journal::{JobJournal, Kept};
use super::why::{of_change, of_undone};
use super::{Answered, Asked, Changed, End, Jobs, NotBegun, NotDone, Told, Writable, new_id};
use crate::cache::Scope;
use crate::store::{Duty, HoldWish, JobState, NewJob, PlanEnd, Store};

/// How long a lost link is dialled again and what it left is settled, inside the request.
pub(super) const SETTLED: Duration = Duration::from_secs(20);

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
        let (kind, wait) = (change.wish.kind(), asked.wait);
        let add = {
            let work = work.clone();
            // The key is held for as long as the job is not added.
            async move { work.add(kind, &asked, None).await }
        };
        let place = self.cancellable(&work.job);
        let made = work.clone().change(change, journal, wait.max(SETTLED), place);
        self.run(olt, Some(work.at), &work.job, wait, add, made).await
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
        if let Some(wish) = self.store()?.hold_wish(id).await? {
            return self.apply_hold(olt, id, plan, wish, asked).await;
        }
        let (work, store) = self.admitted(olt, plan.at())?;
        let journal = work.journal(store, id, Kept::Claimed);
        let (kind, wait) = (plan.kind().to_owned(), asked.wait);
        let add = {
            let (work, id) = (work.clone(), id.to_owned());
            async move {
                work.add(&kind, &asked, None).await?;
                drop(asked);
                work.jobs.claim(work.jobs.store()?, &id, &work.job).await
            }
        };
        let place = self.cancellable(&work.job);
        let made = work.clone().apply(plan, journal, wait.max(SETTLED), place);
        self.run(olt, Some(work.at), &work.job, wait, add, made).await
    }

    /// A job at an ONU that may be begun.
    pub(super) fn admitted(&self, olt: &Writable, at: OnuRef) -> Result<(Work, Store), NotBegun> {
        self.unlocked(&olt.id, at)?;
        self.has_room(olt, at)?;
        let store = self.store()?.clone();
        Ok((
            Work { jobs: self.clone(), olt: olt.clone(), job: new_id(), at, undoes: false, again: Again::No },
            store,
        ))
    }

    pub(super) async fn add(
        &self,
        olt: &Writable,
        id: &str,
        kind: &str,
        object: &str,
        asked: &Asked,
        hold: Option<&HoldWish>,
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
        let under = asked.key.as_ref().map(|turn| turn.asked_under());
        let added = match (under, &asked.callback, hold) {
            (under, callback, Some(wish)) => {
                store.add_job_wishing(&job, under, wish, callback.as_ref()).await
            }
            (under, Some(url), None) => store.add_job_calling_back(&job, under, url).await,
            (Some(under), None, None) => store.add_job_under(&job, under).await,
            (None, None, None) => store.add_job(&job).await,
        };
        Ok(added?)
    }

    /// Notes how a job ended; a store that cannot is told of in the log.
    pub(super) async fn end_job(&self, id: &str, state: JobState, told: &Told) {
        let Ok(store) = self.store() else { return };
        if let Err(error) = store.end_job(id, state, &document(told), SystemTime::now()).await {
            tracing::error!(job = id, %error, "how a job ended could not be kept");
        }
        self.conclude_whole(store, id).await;
        self.0.ended.notify_waiters();
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
    /// Whether somebody wants it undone.
    pub(super) undoes: bool,
    /// Whether it is tried again where it could not begin.
    pub(super) again: Again,
}

impl Work {
    pub(super) fn journal(&self, store: Store, plan: &str, kept: Kept) -> JobJournal {
        JobJournal::new(&self.jobs, store, &self.olt, &self.job, plan, kept)
    }

    pub(super) async fn add(
        &self,
        kind: &str,
        asked: &Asked,
        hold: Option<&HoldWish>,
    ) -> Result<(), NotBegun> {
        self.jobs.add(&self.olt, &self.job, kind, &self.at.to_string(), asked, hold).await
    }

    pub(super) async fn change(
        self,
        change: OnuChange,
        journal: JobJournal,
        settled: Duration,
        place: Cancellable,
    ) -> Result<End, NotDone> {
        let made = self.olt.olt.change(&change, &journal, settled);
        let (_alone, made) = self.in_turn(made, &journal, &place).await?;
        match made {
            Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
            Err(error) => Err(self.failed(error, &journal).await),
        }
    }

    async fn apply(
        self,
        plan: Plan,
        journal: JobJournal,
        settled: Duration,
        place: Cancellable,
    ) -> Result<End, NotDone> {
        let made = self.olt.olt.apply(&plan, &journal, settled);
        let made = self.in_turn(made, &journal, &place).await;
        // What is stale, already so or cancelled was never begun: it can be applied again.
        if !journal.has_begun()
            && let Err(error) = journal.store.release_plan(&journal.plan).await
        {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "a plan of which nothing was sent could not be released");
        }
        let (_alone, made) = made?;
        match made {
            Ok((plan, outcome)) => Ok(self.ended(&plan, outcome, &journal).await),
            Err(error) => Err(self.failed(error, &journal).await),
        }
    }

    /// Its turn at the ONU, for as long as it is under way.
    pub(super) async fn begin(&self) -> Result<Alone, NotDone> {
        let turn = tokio::select! {
            biased;
            () = self.jobs.0.tasks.ending().cancelled() => return Err(self.not_done(NotDone::Ending).await),
            turn = self.jobs.alone(&self.olt.id, self.at, &self.job) => turn,
        };
        // The one before it may have come to be pending since this one was asked for.
        let alone = match (turn, self.jobs.lock_of(&self.olt.id, self.at)) {
            (Ok(turn), None) => turn,
            (Err(job), None) | (_, Some(job)) => {
                return Err(self.not_done(NotDone::Locked { job, object: self.at }).await);
            }
        };
        match self.olt.gate.hold() {
            Some(hold) => Err(self.not_done(NotDone::Held(hold)).await),
            None => Ok(alone),
        }
    }

    pub(super) async fn failed(&self, error: ChangeError, journal: &JobJournal) -> NotDone {
        let why = journal.refused().unwrap_or_else(|| self.jobs.why_not(&self.olt, error));
        self.not_done(why).await
    }

    /// Keeps why nothing was sent.
    pub(super) async fn not_done(&self, why: NotDone) -> NotDone {
        self.jobs.not_done(&self.olt, &self.job, self.again, why).await
    }

    /// Keeps how it ended, and does what follows from it.
    pub(super) async fn ended(&self, plan: &Plan, outcome: Outcome, journal: &JobJournal) -> End {
        self.ended_with(plan, outcome, journal, None).await
    }

    /// The same, with what was seen of an ONU that was awaited.
    pub(super) async fn ended_with(
        &self,
        plan: &Plan,
        outcome: Outcome,
        journal: &JobJournal,
        installation: Option<gpon::Installation>,
    ) -> End {
        let Outcome { mut report, progress, is_pending, foreign, .. } = outcome;
        let place = (plan.kind() == super::REGISTER).then(|| super::Placed {
            at: plan.at(),
            serial: plan.serial(),
            service_port: plan.service_port(),
            installation: installation.map(Box::new),
        });
        let suspended_by = self.note_holds(plan, &mut report, is_pending).await;
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
        let changed = Some(Changed::of(plan, report.state));
        let (place_told, suspended) = (place.clone(), suspended_by.clone());
        let told = Told { changed, place: place_told, suspended_by: suspended, ..Told::from(report.clone()) };
        let told = told.said(&said);
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
            self.jobs.look_after(&self.olt, &self.job, plan.clone(), told, self.olt.olt.reboot_wait());
        }
        End { report, is_pending, saved, place, suspended_by }
    }
}

/// What of the readings a plan makes too old.
pub(super) fn scope(plan: &Plan) -> Scope {
    match plan.kind() {
        // It is unconfigured from now on.
        "delete" | super::REGISTER => Scope::Pon(plan.at().pon),
        _ => Scope::Onu(plan.at()),
    }
}
