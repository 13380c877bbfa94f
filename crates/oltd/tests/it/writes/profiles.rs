//! Lines that a profile has set (fact sheet, CLI §2, §9.1). On the devices seen these are
//! T-CONTs, GEM ports and services, none of which a write of today changes; that a name or
//! `shutdown` stands in the frame of a profile is made up here.

use oltsim::{LineEffect, LineFault, SMALL};
use reqwest::Method;
use rig::Writer;
use rig::every_step::{OPERATIONS, onu};
use serde_json::json;

const OWNED: &str = r#"
[cli.answers]
"show running-config interface gpon-onu_1/1/1:1" = """
Building configuration...
interface gpon-onu_1/1/1:1
  ==Configured by profile: PLAN-A==\u0020
  name Budi Santoso
  shutdown
  tcont 1 name T1 profile UP-10M
  ==End==\u0020
  description Jl. Merdeka 1
!
end
"""
"#;

const CONFLICT: &str =
    "%Code 64007-GPONRM : Operation is forbidden for conflicting with some applied onu-profile";

#[tokio::test]
async fn a_line_of_a_profile_is_left_alone() {
    let writer = Writer::start(&format!("{SMALL}{OWNED}")).await;
    let serial =
        writer.sim.device(|device| device.onu(onu()).unwrap().configured.serial.to_string()).unwrap();
    for (method, path, body) in [
        (Method::PUT, "description", json!({"name": "House 7"})),
        (Method::PUT, "description", json!({"name": "House 7", "description": "first floor"})),
        (Method::POST, "unblock", json!({})),
    ] {
        for query in ["", "?dry_run=true"] {
            let mut body = body.clone();
            body["serial_number"] = json!(serial);
            let answer =
                writer.send(method.clone(), &format!("/onu-management/{path}{query}"), Some(body)).await;
            assert_eq!(
                (answer.status, &answer.body["error_code"]),
                (409, &json!("owned_by_profile")),
                "{path}{query}: {}",
                answer.body
            );
            let why = answer.body["error"].as_str().unwrap();
            assert!(why.contains("PLAN-A"), "{why}");
        }
    }
    assert_eq!(writer.configured(), [""; 0]);
    // What stands beside the frame is nobody else's.
    let body = json!({"serial_number": serial, "description": "first floor"});
    let answer = writer.put("/onu-management/description?dry_run=true", body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The frame as devices show it keeps no write of today from being planned, and none has a
/// line of the profile.
#[tokio::test]
async fn no_write_of_today_has_a_line_that_a_profile_sets() {
    let scenario =
        SMALL.replacen("{ vlan = 100, bandwidth", "{ vlan = 100, profile = \"PLAN-A\", bandwidth", 1);
    assert_ne!(scenario, SMALL);
    let writer = Writer::start(&scenario).await;
    let show = "show running-config interface gpon-onu_1/1/1:1";
    let shown = writer.sim.type_as_somebody(&[show]).concat();
    assert!(shown.contains("==Configured by profile: PLAN-A==") && shown.contains("tcont 1"), "{shown}");
    // What is registered has lines of its own.
    for operation in OPERATIONS.iter().filter(|operation| !operation.is_registration()) {
        let serial = operation.prepare(&writer.sim);
        let planned = operation.ask(&writer, &serial, "?dry_run=true").await;
        assert_eq!(planned.status, 200, "{}: {}", operation.name, planned.body);
        let lines = planned.body["data"]["plan"].to_string();
        for word in ["tcont", "gemport"] {
            assert!(!lines.contains(word), "{}: {lines}", operation.name);
        }
        writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", "no shutdown"]);
    }
    assert_eq!(writer.configured(), [""; 0]);
}

/// The OLT knows better than what it showed.
#[tokio::test]
async fn a_line_that_the_olt_keeps_for_a_profile_is_refused() {
    for (line, code, state) in
        [("name", "olt_refused", "refused"), ("description", "rolled_back", "rolled_back")]
    {
        let writer = Writer::start(SMALL).await;
        let before = writer.sim.device(|device| device.configuration()).unwrap();
        writer
            .sim
            .set_line_faults(vec![LineFault::begins(line, LineEffect::Refuse(format!("{CONFLICT}\n")))]);
        let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
        let answer = writer.put("/onu-management/description", body).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"], &answer.body["data"]["state"]),
            (422, &json!(code), &json!(state)),
            "{}",
            answer.body
        );
        // The terminal wraps what is longer than it is wide.
        let error = answer.body["error"].as_str().unwrap().replace('\n', "");
        assert!(error.contains(CONFLICT), "{}", answer.body);
        assert_eq!(writer.sim.device(|device| device.configuration()).unwrap(), before, "{line}");
    }
}
