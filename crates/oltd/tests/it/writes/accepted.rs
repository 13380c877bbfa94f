//! A person accepts how a job ended: what became of it stays told, and by whom it was accepted.

use oltsim::{LineEffect, LineFault, SMALL, Source};
use reqwest::Method;
use rig::simulator;
use serde_json::json;

use super::daemon::Home;

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
