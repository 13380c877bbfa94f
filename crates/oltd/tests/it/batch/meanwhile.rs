//! What happens to OLTs and ONUs while a batch runs.

use std::time::Duration;

use oltsim::{AtLine, SMALL, Source, Stop};
use reqwest::Method;
use rig::{Answer, Writer, configured, simulator, until};
use serde_json::{Value, json};

use super::later::in_seconds;
use super::{NAMES, job, job_in, name, named, place, serial, two};
use crate::writes::daemon::Home;

const ENDED: [&str; 4] = ["done", "failed", "partial", "cancelled"];

async fn begun(writer: &Writer, wish: Value) -> String {
    let request = reqwest::Client::new().put(format!("{}/api/v1{NAMES}", writer.base));
    let answer = request.header("prefer", "respond-async").json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    job(&Answer { status: 202, body: answer.json().await.unwrap(), location: None })
}

/// A serial number that is nowhere may be at an OLT that is down: it waits for that one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_found_waits_for_the_olt_that_is_down() {
    let writer = two().await;
    let lost = serial(&writer.others[0], 2);
    writer.others[0].stop_telnet().await;
    let targets = json!([
        {"serial_number": serial(&writer.sim, 2), "name": "found"},
        {"serial_number": lost, "name": "lost"},
        {"serial_number": "ZTEGFFFFFFF0", "name": "nowhere"},
    ]);
    let whole = begun(&writer, json!({"targets": targets, "until": in_seconds(600)})).await;
    until(async || name(&writer.sim, 2) == "found").await;
    let told = writer.get(&format!("/jobs/{whole}")).await.body["data"].clone();
    let states: Vec<&Value> =
        told["result"]["results"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!((states[1], &told["state"]), (&json!("queued"), &json!("running")), "{told}");
    writer.others[0].start_telnet().await.unwrap();
    let told = job_in(&writer, &whole, &ENDED).await;
    assert_eq!(told["state"], "partial", "{told}");
    assert_eq!(name(&writer.others[0], 2), "lost");
    let nowhere = &told["result"]["results"][2];
    assert_eq!(nowhere["error_code"], "onu_not_found", "{nowhere}");
}

/// Somebody holds the OLT in the middle: what is under way ends, and the rest waits.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_olt_that_is_held_meanwhile_is_waited_for() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let wish = json!({"targets": [named(1, "A"), named(2, "B")], "until": in_seconds(600)});
    let whole = begun(&writer, wish).await;
    gate.reached().await.unwrap();
    let held = writer.post("/olts/sim/hold", json!({"reason": "by hand"})).await;
    assert_eq!(held.status, 200, "{}", held.body);
    drop(gate);
    until(async || writer.get(&format!("/jobs/{whole}")).await.body["data"]["progress"]["done"] == 1).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(writer.configured(), ["name A"]);
    assert_eq!(writer.post("/olts/sim/release", json!({})).await.status, 200);
    let told = job_in(&writer, &whole, &ENDED).await;
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(writer.configured(), ["name A", "name B"]);
}

/// Without a time until which it is tried, it is told at once who holds the OLT.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_tried_again_is_told_who_holds_the_olt() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let whole = begun(&writer, json!({"targets": [named(1, "A"), named(2, "B")]})).await;
    gate.reached().await.unwrap();
    assert_eq!(writer.post("/olts/sim/hold", json!({"reason": "by hand"})).await.status, 200);
    drop(gate);
    let told = job_in(&writer, &whole, &ENDED).await;
    let second = &told["result"]["results"][1];
    assert_eq!((&told["state"], &second["error_code"]), (&json!("partial"), &json!("held")), "{told}");
    assert!(second["error"].as_str().unwrap().contains("by hand"), "{second}");
    assert_eq!(writer.configured(), ["name A"]);
}

/// An ONU that is moved between being found and its turn is found again, and nobody else who
/// stands at its place by then is touched.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_moved_meanwhile_is_found_where_he_stands_by_then() {
    let writer = two().await;
    let [stays, moves] = [1, 2].map(|onu| serial(&writer.sim, onu));
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name first".into())));
    let targets = json!([
        {"serial_number": stays, "name": "first"},
        {"serial_number": moves, "name": "moved"},
    ]);
    let whole = begun(&writer, json!({"targets": targets})).await;
    gate.reached().await.unwrap();
    // Both were found on the first OLT; the second box is carried to the other one.
    let serial = |text: &str| text.parse().unwrap();
    let at = gpon::OnuRef { pon: "1/1/2".parse().unwrap(), id: gpon::OnuId::new(5).unwrap() };
    let of = |serial| oltsim::device::OnuConfig::new(serial, "ZTE-F660");
    writer.others[0].device(|device| device.running().register(at, of(serial(&moves)))).unwrap();
    let other = of(serial("ZTEGAAAAAAA1"));
    writer
        .sim
        .device(|device| {
            device.running().unregister(place(2));
            device.running().register(place(2), other);
        })
        .unwrap();
    drop(gate);
    let told = job_in(&writer, &whole, &ENDED).await;
    assert_eq!(told["state"], "done", "{told}");
    let moved = &told["result"]["results"][1];
    assert_eq!(
        (&moved["olt"], &moved["pon_port"], &moved["onu_id"]),
        (&json!("sim2"), &json!("1/1/2"), &json!(5))
    );
    assert_eq!(configured(&writer.others[0]), ["name moved"]);
    assert_eq!(writer.configured(), ["name first"]);
}

/// A suspension that is cut in the middle: once it is settled, the hold says what the ONU is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_suspension_that_is_cut_agrees_with_the_device_once_it_is_settled() {
    for taken in [false, true] {
        let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
        let home = Home::new(&sim, "on");
        let daemon = home.start().await;
        let wish = json!({
            "targets": [{"serial_number": serial(&sim, 1)}], "owner": "billing", "reason": "unpaid",
        });
        // Before the line is taken, or before the one behind it: then it was taken.
        let at = AtLine::Begins(if taken { "end" } else { "shutdown" }.into());
        let mut gate = sim.hold(Stop::Line(at));
        let (answer, ()) = tokio::join!(daemon.try_send(Method::POST, "/batch/suspend", Some(wish)), async {
            gate.reached().await.unwrap();
            daemon.signal("KILL");
        });
        assert!(answer.is_none(), "{answer:?}");
        daemon.kill();
        drop(gate);
        let daemon = home.start().await;
        let batches = "/jobs?kind=batch_suspend";
        until(async || {
            let state = daemon.get(batches).await.body["data"][0]["state"].clone();
            ENDED.iter().any(|ended| state == *ended)
        })
        .await;
        let whole = daemon.get(batches).await.body["data"][0].clone();
        let holds = daemon.get("/holds").await.body["data"].clone();
        let enabled = sim.device(|device| device.onu(place(1)).unwrap().configured.enabled).unwrap();
        assert_eq!((&whole["state"], enabled), (&json!("done"), false), "{taken}: {whole}");
        assert_eq!((&holds[0]["owner"], &holds[0]["state"]), (&json!("billing"), &json!("held")), "{holds}");
        let shut = configured(&sim).iter().filter(|line| *line == "shutdown").count();
        assert!(!taken || shut == 1, "what was taken is not sent twice");
        let resumed = json!({"targets": [{"serial_number": serial(&sim, 1)}], "owner": "billing"});
        let resumed = daemon.send(Method::POST, "/batch/resume", Some(resumed)).await;
        assert_eq!(resumed.status, 200, "{}", resumed.body);
        assert!(sim.device(|device| device.onu(place(1)).unwrap().configured.enabled).unwrap());
        assert_eq!(daemon.get("/holds").await.body["data"], json!([]));
    }
}
