//! Putting ONUs into service, as jobs.

use std::time::Duration;

use gpon::{OnuRef, Registration, WaitFor, WriteState};
use serde::{Deserialize, Serialize};
use zte::{ChangeError, NotChanged, Outcome, Plan, Wanted};

use super::acceptance::Acceptance;
use super::again::Again;
use super::cancel::Cancellable;
use super::change::{SETTLED, Work, document};
use super::journal::{JobJournal, Kept};
use super::plans::keep;
use super::{Answered, Asked, End, Jobs, KeptPlan, NotBegun, NotDone, Told, Writable, new_id};
use crate::store::JobState;

/// The kind of the jobs that register ONUs.
pub const REGISTER: &str = "register";

/// Where a registration put an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The place.
    pub at: OnuRef,
    /// Its serial number.
    pub serial: Option<gpon::SerialNumber>,
    /// The first of its service ports.
    pub service_port: Option<u8>,
    /// What was seen of it, where that was waited for.
    pub installation: Option<Box<gpon::Installation>>,
}

/// So often a number that is free by every list and refused as one in use is chosen anew.
const TRIES: u32 = 3;

impl Jobs {
    /// Registers an ONU, or completes one that is.
    ///
    /// # Errors
    /// [`NotBegun`].
    pub async fn register(
        &self,
        olt: &Writable,
        wish: Registration,
        acceptance: Acceptance,
        asked: Asked,
    ) -> Result<Answered, NotBegun> {
        let store = self.store()?.clone();
        if let Some(id) = wish.id {
            self.unlocked(&olt.id, OnuRef { pon: wish.pon, id })?;
        }
        if olt.olt.is_full_of_changes() {
            return Err(NotBegun::Busy { olt: olt.id.to_string() });
        }
        let (job, wait) = (new_id(), asked.wait);
        let add = {
            let (jobs, olt, job, object) = (self.clone(), olt.clone(), job.clone(), object(&wish));
            async move { jobs.add(&olt, &job, REGISTER, &object, &asked, None).await }
        };
        let place = self.cancellable(&job);
        let registering =
            Registering { jobs: self.clone(), olt: olt.clone(), job: job.clone(), again: Again::No };
        let settled = wait.max(SETTLED);
        let made = async move {
            let journal = JobJournal::new(
                &registering.jobs,
                store,
                &registering.olt,
                &registering.job,
                &new_id(),
                Kept::No,
            );
            Box::pin(registering.made(wish, acceptance, journal, settled, place, true)).await
        };
        self.run(olt, None, &job, wait, add, made).await
    }

    /// Plans a registration, and keeps the plan.
    ///
    /// # Errors
    /// [`ChangeError`] inside; outside that the store cannot keep it.
    pub async fn plan_registration(
        &self,
        olt: &Writable,
        wish: &Registration,
    ) -> Result<Result<KeptPlan, ChangeError>, NotBegun> {
        let store = self.store()?;
        let plan = match olt.olt.plan_registration(wish, &self.taken(olt)).await {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
        let (object, kind) = (plan.at().to_string(), plan.kind());
        let document = super::journal::sealed(&plan.document());
        Ok(Ok(keep(store, olt, new_id(), (&object, kind), &document, plan.shown()).await?))
    }

    /// Which places are not given away: what became of a job about them is not known.
    pub(super) fn taken(&self, olt: &Writable) -> impl Fn(OnuRef) -> Option<String> + Send + Sync + use<> {
        let (jobs, olt) = (self.clone(), olt.id.clone());
        move |at| {
            let locks = jobs.lock_of(&olt, at);
            locks.or_else(|| jobs.has_turn(&olt, at)).map(|job| format!("job {job}"))
        }
    }
}

/// The object of the job of a registration, before its place is known.
pub(super) fn object(wish: &Registration) -> String {
    match wish.id {
        Some(id) => OnuRef { pon: wish.pon, id }.to_string(),
        None => wish.pon.to_string(),
    }
}

/// A registration under way.
pub(super) struct Registering {
    pub(super) jobs: Jobs,
    pub(super) olt: Writable,
    pub(super) job: String,
    /// Whether it is tried again where it could not begin.
    pub(super) again: Again,
}

/// A registration among several of one PON.
pub(super) struct Among {
    pub(super) registering: Registering,
    pub(super) wish: Registration,
    pub(super) place: Cancellable,
}

impl Jobs {
    /// Registers ONUs of one PON together: all are authorised first, then each is configured.
    /// No serial number may be among them twice.
    pub(super) async fn register_together(
        &self,
        olt: &Writable,
        all: Vec<Among>,
        acceptance: Acceptance,
    ) -> Vec<Result<End, NotDone>> {
        let Ok(store) = self.store() else { return all.iter().map(|_| Err(NotDone::Lost)).collect() };
        let journal = |one: &Among| {
            JobJournal::new(self, store.clone(), olt, &one.registering.job, &new_id(), Kept::No)
        };
        let journals: Vec<JobJournal> = all.iter().map(journal).collect();
        let made = {
            let taken = self.taken(olt);
            let wanted = all.iter().zip(&journals);
            let wanted: Vec<Wanted<'_>> =
                wanted.map(|(one, journal)| Wanted { wish: &one.wish, journal }).collect();
            let ending = async {
                self.0.tasks.ending().cancelled().await;
                if journals.iter().any(JobJournal::is_beginning) {
                    std::future::pending::<()>().await;
                }
            };
            let hold = olt.gate.hold();
            tokio::select! {
                biased;
                () = async {}, if hold.is_some() => Err(hold.map_or(NotDone::Ending, NotDone::Held)),
                made = olt.olt.register_together(&wanted, &taken, SETTLED) => Ok(made),
                () = ending => Err(NotDone::Ending),
            }
        };
        let ends = match made {
            Ok(made) => all.into_iter().zip(journals).zip(made).map(Ok::<_, NotDone>).collect::<Vec<_>>(),
            Err(why) => {
                let mut ends = Vec::new();
                for one in all {
                    ends.push(Err(one.registering.not_done(why.clone()).await));
                }
                return ends;
            }
        };
        let each = ends.into_iter().map(|one| async move {
            let ((one, journal), made) = one?;
            one.registering.ended_among(one.wish, one.place, acceptance, journal, made).await
        });
        futures::future::join_all(each).await
    }
}

impl Registering {
    /// How one of several ended.
    async fn ended_among(
        self,
        wish: Registration,
        place: Cancellable,
        acceptance: Acceptance,
        journal: JobJournal,
        made: Result<(Plan, Outcome), ChangeError>,
    ) -> Result<End, NotDone> {
        match made {
            Ok((plan, outcome)) if outcome.id_in_use => {
                self.refused(&plan, outcome, &journal).await;
                if wish.id.is_some() {
                    return Err(self.taken_meanwhile(&plan).await);
                }
                // The number was given away since: alone, by what stands there then.
                let store = journal.store.clone();
                let journal = JobJournal::new(&self.jobs, store, &self.olt, &self.job, &new_id(), Kept::No);
                Box::pin(self.made(wish, acceptance, journal, SETTLED, place, false)).await
            }
            Ok((plan, outcome)) => Ok(self.end(&wish, &plan, outcome, acceptance, &journal).await),
            Err(error) => match place.cancelled().filter(|_| matches!(error.why, NotChanged::Journal(_))) {
                Some(why) => Err(self.not_done(why).await),
                None => Err(self.failed(error).await),
            },
        }
    }

    /// Says that the wished number was given to another ONU.
    async fn taken_meanwhile(&self, plan: &Plan) -> NotDone {
        let why = NotChanged::IdInUse { at: plan.at(), by: "another ONU".to_owned() };
        let error = ChangeError { olt: self.olt.id.to_string(), act: plan.act().to_owned(), why };
        self.not_done(NotDone::Change(error)).await
    }

    async fn made(
        self,
        wish: Registration,
        acceptance: Acceptance,
        journal: JobJournal,
        settled: Duration,
        place: Cancellable,
        is_first: bool,
    ) -> Result<End, NotDone> {
        let taken = self.jobs.taken(&self.olt);
        let mut journal = journal;
        let mut tries = 0;
        loop {
            tries += 1;
            let made = self.olt.olt.register(&wish, &taken, &journal, settled);
            let made = match self.unless(made, &journal, &place, is_first && tries == 1).await {
                Ok(made) => made,
                Err(why) => return Err(self.not_done(why).await),
            };
            let (plan, outcome) = match made {
                Ok(made) => made,
                Err(error) => return Err(self.failed(error).await),
            };
            // The number was given away since: another one, by what stands there then.
            if outcome.id_in_use && wish.id.is_none() && tries < TRIES {
                self.refused(&plan, outcome, &journal).await;
                let store = journal.store.clone();
                journal = JobJournal::new(&self.jobs, store, &self.olt, &self.job, &new_id(), Kept::No);
                continue;
            }
            if outcome.id_in_use && wish.id.is_some() {
                self.refused(&plan, outcome, &journal).await;
                return Err(self.taken_meanwhile(&plan).await);
            }
            return Ok(self.end(&wish, &plan, outcome, acceptance, &journal).await);
        }
    }

    /// What comes of it, unless somebody cancels it, holds the OLT, or the server ends, before it begins.
    async fn unless<T>(
        &self,
        made: impl Future<Output = T>,
        journal: &JobJournal,
        place: &Cancellable,
        is_first: bool,
    ) -> Result<T, NotDone> {
        if let Some(hold) = self.olt.gate.hold() {
            return Err(NotDone::Held(hold));
        }
        let ending = async {
            self.jobs.0.tasks.ending().cancelled().await;
            if journal.is_beginning() {
                std::future::pending::<()>().await;
            }
        };
        let made = async {
            tokio::select! {
                biased;
                made = made => Ok(made),
                () = ending => Err(NotDone::Ending),
            }
        };
        match is_first {
            true => place.unless_cancelled(made).await.flatten(),
            false => made.await,
        }
    }

    /// How it ended, once the ONU has come as far as was asked for, or that took too long.
    pub(super) async fn end(
        &self,
        wish: &Registration,
        plan: &Plan,
        outcome: Outcome,
        acceptance: Acceptance,
        journal: &JobJournal,
    ) -> End {
        let mut outcome = outcome;
        let is_there = matches!(outcome.report.state, WriteState::Applied | WriteState::Unchanged);
        let mut installation = None;
        if is_there && !outcome.is_pending && acceptance.wait_for != WaitFor::Configured {
            let (seen, warnings) = self.accepted(wish, plan, acceptance).await;
            outcome.report.warnings.extend(warnings);
            installation = Some(seen);
        }
        let work = Work {
            jobs: self.jobs.clone(),
            olt: self.olt.clone(),
            job: self.job.clone(),
            at: plan.at(),
            undoes: false,
            again: Again::No,
        };
        work.ended_with(plan, outcome, journal, installation).await
    }

    /// Keeps that the OLT refused a number, of a job that goes on.
    async fn refused(&self, plan: &Plan, outcome: Outcome, journal: &JobJournal) {
        let told = Told::from(outcome.report);
        let now = std::time::SystemTime::now();
        if let Err(error) =
            journal.store.end(&journal.plan, crate::store::PlanEnd::Ended, &document(&told), now).await
        {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, act = plan.act(), %error, "how a plan ended could not be kept");
        }
    }

    pub(super) async fn failed(&self, error: ChangeError) -> NotDone {
        // The server came to end, or somebody to hold the OLT, while it waited for its turn.
        if matches!(error.why, NotChanged::Journal(_)) {
            if self.jobs.0.tasks.ending().is_cancelled() {
                return self.not_done(NotDone::Ending).await;
            }
            if let Some(hold) = self.olt.gate.hold() {
                return self.not_done(NotDone::Held(hold)).await;
            }
        }
        self.not_done(NotDone::Change(error)).await
    }

    /// Keeps why nothing was sent.
    pub(super) async fn not_done(&self, why: NotDone) -> NotDone {
        if self.again.is_for(&why) {
            return why;
        }
        let told = Told::unsent(&why.failure(&self.olt.id, ""));
        let state = match why {
            NotDone::Cancelled { .. } | NotDone::Ending => JobState::Cancelled,
            _ => JobState::Failed,
        };
        self.jobs.end_job(&self.job, state, &told).await;
        why
    }
}
