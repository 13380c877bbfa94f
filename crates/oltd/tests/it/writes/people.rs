//! Settling where people were at the OLT in between.

use std::time::{Duration, SystemTime};

use gpon::{OnuChange, OnuId, OnuRef, OnuTarget, OnuWish, RebootVia};
use oltd::store::{NewJob, NewPlan, StepEnd, Store, StoreSettings, Way};
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Source, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Answer, Writer, cli_of, olt_with, simulator, until};
use secrecy::{ExposeSecret, SecretSlice};
use serde_json::{Value, json};

use super::daemon::Home;

const DESCRIBE: &str = "/onu-management/description";
/// Longer than the first pause before something is settled.
const SETTLED: Duration = Duration::from_secs(7);

/// A name and a description for the ONU, of which the name was sent when the link was
/// lost and somebody else typed these lines. The answer to it.
async fn cut_while(writer: &Writer, typed: &[&str]) -> Answer {
    writer.sim.set_line_faults(vec![LineFault::first("description first", LineEffect::Cut)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("description first".into())));
    let wish = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
    let (answer, ()) = tokio::join!(writer.put(DESCRIBE, wish), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(typed);
        drop(gate);
    });
    answer
}

const BY_HAND: [&str; 3] = ["configure terminal", "interface gpon-onu_1/1/1:1", "description by hand"];

/// A job that waits for a person since somebody typed another description.
async fn pending() -> (Writer, String) {
    let writer = Writer::start(SMALL).await;
    let answer = cut_while(&writer, &BY_HAND).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (504, &json!("outcome_unknown")),
        "{}",
        answer.body
    );
    assert!(answer.body["data"]["warnings"].to_string().contains("description by hand"), "{}", answer.body);
    let job = answer.body["data"]["job"].as_str().unwrap().to_owned();
    (writer, job)
}

async fn settle(writer: &Writer, job: &str, how: &str) -> Answer {
    writer.post(&format!("/jobs/{job}/settle"), json!({"how": how})).await
}

async fn state(writer: &Writer, job: &str) -> Value {
    writer.get(&format!("/jobs/{job}")).await.body["data"]["state"].clone()
}

/// Name and description of the ONU.
fn named(writer: &Writer) -> (String, String) {
    let onu = writer.sim.device(|device| device.onu(onu()).unwrap().configured.clone()).unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&onu.name), text(&onu.description))
}

fn both(name: &str, description: &str) -> (String, String) {
    (name.to_owned(), description.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_can_explain_waits_for_a_person_and_locks_its_onu_alone() {
    let (writer, job) = pending().await;
    let sent = writer.configured().len();
    tokio::time::sleep(SETTLED).await;
    assert_eq!((state(&writer, &job).await, writer.configured().len()), (json!("pending"), sent));
    assert_eq!(writer.get("/olts/sim").await.body["data"]["pending_plans"], 1);
    let same = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 8"});
    let locked = writer.put(DESCRIBE, same).await;
    assert_eq!((locked.status, &locked.body["error_code"]), (409, &json!("locked")), "{}", locked.body);
    assert!(locked.body["message"].as_str().unwrap().contains(&job), "{}", locked.body);
    let other = writer.put(DESCRIBE, json!({"pon_port": "1/1/1", "onu_id": 2, "name": "House 8"})).await;
    assert_eq!(other.body["data"]["state"], "applied", "{}", other.body);
    let finished = settle(&writer, &job, "finish").await;
    assert_eq!(
        (finished.status, &finished.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        finished.body
    );
    assert_eq!((named(&writer), state(&writer, &job).await), (both("House 7", "first floor"), json!("done")));
    let again = settle(&writer, &job, "undo").await;
    assert_eq!((again.status, &again.body["error_code"]), (409, &json!("job_settled")), "{}", again.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undone_is_what_is_the_plans_alone() {
    let (writer, job) = pending().await;
    let undone = settle(&writer, &job, "undo").await;
    assert_eq!(
        (undone.status, &undone.body["data"]["state"]),
        (200, &json!("rolled_back")),
        "{}",
        undone.body
    );
    assert_eq!(
        (named(&writer), state(&writer, &job).await),
        (both("Budi Santoso", "by hand"), json!("failed"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_accepted_stays_and_is_free() {
    let (writer, job) = pending().await;
    let sent = writer.configured().len();
    let accepted = settle(&writer, &job, "accept").await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    assert_eq!((named(&writer), writer.configured().len()), (both("House 7", "by hand"), sent));
    let told = writer.get(&format!("/jobs/{job}")).await.body["data"].clone();
    // Nobody knows what the OLT holds, and some of it was sent.
    assert_eq!((&told["state"], &told["result"]["state"]), (&json!("partial"), &json!("unknown")), "{told}");
    assert_eq!(
        (&told["error_code"], &told["result"]),
        (&json!("outcome_unknown"), &accepted.body["data"]),
        "{told}"
    );
    assert!(told["accepted"]["at"].is_string() && told["accepted"]["by"].is_null(), "{told}");
    let free = writer.put(DESCRIBE, json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 8"})).await;
    assert_eq!(free.body["data"]["state"], "applied", "{}", free.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finished_the_customer_by_hand_is_not_undone() {
    let writer = Writer::start(SMALL).await;
    let mut finished = BY_HAND;
    finished[2] = "description first floor";
    let answer = cut_while(&writer, &finished).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
    assert_eq!(named(&writer), both("House 7", "first floor"));
    let sent = writer.configured().iter().filter(|line| line.starts_with("description")).count();
    assert_eq!(sent, 1, "and it was not sent again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_onu_in_the_place_is_never_touched() {
    let writer = Writer::start(SMALL).await;
    let replaced = [
        "configure terminal",
        "interface gpon-olt_1/1/1",
        "no onu 1",
        "onu 1 type ZTE-F660 sn ZTEG0000BEEF",
        "exit",
        "interface gpon-onu_1/1/1:1",
        "name another customer",
        "description first floor",
    ];
    let answer = cut_while(&writer, &replaced).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (504, &json!("outcome_unknown")),
        "{}",
        answer.body
    );
    assert!(answer.body["data"]["warnings"].to_string().contains("ZTEG0000BEEF"), "{}", answer.body);
    let job = answer.body["data"]["job"].as_str().unwrap().to_owned();
    let (before, sent) =
        (writer.sim.device(|device| device.configuration()).unwrap(), writer.configured().len());
    assert!(before.onus[&onu()].name == b"another customer", "{:?}", before.onus[&onu()]);
    for how in ["finish", "undo"] {
        let answer = settle(&writer, &job, how).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (504, &json!("outcome_unknown")),
            "{how}: {}",
            answer.body
        );
    }
    tokio::time::sleep(SETTLED).await;
    assert_eq!(writer.sim.device(|device| device.configuration()).unwrap(), before);
    assert_eq!(writer.configured().len(), sent);
    assert_eq!(settle(&writer, &job, "accept").await.status, 200);
    assert_eq!(writer.configured().len(), sent);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_who_settle_it_at_once_do_not_both() {
    let (writer, job) = pending().await;
    let (finish, undo) = tokio::join!(settle(&writer, &job, "finish"), settle(&writer, &job, "undo"));
    let mut codes = [finish.status, undo.status];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{}: {}", finish.body, undo.body);
    let is =
        if finish.status == 200 { both("House 7", "first floor") } else { both("Budi Santoso", "by hand") };
    assert_eq!(named(&writer), is, "{}: {}", finish.body, undo.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_wanted_is_what_is_done_once_the_link_is_back() {
    let (writer, job) = pending().await;
    writer.sim.stop_telnet().await;
    let undone = settle(&writer, &job, "undo").await;
    assert_eq!(state(&writer, &job).await, "pending", "{}", undone.body);
    writer.sim.start_telnet().await.unwrap();
    until(async || state(&writer, &job).await != "pending").await;
    assert_eq!(
        (named(&writer), state(&writer, &job).await),
        (both("Budi Santoso", "by hand"), json!("failed"))
    );
}

/// Keeps in the store that this was begun an hour ago, and of it the first line sent.
async fn left(store: &Store, olt: &zte::Olt, change: &OnuChange) -> String {
    let plan = olt.plan(change).await.unwrap();
    let (id, then) = (oltd::jobs::new_id(), SystemTime::now() - Duration::from_secs(3600));
    let object = plan.at().to_string();
    let job = NewJob {
        id: &id,
        kind: plan.kind(),
        olt: "sim",
        caller: None,
        request_id: "r",
        reference: None,
        object: &object,
        total: 1,
        created_at: then,
    };
    store.add_job(&job).await.unwrap();
    store.start_job(&id, then).await.unwrap();
    let document = SecretSlice::from(plan.document().expose_secret().as_bytes().to_vec());
    let fingerprint = plan.fingerprint();
    let new = NewPlan {
        id: &id,
        job: Some(&id),
        olt: "sim",
        object: &object,
        kind: plan.kind(),
        fingerprint: &fingerprint,
        document: &document,
        created_at: then,
        expires_at: SystemTime::now(),
    };
    let steps = u16::try_from(plan.steps()).unwrap();
    store.begin_new(&new, &id, steps, then).await.unwrap();
    store.sending(&id, 0, Way::Forth, then).await.unwrap();
    let (state, answer) = (oltd::store::StepState::Done, SecretSlice::from(Vec::new()));
    let end = StepEnd { state, answer: &answer, took: Duration::ZERO };
    store.answered(&id, 0, Way::Forth, end, true, then).await.unwrap();
    id
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_job_waits_for_a_person_but_nobody_is_left_disabled() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let at = |id| OnuRef { pon: onu().pon, id: OnuId::new(id).unwrap() };
    let wish = OnuWish::Describe {
        name: Some("House 7".parse().unwrap()),
        description: Some("first floor".parse().unwrap()),
    };
    let olt = olt_with("sim", &sim, Some(cli_of(&sim))).await;
    let store = Store::open(&StoreSettings::new(home.path().join("data"))).await.unwrap();
    let reboot = OnuChange::new(OnuTarget::Place(at(1)), OnuWish::Reboot(RebootVia::Shutdown));
    let reboot = left(&store, &olt, &reboot).await;
    let describe = left(&store, &olt, &OnuChange::new(OnuTarget::Place(at(2)), wish)).await;
    store.close().await.unwrap();
    sim.type_as_somebody(&[
        "configure terminal",
        "interface gpon-onu_1/1/1:1",
        "shutdown",
        "exit",
        "interface gpon-onu_1/1/1:2",
        "name House 7",
    ]);
    let daemon = home.start().await;
    let state = async |job: &str| daemon.get(&format!("/jobs/{job}")).await.body["data"]["state"].clone();
    assert_eq!((state(&reboot).await, state(&describe).await), (json!("pending"), json!("pending")));
    until(async || state(&reboot).await != "pending").await;
    assert_eq!(state(&reboot).await, "done");
    assert!(sim.device(|device| device.onu(at(1)).unwrap().configured.enabled).unwrap());
    tokio::time::sleep(SETTLED).await;
    assert_eq!(state(&describe).await, "pending");
    let configured: Vec<_> =
        sim.command_lines().into_iter().filter(|line| line.configures).map(|line| line.line).collect();
    assert_eq!(configured, ["no shutdown"]);
    let finish = Some(json!({"how": "finish"}));
    let finished = daemon.send(Method::POST, &format!("/jobs/{describe}/settle"), finish).await;
    assert_eq!(
        (finished.status, &finished.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        finished.body
    );
    let description = sim.device(|device| device.onu(at(2)).unwrap().configured.description.clone()).unwrap();
    assert_eq!(description, b"first floor");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_enabled_by_hand_is_not_cut_off_once_more() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let olt = olt_with("sim", &sim, Some(cli_of(&sim))).await;
    let store = Store::open(&StoreSettings::new(home.path().join("data"))).await.unwrap();
    let reboot = OnuChange::new(OnuTarget::Place(onu()), OnuWish::Reboot(RebootVia::Shutdown));
    let job = left(&store, &olt, &reboot).await;
    store.close().await.unwrap();
    let daemon = home.start().await;
    let state = async || daemon.get(&format!("/jobs/{job}")).await.body["data"]["state"].clone();
    until(async || state().await != "pending").await;
    assert_eq!(state().await, "done");
    let configured: Vec<_> = sim.command_lines().into_iter().filter(|line| line.configures).collect();
    assert_eq!(configured, []);
}
