//! What holds of every configuration, whatever somebody puts into it.

use proptest::prelude::*;
use serde_json::Value;

use super::fixtures::{Sample, samples};
use super::{ShowLine, Shown};
use crate::cli::text::config_heads::{TITLE, block_head, is_closer, strong_head};
use crate::cli::text::config_marks::Frame;

fn configurations() -> Vec<Sample> {
    let of = |sample: &Sample| sample.command.contains("running");
    let found: Vec<_> =
        samples().into_iter().filter(|sample| of(sample) && sample.command.contains("config")).collect();
    assert!(found.len() > 6, "{}", found.len());
    found
}

fn read(sample: &Sample, text: &str) -> Shown {
    ShowLine::parse(&sample.command).unwrap().read(text)
}

/// Rows without what stands for lines of no field.
fn typed(rows: &Value) -> Value {
    match rows {
        Value::Array(rows) => rows.iter().map(typed).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "other" | "marks"))
            .map(|(name, value)| (name.clone(), typed(value)))
            .collect(),
        value => value.clone(),
    }
}

/// Every line that rows hold as text, and those of the problems.
fn texts(shown: &Shown) -> Vec<String> {
    fn of(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => found.push(text.clone()),
            Value::Array(values) => values.iter().for_each(|value| of(value, found)),
            Value::Object(fields) => fields.values().for_each(|value| of(value, found)),
            _ => {}
        }
    }
    let mut found = shown.unknown.iter().map(|unknown| unknown.text.clone()).collect();
    of(&shown.rows, &mut found);
    found
}

/// Whether a line is none that the configuration gives a meaning to.
fn is_plain(line: &str) -> bool {
    const ROWS: [&str; 30] = [
        "name",
        "description",
        "shutdown",
        "no",
        "linktrap",
        "onu",
        "sn-bind",
        "tcont",
        "gemport",
        "switchport",
        "service-port",
        "service",
        "wan-ip",
        "vlan",
        "profile",
        "hostname",
        "config-version",
        "end",
        "banner",
        "message-of-day",
        "motd",
        "interface",
        "pon-onu-mng",
        "gpon",
        "epon",
        "pon",
        "exit",
        "password",
        "key",
        "pw",
    ];
    let text = line.trim();
    let word = text.split_whitespace().next().unwrap_or_default();
    !text.is_empty()
        && !is_closer(text)
        && !strong_head(text)
        && !block_head(text)
        && Frame::of(text).is_none()
        && text != TITLE
        && !word.ends_with("-banner")
        && !word.starts_with("timestamp_write:")
        && !ROWS.contains(&word)
        // Secrets are not shown as they were written.
        && crate::cli::text::password::masked(line) == line
}

fn inserted(text: &str, at: usize, line: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.insert(at.min(lines.len()), line);
    lines.join("\n") + "\n"
}

proptest! {
    #[test]
    fn a_line_more_changes_no_other(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        line in "( {0,5}|\\t)(Alarm [0-9]{1,5} [a-z ]{0,20}|%Info [0-9]{5}: [ -~]{0,30}|[!-~][ -~]{0,40}|[a-z]{1,9}(-[a-z]{1,5})?( [ -~]{0,20})?|[a-z]{1,9} ñ[ -~ñ]{0,90}|[ -~]{80})",
    ) {
        prop_assume!(is_plain(&line));
        let all = configurations();
        let sample = which.get(&all);
        let at = at.index(sample.text.lines().count() + 1);
        let (before, after) = (read(sample, &sample.text), read(sample, &inserted(&sample.text, at, &line)));
        prop_assert_eq!(typed(&after.rows), typed(&before.rows), "{} at {}", sample.file, at);
        let kept = texts(&after);
        let found = kept.iter().any(|text| text == &line || text == line.trim_end());
        prop_assert!(found, "{:?} of {} at {} is lost: {:?}", line, sample.file, at, kept);
        // Nothing that stood there before is gone.
        for text in texts(&before) {
            prop_assert!(kept.contains(&text), "{text}");
        }
    }

    #[test]
    fn no_line_is_lost(lines in prop::collection::vec("( |  |    )?([a-z]{1,8}( [!-~]{1,9}){0,3}|[!-~]{1,20})", 0..20)) {
        let plain: Vec<String> = lines.into_iter().filter(|line| is_plain(line)).collect();
        for command in ["show running-config", "show running-config interface gpon-onu_1/1/1:1", "show onu running config gpon-onu_1/1/1:1"] {
            let head = if command.contains("interface") { "interface" } else { "pon-onu-mng" };
            let text = format!("{head} gpon-onu_1/1/1:1\n{}\n!\nend\n", plain.join("\n"));
            let kept = texts(&ShowLine::parse(command).unwrap().read(&text));
            let mut behind = kept.iter().map(|text| text.trim());
            for line in &plain {
                prop_assert!(kept.iter().any(|text| text.trim() == line.trim()), "{command}: {line}: {kept:?}");
                let _ = behind.next();
            }
        }
    }

    #[test]
    fn no_delimiter_costs_a_configuration(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        open in "(banner (incoming|login) |message-of-day )[~^|]([a-zA-Z ]{0,20})",
    ) {
        let all: Vec<_> = configurations().into_iter().filter(|sample| sample.command == "show running-config").collect();
        let sample = which.get(&all);
        let lines: Vec<&str> = sample.text.lines().collect();
        // Where a head may stand.
        let places: Vec<usize> = (1..lines.len()).filter(|at| lines[at - 1] == "!").collect();
        let at = *at.get(&places);
        let (before, after) = (read(sample, &sample.text), read(sample, &inserted(&sample.text, at, &open)));
        prop_assert_eq!(typed(&after.rows), typed(&before.rows));
        prop_assert_eq!(after.unknown.iter().map(|unknown| unknown.line).collect::<Vec<_>>(), [at + 1]);
    }
}

/// Every line of a fixture without a field stands in its place among the others, byte for byte.
#[test]
fn other_lines_keep_their_bytes_and_their_order() {
    for sample in configurations() {
        let shown = read(&sample, &sample.text);
        assert_eq!(shown.unknown, [], "{}", sample.file);
        let blocks = match &shown.rows {
            Value::Array(blocks) => blocks.clone(),
            rows => ["vlans", "pons", "onus", "remotes"]
                .iter()
                .flat_map(|kind| rows[kind].as_array().unwrap().clone())
                .collect(),
        };
        for block in blocks {
            let mut lines = sample.text.lines();
            for text in block["other"].as_array().unwrap() {
                let text = text.as_str().unwrap();
                let shown_as = |line: &str| crate::cli::text::password::masked(line) == text;
                assert!(lines.any(shown_as), "{}: {text:?} is not there, or not in its place", sample.file);
            }
        }
    }
}
