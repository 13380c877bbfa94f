//! What was changed is saved, by itself or by whom it is asked for.

use std::time::{Duration, SystemTime};

use oltd::app::Site;
use oltd::jobs::SaveTimes;
use oltd::store::{NewJob, Store, StoreSettings};
use oltd::writing::SaveMode;
use oltsim::{LineEffect, LineFault, SMALL};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Writer, WriterOptions, until};
use serde_json::{Value, json};

use super::daemon::Home;

const SOON: SaveTimes = SaveTimes {
    quiet: Duration::from_millis(50),
    at_most: Duration::from_millis(200),
    wait_for_others: Duration::from_millis(50),
};
const NEVER: SaveTimes =
    SaveTimes { quiet: Duration::from_secs(900), at_most: Duration::from_secs(900), ..SOON };

async fn writer(times: SaveTimes, scenario: &str) -> Writer {
    Writer::with(scenario, WriterOptions { save_times: Some(times), ..WriterOptions::default() }).await
}

async fn name(writer: &Writer, name: &str) -> Value {
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": name});
    let answer = writer.put("/onu-management/description", asked).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"].clone()
}

/// The name of the ONU that a restart would bring back.
fn saved_name(writer: &Writer) -> Vec<u8> {
    let saved = writer.sim.device(|device| device.startup().cloned()).unwrap();
    saved.and_then(|saved| saved.onus.get(&onu()).map(|onu| onu.name.clone())).unwrap_or_default()
}

async fn unsaved(writer: &Writer) -> Value {
    writer.get("/olts/sim").await.body["data"]["unsaved_changes"].clone()
}

async fn records(writer: &Writer) -> Vec<Value> {
    let store = writer.app.jobs().store().unwrap();
    let records = store.records("sim", "save", 100).await.unwrap();
    let document = |record: oltd::store::Record| {
        serde_json::from_slice(secrecy::ExposeSecret::expose_secret(&record.document)).unwrap()
    };
    records.into_iter().map(document).collect()
}

#[tokio::test]
async fn several_changes_are_saved_once() {
    // Longer than a change takes on the slowest machine.
    let quiet = Duration::from_secs(3);
    let writer = writer(SaveTimes { quiet, at_most: 10 * quiet, ..SOON }, SMALL).await;
    assert_eq!(unsaved(&writer).await, false);
    for text in ["A", "B", "C"] {
        assert_eq!(name(&writer, text).await["saved"], "pending");
    }
    assert_eq!(unsaved(&writer).await, true);
    assert_ne!(saved_name(&writer), b"C");
    until(async || saved_name(&writer) == b"C").await;
    until(async || unsaved(&writer).await == false && !records(&writer).await.is_empty()).await;
    let records = records(&writer).await;
    assert_eq!(records.len(), 1, "{records:?}");
    assert_eq!((&records[0]["state"], &records[0]["others"]), (&json!("applied"), &json!({"Ok": []})));
    assert_eq!(records[0]["jobs"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn others_who_are_logged_in_delay_it_once_and_stand_in_the_record() {
    let people = format!("{SMALL}\n[[people]]\nuser = \"noc\"\naddress = \"192.0.2.7\"\n");
    let writer = writer(SOON, &people).await;
    name(&writer, "A").await;
    until(async || saved_name(&writer) == b"A").await;
    until(async || !records(&writer).await.is_empty()).await;
    let records = records(&writer).await;
    assert_eq!(records[0]["others"]["Ok"], json!(["noc from 192.0.2.7"]), "{records:?}");
    let asked = writer.sim.command_lines().into_iter().filter(|line| line.line == "show users").count();
    assert_eq!(asked, 2, "before and behind the wait");
}

#[tokio::test]
async fn a_save_that_fails_is_owed_still() {
    let writer = writer(SOON, SMALL).await;
    writer
        .sim
        .set_line_faults(vec![LineFault::first("write", LineEffect::Refuse("%Error 20200: no\n".into()))]);
    name(&writer, "A").await;
    until(async || !records(&writer).await.is_empty()).await;
    assert_eq!(records(&writer).await[0]["state"], "refused");
    assert_eq!(unsaved(&writer).await, true);
    // Somebody does not wait for the next try.
    let answer = writer.post("/system/save", json!({})).await;
    assert_eq!((answer.status, &answer.body["data"]["saved"]), (200, &json!(true)), "{}", answer.body);
    assert_eq!(unsaved(&writer).await, false);
    assert_eq!(saved_name(&writer), b"A");
}

#[tokio::test]
async fn by_hand_alone_where_it_is_configured_so() {
    let site: fn(Site) -> Site = |site| Site { save: SaveMode::Manual, ..site };
    let options = WriterOptions { site: Some(site), save_times: Some(SOON), ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let first = name(&writer, "A").await;
    let job = async || {
        let job = writer.get(&format!("/jobs/{}", first["job"].as_str().unwrap())).await;
        job.body["data"]["result"]["saved"].clone()
    };
    assert_eq!((&first["saved"], &job().await), (&json!("manual"), &json!("manual")));
    assert_eq!(unsaved(&writer).await, true);
    // What is so already, or was refused, is lost with the rest.
    let again = name(&writer, "A").await;
    assert_eq!((&again["state"], &again["saved"]), (&json!("unchanged"), &json!("manual")));
    let other = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "B", "expect_serial": "ZTEGFFFFFFFF"});
    let other = writer.put("/onu-management/description", other).await;
    assert_eq!((other.status, &other.body["data"]["saved"]), (409, &json!("manual")), "{}", other.body);
    assert_eq!(writer.post("/system/save", json!({})).await.status, 200);
    assert_eq!((unsaved(&writer).await, saved_name(&writer)), (json!(false), b"A".to_vec()));
    assert_eq!(job().await, true);
    assert_eq!(name(&writer, "A").await["saved"], true);
}

#[tokio::test]
async fn what_somebody_else_saved_clears_nothing() {
    let writer = writer(NEVER, SMALL).await;
    name(&writer, "A").await;
    writer.sim.device(|device| device.save());
    assert_eq!(unsaved(&writer).await, true);
}

/// The OLT starts again before it was saved: the jobs are lost, are named, and one job
/// makes all of it anew.
#[tokio::test]
async fn what_a_restart_has_undone_is_lost_and_can_be_made_anew() {
    let writer = writer(NEVER, SMALL).await;
    let before = writer.sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
    writer.sim.device(|device| device.save());
    let jobs = [name(&writer, "A").await["job"].clone(), name(&writer, "B").await["job"].clone()];
    // It was looked at when the OLT started, before it did again.
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    writer.sim.reboot().await;
    assert_eq!(writer.sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap(), before);
    // The next change is followed by the next look.
    let asked = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "other"});
    until(async || writer.put("/onu-management/description", asked.clone()).await.status == 200).await;
    let state = async |job: &Value| {
        writer.get(&format!("/jobs/{}", job.as_str().unwrap())).await.body["data"]["state"].clone()
    };
    until(async || state(&jobs[0]).await == "lost").await;
    assert_eq!(state(&jobs[1]).await, "lost");
    let lost = writer.get(&format!("/jobs/{}", jobs[1].as_str().unwrap())).await;
    assert_eq!(lost.body["data"]["result"]["saved"], "manual", "{}", lost.body);
    until(async || !writer.get("/jobs?kind=lost").await.body["data"].as_array().unwrap().is_empty()).await;
    let gathered = writer.get("/jobs?kind=lost").await.body["data"][0].clone();
    assert_eq!(
        (&gathered["state"], &gathered["progress"]["total"]),
        (&json!("lost"), &json!(2)),
        "{gathered}"
    );
    let path = format!("/jobs/{}/settle", gathered["id"].as_str().unwrap());
    let settled = writer.post(&path, json!({"how": "finish"})).await;
    assert_eq!(
        (settled.status, &settled.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        settled.body
    );
    let shown = writer.sim.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap();
    assert_eq!(shown, b"B");
    assert_eq!(state(&jobs[0]).await, "done");
    let again = writer.post(&path, json!({"how": "finish"})).await;
    assert_eq!((again.status, &again.body["error_code"]), (409, &json!("job_settled")), "{}", again.body);
}

/// Who accepts that the OLT has lost them accepts each of them.
#[tokio::test]
async fn what_is_lost_may_be_accepted_at_once() {
    let writer = writer(NEVER, SMALL).await;
    writer.sim.device(|device| device.save());
    let jobs = [name(&writer, "A").await["job"].clone(), name(&writer, "B").await["job"].clone()];
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    writer.sim.reboot().await;
    let asked = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "other"});
    until(async || writer.put("/onu-management/description", asked.clone()).await.status == 200).await;
    until(async || !writer.get("/jobs?kind=lost").await.body["data"].as_array().unwrap().is_empty()).await;
    let gathered = writer.get("/jobs?kind=lost").await.body["data"][0]["id"].clone();
    let path = format!("/jobs/{}/settle", gathered.as_str().unwrap());
    let accepted = writer.post(&path, json!({"how": "accept"})).await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    for job in jobs.iter().chain([&gathered]) {
        let told = writer.get(&format!("/jobs/{}", job.as_str().unwrap())).await.body["data"].clone();
        assert_eq!((&told["state"], told["accepted"].is_object()), (&json!("lost"), true), "{told}");
    }
}

#[tokio::test]
async fn a_save_goes_on_as_its_job() {
    let writer = writer(NEVER, &SMALL.replacen("[cli]", "[cli]\nwrite_ms = 300", 1)).await;
    let client = reqwest::Client::new();
    let asked = client.post(format!("{}/api/v1/system/save", writer.base)).header("prefer", "respond-async");
    let answer = asked.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 202);
    let path = answer.headers()["location"].to_str().unwrap().strip_prefix("/api/v1").unwrap().to_owned();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(path, format!("/jobs/{}", body["data"]["job"].as_str().unwrap()));
    until(async || writer.get(&path).await.body["data"]["state"] == "done").await;
    let job = writer.get(&path).await.body["data"].clone();
    assert_eq!((&job["kind"], &job["result"]["state"]), (&json!("save"), &json!("applied")), "{job}");
}

/// The command that saves has no plan: whether it was sent before the end is not known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_save_that_was_cut_off_by_the_end_nothing_is_claimed() {
    let sim = rig::simulator(oltsim::Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let store = Store::open(&StoreSettings::new(home.path().join("data"))).await.unwrap();
    let ids = [oltd::jobs::new_id(), oltd::jobs::new_id()];
    for id in &ids {
        let job = NewJob {
            id,
            kind: "save",
            olt: "sim",
            caller: None,
            request_id: "",
            reference: None,
            object: "",
            total: 1,
            created_at: SystemTime::now(),
        };
        store.add_job(&job).await.unwrap();
    }
    store.start_job(&ids[0], SystemTime::now()).await.unwrap();
    store.close().await.unwrap();
    let daemon = home.start().await;
    for (id, known) in ids.iter().zip(["unknown", "unchanged"]) {
        let job = daemon.get(&format!("/jobs/{id}")).await.body;
        assert_eq!(
            (&job["data"]["state"], &job["data"]["result"]["state"]),
            (&json!("failed"), &json!(known)),
            "{job}"
        );
    }
}

/// Whoever saves does not save what the OLT had lost by then.
#[tokio::test]
async fn what_was_lost_before_a_save_is_not_taken_for_saved() {
    let writer = writer(NEVER, SMALL).await;
    writer.sim.device(|device| device.save());
    let job = name(&writer, "A").await["job"].clone();
    writer.sim.reboot().await;
    let saved = async || writer.post("/system/save", json!({})).await;
    until(async || saved().await.status == 200).await;
    let told = writer.get(&format!("/jobs/{}", job.as_str().unwrap())).await;
    assert_eq!(told.body["data"]["state"], "lost", "{}", told.body);
    assert_eq!(unsaved(&writer).await, false);
}

/// Changes ask the OLT for nothing but what they are about, whatever is to be saved.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_asks_for_nothing_besides() {
    const CHANGES: u64 = 20;
    let sim = rig::simulator(oltsim::Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let change = async |number: u64| {
        let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": format!("name {number}")});
        let answer = daemon.send(Method::PUT, "/onu-management/description", Some(asked)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    // It logs in, learns what the OLT is, and notes when that started.
    change(0).await;
    change(1).await;
    sim.reset_counters();
    for number in 0..CHANGES {
        change(number).await;
    }
    let counters = sim.counters();
    println!("{CHANGES} changes: {} requests, {} lines", counters.requests, counters.cli_commands);
    // Every 30 s it is looked whether the OLT has started again.
    assert!(counters.requests <= 3, "{counters:?}");
}

/// A line whose answer was lost is found to be done: a restart would lose it all the same.
#[tokio::test]
async fn what_was_found_to_be_done_is_owed_too() {
    let writer = writer(NEVER, SMALL).await;
    for (line, effect) in [("name A", LineEffect::CutAfter), ("name B", LineEffect::Say("hello\n".into()))] {
        writer.sim.set_line_faults(vec![LineFault::first(line, effect)]);
        let told = name(&writer, line.trim_start_matches("name ")).await;
        assert_eq!((&told["state"], &told["saved"]), (&json!("applied"), &json!("pending")), "{told}");
        let sent = writer.configured().iter().filter(|sent| *sent == line).count();
        assert_eq!((sent, unsaved(&writer).await), (1, json!(true)), "{line}");
        let job = writer.get(&format!("/jobs/{}", told["job"].as_str().unwrap())).await;
        assert_eq!(job.body["data"]["result"]["saved"], "pending", "{}", job.body);
        assert_eq!(writer.post("/system/save", json!({})).await.status, 200);
        assert_eq!(unsaved(&writer).await, false);
    }
}
