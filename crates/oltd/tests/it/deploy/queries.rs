//! Queries, as far as names go: which figures they ask for, and by which labels.

use std::collections::{BTreeMap, BTreeSet};

use oltd::metrics::{FAMILIES, Kind};

/// Labels that Prometheus adds to everything it scrapes.
const SCRAPED: [&str; 2] = ["instance", "job"];

/// The name of a sample and the labels that queries may choose it by.
pub(super) fn known() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut known = BTreeMap::new();
    for family in FAMILIES {
        for name in family.sample_names() {
            let mut labels: BTreeSet<_> = family.labels.iter().copied().chain(SCRAPED).collect();
            if family.kind == Kind::Histogram && name.ends_with("_bucket") {
                labels.insert("le");
            }
            known.insert(name, labels);
        }
    }
    known
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | ':')
}

/// The figures of ours that a text names, each with what follows its name.
/// Names with a colon are those of recording rules.
pub(super) fn figures(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        rest = &rest[start..];
        let (word, after) = rest.split_at(rest.find(|c| !is_word(c)).unwrap_or(rest.len()));
        if word.starts_with("oltd_") || word.starts_with("process_") || word.contains(":oltd_") {
            found.push((word, after));
        }
        rest = after;
    }
    found
}

/// The labels that the braces behind a name choose by.
fn chosen(after: &str) -> Vec<&str> {
    let Some(inside) = after.strip_prefix('{').and_then(|rest| rest.split_once('}')) else {
        return Vec::new();
    };
    // Values first: they hold commas and equal signs of their own.
    let parts: Vec<_> = inside.0.split('"').step_by(2).collect();
    parts
        .iter()
        .map(|part| part.trim_matches([',', ' ', '=', '~', '!']))
        .filter(|name| !name.is_empty())
        .collect()
}

/// The labels that a query groups, joins or matches by.
fn grouped(query: &str) -> Vec<&str> {
    let mut labels = Vec::new();
    for word in ["by", "on", "without", "ignoring", "group_left", "group_right"] {
        for (at, _) in query.match_indices(&format!("{word} (")) {
            if query[..at].ends_with(is_word) {
                continue;
            }
            let list = query[at..].split(['(', ')']).nth(1).unwrap();
            labels.extend(list.split(',').map(str::trim).filter(|label| !label.is_empty()));
        }
    }
    labels
}

/// What a query asks for that nobody tells.
pub(super) fn wrong(query: &str, recorded: &BTreeSet<String>) -> Vec<String> {
    let known = known();
    let all: BTreeSet<_> = known.values().flatten().copied().collect();
    let mut wrong = Vec::new();
    for (name, after) in figures(query) {
        if recorded.contains(name) {
            continue;
        }
        match known.get(name) {
            None => wrong.push(name.to_owned()),
            Some(labels) => wrong.extend(
                chosen(after)
                    .iter()
                    .filter(|label| !labels.contains(*label))
                    .map(|l| format!("{name}{{{l}}}")),
            ),
        }
    }
    wrong.extend(grouped(query).iter().filter(|label| !all.contains(*label)).map(|l| format!("by ({l})")));
    wrong
}

/// All of that is told: each family is in the answer of a server without an OLT.
#[test]
fn what_is_known_is_told() {
    let told = super::described().families;
    for family in FAMILIES {
        assert!(told.contains_key(family.described_name()), "{}", family.name);
    }
}

#[test]
fn wrong_names_are_found() {
    let recorded = BTreeSet::from(["olt:oltd_x:ratio".to_owned()]);
    for (query, offenders) in [
        ("rate(oltd_snmp_packet_total[5m])", &["oltd_snmp_packet_total"][..]),
        ("oltd_snmp_latency_seconds", &["oltd_snmp_latency_seconds"]),
        ("oltd_onus{status=\"online\"}", &["oltd_onus{status}"]),
        ("oltd_onus{olt=~\"a,b=\",pons!=\"1\"}", &["oltd_onus{pons}"]),
        ("sum by (olt, serial) (oltd_onus)", &["by (serial)"]),
        ("a:oltd_x:ratio > 1", &["a:oltd_x:ratio"]),
        ("process_cpu_seconds / 2", &["process_cpu_seconds"]),
    ] {
        assert_eq!(wrong(query, &recorded), offenders, "{query}");
    }
    for query in [
        "sum by (le, olt) (rate(oltd_snmp_latency_seconds_bucket{olt=~\"$olt\",instance=~\"$i\"}[5m]))",
        "olt:oltd_x:ratio > 0.1 and on (job, instance) oltd_build_info",
        "oltd_http_requests_total{status=~\"5..\"} offset 15m",
        "up{job=\"oltd\"} == 0",
    ] {
        assert_eq!(wrong(query, &recorded), [""; 0], "{query}");
    }
}
