//! What is taken up again once the daemon was started anew.

use std::time::{Duration, Instant, SystemTime};

use oltd::store::{JobState, StepEnd, StepState, Way};
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Simulator, Source, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::{simulator, until};
use secrecy::SecretSlice;
use serde_json::{Value, json};

use super::daemon::{Daemon, Home};

const DESCRIBE: &str = "/onu-management/description";
const BY_HAND: [&str; 3] = ["configure terminal", "interface gpon-onu_1/1/1:1", "description by hand"];

async fn small() -> Simulator {
    simulator(Source::Scenario(SMALL.to_owned())).await
}

async fn told(daemon: &Daemon<'_>, job: &str) -> Value {
    daemon.get(&format!("/jobs/{job}")).await.body["data"].clone()
}

/// A job that waits for a person, since somebody typed another description.
async fn left(sim: &Simulator, daemon: &Daemon<'_>) -> String {
    sim.set_line_faults(vec![LineFault::first("description first", LineEffect::Cut)]);
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("description first".into())));
    let wish = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
    let (answer, ()) = tokio::join!(daemon.send(Method::PUT, DESCRIBE, Some(wish)), async {
        gate.reached().await.unwrap();
        sim.type_as_somebody(&BY_HAND);
        drop(gate);
    });
    assert_eq!(answer.body["error_code"], "outcome_unknown", "{}", answer.body);
    answer.body["data"]["job"].as_str().unwrap().to_owned()
}

async fn wanted(how: &str, description: &str, state: &str) {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let job = left(&sim, &daemon).await;
    sim.stop_telnet().await;
    let path = format!("/jobs/{job}/settle");
    let settled = daemon.send(Method::POST, &path, Some(json!({"how": how}))).await;
    assert_eq!(told(&daemon, &job).await["state"], "pending", "{}", settled.body);
    daemon.kill();
    sim.start_telnet().await.unwrap();
    let daemon = home.start().await;
    until(async || told(&daemon, &job).await["state"] != "pending").await;
    let onu = sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
    assert_eq!(String::from_utf8_lossy(&onu.description), description);
    assert_eq!(told(&daemon, &job).await["state"], state);
    daemon.kill();
    assert_eq!(home.store().await.duties().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_wanted_is_what_is_done() {
    tokio::join!(wanted("undo", "by hand", "failed"), wanted("finish", "first floor", "done"));
}

/// A job of which the daemon was killed in the middle.
pub(super) async fn cut_off(sim: &Simulator, home: &Home) {
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("description ".into())));
    let wish = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
    let asked = daemon.try_send(Method::PUT, DESCRIBE, Some(wish));
    let (answer, ()) = tokio::join!(asked, async {
        gate.reached().await.unwrap();
        daemon.signal("KILL");
    });
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
    sim.reset_command_lines();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_is_tried_at_once() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    cut_off(&sim, &home).await;
    let daemon = home.start().await;
    let began = Instant::now();
    until(async || !sim.command_lines().is_empty()).await;
    let took = began.elapsed();
    assert!(took < Duration::from_secs(4), "nothing was sent for {took:?}");
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!(job["result"]["state"], "applied", "{job}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_olt_has_left_that_is_no_longer_served_waits_for_it() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    cut_off(&sim, &home).await;
    home.replace("id = 'sim'", "id = 'other'");
    let daemon = home.start().await;
    let wish = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "House 8"});
    let other = daemon.send(Method::PUT, DESCRIBE, Some(wish)).await;
    assert_eq!(other.body["data"]["state"], "applied", "{}", other.body);
    let pending = daemon.get("/jobs?state=pending").await.body["data"].clone();
    assert_eq!(pending[0]["olt"], "sim", "{pending}");
    assert!(!sim.command_lines().iter().any(|line| line.line.starts_with("description ")));
    daemon.kill();
    home.replace("id = 'other'", "id = 'sim'");
    let daemon = home.start().await;
    until(async || daemon.get("/jobs?state=pending").await.body["data"] == json!([])).await;
    let onu = sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
    assert_eq!(String::from_utf8_lossy(&onu.description), "first floor");
}

/// The job of an ONU that was told to start again, as soon as the OLT took that.
async fn rebooted(sim: &Simulator, daemon: &Daemon<'_>) -> String {
    let online = sim.device(|device| device.onus().find(|(_, onu)| onu.is_online()).unwrap().0).unwrap();
    let asked = json!({"pon_port": online.pon.to_string(), "onu_id": online.id.get()});
    let answer = daemon.send(Method::POST, "/onu-management/reboot", Some(asked)).await;
    assert_eq!(answer.body["data"]["verified"], false, "{}", answer.body);
    answer.body["data"]["job"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_told_to_start_again_is_looked_after() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let job = rebooted(&sim, &daemon).await;
    daemon.kill();
    let daemon = home.start().await;
    until(async || told(&daemon, &job).await["result"]["verified"] == true).await;
    assert_eq!(told(&daemon, &job).await["result"]["warnings"], json!([]));
    daemon.kill();
    let store = home.store().await;
    assert_eq!(store.duties().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_not_looked_after_in_time_is_not_taken_for_verified() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let job = rebooted(&sim, &daemon).await;
    daemon.kill();
    let store = home.store().await;
    let result = store.result(&job).await.unwrap().unwrap();
    let then = SystemTime::now() - Duration::from_secs(200);
    let _ = store.end_job(&job, JobState::Done, &result, then).await.unwrap();
    store.close().await.unwrap();
    let daemon = home.start().await;
    let result = told(&daemon, &job).await["result"].clone();
    assert_eq!((&result["state"], &result["verified"]), (&json!("applied"), &json!(false)), "{result}");
    assert!(result["warnings"].to_string().contains("the server was restarted"), "{result}");
    // It is said once.
    drop(daemon);
    let daemon = home.start().await;
    assert_eq!(told(&daemon, &job).await["result"]["warnings"].as_array().unwrap().len(), 1);
}

/// The clock went back by an hour since something was changed that is not saved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_owed_since_a_time_to_come_is_saved_once() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let wish = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"});
    let job = daemon.send(Method::PUT, DESCRIBE, Some(wish)).await.body["data"]["job"].clone();
    daemon.kill();
    let store = home.store().await;
    let plan = store.plans_of(job.as_str().unwrap()).await.unwrap().pop().unwrap().id;
    let (answer, later) = (SecretSlice::from(Vec::new()), SystemTime::now() + Duration::from_secs(3600));
    let end = StepEnd { state: StepState::Done, answer: &answer, took: Duration::ZERO };
    store.answered(&plan, 0, Way::Forth, end, true, later).await.unwrap();
    store.close().await.unwrap();
    sim.reset_command_lines();
    let daemon = home.start().await;
    let owes = async || daemon.get("/olts/sim").await.body["data"]["unsaved_changes"].clone();
    until(async || owes().await == false).await;
    let saves = || sim.command_lines().into_iter().filter(|line| line.line == "write").count();
    let again = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 8"});
    assert_eq!(daemon.send(Method::PUT, DESCRIBE, Some(again)).await.status, 200);
    assert_eq!((saves(), owes().await), (1, json!(true)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_written_any_more_nothing_is_settled() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    cut_off(&sim, &home).await;
    home.replace("writes = 'on'", "writes = ['1/1/2']");
    let daemon = home.start().await;
    until(async || home.log().contains("is not written to any more")).await;
    let job = daemon.get("/jobs?limit=1").await.body["data"][0].clone();
    assert_eq!(job["state"], "pending", "{job}");
    assert!(!sim.command_lines().iter().any(|line| line.configures));
}
