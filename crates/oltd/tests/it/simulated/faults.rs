//! An OLT that loses packets, sends nonsense, or falls silent.

use std::time::Instant;

use gpon::PonPort;
use oltsim::{Fault, Source};
use serde_json::json;

use super::{BRIEF, FULL, Rig, brief_olt, column, olt_of, simulator};

fn faults(json: &str) -> Vec<Fault> {
    serde_json::from_str(json).unwrap()
}

#[tokio::test]
async fn a_lossy_link_gives_whole_lists() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = olt_of("sim", &sim).await;
    let pon = PonPort::new(1, 1).unwrap();
    let truth = olt.onus(pon).await.unwrap().value;
    sim.set_faults(faults(r#"[{"target":"snmp","kind":"drop","every":3}]"#)).unwrap();
    let lossy = olt.onus(pon).await.unwrap();
    assert_eq!(lossy.value, truth);
    assert_eq!(lossy.problems, []);
    assert!(olt.stats().retries > 0);
}

#[tokio::test]
async fn duplicates_and_cut_answers_change_nothing() {
    let rig = Rig::small().await;
    let truth = rig.body("/board/1/pon/1").await;
    for fault in [
        r#"[{"target":"snmp","kind":"duplicate"}]"#,
        r#"[{"target":"snmp","kind":"truncate","bytes":60,"every":2}]"#,
    ] {
        rig.sim.set_faults(faults(fault)).unwrap();
        rig.client.delete(format!("{}/api/v1/board/1/pon/1", rig.base)).send().await.unwrap();
        assert_eq!(rig.body("/board/1/pon/1").await, truth, "{fault}");
    }
}

#[tokio::test]
async fn an_agent_that_says_too_big_is_asked_for_less() {
    let text = FULL.replacen("[agent]", "[agent]\nmax_answer_bytes = 484\nbulk_overflow = \"too_big\"", 1);
    let sim = simulator(Source::Scenario(text)).await;
    let olt = olt_of("sim", &sim).await;
    let onus = olt.onus(PonPort::new(1, 1).unwrap()).await.unwrap();
    assert_eq!((onus.value.len(), onus.problems.as_slice()), (128, [].as_slice()));
    assert!(sim.counters().too_big > 0);
}

#[tokio::test]
async fn a_silent_olt_is_not_waited_for_twice_and_harms_no_other() {
    let (dead, alive) = (simulator(Source::Demo).await, simulator(Source::Demo).await);
    let olts = vec![brief_olt("dead", &dead, None).await, olt_of("alive", &alive).await];
    let rig = Rig::of(dead, olts).await;
    rig.sim.set_faults(faults(r#"[{"target":"snmp","kind":"silence"}]"#)).unwrap();
    let first = rig.get("/olts/dead/board/1/pon/1");
    let (first, other) = tokio::join!(first, rig.get("/olts/alive/board/1/pon/1"));
    assert_eq!((first.0, other.0), (503, 200));
    assert_eq!(first.1["error_code"], "olt_unreachable");
    // Nothing is sent while the breaker is open, but for the probe.
    let before = rig.sim.counters().packets_in;
    let began = Instant::now();
    let answer = rig.client.get(format!("{}/api/v1/olts/dead/board/1/pon/2", rig.base)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    assert!(began.elapsed() < BRIEF, "nobody waits for it");
    assert!(rig.sim.counters().packets_in <= before + 1);
    assert_eq!(rig.body("/olts/dead").await["data"]["reachable"]["snmp"], json!(false));

    rig.sim.clear_faults();
    rig.sim.reset_counters();
    rig.sim.wait_for_requests(1).await.unwrap();
    // The answer to the probe closes the breaker a moment after it was sent:
    // each question takes its time, so these are some seconds at most.
    for _ in 0..5_000 {
        if rig.get("/olts/dead/board/1/pon/1").await.0 == 200 {
            return;
        }
    }
    panic!("the OLT answers, and is not asked");
}

#[tokio::test]
async fn half_a_reading_is_partial_and_not_kept() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = brief_olt("sim", &sim, None).await;
    let rig = Rig::of(sim, vec![olt]).await;
    rig.body("/board/1/pon/1").await;
    // The first answer of the PON arrives, then the OLT falls silent.
    rig.sim.reset_counters();
    rig.sim.set_faults(faults(r#"[{"target":"snmp","kind":"delay","ms":50,"order":"parallel"}]"#)).unwrap();
    let list = rig.client.get(format!("{}/api/v1/board/1/pon/2", rig.base)).send();
    let silence = async {
        rig.sim.wait_for_requests(2).await.unwrap();
        rig.sim.set_faults(faults(r#"[{"target":"snmp","kind":"silence"}]"#)).unwrap();
    };
    let (answer, ()) = tokio::join!(list, silence);
    let answer = answer.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store", "no browser keeps it either");
    let body: serde_json::Value = answer.json().await.unwrap();
    let fields: Vec<_> =
        body["partial"].as_array().unwrap().iter().map(|missing| &missing["field"]).collect();
    assert!(fields.contains(&&json!("onu_id")), "the list is not whole: {fields:?}");
    assert!(column(&body, "onu_id").len() < 128);
    // Not kept: the next caller is told that the OLT is silent.
    assert_eq!(rig.get("/board/1/pon/2").await.0, 503);
    assert_eq!(rig.get("/board/1/pon/2/onu_id/empty").await.0, 503, "no guess at free ids");
}
