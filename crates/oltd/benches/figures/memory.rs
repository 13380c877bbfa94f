//! What ten full OLTs take in memory.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use oltsim::{FULL, Source};

use crate::table::Table;

const OLTS: usize = 10;

pub(crate) fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    resident.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
}

pub(crate) async fn ten_olts(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut config = format!(
        "listen = \"127.0.0.1:{port}\"\n[http]\nrate_limit = 100000\nrate_burst = 1000000\n[cache]\nonus = \"1h\"\n"
    );
    for n in 0..OLTS {
        let at = sim.snmp_addr().port();
        writeln!(
            config,
            "[[olts]]\nid = \"olt-{n}\"\n[olts.snmp]\nhost = \"127.0.0.1\"\nport = {at}\ncommunity = \"public\""
        )
        .unwrap();
    }
    std::fs::write(folder.path().join("oltd.toml"), config).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_oltd"))
        .arg("serve")
        .current_dir(folder.path())
        .env_clear()
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let client = reqwest::Client::new();
    let base = format!("http://127.0.0.1:{port}");
    let began = Instant::now();
    while client.get(format!("{base}/healthz")).send().await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(10), "serve does not start");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut onus = 0;
    for n in 0..OLTS {
        for (board, pon) in (1..=2).flat_map(|board| (1..=16).map(move |pon| (board, pon))) {
            let url = format!("{base}/api/v1/olts/olt-{n}/board/{board}/pon/{pon}");
            for encoding in ["identity", "gzip"] {
                let answer = client.get(&url).header("accept-encoding", encoding).send().await.unwrap();
                assert_eq!(answer.status().as_u16(), 200);
                if encoding == "identity" {
                    onus +=
                        answer.json::<serde_json::Value>().await.unwrap()["data"].as_array().unwrap().len();
                }
            }
        }
    }
    let lists = resident(child.id());
    // And once more as one list of the whole OLT, as a search reads it.
    for n in 0..OLTS {
        let url = format!("{base}/api/v1/olts/olt-{n}/onus?q=budi&limit=100");
        assert_eq!(client.get(url).send().await.unwrap().status().as_u16(), 200);
    }
    let all = resident(child.id());
    // What was read first is still there: nothing was evicted.
    let mut kept = 0;
    for n in 0..OLTS {
        let url = format!("{base}/api/v1/olts/olt-{n}/board/1/pon/1");
        let answer = client.get(url).send().await.unwrap();
        kept += usize::from(answer.headers()["x-data-source"] == "cache");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    table.add(
        "10 OLTs x 4,096 ONUs read and cached",
        format!(
            "{onus} ONUs in lists of their PONs, plain and compressed: {lists:.1} MB resident; with every OLT's whole list for a search besides: {all:.1} MB; first lists still cached: {kept} of {OLTS}"
        ),
        "at most 120 MB",
        onus == OLTS * 4096 && all <= 120.0 && kept == OLTS,
    );
}
