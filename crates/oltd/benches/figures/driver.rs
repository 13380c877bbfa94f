//! Packets and times of cold readings.

use std::time::{Duration, Instant};

use gpon::{Onu, OnuState, PonPort};
use oltsim::{FULL, Source};

use crate::table::Table;

/// What an answer of 1,472 bytes carries besides its header.
const PAYLOAD: f64 = 1430.0;

fn first_pon() -> PonPort {
    PonPort::new(1, 1).unwrap()
}

/// Bytes of a variable binding, computed from the size of its name and value:
/// a SEQUENCE, an OID of the 1082 tree (23 bytes, 24 with a third index), a value.
fn binding(name: usize, value: usize) -> usize {
    2 + 2 + name + 2 + value
}

/// Bytes of the bindings that a list needs: name, type, serial and phase of
/// each ONU, and Rx of those that are online.
fn needed(onus: &[Onu]) -> usize {
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    onus.iter()
        .map(|onu| {
            // Id 128 takes two bytes in an OID.
            let name = 23 + usize::from(onu.at.id.get() > 127);
            let rx = if onu.state == Some(OnuState::Online) { binding(name + 1, 2) } else { 0 };
            binding(name, text(&onu.name))
                + binding(name, text(&onu.onu_type))
                + binding(name, 8)
                + binding(name, 1)
                + rx
        })
        .sum()
}

pub(crate) async fn cold_list(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let olt = rig::olt_of("bench", &sim).await;
    olt.pon_port(first_pon()).await.unwrap();
    sim.reset_counters();
    let reading = olt.onus(first_pon()).await.unwrap();
    assert_eq!(reading.value.len(), 128);
    assert_eq!(reading.problems, [], "whole");
    let packets = sim.counters().requests;
    let least = needed(&reading.value) as f64 / PAYLOAD;
    table.add(
        "packets for a cold list of 128 ONUs",
        format!("{packets} ({:.2} x needed bytes / 1,430)", packets as f64 / least),
        "at most 24 and 1.3 x",
        packets <= 24 && packets as f64 <= 1.3 * least,
    );
}

pub(crate) async fn cold_list_delayed(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let olt = rig::olt_of("bench", &sim).await;
    olt.pon_port(first_pon()).await.unwrap();
    sim.set_faults(rig::faults(r#"[{"target":"snmp","kind":"delay","ms":20,"order":"parallel"}]"#)).unwrap();
    let mut times = Vec::new();
    // Other PONs are as cold and as full: the median of nine.
    for port in 2..=10 {
        let pon = PonPort::new(1, port).unwrap();
        let began = Instant::now();
        assert_eq!(olt.onus(pon).await.unwrap().value.len(), 128);
        times.push(began.elapsed());
    }
    times.sort();
    table.add(
        "the same at 20 ms per answer, window 4",
        format!("{:.3} s (median of 9; most {:.3} s)", times[4].as_secs_f64(), times[8].as_secs_f64()),
        "at most 0.25 s",
        times[4] <= Duration::from_millis(250),
    );
}

pub(crate) async fn whole_olt(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let olt = rig::olt_of("bench", &sim).await;
    olt.pon_port(first_pon()).await.unwrap();
    sim.set_faults(rig::faults(r#"[{"target":"snmp","kind":"delay","ms":15,"order":"parallel"}]"#)).unwrap();
    sim.reset_counters();
    let began = Instant::now();
    let reading = olt.all_onus().await.unwrap();
    let took = began.elapsed();
    assert_eq!(reading.value.len(), 32 * 128);
    assert_eq!(reading.problems, [], "whole");
    let packets = sim.counters().requests;
    let least = packets as f64 * 0.015 / 4.0;
    let ratio = took.as_secs_f64() / least;
    table.add(
        "whole OLT, 32 x 128 ONUs, 8 columns, 15 ms per answer, window 4",
        format!("{packets} packets, {:.2} s ({ratio:.2} x packets x 15 ms / 4)", took.as_secs_f64()),
        "at most 1,000 packets and 1.3 x",
        packets <= 1000 && ratio <= 1.3,
    );
}
