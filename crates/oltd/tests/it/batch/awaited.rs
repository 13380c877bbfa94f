//! ONUs of a batch are awaited while others have their turn.

use std::time::Duration;

use oltd::app::Site;
use oltsim::{SMALL, Source};
use reqwest::Method;
use rig::{Answer, Writer, WriterOptions, simulator, until};
use serde_json::{Value, json};

use super::{each, job, job_in, named};
use crate::writes::daemon::Home;

const REGISTER: &str = "/batch/register";
const ENDED: [&str; 4] = ["done", "failed", "partial", "cancelled"];

/// Boxes that wait on both PONs: they work once they are registered.
fn boxes() -> String {
    let unconfigured = |pon: u8| format!("\n[[unconfigured]]\npon = \"1/1/{pon}\"\ncount = 5\n");
    format!("{SMALL}{}{}", unconfigured(1), unconfigured(2))
}

async fn writer(seconds: u64) -> Writer {
    let site: fn(Site) -> Site = match seconds {
        3 => |site| Site { accept_wait: Duration::from_secs(3), ..site },
        _ => |site| Site { accept_wait: Duration::from_secs(600), ..site },
    };
    Writer::with(&boxes(), WriterOptions { site: Some(site), ..WriterOptions::default() }).await
}

/// The serial numbers of the boxes that wait on a PON.
async fn waiting(writer: &Writer, pon: &str) -> Vec<Value> {
    let boxes = writer.get(&format!("/onu/unconfigured/{pon}")).await.body["data"].clone();
    boxes.as_array().unwrap().iter().map(|one| one["serial_number"].clone()).collect()
}

fn wish(pon: &str, serial: &Value, wait_for: &str) -> Value {
    json!({
        "pon_port": pon, "serial_number": serial, "onu_type": "ZTE-F660", "wait_for": wait_for,
        "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

/// A box that is not there.
fn away(nr: u32, wait_for: &str) -> Value {
    wish("1/1/1", &json!(format!("ZTEGB{nr:07X}")), wait_for)
}

async fn begun(writer: &Writer, targets: &[Value]) -> String {
    let request = reqwest::Client::new().post(format!("{}/api/v1{REGISTER}", writer.base));
    let wish = json!({"targets": targets});
    let answer = request.header("prefer", "respond-async").json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    job(&Answer { status: 202, body: answer.json().await.unwrap(), location: None })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_tells_how_far_it_came() {
    let writer = writer(3).await;
    let there = waiting(&writer, "1-1-1").await;
    let mut targets: Vec<Value> = there.iter().map(|serial| wish("1/1/1", serial, "service")).collect();
    let there = targets.len();
    targets.extend((0..6).map(|nr| away(nr, "online")));
    targets.push(away(6, "configured"));
    let answer = writer.post(REGISTER, json!({"targets": targets})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let results = answer.body["data"]["results"].as_array().unwrap();
    for result in &results[..there] {
        assert_eq!(
            (&result["state"], &result["onu_state"]),
            (&json!("applied"), &json!("Online")),
            "{result}"
        );
        assert!(result["report"]["rx_power"].is_number(), "{result}");
        assert_eq!(result["report"]["mac"].as_array().map(Vec::len), Some(1), "{result}");
        assert_eq!(result["service_port_id"], 1, "{result}");
    }
    for result in &results[there..there + 6] {
        assert_eq!((&result["state"], &result["success"]), (&json!("applied"), &json!(true)), "{result}");
        let warnings = result["warnings"].to_string();
        assert!(warnings.contains("the ONU is not online but Offline; it stays registered"), "{warnings}");
    }
    let configured = results.last().unwrap();
    assert_eq!((&configured["state"], configured.get("report")), (&json!("applied"), None), "{configured}");
    // Of those that are away one reading of the PON tells it, and no command for each.
    let looks =
        |line: &str| writer.sim.command_lines().iter().filter(|one| one.line.starts_with(line)).count();
    assert!(looks("show gpon onu detail-info") <= there * 3, "{}", looks("show gpon onu detail-info"));
    // The single one's job tells the same.
    let one = writer.get(&format!("/jobs/{}", results[0]["job"].as_str().unwrap())).await;
    assert_eq!(one.body["data"]["result"]["report"], results[0]["report"], "{}", one.body);
    let wrong = writer.post(REGISTER, json!({"targets": [away(9, "for ever")]})).await;
    assert_eq!(wrong.status, 400, "{}", wrong.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_have_their_turn_meanwhile_and_who_cancels_ends_the_waiting() {
    let writer = writer(600).await;
    let there = waiting(&writer, "1-1-2").await;
    // The first group waits for boxes that never come.
    let mut targets: Vec<Value> = (0..3).map(|nr| away(nr, "online")).collect();
    targets.extend(there.iter().map(|serial| wish("1/1/2", serial, "online")));
    let whole = begun(&writer, &targets).await;
    let states = async || {
        let told = writer.get(&format!("/jobs/{whole}")).await.body["data"]["result"]["results"].clone();
        told.as_array()
            .unwrap()
            .iter()
            .map(|one| one["state"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    until(async || states().await[3..].iter().all(|state| state == "applied")).await;
    assert_eq!(states().await[..3], ["running"; 3]);
    let other = writer.put("/onu-management/description", named(1, "A")).await;
    assert_eq!(other.status, 200, "{}", other.body);
    let cancelled = writer.send(Method::POST, &format!("/jobs/{whole}/cancel"), None).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    let told = job_in(&writer, &whole, &ENDED).await;
    assert_eq!(told["state"], "done", "{told}");
    let first = &told["result"]["results"][0];
    assert_eq!(first["state"], "applied", "{first}");
    assert!(first["warnings"].to_string().contains("the batch was cancelled: it is awaited no"), "{first}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ended_and_killed_while_it_waits() {
    for signal in ["TERM", "KILL"] {
        let sim = simulator(Source::Scenario(boxes())).await;
        let home = Home::new(&sim, "on");
        home.replace("writes = 'on'", "writes = 'on'\naccept_wait = '10m'");
        let daemon = home.start().await;
        let targets: Vec<Value> = (0..3).map(|nr| away(nr, "service")).collect();
        let (answer, ()) =
            tokio::join!(daemon.try_send(Method::POST, REGISTER, Some(json!({"targets": targets}))), async {
                let ports =
                    || rig::configured(&sim).iter().filter(|line| line.starts_with("vlan port")).count();
                until(async || ports() == 3).await;
                // Whoever writes next has its turn: all are registered, and read back.
                let next = daemon.send(Method::PUT, "/onu-management/description", Some(named(1, "A"))).await;
                assert_eq!(next.status, 200, "{}", next.body);
                daemon.signal(signal);
            });
        let _ = answer;
        match signal {
            "TERM" => _ = daemon.ends().await,
            _ => daemon.kill(),
        }
        let lines = rig::configured(&sim);
        let daemon = home.start().await;
        let batches = "/jobs?kind=batch_register";
        until(async || {
            let state = daemon.get(batches).await.body["data"][0]["state"].clone();
            !["queued", "running", "pending"].iter().any(|open| state == *open)
        })
        .await;
        let told = daemon.get(batches).await.body["data"][0].clone();
        assert_eq!(
            (&told["state"], &told["progress"]["done"]),
            (&json!("done"), &json!(3)),
            "{signal}: {told}"
        );
        assert_eq!(rig::configured(&sim), lines, "{signal}: nothing is sent twice");
        let whole = daemon.get(&format!("/jobs/{}", told["id"].as_str().unwrap())).await.body["data"].clone();
        if signal == "TERM" {
            let results = Answer { status: 200, body: json!({"data": whole["result"]}), location: None };
            let warnings = each(&results, "warnings");
            assert!(
                warnings
                    .iter()
                    .all(|said| said.to_string().contains("the server ends: it is awaited no longer")),
                "{whole}"
            );
        }
    }
}
