//! What the driver counts is what the simulator counted.

use gpon::PonPort;
use oltsim::Source;

use super::{FULL, NO_OPTICS, cli_of, olt_of, olt_with, simulator};

#[tokio::test]
async fn packets_and_bindings_agree() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = olt_of("sim", &sim).await;
    assert_eq!(olt.stats().reachable, None);
    olt.onus(PonPort::new(1, 1).unwrap()).await.unwrap();
    let (stats, truth) = (olt.stats(), sim.counters());
    assert_eq!((stats.requests, stats.answers), (truth.packets_in, truth.packets_out));
    assert_eq!((stats.varbinds, stats.timeouts, stats.retries), (truth.varbinds_out, 0, 0));
    assert_eq!((stats.window, stats.in_flight, stats.waiting), (4, 0, 0));
    assert_eq!(stats.latency.count(), stats.answers);
    assert!(stats.latency.sum >= stats.round_trip.unwrap(), "{stats:?}");

    sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"drop","every":3}]"#).unwrap()).unwrap();
    olt.onus(PonPort::new(1, 2).unwrap()).await.unwrap();
    let (stats, truth) = (olt.stats(), sim.counters());
    assert!(truth.dropped > 0);
    assert_eq!((stats.requests, stats.answers), (truth.packets_in, truth.packets_out));
    assert_eq!((stats.timeouts, stats.retries), (truth.dropped, truth.dropped));
    assert_eq!(stats.latency.count(), stats.answers, "each answer from the packet that it answers");
}

#[tokio::test]
async fn what_is_under_way_is_seen() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = olt_of("sim", &sim).await;
    olt.pon_port(PonPort::new(1, 1).unwrap()).await.unwrap();
    sim.reset_counters();
    sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    let read = |port| {
        let olt = olt.clone();
        tokio::spawn(async move { olt.onus(PonPort::new(1, port).unwrap()).await })
    };
    let readers: Vec<_> = (1..=6).map(read).collect();
    // As many as the window lets through, while the others wait.
    let began = std::time::Instant::now();
    while olt.stats().in_flight < olt.stats().window || olt.stats().waiting == 0 {
        assert!(began.elapsed() < super::PATIENCE, "{:?}", olt.stats());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(olt.stats().in_flight, olt.stats().window, "{:?}", olt.stats());
    for reader in readers {
        reader.abort();
        assert!(reader.await.is_err());
    }
    let stats = olt.stats();
    assert_eq!((stats.in_flight, stats.waiting), (0, 0), "an aborted reading leaves nothing behind");
}

#[tokio::test]
async fn commands_and_logins_agree() {
    let sim = simulator(Source::Scenario(NO_OPTICS.into())).await;
    let olt = olt_with("sim", &sim, Some(cli_of(&sim))).await;
    let cli = || olt.stats().cli.unwrap();
    assert_eq!((cli().reachable, cli().queue, cli().sessions), (None, 64, 0));
    for line in ["show card", "show gpon onu state gpon-olt_1/1/1"] {
        olt.show(&zte::ShowLine::parse(line).unwrap()).await.unwrap();
    }
    olt.show(&zte::ShowLine::parse("show gpon onu detail-info gpon-onu_1/9/1:1").unwrap()).await.unwrap_err();
    let (stats, truth) = (cli(), sim.counters());
    // Each session begins with a line of its own, which no caller asked for.
    assert_eq!(stats.commands + stats.logins, truth.cli_commands, "{stats:?} {truth:?}");
    assert_eq!((stats.commands, stats.failures), (3, 1));
    assert_eq!((stats.logins, stats.sessions as u64), (truth.cli_logins, truth.cli_sessions));
    assert_eq!(stats.latency.count(), 3, "a refusal is an answer too");
    assert!(stats.latency.sum.as_millis() >= 3 * 15, "a prompt is believed after 15 ms: {stats:?}");
}
