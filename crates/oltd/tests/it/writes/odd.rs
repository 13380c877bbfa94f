//! Devices that answer otherwise, and callers that ask otherwise.

use std::time::Duration;

use oltsim::{AtLine, Effect, Fault, LineEffect, LineFault, Pick, SMALL, Stop, V1_2};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Answer, Writer, WriterOptions, until};
use serde_json::{Value, json};

const DESCRIBE: &str = "/onu-management/description";

fn wish(id: u8, name: &str) -> Value {
    json!({"pon_port": "1/1/1", "onu_id": id, "name": name})
}

fn serial(writer: &Writer) -> String {
    writer.sim.device(|device| device.onu(onu()).unwrap().configured.serial.to_string()).unwrap()
}

fn name(writer: &Writer) -> String {
    let name = writer.sim.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap();
    String::from_utf8_lossy(&name).into_owned()
}

fn is(answer: &Answer, status: u16, code: &str) {
    let told = answer.body["error_code"].as_str().or(answer.body["data"]["state"].as_str());
    assert_eq!((answer.status, told), (status, Some(code)), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cut_off_is_not_planned_on() {
    let writer = Writer::start(SMALL).await;
    let delete = format!("/onu/1-1-1/1?expect_serial={}&dry_run=true", serial(&writer));
    let whole = writer.delete(&delete).await.body["data"]["plan"]["undo"].clone();
    assert!(whole.to_string().contains("vlan port eth_0/1"), "{whole}");
    for behind in ["show running-config interface gpon-olt_", "show running-config interface gpon-onu_"] {
        for bytes in (20..400).step_by(31) {
            let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins(behind.into())));
            let (planned, ()) = tokio::join!(writer.delete(&delete), async {
                gate.reached().await.unwrap();
                writer.sim.set_faults(vec![Fault::cli(Effect::Truncate { bytes })]).unwrap();
                drop(gate);
            });
            writer.sim.clear_faults();
            if planned.status == 200 {
                assert_eq!(
                    planned.body["data"]["plan"]["undo"], whole,
                    "{bytes} bytes of what is behind {behind}"
                );
            } else {
                is(&planned, 502, "unexpected_reply");
            }
        }
    }
    for bytes in (10..400).step_by(31) {
        writer.sim.set_faults(vec![Fault::cli(Effect::Truncate { bytes })]).unwrap();
        let named = writer.put(&format!("{DESCRIBE}?dry_run=true"), wish(128, "House 7")).await;
        assert!([200, 502].contains(&named.status), "{bytes}: {}", named.body);
        if named.status == 200 {
            assert_eq!(named.body["data"]["plan"]["undo"][0]["line"], "name last one", "{bytes}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_back_is_read_again_where_it_is_cut_or_broken_into() {
    for effect in [Effect::Truncate { bytes: 70 }, Effect::Empty, Effect::Garbage { bytes: 20 }, Effect::Log]
    {
        let writer = Writer::start(SMALL).await;
        let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
        let (named, ()) = tokio::join!(writer.put(DESCRIBE, wish(1, "House 7")), async {
            gate.reached().await.unwrap();
            // `end`, and the first two readings.
            writer.sim.set_faults(vec![Fault::cli(effect).only(Pick::Next(3))]).unwrap();
            drop(gate);
        });
        assert_eq!(name(&writer), "House 7", "{effect:?}: {}", named.body);
        is(&named, 200, "applied");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_lines_everywhere_change_nothing() {
    let writer = Writer::start(SMALL).await;
    writer.sim.set_faults(vec![Fault::cli(Effect::Log)]).unwrap();
    let named = writer.put(DESCRIBE, wish(1, "House 7")).await;
    is(&named, 200, "applied");
    assert_eq!(name(&writer), "House 7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_in_a_mode_that_was_not_meant() {
    let writer = Writer::start(SMALL).await;
    // It is taken without a word, and the prompt stays where it was.
    writer
        .sim
        .set_line_faults(vec![LineFault::begins("interface gpon-onu_", LineEffect::Refuse(String::new()))]);
    let answer = writer.put(DESCRIBE, wish(1, "House 7")).await;
    is(&answer, 422, "olt_refused");
    assert_eq!(writer.configured(), [""; 0]);
    writer.sim.clear_faults();
    is(&writer.put(DESCRIBE, wish(1, "House 7")).await, 200, "applied");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_typed_again_is_lost_only_where_that_is_accepted() {
    let writer = Writer::start(SMALL).await;
    let old = b"what? \x07".to_vec();
    writer.sim.device(|device| device.running().onu(onu()).unwrap().name.clone_from(&old));
    let refused = writer.put(DESCRIBE, wish(1, "House 7")).await;
    is(&refused, 409, "loss_not_accepted");
    assert!(refused.body["error"].as_str().unwrap().contains("name"), "{}", refused.body);
    let mut other = wish(1, "House 7");
    other["accept_loss"] = json!(["description"]);
    is(&writer.put(DESCRIBE, other).await, 409, "loss_not_accepted");
    let delete = format!("/onu/1-1-1/1?expect_serial={}", serial(&writer));
    is(&writer.delete(&delete).await, 409, "loss_not_accepted");
    assert_eq!(writer.configured(), [""; 0]);
    // What cannot be brought back remains, and is named.
    writer.sim.set_line_faults(vec![LineFault::begins(
        "description",
        LineEffect::Refuse("%Code 62330: no\n".into()),
    )]);
    let both = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor", "accept_loss": ["name"]});
    let partial = writer.put(DESCRIBE, both).await;
    is(&partial, 500, "partial_change");
    assert!(partial.body["data"]["remaining"].to_string().contains("name House 7"), "{}", partial.body);
    assert_eq!(name(&writer), "House 7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_onu_without_a_serial_number_is_named_so() {
    let writer = Writer::start(SMALL).await;
    for (expected, status, code) in [
        ("ZTEGC0000005", 409, "identity_mismatch"),
        ("NONE", 400, "invalid_parameter"),
        ("none", 200, "applied"),
    ] {
        let answer = writer.delete(&format!("/onu/1-1-1/5?expect_serial={expected}")).await;
        is(&answer, status, code);
    }
    let at = gpon::OnuRef { id: gpon::OnuId::new(5).unwrap(), ..onu() };
    assert!(writer.sim.device(|device| device.onu(at).is_none()).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_asks_otherwise_is_restarted() {
    for (options, path) in [
        ("reboot_asks = false", "reboot"),
        ("reboot_asks = true", "reboot"),
        ("restore_asks = true", "factory-reset"),
        ("restore_asks = false", "factory-reset"),
    ] {
        let writer = Writer::start(&format!("{SMALL}\n[writes]\n{options}\n")).await;
        let meant = json!({"serial_number": serial(&writer)});
        let answer = writer.post(&format!("/onu-management/{path}"), meant).await;
        is(&answer, 200, "applied");
        assert_eq!(answer.body["data"]["verified"], false, "{options}");
        let lines: Vec<String> = writer.sim.command_lines().into_iter().map(|line| line.line).collect();
        assert_eq!(lines.iter().any(|line| line == "yes"), options.ends_with("true"), "{options}: {lines:?}");
        let online = writer.sim.device(|device| device.onu(onu()).unwrap().is_online()).unwrap();
        assert!(!online, "{options}");
    }
}

/// It is waited for as long as the site says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_onu_that_does_not_come_back_is_told_of() {
    let olt: fn(&mut zte::OltSettings) = |olt| olt.reboot_wait = Duration::from_secs(1);
    let options = WriterOptions { olt: Some(olt), ..WriterOptions::default() };
    let writer = Writer::with(&format!("{SMALL}\n[life]\nlos_ms = 600000\n"), options).await;
    let answer = writer.post("/onu-management/reboot", json!({"serial_number": serial(&writer)})).await;
    is(&answer, 200, "applied");
    let job = format!("/jobs/{}", answer.body["data"]["job"].as_str().unwrap());
    let warned = async || !writer.get(&job).await.body["data"]["result"]["warnings"].to_string().eq("[]");
    until(warned).await;
    let told = writer.get(&job).await.body["data"].clone();
    assert_eq!(told["message"], "The OLT took it; that the ONU came back was not seen.", "{told}");
    let result = &told["result"];
    assert_eq!((&result["state"], &result["verified"]), (&json!("applied"), &json!(false)), "{result}");
    assert!(
        result["warnings"].to_string().contains("within 1 s the ONU's history does not show"),
        "{result}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_session_nothing_is_begun() {
    for (effect, code) in [(Effect::Busy, "olt_unreachable"), (Effect::RefuseLogin, "login_refused")] {
        let writer = Writer::start(SMALL).await;
        writer.sim.set_faults(vec![Fault::cli(effect)]).unwrap();
        let answer = writer.put(DESCRIBE, wish(1, "House 7")).await;
        is(&answer, 503, code);
        let job = writer.get("/jobs").await.body["data"][0].clone();
        assert_eq!(job["state"], "failed", "{job}");
        assert_eq!(writer.get("/olts/sim").await.body["data"]["unsaved_changes"], false);
        assert_eq!(writer.configured(), [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_has_died_keeps_nobody_from_writing() {
    let writer = Writer::start(SMALL).await;
    is(&writer.put(DESCRIBE, wish(1, "House 7")).await, 200, "applied");
    writer.sim.set_faults(vec![Fault::snmp(Effect::Silence)]).unwrap();
    is(&writer.put(DESCRIBE, wish(1, "House 8")).await, 200, "applied");
    assert_eq!(name(&writer), "House 8");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_firmware_whose_answers_nobody_knows_is_not_written_to() {
    let writer = Writer::start(V1_2).await;
    for query in ["", "?dry_run=true"] {
        let answer = writer.put(&format!("{DESCRIBE}{query}"), wish(1, "House 7")).await;
        is(&answer, 422, "unsupported_by_firmware");
    }
    assert_eq!(writer.configured(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_wait_is_told_where_to_look() {
    let writer = Writer::start(SMALL).await;
    let client = reqwest::Client::new();
    let ask = async |header: (&str, &str), name: &str| {
        let request = client.put(format!("{}/api/v1{DESCRIBE}", writer.base)).json(&wish(1, name));
        let answer = request.header(header.0, header.1).send().await.unwrap();
        let location = answer.headers().get("location").map(|at| at.to_str().unwrap().to_owned());
        (answer.status().as_u16(), location, answer.json::<Value>().await.unwrap())
    };
    for prefer in ["wait=0", "respond-async", "Respond-Async, wait=10", "return=minimal, wait=0"] {
        let (status, location, body) = ask(("prefer", prefer), prefer).await;
        assert_eq!(status, 202, "{prefer}: {body}");
        let job = body["data"]["job"].as_str().unwrap();
        assert!(location.unwrap().ends_with(&format!("/jobs/{job}")));
        until(async || writer.get(&format!("/jobs/{job}")).await.body["data"]["state"] == "done").await;
        assert_eq!(name(&writer), prefer);
    }
    for prefer in ["wait=-1", "wait=x", "wait=", "wait=99999999999999999999"] {
        let (status, _, body) = ask(("prefer", prefer), "House 7").await;
        assert_eq!((status, &body["error_code"]), (400, &json!("invalid_parameter")), "{prefer}: {body}");
    }
    let (status, _, body) = ask(("idempotency-key", ""), "House 7").await;
    assert_eq!((status, &body["error_code"]), (400, &json!("invalid_parameter")), "{body}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_goes_on_without_who_asked() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name ".into())));
    let asked = tokio::spawn({
        let (client, base) = (reqwest::Client::new(), writer.base.clone());
        async move { client.put(format!("{base}/api/v1{DESCRIBE}")).json(&wish(1, "House 7")).send().await }
    });
    gate.reached().await.unwrap();
    asked.abort();
    assert!(asked.await.unwrap_err().is_cancelled());
    tokio::time::sleep(Duration::from_millis(100)).await;
    drop(gate);
    until(async || writer.get("/jobs").await.body["data"][0]["state"] == "done").await;
    assert_eq!(name(&writer), "House 7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stray_method_or_body_changes_nothing() {
    let writer = Writer::start(SMALL).await;
    for (method, path) in
        [(Method::GET, "/onu-management/block"), (Method::PATCH, DESCRIBE), (Method::POST, DESCRIBE)]
    {
        let answer = writer.send(method.clone(), path, Some(wish(1, "House 7"))).await;
        assert!([404, 405].contains(&answer.status), "{method} {path}: {}", answer.body);
    }
    assert_eq!(writer.configured(), [""; 0]);
}
