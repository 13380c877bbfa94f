//! What readings cost the OLT, in packets.

use gpon::PonPort;
use oltsim::Source;

use super::{FULL, Rig, column, olt_of, simulator};

#[tokio::test]
async fn a_cold_list_of_128_onus_takes_few_packets() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = olt_of("sim", &sim).await;
    let pon = PonPort::new(2, 16).unwrap();
    olt.pon_port(pon).await.unwrap();
    sim.reset_counters();
    let onus = olt.onus(pon).await.unwrap();
    assert_eq!((onus.value.len(), onus.problems.as_slice()), (128, [].as_slice()));
    let counters = sim.counters();
    assert!(counters.requests <= 20, "{counters:?}");
    assert_eq!(counters.get_next + counters.get, 0, "GETBULK only");
}

#[tokio::test]
async fn a_small_or_empty_pon_takes_one_or_two() {
    let sim = simulator(Source::Scenario(super::SMALL.into())).await;
    let olt = olt_of("sim", &sim).await;
    for (port, most) in [(1, 4), (2, 2)] {
        let pon = PonPort::new(1, port).unwrap();
        olt.pon_port(pon).await.unwrap();
        sim.reset_counters();
        olt.onus(pon).await.unwrap();
        let requests = sim.counters().requests;
        assert!(requests <= most, "PON {pon}: {requests}");
    }
}

#[tokio::test]
async fn the_whole_olt_takes_its_bytes() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = olt_of("sim", &sim).await;
    olt.pon_port(PonPort::new(1, 1).unwrap()).await.unwrap();
    sim.reset_counters();
    let onus = olt.all_onus().await.unwrap();
    assert_eq!((onus.value.len(), onus.problems.as_slice()), (4096, [].as_slice()));
    let requests = sim.counters().requests;
    assert!(requests <= 1000, "{requests}");
    assert!(onus.value.iter().all(|onu| onu.distance_m.is_some() || onu.rx.is_none()));
}

#[tokio::test]
async fn two_hundred_callers_are_one_reading() {
    let rig = Rig::start(Source::Scenario(FULL.into())).await;
    rig.body("/board/1/pon/1").await;
    rig.sim.reset_counters();
    rig.body("/board/1/pon/2").await;
    let one = rig.sim.reset_counters().requests;
    let delay = r#"[{"target":"snmp","kind":"delay","ms":10,"order":"parallel"}]"#;
    rig.sim.set_faults(serde_json::from_str(delay).unwrap()).unwrap();
    let calls = futures::future::join_all((0..200).map(|_| rig.body("/board/1/pon/3"))).await;
    assert!(calls.iter().all(|body| column(body, "onu_id").len() == 128));
    assert!(rig.sim.counters().requests <= one + 1, "{} against {one}", rig.sim.counters().requests);
}

#[tokio::test]
async fn a_warm_list_costs_nothing_and_says_so() {
    let rig = Rig::small().await;
    let ask = || rig.client.get(format!("{}/api/v1/board/1/pon/1", rig.base)).send();
    let cold = ask().await.unwrap();
    assert_eq!(cold.headers()["x-data-source"], "live");
    rig.sim.reset_counters();
    let warm = ask().await.unwrap();
    assert_eq!(warm.headers()["x-data-source"], "cache");
    assert!(warm.headers().contains_key("age"));
    assert_eq!(rig.sim.counters().packets_in, 0);
    let deleted = rig.client.delete(format!("{}/api/v1/board/1/pon/1", rig.base)).send().await.unwrap();
    assert_eq!(deleted.status().as_u16(), 200);
    assert_eq!(ask().await.unwrap().headers()["x-data-source"], "live");
}
