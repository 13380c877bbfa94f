//! What an OLT has lost, beside what was wished for since.

use std::time::Duration;

use oltd::jobs::SaveTimes;
use oltd::store::JobState;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::{Answer, Writer, WriterOptions, until};
use serde_json::{Value, json};

const DESCRIBE: &str = "/onu-management/description";
const NEVER: Duration = Duration::from_secs(900);

async fn writer() -> Writer {
    let save_times = Some(SaveTimes { quiet: NEVER, at_most: NEVER, wait_for_others: NEVER });
    Writer::with(SMALL, WriterOptions { save_times, ..WriterOptions::default() }).await
}

/// The job by which the ONU of this number got this name.
async fn named(writer: &Writer, id: u8, name: &str) -> String {
    let asked = json!({"pon_port": "1/1/1", "onu_id": id, "name": name});
    let mut answer = writer.put(DESCRIBE, asked.clone()).await;
    while answer.status == 503 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        answer = writer.put(DESCRIBE, asked.clone()).await;
    }
    assert_eq!(answer.body["data"]["state"], "applied", "{}", answer.body);
    answer.body["data"]["job"].as_str().unwrap().to_owned()
}

fn name(writer: &Writer, id: u8) -> String {
    let at = format!("1/1/1:{id}");
    let name = writer.sim.device(|device| {
        let onu = device.onus().find(|(place, _)| place.to_string() == at).unwrap().1;
        onu.configured.name.clone()
    });
    String::from_utf8(name.unwrap()).unwrap()
}

async fn job(writer: &Writer, id: &str) -> Value {
    writer.get(&format!("/jobs/{id}")).await.body["data"].clone()
}

async fn settle(writer: &Writer, id: &str, how: &str) -> Answer {
    let (status, body) = waited_for(writer, id, how, 60).await;
    Answer { status, body, location: None }
}

/// The same by somebody who waits for so many seconds.
async fn waited_for(writer: &Writer, id: &str, how: &str, seconds: u8) -> (u16, Value) {
    let url = format!("{}/api/v1/jobs/{id}/settle", writer.base);
    let asked = reqwest::Client::new().post(url).header("prefer", format!("wait={seconds}"));
    let answer = asked.json(&json!({"how": how})).send().await.unwrap();
    if answer.status() == 202 {
        assert!(answer.headers()["location"].to_str().unwrap().ends_with(id));
    }
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_wish_stands_and_what_was_taken_back_is_not_made() {
    let writer = writer().await;
    writer.sim.device(|device| device.save());
    let older = named(&writer, 1, "A").await;
    let no = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("description", no)]);
    let wish = json!({"pon_port": "1/1/1", "onu_id": 2, "name": "Z", "description": "z"});
    let undone = writer.put(DESCRIBE, wish).await;
    assert_eq!(undone.body["data"]["state"], "rolled_back", "{}", undone.body);
    let undone = undone.body["data"]["job"].as_str().unwrap().to_owned();
    let other = named(&writer, 2, "B").await;
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    writer.sim.reboot().await;
    let newer = named(&writer, 1, "C").await;
    until(async || job(&writer, &older).await["state"] == "lost").await;
    assert_eq!(job(&writer, &undone).await["state"], "failed", "there was nothing to lose");
    let gathered = writer.get("/jobs?kind=lost").await.body["data"][0].clone();
    assert_eq!(gathered["progress"]["total"], 2, "{gathered}");
    let gathered = gathered["id"].as_str().unwrap().to_owned();
    // However often it is asked for.
    for _ in 0..2 {
        let settled = settle(&writer, &gathered, "finish").await;
        assert_eq!(
            (settled.status, &settled.body["error_code"]),
            (500, &json!("partial_change")),
            "{}",
            settled.body
        );
        let remaining = settled.body["data"]["remaining"].as_array().unwrap().clone();
        assert_eq!(remaining.len(), 1, "{remaining:?}");
        let said = remaining[0].as_str().unwrap();
        assert!(said.starts_with(&older) && said.contains(&newer), "{said}");
        assert_eq!((name(&writer, 1), name(&writer, 2)), ("C".into(), "B".into()));
        let told = job(&writer, &gathered).await;
        assert_eq!((&told["state"], &told["result"]), (&json!("partial"), &settled.body["data"]), "{told}");
        for key in ["message", "error", "error_code"] {
            assert_eq!(told[key], settled.body[key], "{key}");
        }
    }
    assert_eq!(
        (&job(&writer, &older).await["state"], &job(&writer, &other).await["state"]),
        (&json!("lost"), &json!("done"))
    );
    // What is left of it is accepted with it.
    assert_eq!(settle(&writer, &gathered, "accept").await.status, 200);
    let told = job(&writer, &older).await;
    assert_eq!((&told["state"], told["accepted"].is_object()), (&json!("lost"), true), "{told}");
}

/// An ONU with this number in its serial number, on the PON port 1/1/2.
async fn registered(writer: &Writer, nr: u32, id: Option<u8>) -> Answer {
    let mut wish = json!({
        "pon_port": "1/1/2", "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
        "name": format!("House {nr}"), "profile": {"dba_profile": "UP-10M", "vlan": 100},
    });
    if let Some(id) = id {
        wish["onu_id"] = id.into();
    }
    let mut answer = writer.post("/onu/register", wish.clone()).await;
    while answer.status == 503 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        answer = writer.post("/onu/register", wish.clone()).await;
    }
    assert!([200, 201].contains(&answer.status), "{}", answer.body);
    answer
}

/// How many ONUs of 1/1/2 are named as those above.
fn standing(writer: &Writer) -> usize {
    let standing = writer.sim.device(|device| {
        let named = |name: &[u8]| name.starts_with(b"House ");
        device
            .pons()
            .get(&"1/1/2".parse().unwrap())
            .unwrap()
            .onus()
            .values()
            .filter(|onu| named(&onu.configured.name))
            .count()
    });
    standing.unwrap()
}

/// Only what is about the same place stands in the way of what is lost: no ONU that was
/// registered beside it since, and nobody who asked for the same once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_that_were_registered_since_stand_in_no_way() {
    for (id, left) in [(Some(99), 0), (None, 1)] {
        let writer = writer().await;
        writer.sim.device(|device| device.save());
        let first = registered(&writer, 1, None).await;
        let first = first.body["data"]["job"].as_str().unwrap().to_owned();
        for nr in 2..=3 {
            registered(&writer, nr, None).await;
        }
        let again = registered(&writer, 3, None).await;
        assert_eq!(again.body["data"]["state"], "unchanged", "{}", again.body);
        let store = writer.app.jobs().store().unwrap().clone();
        until(async || store.boot("sim").await.unwrap().is_some()).await;
        writer.sim.reboot().await;
        // Where it names no number it gets the one that the first had.
        let newer = registered(&writer, 4, id).await;
        let newer = newer.body["data"]["job"].as_str().unwrap().to_owned();
        until(async || job(&writer, &first).await["state"] == "lost").await;
        let gathered = writer.get("/jobs?kind=lost").await.body["data"][0].clone();
        let settled = settle(&writer, gathered["id"].as_str().unwrap(), "finish").await;
        let remaining = settled.body["data"]["remaining"].as_array().unwrap().clone();
        assert_eq!(remaining.len(), left, "{remaining:?}");
        for said in remaining {
            let said = said.as_str().unwrap();
            assert!(said.starts_with(&first) && said.contains(&newer) && said.contains("place"), "{said}");
        }
        assert_eq!(standing(&writer), 4 - left);
    }
}

/// Who settles much at once is told that it goes on, and it does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn much_that_is_settled_goes_on_by_itself() {
    let writer = writer().await;
    writer.sim.device(|device| device.save());
    let older = named(&writer, 1, "A").await;
    let store = writer.app.jobs().store().unwrap().clone();
    until(async || store.boot("sim").await.unwrap().is_some()).await;
    writer.sim.reboot().await;
    named(&writer, 2, "B").await;
    until(async || job(&writer, &older).await["state"] == "lost").await;
    let gathered = writer.get("/jobs?kind=lost").await.body["data"][0]["id"].as_str().unwrap().to_owned();
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let asked = waited_for(&writer, &gathered, "finish", 1);
    let ((status, body), ()) = tokio::join!(asked, async { gate.reached().await.unwrap() });
    assert_eq!(status, 202, "{body}");
    assert_eq!(body["data"]["job"], json!(gathered), "{body}");
    drop(gate);
    until(async || job(&writer, &gathered).await["state"] == "done").await;
    assert_eq!((name(&writer, 1), &job(&writer, &older).await["state"]), ("A".into(), &json!("done")));
}

/// An ONU is looked after that was told to start again, and its OLT starts again meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_meanwhile_stays_lost() {
    let writer = writer().await;
    let online =
        writer.sim.device(|device| device.onus().find(|(_, onu)| onu.is_online()).unwrap().0).unwrap();
    let asked = json!({"pon_port": online.pon.to_string(), "onu_id": online.id.get()});
    let answer = writer.post("/onu-management/reboot", asked).await;
    let id = answer.body["data"]["job"].as_str().unwrap().to_owned();
    let store = writer.app.jobs().store().unwrap().clone();
    let result = store.result(&id).await.unwrap().unwrap();
    let _ = store.end_job(&id, JobState::Lost, &result, std::time::SystemTime::now()).await.unwrap();
    until(async || store.duties().await.unwrap().is_empty()).await;
    assert_eq!(job(&writer, &id).await["state"], "lost");
}
