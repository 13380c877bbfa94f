//! One session and one save for all of a batch.

use std::time::Duration;

use oltd::jobs::SaveTimes;
use oltsim::SMALL;
use rig::{Writer, WriterOptions, until};
use serde_json::json;

use super::{NAMES, each, named};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_takes_one_session_and_is_saved_once() {
    let quiet = Duration::from_secs(2);
    let save_times = SaveTimes { quiet, at_most: 10 * quiet, wait_for_others: Duration::ZERO };
    let options = WriterOptions { save_times: Some(save_times), ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let targets: Vec<_> =
        [1, 2, 3, 4, 6, 7, 128, 1, 2].iter().map(|onu| named(*onu, &format!("House {onu}"))).collect();
    let answer = writer.put(NAMES, json!({"targets": targets})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(each(&answer, "saved").iter().all(|saved| saved == "pending"), "{}", answer.body);
    let saves = || writer.sim.command_lines().into_iter().filter(|line| line.line == "write").count();
    until(async || saves() > 0).await;
    until(async || writer.get("/olts/sim").await.body["data"]["unsaved_changes"] == false).await;
    let whole = writer.get(&format!("/jobs/{}", super::job(&answer))).await.body["data"].clone();
    let results = whole["result"]["results"].as_array().unwrap();
    assert!(results.iter().all(|one| one["saved"] == true), "{whole}");
    let sessions: std::collections::BTreeSet<u64> =
        writer.sim.command_lines().iter().map(|line| line.session).collect();
    assert_eq!((saves(), sessions.len()), (1, 1), "{sessions:?}");
}
