//! What is put off, and what is tried until a certain time.

use std::time::{Duration, SystemTime};

use oltsim::SMALL;
use reqwest::Method;
use rig::{Writer, until};
use serde_json::{Value, json};

use super::{NAMES, job, job_in, name, named, two, with};

/// A moment so many seconds from now.
pub(super) fn in_seconds(seconds: i64) -> String {
    let now = jiff::Timestamp::try_from(SystemTime::now()).unwrap();
    (now + jiff::SignedDuration::from_secs(seconds)).to_string()
}

async fn ask(writer: &Writer, wish: Value) -> Value {
    let request = reqwest::Client::new().put(format!("{}/api/v1{NAMES}", writer.base));
    let answer = request.header("prefer", "respond-async").json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    answer.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_begins_when_it_was_said_and_no_sooner() {
    let writer = Writer::start(SMALL).await;
    let wish = json!({"targets": [named(1, "A")], "not_before": in_seconds(3)});
    let answer = ask(&writer, wish).await;
    let queued = answer["data"]["job"].as_str().unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let told = writer.get(&format!("/jobs/{queued}")).await.body["data"].clone();
    assert_eq!((&told["state"], &told["started_at"]), (&json!("queued"), &json!(null)), "{told}");
    assert!(writer.configured().is_empty());
    job_in(&writer, queued, &["done"]).await;
    assert_eq!(name(&writer.sim, 1), "A");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_put_off_is_cancelled_at_once() {
    let writer = Writer::start(SMALL).await;
    let wish = json!({"targets": [named(1, "A"), named(2, "B")], "not_before": in_seconds(3_600)});
    let answer = ask(&writer, wish).await;
    let queued = answer["data"]["job"].as_str().unwrap();
    let cancelled = writer.send(Method::POST, &format!("/jobs/{queued}/cancel"), None).await;
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    let told = &cancelled.body["data"];
    assert_eq!((&told["state"], &told["error_code"]), (&json!("cancelled"), &json!("cancelled")), "{told}");
    assert!(told["result"]["results"].as_array().unwrap().iter().all(|one| one["state"] == "cancelled"));
    let again = writer.send(Method::POST, &format!("/jobs/{queued}/cancel"), None).await;
    assert_eq!((again.status, &again.body["error_code"]), (409, &json!("not_cancellable")), "{}", again.body);
    assert!(writer.sim.command_lines().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_olt_that_is_down_is_tried_until_it_returns_and_cuts_nobody_off() {
    let writer = two().await;
    writer.others[0].stop_telnet().await;
    let on = |onu, name, olt| with(named(onu, name), json!({"olt": olt}));
    let targets = json!([on(1, "A", "sim2"), on(2, "B", "sim2"), on(1, "C", "sim")]);
    let answer = ask(&writer, json!({"targets": targets, "until": in_seconds(600)})).await;
    let whole = answer["data"]["job"].as_str().unwrap();
    until(async || name(&writer.sim, 1) == "C").await;
    let told = writer.get(&format!("/jobs/{whole}")).await.body["data"].clone();
    assert_eq!(told["state"], "running", "{told}");
    writer.others[0].start_telnet().await.unwrap();
    let told = job_in(&writer, whole, &["done", "partial", "failed"]).await;
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!((name(&writer.others[0], 1), name(&writer.others[0], 2)), ("A".into(), "B".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_time_it_fails_as_every_write_does() {
    let writer = two().await;
    writer.others[0].stop_telnet().await;
    let on = |onu, name, olt| with(named(onu, name), json!({"olt": olt}));
    let targets = json!([on(1, "A", "sim2"), on(2, "B", "sim2"), on(1, "C", "sim")]);
    let answer = writer.put(NAMES, json!({"targets": targets})).await;
    assert_eq!(answer.status, 207, "{}", answer.body);
    let codes = super::each(&answer, "error_code");
    assert_eq!(codes, [json!("olt_unreachable"), json!("olt_unreachable"), json!(null)]);
    let error = answer.body["data"]["results"][0]["error"].as_str().unwrap();
    assert!(error.starts_with("sim2: "), "{error}");
    let _ = job(&answer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_the_time_is_over_nothing_begins() {
    let writer = Writer::start(SMALL).await;
    writer.sim.stop_telnet().await;
    let wish = json!({"targets": [named(1, "A"), named(2, "B")], "until": in_seconds(2)});
    let answer = writer.put(NAMES, wish).await;
    let told = job_in(&writer, &job(&answer), &["failed"]).await;
    writer.sim.start_telnet().await.unwrap();
    let results = &told["result"]["results"];
    assert!(results[0]["error"].as_str().unwrap().starts_with("until: it has passed"), "{told}");
    assert_eq!(results[0]["error_code"], "olt_unreachable", "{told}");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(writer.configured().is_empty());
}
