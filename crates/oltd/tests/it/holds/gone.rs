//! A suspended ONU that somebody deleted by hand: its holds are still there.

use oltsim::{AtLine, LineEffect, LineFault};
use serde_json::{Value, json};

use super::{Case, fails, is};

const REMOVED: [&str; 3] = ["configure terminal", "interface gpon-olt_1/1/1", "no onu 1"];

impl Case {
    async fn gone() -> Self {
        let case = Self::new().await;
        is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
        case.writer.sim.type_as_somebody(&REMOVED);
        case
    }

    fn body(&self) -> Value {
        json!({
            "pon_port": "1/1/1", "serial_number": self.serial, "onu_type": "ZTE-F660",
            "profile": {"dba_profile": "UP-10M", "vlan": 100},
        })
    }
}

/// Nobody but its owners brings into service what is suspended, registering it anew neither.
#[tokio::test]
async fn what_is_held_is_not_registered_into_service() {
    let case = Case::gone().await;
    case.writer.sim.reset_command_lines();
    fails(&case.writer.post("/onu/register?dry_run=true", case.body()).await, 409, "held_by_owners");
    let answer = case.writer.post("/onu/register", case.body()).await;
    fails(&answer, 409, "held_by_owners");
    assert!(answer.body["error"].as_str().unwrap().contains("billing"), "{}", answer.body);
    let both = json!({"targets": [case.body()]});
    let batch = case.writer.post("/batch/register", both).await;
    assert_eq!(batch.status, 422, "{}", batch.body);
    assert!(batch.body.to_string().contains("held_by_owners"), "{}", batch.body);
    assert_eq!(case.writer.configured(), [""; 0]);
    // Once its owner resumes it, it is.
    is(&case.resume("billing").await, "unchanged", json!([]));
    let answer = case.writer.post("/onu/register", case.body()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// A plan to register it that was made before it was suspended.
#[tokio::test]
async fn a_plan_of_before_does_not_register_it_either() {
    let case = Case::new().await;
    case.writer.sim.type_as_somebody(&REMOVED);
    let planned = case.writer.post("/onu/register?dry_run=true", case.body()).await;
    let id = planned.body["data"]["plan"]["id"].as_str().unwrap().to_owned();
    assert_eq!(case.writer.post("/onu/register", case.body()).await.status, 201);
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    case.writer.sim.type_as_somebody(&REMOVED);
    let applied = case.writer.send(reqwest::Method::POST, &format!("/plans/{id}/apply"), None).await;
    fails(&applied, 409, "held_by_owners");
}

/// Where it stands it stays shut, and is completed.
#[tokio::test]
async fn what_is_held_is_completed_at_its_place_and_stays_shut() {
    let case = Case::gone().await;
    let register = format!("onu 1 type ZTE-F660 sn {}", case.serial);
    let shut = [
        "configure terminal",
        "interface gpon-olt_1/1/1",
        &register,
        "exit",
        "interface gpon-onu_1/1/1:1",
        "shutdown",
    ];
    case.writer.sim.type_as_somebody(&shut);
    let answer = case.writer.post("/onu/register", case.body()).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    let warnings = answer.body["data"]["warnings"].to_string();
    assert!(warnings.contains("billing"), "{warnings}");
    assert!(!case.is_enabled());
}

/// The hold of an ONU that one whole listing does not show any more is lifted.
#[tokio::test]
async fn the_hold_of_an_onu_that_is_gone_is_lifted() {
    let case = Case::gone().await;
    fails(&case.resume("abuse").await, 409, "not_held");
    let dry = format!("/onu/sn/{}/resume?dry_run=true", case.serial);
    fails(&case.writer.post(&dry, json!({"owner": "billing"})).await, 404, "onu_not_found");
    let answer = case.resume("billing").await;
    is(&answer, "unchanged", json!([]));
    let warnings = answer.body["data"]["warnings"].to_string();
    assert!(warnings.contains("registered nowhere"), "{warnings}");
    assert_eq!(case.owners().await, [""; 0]);
    fails(&case.resume("billing").await, 404, "onu_not_found");
}

#[tokio::test]
async fn the_same_by_its_place() {
    for another in [false, true] {
        let case = Case::gone().await;
        if another {
            let register = "onu 1 type ZTE-F660 sn HWTC00000008";
            case.writer.sim.type_as_somebody(&["configure terminal", "interface gpon-olt_1/1/1", register]);
        }
        let body = json!({"owner": "billing", "expect_serial": case.serial});
        let answer = case.writer.post("/onu/1-1-1/1/resume", body).await;
        is(&answer, "unchanged", json!([]));
        assert_eq!(case.owners().await, [""; 0]);
    }
}

/// Several hold it: each lifts his own.
#[tokio::test]
async fn each_of_several_lifts_his_own() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    is(&case.suspend("abuse", "spam").await, "unchanged", json!(["billing", "abuse"]));
    case.writer.sim.type_as_somebody(&REMOVED);
    is(&case.resume("billing").await, "unchanged", json!(["abuse"]));
    is(&case.resume("abuse").await, "unchanged", json!([]));
}

/// What cannot be read proves nothing.
#[tokio::test]
async fn what_cannot_be_read_lifts_nothing() {
    let case = Case::gone().await;
    case.writer.sim.set_faults(vec![oltsim::Fault::snmp(oltsim::Effect::Drop)]).unwrap();
    let nothing =
        LineFault { at: AtLine::Begins("show gpon onu".into()), effect: LineEffect::Refuse(String::new()) };
    case.writer.sim.set_line_faults(vec![nothing]);
    let answer = case.resume("billing").await;
    assert!(answer.status >= 500, "{}", answer.body);
    assert_eq!(case.owners().await, ["billing"]);
}

/// In a batch as well.
#[tokio::test]
async fn a_batch_lifts_the_holds_of_what_is_gone() {
    let case = Case::gone().await;
    let targets = json!({"owner": "billing", "targets": [{"serial_number": case.serial}]});
    let answer = case.writer.post("/batch/resume", targets).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(case.owners().await, [""; 0]);
}
