//! A job tells what its request was told: message, code, the OLT's words, and what became of it.

use std::time::SystemTime;

use oltd::store::{JobState, NewJob};
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::{Answer, Writer, until};
use secrecy::SecretSlice;
use serde_json::{Value, json};

const DESCRIBE: &str = "/onu-management/description";

fn wish() -> Value {
    json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A", "description": "b", "ref": "order 7"})
}

/// The answer has this status and code, and its job tells the same, as does its row in the list.
async fn agrees(writer: &Writer, answer: &Answer, status: u16, code: Option<&str>) -> Value {
    let body = &answer.body;
    assert_eq!((answer.status, body["error_code"].as_str()), (status, code), "{body}");
    let id = &body["data"]["job"];
    let job = writer.get(&format!("/jobs/{}", id.as_str().unwrap())).await.body["data"].clone();
    for key in ["message", "error", "error_code"] {
        assert_eq!(job[key], body[key], "{key}: {job}\n{body}");
    }
    assert_eq!(job["result"], body["data"], "{job}");
    let list = writer.get("/jobs").await.body["data"].clone();
    let row = list.as_array().unwrap().iter().find(|row| row["id"] == *id).unwrap();
    assert_eq!((&row["error_code"], &row["state"]), (&job["error_code"], &job["state"]), "{row}");
    job
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_every_end() {
    let writer = Writer::start(SMALL).await;
    let refused = || LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    let other = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A", "expect_serial": "ZTEGFFFFFFFF"});
    let job = agrees(&writer, &writer.put(DESCRIBE, other).await, 409, Some("identity_mismatch")).await;
    assert_eq!((&job["state"], &job["started_at"]), (&json!("failed"), &Value::Null));
    writer.sim.set_line_faults(vec![LineFault::first("name", refused())]);
    let job = agrees(&writer, &writer.put(DESCRIBE, wish()).await, 422, Some("olt_refused")).await;
    assert!(job["error"].as_str().unwrap().contains("62330"), "{job}");
    writer.sim.set_line_faults(vec![LineFault::first("description", refused())]);
    agrees(&writer, &writer.put(DESCRIBE, wish()).await, 422, Some("rolled_back")).await;
    writer.sim.set_line_faults(vec![LineFault::first("description", refused())]);
    let mut keep = wish();
    keep["on_refusal"] = json!("keep");
    let job = agrees(&writer, &writer.put(DESCRIBE, keep).await, 500, Some("partial_change")).await;
    assert_eq!(job["state"], "partial");
    agrees(&writer, &writer.put(DESCRIBE, wish()).await, 200, None).await;
    agrees(&writer, &writer.put(DESCRIBE, wish()).await, 200, None).await;
    writer.sim.set_line_faults(vec![LineFault::first("write", refused())]);
    agrees(&writer, &writer.post("/system/save", json!({})).await, 422, Some("olt_refused")).await;
    writer.sim.set_line_faults(Vec::new());
    agrees(&writer, &writer.post("/system/save", json!({})).await, 200, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_is_not_known_yet() {
    let writer = Writer::start(SMALL).await;
    writer.sim.set_line_faults(vec![LineFault::first("description b", LineEffect::Cut)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("description b".into())));
    let (answer, ()) = tokio::join!(writer.put(DESCRIBE, wish()), async {
        gate.reached().await.unwrap();
        let typed = ["configure terminal", "interface gpon-onu_1/1/1:1", "description by hand"];
        writer.sim.type_as_somebody(&typed);
        drop(gate);
    });
    let job = agrees(&writer, &answer, 504, Some("outcome_unknown")).await;
    assert_eq!(job["state"], "pending");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_who_came_to_hold_the_olt() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let other = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "B"});
    let (first, held) = tokio::join!(writer.put(DESCRIBE, wish()), async {
        gate.reached().await.unwrap();
        let (held, ()) = tokio::join!(writer.put(DESCRIBE, other), async {
            until(async || writer.get("/jobs").await.body["data"].as_array().unwrap().len() == 2).await;
            writer.post("/olts/sim/hold", json!({"reason": "by hand"})).await;
            drop(gate);
        });
        held
    });
    agrees(&writer, &first, 200, None).await;
    agrees(&writer, &held, 503, Some("held")).await;
}

/// What an older version has kept has neither code nor message.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_an_older_version() {
    let writer = Writer::start(SMALL).await;
    let store = writer.app.jobs().store().unwrap();
    let id = oltd::jobs::new_id();
    let job = NewJob {
        id: &id,
        kind: "block",
        olt: "sim",
        caller: None,
        request_id: "r",
        reference: None,
        object: "1/1/1:1",
        total: 1,
        created_at: SystemTime::now(),
    };
    store.add_job(&job).await.unwrap();
    let told = json!({"state": "unchanged", "steps": [], "remaining": [], "warnings": [], "verified": false,
        "error": "the OLT is held"});
    let told = SecretSlice::from(told.to_string().into_bytes());
    let _ = store.end_job(&id, JobState::Failed, &told, SystemTime::now()).await.unwrap();
    let job = writer.get(&format!("/jobs/{id}")).await.body["data"].clone();
    assert_eq!((&job["error"], &job["error_code"]), (&json!("the OLT is held"), &Value::Null), "{job}");
    assert_eq!(job["result"]["state"], "unchanged", "{job}");
    assert_eq!(writer.get("/jobs").await.body["data"][0]["error_code"], Value::Null);
}

/// A restart changes nothing that a save keeps: whether the OLT is saved is its state, not the job's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_restart_while_the_olt_owes_a_save() {
    let writer = Writer::start(SMALL).await;
    agrees(&writer, &writer.put(DESCRIBE, wish()).await, 200, None).await;
    let online =
        writer.sim.device(|device| device.onus().find(|(_, onu)| onu.is_online()).unwrap().0).unwrap();
    for via in ["omci", "shutdown"] {
        let asked = json!({"pon_port": online.pon.to_string(), "onu_id": online.id.get(), "via": via});
        let answer = writer.post("/onu-management/reboot", asked).await;
        assert_eq!(answer.body["data"]["saved"], "pending", "{}", answer.body);
        let job = writer.get(&format!("/jobs/{}", answer.body["data"]["job"].as_str().unwrap())).await;
        assert_eq!(job.body["data"]["result"]["saved"], "pending", "{}", job.body);
        until(async || {
            let told = writer.get(&format!("/jobs/{}", answer.body["data"]["job"].as_str().unwrap())).await;
            told.body["data"]["result"]["verified"] == true
        })
        .await;
    }
}
