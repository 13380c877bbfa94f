//! A person accepts how a job ended: what became of it stays told, and by whom it was accepted.

use oltsim::{LineEffect, LineFault, SMALL, Source};
use reqwest::Method;
use rig::simulator;
use serde_json::json;

use super::daemon::Home;
use super::restarted::cut_off;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_partial_stays_partial_and_names_who_accepted_it() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let no = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    sim.set_line_faults(vec![LineFault::first("description", no)]);
    let keep =
        json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A", "description": "b", "on_refusal": "keep"});
    let partial = daemon.send(Method::PUT, "/onu-management/description", Some(keep)).await;
    assert_eq!(partial.body["error_code"], "partial_change", "{}", partial.body);
    let path = format!("/jobs/{}", partial.body["data"]["job"].as_str().unwrap());
    let before = daemon.get(&path).await.body["data"].clone();
    assert_eq!((&before["state"], &before["accepted"]), (&json!("partial"), &json!(null)), "{before}");

    let settle = format!("{path}/settle");
    let accepted = daemon.send(Method::POST, &settle, Some(json!({"how": "accept"}))).await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    let after = daemon.get(&path).await.body["data"].clone();
    assert_eq!(after["accepted"]["by"], "noc", "{after}");
    assert!(after["accepted"]["at"].is_string(), "{after}");
    // Nothing else of it has changed, and the answer told it as it is.
    let mut as_before = after.clone();
    as_before["accepted"] = json!(null);
    assert_eq!((as_before, &after["result"]), (before, &accepted.body["data"]));
    let listed = daemon.get("/jobs?state=partial").await.body["data"][0].clone();
    assert_eq!(listed["accepted"], after["accepted"], "{listed}");
    for how in ["finish", "undo", "accept"] {
        let again = daemon.send(Method::POST, &settle, Some(json!({"how": how}))).await;
        assert_eq!((again.status, &again.body["error_code"]), (409, &json!("job_settled")), "{}", again.body);
    }
    daemon.kill();
    let daemon = home.start().await;
    assert_eq!(daemon.get(&path).await.body["data"], after);
}

/// Nothing is sent, so that no OLT is needed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pending_of_an_olt_that_is_no_longer_served_is_accepted() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    cut_off(&sim, &home).await;
    home.replace("id = 'sim'", "id = 'other'");
    let daemon = home.start().await;
    let pending = daemon.get("/jobs?state=pending").await.body["data"][0].clone();
    let path = format!("/jobs/{}", pending["id"].as_str().unwrap());
    let settle = format!("{path}/settle");
    for how in ["finish", "undo"] {
        let not = daemon.send(Method::POST, &settle, Some(json!({"how": how}))).await;
        assert_eq!((not.status, &not.body["error_code"]), (404, &json!("olt_not_found")), "{}", not.body);
    }
    let accepted = daemon.send(Method::POST, &settle, Some(json!({"how": "accept"}))).await;
    assert_eq!((accepted.status, &accepted.body["data"]["job"]), (200, &pending["id"]), "{}", accepted.body);
    let job = daemon.get(&path).await.body["data"].clone();
    assert_eq!((&job["accepted"]["by"], &job["result"]), (&json!("noc"), &accepted.body["data"]), "{job}");
    assert_eq!(daemon.get("/jobs?state=pending").await.body["data"], json!([]));
    // Nor is it gone on with where the OLT is served again.
    daemon.kill();
    home.replace("id = 'other'", "id = 'sim'");
    let daemon = home.start().await;
    assert_eq!(daemon.get("/olts/sim").await.body["data"]["pending_plans"], 0);
}
