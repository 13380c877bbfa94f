//! What is wrong with one target is told before anything is sent.

use oltsim::SMALL;
use rig::Writer;
use serde_json::{Value, json};

use super::later::in_seconds;
use super::{NAMES, at, named, two, with};

const BLOCK: &str = "/batch/block";

async fn is_wrong(writer: &Writer, path: &str, body: Value, code: &str, begins: &str) {
    let answer = match path {
        NAMES => writer.put(path, body.clone()).await,
        _ => writer.post(path, body.clone()).await,
    };
    assert_eq!((answer.status, &answer.body["error_code"]), (400, &json!(code)), "{body}: {}", answer.body);
    let error = answer.body["error"].as_str().unwrap();
    assert!(error.starts_with(begins), "{body}: {error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_names_its_target() {
    let writer = two().await;
    let on = |target| with(target, json!({"olt": "sim"}));
    let first = on(named(1, "A"));
    for (path, body, code, begins) in [
        (NAMES, json!({}), "invalid_parameter", "targets: it is required"),
        (NAMES, json!({"targets": []}), "invalid_parameter", "targets: "),
        (NAMES, json!({"targets": [first, {"name": "A"}]}), "invalid_parameter", "targets[1]: pon_port: "),
        (NAMES, json!({"targets": [first, on(at(1))]}), "invalid_parameter", "targets[1]: description: "),
        (
            NAMES,
            json!({"targets": [first, on(named(1, "a\nreboot"))]}),
            "invalid_parameter",
            "targets[1].name",
        ),
        (NAMES, json!({"targets": [first, on(named(1, "what?"))]}), "invalid_parameter", "targets[1].name"),
        (NAMES, json!({"targets": [first, on(named(200, "A"))]}), "invalid_parameter", "targets[1].onu_id"),
        (NAMES, json!({"targets": [first, named(1, "A")]}), "olt_required", "targets[1]: olt: "),
        (
            NAMES,
            json!({"targets": [with(first.clone(), json!({"x": 1}))]}),
            "invalid_parameter",
            "targets[0].x",
        ),
        (NAMES, json!({"targets": [first], "expect": 2}), "invalid_parameter", "expect: "),
        (NAMES, json!({"targets": [first], "until": in_seconds(-5)}), "invalid_parameter", "until: "),
        (NAMES, json!({"targets": [first], "until": "soon"}), "invalid_parameter", "until: "),
        (
            NAMES,
            json!({"targets": [first], "not_before": "2199-01-01T00:00:00Z"}),
            "invalid_parameter",
            "not_before: ",
        ),
        (
            NAMES,
            json!({"targets": [first], "not_before": in_seconds(60), "until": in_seconds(30)}),
            "invalid_parameter",
            "until: ",
        ),
        (NAMES, json!({"targets": [first], "onus": [first]}), "invalid_parameter", "onus: "),
        (BLOCK, json!({"targets": [on(at(1))]}), "identity_required", "targets[0]: expect_serial: "),
        (
            BLOCK,
            json!({"targets": [on(with(at(1), json!({"serial_number": "ZTEGC0000001", "expect_serial": "ZTEGC0000002"})))]}),
            "invalid_parameter",
            "targets[0]: expect_serial: ",
        ),
    ] {
        is_wrong(&writer, path, body, code, begins).await;
    }
    let unknown = with(named(1, "A"), json!({"olt": "nowhere"}));
    let answer = writer.put(NAMES, json!({"targets": [first, unknown]})).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (404, &json!("olt_not_found")),
        "{}",
        answer.body
    );
    assert!(answer.body["error"].as_str().unwrap().starts_with("targets[1]: "), "{}", answer.body);
    let query = writer.put(&format!("{NAMES}?x=1"), json!({"targets": [first]})).await;
    assert_eq!(query.status, 400, "{}", query.body);
    for sim in [&writer.sim, &writer.others[0]] {
        assert!(sim.command_lines().is_empty());
    }
    assert_eq!(writer.get("/jobs").await.body["data"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_and_no_more() {
    let writer = Writer::start(SMALL).await;
    let targets: Vec<Value> = (0..5_001).map(|_| named(1, "A")).collect();
    is_wrong(&writer, NAMES, json!({"targets": targets}), "invalid_parameter", "targets: at most 5000").await;
    // As long as a body of registrations, which one of another route may not be.
    let padding = " ".repeat(7 << 20);
    for (path, status) in [(NAMES, 400), ("/onu-management/description", 413)] {
        let request = reqwest::Client::new().put(format!("{}/api/v1{path}", writer.base));
        let request = request.header("content-type", "application/json").body(format!("{{{padding}}}"));
        // Who is sent away may be cut off before all of it is read.
        match request.send().await {
            Ok(answer) => assert_eq!(answer.status(), status, "{path}"),
            Err(_) => assert_eq!(status, 413, "{path}"),
        }
    }
    assert!(writer.sim.command_lines().is_empty());
}
