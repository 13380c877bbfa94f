//! A dry run of a save is a plan like any other.

use std::time::Duration;

use oltd::jobs::SaveTimes;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Source, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Answer, Writer, WriterOptions, simulator, until};
use serde_json::{Value, json};

use super::daemon::Home;

const DRY: &str = "/system/save?dry_run=true";

/// Nothing is saved unless it is asked for.
async fn writer(scenario: &str) -> Writer {
    let never = Duration::from_secs(900);
    let save_times = Some(SaveTimes { quiet: never, at_most: never, wait_for_others: never });
    Writer::with(scenario, WriterOptions { save_times, ..WriterOptions::default() }).await
}

async fn name(writer: &Writer, name: &str) -> String {
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": name});
    let answer = writer.put("/onu-management/description", asked).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body["data"]["job"].as_str().unwrap().to_owned()
}

fn saves(writer: &Writer) -> usize {
    writer.sim.command_lines().iter().filter(|line| line.line == "write").count()
}

fn path(dry: &Answer) -> String {
    assert_eq!(dry.status, 200, "{}", dry.body);
    format!("/plans/{}", dry.body["data"]["plan"]["id"].as_str().unwrap())
}

async fn apply(writer: &Writer, plan: &str) -> Answer {
    writer.send(Method::POST, &format!("{plan}/apply"), None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_tells_what_is_owed_and_who_is_there_and_is_applied_once() {
    let people = format!("{SMALL}\n[[people]]\nuser = \"noc\"\naddress = \"192.0.2.7\"\n");
    let writer = writer(&people).await;
    let nothing = writer.post(DRY, json!({})).await;
    assert!(nothing.body["data"]["plan"]["checks"].to_string().contains("is saved"), "{}", nothing.body);
    let job = name(&writer, "A").await;
    let dry = writer.post(DRY, json!({})).await;
    let plan = &dry.body["data"]["plan"];
    assert_eq!(plan["lines"], json!([{"place": "#", "line": "write"}]), "{plan}");
    assert_eq!(plan["undo"], json!([{"line": "", "class": "impossible"}]), "{plan}");
    assert!(plan["checks"].to_string().contains(&format!("job {job}, `describe` of 1/1/1:1")), "{plan}");
    assert!(plan["warnings"].to_string().contains("noc from 192.0.2.7"), "{plan}");
    assert_eq!((plan.get("pon_port"), plan["expires_at"].is_string()), (None, true), "{plan}");
    assert_eq!(saves(&writer), 0, "nothing was sent");

    let path = path(&dry);
    assert_eq!(writer.get(&path).await.body["data"], dry.body["data"]);
    let applied = apply(&writer, &path).await;
    assert_eq!((applied.status, &applied.body["data"]["saved"]), (200, &json!(true)), "{}", applied.body);
    assert_eq!((saves(&writer), applied.body["data"]["steps"][0]["line"].as_str()), (1, Some("write")));
    let saved = writer.sim.device(|device| device.startup().cloned()).unwrap().unwrap();
    assert_eq!(saved.onus[&onu()].name, b"A");
    let job = writer.get(&format!("/jobs/{}", applied.body["data"]["job"].as_str().unwrap())).await;
    assert_eq!(
        (&job.body["data"]["kind"], &job.body["data"]["result"]),
        (&json!("save"), &applied.body["data"])
    );
    let again = apply(&writer, &path).await;
    assert_eq!((again.status, &again.body["error_code"]), (409, &json!("plan_applied")), "{}", again.body);
    assert_eq!(writer.get(&path).await.body["data"]["plan"]["applied_by"], applied.body["data"]["job"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_stale_once_more_is_owed_and_good_while_nothing_was_sent() {
    let writer = writer(SMALL).await;
    name(&writer, "A").await;
    let plan = path(&writer.post(DRY, json!({})).await);
    let job = name(&writer, "B").await;
    let stale = apply(&writer, &plan).await;
    assert_eq!((stale.status, &stale.body["error_code"]), (409, &json!("plan_stale")), "{}", stale.body);
    assert!(stale.body["error"].as_str().unwrap().contains(&job), "{}", stale.body);
    let plan = path(&writer.post(DRY, json!({})).await);
    writer.sim.stop_telnet().await;
    let away = apply(&writer, &plan).await;
    assert_eq!((away.status, &away.body["data"]["state"]), (503, &json!("unchanged")), "{}", away.body);
    assert_eq!(writer.get(&plan).await.body["data"]["plan"]["applied_by"], Value::Null);
    writer.sim.start_telnet().await.unwrap();
    let refused = LineEffect::Refuse("%Error 20200: no\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("write", refused)]);
    let mut refused = apply(&writer, &plan).await;
    while refused.status == 503 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        refused = apply(&writer, &plan).await;
    }
    assert_eq!(
        (refused.status, &refused.body["error_code"]),
        (422, &json!("olt_refused")),
        "{}",
        refused.body
    );
    let again = apply(&writer, &plan).await;
    assert_eq!(again.body["error_code"], "plan_applied", "what was sent is used up: {}", again.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_stale_once_the_olt_has_lost_what_it_was_to_save() {
    let writer = writer(SMALL).await;
    writer.sim.device(|device| device.save());
    let job = name(&writer, "A").await;
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    let plan = path(&writer.post(DRY, json!({})).await);
    writer.sim.reboot().await;
    let mut stale = apply(&writer, &plan).await;
    while stale.status == 503 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stale = apply(&writer, &plan).await;
    }
    assert_eq!((stale.status, &stale.body["error_code"]), (409, &json!("plan_stale")), "{}", stale.body);
    assert!(stale.body["error"].as_str().unwrap().contains(&job), "{}", stale.body);
    assert_eq!(saves(&writer), 0, "nothing was sent");
    assert_eq!(writer.get(&format!("/jobs/{job}")).await.body["data"]["state"], "lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_only_plans_are_let_through_it_is_planned() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "plan");
    let daemon = home.start().await;
    let plan = path(&daemon.send(Method::POST, DRY, None).await);
    let applied = daemon.send(Method::POST, &format!("{plan}/apply"), None).await;
    assert_eq!((applied.status, &applied.body["error_code"]), (403, &json!("forbidden")), "{}", applied.body);
    assert!(!sim.command_lines().iter().any(|line| line.line == "write"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_cut_off_by_the_end_is_not_pending_for_ever() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let plan = path(&daemon.send(Method::POST, DRY, None).await);
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("write".into())));
    let apply = format!("{plan}/apply");
    let asked = daemon.try_send(Method::POST, &apply, None);
    tokio::select! {
        _ = asked => panic!("it is held"),
        reached = gate.reached() => reached.unwrap(),
    }
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running"]).await;
    let told = (&job["state"], &job["result"]["state"], &job["error_code"]);
    assert_eq!(told, (&json!("failed"), &json!("unknown"), &json!("outcome_unknown")), "{job}");
    assert_eq!(daemon.get("/olts/sim").await.body["data"]["pending_plans"], 0);
    assert_eq!(daemon.get("/jobs?state=pending").await.body["data"], json!([]));
}
