//! The daemon is told to end in the middle of a write, and a store is brought back.

use std::time::{Duration, Instant};

use oltsim::{AtLine, SMALL, Source, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::simulator;
use serde_json::json;

use super::daemon::Home;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_line_under_way_ends_and_the_rest_is_settled_later() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name ".into())));
    let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
    let asked = daemon.try_send(Method::PUT, "/onu-management/description", Some(body));
    let ended = async {
        gate.reached().await.unwrap();
        daemon.signal("TERM");
        let began = Instant::now();
        while !home.log().contains("told to end") {
            assert!(began.elapsed() < Duration::from_secs(10), "{}", home.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        // Longer than requests under way are waited for.
        tokio::time::sleep(Duration::from_secs(4)).await;
        gate.go();
    };
    let (_, ()) = tokio::join!(asked, ended);
    let took = daemon.ends().await;
    assert!(took < Duration::from_secs(10), "{took:?}");
    drop(gate);
    let named = || {
        let onu = sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
        (
            String::from_utf8_lossy(&onu.name).into_owned(),
            String::from_utf8_lossy(&onu.description).into_owned(),
        )
    };
    assert_eq!(named(), ("House 7".into(), "Jl. Merdeka 1".into()), "the line under way, and no other");
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!((&job["state"], &job["result"]["state"]), (&json!("done"), &json!("applied")), "{job}");
    assert_eq!(named(), ("House 7".into(), "first floor".into()));
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
