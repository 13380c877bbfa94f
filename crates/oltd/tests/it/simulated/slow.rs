//! An OLT that answers one request after the other, and slowly.

use std::time::Duration;

use futures::future::join_all;
use oltsim::Source;

use super::{FULL, Rig, column, olt_of, simulator};

/// Far longer than a slow reading here takes; the server's own limit is 85 s.
const PATIENCE: Duration = Duration::from_secs(80);

async fn slow(ms: u64) -> Rig {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let fault = format!(r#"[{{"target":"snmp","kind":"delay","ms":{ms},"order":"serial"}}]"#);
    sim.set_faults(serde_json::from_str(&fault).unwrap()).unwrap();
    let olt = olt_of("sim", &sim).await;
    let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
    Rig { client, ..Rig::of(sim, vec![olt]).await }
}

#[tokio::test]
async fn everybody_gets_a_whole_list() {
    // Four lists at once take longer than an OLT may be silent.
    let rig = slow(150).await;
    let paths = ["/board/1/pon/1", "/board/1/pon/1", "/board/1/pon/2", "/board/2/pon/1", "/board/2/pon/16"];
    let others = ["/board/1/pon/3/onu/7", "/board/1/pon/4/info"];
    let (lists, others) = tokio::join!(
        join_all(paths.iter().map(|path| rig.body(path))),
        join_all(others.iter().map(|path| rig.body(path))),
    );
    for list in &lists {
        assert_eq!((column(list, "onu_id").len(), &list["partial"]), (128, &serde_json::Value::Null));
    }
    assert!(others.iter().all(|other| other["partial"].is_null()), "{others:?}");
    assert_eq!(rig.body("/olts/sim").await["data"]["reachable"]["snmp"], true);
    // What was sent twice was work for nothing.
    let text = rig.client.get(format!("{}/metrics", rig.base)).send().await.unwrap().text().await.unwrap();
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let (sent, answered) = (value("oltd_snmp_packets_total"), value("oltd_snmp_answers_total"));
    assert!(sent <= answered + 8.0, "{sent} sent, {answered} answered");
}

#[tokio::test]
async fn the_speed_of_the_agent_is_shown() {
    let rig = slow(50).await;
    let speed = async || rig.body("/olts/sim").await["data"]["agent_values_per_s"].clone();
    assert!(speed().await["names"].is_null(), "nobody has asked for names");
    rig.body("/board/1/pon/1").await;
    let speed = speed().await;
    // 48 values in 50 ms are 960 a second.
    for group in ["names", "state", "optics"] {
        let speed = speed[group].as_f64().unwrap();
        assert!((100.0..1500.0).contains(&speed), "{group}: {speed}");
    }
    let text = rig.client.get(format!("{}/metrics", rig.base)).send().await.unwrap().text().await.unwrap();
    assert!(text.contains(r#"oltd_snmp_values_per_second{olt="sim",group="names"}"#), "{text}");
}
