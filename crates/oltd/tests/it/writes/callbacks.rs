//! The end of a job is told to whom its request named.

use std::time::Duration;

use oltd::jobs::{Allowed, CallPauses, CallbackSettings};
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Source, Stop};
use reqwest::Method;
use rig::{Answer, Writer, WriterOptions, simulator, until};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::daemon::Home;
use super::receiver::{Receiver, Reply, SECRET};

const DESCRIBE: &str = "/onu-management/description";

fn settings(networks: &[&str], names: &[&str]) -> CallbackSettings {
    CallbackSettings {
        secret: Some(SECRET.into()),
        allow: Allowed {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
        },
        pauses: CallPauses {
            pauses: vec![Duration::from_millis(50), Duration::from_millis(200)],
            ..CallPauses::default()
        },
    }
}

async fn with(callbacks: CallbackSettings) -> Writer {
    Writer::with(SMALL, WriterOptions { callbacks: Some(callbacks), ..WriterOptions::default() }).await
}

async fn loopback() -> Writer {
    with(settings(&["127.0.0.0/8"], &[])).await
}

fn named(id: u8, name: &str, url: &str) -> Value {
    json!({"pon_port": "1/1/1", "onu_id": id, "name": name, "callback_url": url})
}

async fn serial_of(writer: &Writer, id: u8) -> String {
    let shown = writer.get(&format!("/board/1/pon/1/onu/{id}")).await;
    shown.body["data"]["serial_number"].as_str().unwrap().to_owned()
}

async fn callback(writer: &Writer, job: &Value) -> Value {
    let shown = writer.get(&format!("/jobs/{}", job.as_str().unwrap())).await;
    shown.body["data"]["callback"].clone()
}

fn refused(answer: &Answer, word: &str) {
    let told = (answer.status, &answer.body["error_code"]);
    assert_eq!(told, (400, &json!("invalid_parameter")), "{}", answer.body);
    assert!(answer.body["error"].as_str().unwrap().starts_with("callback_url: "), "{}", answer.body);
    assert!(answer.body["error"].as_str().unwrap().contains(word), "{word}: {}", answer.body);
    assert!(!answer.body.to_string().contains("hush"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_each_write_is_told_and_signed() {
    let (writer, receiver) = (loopback().await, Receiver::start(&[]).await);
    let made = writer.put(DESCRIBE, named(1, "House 7", &receiver.url())).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let job = &made.body["data"]["job"];
    let told = receiver.wait(1).await.remove(0);
    assert!(told.is_signed(), "{told:?}");
    assert_eq!(told.header("x-oltd-delivery"), format!("{}-1", job.as_str().unwrap()));
    assert_eq!(told.body["delivery"], told.header("x-oltd-delivery"));
    assert!(told.header("user-agent").starts_with("oltd/"), "{told:?}");
    assert_eq!(told.header("content-type"), "application/json");
    assert_eq!((&told.body["event"], &told.body["truncated"]), (&json!("job.done"), &json!(false)));
    until(async || callback(&writer, job).await["state"] == "delivered").await;
    // The job as it is shown, but for what is told of the telling itself and for whether it is saved yet.
    let mut shown = writer.get(&format!("/jobs/{}", job.as_str().unwrap())).await.body["data"].take();
    let callback = shown["callback"].take();
    let mut of_body = told.body["job"].clone();
    assert_eq!(of_body["callback"].take()["state"], "due");
    for job in [&mut shown, &mut of_body] {
        job["result"]["saved"].take();
    }
    assert_eq!(of_body, shown);
    let url = receiver.url().replace("?token=hush", "");
    let expected =
        json!({"url": url, "state": "delivered", "tries": 1, "last_error": null, "next_try": null});
    assert_eq!(callback, expected);
    // One that changes nothing, one that the OLT refuses, a deletion, a save, a plan that is applied.
    let unchanged = writer.put(DESCRIBE, named(1, "House 7", &receiver.url())).await;
    assert_eq!(unchanged.body["data"]["state"], "unchanged");
    assert_eq!(receiver.wait(2).await[1].body["job"]["result"]["state"], "unchanged");
    let no = LineEffect::Refuse("%Error 20202: Invalid parameter.".into());
    writer.sim.set_line_faults(vec![LineFault::begins("name House 8", no)]);
    let refused = writer.put(DESCRIBE, named(1, "House 8", &receiver.url())).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    let told = receiver.wait(3).await[2].body.clone();
    assert_eq!(
        (&told["event"], &told["job"]["error_code"]),
        (&json!("job.failed"), &refused.body["error_code"])
    );
    let query = format!("callback_url={}", receiver.url().replace('?', "%3F"));
    let saved = writer.send(Method::POST, &format!("/system/save?{query}"), None).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    assert_eq!(receiver.wait(4).await[3].body["job"]["kind"], "save");
    let planned = writer.put(&format!("{DESCRIBE}?dry_run=true"), named(2, "House 9", &receiver.url())).await;
    let plan = planned.body["data"]["plan"]["id"].as_str().unwrap();
    let applied = writer.send(Method::POST, &format!("/plans/{plan}/apply?{query}"), None).await;
    assert_eq!(applied.body["data"]["state"], "applied", "{}", applied.body);
    assert_eq!(receiver.wait(5).await[4].body["job"]["id"], applied.body["data"]["job"]);
    let serial = serial_of(&writer, 1).await;
    let path = format!("/onu/1-1-1/1?expect_serial={serial}&{query}");
    let deleted = writer.delete(&path).await;
    assert_eq!(deleted.body["data"]["state"], "applied", "{}", deleted.body);
    assert_eq!(receiver.wait(6).await[5].body["job"]["kind"], "delete");
    // The dry run was no job, and nothing was told twice.
    assert_eq!(receiver.received().len(), 6);
    let metrics = reqwest::get(format!("{}/metrics", writer.base)).await.unwrap().text().await.unwrap();
    until(async || {
        let metrics = reqwest::get(format!("{}/metrics", writer.base)).await.unwrap().text().await.unwrap();
        metrics.contains("oltd_callbacks_total{outcome=\"delivered\"} 6\n")
            && metrics.contains("oltd_callbacks_waiting 0\n")
    })
    .await;
    assert!(metrics.contains("oltd_callbacks_total{outcome=\"given_up\"} 0\n"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_told_again_until_it_is() {
    let writer = loopback().await;
    let receiver = Receiver::start(&[Reply::Status(500), Reply::Redirect, Reply::Status(429)]).await;
    let made = writer.put(DESCRIBE, named(1, "House 7", &receiver.url())).await;
    let told = receiver.wait(4).await;
    let deliveries: Vec<&str> = told.iter().map(|one| one.header("x-oltd-delivery")).collect();
    assert!(deliveries.iter().all(|delivery| *delivery == deliveries[0]), "{deliveries:?}");
    assert!(told.iter().all(super::receiver::Received::is_signed));
    until(async || callback(&writer, &made.body["data"]["job"]).await["state"] == "delivered").await;
    assert_eq!(callback(&writer, &made.body["data"]["job"]).await["tries"], 4);
    assert_eq!(receiver.led_elsewhere(), 0, "a redirect was followed");
    // Nobody listens there yet.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let made = writer.put(DESCRIBE, named(1, "House 8", &format!("http://{at}/hook"))).await;
    let job = &made.body["data"]["job"];
    until(async || callback(&writer, job).await["last_error"] != Value::Null).await;
    let due = callback(&writer, job).await;
    assert_eq!(due["state"], "due", "{due}");
    assert!(due["last_error"].as_str().unwrap().starts_with("no connection"), "{due}");
    assert!(due["next_try"].is_string(), "{due}");
    let receiver = Receiver::on(TcpListener::bind(at).await.unwrap(), &[]);
    assert_eq!(&receiver.wait(1).await[0].body["job"]["id"], job);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_takes_is_given_up() {
    let mut callbacks = settings(&["127.0.0.0/8"], &[]);
    callbacks.pauses.give_up = Duration::from_millis(300);
    let writer = with(callbacks).await;
    let receiver = Receiver::start(&[Reply::Status(500); 100]).await;
    let made = writer.put(DESCRIBE, named(1, "House 7", &receiver.url())).await;
    let job = &made.body["data"]["job"];
    until(async || callback(&writer, job).await["state"] == "given_up").await;
    let given_up = callback(&writer, job).await;
    let told = (&given_up["last_error"], &given_up["next_try"]);
    assert_eq!(told, (&json!("answered 500"), &Value::Null), "{given_up}");
    assert!(given_up["tries"].as_u64().unwrap() > 1, "{given_up}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_slow_delays_no_job_and_no_answer() {
    let writer = loopback().await;
    let slow = Receiver::start(&[Reply::After(Duration::from_secs(60)); 8]).await;
    let quick = Receiver::start(&[]).await;
    for n in 0..4 {
        let made = writer.put(DESCRIBE, named(1, &format!("House {n}"), &slow.url())).await;
        assert_eq!(made.body["data"]["state"], "applied", "{}", made.body);
    }
    // Two at a host: the others wait, and who is elsewhere does not.
    slow.wait(2).await;
    let made =
        writer.put(DESCRIBE, named(2, "House 9", &quick.url().replace("127.0.0.1", "127.0.0.2"))).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let other = TcpListener::bind("127.0.0.2:0").await.unwrap();
    let quick = Receiver::on(other, &[]);
    let made = writer.put(DESCRIBE, named(2, "House 10", &quick.url())).await;
    assert_eq!(&quick.wait(1).await[0].body["job"]["id"], &made.body["data"]["job"]);
    assert_eq!(slow.received().len(), 2, "more than two at one host");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_may_be_called_is_refused() {
    let open = with(settings(&[], &[])).await;
    for (url, word) in [
        ("http://127.0.0.1:8000/?token=hush", "loopback"),
        ("http://2130706433:8000/", "loopback"),
        ("http://[::ffff:127.0.0.1]:8000/", "loopback"),
        ("http://localhost:8000/?token=hush", "loopback"),
        ("http://10.0.0.1/", "private"),
        ("http://169.254.169.254/latest/meta-data/", "link-local"),
        ("http://224.0.0.1/", "multicast"),
        ("ftp://192.0.2.1/?token=hush", "scheme"),
        ("http://hush:hush@192.0.2.1/", "user name"),
        ("http://8.8.8.8:23/", "port"),
        ("nowhere", "no URL"),
    ] {
        refused(&open.put(DESCRIBE, named(1, "House 7", url)).await, word);
        // A dry run says so too.
        refused(&open.put(&format!("{DESCRIBE}?dry_run=true"), named(1, "House 7", url)).await, word);
    }
    let query = "/onu/1-1-1/1?callback_url=http%3A%2F%2F10.0.0.1%2F&expect_serial=none";
    refused(&open.delete(query).await, "private");
    refused(
        &open.send(Method::POST, "/system/save?callback_url=http%3A%2F%2F10.0.0.1", None).await,
        "private",
    );
    let unsigned = Writer::start(SMALL).await;
    refused(
        &unsigned.put(DESCRIBE, named(1, "House 7", "https://billing.example.net/")).await,
        "callbacks.secret",
    );
    let listed = with(settings(&["127.0.0.2/32"], &["billing.example.net"])).await;
    refused(&listed.put(DESCRIBE, named(1, "House 7", "http://127.0.0.1:8000/")).await, "does not hold");
    refused(&listed.put(DESCRIBE, named(1, "House 7", "http://localhost:8000/")).await, "does not hold");
    for writer in [&open, &unsigned, &listed] {
        assert_eq!(writer.get("/jobs").await.body["data"], json!([]));
        assert!(writer.configured().is_empty());
    }
    // A name that the operator wrote down leads where it leads.
    let named_host = with(settings(&[], &["localhost"])).await;
    let receiver = Receiver::start(&[]).await;
    let url = receiver.url().replace("127.0.0.1", "localhost");
    let made = named_host.put(DESCRIBE, named(1, "House 7", &url)).await;
    assert_eq!(&receiver.wait(1).await[0].body["job"]["id"], &made.body["data"]["job"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_allowed_when_it_was_asked_for_is_looked_at_again_when_it_is_told() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let receiver = Receiver::start(&[Reply::Status(500)]).await;
    let root = |allow: &str| format!("callbacks.secret = '{SECRET}'\ncallbacks.allow = [{allow}]\n");
    home.configure_with(&sim, "on", &root("'localhost'"), "");
    let daemon = home.start().await;
    let url = receiver.url().replace("127.0.0.1", "localhost");
    let made = daemon.send(Method::PUT, DESCRIBE, Some(named(1, "House 7", &url))).await;
    let path = format!("/jobs/{}", made.body["data"]["job"].as_str().unwrap());
    receiver.wait(1).await;
    daemon.kill();
    home.configure_with(&sim, "on", &root(""), "");
    let daemon = home.start().await;
    let last_error = async || daemon.get(&path).await.body["data"]["callback"]["last_error"].to_string();
    until(async || last_error().await.contains("loopback")).await;
    daemon.kill();
    assert_eq!(receiver.received().len(), 1);
    // And after a restart that allows it, it is told.
    home.configure_with(&sim, "on", &root("'127.0.0.0/8', '::1'"), "");
    let daemon = home.start().await;
    receiver.wait(2).await;
    until(async || daemon.get(&path).await.body["data"]["callback"]["state"] == "delivered").await;
    assert!(!home.log().contains("hush") && !home.log().contains(SECRET), "{}", home.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_cancelled_is_told_of() {
    let (writer, receiver) = (loopback().await, Receiver::start(&[]).await);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let (_, cancelled) = tokio::join!(
        writer.put(DESCRIBE, json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"})),
        async {
            gate.reached().await.unwrap();
            let (asked, ()) =
                tokio::join!(writer.put(DESCRIBE, named(2, "House 8", &receiver.url())), async {
                    until(async || writer.get("/jobs").await.body["data"].as_array().unwrap().len() == 2)
                        .await;
                    let queued = writer.get("/jobs").await.body["data"][0]["id"].clone();
                    assert_eq!(callback(&writer, &queued).await["state"], "waiting");
                    writer
                        .send(Method::POST, &format!("/jobs/{}/cancel", queued.as_str().unwrap()), None)
                        .await;
                });
            drop(gate);
            asked
        }
    );
    assert_eq!(cancelled.status, 409, "{}", cancelled.body);
    let told = receiver.wait(1).await.remove(0);
    assert_eq!(
        (&told.body["event"], &told.body["job"]["error_code"]),
        (&json!("job.cancelled"), &json!("cancelled"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_daemon_left_pending_is_told_once_it_is_settled() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let receiver = Receiver::start(&[]).await;
    let root = format!("callbacks.secret = '{SECRET}'\ncallbacks.allow = ['127.0.0.1']\n");
    home.configure_with(&sim, "on", &root, "");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let asked = daemon.try_send(Method::PUT, DESCRIBE, Some(named(1, "House 7", &receiver.url())));
    let (answer, ()) = tokio::join!(asked, async {
        gate.reached().await.unwrap();
        daemon.signal("KILL");
    });
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
    assert!(receiver.received().is_empty());
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    until(async || receiver.received().last().is_some_and(|one| one.body["job"]["state"] == job["state"]))
        .await;
    let told = receiver.received();
    let events: Vec<_> = told.iter().map(|one| one.body["event"].as_str().unwrap()).collect();
    assert!(
        events.len() <= 2 && events.iter().rev().skip(1).all(|event| *event == "job.pending"),
        "{events:?}"
    );
    assert!(told.iter().all(|one| one.is_signed() && one.body["job"]["id"] == job["id"]));
}

/// The daemon is killed while who is called has not answered yet: he is called again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_under_way_when_the_daemon_was_killed_is_told_again() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let receiver = Receiver::start(&[Reply::After(Duration::from_secs(60))]).await;
    let root = format!("callbacks.secret = '{SECRET}'\ncallbacks.allow = ['127.0.0.1']\n");
    home.configure_with(&sim, "on", &root, "");
    let daemon = home.start().await;
    let made = daemon.send(Method::PUT, DESCRIBE, Some(named(1, "House 7", &receiver.url()))).await;
    assert_eq!(made.status, 200, "{}", made.body);
    receiver.wait(1).await;
    daemon.signal("KILL");
    daemon.kill();
    let daemon = home.start().await;
    let told = receiver.wait(2).await;
    assert_eq!(told[0].header("x-oltd-delivery"), told[1].header("x-oltd-delivery"));
    let path = format!("/jobs/{}", made.body["data"]["job"].as_str().unwrap());
    until(async || daemon.get(&path).await.body["data"]["callback"]["state"] == "delivered").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_again_under_its_key_is_told_once() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let receiver = Receiver::start(&[]).await;
    let root = format!("callbacks.secret = '{SECRET}'\ncallbacks.allow = ['127.0.0.1']\n");
    home.configure_with(&sim, "on", &root, "");
    let daemon = home.start().await;
    let ask = async || {
        let body = named(1, "House 7", &receiver.url());
        daemon.send_under("order 1", (Method::PUT, DESCRIBE, Some(body))).await.unwrap()
    };
    let (first, again) = (ask().await, ask().await);
    assert_eq!(first.body["data"]["job"], again.body["data"]["job"], "{}", again.body);
    // A further job is told behind it: by then the second telling would have come.
    let other = daemon.send(Method::PUT, DESCRIBE, Some(named(2, "House 8", &receiver.url()))).await;
    until(async || receiver.received().iter().any(|one| one.body["job"]["id"] == other.body["data"]["job"]))
        .await;
    let of_first = receiver.wait(2).await;
    let of_first = of_first.iter().filter(|one| one.body["job"]["id"] == first.body["data"]["job"]);
    assert_eq!(of_first.count(), 1);
}
