//! The daemon is killed in the middle of a batch: what had begun is settled, and not tried again.

use oltsim::{AtLine, SMALL, Simulator, Source, Stop};
use reqwest::Method;
use rig::{configured, simulator};
use serde_json::{Value, json};

use super::{at, serial, with};
use crate::writes::daemon::{Daemon, Home};

const UNDER_WAY: [&str; 2] = ["queued", "running"];

fn registered(nr: u32) -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
        "name": format!("House {nr}"), "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

/// How many of the batch stand on the device, and how many of those serve.
fn standing(sim: &Simulator) -> (usize, usize) {
    let counted = sim.device(|device| {
        let pon = device.pons().get(&"1/1/1".parse().unwrap()).unwrap();
        let ours =
            pon.onus().values().filter(|onu| onu.configured.serial.to_string().starts_with("ZTEGB00000"));
        let ours: Vec<_> = ours.collect();
        let serving = ours.iter().filter(|onu| !onu.configured.service_ports.is_empty()).count();
        (ours.len(), serving)
    });
    counted.unwrap()
}

/// The daemon is killed when this line is about to be done.
async fn killed_at(sim: &Simulator, home: &Home, path: &str, body: Value, line: &str) {
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins(line.into())));
    let method = if path == super::NAMES { Method::PUT } else { Method::POST };
    let (answer, ()) = tokio::join!(daemon.try_send(method, path, Some(body)), async {
        gate.reached().await.unwrap();
        daemon.signal("KILL");
    });
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
}

/// Lets so much time pass in the store that a person settles what it holds.
async fn grown_old(home: &Home) {
    use sqlx::ConnectOptions;

    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join("data/store.db"));
    let mut connection = file.connect().await.unwrap();
    sqlx::query("UPDATE plans SET begun_at = begun_at - 625000").execute(&mut connection).await.unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}

fn field(job: &Value, key: &str) -> Vec<Value> {
    let results = job["result"]["results"].as_array().unwrap_or_else(|| panic!("{job}"));
    results.iter().map(|result| result[key].clone()).collect()
}

async fn settle(daemon: &Daemon<'_>, job: &Value, how: &str) -> rig::Answer {
    let path = format!("/jobs/{}/settle", job.as_str().unwrap());
    daemon.send(Method::POST, &path, Some(json!({"how": how}))).await
}

/// Parts that are too old wait for a person, who settles them by their batch or one by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_registrations_wait_for_a_person() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let targets: Vec<Value> = (1..=6).map(registered).collect();
    killed_at(&sim, &home, "/batch/register", json!({"targets": targets}), "name House 1").await;
    assert_eq!(standing(&sim), (6, 0));
    grown_old(&home).await;
    sim.reset_command_lines();
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    assert_eq!(job["state"], "pending", "{job}");
    assert_eq!(field(&job, "state"), ["unknown"; 6], "{job}");
    assert_eq!(field(&job, "error_code"), ["outcome_unknown"; 6], "{job}");
    assert!(field(&job, "error").iter().all(Value::is_string), "{job}");
    assert!(configured(&sim).is_empty(), "{:?}", configured(&sim));
    // One of them alone, and the rest with their batch.
    let one = settle(&daemon, &field(&job, "job")[2], "finish").await;
    assert_eq!((one.status, &one.body["data"]["state"]), (201, &json!("applied")), "{}", one.body);
    let whole = settle(&daemon, &job["id"], "finish").await;
    // It may take longer than is waited for.
    assert!([200, 202].contains(&whole.status), "{}", whole.body);
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!((&job["state"], &job["result"]["successful"]), (&json!("done"), &json!(6)), "{job}");
    assert_eq!(field(&job, "state"), ["applied"; 6], "{job}");
    assert_eq!(standing(&sim), (6, 6));
}

/// While the OLT does not answer, nobody knows what it made of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_olt_that_is_away_has_what_was_begun_pending() {
    let sim = &simulator(Source::Scenario(SMALL.to_owned())).await;
    let serials: Vec<Value> = [1, 2].map(|onu| json!({"serial_number": serial(sim, onu)})).to_vec();
    let places: Vec<Value> =
        [1, 2].map(|onu| with(at(onu), json!({"expect_serial": serial(sim, onu)}))).to_vec();
    let suspend = json!({"targets": serials, "reason": "unpaid", "owner": "billing"});
    for (path, body, line, begun) in [
        (
            "/batch/register",
            json!({"targets": (1..=6).map(registered).collect::<Vec<_>>()}),
            "name House 1",
            6,
        ),
        ("/batch/block", json!({"targets": places}), "shutdown", 1),
        ("/batch/suspend", suspend, "shutdown", 1),
    ] {
        let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
        let home = Home::new(&sim, "on");
        killed_at(&sim, &home, path, body, line).await;
        sim.stop_telnet().await;
        let daemon = home.start().await;
        let job = daemon.job_beyond(&UNDER_WAY).await;
        assert_eq!(job["state"], "pending", "{path}: {job}");
        assert_eq!(
            field(&job, "error_code")[..begun],
            vec![json!("outcome_unknown"); begun],
            "{path}: {job}"
        );
        assert_eq!(field(&job, "success")[..begun], vec![json!(false); begun], "{path}: {job}");
        sim.start_telnet().await.unwrap();
        let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
        assert_eq!(field(&job, "state")[..begun], vec![json!("applied"); begun], "{path}: {job}");
        assert_eq!(job["state"], if begun == 6 { "done" } else { "partial" }, "{path}: {job}");
    }
}

/// Those that had begun are settled, the others begin; none stands in its own way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_had_begun_is_settled_and_the_rest_is_done() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let targets: Vec<Value> = (1..=20).map(registered).collect();
    killed_at(&sim, &home, "/batch/register", json!({"targets": targets}), "name House 4").await;
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!((&job["state"], &job["result"]["successful"]), (&json!("done"), &json!(20)), "{job}");
    // What they sent is told of them, not that another look found nothing to do.
    assert_eq!(field(&job, "state"), ["applied"; 20], "{job}");
    assert_eq!(standing(&sim), (20, 20));
    assert!(!home.log().contains(r#""level":"ERROR""#), "{}", home.log());
}

/// Cancelled a moment before: what had begun is settled and told as what it became.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_had_begun_of_a_cancelled_batch_is_not_told_as_cancelled() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let wish = json!({"targets": [super::named(1, "A"), super::named(2, "B")]});
    let (_, ()) = tokio::join!(daemon.try_send(Method::PUT, super::NAMES, Some(wish)), async {
        gate.reached().await.unwrap();
        let jobs = daemon.get("/jobs").await.body["data"].clone();
        let cancel = format!("/jobs/{}/cancel", jobs[0]["id"].as_str().unwrap());
        let (_, ()) = tokio::join!(daemon.try_send(Method::POST, &cancel, None), async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            daemon.signal("KILL");
        });
    });
    daemon.kill();
    drop(gate);
    sim.stop_telnet().await;
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    assert_eq!(job["state"], "pending", "{job}");
    assert_eq!(field(&job, "state"), ["unknown", "cancelled"], "{job}");
    sim.start_telnet().await.unwrap();
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!(field(&job, "state"), ["applied", "cancelled"], "{job}");
}
