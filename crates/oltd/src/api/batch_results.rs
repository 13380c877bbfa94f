//! What became of a batch, as every route tells it.

use serde::Serialize;
use utoipa::ToSchema;

use super::outcome::{Outcome, SavedState};
use super::registered::InService;
use crate::app::App;
use crate::http::{ErrorCode, Failure, Written, schema};
use crate::jobs::{BatchView, Changed, Facts, ItemView, NONE_DONE, PlannedItem, Will};
use crate::store::JobState;

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Batch)]
pub(super) struct BatchOutcome {
    /// Its job, which goes on with it where it has not ended.
    #[schema(value_type = schema::JobId)]
    job: String,
    #[schema(value_type = schema::JobState)]
    state: &'static str,
    /// How many targets it has.
    total: u32,
    /// The same as `total`.
    total_targets: u32,
    /// How many of them are done.
    successful: u32,
    /// The same as `successful`.
    success_count: u32,
    /// How many have ended and are not done.
    failed: u32,
    /// The same as `failed`.
    failure_count: u32,
    /// Each target, in the order in which they were named.
    results: Vec<BatchResult>,
    /// From its beginning to its end, or until now.
    execution_time_ms: u64,
}

/// What became of a target.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchResult)]
struct BatchResult {
    /// What the caller calls it; null where he said nothing.
    #[serde(rename = "ref")]
    #[schema(value_type = Option<schema::Reference>)]
    reference: Option<String>,
    /// The OLT; null where that is not known (yet).
    #[schema(value_type = Option<schema::OltId>)]
    olt: Option<String>,
    /// Where the ONU stands, or was to; null where that is not known (yet).
    #[schema(value_type = Option<schema::PonPortText>)]
    pon_port: Option<String>,
    /// Its number there; null where that is not known (yet).
    #[schema(value_type = Option<schema::OnuNumber>)]
    onu_id: Option<u8>,
    /// Null where it is not known (yet), and for an ONU that is registered without one.
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<String>,
    /// Whether the OLT holds now what was wished for.
    success: bool,
    #[schema(value_type = schema::TargetState)]
    state: String,
    /// Its job, with its lines; null for one that did not become a job (yet).
    #[schema(value_type = Option<schema::JobId>)]
    job: Option<String>,
    /// The ONU as it was found; null where that was not read.
    before: Option<OnuFacts>,
    /// The ONU as it is now; null where it is registered no longer, and where that is not known.
    after: Option<OnuFacts>,
    /// How what was put into service serves; its fields are absent for other targets, and until it is.
    #[serde(flatten)]
    registered: Option<InService>,
    /// What a person should know besides.
    warnings: Vec<String>,
    /// Null where that is not known.
    saved: Option<SavedState>,
    /// One sentence about it; null until it has ended.
    message: Option<String>,
    /// Why it is not done, with the OLT's own words where it said something; null where it is, and until it has ended.
    error: Option<String>,
    /// The same for programs, as the answer to a single write would have it.
    #[schema(value_type = Option<ErrorCode>)]
    error_code: Option<String>,
}

/// What an ONU is called, and whether it may come into service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OnuFacts)]
struct OnuFacts {
    /// Null where it has none.
    name: Option<String>,
    /// Null where it has none.
    description: Option<String>,
    #[schema(value_type = schema::AdminState)]
    admin_state: String,
}

/// What a batch would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedBatch)]
pub(super) struct PlannedBatch {
    /// How many targets it has.
    total: usize,
    /// Each target, in the order in which they were named.
    results: Vec<PlannedResult>,
}

/// What a target would come to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlannedResult)]
struct PlannedResult {
    /// What the caller calls it; null where he said nothing.
    #[serde(rename = "ref")]
    #[schema(value_type = Option<schema::Reference>)]
    reference: Option<String>,
    /// The OLT; null where it is not known.
    #[schema(value_type = Option<schema::OltId>)]
    olt: Option<String>,
    /// Where the ONU stands; null where it is not known.
    #[schema(value_type = Option<schema::PonPortText>)]
    pon_port: Option<String>,
    /// Its number there; null where it is not known.
    #[schema(value_type = Option<schema::OnuNumber>)]
    onu_id: Option<u8>,
    /// Null where it is not known, and for an ONU that is registered without one.
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<String>,
    /// Null where there was no time to look; ask for fewer at once.
    #[schema(value_type = Option<schema::Will>)]
    will: Option<&'static str>,
    /// The ONU as it was found; null where that was not read.
    before: Option<OnuFacts>,
    /// The ONU as it would be; null where that is not known, and where it would be registered no longer.
    after: Option<OnuFacts>,
    /// Every line that would be sent; none where nothing has to be done or can be.
    lines: Vec<BatchLine>,
    /// What a person should know besides.
    warnings: Vec<String>,
    /// Why it cannot be done, or was not looked at.
    error: Option<String>,
    /// The same for programs.
    #[schema(value_type = Option<ErrorCode>)]
    error_code: Option<String>,
}

/// A line of a plan of a batch.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BatchLine)]
struct BatchLine {
    /// The mode of the command line that it is sent in, as the prompt shows it.
    place: String,
    /// The line; secrets in it are `***`.
    line: String,
}

/// What a batch or its dry run answers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = BatchOrPlan)]
#[expect(dead_code, reason = "the schema of both: each answers for itself")]
pub(super) enum BatchOrPlan {
    /// What became of it.
    Batch(BatchOutcome),
    /// What it would do.
    Plan(PlannedBatch),
}

/// What became of a job.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = JobResult)]
pub(super) enum JobResult {
    /// Of a write.
    Write(Outcome),
    /// Of a batch.
    Batch(BatchOutcome),
}

impl From<Facts> for OnuFacts {
    fn from(Facts { name, description, admin_state }: Facts) -> Self {
        Self { name, description, admin_state }
    }
}

fn facts(changed: Option<Changed>) -> (Option<OnuFacts>, Option<OnuFacts>) {
    changed
        .map_or((None, None), |Changed { before, after, .. }| (before.map(Into::into), after.map(Into::into)))
}

impl From<ItemView> for BatchResult {
    fn from(item: ItemView) -> Self {
        let (before, after) = facts(item.changed);
        Self {
            reference: item.reference,
            olt: item.olt,
            pon_port: item.pon.map(|pon| pon.to_string()),
            onu_id: item.at.map(|at| at.id.get()),
            serial_number: item.serial,
            success: item.success,
            state: item.state,
            job: item.job,
            before,
            after,
            registered: item.placed.map(InService::from),
            warnings: item.warnings,
            saved: item.saved.map(SavedState),
            message: item.message,
            error: item.error,
            error_code: item.error_code,
        }
    }
}

impl From<PlannedItem> for PlannedResult {
    fn from(item: PlannedItem) -> Self {
        let (before, after) = facts(item.changed);
        let line = |line: gpon::PlannedLine| BatchLine { place: line.place, line: line.line };
        Self {
            reference: item.reference,
            olt: item.olt.map(|olt| olt.to_string()),
            pon_port: item.at.map(|at| at.pon).or(item.pon).map(|pon| pon.to_string()),
            onu_id: item.at.map(|at| at.id.get()),
            serial_number: item.serial,
            will: item.will.map(|will| match will {
                Will::Change => "change",
                Will::Unchanged => "unchanged",
                Will::Cannot => "cannot",
            }),
            before,
            after,
            lines: item.lines.into_iter().map(line).collect(),
            warnings: item.warnings,
            error_code: item.error.as_ref().map(|why| why.code.spelt()),
            error: item.error.map(|why| why.detail),
        }
    }
}

impl From<BatchView> for BatchOutcome {
    fn from(view: BatchView) -> Self {
        let BatchView { job, tally, took, items } = view;
        let failed = tally.failed + tally.partial + tally.pending + tally.cancelled;
        Self {
            state: job.state.as_str(),
            job: job.id,
            total: job.total,
            total_targets: job.total,
            successful: tally.done,
            success_count: tally.done,
            failed,
            failure_count: failed,
            results: items.into_iter().map(BatchResult::from).collect(),
            execution_time_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl PlannedBatch {
    /// As the answer to a dry run.
    pub(super) fn answer(items: Vec<PlannedItem>, ignored: &[String]) -> Result<Written, Failure> {
        let results: Vec<_> = items.into_iter().map(PlannedResult::from).collect();
        let message = "Nothing was sent. No plan is kept: each target is planned when its turn comes.";
        Written::new(Self { total: results.len(), results }, message, ignored)
    }
}

/// The answer to what goes on with a batch as its job.
///
/// # Errors
/// When the store fails.
pub(super) async fn batch_goes_on(
    app: &App,
    id: &str,
    below: Option<&str>,
    message: &str,
    ignored: &[String],
) -> Result<Written, Failure> {
    let view = app.jobs().batch_view(id, below).await?;
    let view = view.ok_or_else(|| Failure::internal(format_args!("{id} is no batch")))?;
    Written::goes_on(id, BatchOutcome::from(view), message, ignored)
}

const GOES_ON: &str = "The batch goes on; its job tells how it ends.";

/// The answer to a batch that was asked for, as its job tells it by now.
///
/// # Errors
/// Where none of it is done, and when the store fails.
pub(super) async fn batch_answer(
    app: &App,
    id: &str,
    below: Option<&str>,
    ignored: &[String],
) -> Result<Written, Failure> {
    let (view, told) = (app.jobs().batch_view(id, below).await?, app.jobs().view(id).await?);
    let Some(view) = view else { return Err(Failure::internal(format_args!("{id} is no batch"))) };
    let told = told.and_then(|view| view.told);
    let state = view.job.state;
    let outcome = BatchOutcome::from(view);
    let message = told.as_ref().and_then(|told| told.message.clone()).unwrap_or_default();
    match state {
        JobState::Queued | JobState::Running => Written::goes_on(id, outcome, GOES_ON, ignored),
        JobState::Done => Written::new(outcome, &message, ignored),
        _ if outcome.successful > 0 => Written::some(outcome, &message, ignored),
        _ => {
            let code = told.as_ref().and_then(|told| ErrorCode::of(told.error_code.as_deref()?));
            let detail = told.and_then(|told| told.error).unwrap_or_else(|| message.clone());
            let (code, message) = (code.unwrap_or(ErrorCode::NoneDone), Some(message));
            let message =
                message.filter(|message| !message.is_empty()).unwrap_or_else(|| NONE_DONE.to_owned());
            Err(Failure::new(code, message, detail).with_data(outcome))
        }
    }
}
