//! An ONU that is registered on another PON port: deleted there and registered here, both or
//! neither.

use gpon::{OfflineReason, OnuRef, OnuState};
use oltsim::device::Configuration;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use reqwest::Method;
use rig::{Answer, Writer, WriterOptions};
use serde_json::{Value, json};

pub(super) fn at(place: &str) -> OnuRef {
    let (pon, id) = place.split_once(':').unwrap();
    OnuRef { pon: pon.parse().unwrap(), id: id.parse().unwrap() }
}

/// The registration on the other PON port.
pub(super) fn body(serial: &str) -> Value {
    json!({
        "pon_port": "1/1/2", "serial_number": serial, "onu_type": "ZTE-F660", "name": "House 7",
        "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
        "on_conflict": "take_over",
    })
}

fn lines(body: &Value) -> Vec<&str> {
    body["data"]["steps"].as_array().unwrap().iter().map(|step| step["line"].as_str().unwrap()).collect()
}

/// An OLT on which this ONU is offline, with its serial number.
pub(super) async fn offline(place: &str) -> (Writer, String) {
    let writer = Writer::start(SMALL).await;
    let serial = make_offline(&writer, place);
    (writer, serial)
}

pub(super) fn make_offline(writer: &Writer, place: &str) -> String {
    let serial = writer.sim.device(|device| {
        device.set_phase(at(place), OnuState::Offline, OfflineReason::Los);
        device.save();
        device.onu(at(place)).unwrap().configured.serial.to_string()
    });
    serial.unwrap()
}

pub(super) fn configuration(writer: &Writer) -> Configuration {
    writer.sim.device(|device| device.configuration()).unwrap()
}

pub(super) fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.body["error_code"]), (status, &json!(code)), "{}", answer.body);
}

#[tokio::test]
async fn an_onu_that_is_offline_there_is_registered_here() {
    let (writer, serial) = offline("1/1/1:1").await;
    let answer = writer.post("/onu/register", body(&serial)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!((&data["state"], &data["verified"]), (&json!("applied"), &json!(true)), "{data}");
    assert_eq!((&data["pon_port"], &data["onu_id"]), (&json!("1/1/2"), &json!(1)), "{data}");
    assert_eq!(data["taken_from"], json!({"pon_port": "1/1/1", "onu_id": 1}), "{data}");
    assert!(data["warnings"].to_string().contains("taken over from 1/1/1:1"), "{data}");
    let sent = lines(&answer.body);
    assert_eq!(
        sent[..6],
        [
            "configure terminal",
            "interface gpon-olt_1/1/1",
            "no onu 1",
            "exit",
            "interface gpon-olt_1/1/2",
            &format!("onu 1 type ZTE-F660 sn {serial}"),
        ]
    );
    let now = configuration(&writer);
    assert!(!now.onus.contains_key(&at("1/1/1:1")));
    assert_eq!(now.onus[&at("1/1/2:1")].serial.to_string(), serial);
    let jobs = writer.get("/jobs").await;
    assert_eq!(jobs.body["data"].as_array().unwrap().len(), 1, "one job: {}", jobs.body);
    let job = writer.get(&format!("/jobs/{}", data["job"].as_str().unwrap())).await;
    assert_eq!((&job.body["data"]["state"], &job.body["data"]["kind"]), (&json!("done"), &json!("register")));
    assert_eq!(job.body["data"]["result"]["taken_from"]["pon_port"], "1/1/1", "{}", job.body);
    // The same again has nothing to do.
    let again = writer.post("/onu/register", body(&serial)).await;
    assert_eq!((again.status, &again.body["data"]["state"]), (200, &json!("unchanged")), "{}", again.body);
    assert_eq!(again.body["data"]["taken_from"], Value::Null);
}

#[tokio::test]
async fn what_is_not_known_to_be_offline_is_left_there() {
    let writer = Writer::start(SMALL).await;
    let serial = |place: &str| {
        writer.sim.device(|device| device.onu(at(place)).unwrap().configured.serial.to_string()).unwrap()
    };
    // It works, is being configured, or signs on.
    for (place, word) in [("1/1/1:1", "online"), ("1/1/1:6", "Synchronization"), ("1/1/1:7", "Logging")] {
        let answer = writer.post("/onu/register", body(&serial(place))).await;
        is(&answer, 409, "serial_in_use");
        assert!(answer.body["message"].as_str().unwrap().contains(word), "{}", answer.body);
    }
    // Its state is not read.
    let cut = LineEffect::Refuse("%Error 20203: Incomplete command\n".into());
    writer.sim.set_line_faults(vec![LineFault::begins("show gpon onu detail-info", cut)]);
    let answer = writer.post("/onu/register", body(&serial("1/1/1:4"))).await;
    is(&answer, 409, "serial_in_use");
    assert!(answer.body["message"].as_str().unwrap().contains("is not known"), "{}", answer.body);
    writer.sim.clear_faults();
    // It was not asked for, and is told that it could be.
    let mut refuses = body(&serial("1/1/1:4"));
    refuses["on_conflict"] = json!("refuse");
    let answer = writer.post("/onu/register", refuses.clone()).await;
    is(&answer, 409, "serial_in_use");
    assert!(answer.body["message"].as_str().unwrap().contains("on_conflict: take_over"), "{}", answer.body);
    refuses["on_conflict"] = json!("steal");
    is(&writer.post("/onu/register", refuses).await, 400, "invalid_parameter");
    assert_eq!(writer.configured(), [""; 0]);
}

#[tokio::test]
async fn who_stands_in_several_places_is_left_there() {
    let writer = Writer::start(&format!("{SMALL}\n[writes]\nserial_unique = \"nowhere\"\n")).await;
    let serial = make_offline(&writer, "1/1/1:1");
    let twice = format!("onu 20 type ZTE-F660 sn {serial}");
    writer.sim.type_as_somebody(&["configure terminal", "interface gpon-olt_1/1/1", &twice]);
    let before = configuration(&writer);
    is(&writer.post("/onu/register", body(&serial)).await, 409, "serial_ambiguous");
    assert!(configuration(&writer) == before);
}

#[tokio::test]
async fn what_the_olt_lacks_deletes_nothing() {
    let (writer, serial) = offline("1/1/1:1").await;
    let mut wish = body(&serial);
    wish["profile"]["vlan"] = json!(300);
    is(&writer.post("/onu/register", wish).await, 409, "not_on_olt");
    let mut wish = body(&serial);
    wish["strategy"] = json!("nothing");
    assert_eq!(writer.post("/onu/register", wish).await.status, 400);
    assert_eq!(writer.configured(), [""; 0]);
}

/// A text that cannot be typed could not be brought back.
#[tokio::test]
async fn what_could_not_be_brought_back_has_to_be_accepted() {
    let (writer, serial) = offline("1/1/1:1").await;
    writer.sim.device(|device| device.running().onu(at("1/1/1:1")).unwrap().name = b"who?".to_vec()).unwrap();
    let answer = writer.post("/onu/register", body(&serial)).await;
    is(&answer, 409, "loss_not_accepted");
    assert_eq!(writer.configured(), [""; 0]);
    let mut wish = body(&serial);
    wish["accept_loss"] = json!(["onu"]);
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

#[tokio::test]
async fn who_is_suspended_is_not_taken_over() {
    let (writer, serial) = offline("1/1/1:1").await;
    let held =
        writer.post(&format!("/onu/sn/{serial}/suspend"), json!({"reason": "unpaid", "owner": "b"})).await;
    assert_eq!(held.status, 200, "{}", held.body);
    let before = configuration(&writer);
    let sent = writer.configured().len();
    for path in ["/onu/register", "/onu/register?dry_run=true"] {
        let answer = writer.post(path, body(&serial)).await;
        is(&answer, 409, "held_by_owners");
        assert!(answer.body["error"].as_str().unwrap().contains("unpaid"), "{}", answer.body);
    }
    assert_eq!(writer.configured().len(), sent);
    assert!(configuration(&writer) == before);
    assert_eq!(writer.get("/holds").await.body["data"].as_array().unwrap().len(), 1);
}

/// Its other place is on a PON port that is not written to.
#[tokio::test]
async fn where_is_not_written_nothing_is_deleted() {
    let only = |site| oltd::app::Site {
        writes: oltd::writing::Writes::OnPons(["1/1/2".parse().unwrap()].into()),
        ..site
    };
    let writer = Writer::with(SMALL, WriterOptions { site: Some(only), ..WriterOptions::default() }).await;
    let serial = make_offline(&writer, "1/1/1:1");
    for path in ["/onu/register", "/onu/register?dry_run=true"] {
        is(&writer.post(path, body(&serial)).await, 403, "forbidden");
    }
    assert_eq!(writer.configured(), [""; 0]);
}

/// A job whose end is not known is about the ONU at its old place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_locked_there_is_not_taken_over() {
    let (writer, serial) = offline("1/1/1:1").await;
    let (gone, back) = (LineEffect::Cut, json!({"serial_number": serial, "name": "House 9"}));
    writer.sim.set_line_faults(vec![LineFault::first("name House 9", gone)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 9".into())));
    let (answer, ()) = tokio::join!(writer.put("/onu-management/description", back), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "name by hand"]);
        drop(gate);
    });
    is(&answer, 504, "outcome_unknown");
    is(&writer.post("/onu/register", body(&serial)).await, 409, "locked");
    assert!(configuration(&writer).onus.contains_key(&at("1/1/1:1")));
}

#[tokio::test]
async fn it_is_planned_and_its_plan_applied() {
    let (writer, serial) = offline("1/1/1:1").await;
    let plan = async || {
        let planned = writer.post("/onu/register?dry_run=true", body(&serial)).await;
        assert_eq!(planned.status, 200, "{}", planned.body);
        planned.body["data"]["plan"].clone()
    };
    let apply = async |plan: &Value| {
        let path = format!("/plans/{}/apply", plan["id"].as_str().unwrap());
        writer.send(Method::POST, &path, None).await
    };
    let first = plan().await;
    let typed = |of: &str| first[of].to_string();
    for line in ["no onu 1", "onu 1 type ZTE-F660", "interface gpon-olt_1/1/2"] {
        assert!(typed("lines").contains(line), "{first}");
    }
    assert!(typed("undo").contains("re_created") && typed("undo").contains("name Budi Santoso"), "{first}");
    assert!(typed("checks").contains("1/1/1:1 (\\\"Budi Santoso\\\") is offline since 20"), "{first}");
    assert_eq!(writer.configured(), [""; 0]);
    // It came back meanwhile, or was changed there: the plan is not applied.
    let phase =
        |phase| writer.sim.device(|device| device.set_phase(at("1/1/1:1"), phase, OfflineReason::Los));
    assert!(phase(OnuState::Online).unwrap());
    is(&apply(&first).await, 409, "serial_in_use");
    assert!(phase(OnuState::Offline).unwrap());
    let rename = |name: &str| {
        let name = format!("name {name}");
        writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", &name]);
    };
    rename("by hand");
    is(&apply(&first).await, 409, "plan_stale");
    rename("Budi Santoso");
    assert_eq!(configuration(&writer).onus.len(), 8);
    let applied = apply(&first).await;
    assert_eq!(
        (applied.status, &applied.body["data"]["state"]),
        (201, &json!("applied")),
        "{}",
        applied.body
    );
    assert_eq!(applied.body["data"]["taken_from"]["onu_id"], 1, "{}", applied.body);
    assert!(!configuration(&writer).onus.contains_key(&at("1/1/1:1")));
}

/// In a batch, among others of its PON port.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_takes_over() {
    let (writer, serial) = offline("1/1/1:1").await;
    let online = writer.sim.device(|device| device.onu(at("1/1/1:7")).unwrap().configured.serial.to_string());
    let mut other = body("ZTEGD8240001");
    other.as_object_mut().unwrap().remove("on_conflict");
    let targets = json!([other, body(&serial), body(&online.unwrap()), body("ZTEGD8240002")]);
    let dry = writer.post("/batch/register?dry_run=true", json!({"targets": targets})).await;
    let planned = &dry.body["data"]["results"];
    assert!(planned[1]["lines"].to_string().contains("no onu 1"), "{}", dry.body);
    let answer = writer.post("/batch/register", json!({"targets": targets})).await;
    assert_eq!(answer.status, 207, "{}", answer.body);
    let now = configuration(&writer);
    assert!(!now.onus.contains_key(&at("1/1/1:1")) && now.onus.contains_key(&at("1/1/1:7")));
    let here: Vec<String> = now
        .onus
        .iter()
        .filter(|(at, _)| at.pon == "1/1/2".parse().unwrap())
        .map(|(_, onu)| onu.serial.to_string())
        .collect();
    assert_eq!(here, ["ZTEGD8240001", &serial, "ZTEGD8240002"]);
}
