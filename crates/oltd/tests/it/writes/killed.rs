//! The daemon is killed at a line of a plan, started again, and settles by itself what it
//! had begun: then the device against the report.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::SystemTime;

use futures::future::join_all;
use oltd::store::{JobState, NewJob, NewPlan, PlanEnd, Store, StoreSettings};
use oltsim::{AtLine, SMALL, Simulator, Source, Stop};
use reqwest::Method;
use rig::every_step::{Made, OPERATIONS, Operation, REBOOT_WAIT, RESUME, onu};
use rig::{Answer, simulator, until};
use secrecy::SecretSlice;
use serde_json::json;

use super::daemon::Home;

/// What the device makes of the line at which the daemon is killed.
#[derive(Debug, Clone, Copy, Hash, PartialEq, Eq)]
enum Line {
    /// It never comes to be done.
    Left,
    /// It is done, and nobody reads the answer.
    Done,
}

const UNDER_WAY: [&str; 3] = ["queued", "running", "pending"];

async fn small() -> Simulator {
    simulator(Source::Scenario(SMALL.to_owned())).await
}

async fn killed(operation: Operation, at: usize, lines: &[String], what: Line) {
    let line = &lines[at];
    let told = format!("{}: killed at line {at} `{line}`, {what:?}", operation.name);
    let wished = operation.wished().await;
    let sim = small().await;
    let serial = operation.prepare(&sim);
    let home = Home::new(&sim, "on");
    home.configure_with(&sim, "on", "", &format!("reboot_wait = '{}s'", REBOOT_WAIT.as_secs()));
    let daemon = home.start().await;
    if let Some((method, path, body)) = operation.first(&serial) {
        assert_eq!(daemon.send(method, &path, Some(body)).await.status, 200);
    }
    let before = sim.device(|device| device.configuration()).unwrap();
    let mut gate = sim.hold(Stop::Line(AtLine::Begins(line.clone())));
    let (method, path, body) = operation.request(&serial, "");
    let asked = daemon.try_send(method, &path, body);
    let stopped = async {
        gate.reached().await.unwrap();
        if what == Line::Done {
            // It stands still, so that it neither reads the answer nor keeps it.
            daemon.signal("STOP");
            let replies = sim.counters().cli_replies;
            gate.go();
            until(async || sim.counters().cli_replies > replies).await;
        }
        daemon.signal("KILL");
    };
    let (answer, ()) = tokio::join!(asked, stopped);
    assert!(answer.is_none(), "{told}: {answer:?}");
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    let now = sim.device(|device| device.configuration()).unwrap();
    println!("{told}: {} {}", job["state"], job["result"]["state"]);
    let answer = Answer { status: 200, location: None, body: json!({"data": job["result"], "job": job}) };
    let restarted = operation.restarted(&sim);
    let held = operation.held(&daemon.get("/holds").await);
    Made { at: operation.at(), answer, before, wished, now, restarted, held }.is_true(&told);
    // And the ONU is free again.
    let again = daemon.get("/jobs?state=pending").await;
    assert_eq!(again.body["data"], json!([]), "{told}");
    assert!(!home.log().contains("panicked"), "{told}: {}", home.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_write_at_a_line() {
    let word = std::env::var("EVERY_STEP").ok();
    let once = OPERATIONS.iter().chain([&RESUME]).map(async |operation| {
        let whole = word.as_ref().is_some_and(|word| word == "1" || operation.name.contains(word));
        let lines = operation.lines().await;
        for what in [Line::Left, Line::Done] {
            let mut hasher = DefaultHasher::new();
            (operation.name, what).hash(&mut hasher);
            let one = usize::try_from(hasher.finish() % lines.len() as u64).unwrap();
            for at in (0..lines.len()).filter(|at| whole || *at == one) {
                killed(*operation, at, &lines, what).await;
            }
        }
    });
    join_all(once).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_begun_does_not_run_for_ever() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("show running-config interface gpon-onu_".into())));
    let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"});
    let asked = daemon.try_send(Method::PUT, "/onu-management/description", Some(body));
    let killed = async {
        gate.reached().await.unwrap();
        daemon.signal("KILL");
    };
    let (answer, ()) = tokio::join!(asked, killed);
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!((&job["state"], &job["result"]["state"]), (&json!("failed"), &json!("unchanged")), "{job}");
    assert!(job["error"].as_str().is_some_and(|why| why.contains("before anything of it was sent")), "{job}");
    assert!(!sim.command_lines().iter().any(|line| line.configures));
}

/// A hold that is noted, and of which nothing was sent, is none after the next start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_was_being_made_is_gone() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let serial = sim.device(|device| device.onu(onu()).unwrap().configured.serial).unwrap();
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("show running-config interface gpon-onu_".into())));
    let body = json!({"reason": "unpaid"});
    let path = format!("/onu/sn/{serial}/suspend");
    let asked = daemon.try_send(Method::POST, &path, Some(body));
    let killed = async {
        gate.reached().await.unwrap();
        let holds = daemon.get("/holds").await.body["data"].clone();
        // Nobody is named: it is the token's.
        assert_eq!(
            (&holds[0]["owner"], &holds[0]["state"]),
            (&json!("noc"), &json!("being_made")),
            "{holds}"
        );
        daemon.signal("KILL");
    };
    let (answer, ()) = tokio::join!(asked, killed);
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    assert_eq!((&job["state"], &job["kind"]), (&json!("failed"), &json!("suspend")), "{job}");
    assert_eq!(daemon.get("/holds").await.body["data"], json!([]));
    assert!(!sim.command_lines().iter().any(|line| line.configures));
}

/// A plan was given to a job that had not begun it: nobody has looked whether it is stale.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_that_was_claimed_and_not_begun_is_as_good_as_new() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"});
    let planned = daemon.send(Method::PUT, "/onu-management/description?dry_run=true", Some(body)).await;
    let path = format!("/plans/{}", planned.body["data"]["plan"]["id"].as_str().unwrap());
    let apply = format!("{path}/apply");
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("show running-config interface gpon-onu_".into())));
    let asked = daemon.send_under("k", (Method::POST, &apply, None));
    let killed = async {
        gate.reached().await.unwrap();
        daemon.signal("KILL");
    };
    let (answer, ()) = tokio::join!(asked, killed);
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
    sim.reset_command_lines();
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    assert_eq!((&job["state"], &job["result"]["state"]), (&json!("failed"), &json!("unchanged")), "{job}");
    assert!(job["error"].as_str().is_some_and(|why| why.contains("can be applied again")), "{job}");
    assert_eq!(daemon.get("/olts/sim").await.body["data"]["pending_plans"], 0);
    assert_eq!(daemon.get(&path).await.body["data"]["plan"]["applied_by"], json!(null));
    sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "name by hand"]);
    let ask = async || daemon.send_under("k", (Method::POST, &apply, None)).await.unwrap();
    let stale = ask().await;
    assert_eq!((stale.status, &stale.body["error_code"]), (409, &json!("plan_stale")), "{}", stale.body);
    assert!(!sim.command_lines().iter().any(|line| line.configures), "nothing was sent");
    sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "name Budi Santoso"]);
    let applied = ask().await;
    assert_eq!(applied.body["data"]["state"], "applied", "{}", applied.body);
}

/// Killed between the two commits by which a job ends, at once or once it was settled: its
/// plan says how.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_had_ended_is_told_as_it_ended() {
    tokio::join!(had_ended(false), had_ended(true));
}

async fn had_ended(was_pending: bool) {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let store = Store::open(&StoreSettings::new(home.path().join("data"))).await.unwrap();
    let (now, document) = (SystemTime::now(), SecretSlice::from(b"{}".to_vec()));
    let job = NewJob {
        id: "j",
        kind: "describe",
        olt: "sim",
        caller: None,
        request_id: "r",
        reference: None,
        object: "1/1/1:1",
        total: 1,
        created_at: now,
    };
    store.add_job(&job).await.unwrap();
    store.start_job("j", now).await.unwrap();
    let plan = NewPlan {
        id: "p",
        job: Some("j"),
        olt: "sim",
        object: "1/1/1:1",
        kind: "describe",
        fingerprint: "f",
        document: &document,
        created_at: now,
        expires_at: now,
    };
    store.begin_new(&plan, "j", 1, now).await.unwrap();
    let told = json!({"state": "applied", "steps": [], "remaining": [], "warnings": [], "verified": true,
        "error": null});
    let outcome = SecretSlice::from(told.to_string().into_bytes());
    if was_pending {
        let unknown = SecretSlice::from(told.to_string().replace("applied", "unknown").into_bytes());
        let _ = store.end("p", PlanEnd::Pending, &unknown, now).await.unwrap();
        let _ = store.end_job("j", JobState::Pending, &unknown, now).await.unwrap();
    }
    let _ = store.end("p", PlanEnd::Ended, &outcome, now).await.unwrap();
    store.close().await.unwrap();
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    assert_eq!((&job["state"], &job["result"]["state"]), (&json!("done"), &json!("applied")), "{job}");
}
