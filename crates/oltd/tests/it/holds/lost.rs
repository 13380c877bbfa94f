//! The OLT has lost a suspension by starting again.

use std::time::Duration;

use oltd::jobs::SaveTimes;
use oltsim::SMALL;
use rig::{Answer, Writer, WriterOptions, until};
use serde_json::{Value, json};

use super::{Case, is};

const NEVER: Duration = Duration::from_secs(900);

/// An OLT that has lost the suspension, with the job that had made it.
async fn lost() -> (Case, String) {
    let save_times = Some(SaveTimes { quiet: NEVER, at_most: NEVER, wait_for_others: NEVER });
    let options = WriterOptions { save_times, ..WriterOptions::default() };
    let case = Case::at(Writer::with(SMALL, options).await);
    case.writer.sim.device(|device| device.save());
    let suspended = case.suspend("billing", "unpaid").await;
    is(&suspended, "applied", json!(["billing"]));
    let store = case.writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    case.writer.sim.reboot().await;
    // The next change is followed by the next look.
    let other = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "other"});
    until(async || case.writer.put("/onu-management/description", other.clone()).await.status == 200).await;
    let job = suspended.body["data"]["job"].as_str().unwrap().to_owned();
    until(async || told(&case, &job).await["state"] == "lost").await;
    assert!(case.is_enabled());
    (case, job)
}

async fn told(case: &Case, job: &str) -> Value {
    case.writer.get(&format!("/jobs/{job}")).await.body["data"].clone()
}

async fn settle(case: &Case, job: &str, how: &str) -> Answer {
    case.writer.post(&format!("/jobs/{job}/settle"), json!({"how": how})).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_accepted_is_not_told_as_shut() {
    let (case, job) = lost().await;
    for how in [None, Some("accept")] {
        if let Some(how) = how {
            assert_eq!(settle(&case, &job, how).await.status, 200);
        }
        let told = told(&case, &job).await;
        assert_eq!((&told["state"], &told["result"]["verified"]), (&json!("lost"), &json!(false)), "{told}");
        assert!(told["result"]["warnings"].to_string().contains("started again"), "{told}");
        let holds = case.writer.get("/holds").await.body["data"].clone();
        assert_eq!(holds[0]["state"], "unknown", "{holds}");
    }
    // Its owner lifts it all the same.
    is(&case.resume("billing").await, "unchanged", json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_made_anew_blames_nobody() {
    let (case, job) = lost().await;
    let finished = settle(&case, &job, "finish").await;
    is(&finished, "applied", json!(["billing"]));
    assert!(!case.is_enabled());
    let warnings = finished.body["data"]["warnings"].to_string();
    assert!(!warnings.contains("somebody had brought the ONU into service while"), "{warnings}");
    assert!(!warnings.contains("held it already"), "{warnings}");
}

/// Somebody else suspends it before it is made anew: it is shut then, and nothing is said of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_owner_has_shut_by_then_was_not_in_service() {
    let (case, job) = lost().await;
    let second = case.suspend("abuse", "spam").await;
    is(&second, "applied", json!(["billing", "abuse"]));
    let warnings = second.body["data"]["warnings"].to_string();
    assert!(warnings.contains("had lost that by starting again"), "{warnings}");
    let finished = settle(&case, &job, "finish").await;
    is(&finished, "applied", json!(["abuse", "billing"]));
    let warnings = finished.body["data"]["warnings"].to_string();
    assert!(!warnings.contains("in service while"), "{warnings}");
}
