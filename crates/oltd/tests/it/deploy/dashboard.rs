//! The Grafana dashboard.

use std::collections::BTreeSet;

use serde_json::Value;

use super::queries::{figures, known, wrong};
use super::text;

fn dashboard() -> Value {
    serde_json::from_str(&text("deploy/grafana/oltd.json")).unwrap()
}

/// Every query: of panels, of variables, of annotations.
fn queries(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if ["expr", "query", "definition"].contains(&name.as_str()) => {
                        found.insert(text.clone());
                    }
                    value => queries(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| queries(value, found)),
        _ => {}
    }
}

#[test]
fn its_queries_ask_for_what_is_told() {
    let mut all = BTreeSet::new();
    queries(&dashboard(), &mut all);
    assert!(all.len() > 50, "{}", all.len());
    for query in &all {
        // It works without the recording rules.
        let wrong = wrong(query, &BTreeSet::new());
        assert!(wrong.is_empty(), "{wrong:?} in {query}");
    }
    // And what is told is shown.
    let asked: BTreeSet<_> = all.iter().flat_map(|query| figures(query)).map(|(name, _)| name).collect();
    let quantiles = ["oltd_http_request_duration_seconds", "oltd_cli_latency_seconds"];
    let left_out = |name: &&String| {
        quantiles.iter().any(|family| name.starts_with(family)) && !name.ends_with("_bucket")
    };
    let unseen: Vec<_> =
        known().into_keys().filter(|name| !asked.contains(name.as_str()) && !left_out(&name)).collect();
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn its_panels_stand_side_by_side() {
    let dashboard = dashboard();
    let mut ids = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}: an id of another");
        let [x, y, w, h] = ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap());
        assert!(x + w <= 24, "{title} is too wide");
        for cell in (x..x + w).flat_map(|x| (y..y + h).map(move |y| (x, y))) {
            assert!(taken.insert(cell), "{title} lies on another panel at {cell:?}");
        }
        if panel["type"] != "row" {
            assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{title}");
        }
    }
    let variables: Vec<_> = dashboard["templating"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v["name"].as_str().unwrap())
        .collect();
    assert_eq!(variables, ["datasource", "instance", "olt"]);
}
