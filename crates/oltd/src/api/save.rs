use std::time::{Duration, Instant};

use gpon::{StepState, WriteReport, WriteState};

use super::outcome::Outcome;
use super::writing::{Writing, refused};
use crate::http::openapi::{HowLong, MadeOrGoesOn, SaveFailures};
use crate::http::{ErrorCode, Failure, Written};
use crate::jobs::{Saved, spelt};
use crate::tasks::WriteLost;
use crate::writing::{Denied, Extent, NotSaved};

/// How long a caller waits for a save to end that is no job, since nothing can be kept:
/// less than the deadline of a request, so that there is an answer.
const PATIENCE: Duration = Duration::from_secs(80);

/// Saves the running configuration, so that it survives a restart of the OLT.
///
/// One save of an OLT runs at a time; who asks while one runs shares the next
/// one. A save that has not ended after 20 s, or what `Prefer: wait=N` says, is
/// answered 202 and goes on as its job. There is no dry run of a save:
/// `dry_run=true` is 400.
#[utoipa::path(
    post, path = "/system/save", operation_id = "save", tag = "System",
    params(HowLong),
    responses(MadeOrGoesOn<Outcome>, SaveFailures),
)]
pub(super) async fn save(writing: Writing) -> Result<Written, Failure> {
    let target = writing.to(Extent::Save, &[])?;
    if target.dry_run {
        return Err(Failure::new(
            ErrorCode::InvalidParameter,
            "A save has no dry run.",
            "dry_run: saving is one act that changes nothing of what the OLT does now; there is no plan to show",
        ));
    }
    let began = Instant::now();
    let (job, ended) = target.save(PATIENCE).await;
    let (olt, by) = (target.olt(), target.by());
    let state = match &ended {
        Some(Ok(report)) => spelt(report.state),
        Some(Err(_)) => "failed",
        None => "goes on",
    };
    let duration_ms = began.elapsed().as_millis() as u64;
    tracing::info!(olt.id = olt, caller = by, state, duration_ms, "a save was asked for");
    match ended {
        Some(Ok(report)) => answer(report, olt, job),
        Some(Err(error)) => Err(not_saved(error, olt)),
        None => match job {
            Some(job) => {
                let outcome = Outcome::unreported(WriteState::Unknown, Saved::Pending, Vec::new());
                let outcome = Outcome { job: Some(job.clone()), ..outcome };
                Written::goes_on(&job, outcome, "The save goes on; its job tells how it ends.", &[])
            }
            None => Err(goes_on(olt)),
        },
    }
}

fn outcome_of(report: WriteReport) -> Outcome {
    let saved = match report.state {
        WriteState::Applied | WriteState::Unchanged => Saved::Yes,
        WriteState::Refused | WriteState::RolledBack | WriteState::Partial | WriteState::Unknown => {
            Saved::Manual
        }
    };
    Outcome::of(report, saved)
}

fn answer(report: WriteReport, olt: &str, job: Option<String>) -> Result<Written, Failure> {
    let sent = report.steps.iter().rev().find(|step| step.state != StepState::NotSent);
    // What we made of the OLT's words quotes them; else they speak for themselves.
    let why = match (report.warnings.as_slice(), sent) {
        ([], Some(step)) => step.answer.trim().to_owned(),
        (warnings, _) => warnings.join("; "),
    };
    let (state, is_sent) = (report.state, sent.is_some());
    let outcome = Outcome { job, ..outcome_of(report) };
    let failed = |code, message: &str| {
        let detail = match why.is_empty() {
            true => format!("{olt}: save its configuration"),
            false => format!("{olt}: save its configuration: {why}"),
        };
        Err(Failure::new(code, message, detail).with_data(&outcome))
    };
    match state {
        WriteState::Applied => Written::new(&outcome, "The running configuration was saved.", &[]),
        WriteState::Unchanged => Written::new(&outcome, "There was nothing to save.", &[]),
        WriteState::Refused if is_sent => failed(ErrorCode::OltRefused, "The OLT refused to save."),
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

fn not_saved(error: NotSaved, olt: &str) -> Failure {
    // Nothing was sent.
    let untouched = Outcome::unreported(WriteState::Unchanged, Saved::Manual, Vec::new());
    match error {
        NotSaved::Olt(error) => Failure::from(error).with_data(untouched),
        NotSaved::Held(hold) => refused(Denied::Held(hold), olt).with_data(untouched),
        NotSaved::Lost(WriteLost::Ending) => Failure::new(
            ErrorCode::NotWriter,
            "The server is ending and writes no more.",
            format!("{olt}: nothing was sent"),
        )
        .retry(Duration::from_secs(5))
        .with_data(untouched),
        NotSaved::Lost(WriteLost::Panicked) => Failure::new(
            ErrorCode::OutcomeUnknown,
            "Nobody knows whether the OLT saved.",
            format!("{olt}: the save ended by a fault of the server; see its log"),
        )
        .with_data(Outcome::unreported(WriteState::Unknown, Saved::Manual, Vec::new())),
    }
}

fn goes_on(olt: &str) -> Failure {
    let warning = "The save goes on. A further request to save waits for its end.".to_owned();
    Failure::new(
        ErrorCode::OutcomeUnknown,
        "The OLT has not saved yet; the save goes on.",
        format!("{olt}: not ended within {} s", PATIENCE.as_secs()),
    )
    .with_data(Outcome::unreported(WriteState::Unknown, Saved::Pending, vec![warning]))
}

#[cfg(test)]
mod tests {
    use gpon::WriteStep;
    use serde_json::{Value, json};

    use super::*;

    fn report(state: WriteState, step: StepState, answer: &str) -> WriteReport {
        let step = WriteStep {
            place: "#".into(),
            line: "line".into(),
            answer: answer.into(),
            duration: Duration::from_millis(1_500),
            state: step,
            undone: None,
        };
        WriteReport { state, steps: vec![step], remaining: Vec::new(), warnings: Vec::new(), verified: true }
    }

    #[test]
    fn every_outcome_has_its_status_and_its_data() {
        for (state, step, code, success, saved) in [
            (WriteState::Refused, StepState::Refused, "olt_refused", 422, "manual"),
            (WriteState::RolledBack, StepState::Refused, "rolled_back", 422, "manual"),
            (WriteState::Partial, StepState::Refused, "partial_change", 500, "manual"),
            (WriteState::Unknown, StepState::Unknown, "outcome_unknown", 504, "manual"),
        ] {
            let failure = answer(report(state, step, "%Error 1: no"), "a", None).unwrap_err();
            assert_eq!(serde_json::to_value(failure.code).unwrap(), code);
            assert_eq!(failure.code.status().as_u16(), success);
            assert!(failure.detail.contains("%Error 1: no"), "{}", failure.detail);
            let data = failure.data.unwrap();
            assert_eq!((&data["success"], &data["saved"]), (&json!(false), &json!(saved)));
            assert_eq!(data["steps"][0]["duration_ms"], 1500);
            assert_eq!(data["job"], Value::Null);
        }
        // In the wrong mode nothing is sent, and nobody claims that the OLT said no.
        let unsent = WriteReport {
            warnings: vec!["it stands at `>`".into()],
            ..report(WriteState::Refused, StepState::NotSent, "")
        };
        let failure = answer(unsent, "a", None).unwrap_err();
        assert!(failure.message.starts_with("Nothing was sent"), "{}", failure.message);
        assert!(failure.detail.contains("it stands at `>`"), "{}", failure.detail);
        for state in [WriteState::Applied, WriteState::Unchanged] {
            assert!(answer(report(state, StepState::Done, ""), "a", None).is_ok());
            assert_eq!(outcome_of(report(state, StepState::Done, "")).saved.0, Saved::Yes);
        }
    }

    #[test]
    fn what_did_not_begin_says_that_nothing_was_sent() {
        let olt = || zte::OltError { olt: "a".into(), act: "save".into(), trouble: zte::Trouble::NoCli };
        let hold = crate::writing::Hold { reason: None, by: None, since: std::time::UNIX_EPOCH };
        for (error, code, state) in [
            (NotSaved::Olt(olt()), "unsupported_by_firmware", "unchanged"),
            (NotSaved::Held(hold), "held", "unchanged"),
            (NotSaved::Lost(WriteLost::Ending), "not_writer", "unchanged"),
            (NotSaved::Lost(WriteLost::Panicked), "outcome_unknown", "unknown"),
        ] {
            let failure = not_saved(error, "a");
            let data = failure.data.unwrap();
            assert_eq!(serde_json::to_value(failure.code).unwrap(), code);
            assert_eq!((&data["state"], &data["success"]), (&json!(state), &json!(false)));
        }
        assert_eq!(goes_on("a").data.unwrap()["saved"], "pending");
    }
}
