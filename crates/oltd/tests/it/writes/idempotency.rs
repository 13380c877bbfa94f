//! The same asked again under its key is answered by the job of the first.

use std::time::{Duration, SystemTime};

use oltd::store::AskedUnder;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Source, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Answer, Writer, simulator, until};
use serde_json::{Value, json};

use super::daemon::Home;

const DESCRIBE: &str = "/onu-management/description";

fn named(id: u8, name: &str) -> Value {
    json!({"pon_port": "1/1/1", "onu_id": id, "name": name})
}

/// Sends a request under a key.
async fn send(writer: &Writer, key: &str, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = reqwest::Client::new().request(method, format!("{}/api/v1{path}", writer.base));
    let request = request.header("idempotency-key", key);
    let request = match body {
        Some(body) => request.json(&body),
        None => request,
    };
    let answer = request.send().await.unwrap();
    let location = answer.headers().get("location").map(|text| text.to_str().unwrap().to_owned());
    Answer { status: answer.status().as_u16(), location, body: answer.json().await.unwrap() }
}

async fn put(writer: &Writer, key: &str, body: Value) -> Answer {
    send(writer, key, Method::PUT, DESCRIBE, Some(body)).await
}

/// All of an answer but the id of its request.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    body.as_object_mut().unwrap().remove("request_id");
    (answer.status, body)
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.body["error_code"]), (status, &json!(code)), "{}", answer.body);
}

async fn jobs(writer: &Writer) -> usize {
    writer.get("/jobs").await.body["data"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_answer_is_given_again_and_nothing_is_sent() {
    let writer = Writer::start(SMALL).await;
    let first = put(&writer, "order 1", named(1, "House 7")).await;
    assert_eq!(first.body["data"]["state"], "applied", "{}", first.body);
    // Somebody wants another name meanwhile, which stays.
    assert_eq!(writer.put(DESCRIBE, named(1, "House 8")).await.status, 200);
    let again = put(&writer, "order 1", named(1, "House 7")).await;
    assert_eq!(told(&again), told(&first));
    is(&put(&writer, "order 1", named(1, "House 9")).await, 409, "key_reused");
    is(&send(&writer, "order 1", Method::POST, "/system/save", None).await, 409, "key_reused");
    assert_eq!(
        (jobs(&writer).await, writer.configured()),
        (2, vec!["name House 7".into(), "name House 8".into()])
    );
    let other = put(&writer, "order 2", named(1, "House 9")).await;
    assert_eq!(other.body["data"]["state"], "applied", "{}", other.body);
    // What a key has begun is known for a day.
    let store = writer.app.jobs().store().unwrap();
    let under = AskedUnder { caller: "", name: "order 1", asked: b"" };
    let of_another =
        store.begun_under(AskedUnder { caller: "noc", ..under }, SystemTime::now()).await.unwrap();
    assert!(of_another.is_none(), "each token has its own keys: {of_another:?}");
    let known = async |hours: u64| {
        let then = SystemTime::now() + Duration::from_secs(hours * 3_600);
        store.begun_under(under, then).await.unwrap().map(|begun| begun.job)
    };
    assert_eq!((known(23).await.as_deref(), known(25).await), (first.body["data"]["job"].as_str(), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_deleted_is_not_looked_for_again() {
    let writer = Writer::start(SMALL).await;
    let serial = writer.sim.device(|device| device.onu(onu()).unwrap().configured.serial).unwrap();
    let path = format!("/onu/sn/{serial}?ref=order%207");
    let first = send(&writer, "k", Method::DELETE, &path, None).await;
    assert_eq!((first.status, &first.body["data"]["ref"]), (200, &json!("order 7")), "{}", first.body);
    // Nor does it matter that somebody holds the OLT: nothing is sent.
    writer.post("/olts/sim/hold", json!({})).await;
    assert_eq!(told(&send(&writer, "k", Method::DELETE, &path, None).await), told(&first));
    is(&send(&writer, "k2", Method::DELETE, &path, None).await, 404, "onu_not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_while_it_is_under_way_joins_its_job() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let first = put(&writer, "k", named(1, "House 7"));
    let (first, second) = tokio::join!(first, async {
        gate.reached().await.unwrap();
        // Who does not wait is told where it goes on.
        let asked = reqwest::Client::new().put(format!("{}/api/v1{DESCRIBE}", writer.base));
        let asked = asked.header("idempotency-key", "k").header("prefer", "respond-async");
        let late = asked.json(&named(1, "House 7")).send().await.unwrap();
        assert_eq!(late.status().as_u16(), 202);
        let late: Value = late.json().await.unwrap();
        let (second, ()) = tokio::join!(put(&writer, "k", named(1, "House 7")), async {
            // It waits behind no line of the OLT, so that nothing shows that it does.
            tokio::time::sleep(Duration::from_millis(200)).await;
            drop(gate);
        });
        assert_eq!(late["data"]["job"], second.body["data"]["job"]);
        second
    });
    assert_eq!((told(&second), first.status), (told(&first), 200), "{}", first.body);
    assert_eq!((jobs(&writer).await, writer.configured()), (1, vec!["name House 7".to_owned()]));
    // Many at once begin one job.
    let many = futures::future::join_all((0..8).map(|_| put(&writer, "m", named(1, "House 8")))).await;
    assert!(many.iter().all(|one| told(one) == told(&many[0]) && one.status == 200), "{many:?}");
    assert_eq!(jobs(&writer).await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_be_otherwise_the_next_time_is_not_kept() {
    let writer = Writer::start(SMALL).await;
    let mut other = named(1, "House 7");
    other["expect_serial"] = json!("ZTEGFFFFFFFF");
    is(&put(&writer, "k", other).await, 409, "identity_mismatch");
    writer.post("/olts/sim/hold", json!({})).await;
    is(&put(&writer, "k", named(1, "House 7")).await, 503, "held");
    writer.post("/olts/sim/release", json!({})).await;
    // A dry run keeps nothing either.
    let dry = send(&writer, "k", Method::PUT, &format!("{DESCRIBE}?dry_run=true"), Some(named(2, "A"))).await;
    assert_eq!(dry.status, 200, "{}", dry.body);
    let no = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("name", no)]);
    let refused = put(&writer, "k", named(1, "House 7")).await;
    is(&refused, 422, "olt_refused");
    // What the OLT refused is: it is the answer.
    assert_eq!(told(&put(&writer, "k", named(1, "House 7")).await), told(&refused));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn saves_and_plans_have_keys_too() {
    let writer = Writer::start(SMALL).await;
    let first = send(&writer, "s", Method::POST, "/system/save", None).await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(told(&send(&writer, "s", Method::POST, "/system/save", None).await), told(&first));
    let planned = writer.put(&format!("{DESCRIBE}?dry_run=true"), named(1, "House 7")).await;
    let apply = format!("/plans/{}/apply", planned.body["data"]["plan"]["id"].as_str().unwrap());
    let first = send(&writer, "p", Method::POST, &apply, None).await;
    assert_eq!(first.body["data"]["state"], "applied", "{}", first.body);
    assert_eq!(told(&send(&writer, "p", Method::POST, &apply, None).await), told(&first));
    is(&writer.send(Method::POST, &apply, None).await, 409, "plan_applied");
    let saves = writer.sim.command_lines().iter().filter(|line| line.line == "write").count();
    assert_eq!((saves, writer.configured().iter().filter(|line| line.starts_with("name")).count()), (1, 1));
    // What becomes no job keeps nothing.
    for path in ["/olts/sim/hold", "/olts/sim/release"] {
        is(&send(&writer, "h", Method::POST, path, Some(json!({}))).await, 400, "invalid_parameter");
    }
    let long = "x".repeat(129);
    for key in ["", long.as_str()] {
        is(&put(&writer, key, named(1, "House 7")).await, 400, "invalid_parameter");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_known_after_a_restart_and_what_was_pending_is_joined() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let ask = |name: &str| (Method::PUT, DESCRIBE, Some(named(1, name)));
    let first = daemon.send_under("k", ask("House 7")).await.unwrap();
    assert_eq!(first.body["data"]["state"], "applied", "{}", first.body);
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name House 8".into())));
    let cut = daemon.send_under("cut", ask("House 8"));
    tokio::select! {
        _ = cut => panic!("it is held"),
        reached = gate.reached() => reached.unwrap(),
    }
    daemon.kill();
    drop(gate);
    sim.stop_telnet().await;
    let daemon = home.start().await;
    let pending = daemon.send_under("cut", ask("House 8")).await.unwrap();
    is(&pending, 504, "outcome_unknown");
    assert!(pending.body["message"].as_str().unwrap().contains("goes on"), "{}", pending.body);
    assert!(!pending.body["error"].as_str().unwrap().is_empty(), "{}", pending.body);
    sim.start_telnet().await.unwrap();
    let again = daemon.send_under("k", ask("House 7")).await.unwrap();
    assert_eq!(told(&again).1["data"]["job"], told(&first).1["data"]["job"], "{}", again.body);
    assert_eq!((again.status, &again.body["data"]["state"]), (200, &json!("applied")), "{}", again.body);
    // It is being settled, which is no reason to make it once more.
    until(async || daemon.get("/jobs?state=pending").await.body["data"] == json!([])).await;
    let settled = daemon.send_under("cut", ask("House 8")).await.unwrap();
    assert_eq!(
        (settled.status, &settled.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        settled.body
    );
    assert_eq!(daemon.get("/jobs").await.body["data"].as_array().unwrap().len(), 2);
}
