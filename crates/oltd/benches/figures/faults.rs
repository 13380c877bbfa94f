//! A lossy and a silent OLT.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use gpon::PonPort;
use oltsim::{FULL, Source};

use crate::table::Table;

pub(crate) async fn lossy(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let olt = rig::olt_of("bench", &sim).await;
    let pons: Vec<_> = (0..100).map(|n| PonPort::new(1 + n % 2, 1 + n / 2 % 16).unwrap()).collect();
    let mut truth = BTreeMap::new();
    for pon in &pons {
        if !truth.contains_key(pon) {
            truth.insert(*pon, olt.onus(*pon).await.unwrap().value);
        }
    }
    sim.set_faults(rig::faults(r#"[{"target":"snmp","kind":"drop","probability":0.3}]"#)).unwrap();
    let (mut complete, mut partial, mut failed, mut wrong) = (0, 0, 0, 0);
    let mut slowest = Duration::ZERO;
    for pon in &pons {
        let began = Instant::now();
        let reading = olt.onus(*pon).await;
        let took = began.elapsed();
        let truth = &truth[pon];
        match reading {
            Ok(reading) => {
                // Power drifts with time; all else must be the truth or unknown.
                let same = reading.value.iter().all(|onu| {
                    let Some(real) = truth.iter().find(|real| real.at == onu.at) else { return false };
                    let agrees = |a: &Option<String>, b: &Option<String>| a.is_none() || a == b;
                    agrees(&onu.name, &real.name)
                        && agrees(&onu.onu_type, &real.onu_type)
                        && (onu.serial.is_none() || onu.serial == real.serial)
                        && (onu.state.is_none() || onu.state == real.state)
                });
                if !same || !reading.is_partial() && reading.value.len() != truth.len() {
                    wrong += 1;
                } else if reading.is_partial() || took > Duration::from_secs(10) {
                    partial += 1;
                } else {
                    complete += 1;
                    slowest = slowest.max(took);
                }
            }
            Err(_) => failed += 1,
        }
    }
    table.add(
        "30 % of exchanges lost, 100 lists of 128 ONUs",
        format!(
            "{complete} complete (slowest {:.1} s), {partial} partial, {failed} failed, {wrong} wrong",
            slowest.as_secs_f64()
        ),
        "at least 98 within 10 s, none wrong",
        complete >= 98 && wrong == 0,
    );
}

pub(crate) async fn silent(table: &mut Table) {
    let (dead, alive) = (rig::simulator(Source::Demo).await, rig::simulator(Source::Demo).await);
    let olts = vec![rig::olt_of("dead", &dead).await, rig::olt_of("alive", &alive).await];
    let (address, stop) = rig::daemon(olts).await;
    let client = reqwest::Client::new();
    let ask = async |olt: &str, pon: u32| {
        let began = Instant::now();
        let url = format!("http://{address}/api/v1/olts/{olt}/board/1/pon/{pon}");
        let status = client.get(url).send().await.unwrap().status().as_u16();
        (status, began.elapsed())
    };
    dead.set_faults(rig::faults(r#"[{"target":"snmp","kind":"silence"}]"#)).unwrap();
    let (first, other) = tokio::join!(ask("dead", 1), ask("alive", 1));
    let mut slowest_later = Duration::ZERO;
    let mut all_refused = true;
    for pon in 2..=16 {
        let (status, took) = ask("dead", pon).await;
        all_refused &= status == 503;
        slowest_later = slowest_later.max(took);
    }
    dead.clear_faults();
    let back = Instant::now();
    while ask("dead", 1).await.0 != 200 && back.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let back = back.elapsed();
    stop.cancel();
    let met = first.0 == 503
        && first.1 <= Duration::from_secs(10)
        && all_refused
        && slowest_later <= Duration::from_millis(50)
        && other.0 == 200
        && back <= Duration::from_secs(30);
    table.add(
        "a silent OLT",
        format!(
            "first {} after {:.1} s, later ones within {:.0} ms, another OLT {} in {:.0} ms, whole again after {:.1} s",
            first.0,
            first.1.as_secs_f64(),
            slowest_later.as_secs_f64() * 1e3,
            other.0,
            other.1.as_secs_f64() * 1e3,
            back.as_secs_f64()
        ),
        "503 within 10 s, 50 ms, unaffected, 30 s",
        met,
    );
}
