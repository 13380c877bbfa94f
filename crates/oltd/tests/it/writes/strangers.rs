//! Another ONU stands where one is to be registered or changed: nothing of it is touched, and
//! where the OLT has taken no line of ours that is the end.

use gpon::OnuRef;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::{Answer, Writer};
use serde_json::{Value, json};

const SERIAL: &str = "ZTEGD824CDF3";

fn at(id: u16) -> OnuRef {
    OnuRef { pon: "1/1/1".parse().unwrap(), id: id.to_string().parse().unwrap() }
}

fn body(serial: &str) -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": serial, "onu_type": "ZTE-F660", "name": "House 7",
        "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

/// The answer to a request, at whose line that begins so somebody else types these.
async fn typed_between(writer: &Writer, line: &str, typed: &[&str], path: &str, body: Value) -> Answer {
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins(line.to_owned())));
    let (answer, ()) = tokio::join!(writer.post(path, body), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(typed);
        drop(gate);
    });
    answer
}

const BY_HAND: [&str; 3] =
    ["configure terminal", "interface gpon-olt_1/1/1", "onu 8 type ZTE-F660 sn HWTC00000008"];

/// The serial number at a place.
fn stands(writer: &Writer, id: u16) -> Option<String> {
    writer.sim.device(|device| device.onu(at(id)).map(|onu| onu.configured.serial.to_string())).unwrap()
}

async fn nothing_is_pending(writer: &Writer) {
    assert_eq!(writer.get("/jobs?state=pending").await.body["data"], json!([]));
    let free = json!({"pon_port": "1/1/1", "onu_id": 8, "name": "House 8"});
    let named = writer.put("/onu-management/description", free).await;
    assert_eq!(named.body["data"]["state"], "applied", "the stranger is not locked: {}", named.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_somebody_takes_meanwhile_costs_that_number() {
    let writer = Writer::start(SMALL).await;
    let answer = typed_between(&writer, "onu 8 ", &BY_HAND, "/onu/register", body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (201, &json!(9)), "{}", answer.body);
    assert_eq!(stands(&writer, 8).as_deref(), Some("HWTC00000008"));
    assert_eq!(stands(&writer, 9).as_deref(), Some(SERIAL));
    nothing_is_pending(&writer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_was_asked_for_and_somebody_takes_meanwhile_is_told() {
    let writer = Writer::start(SMALL).await;
    let mut wish = body(SERIAL);
    wish["onu_id"] = json!(8);
    let answer = typed_between(&writer, "onu 8 ", &BY_HAND, "/onu/register", wish).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (409, &json!("onu_id_in_use")),
        "{}",
        answer.body
    );
    assert_eq!(stands(&writer, 8).as_deref(), Some("HWTC00000008"));
    nothing_is_pending(&writer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_in_a_batch_costs_that_number() {
    let writer = Writer::start(SMALL).await;
    let targets = json!({"targets": [body(SERIAL), body("ZTEGD8240001")]});
    let answer = typed_between(&writer, "onu 8 ", &BY_HAND, "/batch/register", targets).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(stands(&writer, 8).as_deref(), Some("HWTC00000008"));
    assert_eq!(stands(&writer, 9).as_deref(), Some("ZTEGD8240001"));
    assert_eq!(stands(&writer, 10).as_deref(), Some(SERIAL));
    nothing_is_pending(&writer).await;
}

/// A plan that was kept is about its number alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_whose_number_somebody_takes_meanwhile_is_refused() {
    let writer = Writer::start(SMALL).await;
    let planned = writer.post("/onu/register?dry_run=true", body(SERIAL)).await;
    let id = planned.body["data"]["plan"]["id"].as_str().unwrap().to_owned();
    let apply = format!("/plans/{id}/apply");
    let answer = typed_between(&writer, "onu 8 ", &BY_HAND, &apply, json!({})).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (422, &json!("refused")), "{}", answer.body);
    nothing_is_pending(&writer).await;
}

/// A change whose only line the OLT refused, for another ONU stands at the place by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_change_of_an_onu_that_was_exchanged_has_ended() {
    let writer = Writer::start(SMALL).await;
    let no = LineEffect::Refuse("%Code 62397-GPONSRV: The entry is not existed.\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("shutdown", no)]);
    let exchanged =
        ["configure terminal", "interface gpon-olt_1/1/1", "no onu 1", "onu 1 type ZTE-F660 sn HWTC00000008"];
    let serial = stands(&writer, 1).unwrap();
    let block = json!({"serial_number": serial});
    let answer = typed_between(&writer, "shutdown", &exchanged, "/onu-management/block", block).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (422, &json!("refused")), "{}", answer.body);
    assert!(answer.body["data"]["warnings"].to_string().contains("HWTC00000008"), "{}", answer.body);
    nothing_is_pending_of(&writer).await;
}

async fn nothing_is_pending_of(writer: &Writer) {
    assert_eq!(writer.get("/jobs?state=pending").await.body["data"], json!([]));
}

/// What the OLT took before another ONU came to stand there is not known to be gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_before_another_onu_came_stays_pending() {
    let writer = Writer::start(SMALL).await;
    let no = LineEffect::Refuse("%Code 62397-GPONSRV: The entry is not existed.\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("service 1", no)]);
    let mut exchanged = BY_HAND.to_vec();
    exchanged.insert(2, "no onu 8");
    let answer = typed_between(&writer, "service 1", &exchanged, "/onu/register", body(SERIAL)).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (504, &json!("outcome_unknown")),
        "{}",
        answer.body
    );
    assert_eq!(stands(&writer, 8).as_deref(), Some("HWTC00000008"));
}
