//! The daemon as a whole: shared readings, start, memory, size.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use oltsim::{FULL, Source};

use crate::table::Table;

pub(crate) async fn callers(table: &mut Table) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let olt = rig::olt_of("bench", &sim).await;
    let ports = gpon::PonPort::new(1, 1).unwrap();
    olt.pon_port(ports).await.unwrap();
    sim.set_faults(rig::faults(r#"[{"target":"snmp","kind":"delay","ms":20,"order":"parallel"}]"#)).unwrap();
    let (address, stop) = rig::daemon(vec![olt]).await;
    let client = reqwest::Client::new();
    let mut packets: Vec<u64> = Vec::new();
    for (pon, callers) in [(2, 1_u32), (3, 200)] {
        sim.reset_counters();
        let url = format!("http://{address}/api/v1/board/1/pon/{pon}");
        let calls = (0..callers).map(|_| async { client.get(&url).send().await.unwrap().status() });
        let statuses = futures::future::join_all(calls).await;
        assert!(statuses.iter().all(|status| status.as_u16() == 200), "{statuses:?}");
        packets.push(sim.counters().requests);
    }
    stop.cancel();
    table.add(
        "200 callers for one cold PON",
        format!("{} packets; one caller: {}", packets[1], packets[0]),
        "the packets of one",
        packets[0].abs_diff(packets[1]) <= 1,
    );
}

/// Start, memory and size of the release binary.
pub(crate) fn binary(table: &mut Table) {
    let path = env!("CARGO_BIN_EXE_oltd");
    let size = std::fs::metadata(path).unwrap().len() as f64 / 1e6;
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let began = Instant::now();
    let mut child = Command::new(path)
        .arg("serve")
        .env_clear()
        .env("OLTD_LISTEN", format!("127.0.0.1:{port}"))
        .env("SNMP_HOST", "127.0.0.1")
        .env("SNMP_PORT", "9")
        .env("SNMP_COMMUNITY", "public")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let healthy = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer.starts_with("HTTP/1.1 200"))
    };
    while !healthy().unwrap_or(false) {
        assert!(began.elapsed() < Duration::from_secs(10), "serve does not start");
        std::thread::sleep(Duration::from_micros(500));
    }
    let start = began.elapsed();
    std::thread::sleep(Duration::from_secs(10).saturating_sub(start));
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    let resident = resident.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6;
    child.kill().unwrap();
    child.wait().unwrap();
    table.add(
        "`serve` with one OLT: exec to `/healthz`",
        format!("{:.0} ms", start.as_secs_f64() * 1e3),
        "100 ms",
        start <= Duration::from_millis(100),
    );
    table.add("resident after 10 s", format!("{resident:.1} MB"), "25 MB", resident <= 25.0);
    table.add("stripped release binary", format!("{size:.1} MB"), "25 MB", size <= 25.0);
}
