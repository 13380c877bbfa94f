//! A dry run sends nothing that changes anything.

use oltd::app::Site;
use oltd::writing::Writes;
use oltsim::SMALL;
use rig::{Writer, WriterOptions};
use serde_json::{Value, json};

use super::{NAMES, each, name, named, other, serial, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_be_done_is_told_of_each() {
    let site: fn(Site) -> Site = |site| Site { writes: Writes::Plan, ..site };
    let options = WriterOptions { site: Some(site), others: vec![other()], ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let on = |onu, name: &str| with(named(onu, name), json!({"olt": "sim", "ref": name}));
    let wish = json!({"targets": [
        on(1, "House 1"),
        on(1, &name(&writer.sim, 1)),
        on(9, "nobody"),
        {"serial_number": serial(&writer.others[0], 2), "name": "House 2"},
        {"serial_number": "ZTEGFFFFFFF0", "name": "nobody"},
    ]});
    let answer = writer.put(&format!("{NAMES}?dry_run=true"), wish).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer, "will"), ["change", "unchanged", "cannot", "change", "cannot"]);
    assert_eq!(each(&answer, "olt"), [json!("sim"), json!("sim"), json!("sim"), json!("sim2"), Value::Null]);
    let lines = answer.body["data"]["results"][0]["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["line"] == "name House 1"), "{lines:?}");
    assert_eq!(answer.body["data"]["results"][0]["after"]["name"], "House 1", "{}", answer.body);
    assert_eq!(answer.body["data"]["results"][2]["error_code"], "onu_not_found", "{}", answer.body);
    for sim in [&writer.sim, &writer.others[0]] {
        assert!(sim.command_lines().iter().all(|line| !line.configures && line.line != "configure terminal"));
    }
    assert_eq!(writer.get("/jobs").await.body["data"], json!([]), "nothing is kept");
}

/// Those of one PON are planned in one turn, by one reading of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn targets_of_a_pon_share_what_is_read_of_it() {
    let writer = Writer::start(SMALL).await;
    let asked = async |work: &dyn Fn(u8) -> Value| {
        writer.sim.reset_command_lines();
        let targets: Vec<Value> = (1..=7).map(work).collect();
        let wish = json!({"targets": targets});
        let answer = writer.put(&format!("{NAMES}?dry_run=true"), wish).await;
        assert_eq!(each(&answer, "will"), ["change"; 7], "{}", answer.body);
        writer.sim.command_lines().len()
    };
    // The first that is asked of an OLT logs in and learns.
    asked(&|onu| named(onu, "first")).await;
    let together = asked(&|onu| named(onu, &format!("House {onu}"))).await;
    writer.sim.reset_command_lines();
    for onu in 1..=7 {
        let path = "/onu-management/description?dry_run=true";
        assert_eq!(writer.put(path, named(onu, &format!("House {onu}"))).await.status, 200);
    }
    let alone = writer.sim.command_lines().len();
    assert_eq!((alone, together), (14, 8), "one line of the PON, and one of each ONU");
}

/// Several registrations without a number are planned as they would be made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_registration_is_planned_with_a_number_of_its_own() {
    let writer = Writer::start(SMALL).await;
    let wish = |nr: u32| {
        json!({
            "pon_port": "1/1/1", "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
            "profile": {"dba_profile": "UP-10M", "vlan": 100},
        })
    };
    let targets: Vec<Value> = (1..=20).map(wish).collect();
    let answer = writer
        .send(reqwest::Method::POST, "/batch/register?dry_run=true", Some(json!({"targets": targets})))
        .await;
    assert_eq!(each(&answer, "will"), ["change"; 20], "{}", answer.body);
    assert_eq!(each(&answer, "onu_id"), (8..28).collect::<Vec<_>>(), "{}", answer.body);
    assert!(writer.configured().is_empty());
}
