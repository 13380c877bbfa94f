//! One client above its limit, and another that must not notice.

use std::net::{IpAddr, Ipv4Addr};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use oltsim::{FULL, Source};

use crate::table::Table;

/// Runs with the greedy client and without, in turn.
const RUNS: usize = 5;
const RUN: Duration = Duration::from_secs(3);

#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    answered: usize,
    limited: usize,
    /// Limited, but without what belongs to that answer.
    bare: usize,
}

/// Asks at a pace, whatever the answers take, from an address of its own.
async fn paced(url: &str, from: Ipv4Addr, per_second: u32) -> Seen {
    let client = reqwest::Client::builder().local_address(IpAddr::V4(from)).build().unwrap();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
    let began = Instant::now();
    let mut calls = tokio::task::JoinSet::new();
    while began.elapsed() < RUN {
        ticks.tick().await;
        let (client, url) = (client.clone(), url.to_owned());
        calls.spawn(async move {
            let asked = Instant::now();
            let answer = client.get(url).header("origin", "https://noc.example.net").send().await.unwrap();
            let headers = answer.headers().clone();
            let status = answer.status().as_u16();
            let body = answer.bytes().await.unwrap();
            (asked.elapsed(), status, headers, body)
        });
    }
    let mut seen = Seen::default();
    while let Some(call) = calls.join_next().await {
        let (took, status, headers, body) = call.unwrap();
        seen.times.push(took);
        match status {
            200 => seen.answered += 1,
            429 => {
                seen.limited += 1;
                let json = serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_default();
                let whole = json["error_code"] == "rate_limited"
                    && headers.contains_key("retry-after")
                    && headers.contains_key("access-control-allow-origin");
                seen.bare += usize::from(!whole);
            }
            other => panic!("{other}"),
        }
    }
    seen.times.sort();
    seen
}

fn p99(times: &[Duration]) -> f64 {
    times[times.len() * 99 / 100].as_secs_f64() * 1e3
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) async fn limiter(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_oltd"))
        .arg("serve")
        .current_dir(folder.path())
        .env_clear()
        .env("OLTD_LISTEN", format!("127.0.0.1:{port}"))
        .env("OLTD_CORS__ORIGINS", "https://noc.example.net")
        .env("SNMP_HOST", "127.0.0.1")
        .env("SNMP_PORT", sim.snmp_addr().port().to_string())
        .env("SNMP_COMMUNITY", "public")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let url = format!("http://127.0.0.1:{port}/api/v1/board/1/pon/1");
    let began = Instant::now();
    while reqwest::get(&url).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "serve does not start");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (greedy, modest) = (Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3));
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    let (mut answered, mut limited, mut bare, mut refused) = (0, 0, 0, 0);
    for _ in 0..RUNS {
        let quiet = paced(&url, modest, 50).await;
        let (mut busy, pressed) = tokio::join!(paced(&url, greedy, 1000), paced(&url, modest, 50));
        alone.push(p99(&quiet.times));
        beside.push(p99(&pressed.times));
        refused += quiet.limited + pressed.limited;
        answered += busy.answered;
        limited += busy.limited;
        bare += busy.bare;
        busy.times.clear();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (alone, beside) = (median(alone), median(beside));
    let per_second = answered as f64 / (RUNS as f64 * RUN.as_secs_f64());
    table.add(
        "a client paced at 1,000/s, another at 50/s, medians of 5 alternating runs",
        format!(
            "the first: {per_second:.0}/s answered, {limited} times 429, {bare} of them without JSON, Retry-After or CORS headers; the other: {refused} times 429, p99 {beside:.1} ms beside it, {alone:.1} ms alone ({:.2} x)",
            beside / alone
        ),
        "429s whole, the other's p99 within 1.5 x",
        limited > 0 && bare == 0 && refused == 0 && beside <= 1.5 * alone,
    );
}
