//! What became of a write, as answers, jobs and the store tell it.

use std::time::SystemTime;

use gpon::{StepState, WriteReport, WriteState, WriteStep};
use serde::{Deserialize, Serialize};
use zte::{OnuFacts, Plan};

use super::why::{Said, of_change};
use crate::failure::{ErrorCode, Failure};
use crate::store::JobState;

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
    /// Why it is not done, where it is not, with the OLT's own words where it said something.
    pub error: Option<String>,
    /// The same for programs: `error_code` of the answer to its request. What was kept
    /// before there was any has none.
    #[serde(default)]
    pub error_code: Option<String>,
    /// One sentence about it, as the answer to its request has it.
    #[serde(default)]
    pub message: Option<String>,
    /// That somebody accepted it as it is.
    #[serde(default)]
    pub accepted: Option<Accepted>,
    /// Where it put an ONU, of a registration.
    #[serde(default)]
    pub place: Option<super::Placed>,
    /// What it changed, as far as that is known.
    #[serde(default)]
    pub changed: Option<Changed>,
    /// Who holds the ONU from then on, for what makes or lifts a hold.
    #[serde(default)]
    pub suspended_by: Option<Vec<String>>,
}

/// What a write changed, as batches tell it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The serial number of the ONU; `None` for one that is registered without.
    pub serial: Option<String>,
    /// The ONU as it was found.
    pub before: Option<Facts>,
    /// As it is now; `None` where it is registered no longer, and where that is not known.
    pub after: Option<Facts>,
    /// Whether it changes what saving keeps.
    pub configures: bool,
}

/// What an ONU is called, and whether it may come into service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Its name.
    pub name: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// `enabled` or `disabled`.
    pub admin_state: String,
}

impl Changed {
    /// By a plan that came to this end.
    pub(super) fn of(plan: &Plan, state: WriteState) -> Self {
        let (before, planned) = plan.before_and_after();
        let after = match state {
            WriteState::Applied | WriteState::Unchanged => planned,
            WriteState::Refused | WriteState::RolledBack => before.clone(),
            WriteState::Partial | WriteState::Unknown => None,
        };
        Self {
            serial: plan.serial().map(|serial| serial.to_string()),
            before: before.map(Facts::from),
            after: after.map(Facts::from),
            configures: plan.configures().contains(&true),
        }
    }
}

impl From<OnuFacts> for Facts {
    fn from(OnuFacts { name, description, admin_state }: OnuFacts) -> Self {
        Self { name, description, admin_state: admin_state.as_str().to_owned() }
    }
}

/// That somebody accepted how a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The name of the token; `None` where the server asks for none.
    pub by: Option<String>,
    /// When.
    pub at: SystemTime,
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

impl Told {
    /// As it is told of a job that is in this state by now: what the OLT has lost stood there,
    /// and was read back, before.
    pub(super) fn now(mut self, state: JobState) -> Self {
        if state == JobState::Lost && matches!(self.state.as_str(), "applied" | "unchanged") {
            self.verified = false;
            self.warnings.push("the OLT has started again since, and had not saved it".to_owned());
        }
        self
    }
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
            error_code: None,
            message: None,
            accepted: None,
            place: None,
            changed: None,
            suspended_by: None,
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
    /// Of what was not begun, and why, in words alone.
    pub fn failed(why: impl std::fmt::Display) -> Self {
        Self { error: Some(why.to_string()), ..Self::from(report(WriteState::Unchanged)) }
    }

    /// Of what was not begun, and why.
    pub fn unsent(why: &Failure) -> Self {
        Self::from(report(WriteState::Unchanged)).why(why)
    }

    /// Of what nobody knows any more, and why, in words alone.
    pub(super) fn not_known(why: &str) -> Self {
        Self { error: Some(why.to_owned()), ..Self::from(unknown()) }
    }

    /// Of what nothing is known, or nothing yet.
    pub fn unknown(is_pending: bool, olt: &str, act: &str) -> Self {
        Self::from(unknown()).said(&of_change(&unknown(), is_pending, olt, act))
    }

    /// The same, with what is said of it.
    pub fn said(self, said: &Said) -> Self {
        match said {
            Ok(message) => {
                Self { error: None, error_code: None, message: Some((*message).to_owned()), ..self }
            }
            Err(why) => self.why(why),
        }
    }

    /// Of what a server left that has ended: for programs too.
    pub(super) fn cut_off(self) -> Self {
        let (code, message) = match (&self.error, &self.error_code) {
            (Some(_), None) if self.state == spelt(WriteState::Unknown) => {
                (ErrorCode::OutcomeUnknown, "Nobody knows what the OLT made of it.")
            }
            (Some(_), None) => (ErrorCode::NotWriter, "The server ended, and nothing was sent."),
            _ => return self,
        };
        Self { error_code: Some(code.spelt()), message: Some(message.to_owned()), ..self }
    }

    fn why(self, why: &Failure) -> Self {
        Self {
            error: Some(why.detail.clone()),
            error_code: Some(why.code.spelt()),
            message: Some(why.message.clone()),
            ..self
        }
    }
}

/// Of what no line is known.
pub(super) fn report(state: WriteState) -> WriteReport {
    WriteReport { state, steps: Vec::new(), remaining: Vec::new(), warnings: Vec::new(), verified: false }
}

/// Of what nobody knows.
pub(super) fn unknown() -> WriteReport {
    report(WriteState::Unknown)
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
