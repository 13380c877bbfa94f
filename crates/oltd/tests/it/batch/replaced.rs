//! A later suspend or resume of the same owner takes the place of one that has not begun.

use oltsim::{AtLine, SMALL, Simulator, Source, Stop};
use reqwest::Method;
use rig::{Answer, Writer, simulator, until};
use serde_json::{Value, json};

use super::later::in_seconds;
use super::{each, job, job_in, named, place, serial};
use crate::writes::daemon::{Daemon, Home};

const ENDED: [&str; 4] = ["done", "failed", "partial", "cancelled"];

fn enabled(sim: &Simulator, onu: u8) -> bool {
    sim.device(|device| device.onu(place(onu)).unwrap().configured.enabled).unwrap()
}

/// The lines that suspend or resume.
fn shut(writer: &Writer) -> Vec<String> {
    writer.configured().into_iter().filter(|line| line.contains("shutdown")).collect()
}

async fn begun(writer: &Writer, path: &str, wish: Value) -> String {
    let request = reqwest::Client::new().post(format!("{}/api/v1{path}", writer.base));
    let answer = request.header("prefer", "respond-async").json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202, "{path}");
    let body = answer.json().await.unwrap();
    job(&Answer { status: 202, body, location: None })
}

fn suspend(targets: &[Value], owner: &str, when: &Value) -> Value {
    let mut wish = json!({"targets": targets, "owner": owner, "reason": "unpaid"});
    wish.as_object_mut().unwrap().extend(when.as_object().unwrap().clone());
    wish
}

fn by_serial(sim: &Simulator, onu: u8) -> Value {
    json!({"serial_number": serial(sim, onu)})
}

async fn resume(writer: &Writer, onu: u8, owner: &str) -> Answer {
    // By its place, so that nothing is asked of the OLT before it is a job.
    let wish = json!({"owner": owner, "expect_serial": serial(&writer.sim, onu)});
    writer.post(&format!("/onu/1-1-1/{onu}/resume"), wish).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_pays_before_the_tenth_is_not_cut_off_on_it() {
    let writer = Writer::start(SMALL).await;
    let targets = [1, 2].map(|onu| by_serial(&writer.sim, onu));
    let tenth = json!({"not_before": in_seconds(4)});
    let whole = begun(&writer, "/batch/suspend", suspend(&targets, "billing", &tenth)).await;
    let others = begun(&writer, "/batch/suspend", suspend(&targets[..1], "abuse", &tenth)).await;
    let paid = resume(&writer, 1, "billing").await;
    let data = &paid.body["data"];
    assert_eq!((paid.status, &data["state"]), (200, &json!("unchanged")), "{}", paid.body);
    assert_eq!(data["suspended_by"], json!([]), "{}", paid.body);
    assert!(data["warnings"].to_string().contains(&whole), "{}", paid.body);
    let told = writer.get(&format!("/jobs/{whole}")).await.body["data"].clone();
    let results = &told["result"]["results"];
    assert_eq!((&told["state"], &results[0]["state"]), (&json!("queued"), &json!("cancelled")), "{told}");
    assert_eq!(results[0]["error_code"], "cancelled", "{told}");
    assert!(results[0]["error"].as_str().unwrap().contains(&job(&paid)), "{told}");
    assert_eq!(told["progress"], json!({"done": 1, "total": 2}), "{told}");
    // Whoever held nothing and had nothing queued is told so as before.
    let nothing = resume(&writer, 3, "billing").await;
    assert_eq!((nothing.status, &nothing.body["error_code"]), (409, &json!("not_held")), "{}", nothing.body);
    assert_eq!(shut(&writer), [""; 0]);
    // On the tenth the others are done: he who has not paid, and what another owner wants.
    let told = job_in(&writer, &whole, &ENDED).await;
    assert_eq!(told["state"], "partial", "{told}");
    let results = told["result"]["results"].as_array().unwrap();
    assert_eq!(
        results.iter().map(|one| &one["state"]).collect::<Vec<_>>(),
        ["cancelled", "applied"],
        "{told}"
    );
    assert_eq!(job_in(&writer, &others, &ENDED).await["state"], "done");
    let held = writer.get("/holds").await.body["data"].clone();
    let mut owners: Vec<_> =
        held.as_array().unwrap().iter().map(|hold| hold["owner"].as_str().unwrap()).collect();
    owners.sort_unstable();
    assert_eq!(owners, ["abuse", "billing"], "{held}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_batch_takes_the_place_of_all_and_the_first_ends_at_once() {
    let writer = Writer::start(SMALL).await;
    let targets = [1, 2].map(|onu| by_serial(&writer.sim, onu));
    let far = json!({"not_before": in_seconds(3_600)});
    let whole = begun(&writer, "/batch/suspend", suspend(&targets, "billing", &far)).await;
    // One is named by its place now, and the second twice, which is no matter between the two.
    let at = json!({"pon_port": "1/1/1", "onu_id": 1, "expect_serial": serial(&writer.sim, 1)});
    let targets = [at, targets[1].clone(), targets[1].clone()];
    let answer = writer.post("/batch/suspend", suspend(&targets, "billing", &json!({}))).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer, "state"), ["applied", "applied", "unchanged"], "{}", answer.body);
    assert!(each(&answer, "warnings")[0].to_string().contains(&whole), "{}", answer.body);
    let told = job_in(&writer, &whole, &ENDED).await;
    assert_eq!((&told["state"], &told["error_code"]), (&json!("cancelled"), &json!("cancelled")), "{told}");
    for result in told["result"]["results"].as_array().unwrap() {
        assert_eq!(result["state"], "cancelled", "{told}");
        assert!(result["error"].as_str().unwrap().contains(&job(&answer)), "{told}");
    }
    // What failed to be done is no reason for the first wish to come true.
    let whole = begun(
        &writer,
        "/batch/resume",
        json!({"targets": [targets[1]], "owner": "billing",
        "not_before": in_seconds(3_600)}),
    )
    .await;
    let mut gone = targets[0].clone();
    gone["expect_serial"] = json!(serial(&writer.sim, 2));
    let failed = writer.post("/batch/suspend", suspend(&[gone], "billing", &json!({}))).await;
    assert_eq!(each(&failed, "error_code"), ["identity_mismatch"], "{}", failed.body);
    let told = writer.get(&format!("/jobs/{whole}")).await.body["data"].clone();
    assert_eq!(told["state"], "cancelled", "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_runs_to_its_end() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("shutdown".into())));
    let targets = [by_serial(&writer.sim, 1)];
    let (suspended, resumed) =
        tokio::join!(writer.post("/batch/suspend", suspend(&targets, "billing", &json!({}))), async {
            gate.reached().await.unwrap();
            let (resumed, ()) = tokio::join!(resume(&writer, 1, "billing"), async {
                until(async || writer.get("/jobs?kind=resume").await.body["data"][0]["state"] == "queued")
                    .await;
                drop(gate);
            });
            resumed
        });
    assert_eq!(each(&suspended, "state"), ["applied"], "{}", suspended.body);
    assert_eq!(
        (resumed.status, &resumed.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        resumed.body
    );
    assert_eq!(shut(&writer), ["shutdown", "no shutdown"]);
    assert!(enabled(&writer.sim, 1));
}

/// A job of its own that waits for its turn is as queued as one that was put off.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_waits_for_its_turn_is_replaced() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let who = serial(&writer.sim, 1);
    let suspension = |owner: &str| {
        let wish = json!({"owner": owner, "reason": "unpaid", "expect_serial": who});
        writer.post("/onu/1-1-1/1/suspend", wish)
    };
    let (_, (suspended, others, resumed)) =
        tokio::join!(writer.put("/onu-management/description", named(1, "A")), async {
            gate.reached().await.unwrap();
            let waits = async |kind: &str, owner: &str| {
                until(async || {
                    let jobs = writer.get(&format!("/jobs?kind={kind}")).await.body["data"].clone();
                    jobs.as_array().unwrap().iter().any(|job| job["owner"] == owner)
                })
                .await;
            };
            tokio::join!(suspension("billing"), suspension("abuse"), async {
                waits("suspend", "billing").await;
                waits("suspend", "abuse").await;
                let (resumed, ()) = tokio::join!(resume(&writer, 1, "billing"), async {
                    until(async || {
                        let jobs = writer.get("/jobs?state=cancelled").await.body["data"].clone();
                        jobs[0]["owner"] == "billing"
                    })
                    .await;
                    drop(gate);
                });
                resumed
            })
        });
    assert_eq!((suspended.status, &suspended.body["error_code"]), (409, &json!("cancelled")));
    assert!(suspended.body["error"].as_str().unwrap().contains(&job(&resumed)), "{}", suspended.body);
    assert_eq!((others.status, &others.body["data"]["state"]), (200, &json!("applied")), "{}", others.body);
    assert_eq!((resumed.status, &resumed.body["data"]["state"]), (200, &json!("unchanged")));
    assert_eq!(resumed.body["data"]["suspended_by"], json!(["abuse"]), "{}", resumed.body);
}

/// What is tried again and again while an OLT is down is not done once it is back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_an_olt_that_is_down_is_replaced() {
    let writer = Writer::start(SMALL).await;
    let at = json!({"pon_port": "1/1/1", "onu_id": 1, "serial_number": serial(&writer.sim, 1)});
    writer.sim.stop_telnet().await;
    let while_down = json!({"until": in_seconds(600)});
    let first =
        begun(&writer, "/batch/suspend", suspend(std::slice::from_ref(&at), "billing", &while_down)).await;
    job_in(&writer, &first, &["running"]).await;
    let second = json!({"targets": [at], "owner": "billing", "until": in_seconds(600)});
    let second = begun(&writer, "/batch/resume", second).await;
    let told = job_in(&writer, &first, &ENDED).await;
    assert_eq!(told["state"], "cancelled", "{told}");
    assert!(told["result"]["results"][0]["error"].as_str().unwrap().contains(&second), "{told}");
    writer.sim.start_telnet().await.unwrap();
    let told = job_in(&writer, &second, &ENDED).await;
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(told["result"]["results"][0]["state"], "unchanged", "{told}");
    assert_eq!(shut(&writer), [""; 0]);
}

async fn post(daemon: &Daemon<'_>, path: &str, body: Value) -> Answer {
    daemon.send(Method::POST, path, Some(body)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_a_restart() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let targets = [1, 2, 3].map(|onu| by_serial(&sim, onu));
    let far = json!({"not_before": in_seconds(3_600)});
    let asked = (Method::POST, "/batch/suspend", Some(suspend(&targets, "billing", &far)));
    let asked = daemon.send_under("k", asked);
    let path = |onu| format!("/onu/sn/{}/resume", serial(&sim, onu));
    let (_, ()) = tokio::join!(asked, async {
        until(async || daemon.get("/jobs").await.body["data"][0]["state"] == "queued").await;
        let paid = post(&daemon, &path(1), json!({"owner": "billing"})).await;
        assert_eq!(paid.status, 200, "{}", paid.body);
        daemon.signal("KILL");
    });
    daemon.kill();
    let daemon = home.start().await;
    let whole = daemon.get("/jobs?kind=batch_suspend").await.body["data"][0].clone();
    assert_eq!((&whole["state"], &whole["progress"]["done"]), (&json!("queued"), &json!(1)), "{whole}");
    let paid = post(&daemon, &path(2), json!({"owner": "billing"})).await;
    assert_eq!((paid.status, &paid.body["data"]["state"]), (200, &json!("unchanged")), "{}", paid.body);
    let other = post(&daemon, &path(3), json!({"owner": "abuse"})).await;
    assert_eq!(other.body["error_code"], "not_held", "{}", other.body);
    let paid = post(&daemon, "/batch/resume", json!({"targets": targets[2..], "owner": "billing"})).await;
    assert_eq!(paid.status, 200, "{}", paid.body);
    let ended = format!("/jobs/{}", whole["id"].as_str().unwrap());
    until(async || daemon.get(&ended).await.body["data"]["state"] == "cancelled").await;
    assert!(!rig::configured(&sim).iter().any(|line| line.contains("shutdown")));
}
