//! Over several OLTs.

use oltd::app::Site;
use oltd::writing::Writes;
use oltsim::{SMALL, Stop};
use rig::{Writer, WriterOptions, configured};
use serde_json::json;

use super::{NAMES, each, job, name, named, other, serial, two, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_olt_has_its_own_pace() {
    let writer = two().await;
    // While the first is in the middle of a line, the second does all that it has to.
    let mut gate = writer.sim.hold(Stop::Line(oltsim::AtLine::Begins("name A".into())));
    let on = |onu, name, olt| with(named(onu, name), json!({"olt": olt}));
    let wish = json!({"targets": [on(1, "A", "sim"), on(1, "B", "sim2"), on(2, "C", "sim2")]});
    let (answer, ()) = tokio::join!(writer.put(NAMES, wish), async {
        gate.reached().await.unwrap();
        rig::until(async || configured(&writer.others[0]) == ["name B", "name C"]).await;
        drop(gate);
    });
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer, "olt"), ["sim", "sim2", "sim2"]);
    let whole = job(&answer);
    let shown = writer.get(&format!("/olts/sim2/jobs/{whole}")).await.body["data"].clone();
    assert_eq!(shown["olt"], json!(null), "{shown}");
    assert_eq!(shown["result"]["results"].as_array().unwrap().len(), 2, "{shown}");
    for (path, jobs) in [("/olts/sim/jobs", 1), ("/jobs?olt=sim2", 1), ("/jobs", 1)] {
        assert_eq!(writer.get(path).await.body["data"].as_array().unwrap().len(), jobs, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_onu_is_found_on_whichever_olt_it_stands() {
    let writer = two().await;
    let mut targets = Vec::new();
    for (nr, sim) in [&writer.sim, &writer.others[0]].into_iter().enumerate() {
        for onu in [1, 2, 3] {
            targets.push(json!({"serial_number": serial(sim, onu), "name": format!("House {nr}{onu}")}));
        }
    }
    targets.push(json!({"serial_number": "ZTEGFFFFFFF0", "name": "nobody"}));
    let answer = writer.put(NAMES, json!({"targets": targets})).await;
    assert_eq!(answer.status, 207, "{}", answer.body);
    assert_eq!(each(&answer, "olt")[..6], ["sim", "sim", "sim", "sim2", "sim2", "sim2"]);
    assert_eq!(answer.body["data"]["results"][6]["error_code"], "onu_not_found", "{}", answer.body);
    for onu in [1, 2, 3] {
        assert_eq!(name(&writer.sim, onu), format!("House 0{onu}"));
        assert_eq!(name(&writer.others[0], onu), format!("House 1{onu}"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_serial_number_on_two_olts_is_nobodys() {
    let options = WriterOptions { others: vec![SMALL.to_owned()], ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let target = json!({"serial_number": serial(&writer.sim, 1), "name": "A"});
    let answer = writer.put(NAMES, json!({"targets": [target]})).await;
    assert_eq!((answer.status, each(&answer, "error_code")), (422, vec!["serial_ambiguous".into()]));
    let error = answer.body["data"]["results"][0]["error"].as_str().unwrap();
    assert!(error.contains("sim 1/1/1:1") && error.contains("sim2 1/1/1:1"), "{error}");
    // With its OLT it is one.
    let target = json!({"serial_number": serial(&writer.sim, 1), "name": "A", "olt": "sim2"});
    let answer = writer.put(NAMES, json!({"targets": [target]})).await;
    assert_eq!((answer.status, name(&writer.others[0], 1)), (200, "A".into()), "{}", answer.body);
    assert!(writer.configured().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn below_an_olt_all_are_of_it() {
    let writer = two().await;
    let path = format!("/olts/sim2{NAMES}");
    let answer = writer.put(&path, json!({"targets": [named(1, "A")]})).await;
    assert_eq!((answer.status, name(&writer.others[0], 1)), (200, "A".into()), "{}", answer.body);
    let other = with(named(1, "B"), json!({"olt": "sim"}));
    let answer = writer.put(&path, json!({"targets": [named(1, "A"), other]})).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.body["error"].as_str().unwrap().starts_with("targets[1]: olt:"), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_written_to_is_said_before_anything_is_sent() {
    let site: fn(Site) -> Site = |site| match site.olt.id() {
        "sim2" => Site { writes: Writes::Off, ..site },
        _ => site,
    };
    let options = WriterOptions { others: vec![other()], site: Some(site), ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let on = |onu, olt| with(named(onu, "A"), json!({"olt": olt}));
    let answer = writer.put(NAMES, json!({"targets": [on(1, "sim"), on(1, "sim2")]})).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (403, &json!("forbidden")), "{}", answer.body);
    assert!(answer.body["error"].as_str().unwrap().starts_with("targets[1]: sim2"), "{}", answer.body);
    let held = writer.post("/olts/sim/hold", json!({"reason": "by hand"})).await;
    assert_eq!(held.status, 200, "{}", held.body);
    let answer = writer.put(NAMES, json!({"targets": [on(1, "sim")]})).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (503, &json!("held")), "{}", answer.body);
    assert!(writer.configured().is_empty());
    assert_eq!(writer.get("/jobs").await.body["data"], json!([]));
}
