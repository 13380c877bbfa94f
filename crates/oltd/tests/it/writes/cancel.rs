//! What waits for its turn is cancelled; what has begun runs to its end.

use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use reqwest::Method;
use rig::{Answer, Writer, until};
use serde_json::{Value, json};

const DESCRIBE: &str = "/onu-management/description";

fn named(id: u8, name: &str) -> Value {
    json!({"pon_port": "1/1/1", "onu_id": id, "name": name})
}

async fn cancel(writer: &Writer, job: &str) -> Answer {
    writer.send(Method::POST, &format!("/jobs/{job}/cancel"), None).await
}

fn is(answer: &Answer, status: u16, code: &str, word: &str) {
    let told = (answer.status, &answer.body["error_code"]);
    assert_eq!(told, (status, &json!(code)), "{}", answer.body);
    assert!(answer.body["message"].as_str().unwrap().contains(word), "{}", answer.body);
}

/// The newest job, once there are so many.
async fn newest(writer: &Writer, jobs: usize) -> Value {
    until(async || writer.get("/jobs").await.body["data"].as_array().unwrap().len() == jobs).await;
    writer.get("/jobs").await.body["data"][0].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_behind_a_line_is_cancelled_and_nothing_of_it_is_sent() {
    // The same ONU, whose turn the first has, and another one, which waits for the OLT.
    for second in [1, 2] {
        let writer = Writer::start(SMALL).await;
        let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
        let (first, (asked, cancelled)) = tokio::join!(writer.put(DESCRIBE, named(1, "House 7")), async {
            gate.reached().await.unwrap();
            let running = newest(&writer, 1).await;
            assert_eq!(running["state"], "running", "{running}");
            is(&cancel(&writer, running["id"].as_str().unwrap()).await, 409, "not_cancellable", "under way");
            // Who waited for it is told at once, while the first is still held.
            let both = tokio::join!(writer.put(DESCRIBE, named(second, "House 8")), async {
                let queued = newest(&writer, 2).await;
                assert_eq!((&queued["state"], &queued["started_at"]), (&json!("queued"), &Value::Null));
                let path = format!("/olts/sim/jobs/{}/cancel", queued["id"].as_str().unwrap());
                writer.send(Method::POST, &path, None).await
            });
            drop(gate);
            both
        });
        assert_eq!(cancelled.status, 200, "{}", cancelled.body);
        let job = &cancelled.body["data"];
        assert_eq!((&job["state"], &job["error_code"]), (&json!("cancelled"), &json!("cancelled")), "{job}");
        is(&asked, 409, "cancelled", "before anything was sent");
        assert_eq!(asked.body["data"]["state"], "unchanged");
        for key in ["message", "error", "error_code"] {
            assert_eq!(job[key], asked.body[key], "{key}");
        }
        assert_eq!((&job["result"], &job["id"]), (&asked.body["data"], &asked.body["data"]["job"]));
        let listed = newest(&writer, 2).await;
        assert_eq!((&listed["state"], &listed["error_code"]), (&json!("cancelled"), &json!("cancelled")));
        is(&cancel(&writer, job["id"].as_str().unwrap()).await, 409, "not_cancellable", "ended");
        assert_eq!(first.body["data"]["state"], "applied", "{}", first.body);
        assert_eq!(writer.configured(), ["name House 7"]);
        // Whoever comes next finds the ONU free.
        let next = writer.put(DESCRIBE, named(second, "House 9")).await;
        assert_eq!(next.body["data"]["state"], "applied", "{}", next.body);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_whose_job_is_cancelled_can_be_applied_later() {
    let writer = Writer::start(SMALL).await;
    let planned = writer.put(&format!("{DESCRIBE}?dry_run=true"), named(2, "House 8")).await;
    let apply = format!("/plans/{}/apply", planned.body["data"]["plan"]["id"].as_str().unwrap());
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let (first, asked) = tokio::join!(writer.put(DESCRIBE, named(1, "House 7")), async {
        gate.reached().await.unwrap();
        let (asked, ()) = tokio::join!(writer.send(Method::POST, &apply, None), async {
            let queued = newest(&writer, 2).await;
            let cancelled = cancel(&writer, queued["id"].as_str().unwrap()).await;
            assert_eq!(cancelled.body["data"]["state"], "cancelled", "{}", cancelled.body);
            drop(gate);
        });
        asked
    });
    is(&asked, 409, "cancelled", "before anything was sent");
    assert_eq!(first.body["data"]["state"], "applied", "{}", first.body);
    let applied = writer.send(Method::POST, &apply, None).await;
    assert_eq!(applied.body["data"]["state"], "applied", "{}", applied.body);
    assert_eq!(writer.configured(), ["name House 7", "name House 8"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_ended_or_is_settled_is_not_cancelled() {
    let writer = Writer::start(SMALL).await;
    let done = writer.put(DESCRIBE, named(1, "House 7")).await;
    let done = done.body["data"]["job"].as_str().unwrap().to_owned();
    is(&cancel(&writer, &done).await, 409, "not_cancellable", "ended");
    is(&cancel(&writer, &"0".repeat(32)).await, 404, "job_not_found", "no such job");
    is(&cancel(&writer, "x").await, 404, "job_not_found", "no such job");
    let query = writer.send(Method::POST, &format!("/jobs/{done}/cancel?x=1"), None).await;
    is(&query, 400, "invalid_parameter", "query");
    // Of a save that is under way others may have their part.
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("write".into())));
    let (saved, ()) = tokio::join!(writer.post("/system/save", json!({})), async {
        gate.reached().await.unwrap();
        let save = newest(&writer, 2).await;
        is(&cancel(&writer, save["id"].as_str().unwrap()).await, 409, "not_cancellable", "save");
        drop(gate);
    });
    assert_eq!(saved.status, 200, "{}", saved.body);
    let no = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("description", no)]);
    let keep =
        json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A", "description": "b", "on_refusal": "keep"});
    let partial = writer.put(DESCRIBE, keep).await;
    let partial = partial.body["data"]["job"].as_str().unwrap();
    is(&cancel(&writer, partial).await, 409, "not_cancellable", "settle");
}
