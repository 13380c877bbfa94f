//! What has not begun is cancelled; what is under way runs to its end.

use oltsim::{AtLine, SMALL, Stop};
use reqwest::Method;
use rig::{Writer, until};
use serde_json::json;

use super::{NAMES, each, named};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_middle() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name B".into())));
    let wish = json!({"targets": [named(1, "A"), named(2, "B"), named(3, "C"), named(2, "D")]});
    let (answer, cancelled) = tokio::join!(writer.put(NAMES, wish), async {
        gate.reached().await.unwrap();
        let jobs = writer.get("/jobs").await.body["data"].clone();
        let cancel = format!("/jobs/{}/cancel", jobs[0]["id"].as_str().unwrap());
        let (cancelled, ()) = tokio::join!(writer.send(Method::POST, &cancel, None), async {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            drop(gate);
        });
        cancelled
    });
    assert_eq!(answer.status, 207, "{}", answer.body);
    assert_eq!(each(&answer, "state"), ["applied", "applied", "cancelled", "cancelled"]);
    assert_eq!(each(&answer, "error_code")[2..], [json!("cancelled"), json!("cancelled")]);
    assert_eq!(cancelled.status, 200, "{}", cancelled.body);
    assert_eq!(cancelled.body["data"]["state"], "partial", "{}", cancelled.body);
    assert_eq!(cancelled.body["data"]["progress"], json!({"done": 4, "total": 4}), "{}", cancelled.body);
    assert_eq!(writer.configured(), ["name A", "name B"]);
}

/// A target whose turn has not come is cancelled by itself, as every job is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_target_alone() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name by itself".into())));
    let single = writer.put("/onu-management/description", named(1, "by itself"));
    let (_, answer) = tokio::join!(single, async {
        gate.reached().await.unwrap();
        let (answer, ()) =
            tokio::join!(writer.put(NAMES, json!({"targets": [named(1, "A"), named(2, "B")]})), async {
                let part = async || {
                    let jobs = writer.get("/jobs").await.body["data"].clone();
                    let parts =
                        writer.get(&format!("/jobs?parent={}", jobs[0]["id"].as_str().unwrap())).await;
                    parts.body["data"][0]["id"].as_str().map(str::to_owned)
                };
                until(async || part().await.is_some()).await;
                let cancel = format!("/jobs/{}/cancel", part().await.unwrap());
                let cancelled = writer.send(Method::POST, &cancel, None).await;
                assert_eq!(cancelled.body["data"]["state"], "cancelled", "{}", cancelled.body);
                drop(gate);
            });
        answer
    });
    assert_eq!(each(&answer, "state"), ["cancelled", "applied"], "{}", answer.body);
    assert_eq!(writer.configured(), ["name by itself", "name B"]);
}
