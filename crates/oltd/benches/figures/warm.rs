//! The warm path: the daemon against a bare route, one process each, wrk before both.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use oltsim::Source;

use crate::table::Table;

/// Pairs of runs, one server after the other in each.
const PAIRS: usize = 5;
/// Length of a run in seconds.
const RUN: u64 = 4;
/// Whoever asks for this route of the bare server gets the bytes that the daemon would send.
const BARE: &str = "bare-server";

/// ONUs of the list.
const ONUS: &str = "count = 64";

/// A server that is ended with the bench.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What wrk measured.
#[derive(Debug, Clone, Copy)]
struct Run {
    per_second: f64,
    p99_ms: f64,
}

fn wrk(url: &str) -> Option<Run> {
    let output = Command::new("wrk")
        .args(["-t2", "-c16", "--latency", &format!("-d{RUN}s"), url])
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    assert!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{text}");
    let value = |label: &str| text.lines().find_map(|line| line.trim().strip_prefix(label)).map(str::trim);
    Some(Run { per_second: value("Requests/sec:")?.parse().ok()?, p99_ms: milliseconds(value("99%")?)? })
}

fn milliseconds(text: &str) -> Option<f64> {
    let (number, factor) = text
        .strip_suffix("us")
        .map(|number| (number, 1e-3))
        .or_else(|| text.strip_suffix("ms").map(|number| (number, 1.0)))
        .or_else(|| text.strip_suffix('s').map(|number| (number, 1e3)))?;
    number.parse::<f64>().ok().map(|number| number * factor)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Serves the body of a file, as little else as axum does. For the child process.
pub(crate) fn serve_bare(arguments: &[String]) -> bool {
    let [word, port, file] = arguments else { return false };
    if word != BARE {
        return false;
    }
    let body = bytes::Bytes::from(std::fs::read(file).unwrap());
    // As many threads as the daemon has here.
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(workers).enable_all().build().unwrap();
    let at: SocketAddr = format!("127.0.0.1:{port}").parse().unwrap();
    runtime.block_on(async move {
        let json = [(axum::http::header::CONTENT_TYPE, "application/json")];
        let route = axum::routing::get(async move || (json, body));
        let listener = tokio::net::TcpListener::bind(at).await.unwrap();
        axum::serve(listener, axum::Router::new().route("/list", route)).await.unwrap();
    });
    true
}

async fn wait_for(url: &str) -> reqwest::Response {
    let began = Instant::now();
    loop {
        match reqwest::get(url).await {
            Ok(answer) if answer.status().is_success() => return answer,
            _ => assert!(began.elapsed() < Duration::from_secs(10), "{url} does not answer"),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) async fn warm_list(table: &mut Table) {
    let what = "warm list of 64 ONUs, 16 connections, wrk on the same cores, access log to a file";
    if Command::new("wrk").arg("-v").output().is_err() {
        table.skip(what, "wrk is not installed");
        return;
    }
    let scenario = oltsim::FULL.replacen("count = 128", ONUS, 1);
    assert!(scenario.contains(ONUS), "the scenario says how many ONUs a PON has");
    let sim = rig::simulator(Source::Scenario(scenario)).await;
    let folder = tempfile::tempdir().unwrap();
    let log = std::fs::File::create(folder.path().join("access.log")).unwrap();
    let port = free_port();
    let daemon = Command::new(env!("CARGO_BIN_EXE_oltd"))
        .arg("serve")
        .current_dir(folder.path())
        .env_clear()
        .env("OLTD_LISTEN", format!("127.0.0.1:{port}"))
        .env("OLTD_HTTP__RATE_LIMIT", "100000")
        .env("OLTD_HTTP__RATE_BURST", "1000000")
        .env("OLTD_CACHE__ONUS", "1h")
        .env("SNMP_HOST", "127.0.0.1")
        .env("SNMP_PORT", sim.snmp_addr().port().to_string())
        .env("SNMP_COMMUNITY", "public")
        .stderr(log)
        .spawn()
        .unwrap();
    let _daemon = Process(daemon);
    let warm = format!("http://127.0.0.1:{port}/api/v1/board/1/pon/1");
    let body = wait_for(&warm).await.bytes().await.unwrap();
    let rows = serde_json::from_slice::<serde_json::Value>(&body).unwrap()["data"].as_array().unwrap().len();
    assert_eq!(rows, 64);
    let file = folder.path().join("body");
    std::fs::write(&file, &body).unwrap();
    let port = free_port();
    let bare = Command::new(std::env::current_exe().unwrap())
        .args([BARE, &port.to_string(), file.to_str().unwrap()])
        .spawn()
        .unwrap();
    let _bare = Process(bare);
    let bare = format!("http://127.0.0.1:{port}/list");
    wait_for(&bare).await;

    let mut ratios = Vec::new();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PAIRS {
        let (Some(one), Some(other)) = (wrk(&warm), wrk(&bare)) else {
            table.skip(what, "wrk printed something else");
            return;
        };
        ratios.push(one.per_second / other.per_second);
        ours.push(one);
        theirs.push(other);
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let rate = |runs: &[Run]| median(runs.iter().map(|run| run.per_second).collect());
    let p99 = |runs: &[Run]| median(runs.iter().map(|run| run.p99_ms).collect());
    let ratio = median(ratios);
    table.add(
        what,
        format!(
            "{ratio:.2} of a bare axum route with the same {} bytes (median of {PAIRS} alternating pairs): {:.0}/s, p99 {:.1} ms, against {:.0}/s, p99 {:.1} ms",
            body.len(),
            rate(&ours),
            p99(&ours),
            rate(&theirs),
            p99(&theirs),
        ),
        "at least 0.5",
        ratio >= 0.5,
    );
    let lines = std::fs::read_to_string(folder.path().join("access.log")).unwrap().lines().count();
    assert!(lines > PAIRS * 1000, "{lines} lines of access log");
}
