//! Jobs as they are shown.

use std::time::{Duration, SystemTime};

use gpon::OnuRef;
use secrecy::ExposeSecret;

use super::journal::plan_of;
use super::{CallView, Jobs, NotBegun, SAVE, Saved, Told, Writable, place, read_told};
use crate::store::{HoldWish, JobFilter, JobRow, JobState, PlanRow, StepState, Way};

/// Of so many jobs of a batch at most the plans are shown with it; each job shows its own.
const PLANS: u32 = 50;

/// A job, with what became of it.
#[derive(Debug)]
pub struct JobView {
    /// As it stands in the store.
    pub job: JobRow,
    /// The ONU that it is about, if it is about one.
    pub at: Option<OnuRef>,
    /// What became of it; `None` until that is known.
    pub told: Option<Told>,
    /// Whether something that it changed is not saved.
    pub owes: bool,
    /// What it is to do about a hold.
    pub hold: Option<HoldWish>,
    /// Its plans; of a batch those of some of its jobs.
    pub plans: Vec<PlanView>,
    /// Whom its end is told to, if to anybody.
    pub callback: Option<CallView>,
    /// Whether it is a batch.
    pub is_batch: bool,
}

/// A job of a list.
#[derive(Debug)]
pub struct ListedJob {
    /// As it stands in the store.
    pub job: JobRow,
    /// What became of it, where it did not simply go well.
    pub told: Option<Told>,
    /// What it is to do about a hold.
    pub hold: Option<HoldWish>,
}

/// A plan of a job.
#[derive(Debug)]
pub struct PlanView {
    /// Its id.
    pub id: String,
    /// What it is doing.
    pub state: &'static str,
    /// Its steps that were begun, and those that wait.
    pub steps: Vec<StepView>,
    /// Whether one of them changes what saving keeps.
    pub configures: bool,
}

/// A step of a plan, one way.
#[derive(Debug)]
pub struct StepView {
    /// The line, secrets masked.
    pub line: String,
    /// `forth` or `back`.
    pub way: &'static str,
    /// What is known of it.
    pub state: &'static str,
    /// What the OLT answered, secrets masked.
    pub answer: Option<String>,
    /// From the line to the prompt.
    pub took: Option<Duration>,
    /// When it was sent.
    pub sent_at: Option<SystemTime>,
}

impl JobView {
    /// Whether what it changed survives a restart of its OLT; of one that changed nothing,
    /// whether what it found does. An OLT that is no longer served is left to a person.
    pub async fn saved(&self, jobs: &Jobs, olt: Option<&Writable>) -> Saved {
        let told = self.told.as_ref();
        let state = told.map_or("", |told| &told.state);
        let configured = self.plans.iter().any(|plan| plan.configures);
        match (olt, state) {
            _ if self.job.state == JobState::Lost => Saved::Manual,
            (None, _) if self.owes => Saved::Manual,
            (Some(olt), _) if self.owes => olt.unsaved(),
            _ if self.job.kind == SAVE => match told.is_some_and(|told| told.error.is_none()) {
                true => Saved::Yes,
                // The OLT did not save.
                false => Saved::Manual,
            },
            // It was owed, and is no longer. What makes an ONU start again owes nothing.
            (_, "applied" | "partial" | "rolled_back") if configured => Saved::Yes,
            (Some(olt), _) => jobs.saved(olt).await,
            (None, _) => Saved::Manual,
        }
    }
}

impl Jobs {
    /// The jobs that the filter lets through, the newest first.
    ///
    /// # Errors
    /// When the store fails, or there is none: what it holds from before is not known then.
    pub async fn list(&self, filter: &JobFilter) -> Result<Vec<ListedJob>, NotBegun> {
        let jobs = self.store()?.jobs_and_results(filter).await?;
        let rows: Vec<JobRow> = jobs.iter().map(|(job, _)| job.clone()).collect();
        let mut wishes = self.hold_wishes(&rows).await?;
        let listed = |(job, result): (JobRow, Option<_>)| {
            let hold = wishes.remove(&job.id);
            let told = result.as_ref().and_then(read_told).map(|told| told.now(job.state));
            ListedJob { job, told, hold }
        };
        Ok(jobs.into_iter().map(listed).collect())
    }

    /// One job; `None` where there is none of this id.
    ///
    /// # Errors
    /// As of [`list`](Self::list).
    pub async fn view(&self, id: &str) -> Result<Option<JobView>, NotBegun> {
        let store = self.store()?;
        let Some(job) = store.job(id).await? else { return Ok(None) };
        let told = store.result(id).await?.as_ref().and_then(read_told).map(|told| told.now(job.state));
        let (mut plans, mut planned) = (Vec::new(), None);
        let is_batch = store.is_batch(id).await?;
        let jobs = if is_batch { store.parts(id, PLANS).await? } else { vec![id.to_owned()] };
        for job in &jobs {
            for plan in store.plans_of(job).await? {
                planned = place(&plan.object);
                plans.push(self.plan_view(plan).await?);
            }
        }
        let owes = store.owed_by(&job.olt).await?.is_some_and(|owed| owed.jobs.iter().any(|job| job == id));
        // Where a registration put an ONU, its plan says.
        let at = place(&job.object).or(planned.filter(|_| !is_batch));
        let callback = store.call(id).await?.map(CallView::from);
        let hold = store.hold_wish(id).await?;
        Ok(Some(JobView { at, told, owes, hold, plans, callback, is_batch, job }))
    }

    async fn plan_view(&self, row: PlanRow) -> Result<PlanView, NotBegun> {
        let plan = plan_of(&row.document).ok();
        let steps = self.store()?.steps(&row.id).await?;
        let steps =
            steps.into_iter().filter(|step| step.way == Way::Forth || step.state != StepState::Waiting);
        let steps = steps.map(|step| {
            let of_plan =
                plan.as_ref().and_then(|plan| plan.line(usize::from(step.seq), step.way == Way::Back));
            let answer = step.answer.map(|answer| {
                zte::masked(&String::from_utf8_lossy(answer.expose_secret())).trim().to_owned()
            });
            StepView {
                line: of_plan.unwrap_or_default(),
                way: if step.way == Way::Forth { "forth" } else { "back" },
                state: spelt(step.state),
                answer,
                took: step.took,
                sent_at: step.sent_at,
            }
        });
        let configures = plan.as_ref().is_some_and(|plan| plan.configures().contains(&true));
        Ok(PlanView { id: row.id, state: row.state.as_str(), steps: steps.collect(), configures })
    }
}

const fn spelt(state: StepState) -> &'static str {
    match state {
        StepState::Waiting => "waiting",
        StepState::Sent => "sent",
        StepState::Done => "done",
        StepState::Refused => "refused",
        StepState::Unknown => "unknown",
    }
}
