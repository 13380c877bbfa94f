//! A batch tells how it ended whatever becomes of its parts afterwards, and whoever it was.

use std::time::Duration;

use oltd::jobs::SaveTimes;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::{Answer, Writer, WriterOptions, until};
use serde_json::{Value, json};

use super::{NAMES, each, job, job_in, named, serial};

/// A batch of two of which the second part is pending, since the OLT lets nobody in.
async fn half_pending(writer: &Writer) -> (String, Answer) {
    writer.sim.set_line_faults(vec![LineFault::first("name B", LineEffect::CutAfter)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name B".into())));
    let wish = json!({"targets": [named(1, "A"), named(2, "B")]});
    let (answer, ()) = tokio::join!(writer.put(NAMES, wish), async {
        gate.reached().await.unwrap();
        writer.sim.stop_telnet().await;
        drop(gate);
    });
    let whole = job(&answer);
    job_in(writer, &whole, &["pending"]).await;
    (whole, answer)
}

async fn accept(writer: &Writer, job: &str) -> Answer {
    writer.post(&format!("/jobs/{job}/settle"), json!({"how": "accept"})).await
}

/// Accepted as a whole, or its part alone: nothing of it is pending any more, nor is it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_accepted_ends_the_batch() {
    for by_the_whole in [true, false] {
        let writer = Writer::start(SMALL).await;
        let (whole, answer) = half_pending(&writer).await;
        let part = answer.body["data"]["results"][1]["job"].as_str().unwrap_or_default().to_owned();
        let accepted = accept(&writer, if by_the_whole { &whole } else { &part }).await;
        assert!([200, 207].contains(&accepted.status), "{}", accepted.body);
        let told = writer.get(&format!("/jobs/{whole}")).await.body["data"].clone();
        assert_eq!(told["state"], "partial", "{told}");
        let again = accept(&writer, &whole).await;
        assert_eq!((again.status, &again.body["error_code"]), (409, &json!("job_settled")), "{}", again.body);
        let said = again.body["error"].as_str().unwrap();
        assert!(said.contains("none of its jobs"), "{said}");
    }
}

/// What the OLT has lost of a batch is not done, and its batch does not say so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_ends_the_batch_anew() {
    const NEVER: Duration = Duration::from_secs(900);
    let save_times = Some(SaveTimes { quiet: NEVER, at_most: NEVER, wait_for_others: NEVER });
    let writer = Writer::with(SMALL, WriterOptions { save_times, ..WriterOptions::default() }).await;
    writer.sim.device(|device| device.save());
    let answer = writer.put(NAMES, json!({"targets": [named(1, "A"), named(2, "B")]})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let whole = job(&answer);
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    writer.sim.reboot().await;
    // A later write finds out.
    let mut later = writer.put("/onu-management/description", named(3, "C")).await;
    while later.status == 503 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        later = writer.put("/onu-management/description", named(3, "C")).await;
    }
    let told = job_in(&writer, &whole, &["partial"]).await;
    let states: Vec<&Value> =
        told["result"]["results"].as_array().unwrap().iter().map(|result| &result["state"]).collect();
    assert_eq!(states, ["lost", "lost"], "{told}");
    let gathered = writer.get("/jobs?kind=lost").await.body["data"][0]["id"].clone();
    let path = format!("/jobs/{}/settle", gathered.as_str().unwrap());
    let settled = writer.post(&path, json!({"how": "finish"})).await;
    assert!([200, 202].contains(&settled.status), "{}", settled.body);
    job_in(&writer, &whole, &["done"]).await;
}

/// All parts of a batch can be listed, however many there are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_are_listed_page_by_page() {
    let writer = Writer::start(SMALL).await;
    let answer = writer
        .put(
            NAMES,
            json!({"targets": [named(1, "A"), named(2, "B"), named(3, "C"), named(4, "D"), named(5, "E")]}),
        )
        .await;
    let mut listed = Vec::new();
    for page in 1..=4 {
        let path = format!("/jobs?parent={}&limit=2&page={page}", job(&answer));
        let page = writer.get(&path).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let jobs = page.body["data"].as_array().unwrap().clone();
        listed.push(jobs.len());
    }
    assert_eq!(listed, [2, 2, 1, 0]);
    assert_eq!(writer.get("/jobs?page=0").await.status, 400);
}

/// Where an OLT cannot be asked, each target is told about itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_looked_for_names_no_other() {
    let writer = Writer::start(SMALL).await;
    let serials: Vec<String> = (1..=3).map(|onu| serial(&writer.sim, onu)).collect();
    writer.sim.stop_telnet().await;
    let targets: Vec<Value> =
        serials.iter().map(|serial| json!({"serial_number": serial, "name": "A"})).collect();
    let answer = writer.put(NAMES, json!({"targets": targets})).await;
    for (error, own) in each(&answer, "error").iter().zip(&serials) {
        let error = error.as_str().unwrap();
        assert!(serials.iter().all(|serial| serial == own || !error.contains(serial)), "{own}: {error}");
        assert!(error.contains(own), "{own}: {error}");
    }
}

/// The PON port of a registration is named also where no number was chosen on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_named_pon_port_is_told() {
    let writer = Writer::start(SMALL).await;
    let target = json!({
        "pon_port": "1/1/2", "serial_number": "ZTEGB0000001", "onu_type": "ZTE-F660",
        "profile": {"dba_profile": "UP-10M", "vlan": 3999},
    });
    let body = json!({"targets": [target]});
    let answer = writer.post("/batch/register", body.clone()).await;
    assert_eq!(each(&answer, "pon_port"), ["1/1/2"], "{}", answer.body);
    assert_eq!(each(&answer, "onu_id"), [Value::Null], "{}", answer.body);
    let dry = writer.post("/batch/register?dry_run=true", body).await;
    assert_eq!((each(&dry, "pon_port"), each(&dry, "onu_id")), (vec!["1/1/2".into()], vec![Value::Null]));
}
