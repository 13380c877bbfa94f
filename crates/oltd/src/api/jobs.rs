use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::batch_results::{BatchOutcome, JobResult};
use super::below::{Below, no_id};
use super::callbacks::Callback;
use super::outcome::{About, Outcome, moment};
use super::writing::Changing;
use crate::app::App;
use crate::http::openapi::{CancelFailures, Done, JobFailures, JobPath, Told, ToldList, WhichJobs};
use crate::http::{Answer, ErrorCode, Failure, PAGES, Params, Query, done, plain, schema, word};
use crate::jobs::{Accepted, BatchView, JobView, ListedJob, PlanView, Saved};
use crate::store::{Among, HoldWish, JobFilter, JobRow, JobState};

/// Most jobs of a list, and those of one whose request says nothing.
const MOST: u64 = 1_000;
const USUAL: u64 = 100;

/// A write that somebody asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub(super) struct Row {
    #[schema(value_type = schema::JobId)]
    id: String,
    /// What is done: `describe`, `block`, `unblock`, `reboot`, `factory_reset`, `delete`, `register`, `suspend`, `resume`, `save`; `lost` for one that gathers what an OLT has lost; a batch has `batch_` before what it does.
    kind: String,
    /// The OLT; null for a batch over several, or whose ONUs are looked for on all.
    #[schema(value_type = Option<schema::OltId>)]
    olt: Option<String>,
    /// The batch that it is a part of; null for one that is none.
    #[schema(value_type = Option<schema::JobId>)]
    parent: Option<String>,
    /// What it is about: an ONU as `1/1/1:4`; empty for the whole OLT and for a batch.
    object: String,
    /// Whose hold it makes or lifts; absent for every other job.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    owner: Option<String>,
    /// Why the hold is made; absent for every other job.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<String>,
    /// The name of the token that it was asked with; null without one.
    caller: Option<String>,
    /// The id of the request that asked for it.
    request_id: String,
    /// What the caller calls it; null where he said nothing.
    #[serde(rename = "ref")]
    reference: Option<String>,
    #[schema(value_type = schema::JobState)]
    state: &'static str,
    /// When it was asked for.
    #[schema(value_type = Option<schema::Moment>)]
    created_at: Option<String>,
    /// When it began; null until then.
    #[schema(value_type = Option<schema::Moment>)]
    started_at: Option<String>,
    /// When it ended, or came to be pending; null until then.
    #[schema(value_type = Option<schema::Moment>)]
    finished_at: Option<String>,
    /// How much of it is done.
    progress: Progress,
    /// Why it is not done, as the answer to its request has it; null where it is, and until it has ended.
    #[schema(value_type = Option<ErrorCode>)]
    error_code: Option<String>,
    /// That somebody accepted it as it is, partial or lost as it may be; null where nobody has.
    accepted: Option<Acceptance>,
}

/// That somebody accepted how a job ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobAcceptance)]
struct Acceptance {
    /// The name of the token that it was accepted with; null without one.
    by: Option<String>,
    /// When it was accepted; null where an older version did not keep that.
    #[schema(value_type = Option<schema::Moment>)]
    at: Option<String>,
}

/// How much of a job is done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobProgress)]
struct Progress {
    /// So many of its changes have ended.
    done: u32,
    /// Of so many.
    total: u32,
}

/// A write that somebody asked for, with what became of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobDetail)]
pub(super) struct Detail {
    #[serde(flatten)]
    job: Row,
    /// What became of it; null until it has ended, or is pending. Of a batch what became of each target so far.
    result: Option<JobResult>,
    /// One sentence about how it ended, as the answer to its request has it; null until then.
    message: Option<String>,
    /// Why it is not done, with the OLT's own words where it said something; null where it is.
    error: Option<String>,
    /// Its plans, with their steps as they happen; of a batch those of 50 of its jobs, of which those under way and those pending come first.
    plans: Vec<PlanOfJob>,
    /// Whom its end is told to; null where its request named no `callback_url`.
    callback: Option<Callback>,
}

/// A plan of a job.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobPlan)]
struct PlanOfJob {
    #[schema(value_type = schema::JobId)]
    id: String,
    /// `running`, `pending` or `ended`; `draft` before it was begun.
    state: &'static str,
    /// Its lines that change something.
    steps: Vec<JobStep>,
}

/// A line of a plan that changes something, as the journal has it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobStep)]
struct JobStep {
    /// The line; secrets in it are `***`.
    line: String,
    /// `forth`, or `back` where it is taken back.
    way: &'static str,
    /// `waiting`, `sent`, `done`, `refused` or `unknown`.
    state: &'static str,
    /// What the OLT answered; secrets in it are `***`. Null where it has not.
    answer: Option<String>,
    /// From the line to the prompt; null where the OLT has not answered.
    duration_ms: Option<u64>,
    /// When it was sent; null where it was not.
    #[schema(value_type = Option<schema::Moment>)]
    sent_at: Option<String>,
}

impl Row {
    fn of(job: JobRow, told: Option<&crate::jobs::Told>, hold: Option<HoldWish>) -> Self {
        let accepted = told.and_then(|told| told.accepted.clone());
        let accepted = match accepted {
            Some(Accepted { by, at }) => Some(Acceptance { by, at: moment(Some(at)) }),
            None => job.accepted.then_some(Acceptance { by: None, at: None }),
        };
        Self {
            reason: hold.as_ref().map(|wish| wish.reason.clone()).filter(|reason| !reason.is_empty()),
            owner: hold.map(|wish| wish.owner),
            accepted,
            error_code: told.and_then(|told| told.error_code.clone()),
            state: job.state.as_str(),
            created_at: moment(Some(job.created_at)),
            started_at: moment(job.started_at),
            finished_at: moment(job.finished_at),
            progress: Progress {
                done: if job.state == JobState::Done { job.total } else { job.done },
                total: job.total,
            },
            id: job.id,
            kind: job.kind,
            olt: Some(job.olt).filter(|olt| !olt.is_empty()),
            parent: job.parent,
            object: job.object,
            caller: job.caller,
            request_id: job.request_id,
            reference: job.reference,
        }
    }
}

impl From<PlanView> for PlanOfJob {
    fn from(plan: PlanView) -> Self {
        let steps = plan.steps.into_iter().map(|step| JobStep {
            line: step.line,
            way: step.way,
            state: step.state,
            answer: step.answer,
            duration_ms: step.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
            sent_at: moment(step.sent_at),
        });
        Self { id: plan.id, state: plan.state, steps: steps.collect() }
    }
}

impl Detail {
    pub(super) fn of(view: JobView, saved: Saved, batch: Option<BatchView>) -> Self {
        let (job, at) = (view.job.id.clone(), view.at);
        let about = About { at, reference: view.job.reference.clone(), ..About::default() };
        let row = Row::of(view.job, view.told.as_ref(), view.hold);
        let words = |told: &crate::jobs::Told| (told.message.clone(), told.error.clone());
        let (message, error) = view.told.as_ref().map(words).unwrap_or_default();
        let told = view.told.map(|told| Outcome::of_told(told, saved).about(&job, &about));
        let batch = batch.map(|batch| JobResult::Batch(BatchOutcome::from(batch)));
        let result = batch.or(told.map(JobResult::Write));
        let plans = view.plans.into_iter().map(PlanOfJob::from).collect();
        Self { job: row, result, message, error, plans, callback: view.callback.map(Callback::from) }
    }
}

/// The jobs, the newest first, page by page.
///
/// A job that is added meanwhile moves all others on by one: who reads several pages of those
/// of a batch waits for its end.
#[utoipa::path(
    get, path = "/jobs", operation_id = "jobs", tag = "Jobs and plans",
    params(WhichJobs),
    responses(ToldList<Row>, JobFailures),
)]
pub(super) async fn list(State(app): State<App>, below: Below, query: Query) -> Answer {
    let states = JobState::ALL.map(|state| (state.as_str(), state));
    let page = query.number("page", PAGES)?.unwrap_or(1);
    let limit = query.number("limit", 1..=MOST)?.unwrap_or(USUAL);
    let olt = query.text("olt")?;
    if let Some(olt) = olt {
        app.olt(Some(olt))?;
    }
    let kind = query.text("kind")?;
    if let Some(kind) = kind
        && (!(1..=32).contains(&kind.len())
            || !kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
    {
        return Err(Failure::parameter("kind", "1 to 32 small letters and underscores", kind));
    }
    if let Some(olt) = olt
        && !below.shows(olt)
    {
        return plain(Vec::<Row>::new());
    }
    let filter = JobFilter {
        olt: olt.map(str::to_owned).or(below.0),
        state: query.text("state")?.map(|text| word("state", text, states)).transpose()?,
        kind: kind.map(str::to_owned),
        among: query
            .text("parent")?
            .map_or(Ok(Among::Whole), |id| Among::parts_of(id).ok_or_else(|| no_id(id)))?,
        skip: (page - 1).saturating_mul(limit),
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
    };
    let jobs = app.jobs().list(&filter).await?;
    let row = |ListedJob { job, told, hold }| Row::of(job, told.as_ref(), hold);
    plain(jobs.into_iter().map(row).collect::<Vec<_>>())
}

/// One job, with its steps as they happen.
#[utoipa::path(
    get, path = "/jobs/{id}", operation_id = "job", tag = "Jobs and plans",
    params(JobPath),
    responses(Told<Detail>, JobFailures),
)]
pub(super) async fn show(State(app): State<App>, below: Below, params: Params) -> Answer {
    plain(below.shown(&app, params.text("id")?).await?)
}

/// Cancels a job that waits for its turn: nothing of it is sent.
///
/// One that has begun runs to its end; one that waits to be settled is settled. Of a batch
/// that has begun, what has not does not begin any more.
#[utoipa::path(
    post, path = "/jobs/{id}/cancel", operation_id = "cancel_job", tag = "Jobs and plans",
    params(JobPath),
    responses(Done<Detail>, CancelFailures),
)]
pub(super) async fn cancel(
    changing: Changing,
    State(app): State<App>,
    below: Below,
    params: Params,
    query: Query,
) -> Answer {
    query.only(&[])?;
    let id = params.text("id")?;
    let is_batch = below.job(&app, id).await?.is_batch;
    app.jobs().cancel(id, changing.by.as_ref()).await?;
    let message = match is_batch {
        true => "What had not begun is cancelled; what was under way runs to its end.",
        false => "The job is cancelled; nothing of it was sent.",
    };
    done(below.shown(&app, id).await?, message)
}
