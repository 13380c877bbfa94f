//! Many ONUs are put into service.

use std::collections::BTreeSet;

use oltsim::{LineEffect, LineFault, SMALL};
use reqwest::Method;
use rig::{Answer, Writer};
use serde_json::{Value, json};

use super::job_in;

const ENDED: [&str; 4] = ["done", "failed", "partial", "cancelled"];

/// The answer to a batch that was not finished while its caller waited.
async fn ended(writer: &Writer, answer: &Answer) -> Answer {
    let told = job_in(writer, &super::job(answer), &ENDED).await;
    let status = if told["state"] == "done" { 200 } else { 207 };
    Answer { status, body: json!({"data": told["result"]}), location: None }
}

const REGISTER: &str = "/batch/register";

/// An ONU with this number in its serial number, with the whole body.
fn wish(pon: &str, nr: u32) -> Value {
    json!({
        "pon_port": pon, "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
        "name": format!("House {nr}"), "ref": format!("order {nr}"),
        "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
        "wan": {"mode": "pppoe", "username": format!("user{nr}"), "password": "s3cret"},
    })
}

fn each<'a>(answer: &'a Value, key: &str) -> Vec<&'a Value> {
    answer["data"]["results"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .iter()
        .map(|result| &result[key])
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_authorised_together_and_then_configured() {
    let writer = Writer::start(SMALL).await;
    let targets: Vec<Value> =
        (1..=20).map(|nr| wish("1/1/1", nr)).chain((21..=24).map(|nr| wish("1/1/2", nr))).collect();
    let sessions = writer.sim.counters().cli_logins;
    let answer = writer
        .send(Method::POST, &format!("{REGISTER}?dry_run=true"), Some(json!({"targets": targets[..3]})))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer.body, "will"), ["change"; 3], "{}", answer.body);
    assert_eq!(writer.configured(), [""; 0]);
    writer.sim.reset_command_lines();
    let answer = writer.post(REGISTER, json!({"targets": targets})).await;
    let answer = match answer.location {
        Some(_) => ended(&writer, &answer).await,
        None => answer,
    };
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer.body, "state"), vec!["applied"; 24], "{}", answer.body);
    assert_eq!(each(&answer.body, "ref")[6], "order 7");
    let places: BTreeSet<String> = answer.body["data"]["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| format!("{}:{}", result["pon_port"], result["onu_id"]))
        .collect();
    assert_eq!(places.len(), 24, "{places:?}");
    assert!(!answer.body.to_string().contains("s3cret"));
    // Sixteen at most stand there before the first of them is configured.
    let lines = writer.configured();
    let registered = |line: &&String| line.starts_with("onu ");
    let first = lines.iter().position(|line| line.starts_with("name ")).unwrap();
    assert_eq!(lines[..first].iter().filter(registered).count(), 16, "{lines:?}");
    assert_eq!(lines.iter().filter(registered).count(), 24);
    assert!(writer.sim.counters().cli_logins <= sessions + 2, "one session writes, one reads");
    // The PON port of each of the three groups is read before its first line and behind its last.
    let all = writer.sim.command_lines();
    let read = |what: &str| all.iter().filter(|line| line.line.starts_with(what)).count();
    assert_eq!(read("show running-config interface gpon-olt_"), 6);
    assert_eq!((read("show running-config interface gpon-onu_"), read("end")), (24, 3));
    // All of it once more has nothing to do.
    let before = writer.configured().len();
    let again = writer.post(REGISTER, json!({"targets": targets})).await;
    let again = match again.location {
        Some(_) => ended(&writer, &again).await,
        None => again,
    };
    assert_eq!(each(&again.body, "state"), vec!["unchanged"; 24], "{}", again.body);
    assert_eq!(writer.configured().len(), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_refused_harms_no_other() {
    let writer = Writer::start(SMALL).await;
    let mut targets: Vec<Value> = (1..=4).map(|nr| wish("1/1/1", nr)).collect();
    targets[1]["profile"]["vlan"] = json!(3999);
    targets[3]["serial_number"] = targets[0]["serial_number"].clone();
    targets[3]["name"] = targets[0]["name"].clone();
    targets[3]["wan"] = targets[0]["wan"].clone();
    let no = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    writer.sim.set_line_faults(vec![LineFault::once("gpon-onu_1/1/1:9", "tcont 1 profile UP-10M", no)]);
    let answer = writer.post(REGISTER, json!({"targets": targets})).await;
    assert_eq!(answer.status, 207, "{}", answer.body);
    let states: Vec<&Value> = each(&answer.body, "state");
    assert_eq!(states, ["applied", "unchanged", "rolled_back", "unchanged"], "{}", answer.body);
    let codes = each(&answer.body, "error_code");
    assert_eq!((codes[1], codes[2]), (&json!("not_on_olt"), &json!("rolled_back")), "{}", answer.body);
    let stands = writer.sim.device(|device| {
        let pon = device.pons().get(&"1/1/1".parse().unwrap()).unwrap();
        pon.onus().values().filter(|onu| onu.configured.serial.to_string().starts_with("ZTEGB000000")).count()
    });
    assert_eq!(stands.unwrap(), 1);
    // Nothing is told of a number that was not chosen.
    let lacking = json!({"targets": [targets[1]]});
    let dry = writer.send(Method::POST, &format!("{REGISTER}?dry_run=true"), Some(lacking)).await;
    assert_eq!(
        (each(&dry.body, "will"), each(&dry.body, "onu_id")),
        (vec![&json!("cannot")], vec![&Value::Null]),
        "{}",
        dry.body
    );
    let wrong = writer.post(REGISTER, json!({"targets": [wish("1/1/1", 1), {"pon_port": "1/1/1"}]})).await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

/// More callers than free numbers, all at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_at_once_get_each_a_number_or_are_told_that_there_is_none() {
    let (callers, free) = if std::env::var_os("EVERY_STEP").is_some() { (200, 100) } else { (40, 20) };
    let writer = Writer::start(SMALL).await;
    let pon = "1/1/2".parse().unwrap();
    writer
        .sim
        .device(|device| {
            for id in 1..=128 - u8::try_from(free).unwrap() {
                let at = gpon::OnuRef { pon, id: gpon::OnuId::new(id).unwrap() };
                let serial = format!("HWTC{id:08X}").parse().unwrap();
                device.running().register(at, oltsim::device::OnuConfig::new(serial, "ZTE-F660"));
            }
        })
        .unwrap();
    let ask = |nr: u32| {
        let writer = &writer;
        async move {
            loop {
                let wish = json!({
                    "pon_port": "1/1/2", "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
                    "name": format!("House {nr}"),
                    "profile": {"dba_profile": "UP-10M", "vlan": 100},
                });
                let answer = writer.post("/onu/register", wish).await;
                match answer.status {
                    503 => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
                    202 => {
                        let job = answer.body["data"]["job"].as_str().unwrap().to_owned();
                        let told = job_in(writer, &job, &ENDED).await;
                        return (
                            told["result"]["state"].clone(),
                            told["error_code"].clone(),
                            told["result"]["onu_id"].clone(),
                        );
                    }
                    _ => {
                        let data = &answer.body["data"];
                        return (
                            data["state"].clone(),
                            answer.body["error_code"].clone(),
                            data["onu_id"].clone(),
                        );
                    }
                }
            }
        }
    };
    let ends = futures::future::join_all((0..callers).map(ask)).await;
    let made: Vec<&Value> =
        ends.iter().filter(|(state, ..)| state == "applied").map(|(_, _, id)| id).collect();
    let ids: BTreeSet<String> = made.iter().map(|id| id.to_string()).collect();
    assert_eq!((made.len(), ids.len()), (free, free), "{ends:?}");
    let full = ends.iter().filter(|(_, code, _)| code == "pon_full").count();
    assert_eq!(full, usize::try_from(callers).unwrap() - free, "{ends:?}");
    let half = writer.sim.device(|device| {
        let pon = device.pons().get(&pon).unwrap();
        let ours = pon.onus().values().filter(|onu| onu.configured.serial.to_string().starts_with("ZTEGB"));
        ours.filter(|onu| onu.configured.name.is_empty() || onu.configured.service_ports.is_empty()).count()
    });
    assert_eq!(half.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_suspended_and_resumed() {
    let writer = Writer::start(SMALL).await;
    let serial = |onu| super::serial(&writer.sim, onu);
    let targets: Vec<Value> = [1, 2, 3].map(|onu| json!({"serial_number": serial(onu)})).to_vec();
    let enabled =
        |onu| writer.sim.device(|device| device.onu(super::place(onu)).unwrap().configured.enabled).unwrap();
    let wish = json!({"targets": targets, "reason": "unpaid", "owner": "billing"});
    let answer = writer.post("/batch/suspend", wish.clone()).await;
    assert_eq!(
        (answer.status, each(&answer.body, "state")),
        (200, vec![&json!("applied"); 3]),
        "{}",
        answer.body
    );
    assert_eq!([1, 2, 3].map(enabled), [false; 3]);
    let held = writer.get("/holds?owner=billing").await;
    assert_eq!(held.body["data"].as_array().unwrap().len(), 3, "{}", held.body);
    let again = writer.post("/batch/suspend", wish).await;
    assert_eq!(each(&again.body, "state"), vec![&json!("unchanged"); 3], "{}", again.body);
    // Nobody else's holds are lifted, and nobody opens what is held.
    let other = writer.post("/batch/resume", json!({"targets": targets, "owner": "support"})).await;
    assert_eq!(
        (other.status, each(&other.body, "error_code")),
        (422, vec![&json!("not_held"); 3]),
        "{}",
        other.body
    );
    // A dry run knows of holds as the write does.
    let dry = |path: &str, body: Value| {
        let (writer, path) = (&writer, format!("{path}?dry_run=true"));
        async move { writer.send(Method::POST, &path, Some(body)).await }
    };
    let open = dry("/batch/unblock", json!({"targets": targets[..1]})).await;
    assert_eq!(each(&open.body, "will"), ["cannot"], "{}", open.body);
    let other = dry("/batch/resume", json!({"targets": targets[..1], "owner": "support"})).await;
    assert_eq!(each(&other.body, "will"), ["cannot"], "{}", other.body);
    let own = dry("/batch/resume", json!({"targets": targets[..1], "owner": "billing"})).await;
    assert_eq!(each(&own.body, "will"), ["change"], "{}", own.body);
    let open = writer.post("/batch/unblock", json!({"targets": targets[..1]})).await;
    assert_eq!(open.status, 422, "{}", open.body);
    assert_eq!([1, 2, 3].map(enabled), [false; 3]);
    let answer = writer.post("/batch/resume", json!({"targets": targets, "owner": "billing"})).await;
    assert_eq!(
        (answer.status, each(&answer.body, "state")),
        (200, vec![&json!("applied"); 3]),
        "{}",
        answer.body
    );
    assert_eq!([1, 2, 3].map(enabled), [true; 3]);
    assert_eq!(writer.get("/holds").await.body["data"], json!([]));
}
