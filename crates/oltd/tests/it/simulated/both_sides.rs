//! Real-time monitoring: SNMP and the command line at once, and either of them alone.

use std::time::{Duration, Instant};

use super::{NO_OPTICS, SMALL};
use serde_json::{Value, json};

use super::Rig;

/// Waits for an answer that `found` accepts, for at most `within`.
async fn eventually(rig: &Rig, path: &str, within: Duration, found: impl Fn(u16, &Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let (status, body) = rig.get(path).await;
        if found(status, &body) {
            return body;
        }
        assert!(began.elapsed() < within, "{path}: {status} {body}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn whole(status: u16, body: &Value) -> bool {
    status == 200 && body.get("partial").is_none()
}

#[tokio::test]
async fn an_onu_is_asked_in_three_commands_at_most() {
    for scenario in [SMALL, NO_OPTICS] {
        let rig = Rig::both(scenario, |_| {}).await;
        // The first reading learns what SNMP lacks.
        rig.body("/monitoring/onu/1-1-1/1").await;
        rig.sim.reset_command_lines();
        let other = if scenario == SMALL { 128 } else { 2 };
        let body = rig.body(&format!("/monitoring/onu/1-1-1/{other}")).await;
        assert!(whole(200, &body), "{body}");
        let optical = &body["data"]["optical"];
        for field in ["rx_power", "tx_power", "olt_rx_power", "temperature", "voltage", "bias_current"] {
            assert!(optical[field].is_number(), "{field}: {body}");
        }
        let lines = rig.sim.command_lines();
        assert!(lines.len() <= 3, "{lines:?}");
    }
}

#[tokio::test]
async fn a_pon_is_asked_in_three_commands_at_most() {
    let rig = Rig::both(NO_OPTICS, |_| {}).await;
    // The first reading of an OLT opens the session.
    rig.body("/monitoring/onu/1-1-1/1").await;
    rig.sim.reset_command_lines();
    let body = rig.body("/monitoring/pon/1-1-1").await;
    assert!(whole(200, &body), "{body}");
    assert_eq!(body["data"]["onus"].as_array().unwrap().len(), 64);
    assert_eq!(rig.sim.command_lines().len(), 3);
}

#[tokio::test]
async fn the_olt_is_asked_over_snmp_alone() {
    let rig = Rig::both(SMALL, |_| {}).await;
    rig.sim.reset_command_lines();
    let body = rig.body("/monitoring/olt").await;
    assert_eq!(body["data"]["total_pon_ports"], 2);
    assert_eq!(body["data"]["total_onus"], 8);
    assert_eq!(rig.sim.command_lines().len(), 0);
}

/// What SNMP shows and what the command line shows of one device agree.
#[tokio::test]
async fn both_sides_show_the_same_light() {
    let rig = Rig::both(SMALL, |_| {}).await;
    let of_snmp = rig.body("/monitoring/onu/1-1-1/1").await["data"]["optical"].clone();
    let text = SMALL.replacen("[agent]", "[agent]\nabsent = [\"1.3.6.1.4.1.3902.1082.500.20.2.2.2.1\", \"1.3.6.1.4.1.3902.1012.3.50.12.1.1\", \"1.3.6.1.4.1.3902.1082.500.1.2.4.2.1\", \"1.3.6.1.4.1.3902.1015.1010.11.2.1\"]", 1);
    let rig = Rig::both(&text, |_| {}).await;
    let of_cli = rig.body("/monitoring/onu/1-1-1/1").await["data"]["optical"].clone();
    for (field, most) in [
        // The drift of a few seconds, and the steps of either side.
        ("rx_power", 0.3),
        ("tx_power", 0.3),
        ("olt_rx_power", 0.3),
        ("temperature", 0.5),
        ("voltage", 0.05),
        ("bias_current", 0.05),
    ] {
        let (a, b) = (of_snmp[field].as_f64().unwrap(), of_cli[field].as_f64().unwrap());
        assert!((a - b).abs() <= most, "{field}: {a} over SNMP, {b} over the command line");
    }
}

/// A T-CONT and a GEM port come from one reading, and each answer names what itself has.
#[tokio::test]
async fn answers_name_no_field_that_they_do_not_have() {
    let tconts = "absent = [\n    \"1.3.6.1.4.1.3902.1082.500.10.2.3.4.1\",";
    let rig = Rig::both(&NO_OPTICS.replacen("absent = [", tconts, 1), |_| {}).await;
    let gem_port = rig.body("/traffic/gemport/1-1-1/1/1").await;
    assert_eq!(gem_port["unsupported"], json!(["queue"]), "{gem_port}");
    let tcont = rig.body("/traffic/tcont/1-1-1/1/1").await;
    for list in ["unsupported", "partial", "problems"] {
        assert!(tcont.get(list).is_none(), "{tcont}");
    }
}

#[tokio::test]
async fn one_side_down_leaves_the_other() {
    // Without the tables of T-CONTs too, so that these are the command line's alone.
    let tconts = "absent = [\n    \"1.3.6.1.4.1.3902.1082.500.10.2.3.4.1\",";
    let rig = super::brief_rig(&NO_OPTICS.replacen("absent = [", tconts, 1)).await;
    assert!(whole(200, &rig.body("/monitoring/onu/1-1-1/1").await));

    rig.sim.stop_telnet().await;
    let body = rig.body("/monitoring/onu/1-1-1/2").await;
    assert_eq!(body["data"]["online_status"], 1, "{body}");
    assert_eq!(body["data"]["optical"]["olt_rx_power"], Value::Null);
    assert!(body["partial"].as_array().is_some_and(|missing| !missing.is_empty()), "{body}");
    let (status, body) = rig.get("/traffic/tcont/1-1-1/1/1").await;
    assert_eq!((status, &body["error_code"]), (503, &json!("olt_unreachable")), "{body}");

    rig.sim.start_telnet().await.unwrap();
    let within = Duration::from_secs(10);
    eventually(&rig, "/monitoring/onu/1-1-1/3", within, whole).await;
    eventually(&rig, "/traffic/tcont/1-1-1/1/1", within, whole).await;

    rig.sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    let body = rig.body("/monitoring/onu/1-1-1/4").await;
    assert!(body["data"]["optical"]["olt_rx_power"].is_number(), "{body}");
    assert!(body["partial"].is_array(), "{body}");
}

/// One session, a queue of 64: the 64 are served in their order and nobody gets
/// another's answer; whoever comes on top is sent away at once.
#[tokio::test]
async fn sixty_four_callers_are_served_in_turn() {
    let text = format!("{NO_OPTICS}\n[cli]\ndelay_ms = 20\n");
    let rig = Rig::both(&text, |_| {}).await;
    rig.body("/traffic/tcont/1-1-1/64/1").await;
    rig.sim.reset_command_lines();
    let paths: Vec<String> = (1..=64).map(|id| format!("/monitoring/onu/1-1-1/{id}?nocache=true")).collect();
    let answers = futures::future::join_all(paths.iter().map(|path| rig.get(path))).await;
    for (id, (status, body)) in (1..).zip(&answers) {
        assert_eq!((*status, &body["data"]["onu_id"]), (200, &json!(id)), "{body}");
        assert!(body.get("partial").is_none(), "{body}");
    }
    // Each ONU has light of its own; an answer in the wrong place would show twice.
    let lights: std::collections::BTreeSet<String> =
        answers.iter().map(|(_, body)| body["data"]["serial_number"].to_string()).collect();
    assert_eq!(lights.len(), 64);
    // The commands of one caller stand together: nobody came between.
    let lines = rig.sim.command_lines();
    let onus: Vec<_> = lines.iter().filter_map(|sent| sent.line.split_once("gpon-onu_")).collect();
    let onus: Vec<&str> = onus.into_iter().map(|(_, onu)| onu).collect();
    let mut turns = onus.clone();
    turns.dedup();
    assert_eq!(turns.len(), 64, "{onus:?}");
}

#[tokio::test]
async fn a_full_queue_sends_callers_away() {
    let text = format!("{NO_OPTICS}\n[cli]\ndelay_ms = 300\n");
    let rig = Rig::both(&text, |cli| cli.queue = 4).await;
    rig.body("/monitoring/onu/1-1-1/64").await;
    let paths: Vec<String> = (1..=12).map(|id| format!("/monitoring/onu/1-1-1/{id}")).collect();
    let calls = paths.iter().map(|path| rig.client.get(format!("{}/api/v1{path}", rig.base)).send());
    let answers: Vec<_> = futures::future::join_all(calls).await.into_iter().map(Result::unwrap).collect();
    let refused: Vec<_> = answers.iter().filter(|answer| answer.status().as_u16() == 503).collect();
    let served = answers.iter().filter(|answer| answer.status().as_u16() == 200).count();
    assert_eq!((served, refused.len()), (5, 7), "one in its turn, four in the queue");
    assert!(refused.iter().all(|answer| answer.headers().contains_key("retry-after")));
}

/// More sessions configured than the OLT has lines: whoever gets none is told,
/// and the others go on.
#[tokio::test]
async fn an_olt_with_fewer_lines_than_sessions_is_not_down() {
    let text = format!("{NO_OPTICS}\n[cli]\ndelay_ms = 50\nmax_sessions = 1\n");
    let rig = Rig::both(&text, |cli| cli.max_sessions = 2).await;
    rig.body("/monitoring/onu/1-1-1/64").await;
    let paths: Vec<String> = (1..=4).map(|id| format!("/monitoring/onu/1-1-1/{id}")).collect();
    let answers = futures::future::join_all(paths.iter().map(|path| rig.get(path))).await;
    assert!(answers.iter().any(|(status, body)| whole(*status, body)), "{answers:?}");
    assert!(whole(200, &rig.body("/monitoring/onu/1-1-1/5").await), "nobody waits for a pause");
}

/// With SNMP silent, what the OLT says at its command line decides what is
/// known, and everything that is not is named.
#[tokio::test]
async fn a_silent_snmp_hides_nothing() {
    let rig = super::brief_rig(SMALL).await;
    rig.sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    for path in ["/monitoring/onu/1-1-1/77", "/vlan/onu/1-1-1/77", "/traffic/tcont/1-1-1/77/1"] {
        let (status, body) = rig.get(path).await;
        let error = body["error"].as_str().unwrap();
        assert!(status == 422 && error.contains("%Error 20202"), "{path}: {body}");
    }
    for path in ["/monitoring/pon/1-9-1", "/onu/unconfigured/1-9-1"] {
        let (status, body) = rig.get(path).await;
        assert_eq!((status, &body["error_code"]), (422, &serde_json::json!("olt_refused")), "{path}: {body}");
    }
    for path in ["/monitoring/pon/1-1-1", "/system/environment"] {
        let body = rig.body(path).await;
        let partial = body["partial"].as_array().unwrap();
        let named: Vec<&str> = partial.iter().map(|missing| missing["field"].as_str().unwrap()).collect();
        for (field, value) in body["data"].as_object().unwrap() {
            assert!(!value.is_null() || named.contains(&field.as_str()), "{field} of {path}: {body}");
        }
        let onu = &body["data"]["onus"][0]["optical"];
        for (field, value) in onu.as_object().into_iter().flatten() {
            // A status is that of the value beside it.
            let field = field.trim_end_matches("_status");
            assert!(!value.is_null() || named.contains(&format!("onus.{field}").as_str()), "{field}: {body}");
        }
    }
}

/// A table that SNMP has is not called lost because the command line is.
#[tokio::test]
async fn a_lost_command_line_costs_what_is_missing_alone() {
    let rig = Rig::both(SMALL, |cli| cli.port = 1).await;
    let body = rig.body("/onu/unconfigured").await;
    assert!(body["data"][0]["type"].is_string() && body["data"][0]["password"].is_string(), "{body}");
    assert!(body.get("partial").is_none(), "{body}");
}
