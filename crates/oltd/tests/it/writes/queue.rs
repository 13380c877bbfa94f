//! More writes at once than the queue of an OLT takes.

use oltsim::{AtLine, SMALL, Stop};
use reqwest::Method;
use rig::{Writer, until};
use serde_json::json;

/// How many wait to write to an OLT while another one does.
const WAIT: usize = 64;

#[tokio::test]
async fn who_finds_no_room_is_told_to_come_back_and_leaves_no_job_behind() {
    let writer = Writer::start(&SMALL.replacen("count = 7", "count = 90", 1)).await;
    // Each to an ONU of its own, which no other job changes.
    let name = async |number: usize| {
        let at = json!({"pon_port": "1/1/1", "onu_id": number + 10, "name": format!("name {number}")});
        writer.put("/onu-management/description", at).await
    };
    let jobs = async || {
        let list = writer.get("/jobs?limit=1000").await.body;
        list["data"].as_array().map_or(0, Vec::len)
    };
    let olt = writer.app.olts().next().unwrap().site().olt.clone();
    let waiting = || olt.stats().cli.map_or(0, |cli| cli.waiting);
    let planned = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "planned"});
    let planned = writer.put("/onu-management/description?dry_run=true", planned).await;
    let apply = format!("/plans/{}/apply", planned.body["data"]["plan"]["id"].as_str().unwrap());
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name ".into())));
    let others = async {
        gate.reached().await.unwrap();
        let many = futures::future::join_all((1..=WAIT).map(name));
        let late = async {
            until(async || waiting() == WAIT).await;
            let before = jobs().await;
            for away in [name(WAIT + 1).await, writer.send(Method::POST, &apply, None).await] {
                assert_eq!(
                    (away.status, &away.body["error_code"]),
                    (503, &json!("olt_busy")),
                    "{}",
                    away.body
                );
            }
            assert_eq!((before, jobs().await), (WAIT + 1, WAIT + 1));
            drop(gate);
        };
        tokio::join!(many, late).0
    };
    let (first, many) = tokio::join!(name(0), others);
    assert_eq!(first.body["data"]["state"], "applied");
    assert!(many.iter().all(|answer| answer.body["data"]["state"] == "applied"), "{many:?}");
    // The plan that found no room can still be applied.
    let applied = writer.send(Method::POST, &apply, None).await;
    assert_eq!(
        (applied.status, &applied.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        applied.body
    );
}

#[tokio::test]
async fn what_a_restart_of_the_olt_took_away_is_done_again() {
    let writer = Writer::start(SMALL).await;
    writer.sim.device(|device| device.save());
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("end".into())));
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"});
    let restart = async {
        gate.reached().await.unwrap();
        writer.sim.reboot().await;
        drop(gate);
    };
    let (answer, ()) = tokio::join!(writer.put("/onu-management/description", asked), restart);
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
    assert_eq!(writer.configured(), ["name House 7", "name House 7"]);
    // What was done behind the restart is not lost by it.
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    let job = writer.get(&format!("/jobs/{}", answer.body["data"]["job"].as_str().unwrap())).await;
    assert_eq!(
        (&job.body["data"]["state"], &job.body["data"]["result"]["saved"]),
        (&json!("done"), &json!("pending"))
    );
    assert_eq!(writer.get("/jobs?kind=lost").await.body["data"], json!([]));
}
