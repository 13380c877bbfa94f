use std::time::Duration;

use axum::http::{Method, StatusCode};
use gpon::OnuState;
use zte::{CliStats, LatencyStats, OltStats};

use super::*;
use crate::cache::{OnusOfPon, RedisFigures};

fn figures() -> Figures {
    Figures::of(Metrics::default())
}

/// The lines with samples of a family.
fn samples(text: &str, name: &str) -> Vec<String> {
    let of_family = |line: &&str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['{', ' ']));
    text.lines().filter(of_family).map(str::to_owned).collect()
}

#[test]
fn every_family_is_described_even_when_empty() {
    let text = figures().text(None).unwrap();
    for family in FAMILIES {
        let described = format!("# TYPE {} {}\n", family.described_name(), family.metric_type().as_str());
        assert_eq!(text.matches(&described).count(), 1, "{described}");
        assert!(text.contains(&format!("# HELP {} {}\n", family.described_name(), family.help)));
    }
    assert_eq!(text.matches("# TYPE ").count(), FAMILIES.len(), "nothing else is told");
    assert!(text.ends_with("# EOF\n"));
    for absent in ["oltd_redis_up", "oltd_olt_reachable", "process_open_fds", "oltd_onus"] {
        assert_eq!(samples(&text, absent), [""; 0]);
    }
    assert_eq!(samples(&text, "oltd_cache_bytes"), ["oltd_cache_bytes 0"]);
}

#[test]
fn requests_are_counted() {
    let figures = figures();
    let http = figures.own.http();
    let end = |method: &str, status, ms| {
        http.began();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        http.ended(Ended { route: None, method, status, took: Duration::from_millis(ms) });
    };
    end("GET", Some(StatusCode::NOT_FOUND), 1);
    end("GET", Some(StatusCode::NOT_FOUND), 100_000);
    end("BREW", Some(StatusCode::METHOD_NOT_ALLOWED), 3);
    end("GET", None, 3);
    http.began();
    let text = figures.text(None).unwrap();
    let mut counted = samples(&text, "oltd_http_requests_total");
    counted.sort();
    assert_eq!(
        counted,
        [
            r#"oltd_http_requests_total{route="none",method="GET",status="404"} 2"#,
            r#"oltd_http_requests_total{route="none",method="GET",status="cancelled"} 1"#,
            r#"oltd_http_requests_total{route="none",method="other",status="405"} 1"#,
        ]
    );
    assert_eq!(samples(&text, "oltd_http_requests_in_flight"), ["oltd_http_requests_in_flight 1"]);
    let buckets = samples(&text, "oltd_http_request_duration_seconds_bucket");
    for (le, count) in [("0.0005", 0), ("0.001", 1), ("0.005", 3), ("90.0", 3), ("+Inf", 4)] {
        let line = format!(r#"oltd_http_request_duration_seconds_bucket{{le="{le}",route="none"}} {count}"#);
        assert!(buckets.contains(&line), "{line} is not in {buckets:#?}");
    }
    assert_eq!(
        samples(&text, "oltd_http_request_duration_seconds_count"),
        [r#"oltd_http_request_duration_seconds_count{route="none"} 4"#]
    );
}

#[test]
fn olts_are_told() {
    let latency = LatencyStats { sum: Duration::from_millis(7_250), ..LatencyStats::default() };
    let latency = {
        let mut counts = latency.counts;
        (counts[0], counts[12]) = (2, 1);
        LatencyStats { counts, ..latency }
    };
    let asked = OltStats {
        requests: 9,
        timeouts: 2,
        window: 4,
        latency,
        round_trip: Some(Duration::from_millis(250)),
        reachable: Some(true),
        last_contact: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(1_790_000_000_500)),
        cli: Some(CliStats { commands: 5, queue: 64, reachable: Some(false), ..CliStats::default() }),
        ..OltStats::default()
    };
    let olts = vec![("a".to_owned(), asked), ("b".to_owned(), OltStats::default())];
    let text = Figures { olts, ..figures() }.text(None).unwrap();
    for (name, lines) in [
        (
            "oltd_olt_reachable",
            &[r#"oltd_olt_reachable{olt="a",side="snmp"} 1"#, r#"oltd_olt_reachable{olt="a",side="cli"} 0"#]
                [..],
        ),
        (
            "oltd_olt_last_contact_timestamp_seconds",
            &[r#"oltd_olt_last_contact_timestamp_seconds{olt="a"} 1790000000.5"#],
        ),
        (
            "oltd_snmp_packets_total",
            &[r#"oltd_snmp_packets_total{olt="a"} 9"#, r#"oltd_snmp_packets_total{olt="b"} 0"#],
        ),
        ("oltd_snmp_round_trip_seconds", &[r#"oltd_snmp_round_trip_seconds{olt="a"} 0.25"#]),
        ("oltd_cli_queue", &[r#"oltd_cli_queue{olt="a"} 64"#]),
        ("oltd_cli_latency_seconds_count", &[r#"oltd_cli_latency_seconds_count{olt="a"} 0"#]),
        (
            "oltd_snmp_latency_seconds_sum",
            &[
                r#"oltd_snmp_latency_seconds_sum{olt="a"} 7.25"#,
                r#"oltd_snmp_latency_seconds_sum{olt="b"} 0.0"#,
            ],
        ),
    ] {
        assert_eq!(samples(&text, name), lines);
    }
    for bucket in [
        r#"oltd_snmp_latency_seconds_bucket{le="0.005",olt="a"} 2"#,
        r#"oltd_snmp_latency_seconds_bucket{le="30.0",olt="a"} 2"#,
        r#"oltd_snmp_latency_seconds_bucket{le="+Inf",olt="a"} 3"#,
    ] {
        assert!(text.contains(bucket), "{bucket}");
    }
}

#[test]
fn the_cache_and_its_readings_are_told() {
    let cache = CacheFigures {
        reads: vec![("onus", "memory", 7), ("onus", "olt", 1)],
        entries: 3,
        bytes: 4096,
        redis: Some(RedisFigures { up: false, errors: 2, skipped: 40 }),
        ages: vec![("a".into(), "onus", Duration::from_millis(1_500))],
        onus: vec![OnusOfPon {
            olt: "a".into(),
            pon: gpon::PonPort::new(1, 16).unwrap(),
            states: vec![(Some(OnuState::Online), 0), (Some(OnuState::DyingGasp), 12)],
            age: Duration::from_secs(90),
        }],
    };
    let text = Figures { cache, ..figures() }.text(None).unwrap();
    for line in [
        r#"oltd_cache_reads_total{kind="onus",level="memory"} 7"#,
        r#"oltd_cache_reads_total{kind="onus",level="olt"} 1"#,
        "oltd_cache_entries 3",
        "oltd_cache_bytes 4096",
        "oltd_redis_up 0",
        "oltd_redis_errors_total 2",
        "oltd_redis_skipped_total 40",
        r#"oltd_reading_age_seconds{olt="a",kind="onus"} 1.5"#,
        r#"oltd_onus{olt="a",pon="1/1/16",state="online"} 0"#,
        r#"oltd_onus{olt="a",pon="1/1/16",state="dying_gasp"} 12"#,
        r#"oltd_onus_age_seconds{olt="a",pon="1/1/16"} 90.0"#,
        r#"# UNIT oltd_cache_bytes bytes"#,
    ] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
}

#[test]
fn tasks_are_told() {
    let tasks = vec![TaskFigures { name: "redis", running: 1, panics: 2 }];
    let text = Figures { tasks, ..figures() }.text(None).unwrap();
    for line in [r#"oltd_tasks{task="redis"} 1"#, r#"oltd_task_panics_total{task="redis"} 2"#] {
        assert!(text.lines().any(|told| told == line), "{line} is not in\n{text}");
    }
}
