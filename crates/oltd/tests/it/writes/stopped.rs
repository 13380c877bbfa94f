//! The daemon is told to end in the middle of a write, and a store is brought back.

use std::time::Duration;

use oltsim::{AtLine, SMALL, Simulator, Source, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::{simulator, until};
use serde_json::{Value, json};

use super::daemon::{Daemon, Home};

const DESCRIBE: &str = "/onu-management/description";

/// What the device was told from the line of this beginning on, but for the ways out of
/// its modes.
fn told_from(sim: &Simulator, line: &str) -> Vec<String> {
    let lines: Vec<String> = sim.command_lines().into_iter().map(|told| told.line).collect();
    let from = lines.iter().position(|told| told.starts_with(line)).unwrap();
    lines.into_iter().skip(from).filter(|told| !["end", "exit"].contains(&told.as_str())).collect()
}

fn named(sim: &Simulator) -> (String, String) {
    let onu = sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&onu.name), text(&onu.description))
}

fn both() -> Value {
    json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"})
}

/// Tells the daemon to end, and waits until it knows.
async fn told_to_end(home: &Home, daemon: &Daemon<'_>) {
    daemon.signal("TERM");
    until(async || home.log().contains("told to end")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_the_line_under_way_no_further_one_is_sent() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name ".into())));
    let asked = daemon.try_send(Method::PUT, DESCRIBE, Some(both()));
    let (asked, (queued, saved)) = {
        let rest = async {
            gate.reached().await.unwrap();
            let other = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "House 8"});
            let queued = daemon.try_send(Method::PUT, DESCRIBE, Some(other));
            let saved = daemon.try_send(Method::POST, "/system/save", None);
            let ended = async {
                let jobs = async || daemon.get("/jobs").await.body["data"].clone();
                until(async || jobs().await.as_array().unwrap().len() == 3).await;
                told_to_end(&home, &daemon).await;
                drop(gate);
            };
            let (queued, saved, ()) = tokio::join!(queued, saved, ended);
            (queued, saved)
        };
        tokio::join!(asked, rest)
    };
    let asked = asked.expect("whoever waits is told");
    assert_eq!((asked.status, &asked.body["error_code"]), (504, &json!("outcome_unknown")), "{}", asked.body);
    let job = asked.body["data"]["job"].as_str().unwrap().to_owned();
    for queued in [queued, saved].map(|answer| answer.expect("whoever waits is told")) {
        assert_eq!(
            (queued.status, &queued.body["error_code"]),
            (503, &json!("not_writer")),
            "{}",
            queued.body
        );
    }
    let took = daemon.ends().await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert_eq!(told_from(&sim, "name House 7"), ["name House 7"]);
    assert_eq!(named(&sim), ("House 7".into(), "Jl. Merdeka 1".into()));
    let daemon = home.start().await;
    let path = format!("/jobs/{job}");
    until(async || daemon.get(&path).await.body["data"]["state"] != "pending").await;
    let job = daemon.get(&path).await.body["data"].clone();
    assert_eq!((&job["state"], &job["result"]["state"]), (&json!("done"), &json!("applied")), "{job}");
    assert_eq!(named(&sim), ("House 7".into(), "first floor".into()));
    let cancelled = daemon.get("/jobs?state=cancelled").await.body["data"].clone();
    assert_eq!(cancelled.as_array().unwrap().len(), 2, "{cancelled}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_waits_for_a_line_that_lasts_is_told_where_to_look() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name ".into())));
    let asked = daemon.try_send(Method::PUT, DESCRIBE, Some(both()));
    let (asked, ()) = tokio::join!(asked, async {
        gate.reached().await.unwrap();
        told_to_end(&home, &daemon).await;
    });
    let asked = asked.expect("whoever waits is told");
    assert_eq!((asked.status, asked.location.is_some()), (202, true), "{}", asked.body);
    drop(gate);
    daemon.ends().await;
    assert_eq!(told_from(&sim, "name House 7"), ["name House 7"]);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!(job["result"]["state"], "applied", "{job}");
    assert_eq!(named(&sim), ("House 7".into(), "first floor".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_may_end_where_it_is_given_time() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    home.replace("[[auth.tokens]]", "stop_wait = '60s'\n[[auth.tokens]]");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name ".into())));
    let asked = daemon.try_send(Method::PUT, DESCRIBE, Some(both()));
    let (asked, ()) = tokio::join!(asked, async {
        gate.reached().await.unwrap();
        told_to_end(&home, &daemon).await;
        drop(gate);
    });
    let asked = asked.expect("whoever waits is told");
    assert_eq!((asked.status, &asked.body["data"]["state"]), (200, &json!("applied")), "{}", asked.body);
    let took = daemon.ends().await;
    assert!(took < Duration::from_secs(20), "nobody waits for nothing: {took:?}");
    assert_eq!(named(&sim), ("House 7".into(), "first floor".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_was_brought_back_waits_for_a_person() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let describe = |name: &str| {
        Some(json!({"pon_port": "1/1/1", "onu_id": 1, "name": name, "description": "first floor"}))
    };
    // A write is under way when the store is copied.
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("description ".into())));
    let asked = daemon.try_send(Method::PUT, "/onu-management/description", describe("House 7"));
    let copied = async {
        gate.reached().await.unwrap();
        let copied = home.command(&["store", "backup", "copy.db"]).output().unwrap();
        assert!(copied.status.success(), "{}", String::from_utf8_lossy(&copied.stderr));
        gate.go();
    };
    let (answer, ()) = tokio::join!(asked, copied);
    drop(gate);
    assert_eq!(answer.unwrap().status, 200);
    // It is undone by hand, and the copy is brought back.
    daemon.kill();
    sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "no description"]);
    let data = home.path().join("data");
    for file in ["store.db", "store.db-wal", "store.db-shm"] {
        let _ = std::fs::remove_file(data.join(file));
    }
    std::fs::rename(home.path().join("copy.db"), data.join("store.db")).unwrap();
    sim.reset_command_lines();

    let daemon = home.start().await;
    let refused = daemon.send(Method::PUT, "/onu-management/description", describe("House 8")).await;
    assert_eq!((refused.status, &refused.body["error_code"]), (403, &json!("forbidden")), "{}", refused.body);
    let other = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "House 8"});
    let planned = daemon.send(Method::PUT, "/onu-management/description?dry_run=true", Some(other)).await;
    assert_eq!(planned.status, 200, "{}", planned.body);
    // Longer than the first pause before settling.
    tokio::time::sleep(Duration::from_secs(8)).await;
    let pending = daemon.get("/jobs?state=pending").await;
    assert_eq!(pending.body["data"].as_array().unwrap().len(), 1, "{}", pending.body);
    assert!(!sim.command_lines().iter().any(|line| line.configures), "nothing was sent");
    daemon.kill();

    let accepted = home.command(&["store", "accept"]).output().unwrap();
    assert!(accepted.status.success(), "{}", String::from_utf8_lossy(&accepted.stderr));
    let daemon = home.start().await;
    let named = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "House 8"});
    let answer = daemon.send(Method::PUT, "/onu-management/description", Some(named)).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
}
