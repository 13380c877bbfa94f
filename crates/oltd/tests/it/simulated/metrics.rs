//! `/metrics` of a server that has had something to do.

use std::collections::BTreeSet;

use oltd::metrics::{FAMILIES, Kind};
use oltsim::Source;

use super::{FULL, NO_OPTICS, Rig, simulator};
use crate::exposition::Exposition;

/// What a Prometheus of today sends, in short.
const OPENMETRICS: &str =
    "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

async fn scraped(rig: &Rig) -> Exposition {
    let request = rig.client.get(format!("{}/metrics", rig.base)).header("accept", OPENMETRICS);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let headers = answer.headers();
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_eq!(headers["cache-control"], "no-store");
    for name in ["age", "etag", "x-data-source"] {
        assert!(!headers.contains_key(name), "{name}");
    }
    Exposition::parse(&answer.text().await.unwrap())
}

async fn asked(rig: &Rig, method: &str, path: &str) -> u16 {
    let method = method.parse().unwrap();
    rig.client.request(method, format!("{}{path}", rig.base)).send().await.unwrap().status().as_u16()
}

const LIST: &str = "/api/v1/board/{board}/pon/{pon}";

#[tokio::test]
async fn requests_are_counted_by_route_and_status() {
    let rig = Rig::both(NO_OPTICS, |_| {}).await;
    for (method, path, status) in [
        ("GET", "/api/v1/board/1/pon/1", 200),
        ("GET", "/api/v1/olts/sim/board/1/pon/1/", 200),
        ("GET", "/api/v1/board/1/pon/77", 400),
        ("DELETE", "/api/v1/board/1/pon/1", 200),
        ("POST", "/api/v1/board/1/pon/1", 405),
        ("BREW", "/api/v1/board/1/pon/1", 405),
        ("GET", "/api/v1/nothing/here", 404),
        ("GET", "/%ff", 400),
    ] {
        assert_eq!(asked(&rig, method, path).await, status, "{method} {path}");
    }
    let scrape = scraped(&rig).await;
    let counted = |route, method, status| {
        scrape.value("oltd_http_requests_total", &[("route", route), ("method", method), ("status", status)])
    };
    assert_eq!(counted(LIST, "GET", "200"), Some(2.0));
    assert_eq!(counted(LIST, "GET", "400"), Some(1.0));
    assert_eq!(counted(LIST, "DELETE", "200"), Some(1.0));
    assert_eq!(counted(LIST, "POST", "405"), Some(1.0));
    assert_eq!(counted(LIST, "other", "405"), Some(1.0));
    assert_eq!(counted("none", "GET", "404"), Some(1.0));
    assert_eq!(counted("none", "GET", "400"), Some(1.0), "a path that is refused before it is routed");
    assert_eq!(scrape.value("oltd_http_request_duration_seconds_count", &[("route", LIST)]), Some(6.0));
    assert_eq!(scrape.value("oltd_http_requests_in_flight", &[]), Some(1.0), "the scrape itself");
}

#[tokio::test]
async fn a_client_that_leaves_is_counted() {
    let sim = simulator(Source::Scenario(FULL.into())).await;
    let olt = super::olt_of("sim", &sim).await;
    let rig = Rig::of(sim, vec![olt]).await;
    rig.sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    let call = tokio::spawn(rig.client.get(format!("{}/api/v1/board/1/pon/1", rig.base)).send());
    rig.sim.wait_for_requests(1).await.unwrap();
    let during = scraped(&rig).await;
    assert_eq!(during.value("oltd_http_requests_in_flight", &[]), Some(2.0));
    call.abort();
    // The server learns of it from the network.
    for _ in 0..5_000 {
        let after = scraped(&rig).await;
        let left = [("route", LIST), ("method", "GET"), ("status", "cancelled")];
        if after.value("oltd_http_requests_total", &left) == Some(1.0) {
            assert_eq!(after.value("oltd_http_requests_in_flight", &[]), Some(1.0));
            return;
        }
    }
    panic!("nobody noticed that the client left");
}

#[tokio::test]
async fn the_olt_is_told_as_the_simulator_saw_it() {
    let rig = Rig::both(NO_OPTICS, |_| {}).await;
    let sim = [("olt", "sim")];
    let fresh = scraped(&rig).await;
    assert_eq!(fresh.of("oltd_olt_reachable").count(), 0, "nothing was tried");
    assert_eq!(fresh.value("oltd_snmp_packets_total", &sim), Some(0.0));

    rig.body("/monitoring/onu/1-1-1/1").await;
    let (scrape, truth) = (scraped(&rig).await, rig.sim.counters());
    for (name, is) in [
        ("oltd_snmp_packets_total", truth.packets_in),
        ("oltd_snmp_answers_total", truth.packets_out),
        ("oltd_snmp_latency_seconds_count", truth.packets_out),
        ("oltd_snmp_varbinds_total", truth.varbinds_out),
        ("oltd_snmp_timeouts_total", 0),
        ("oltd_snmp_window", 4),
        ("oltd_snmp_in_flight", 0),
        ("oltd_snmp_waiting", 0),
        ("oltd_cli_logins_total", truth.cli_logins),
        ("oltd_cli_commands_total", truth.cli_commands - truth.cli_logins),
        ("oltd_cli_latency_seconds_count", truth.cli_commands - truth.cli_logins),
        ("oltd_cli_failures_total", 0),
        ("oltd_cli_sessions", truth.cli_sessions),
        ("oltd_cli_waiting", 0),
        ("oltd_cli_queue", 64),
    ] {
        assert_eq!(scrape.value(name, &sim), Some(is as f64), "{name}");
    }
    for side in ["snmp", "cli"] {
        assert_eq!(scrape.value("oltd_olt_reachable", &[("olt", "sim"), ("side", side)]), Some(1.0));
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    let began = scrape.value("process_start_time_seconds", &[]).unwrap();
    let contact = scrape.value("oltd_olt_last_contact_timestamp_seconds", &sim).unwrap();
    assert!(began < contact && contact <= now && now - began < 60.0, "{began} {contact} {now}");
    if cfg!(target_os = "linux") {
        assert!(scrape.value("process_resident_memory_bytes", &[]).unwrap() > 1e6);
        assert!(scrape.value("process_open_fds", &[]).unwrap() > 3.0);
    }
    assert_eq!(scrape.value("oltd_build_info", &[("version", env!("CARGO_PKG_VERSION"))]), Some(1.0));

    // Counters only grow.
    rig.body("/monitoring/onu/1-1-1/2").await;
    let later = scraped(&rig).await;
    for sample in scrape.samples.iter().filter(|sample| {
        ["_total", "_count", "_sum", "_bucket"].iter().any(|suffix| sample.name.ends_with(suffix))
    }) {
        let labels: Vec<_> = sample.labels.iter().map(|(name, value)| (&**name, &**value)).collect();
        let now = later.value(&sample.name, &labels).unwrap();
        assert!(now >= sample.value, "{sample:?} became {now}");
    }
    assert!(later.value("oltd_cli_commands_total", &sim) > scrape.value("oltd_cli_commands_total", &sim));
}

/// Whatever is read of the OLT, its labels stay those of the list, and nothing
/// that names a subscriber becomes one.
#[tokio::test]
async fn labels_have_few_values() {
    let rig = Rig::both(NO_OPTICS, |_| {}).await;
    let onus = rig.body("/onus?limit=100").await;
    let mut names = BTreeSet::new();
    for onu in onus["data"].as_array().unwrap() {
        asked(&rig, "GET", &format!("/api/v1/board/1/pon/1/onu/{}", onu["onu_id"])).await;
        names.extend(["name", "serial_number"].iter().filter_map(|field| onu[*field].as_str()));
    }
    asked(&rig, "GET", "/api/v1/onus?q=ZTEG00000001").await;
    assert!(names.len() > 10, "{names:?}");
    let request = rig.client.get(format!("{}/metrics", rig.base)).header("accept", OPENMETRICS);
    let text = request.send().await.unwrap().text().await.unwrap();
    for name in names {
        assert!(!text.contains(name), "{name}");
    }
    assert!(!text.contains("ZTEG"));

    let scrape = Exposition::parse(&text);
    let mut described: Vec<_> = scrape.families.keys().cloned().collect();
    let mut listed: Vec<_> = FAMILIES.iter().map(|family| family.described_name().to_owned()).collect();
    described.sort();
    listed.sort();
    assert_eq!(described, listed);
    for family in FAMILIES {
        for sample in family.sample_names().iter().flat_map(|name| scrape.of(name)) {
            let is: BTreeSet<_> = sample.labels.keys().map(String::as_str).collect();
            let mut should: BTreeSet<_> = family.labels.iter().copied().collect();
            if family.kind == Kind::Histogram && sample.name.ends_with("_bucket") {
                should.insert("le");
            }
            assert_eq!(is, should, "{sample:?}");
        }
    }
    let routes: BTreeSet<_> =
        scrape.of("oltd_http_requests_total").map(|sample| &sample.labels["route"]).collect();
    assert!(routes.len() <= 4, "64 ONUs are one route: {routes:?}");
}

#[tokio::test]
async fn servers_in_one_process_stay_apart() {
    let (one, other) = (Rig::small().await, Rig::small().await);
    one.body("/board/1/pon/1").await;
    assert_eq!(scraped(&other).await.of("oltd_http_requests_total").count(), 0);
}

/// Both forms tell the same samples. The plain one is judged by Prometheus' own
/// tool, where it is installed.
#[tokio::test]
async fn the_form_follows_the_client() {
    let rig = Rig::both(NO_OPTICS, |_| {}).await;
    rig.body("/monitoring/onu/1-1-1/1").await;
    let ask = async |accept: Option<&str>| {
        let mut request = rig.client.get(format!("{}/metrics", rig.base));
        if let Some(accept) = accept {
            request = request.header("accept", accept);
        }
        let answer = request.send().await.unwrap();
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!((answer.status().as_u16(), header("vary").as_str()), (200, "accept"));
        (header("content-type"), answer.text().await.unwrap())
    };
    let (openmetrics, described) = ask(Some(OPENMETRICS)).await;
    assert_eq!(openmetrics, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    let described = Exposition::parse(&described);
    for accept in [None, Some("*/*"), Some("text/plain;version=0.0.4;q=1,*/*;q=0.1"), Some("text/html")] {
        let (kind, text) = ask(accept).await;
        assert_eq!(kind, "text/plain; version=0.0.4; charset=utf-8", "{accept:?}");
        for wrong in ["# EOF", "# UNIT", " info\n", " unknown\n"] {
            assert!(!text.contains(wrong), "{wrong}");
        }
        let samples: BTreeSet<_> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split(['{', ' ']).next().unwrap())
            .collect();
        let known: BTreeSet<_> = described.samples.iter().map(|sample| &*sample.name).collect();
        assert_eq!(samples, known);
        for family in FAMILIES {
            let kind = if family.kind == Kind::Info {
                "gauge"
            } else {
                &described.families[family.described_name()]
            };
            for line in [
                format!("# TYPE {} {kind}\n", family.name),
                format!("# HELP {} {}\n", family.name, family.help),
            ] {
                assert_eq!(text.matches(&line).count(), 1, "{line}");
            }
        }
        assert_promtool_accepts(&text);
    }
}

fn assert_promtool_accepts(text: &str) {
    use std::io::{ErrorKind, Write};
    use std::process::{Command, Stdio};

    let mut promtool = Command::new("promtool");
    promtool.args(["check", "metrics"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut promtool = match promtool.spawn() {
        Ok(promtool) => promtool,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return eprintln!("skipped: promtool is not installed");
        }
        Err(error) => panic!("{error}"),
    };
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}
