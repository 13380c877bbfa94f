//! Putting ONUs into service, as jobs.

use std::time::{Duration, SystemTime};

use gpon::{OnuRef, Registration, WaitFor, WriteState};
use serde::{Deserialize, Serialize};
use zte::{ChangeError, NotChanged, Outcome, Plan, Wanted};

use super::acceptance::Acceptance;
use super::again::Again;
use super::cancel::Cancellable;
use super::change::{SETTLED, Work, document};
use super::holds::names;
use super::journal::{JobJournal, Kept};
use super::{Answered, Asked, End, Jobs, KeptPlan, NotBegun, NotDone, Told, Writable, new_id};
use crate::store::{Duty, PlanEnd, Store};
use crate::writing::Extent;

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
    /// Where it stood before, if it was deleted elsewhere for that.
    #[serde(default)]
    pub taken_from: Option<OnuRef>,
    /// What was seen of it, where that was waited for.
    pub installation: Option<Box<gpon::Installation>>,
}

/// So often another number is chosen in the place of one that every list shows as free and
/// the OLT refuses as one in use.
const MOST_REFUSED: usize = 3;

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
        self.store()?;
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
        let made = Box::pin(registering.made(wish, acceptance, settled, Some(place), Vec::new()));
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
        self.store()?;
        match olt.olt.plan_registration(wish, &self.taken(olt)).await {
            Ok(plan) => {
                let plan = self.may_serve(olt, plan).await?;
                Ok(Ok(self.keep_plan(olt, &plan).await?))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// The plan, if its ONU may come into service, and leave where it stands.
    pub(super) async fn may_serve(&self, olt: &Writable, plan: Plan) -> Result<Plan, NotBegun> {
        let store = self.store()?;
        let from = plan.taken_from();
        if let Some(at) = from
            && let Err(denied) = olt.writes.check(Extent::Pon(at.pon), true)
        {
            return Err(NotBegun::Denied { olt: olt.id.to_string(), denied });
        }
        let by = self.held_against(store, &olt.id, "", &plan, true).await?;
        match by.is_empty() {
            true => Ok(plan),
            false => Err(NotBegun::HeldByOwners { object: from.unwrap_or(plan.at()), by: names(&by) }),
        }
    }

    /// The job that has to do with a place, or whose end is not known.
    pub(super) fn busy_with(&self, olt: &Writable, at: OnuRef) -> Option<String> {
        self.lock_of(&olt.id, at).or_else(|| self.has_turn(&olt.id, at))
    }

    /// Which places are not given away: what became of a job about them is not known.
    pub(super) fn taken(&self, olt: &Writable) -> impl Fn(OnuRef) -> Option<String> + Send + Sync + use<> {
        let (jobs, olt) = (self.clone(), olt.clone());
        move |at| jobs.busy_with(&olt, at).map(|job| format!("job {job}"))
    }
}

/// The object of the job of a registration, before its place is known.
pub(super) fn object(wish: &Registration) -> String {
    match wish.id {
        Some(id) => OnuRef { pon: wish.pon, id }.to_string(),
        None => wish.pon.to_string(),
    }
}

/// Whether what became of a plan whose number is in use is told by another plan, or by the words
/// that nothing was sent. Not that an ONU was deleted elsewhere and brought back there.
fn is_replaced(wish: &Registration, plan: &Plan) -> bool {
    wish.id.is_none() || plan.taken_from().is_none()
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
    pub(super) acceptance: Acceptance,
}

/// What a turn made of one of several.
pub(super) enum Made {
    /// It has ended.
    Ended(Result<End, NotDone>),
    /// Its ONU stands there, and is awaited.
    Awaited(Box<Awaited>),
}

/// A registration whose ONU is awaited. Its turn is over.
pub(super) struct Awaited {
    pub(super) registering: Registering,
    pub(super) wish: Registration,
    pub(super) plan: Plan,
    pub(super) outcome: Outcome,
    pub(super) acceptance: Acceptance,
    pub(super) journal: JobJournal,
}

impl Jobs {
    /// Registers ONUs of one PON together: all are authorised first, then each is configured.
    /// No serial number may be among them twice.
    pub(super) async fn register_together(&self, olt: &Writable, all: Vec<Among>) -> Vec<Made> {
        let lost = |_| Made::Ended(Err(NotDone::Lost));
        let Ok(store) = self.store() else { return all.iter().map(lost).collect() };
        let journals: Vec<JobJournal> = all.iter().map(|one| one.registering.journal(store)).collect();
        let made = match olt.gate.hold() {
            Some(hold) => Err(NotDone::Held(hold)),
            None => {
                let taken = self.taken(olt);
                let wanted = all.iter().zip(&journals);
                let wanted: Vec<Wanted<'_>> =
                    wanted.map(|(one, journal)| Wanted { wish: &one.wish, journal }).collect();
                let made = olt.olt.register_together(&wanted, &taken, SETTLED);
                self.unless_it_ends(made, &journals).await
            }
        };
        match made {
            Ok(made) => {
                let each = all.into_iter().zip(journals).zip(made);
                let each = each.map(|((one, journal), made)| one.made(journal, made));
                futures::future::join_all(each).await
            }
            Err(why) => {
                let each = all.iter().map(|one| one.registering.not_done(why.clone()));
                let ends = futures::future::join_all(each).await;
                ends.into_iter().map(|why| Made::Ended(Err(why))).collect()
            }
        }
    }
}

impl Among {
    /// What the turn made of one of several.
    async fn made(self, journal: JobJournal, made: Result<(Plan, Outcome), ChangeError>) -> Made {
        let Self { registering, wish, place, acceptance } = self;
        let made = match made {
            Ok((plan, outcome)) if outcome.id_in_use && is_replaced(&wish, &plan) => {
                let another = async {
                    let refused = registering.id_refused(&wish, &plan, outcome, &journal).await?;
                    registering.placed(&wish, SETTLED, None, vec![refused]).await
                };
                Box::pin(another).await
            }
            Ok((plan, outcome)) => Ok((plan, outcome, journal)),
            Err(error) => {
                let cancelled = place.cancelled().filter(|_| matches!(error.why, NotChanged::Journal(_)));
                let why = cancelled.or_else(|| journal.refused());
                let why = why.unwrap_or_else(|| registering.jobs.why_not(&registering.olt, error));
                Err(registering.not_done(why).await)
            }
        };
        match made {
            Ok((plan, outcome, journal)) if is_awaited(&outcome, acceptance) => {
                Made::Awaited(Box::new(Awaited { registering, wish, plan, outcome, acceptance, journal }))
            }
            Ok((plan, outcome, journal)) => {
                Made::Ended(Ok(registering.ended(&plan, outcome, &journal, None).await))
            }
            Err(why) => Made::Ended(Err(why)),
        }
    }
}

/// Whether an ONU is there to be awaited, and is to be.
fn is_awaited(outcome: &Outcome, acceptance: Acceptance) -> bool {
    let is_there = matches!(outcome.report.state, WriteState::Applied | WriteState::Unchanged);
    is_there && !outcome.is_pending && acceptance.wait_for != WaitFor::Configured
}

impl Registering {
    /// The journal of another plan of the job.
    fn journal(&self, store: &Store) -> JobJournal {
        JobJournal::new(&self.jobs, store.clone(), &self.olt, &self.job, &new_id(), Kept::No)
    }

    /// Registers the ONU, and waits for it.
    async fn made(
        self,
        wish: Registration,
        acceptance: Acceptance,
        settled: Duration,
        place: Option<Cancellable>,
        refused: Vec<OnuRef>,
    ) -> Result<End, NotDone> {
        let (plan, outcome, journal) = self.placed(&wish, settled, place, refused).await?;
        Ok(self.end(&wish, &plan, outcome, acceptance, &journal).await)
    }

    /// Registers the ONU. A number that the OLT refuses as one in use costs that number: another
    /// one is chosen. `place` is where the job can be cancelled before it begins.
    async fn placed(
        &self,
        wish: &Registration,
        settled: Duration,
        place: Option<Cancellable>,
        mut refused: Vec<OnuRef>,
    ) -> Result<(Plan, Outcome, JobJournal), NotDone> {
        let Ok(store) = self.jobs.store() else { return Err(self.not_done(NotDone::Lost).await) };
        loop {
            if let Some(hold) = self.olt.gate.hold() {
                return Err(self.not_done(NotDone::Held(hold)).await);
            }
            let locked = self.jobs.taken(&self.olt);
            let taken = |at: OnuRef| {
                let by_refusal = refused.contains(&at).then(|| "an ONU that no list shows".to_owned());
                by_refusal.or_else(|| locked(at))
            };
            let journal = match refused.is_empty() {
                true => self.journal(store),
                false => self.journal(store).going_on(),
            };
            let made = self.olt.olt.register(wish, &taken, &journal, settled);
            let made = self.jobs.unless_it_ends(made, std::slice::from_ref(&journal));
            let made = match place.as_ref().filter(|_| refused.is_empty()) {
                Some(place) => place.unless_cancelled(made).await.flatten(),
                None => made.await,
            };
            let made = match made {
                Ok(Ok(made)) => made,
                Ok(Err(error)) => {
                    let why = journal.refused().unwrap_or_else(|| self.jobs.why_not(&self.olt, error));
                    return Err(self.not_done(why).await);
                }
                Err(why) => return Err(self.not_done(why).await),
            };
            match made {
                (plan, outcome)
                    if outcome.id_in_use && refused.len() < MOST_REFUSED && is_replaced(wish, &plan) =>
                {
                    refused.push(self.id_refused(wish, &plan, outcome, &journal).await?);
                }
                (plan, outcome) => return Ok((plan, outcome, journal)),
            }
        }
    }

    /// How it ended, once the ONU has come as far as was asked for, or that took too long.
    async fn end(
        &self,
        wish: &Registration,
        plan: &Plan,
        outcome: Outcome,
        acceptance: Acceptance,
        journal: &JobJournal,
    ) -> End {
        let mut outcome = outcome;
        let mut installation = None;
        if is_awaited(&outcome, acceptance) {
            self.jobs.keep_duty(&self.olt.id, &self.job, Duty::Await).await;
            let (seen, warnings) = self.accepted(wish, plan, acceptance).await;
            outcome.report.warnings.extend(warnings);
            installation = Some(seen);
        }
        self.ended(plan, outcome, journal, installation).await
    }

    /// How it ended, with what was seen of the ONU.
    pub(super) async fn ended(
        &self,
        plan: &Plan,
        outcome: Outcome,
        journal: &JobJournal,
        installation: Option<gpon::Installation>,
    ) -> End {
        let work = Work {
            jobs: self.jobs.clone(),
            olt: self.olt.clone(),
            job: self.job.clone(),
            at: plan.at(),
            undoes: false,
            again: Again::No,
        };
        let is_awaited = installation.is_some();
        let end = work.ended_with(plan, outcome, journal, installation).await;
        if is_awaited {
            self.jobs.forget_duty(&self.olt.id, &self.job).await;
        }
        end
    }

    /// Keeps that the OLT refused a number as one in use, of a job that goes on with another;
    /// where that number was asked for, the job ends.
    async fn id_refused(
        &self,
        wish: &Registration,
        plan: &Plan,
        outcome: Outcome,
        journal: &JobJournal,
    ) -> Result<OnuRef, NotDone> {
        let told = document(&Told::from(outcome.report));
        let kept = journal.store.end(&journal.plan, PlanEnd::Ended, &told, SystemTime::now()).await;
        if let Err(error) = kept {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, act = plan.act(), %error, "how a plan ended could not be kept");
        }
        if wish.id.is_none() {
            return Ok(plan.at());
        }
        let why = NotChanged::IdInUse { at: plan.at(), by: "another ONU".to_owned() };
        let error = ChangeError { olt: self.olt.id.to_string(), act: plan.act().to_owned(), why };
        Err(self.not_done(NotDone::Change(error)).await)
    }

    /// Keeps why nothing was sent.
    pub(super) async fn not_done(&self, why: NotDone) -> NotDone {
        self.jobs.not_done(&self.olt, &self.job, self.again, why).await
    }
}
