//! The table of figures in the documentation.

use oltd::metrics::{FAMILIES, Family, Kind};

use super::text;

fn row(family: &Family) -> String {
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Info => "info",
    };
    let labels: Vec<_> = family.labels.iter().map(|label| format!("`{label}`")).collect();
    let (name, labels, unit) = (family.name, labels.join(", "), family.unit().unwrap_or_default());
    format!("| `{name}` | {kind} | {labels} | {unit} | {} |", family.help)
}

/// Each figure has its row, in their order, and there is no other.
#[test]
fn the_table_is_that_of_the_code() {
    let page = text("docs/metrics.md");
    let written: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let should: Vec<_> = FAMILIES.iter().map(row).collect();
    assert!(written == should, "the table in docs/metrics.md should be:\n{}", should.join("\n"));
}
