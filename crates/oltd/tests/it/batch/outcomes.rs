//! One that fails harms no other.

use oltsim::{LineEffect, LineFault, SMALL, Stop};
use rig::{Writer, until};
use serde_json::json;

use super::{NAMES, at, each, job, job_in, name, named, serial, with};

fn no() -> LineEffect {
    LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn some_are_refused_and_all_others_done() {
    let writer = Writer::start(SMALL).await;
    writer.sim.set_line_faults(vec![LineFault::first("name B", no())]);
    let wish = json!({"targets": [
        named(1, "A"),
        named(2, "B"),
        named(9, "no such ONU"),
        with(named(3, "D"), json!({"expect_serial": "ZTEGFFFFFFFF"})),
        {"serial_number": "ZTEGFFFFFFF0", "name": "E"},
        named(4, "F"),
    ]});
    let answer = writer.put(NAMES, wish).await;
    assert_eq!(answer.status, 207, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!((&data["total"], &data["successful"], &data["failed"]), (&json!(6), &json!(2), &json!(4)));
    assert_eq!((&data["total_targets"], &data["success_count"]), (&json!(6), &json!(2)), "{data}");
    assert_eq!(
        each(&answer, "error_code"),
        [
            json!(null),
            json!("olt_refused"),
            json!("onu_not_found"),
            json!("identity_mismatch"),
            json!("onu_not_found"),
            json!(null)
        ]
    );
    let error = data["results"][1]["error"].as_str().unwrap();
    assert!(error.contains("62330-GPONSRV"), "{error}");
    assert_eq!((name(&writer.sim, 1), name(&writer.sim, 4)), ("A".into(), "F".into()));
    let told = writer.get(&format!("/jobs/{}", job(&answer))).await.body["data"].clone();
    assert_eq!(told["state"], "partial", "{told}");
    assert_eq!(told["result"], *data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_done() {
    let writer = Writer::start(SMALL).await;
    let answer = writer.put(NAMES, json!({"targets": [named(9, "A"), named(10, "B")]})).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (422, &json!("none_done")), "{}", answer.body);
    assert_eq!(answer.body["data"]["failed"], 2);
    let told = writer.get(&format!("/jobs/{}", job(&answer))).await.body["data"].clone();
    assert_eq!((&told["state"], &told["error_code"]), (&json!("failed"), &json!("none_done")), "{told}");
    assert!(writer.configured().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_wishes_for_one_onu_keep_their_order() {
    let writer = Writer::start(SMALL).await;
    let serial = serial(&writer.sim, 1);
    let wish = json!({"targets": [
        {"serial_number": serial, "name": "A"},
        named(1, "B"),
        {"serial_number": serial, "name": "C"},
    ]});
    let answer = writer.put(NAMES, wish).await;
    assert_eq!(each(&answer, "state"), ["applied"; 3], "{}", answer.body);
    assert_eq!(writer.configured(), ["name A", "name B", "name C"]);
}

/// Who comes while a batch runs waits for one of its targets, not for all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_write_between_two_targets() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(oltsim::AtLine::Begins("name A".into())));
    let wish = json!({"targets": [named(1, "A"), named(2, "B"), named(3, "C"), named(4, "D")]});
    let (batch, single) = tokio::join!(writer.put(NAMES, wish), async {
        gate.reached().await.unwrap();
        let (single, ()) =
            tokio::join!(writer.put("/onu-management/description", named(7, "between")), async {
                until(async || writer.get("/jobs").await.body["data"].as_array().unwrap().len() == 2).await;
                // Its turn is asked for.
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                drop(gate);
            });
        single
    });
    assert_eq!((batch.status, single.status), (200, 200), "{} {}", batch.body, single.body);
    let lines = writer.configured();
    assert!(lines.iter().position(|line| line == "name between").unwrap() <= 2, "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_pending_is_settled_and_the_batch_with_it() {
    let writer = Writer::start(SMALL).await;
    writer.sim.set_line_faults(vec![LineFault::first("name B", LineEffect::CutAfter)]);
    // The answer is lost, and the OLT lets nobody in for a while.
    let mut gate = writer.sim.hold(Stop::Line(oltsim::AtLine::Begins("name B".into())));
    let wish = json!({"targets": [named(1, "A"), named(2, "B")]});
    let (answer, ()) = tokio::join!(writer.put(NAMES, wish), async {
        gate.reached().await.unwrap();
        writer.sim.stop_telnet().await;
        drop(gate);
    });
    let whole = job(&answer);
    let told = job_in(&writer, &whole, &["pending"]).await;
    assert_eq!(told["result"]["results"][1]["error_code"], "outcome_unknown", "{told}");
    writer.sim.start_telnet().await.unwrap();
    let told = job_in(&writer, &whole, &["done"]).await;
    assert_eq!(told["result"]["results"][1]["state"], "applied", "{told}");
    assert_eq!(told["result"]["successful"], 2, "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_settles_what_waits_of_a_batch() {
    let writer = Writer::start(SMALL).await;
    writer.sim.set_line_faults(vec![LineFault::first("description b", no())]);
    let both = |onu| with(at(onu), json!({"name": "A", "description": "b"}));
    let answer = writer.put(NAMES, json!({"targets": [both(1), both(2)], "on_refusal": "keep"})).await;
    assert_eq!(each(&answer, "state"), ["partial", "applied"], "{}", answer.body);
    let path = format!("/jobs/{}/settle", job(&answer));
    let settled = writer.post(&path, json!({"how": "finish"})).await;
    assert_eq!(
        (settled.status, each(&settled, "state")),
        (200, vec!["applied".into(); 2]),
        "{}",
        settled.body
    );
    let again = writer.post(&path, json!({"how": "finish"})).await;
    assert_eq!((again.status, &again.body["error_code"]), (409, &json!("job_settled")), "{}", again.body);
}
