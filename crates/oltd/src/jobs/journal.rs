//! The journal of one job, kept in the store.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use futures::FutureExt;
use futures::future::BoxFuture;
use gpon::StepState;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use zte::{Journal, JournalLost, Plan, Progress, StepMark};

use super::holds::names;
use super::{Jobs, NotDone, Writable};
use crate::store::{self, DRAFT_KEPT, NewPlan, Store, StoreError};

/// What keeps the plan of a job.
pub(super) struct JobJournal {
    jobs: Jobs,
    pub(super) store: Store,
    olt: Writable,
    pub(super) job: String,
    /// The id of its plan.
    pub(super) plan: String,
    /// Whether the plan stands in the store already, as a draft that was claimed or as
    /// one that was begun before.
    pub(super) kept: Kept,
    /// Whether the plan is about to be kept as one that is begun, or is.
    beginning: AtomicBool,
    begun: AtomicBool,
    /// Which of its steps change what a save keeps.
    configures: OnceLock<Vec<bool>>,
    /// Why it was not begun, for what the plan alone shows.
    refused: OnceLock<NotDone>,
    /// Whether the job has begun with another plan, so that nobody can cancel it any more.
    goes_on: bool,
}

/// How much of a plan stands in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// Nothing.
    No,
    /// It was drawn up and claimed.
    Claimed,
    /// It was begun.
    Begun,
}

impl JobJournal {
    pub(super) fn new(jobs: &Jobs, store: Store, olt: &Writable, job: &str, plan: &str, kept: Kept) -> Self {
        let [beginning, begun] = [(); 2].map(|()| AtomicBool::new(kept == Kept::Begun));
        let (jobs, olt, job, plan) = (jobs.clone(), olt.clone(), job.to_owned(), plan.to_owned());
        Self {
            jobs,
            store,
            olt,
            job,
            plan,
            kept,
            beginning,
            begun,
            configures: OnceLock::new(),
            refused: OnceLock::new(),
            goes_on: false,
        }
    }

    /// Of another plan of a job that has begun.
    pub(super) fn going_on(self) -> Self {
        Self { goes_on: true, ..self }
    }

    /// Whether the plan may stand in the store as one that is begun.
    pub(super) fn is_beginning(&self) -> bool {
        self.beginning.load(Ordering::SeqCst)
    }

    /// Whether the plan stands in the store as one that was begun.
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::SeqCst)
    }

    /// Why it was not begun, where its plan would bring into service what is suspended.
    pub(super) fn refused(&self) -> Option<NotDone> {
        self.refused.get().cloned()
    }

    /// Nobody but its owners brings into service what is suspended.
    async fn is_free(&self, plan: &Plan) -> Result<(), JournalLost> {
        let by = self.jobs.held_against(&self.store, &self.olt.id, &self.job, plan, true).await;
        match by.map_err(lost)?.as_slice() {
            [] => Ok(()),
            by => {
                let (object, by) = (plan.at(), names(by));
                let text = format!("the ONU is suspended by {by}");
                let _ = self.refused.set(NotDone::HeldByOwners { object, by });
                Err(JournalLost(text))
            }
        }
    }

    /// Its turn has come: it waits no longer.
    pub(super) async fn start(&self) -> Result<(), JournalLost> {
        if !self.jobs.begins(&self.job) {
            return Err(JournalLost("the job was cancelled".to_owned()));
        }
        if let Err(error) = self.store.start_job(&self.job, SystemTime::now()).await {
            tracing::error!(olt.id = &*self.olt.id, job = self.job, %error, "that a job runs could not be kept");
        }
        Ok(())
    }

    async fn keep(&self, plan: &Plan) -> Result<(), StoreError> {
        // One without steps sends nothing.
        if self.has_begun() || plan.steps() == 0 {
            return Ok(());
        }
        let now = SystemTime::now();
        let steps = u16::try_from(plan.steps()).unwrap_or(u16::MAX);
        let document = sealed(&plan.document());
        match self.kept {
            Kept::Begun => {}
            // What was kept knew less than the one that is begun: since when the ONU is in service.
            Kept::Claimed => self.store.begin(&self.plan, &self.job, &document, steps, now).await?,
            Kept::No => {
                let new = NewPlan {
                    id: &self.plan,
                    job: Some(&self.job),
                    olt: &self.olt.id,
                    object: &plan.at().to_string(),
                    kind: plan.kind(),
                    fingerprint: &plan.fingerprint(),
                    document: &document,
                    created_at: now,
                    expires_at: now + DRAFT_KEPT,
                };
                self.store.begin_new(&new, &self.job, steps, now).await?;
            }
        }
        self.begun.store(true, Ordering::SeqCst);
        Ok(())
    }
}

impl Journal for JobJournal {
    fn begin<'a>(&'a self, plan: &'a Plan) -> BoxFuture<'a, Result<(), JournalLost>> {
        async move {
            let _ = self.configures.set(plan.configures());
            self.beginning.store(true, Ordering::SeqCst);
            if !self.has_begun() && self.jobs.0.tasks.ending().is_cancelled() {
                return Err(JournalLost("the server is ending".to_owned()));
            }
            // Nobody begins what somebody holds; what was begun is brought to its end.
            if !self.has_begun()
                && let Some(hold) = self.olt.gate.hold()
            {
                return Err(JournalLost(format!("the OLT is held: {}", hold.reason.unwrap_or_default())));
            }
            if !self.has_begun() {
                self.is_free(plan).await?;
                if !self.goes_on {
                    self.start().await?;
                }
            }
            self.keep(plan).await.map_err(lost)
        }
        .boxed()
    }

    fn sending(&self, mark: StepMark) -> BoxFuture<'_, Result<(), JournalLost>> {
        async move {
            let (seq, way) = place(mark);
            self.store.sending(&self.plan, seq, way, SystemTime::now()).await.map_err(lost)
        }
        .boxed()
    }

    fn answered(&self, mark: StepMark, end: zte::StepEnd) -> BoxFuture<'_, Result<(), JournalLost>> {
        async move {
            let (seq, way) = place(mark);
            let answer = sealed(&end.answer);
            let state = match end.state {
                StepState::Done => store::StepState::Done,
                StepState::Refused => store::StepState::Refused,
                StepState::Unknown => store::StepState::Unknown,
                // Nobody is misled by a line that is thought to have been sent: it is looked for.
                StepState::NotSent => store::StepState::Unknown,
            };
            // Whatever may have changed the running configuration is lost unless it is saved.
            let configures =
                self.configures.get().and_then(|steps| steps.get(mark.step)).is_none_or(|step| *step);
            let owes = configures && matches!(end.state, StepState::Done | StepState::Unknown);
            let end = store::StepEnd { state, answer: &answer, took: end.took };
            self.store.answered(&self.plan, seq, way, end, owes, SystemTime::now()).await.map_err(lost)
        }
        .boxed()
    }

    fn is_over(&self) -> bool {
        self.jobs.0.tasks.is_cut()
    }
}

fn place(mark: StepMark) -> (u16, store::Way) {
    let way = match mark.way {
        zte::Way::Forth => store::Way::Forth,
        zte::Way::Back => store::Way::Back,
    };
    (u16::try_from(mark.step).unwrap_or(u16::MAX), way)
}

fn lost(error: StoreError) -> JournalLost {
    JournalLost(error.to_string())
}

/// A text for the store.
pub(super) fn sealed(text: &SecretString) -> SecretSlice<u8> {
    SecretSlice::from(text.expose_secret().as_bytes().to_vec())
}

/// A plan as it stands in the store.
///
/// # Errors
/// When it is one of a version that is not understood.
pub(super) fn plan_of(document: &SecretSlice<u8>) -> Result<Plan, String> {
    let text = std::str::from_utf8(document.expose_secret()).map_err(|error| error.to_string())?;
    Plan::of(&SecretString::from(text)).map_err(|error| error.to_string())
}

/// How far the steps of a plan got, by the journal.
pub(super) fn progress_of(steps: &[store::StepRow]) -> Vec<Progress> {
    let mut progress = Vec::<Progress>::new();
    for row in steps {
        let at = usize::from(row.seq);
        if progress.len() <= at {
            progress.resize(at + 1, Progress::default());
        }
        let state = match row.state {
            store::StepState::Waiting => None,
            store::StepState::Sent | store::StepState::Unknown => Some(StepState::Unknown),
            store::StepState::Done => Some(StepState::Done),
            store::StepState::Refused => Some(StepState::Refused),
        };
        if let Some(step) = progress.get_mut(at) {
            match row.way {
                store::Way::Forth => step.forth = state,
                store::Way::Back => step.back = state,
            }
        }
    }
    progress
}
