//! An OLT whose agent answers one request after the other, and slowly.

use std::time::Instant;

use futures::future::join_all;
use oltsim::{FULL, Source};
use serde_json::Value;

use crate::table::Table;

async fn slow(ms: u32) -> (oltsim::Simulator, String, tokio_util::sync::CancellationToken) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let fault = format!(r#"[{{"target":"snmp","kind":"delay","ms":{ms},"order":"serial"}}]"#);
    sim.set_faults(rig::faults(&fault)).unwrap();
    let (address, stop) = rig::daemon(vec![rig::olt_of("bench", &sim).await]).await;
    (sim, format!("http://{address}/api/v1"), stop)
}

async fn get(url: String) -> (u16, Value) {
    let answer = reqwest::get(url).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// Rows of an answer from which nothing is missing.
fn whole(body: &Value) -> Option<usize> {
    body["partial"].is_null().then(|| body["data"].as_array().map(Vec::len))?
}

pub(crate) async fn slow_list(table: &mut Table) {
    let (sim, base, stop) = slow(900).await;
    let began = Instant::now();
    let ask = |path: &str| get(format!("{base}{path}"));
    let lists = join_all((0..8).map(|_| ask("/board/1/pon/1")));
    let (lists, other, cards) = tokio::join!(lists, ask("/board/1/pon/2/onu/7"), ask("/board/2/pon/3"));
    let took = began.elapsed();
    let all = lists.iter().all(|(status, body)| *status == 200 && whole(body) == Some(128));
    let none_refused = [other.0, cards.0].iter().all(|status| *status == 200);
    stop.cancel();
    table.add(
        "128 ONUs at 900 ms per answer, one after the other, ten callers",
        format!(
            "whole lists for {} of 8, the others {} and {}, {} packets, {:.0} s",
            lists.iter().filter(|(_, body)| whole(body) == Some(128)).count(),
            other.0,
            cards.0,
            sim.counters().packets_in,
            took.as_secs_f64()
        ),
        "whole, and 200 for everybody",
        all && none_refused,
    );
}

pub(crate) async fn slow_whole_olt(table: &mut Table) {
    let (sim, base, stop) = slow(250).await;
    let mut requests = 0;
    let mut rows = Vec::new();
    let began = Instant::now();
    while requests < 8 {
        requests += 1;
        let (status, body) = get(format!("{base}/onus?limit=1")).await;
        rows.push(format!("{status}: {}", body["total_rows"]));
        if status == 200 && whole(&body).is_some() && body["total_rows"] == 4096 {
            break;
        }
    }
    stop.cancel();
    table.add(
        "whole OLT of 4,096 ONUs at 250 ms per answer, one after the other",
        format!(
            "whole after {requests} requests ({}), {} packets, {:.0} s",
            rows.join(", "),
            sim.counters().packets_in,
            began.elapsed().as_secs_f64()
        ),
        "within four requests",
        requests <= 4,
    );
}
