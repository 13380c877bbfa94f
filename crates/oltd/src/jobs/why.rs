//! What is said of how a write ended: in the answer to who waits for it, and by its job.

use std::time::Duration;

use gpon::{StepState, WriteReport, WriteState, WriteStep, quoted};

use super::{NotBegun, NotCancelled, NotDone, NotSettled};
use crate::failure::{ErrorCode, Failure};
use crate::tasks::WriteLost;
use crate::writing::{Denied, NotSaved};

/// A sentence about what went well, or why it did not.
pub type Said = Result<&'static str, Failure>;

/// Another instance takes over, or this one starts again.
const ENDING_RETRY: Duration = Duration::from_secs(5);

/// Of a change that was begun, or had nothing to do.
pub fn of_change(report: &WriteReport, is_pending: bool, olt: &str, act: &str) -> Said {
    let detail = || {
        let why = words(report);
        if why.is_empty() { format!("{olt}: {act}") } else { format!("{olt}: {act}: {why}") }
    };
    let failed = |code, message: &str| Err(Failure::new(code, message, detail()));
    match report.state {
        _ if is_pending => failed(
            ErrorCode::OutcomeUnknown,
            "What the OLT holds is not known yet; the job goes on until it is.",
        ),
        WriteState::Applied if report.verified => Ok("It is done, and was read back."),
        WriteState::Applied => Ok("The OLT took it; the job tells whether the ONU came back."),
        WriteState::Unchanged if report.verified => Ok("It is so already: nothing was sent."),
        // A hold is lifted, and the OLT was not asked.
        WriteState::Unchanged => Ok("It is done, and nothing was sent: the warnings say why."),
        // That an ONU did not start again, nothing proves.
        WriteState::Refused if !report.verified => failed(
            ErrorCode::OutcomeUnknown,
            "Nothing shows that the ONU was restarted, and its line is never sent twice.",
        ),
        // Only what cannot be kept is not sent: the OLT was not asked.
        WriteState::Refused if refused(report).is_none() => Err(Failure::unkept(detail())),
        WriteState::Refused => failed(ErrorCode::OltRefused, "The OLT refused, and nothing has changed."),
        WriteState::RolledBack if refused(report).is_none() => {
            failed(ErrorCode::RolledBack, "Not all of it could be done, and what was done before is undone.")
        }
        WriteState::RolledBack => {
            failed(ErrorCode::RolledBack, "The OLT refused a part, and what was done before is undone.")
        }
        WriteState::Partial => failed(ErrorCode::PartialChange, "Some of the write remains on the OLT."),
        WriteState::Unknown => failed(ErrorCode::OutcomeUnknown, "Nobody knows what the OLT made of it."),
    }
}

/// The first line that the OLT refused.
fn refused(report: &WriteReport) -> Option<&WriteStep> {
    report.steps.iter().find(|step| step.state == StepState::Refused)
}

/// Of what an OLT has lost, once it was settled.
pub(super) fn of_lost(report: &WriteReport, olt: &str) -> Said {
    let failed = |code, message: &str| Err(Failure::new(code, message, format!("{olt}: {}", words(report))));
    match report.state {
        WriteState::Applied => Ok("All of it is made anew, and was read back."),
        WriteState::RolledBack => of_undone(olt, "what was lost"),
        _ => failed(ErrorCode::PartialChange, "Some of what was lost is not settled; it is named."),
    }
}

/// Of a change that somebody wanted undone, and that is.
pub(super) fn of_undone(olt: &str, act: &str) -> Said {
    Err(Failure::new(ErrorCode::RolledBack, UNDONE, format!("{olt}: {act}: somebody wanted it undone")))
}

/// That a change is undone as somebody wanted.
pub const UNDONE: &str = "It is undone, and was read back.";

/// What the OLT said, or what is known besides.
fn words(report: &WriteReport) -> String {
    let said = refused(report).map(|step| format!("`{}`: {}", step.line, step.answer.trim()));
    said.into_iter()
        .chain(report.remaining.iter().cloned())
        .chain(report.warnings.iter().cloned())
        .collect::<Vec<_>>()
        .join("; ")
}

/// Of a save.
pub fn of_save(saved: &Result<WriteReport, NotSaved>, olt: &str) -> Said {
    let report = match saved {
        Ok(report) => report,
        Err(NotSaved::Olt(error)) => return Err(Failure::from(error.clone())),
        Err(NotSaved::Held(hold)) => return Err(Failure::denied(Denied::Held(hold.clone()), olt)),
        Err(NotSaved::Lost(WriteLost::Ending)) => return Err(ending(format!("{olt}: nothing was sent"))),
        Err(NotSaved::Lost(WriteLost::Panicked)) => {
            return Err(Failure::new(
                ErrorCode::OutcomeUnknown,
                "Nobody knows whether the OLT saved.",
                format!("{olt}: the save ended by a fault of the server; see its log"),
            ));
        }
    };
    let sent = report.steps.iter().rev().find(|step| step.state != StepState::NotSent);
    let failed = |code, message: &str| {
        // What we made of the OLT's words quotes them; else they speak for themselves.
        let why = match (report.warnings.as_slice(), sent) {
            ([], Some(step)) => step.answer.trim().to_owned(),
            (warnings, _) => warnings.join("; "),
        };
        let detail = match why.is_empty() {
            true => format!("{olt}: save its configuration"),
            false => format!("{olt}: save its configuration: {why}"),
        };
        Err(Failure::new(code, message, detail))
    };
    match report.state {
        WriteState::Applied => Ok("The running configuration was saved."),
        WriteState::Unchanged => Ok("There was nothing to save."),
        WriteState::Refused if sent.is_some() => failed(ErrorCode::OltRefused, "The OLT refused to save."),
        WriteState::Refused => {
            failed(ErrorCode::OltRefused, "Nothing was sent: the OLT would refuse to save.")
        }
        WriteState::RolledBack => {
            failed(ErrorCode::RolledBack, "The OLT refused a part, and what was done before is undone.")
        }
        WriteState::Partial => failed(ErrorCode::PartialChange, "Some of the write remains on the OLT."),
        WriteState::Unknown => failed(ErrorCode::OutcomeUnknown, "Nobody knows whether the OLT saved."),
    }
}

fn ending(detail: String) -> Failure {
    let message = "The server is ending and writes no more.";
    Failure::new(ErrorCode::NotWriter, message, detail).retry(ENDING_RETRY)
}

impl NotDone {
    /// As it is told, of this act at this OLT.
    pub fn failure(&self, olt: &str, act: &str) -> Failure {
        match self {
            Self::Change(error) => error.clone().into(),
            Self::Held(hold) => Failure::denied(Denied::Held(hold.clone()), olt),
            Self::Denied(why) => Failure::denied(why.clone(), olt),
            Self::Locked { job, object } => NotBegun::Locked { job: job.clone(), object: *object }.into(),
            Self::HeldByOwners { object, by } => {
                NotBegun::HeldByOwners { object: *object, by: by.clone() }.into()
            }
            Self::NotHeld { object, owner, by } => {
                NotBegun::NotHeld { object: *object, owner: owner.clone(), by: by.clone() }.into()
            }
            Self::Cancelled { by } => {
                let by = by
                    .as_ref()
                    .map_or_else(|| "somebody without a token".into(), |by| quoted(&**by).to_string());
                let detail = format!("{olt}: nothing was sent; cancelled by {by}");
                Failure::new(ErrorCode::Cancelled, "The job was cancelled before anything was sent.", detail)
            }
            Self::Replaced { by } => {
                let message = "A later wish of the same owner took its place before anything was sent.";
                let detail = format!("{olt}: nothing was sent; job {by} took its place");
                Failure::new(ErrorCode::Cancelled, message, detail)
            }
            Self::Ending => ending(format!("{olt}: nothing was sent")),
            Self::Lost => Failure::new(
                ErrorCode::OutcomeUnknown,
                "Nobody knows what the OLT made of it.",
                format!("{olt}: {act} ended by a fault of the server; see its log"),
            ),
        }
    }
}

impl From<NotBegun> for Failure {
    fn from(why: NotBegun) -> Self {
        let detail = why.to_string();
        match why {
            NotBegun::Store(_) => Self::unkept(detail),
            NotBegun::Locked { job, .. } => Self::new(
                ErrorCode::Locked,
                format!("A job whose end is not known yet locks it: {job}."),
                detail,
            ),
            NotBegun::HeldByOwners { .. } => {
                Self::new(ErrorCode::HeldByOwners, "The ONU is suspended; its owners resume it.", detail)
            }
            NotBegun::Denied { olt, denied } => Self::denied(denied, &olt),
            NotBegun::NotHeld { .. } => {
                Self::new(ErrorCode::NotHeld, "This owner does not hold the ONU; nothing was sent.", detail)
            }
            NotBegun::Busy { .. } => Self::crowded(detail),
            NotBegun::KeyReused { .. } => {
                Self::new(ErrorCode::KeyReused, "Something else was asked under the same key.", detail)
            }
            NotBegun::NoSuchPlan(_) => Self::new(ErrorCode::PlanNotFound, "There is no such plan.", detail),
            NotBegun::Applied(_) => Self::new(ErrorCode::PlanApplied, "The plan was applied before.", detail),
            NotBegun::Stale { .. } => Self::new(
                ErrorCode::PlanStale,
                "What is to be saved by now is not what the plan was made from.",
                detail,
            ),
            NotBegun::Ending => ending(detail),
            NotBegun::Expired => {
                Self::new(ErrorCode::PlanExpired, "The plan has expired; make a new one.", detail)
            }
        }
    }
}

impl From<NotSettled> for Failure {
    fn from(why: NotSettled) -> Self {
        let detail = why.to_string();
        match why {
            NotSettled::NoSuchJob(_) => Self::new(ErrorCode::JobNotFound, "There is no such job.", detail),
            NotSettled::Settled(_)
            | NotSettled::NoPart
            | NotSettled::Accepted
            | NotSettled::NoPlan
            | NotSettled::Newer(_) => {
                Self::new(ErrorCode::JobSettled, "Nothing of the job can be settled so.", detail)
            }
            NotSettled::Store(_) => Self::unkept(detail),
            NotSettled::Begun(why) => Self::from(why),
        }
    }
}

impl From<NotCancelled> for Failure {
    fn from(why: NotCancelled) -> Self {
        let detail = why.to_string();
        let not = |message: &str| Self::new(ErrorCode::NotCancellable, message, detail.clone());
        match why {
            NotCancelled::NoSuchJob(_) => Self::new(ErrorCode::JobNotFound, "There is no such job.", detail),
            NotCancelled::Running => not("The job is under way, and a write always runs to a known end."),
            NotCancelled::Save => not("A save that was asked for is made; others may wait for it too."),
            NotCancelled::Unsettled(_) => not(
                "The job waits to be settled: POST /jobs/{id}/settle finishes it, undoes it, or accepts it as it is.",
            ),
            NotCancelled::Ended(_) => not("The job has ended already."),
            NotCancelled::Store(why) => why.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::told::report;

    #[test]
    fn an_olt_that_was_not_asked_has_not_refused() {
        let step = |state| WriteStep {
            place: "(config-if)#".into(),
            line: "name House 7".into(),
            answer: "%Error 1: no".into(),
            duration: Duration::ZERO,
            state,
            undone: None,
        };
        for (state, steps, code, says_refused) in [
            (WriteState::Refused, vec![], ErrorCode::StoreUnavailable, false),
            (WriteState::Refused, vec![StepState::Done], ErrorCode::StoreUnavailable, false),
            (WriteState::Refused, vec![StepState::Done, StepState::Refused], ErrorCode::OltRefused, true),
            (WriteState::RolledBack, vec![StepState::Done], ErrorCode::RolledBack, false),
            (WriteState::RolledBack, vec![StepState::Done, StepState::Refused], ErrorCode::RolledBack, true),
        ] {
            let steps: Vec<_> = steps.into_iter().map(step).collect();
            let warnings = vec!["the disk is full".to_owned()];
            let of = WriteReport { steps, warnings, verified: true, ..report(state) };
            let told = of_change(&of, false, "a", "name ONU 1/1/1:1").unwrap_err();
            assert_eq!((told.code, told.message.contains("refused")), (code, says_refused), "{told:?}");
            assert!(told.detail.starts_with("a: name ONU 1/1/1:1: "), "{told:?}");
            assert!(told.detail.contains("the disk is full"), "{told:?}");
        }
    }
}
