//! The rules and the sample configuration for Prometheus.

use std::collections::BTreeSet;
use std::process::Command;

use super::queries::wrong;
use super::{assert_accepted, at, text};

const RULES: &str = "deploy/prometheus/oltd.rules.yml";
const TESTS: &str = "deploy/prometheus/oltd.rules.test.yml";

/// The values of a key that stands alone on its line, as `- key: value`.
fn values<'a>(text: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines()
        .filter_map(move |line| line.trim_start().strip_prefix("- ")?.strip_prefix(key)?.strip_prefix(": "))
}

#[test]
fn they_ask_for_what_is_told() {
    let rules = text(RULES);
    let recorded: BTreeSet<String> = values(&rules, "record").map(str::to_owned).collect();
    assert!(recorded.len() >= 5, "{recorded:?}");
    // Comments and annotations too: they shall not speak of what there is not.
    let wrong = wrong(&rules, &recorded);
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn every_alert_says_what_to_do() {
    let rules = text(RULES);
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 10, "{}", alerts.len());
    for alert in alerts {
        for part in ["expr: ", "severity: ", "summary: ", "description: >-"] {
            assert_eq!(alert.matches(part).count(), 1, "{part} of {alert}");
        }
    }
}

/// The rules are tested by their own tool, which is not everywhere.
#[test]
fn promtool_accepts_them() {
    assert_accepted(Command::new("promtool").args(["check", "rules"]).arg(at(RULES)));
    assert_accepted(Command::new("promtool").args(["test", "rules"]).arg(at(TESTS)));
    let sample = at("deploy/prometheus/prometheus.yml");
    assert_accepted(Command::new("promtool").args(["check", "config", "--syntax-only"]).arg(sample));
}

#[test]
fn each_alert_of_an_olt_is_tested() {
    let (rules, tests) = (text(RULES), text(TESTS));
    let untested: Vec<_> =
        values(&rules, "alert").filter(|alert| !tests.contains(&format!("alertname: {alert}"))).collect();
    // Plain comparisons of one figure with one bound.
    assert_eq!(untested, ["OltCommandLineUnusable", "OltdFilesRunOut"]);
}
