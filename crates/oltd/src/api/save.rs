use std::time::{Duration, Instant};

use gpon::{WriteReport, WriteState};

use super::callbacks::{self, CallbackUrl};
use super::outcome::{Outcome, Planned, WriteOrPlan};
use super::writing::Writing;
use crate::http::openapi::{CallingBack, HowToWrite, MadeOrGoesOn, SaveFailures};
use crate::http::{ErrorCode, Failure, Written};
use crate::jobs::{Saved, of_save, spelt};
use crate::tasks::WriteLost;
use crate::writing::{Extent, NotSaved};

/// How long a caller waits for a save to end that is no job, since nothing can be kept:
/// less than the deadline of a request, so that there is an answer.
const PATIENCE: Duration = Duration::from_secs(80);

/// Saves the running configuration, so that it survives a restart of the OLT.
///
/// One save of an OLT runs at a time; who asks while one runs shares the next
/// one. A save that has not ended after 20 s, or what `Prefer: wait=N` says, is
/// answered 202 and goes on as its job.
#[utoipa::path(
    post, path = "/system/save", operation_id = "save", tag = "System",
    params(HowToWrite, CallingBack),
    responses(MadeOrGoesOn<WriteOrPlan>, SaveFailures),
)]
pub(super) async fn save(mut writing: Writing) -> Result<Written, Failure> {
    let callback = CallbackUrl::of_query(writing.query())?;
    writing.call_back(callback).await?;
    if let Some(answer) = writing.again(&[]).await? {
        return Ok(answer);
    }
    let mut target = writing.to(Extent::Save, &[callbacks::NAME])?;
    if target.dry_run {
        return Planned::from(target.plan_save().await?).answer(&[]);
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
    answered(olt, job, ended)
}

/// The answer to a save, which may go on as its job.
pub(super) fn answered(
    olt: &str,
    job: Option<String>,
    ended: Option<Result<WriteReport, NotSaved>>,
) -> Result<Written, Failure> {
    match (ended, job) {
        (Some(saved), job) => answer(saved, olt, job),
        (None, Some(job)) => {
            let outcome = Outcome::unreported(WriteState::Unknown, Saved::Pending, Vec::new());
            let outcome = Outcome { job: Some(job.clone()), ..outcome };
            Written::goes_on(&job, outcome, "The save goes on; its job tells how it ends.", &[])
        }
        (None, None) => Err(goes_on(olt)),
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

fn answer(saved: Result<WriteReport, NotSaved>, olt: &str, job: Option<String>) -> Result<Written, Failure> {
    let said = of_save(&saved, olt);
    let outcome = match saved {
        Ok(report) => outcome_of(report),
        Err(NotSaved::Lost(WriteLost::Panicked)) => {
            Outcome::unreported(WriteState::Unknown, Saved::Manual, Vec::new())
        }
        // Nothing was sent.
        Err(_) => Outcome::unreported(WriteState::Unchanged, Saved::Manual, Vec::new()),
    };
    let outcome = Outcome { job, ..outcome };
    match said {
        Ok(message) => Written::new(&outcome, message, &[]),
        Err(why) => Err(why.with_data(&outcome)),
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
    use gpon::{StepState, WriteStep};
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
            let failure = answer(Ok(report(state, step, "%Error 1: no")), "a", None).unwrap_err();
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
        let failure = answer(Ok(unsent), "a", None).unwrap_err();
        assert!(failure.message.starts_with("Nothing was sent"), "{}", failure.message);
        assert!(failure.detail.contains("it stands at `>`"), "{}", failure.detail);
        for state in [WriteState::Applied, WriteState::Unchanged] {
            assert!(answer(Ok(report(state, StepState::Done, "")), "a", None).is_ok());
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
            let failure = answer(Err(error), "a", None).unwrap_err();
            let data = failure.data.unwrap();
            assert_eq!(serde_json::to_value(failure.code).unwrap(), code);
            assert_eq!((&data["state"], &data["success"]), (&json!(state), &json!(false)));
        }
        assert_eq!(goes_on("a").data.unwrap()["saved"], "pending");
    }
}
