//! What became of a write, as answers, jobs and the store tell it.

use gpon::{StepState, WriteReport, WriteState, WriteStep};
use serde::{Deserialize, Serialize};

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// `applied`, `unchanged`, `refused`, `rolled_back`, `partial`, `unknown`.
    pub state: String,
    /// Its lines, in the order in which they were sent.
    pub steps: Vec<ToldStep>,
    /// What of it stands though the whole does not.
    pub remaining: Vec<String>,
    /// What a person should know besides.
    pub warnings: Vec<String>,
    /// Whether what the OLT holds now was read and is what was wished for, or what it held before.
    pub verified: bool,
    /// Why nothing was done, where it was not.
    pub error: Option<String>,
}

/// One line of a write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldStep {
    /// The mode that it was sent in.
    pub place: String,
    /// The line, secrets masked.
    pub line: String,
    /// The OLT's answer, secrets masked.
    pub answer: String,
    /// From the line to the prompt.
    pub duration_ms: u64,
    /// `done`, `refused`, `unknown`, `not_sent`.
    pub state: String,
    /// Whether it was undone; null where nothing called for it.
    pub undone: Option<bool>,
}

impl From<WriteReport> for Told {
    fn from(report: WriteReport) -> Self {
        Self {
            state: spelt(report.state).to_owned(),
            steps: report.steps.into_iter().map(ToldStep::from).collect(),
            remaining: report.remaining,
            warnings: report.warnings,
            verified: report.verified,
            error: None,
        }
    }
}

impl From<WriteStep> for ToldStep {
    fn from(step: WriteStep) -> Self {
        Self {
            place: step.place,
            line: step.line,
            answer: step.answer,
            duration_ms: u64::try_from(step.duration.as_millis()).unwrap_or(u64::MAX),
            state: spelt_step(step.state).to_owned(),
            undone: step.undone,
        }
    }
}

impl Told {
    /// Of what was not begun, and why.
    pub fn failed(why: impl std::fmt::Display) -> Self {
        Self {
            state: spelt(WriteState::Unchanged).to_owned(),
            steps: Vec::new(),
            remaining: Vec::new(),
            warnings: Vec::new(),
            verified: false,
            error: Some(why.to_string()),
        }
    }
}

/// Of what nobody knows.
pub(super) fn unknown() -> WriteReport {
    WriteReport {
        state: WriteState::Unknown,
        steps: Vec::new(),
        remaining: Vec::new(),
        warnings: Vec::new(),
        verified: false,
    }
}

/// What the store has of a result.
pub(super) fn read_told(result: &secrecy::SecretSlice<u8>) -> Option<Told> {
    serde_json::from_slice(secrecy::ExposeSecret::expose_secret(result)).ok()
}

/// The spelling of the contract.
pub const fn spelt(state: WriteState) -> &'static str {
    match state {
        WriteState::Applied => "applied",
        WriteState::Unchanged => "unchanged",
        WriteState::Refused => "refused",
        WriteState::RolledBack => "rolled_back",
        WriteState::Partial => "partial",
        WriteState::Unknown => "unknown",
    }
}

const fn spelt_step(state: StepState) -> &'static str {
    match state {
        StepState::Done => "done",
        StepState::Refused => "refused",
        StepState::Unknown => "unknown",
        StepState::NotSent => "not_sent",
    }
}
