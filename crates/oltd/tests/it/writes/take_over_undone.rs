//! An ONU that is taken over from another PON port, where that is refused or interrupted: it
//! stands in one of the two places, and it is known in which.

use gpon::{OfflineReason, OnuState};
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use reqwest::Method;
use rig::{Writer, until};
use serde_json::json;

use super::take_over::{at, body, configuration, is, make_offline, offline};

const NO: &str = "%Code 62330-GPONSRV : Parameter exceeds range\n";

/// A part of the registration is refused: the ONU stands where it stood, as it stood.
#[tokio::test]
async fn what_is_refused_here_brings_it_back_there() {
    for line in ["onu 1 type", "tcont 1 profile", "service 1 gemport 1 vlan 100"] {
        let (writer, serial) = offline("1/1/1:1").await;
        let before = configuration(&writer);
        writer.sim.set_line_faults(vec![LineFault::first(line, LineEffect::Refuse(NO.into()))]);
        let answer = writer.post("/onu/register", body(&serial)).await;
        is(&answer, 422, "rolled_back");
        assert_eq!(answer.body["data"]["state"], "rolled_back", "{line}");
        assert!(configuration(&writer) == before, "{line}: {}", answer.body);
        assert!(!answer.body["data"]["warnings"].to_string().contains("taken over"), "{}", answer.body);
    }
    // It is not deleted: nothing has changed.
    let (writer, serial) = offline("1/1/1:1").await;
    writer.sim.set_line_faults(vec![LineFault::first("no onu 1", LineEffect::Refuse(NO.into()))]);
    is(&writer.post("/onu/register", body(&serial)).await, 422, "olt_refused");
}

/// The OLT minds that a place was given up just now: it is asked again.
#[tokio::test]
async fn a_place_that_was_left_just_now_is_waited_for() {
    let writer = Writer::start(&format!("{SMALL}\n[writes]\nreadd_ms = 1500\n")).await;
    let serial = make_offline(&writer, "1/1/1:1");
    let before = configuration(&writer);
    writer.sim.set_line_faults(vec![LineFault::first("tcont 1 profile", LineEffect::Refuse(NO.into()))]);
    is(&writer.post("/onu/register", body(&serial)).await, 422, "rolled_back");
    assert!(configuration(&writer) == before);
}

/// Somebody gave its old place away meanwhile: that ONU is his.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_registered_there_meanwhile_stays() {
    let (writer, serial) = offline("1/1/1:1").await;
    writer.sim.set_line_faults(vec![LineFault::first("tcont 1 profile", LineEffect::Refuse(NO.into()))]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("tcont 1 profile".into())));
    let (answer, ()) = tokio::join!(writer.post("/onu/register", body(&serial)), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(&[
            "configure terminal",
            "interface gpon-olt_1/1/1",
            "onu 1 type ZTE-F660 sn ZTEGD8240099",
            "exit",
            "interface gpon-onu_1/1/1:1",
            "name his own",
        ]);
        drop(gate);
    });
    is(&answer, 500, "partial_change");
    let remaining = answer.body["data"]["remaining"].to_string();
    assert!(remaining.contains("1/1/1:1") && remaining.contains("ZTEGD8240099"), "{remaining}");
    let now = configuration(&writer);
    assert_eq!((now.onus[&at("1/1/1:1")].name.as_slice(), now.onus.len()), (b"his own".as_slice(), 8));
}

/// The same while the link was lost: the registration goes on, and his ONU is not deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_registered_there_behind_a_cut_stays() {
    let (writer, serial) = offline("1/1/1:1").await;
    let line = "interface gpon-olt_1/1/2";
    writer.sim.set_line_faults(vec![LineFault::first(line, LineEffect::Cut)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins(line.into())));
    let (answer, ()) = tokio::join!(writer.post("/onu/register", body(&serial)), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(&[
            "configure terminal",
            "interface gpon-olt_1/1/1",
            "onu 1 type ZTE-F660 sn ZTEGD8240099",
        ]);
        drop(gate);
    });
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    let now = configuration(&writer);
    assert_eq!(now.onus[&at("1/1/1:1")].serial.to_string(), "ZTEGD8240099");
    assert_eq!(now.onus[&at("1/1/2:1")].serial.to_string(), serial);
}

/// Somebody changed the ONU at its old place while the link was lost: a person decides.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_changed_there_meanwhile_waits_for_a_person() {
    let (writer, serial) = offline("1/1/1:1").await;
    writer.sim.set_line_faults(vec![LineFault::first("no onu 1", LineEffect::Cut)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("no onu 1".into())));
    let (answer, ()) = tokio::join!(writer.post("/onu/register", body(&serial)), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "name by hand"]);
        drop(gate);
    });
    is(&answer, 504, "outcome_unknown");
    let job = answer.body["data"]["job"].as_str().unwrap();
    // Both places are locked for as long.
    for locked in [
        json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 8"}),
        json!({"pon_port": "1/1/2", "onu_id": 1, "name": "House 8"}),
    ] {
        is(&writer.put("/onu-management/description", locked).await, 409, "locked");
    }
    assert_eq!(writer.get("/olts/sim").await.body["data"]["pending_plans"], 1);
    let undone = writer.post(&format!("/jobs/{job}/settle"), json!({"how": "undo"})).await;
    assert_eq!(undone.status, 200, "{}", undone.body);
    let now = configuration(&writer);
    assert_eq!(now.onus[&at("1/1/1:1")].name, b"by hand");
    assert!(!now.onus.contains_key(&at("1/1/2:1")));
    let free = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 8"});
    assert_eq!(writer.put("/onu-management/description", free).await.status, 200);
}

/// In a batch, where the registration is refused, it alone is brought back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_brings_back_what_is_refused() {
    let (writer, serial) = offline("1/1/1:1").await;
    let before = configuration(&writer);
    let line = format!("onu 2 type ZTE-F660 sn {serial}");
    writer.sim.set_line_faults(vec![LineFault::first(&line, LineEffect::Refuse(NO.into()))]);
    let targets = json!([body("ZTEGD8240001"), body(&serial), body("ZTEGD8240002")]);
    let answer = writer.post("/batch/register", json!({"targets": targets})).await;
    assert_eq!(answer.status, 207, "{}", answer.body);
    let now = configuration(&writer);
    assert_eq!(now.onus.get(&at("1/1/1:1")), before.onus.get(&at("1/1/1:1")));
    assert_eq!(now.onus.len(), before.onus.len() + 2);
}

/// The number that was chosen is in use though no list shows it: another one is chosen.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_no_list_shows_costs_that_number() {
    let (writer, serial) = offline("1/1/1:1").await;
    let exists = "%Code 62391-GPONSRV : The entry is existed.\n  This is a re-create operation\n";
    writer.sim.set_line_faults(vec![LineFault::first("onu 1 type", LineEffect::Refuse(exists.into()))]);
    let answer = writer.post("/onu/register", body(&serial)).await;
    assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (201, &json!(2)), "{}", answer.body);
    assert!(!configuration(&writer).onus.contains_key(&at("1/1/1:1")));
    // One that was asked for is told as undone, for it was deleted in between.
    let (writer, serial) = offline("1/1/1:1").await;
    let before = configuration(&writer);
    writer.sim.set_line_faults(vec![LineFault::first("onu 9 type", LineEffect::Refuse(exists.into()))]);
    let mut wish = body(&serial);
    wish["onu_id"] = json!(9);
    is(&writer.post("/onu/register", wish).await, 422, "rolled_back");
    assert!(configuration(&writer) == before);
}

/// The server ends between the deletion and the registration; the next one finishes it.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cut_off_between_the_two_comes_to_an_end() {
    for signal in ["KILL", "TERM"] {
        let sim = rig::simulator(oltsim::Source::Scenario(SMALL.to_owned())).await;
        let serial = sim.device(|device| {
            device.set_phase(at("1/1/1:1"), OnuState::Offline, OfflineReason::Los);
            device.onu(at("1/1/1:1")).unwrap().configured.serial.to_string()
        });
        let home = super::daemon::Home::new(&sim, "on");
        let daemon = home.start().await;
        let mut gate = sim.hold(Stop::Line(AtLine::Begins("interface gpon-olt_1/1/2".into())));
        let asked = daemon.try_send(Method::POST, "/onu/register", Some(body(&serial.unwrap())));
        let (_, ()) = tokio::join!(asked, async {
            gate.reached().await.unwrap();
            daemon.signal(signal);
            if signal == "TERM" {
                until(async || home.log().contains("told to end")).await;
            }
            drop(gate);
        });
        if signal == "TERM" {
            daemon.ends().await;
        } else {
            daemon.kill();
        }
        let daemon = home.start().await;
        let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
        assert_eq!((&job["state"], &job["result"]["state"]), (&json!("done"), &json!("applied")), "{job}");
        assert_eq!(job["result"]["taken_from"]["onu_id"], 1, "{job}");
        let now = sim.device(|device| device.configuration()).unwrap();
        assert!(!now.onus.contains_key(&at("1/1/1:1")) && now.onus.contains_key(&at("1/1/2:1")));
        assert_eq!(daemon.get("/olts/sim").await.body["data"]["pending_plans"], 0);
    }
}
