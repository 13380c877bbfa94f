//! Several at once: for one ONU one behind the other, whatever becomes of the first.

use std::time::Duration;

use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Writer, until};
use serde_json::{Value, json};

const DESCRIBE: &str = "/onu-management/description";

/// How many jobs of the server are under way.
async fn under_way(writer: &Writer) -> usize {
    let jobs = writer.get("/jobs").await.body["data"].clone();
    let is_under_way = |job: &&Value| job["finished_at"].is_null() && job["state"] != "pending";
    jobs.as_array().unwrap().iter().filter(is_under_way).count()
}

fn named(id: u8, name: &str) -> Value {
    json!({"pon_port": "1/1/1", "onu_id": id, "name": name})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_wish_for_an_onu_stands_though_the_link_was_lost_at_the_first() {
    let writer = Writer::start(SMALL).await;
    let serial = writer.sim.device(|device| device.onu(onu()).unwrap().configured.serial).unwrap();
    let meant = json!({"pon_port": "1/1/1", "onu_id": 1, "expect_serial": serial.to_string()});
    writer.sim.set_line_faults(vec![LineFault::first("shutdown", LineEffect::CutAfter)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("shutdown".into())));
    let block = writer.post("/onu-management/block", meant.clone());
    let unblock = async {
        gate.reached().await.unwrap();
        let (unblocked, ()) = tokio::join!(writer.post("/onu-management/unblock", meant.clone()), async {
            until(async || under_way(&writer).await == 2).await;
            // It may have got no further than to its place behind the first.
            tokio::time::sleep(Duration::from_millis(200)).await;
            drop(gate);
        });
        unblocked
    };
    let (block, unblock) = tokio::join!(block, unblock);
    for answer in [&block, &unblock] {
        assert_eq!(
            (answer.status, &answer.body["data"]["state"]),
            (200, &json!("applied")),
            "{}",
            answer.body
        );
    }
    let enabled = writer.sim.device(|device| device.onu(onu()).unwrap().configured.enabled).unwrap();
    assert!(enabled, "the last one who was told that it is done");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_behind_a_write_whose_end_is_not_known_is_locked_too() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let first = writer.put(DESCRIBE, named(1, "House 7"));
    let rest = async {
        gate.reached().await.unwrap();
        tokio::join!(writer.put(DESCRIBE, named(1, "House 8")), async {
            until(async || under_way(&writer).await == 2).await;
            writer.sim.stop_telnet().await;
            drop(gate);
        })
    };
    let (first, (second, ())) = tokio::join!(first, rest);
    let pending = writer.get("/jobs?state=pending").await;
    assert_eq!(pending.body["data"].as_array().unwrap().len(), 1, "{}: {}", first.body, pending.body);
    let job = pending.body["data"][0]["id"].as_str().unwrap();
    assert_eq!((second.status, &second.body["error_code"]), (409, &json!("locked")), "{}", second.body);
    assert!(second.body["error"].as_str().unwrap().contains(job), "{}", second.body);
    writer.sim.start_telnet().await.unwrap();
    until(async || writer.get("/jobs?state=pending").await.body["data"] == json!([])).await;
    let name = writer.sim.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap();
    assert_eq!(name, b"House 7");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_when_somebody_comes_to_hold_the_olt_is_not_begun() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let first = writer.put(DESCRIBE, named(1, "House 7"));
    let rest = async {
        gate.reached().await.unwrap();
        let (second, third, ()) = tokio::join!(
            writer.put(DESCRIBE, named(1, "House 8")),
            writer.put(DESCRIBE, named(2, "House 9")),
            async {
                until(async || under_way(&writer).await == 3).await;
                tokio::time::sleep(Duration::from_millis(200)).await;
                let held =
                    writer.send(Method::POST, "/olts/sim/hold", Some(json!({"reason": "by hand"}))).await;
                assert_eq!(held.status, 200, "{}", held.body);
                drop(gate);
            }
        );
        (second, third)
    };
    let (first, (second, third)) = tokio::join!(first, rest);
    assert_eq!(first.body["data"]["state"], "applied", "what runs ends: {}", first.body);
    for held in [second, third] {
        assert_eq!((held.status, &held.body["error_code"]), (503, &json!("held")), "{}", held.body);
    }
    assert_eq!(writer.configured(), ["name House 7"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_finds_an_onu_crowded_is_told_to_come_back() {
    const WAIT: usize = 16;
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let first = writer.put(DESCRIBE, named(1, "House 7"));
    let rest = async {
        gate.reached().await.unwrap();
        let many = (0..WAIT).map(|number| writer.put(DESCRIBE, named(1, &format!("House {number} B"))));
        let late = async {
            until(async || under_way(&writer).await == WAIT + 1).await;
            // Each has its job before it stands at its place.
            tokio::time::sleep(Duration::from_millis(500)).await;
            let away = writer.put(DESCRIBE, named(1, "House 9")).await;
            drop(gate);
            away
        };
        tokio::join!(futures::future::join_all(many), late)
    };
    let (first, (many, away)) = tokio::join!(first, rest);
    assert_eq!((away.status, &away.body["error_code"]), (503, &json!("olt_busy")), "{}", away.body);
    assert!([first].iter().chain(&many).all(|answer| answer.body["data"]["state"] == "applied"), "{many:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_applied_by_one_of_two_who_want_to() {
    let writer = Writer::start(SMALL).await;
    let planned = writer.put(&format!("{DESCRIBE}?dry_run=true"), named(1, "House 7")).await;
    let apply = format!("/plans/{}/apply", planned.body["data"]["plan"]["id"].as_str().unwrap());
    let (one, other) =
        tokio::join!(writer.send(Method::POST, &apply, None), writer.send(Method::POST, &apply, None));
    let mut codes = [one.status, other.status];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{}: {}", one.body, other.body);
    let refused = if one.status == 409 { one } else { other };
    assert_eq!(refused.body["error_code"], "plan_applied", "{}", refused.body);
    assert_eq!(writer.configured(), ["name House 7"]);
}
