//! What became of a write, as every route tells it.

use std::time::SystemTime;

use gpon::{OnuRef, UndoClass, WriteReport, WriteState};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::registered::Registered;
use super::rfc3339;
use crate::app::ChosenOlt;
use crate::http::{ErrorCode, Failure, Written, schema};
use crate::jobs::{
    Answered, End, JobView, KeptPlan, NotDone, Placed, Saved, Told, ToldStep, of_change, spelt,
};
use crate::store::JobState;

/// What became of a write.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Write)]
pub(super) struct Outcome {
    /// Whether the OLT holds now what was wished for.
    pub(super) success: bool,
    #[schema(value_type = schema::WriteState)]
    pub(super) state: String,
    /// The job, which goes on with it where it has not ended; null where there is none.
    pub(super) job: Option<String>,
    /// What the caller calls it; absent where he said nothing.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::Reference)]
    pub(super) reference: Option<String>,
    /// Where the ONU stands; absent for what is about no ONU.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::PonPortText)]
    pub(super) pon_port: Option<String>,
    /// Its number there; absent for what is about no ONU.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::OnuNumber)]
    pub(super) onu_id: Option<u8>,
    /// Its lines, in the order in which they were sent.
    pub(super) steps: Vec<Step>,
    /// What of it stands on the OLT though the whole does not.
    pub(super) remaining: Vec<String>,
    /// What a person should know besides.
    pub(super) warnings: Vec<String>,
    /// Whether what the OLT holds now was read and is as `state` says.
    pub(super) verified: bool,
    pub(super) saved: SavedState,
    /// Of a registration.
    #[serde(flatten)]
    pub(super) registered: Option<Registered>,
    /// Who holds the ONU from now on; only of what makes or lifts a hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) suspended_by: Option<Vec<String>>,
}

/// One line of a write.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WriteStep)]
pub(super) struct Step {
    /// The mode of the command line that it was sent in, as the prompt shows it.
    place: String,
    /// The line; secrets in it are `***`.
    line: String,
    /// What the OLT answered; secrets in it are `***`.
    answer: String,
    /// From the line to the prompt.
    duration_ms: u64,
    #[schema(value_type = schema::StepState)]
    state: String,
    /// Whether it was undone afterwards; null where nothing called for it.
    undone: Option<bool>,
}

impl From<ToldStep> for Step {
    fn from(step: ToldStep) -> Self {
        let ToldStep { place, line, answer, duration_ms, state, undone } = step;
        Self { place, line, answer, duration_ms, state, undone }
    }
}

/// Whether the OLT's configuration is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SavedState(pub(super) Saved);

impl Serialize for SavedState {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Saved::Yes => serializer.serialize_bool(true),
            Saved::Pending => serializer.serialize_str("pending"),
            Saved::Manual => serializer.serialize_str("manual"),
        }
    }
}

impl utoipa::PartialSchema for SavedState {
    fn schema() -> RefOr<Schema> {
        let yes = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true]));
        let not_yet = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["pending", "manual"]));
        let meaning = "Whether what the OLT holds now survives its restart: `pending` until it is saved, `manual` where a person has to see to it.";
        OneOfBuilder::new().item(yes).item(not_yet).description(Some(meaning)).into()
    }
}

impl ToSchema for SavedState {}

impl Outcome {
    pub(super) fn of(report: WriteReport, saved: Saved) -> Self {
        Self::of_end(report, saved, None)
    }

    fn of_end(report: WriteReport, saved: Saved, place: Option<Placed>) -> Self {
        let success = matches!(report.state, WriteState::Applied | WriteState::Unchanged);
        Self::told(Told { place, ..Told::from(report) }, success, saved)
    }

    /// Of what the store has of it.
    pub(super) fn of_told(told: Told, saved: Saved) -> Self {
        let success = told.state == spelt(WriteState::Applied) || told.state == spelt(WriteState::Unchanged);
        let success = success && told.error.is_none();
        Self::told(told, success, saved)
    }

    fn told(told: Told, success: bool, saved: Saved) -> Self {
        let place = told.place.as_ref().map(|placed| placed.at);
        let placed = told.place.filter(|_| success);
        Self {
            success,
            state: told.state,
            job: None,
            reference: None,
            pon_port: place.map(|at| at.pon.to_string()),
            onu_id: place.map(|at| at.id.get()),
            steps: told.steps.into_iter().map(Step::from).collect(),
            remaining: told.remaining,
            warnings: told.warnings,
            verified: told.verified,
            saved: SavedState(saved),
            registered: placed.map(Registered::from),
            suspended_by: told.suspended_by,
        }
    }

    /// Of a write of which there is no report.
    pub(super) fn unreported(state: WriteState, saved: Saved, warnings: Vec<String>) -> Self {
        let report =
            WriteReport { state, steps: Vec::new(), remaining: Vec::new(), warnings, verified: false };
        Self { success: false, ..Self::of(report, saved) }
    }

    pub(super) fn about(self, job: &str, about: &About) -> Self {
        Self {
            job: Some(job.to_owned()),
            reference: about.reference.clone(),
            pon_port: about.at.map(|at| at.pon.to_string()).or(self.pon_port),
            onu_id: about.at.map(|at| at.id.get()).or(self.onu_id),
            ..self
        }
    }
}

/// What a write is about.
#[derive(Debug, Default)]
pub(super) struct About {
    pub(super) olt: String,
    /// In words: `block ONU 1/1/1:4`.
    pub(super) act: String,
    pub(super) at: Option<OnuRef>,
    pub(super) reference: Option<String>,
}

/// What a write or its dry run answers.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = WriteOrPlan)]
#[expect(dead_code, reason = "the schema of both: each answers for itself")]
pub(super) enum WriteOrPlan {
    /// What became of it.
    Write(Outcome),
    /// What it would do.
    Plan(Planned),
}

/// What a plan would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Planned)]
pub(super) struct Planned {
    /// The plan.
    plan: Plan,
}

/// A plan, which can be applied.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
pub(super) struct Plan {
    #[schema(value_type = schema::JobId)]
    id: String,
    #[schema(value_type = schema::OltId)]
    olt: String,
    /// Where the ONU stands; absent for what is about no ONU.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::PonPortText)]
    pon_port: Option<String>,
    /// Its number there; absent for what is about no ONU.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = schema::OnuNumber)]
    onu_id: Option<u8>,
    /// Null for an ONU that is registered without one, and for what is about none.
    #[schema(value_type = Option<schema::SerialNumber>)]
    serial_number: Option<String>,
    /// Every line that would be sent; none where nothing has to be done.
    lines: Vec<Line>,
    /// What would be sent to undo it, in that order.
    undo: Vec<Undo>,
    /// What was looked at and found to be so.
    checks: Vec<String>,
    /// What a person should know besides.
    warnings: Vec<String>,
    /// What stands for all that it touches as it was found.
    fingerprint: String,
    /// Until when it can be applied.
    #[schema(value_type = Option<schema::Moment>)]
    expires_at: Option<String>,
    /// The job that applied it; null until then.
    applied_by: Option<String>,
    /// Who would hold the ONU then; only of what makes or lifts a hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    suspended_by: Option<Vec<String>>,
}

/// A line of a plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanLine)]
struct Line {
    /// The mode of the command line that it is sent in, as the prompt shows it.
    place: String,
    /// The line; secrets in it are `***`.
    line: String,
}

/// A line that undoes a step of a plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanUndo)]
struct Undo {
    /// The line; secrets in it are `***`. Empty where nothing can be done.
    line: String,
    #[schema(value_type = schema::UndoClass)]
    class: UndoClass,
}

impl From<KeptPlan> for Planned {
    fn from(kept: KeptPlan) -> Self {
        let KeptPlan { id, olt, shown, expires_at, applied_by, suspended_by } = kept;
        let line = |line: gpon::PlannedLine| Line { place: line.place, line: line.line };
        let undo = |undo: gpon::PlannedUndo| Undo { line: undo.line, class: undo.class };
        let plan = Plan {
            id,
            olt,
            pon_port: shown.at.map(|at| at.pon.to_string()),
            onu_id: shown.at.map(|at| at.id.get()),
            serial_number: shown.serial.map(|serial| serial.to_string()),
            lines: shown.lines.into_iter().map(line).collect(),
            undo: shown.undo.into_iter().map(undo).collect(),
            checks: shown.checks,
            warnings: shown.warnings,
            fingerprint: shown.fingerprint,
            expires_at: rfc3339(expires_at),
            applied_by,
            suspended_by,
        };
        Self { plan }
    }
}

impl Planned {
    /// As the answer to a dry run.
    pub(super) fn answer(self, ignored: &[String]) -> Result<Written, Failure> {
        let message = match self.plan.lines.is_empty() {
            true => "All of it is so already: nothing would be sent.",
            false => "Nothing was sent. The plan can be applied.",
        };
        Written::new(self, message, ignored)
    }
}

const GOES_ON: &str = "The write goes on; its job tells how it ends.";

/// The answer to a write that was made as a job.
pub(super) async fn answer(
    answered: Answered,
    olt: &ChosenOlt,
    about: &About,
    ignored: &[String],
) -> Result<Written, Failure> {
    match answered {
        Answered::GoesOn { job } => {
            let saved = olt.writable().unsaved();
            let outcome = Outcome::unreported(WriteState::Unknown, saved, Vec::new()).about(&job, about);
            Written::goes_on(&job, outcome, GOES_ON, ignored)
        }
        Answered::Ended { job, end: Ok(end) } => ended(&job, end, about, ignored),
        Answered::Ended { job, end: Err(why) } => {
            // What was there before may be lost though nothing was sent now.
            let saved = olt.jobs().saved(&olt.writable()).await;
            Err(not_done(&job, &why, saved, about))
        }
    }
}

/// The answer to a write that has ended, or is to be settled.
pub(super) fn ended(job: &str, end: End, about: &About, ignored: &[String]) -> Result<Written, Failure> {
    let End { report, is_pending, saved, place, suspended_by } = end;
    let has_made = place.is_some() && report.state == WriteState::Applied && !is_pending;
    let said = of_change(&report, is_pending, &about.olt, &about.act);
    let outcome = Outcome { suspended_by, ..Outcome::of_end(report, saved, place).about(job, about) };
    match said {
        Ok(message) if has_made => Written::made(&outcome, message, ignored),
        Ok(message) => Written::new(&outcome, message, ignored),
        Err(why) => Err(why.with_data(&outcome)),
    }
}

/// The answer to a write that was asked for before, as its job tells it.
pub(super) fn told_again(view: JobView, saved: Saved, ignored: &[String]) -> Result<Written, Failure> {
    let job = view.job.id.clone();
    let about = About { at: view.at, reference: view.job.reference.clone(), ..About::default() };
    if view.goes_on() {
        let outcome = Outcome::unreported(WriteState::Unknown, saved, Vec::new()).about(&job, &about);
        return Written::goes_on(&job, outcome, GOES_ON, ignored);
    }
    let is_pending = view.job.state == JobState::Pending;
    let told = view.told.unwrap_or_else(|| Told::unknown(is_pending, &view.job.olt, &view.job.kind));
    let (message, error) = (told.message.clone().unwrap_or_default(), told.error.clone().unwrap_or_default());
    let code = told.error_code.as_deref().and_then(ErrorCode::of);
    let has_made = told.place.is_some() && told.state == spelt(WriteState::Applied);
    let outcome = Outcome::of_told(told, saved).about(&job, &about);
    match code {
        None if outcome.success && has_made => Written::made(outcome, &message, ignored),
        None if outcome.success => Written::new(outcome, &message, ignored),
        code => {
            let code = code.unwrap_or(ErrorCode::OutcomeUnknown);
            Err(Failure::new(code, message, error).with_data(outcome))
        }
    }
}

/// Why nothing was sent.
pub(super) fn not_done(job: &str, why: &NotDone, saved: Saved, about: &About) -> Failure {
    let (state, saved) = match why {
        NotDone::Lost => (WriteState::Unknown, Saved::Manual),
        _ => (WriteState::Unchanged, saved),
    };
    let outcome = Outcome::unreported(state, saved, Vec::new()).about(job, about);
    why.failure(&about.olt, &about.act).with_more(outcome)
}

/// A moment, or null for one that cannot be told.
pub(super) fn moment(time: Option<SystemTime>) -> Option<String> {
    time.and_then(rfc3339)
}
