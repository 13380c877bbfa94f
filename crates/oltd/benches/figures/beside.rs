//! Reads while the OLT is kept busy by a write.

use std::time::{Duration, Instant};

use rig::load::{Fleet, FleetOptions};

use crate::table::Table;

/// Runs with the save and without, in turn.
const PAIRS: usize = 5;
/// How long is measured in each.
const RUN: Duration = Duration::from_secs(30);
/// Between two readings over SNMP: 32 PONs in turn, none of them sooner than the cache allows.
const PACE: Duration = Duration::from_millis(70);

#[derive(Default)]
struct Seen {
    snmp: Vec<Duration>,
    cached: Vec<Duration>,
}

fn p99(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() * 99 / 100].as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn ask(client: &reqwest::Client, url: &str) -> Duration {
    let began = Instant::now();
    let answer = client.get(url).send().await.unwrap();
    assert!(answer.status().is_success(), "{url}: {}", answer.status());
    answer.bytes().await.unwrap();
    began.elapsed()
}

async fn read(fleet: &Fleet) -> Seen {
    let client = rig::client();
    let (mut seen, mut turn) = (Seen::default(), tokio::time::interval(PACE));
    let began = Instant::now();
    let mut number = 0;
    while began.elapsed() < RUN {
        turn.tick().await;
        let (slot, port) = (1 + number / 16 % 2, 1 + number % 16);
        let list = format!("{}/api/v1/board/{slot}/pon/{port}", fleet.base);
        seen.snmp.push(ask(&client, &format!("{list}?nocache=true")).await);
        for _ in 0..5 {
            seen.cached.push(ask(&client, &list).await);
        }
        number += 1;
    }
    seen
}

/// Saves, which takes longer than what is measured beside it.
async fn save(fleet: &Fleet) {
    let began = Instant::now();
    let (status, body, _) = fleet.send(reqwest::Method::POST, "/system/save", None).await;
    assert!([200, 202].contains(&status), "{body}");
    let job = format!("/jobs/{}", body["data"]["job"].as_str().unwrap());
    loop {
        let (_, body, _) = fleet.send(reqwest::Method::GET, &job, None).await;
        match body["data"]["state"].as_str() {
            Some("queued" | "running") => tokio::time::sleep(Duration::from_secs(1)).await,
            state => break assert_eq!(state, Some("done"), "{body}"),
        }
    }
    assert!(began.elapsed() > RUN, "it took {:?} only", began.elapsed());
}

/// The times of readings during a save of 60 s, and without one.
pub(crate) async fn reads_beside_a_save(table: &mut Table) {
    let options = FleetOptions { olts: 1, scenario: "[cli]\nwrite_ms = 60000\n", ..FleetOptions::default() };
    let fleet = Fleet::start(options).await;
    read(&fleet).await;
    let (mut snmp, mut cached) = (Vec::new(), Vec::new());
    let (mut snmp_ms, mut cached_ms) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let mut quiet = read(&fleet).await;
        let mut beside = {
            let (beside, ()) = tokio::join!(read(&fleet), save(&fleet));
            beside
        };
        let ((snmp_with, snmp_without), (cached_with, cached_without)) = (
            (p99(&mut beside.snmp), p99(&mut quiet.snmp)),
            (p99(&mut beside.cached), p99(&mut quiet.cached)),
        );
        snmp.push(snmp_with / snmp_without);
        cached.push(cached_with / cached_without);
        snmp_ms.push(snmp_with);
        cached_ms.push(cached_with);
    }
    let shown =
        |values: &[f64]| values.iter().map(|value| format!("{value:.2}")).collect::<Vec<_>>().join(" ");
    let told = format!(
        "SNMP p99 {:.1} ms, with/without {}; cached p99 {:.2} ms, with/without {}",
        median(snmp_ms),
        shown(&snmp),
        median(cached_ms),
        shown(&cached),
    );
    let (snmp, cached) = (median(snmp), median(cached));
    table.add(
        "readings during a save of 60 s, 5 alternating pairs",
        format!("{told}; medians {snmp:.2} x and {cached:.2} x"),
        "p99 at most 1.2 x of without",
        snmp <= 1.2 && cached <= 1.2,
    );
}
