//! Holds of ONUs that were deleted: where the OLT brings such an ONU back, it is held as before.

use std::time::Duration;

use oltd::jobs::SaveTimes;
use oltd::store::JobState;
use oltsim::SMALL;
use reqwest::Method;
use rig::{Writer, WriterOptions, until};
use serde_json::json;

use super::{Case, fails, is};

const NEVER: Duration = Duration::from_secs(900);

/// An OLT that is saved when somebody asks for it.
async fn case() -> Case {
    let save_times = Some(SaveTimes { quiet: NEVER, at_most: NEVER, wait_for_others: NEVER });
    let writer = Writer::with(SMALL, WriterOptions { save_times, ..WriterOptions::default() }).await;
    let serial = writer.sim.device(|device| device.onu(super::at()).unwrap().configured.serial.to_string());
    Case { serial: serial.unwrap(), writer }
}

/// A suspended ONU that is deleted, and stands there again, suspended, once the OLT has lost that;
/// the job that had deleted it.
async fn lost() -> (Case, String) {
    let case = case().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    is(&case.suspend("abuse", "spam").await, "unchanged", json!(["billing", "abuse"]));
    assert_eq!(case.writer.send(Method::POST, "/system/save", None).await.status, 200);
    let deleted = case.writer.delete(&format!("/onu/sn/{}", case.serial)).await;
    assert_eq!(deleted.body["data"]["state"], "applied", "{}", deleted.body);
    assert!(deleted.body["data"]["warnings"].to_string().contains("billing"), "{}", deleted.body);
    assert_eq!(case.owners().await, [""; 0]);
    let job = deleted.body["data"]["job"].as_str().unwrap().to_owned();
    let store = case.writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    case.writer.sim.reboot().await;
    // Whoever writes next finds out that the OLT has started again.
    let path = "/onu-management/description";
    let wish = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "House 8"});
    until(async || case.writer.put(path, wish.clone()).await.status == 200).await;
    until(async || store.job(&job).await.unwrap().unwrap().state == JobState::Lost).await;
    (case, job)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deletion_that_the_olt_has_lost_brings_them_back() {
    let (case, job) = lost().await;
    assert_eq!(case.owners().await, ["billing", "abuse"]);
    assert!(!case.is_enabled(), "it is as it was saved");
    fails(&case.onu("unblock").await, 409, "held_by_owners");
    is(&case.resume("billing").await, "unchanged", json!(["abuse"]));
    // Taken back, it stays as it is.
    let undone = case.writer.post(&format!("/jobs/{job}/settle"), json!({"how": "undo"})).await;
    assert_eq!((undone.status, case.owners().await), (200, vec!["abuse".to_owned()]), "{}", undone.body);
    is(&case.resume("abuse").await, "applied", json!([]));
    assert!(case.is_enabled());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_deletion_that_is_finished_ends_them_once_more() {
    let (case, job) = lost().await;
    let finished = case.writer.post(&format!("/jobs/{job}/settle"), json!({"how": "finish"})).await;
    assert_eq!(finished.status, 200, "{}", finished.body);
    let stands = case.writer.sim.device(|device| device.onu(super::at()).is_some()).unwrap();
    assert_eq!((stands, case.owners().await), (false, vec![]));
}
