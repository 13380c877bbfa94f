//! The fixtures, held against the list of show commands.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::list::{LIST, ShowLine};

/// A fixture.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Its file below `fixtures/`.
    pub(crate) file: String,
    /// The command as it was typed.
    pub(crate) command: String,
    /// The answer.
    pub(crate) text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    sample: Vec<IndexEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexEntry {
    file: String,
    command: String,
    evidence: Evidence,
    note: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Evidence {
    Real,
    Completed,
    Ours,
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures"))
}

fn index() -> Vec<IndexEntry> {
    let text = std::fs::read_to_string(folder().join("index.toml")).unwrap();
    toml::from_str::<Index>(&text).unwrap().sample
}

/// Every fixture of the index.
pub(crate) fn samples() -> Vec<Sample> {
    index()
        .into_iter()
        .map(|IndexEntry { file, command, .. }| {
            let text = super::fixture(&file);
            Sample { file, command, text }
        })
        .collect()
}

#[test]
fn the_index_and_the_files_agree() {
    let mut listed: Vec<String> = index().into_iter().map(|entry| entry.file).collect();
    let mut found = Vec::new();
    for device in std::fs::read_dir(folder()).unwrap().map(Result::unwrap) {
        let device_name = device.file_name().into_string().unwrap();
        if !device.file_type().unwrap().is_dir() {
            continue;
        }
        for file in std::fs::read_dir(device.path()).unwrap().map(Result::unwrap) {
            found.push(format!("{device_name}/{}", file.file_name().into_string().unwrap()));
        }
    }
    listed.sort();
    found.sort();
    assert_eq!(listed, found);
    for entry in index() {
        assert!(
            entry.evidence == Evidence::Real || entry.note.is_some(),
            "{}: say what is not real",
            entry.file
        );
    }
}

#[test]
fn every_command_has_a_fixture() {
    let of = |line: &str| {
        let shown = ShowLine::parse(line).unwrap();
        LIST.iter().position(|entry| entry.syntax == shown.syntax()).unwrap()
    };
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for sample in samples() {
        *counts.entry(of(&sample.command)).or_default() += 1;
    }
    for (at, entry) in LIST.iter().enumerate() {
        assert!(counts.contains_key(&at), "no fixture of {:?}", entry.syntax);
    }
}

#[test]
fn every_fixture_is_understood() {
    for sample in samples() {
        let show = ShowLine::parse(&sample.command).unwrap();
        assert_eq!(show.line(), sample.command, "{}: in full words", sample.file);
        let shown = show.read(&sample.text);
        assert_eq!(shown.unknown, [], "{}", sample.file);
        let name = sample.file.trim_end_matches(".txt").replace('/', "__");
        insta::with_settings!({ snapshot_path => "../../../tests/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_json_snapshot!(name, shown.rows);
        });
    }
}

/// A description or a name may hold anything: what looks like a prompt, a
/// refusal, a pager, a rule or a header is a value like any other.
#[test]
fn names_hold_anything() {
    for name in [
        "ZXAN# ZXAN(config)#",
        "a > b",
        "%Error 20202: Invalid",
        "%Code 62310-GPONSRV",
        " --More-- x",
        "------",
        "OnuIndex Type Mode",
        "ONU Number: 1/1",
        "interface gpon-onu_1/1/1:9",
        "end",
        "!",
        "$",
        "Input:",
        "Name: x",
        "port(tagged):",
        "no shutdown",
        "service-port 1 vport 1",
        "ünï",
    ] {
        for (file, old) in [
            ("c320-v2.1.0/show-running-config-interface-gpon-onu.txt", "  description Cust 0001"),
            ("c320-v2.1.0/show-running-config-interface-gpon-olt.txt", "  name ODC-A 1"),
            ("c320-v2.1.0/show-running-config.txt", "  description Cust 0003"),
            ("c320-v2.1.0/show-gpon-onu-detail-info.txt", "  Name:                cliente_teste_01"),
            ("c320-v2.1.0/show-system-group.txt", "System name:  ZXAN"),
            ("c320-v2.1.0/show-vlan-named.txt", "description     :Clients > 22 # port(tagged):"),
            ("c320-v2.1.0/show-interface-gpon-olt-shut.txt", "  Description is POP #2 > east."),
        ] {
            let sample = samples().into_iter().find(|sample| sample.file == file).unwrap();
            let label = old.find(':').map(|at| at + 1).or_else(|| old.find(" is ").map(|at| at + 4));
            let label = label.unwrap_or_else(|| old[2..].find(' ').unwrap() + 3);
            let dot = if old.ends_with('.') { "." } else { "" };
            let text = sample.text.replace(
                old,
                &format!(
                    "{}{}{name}{dot}",
                    &old[..label],
                    if old[label..].starts_with(' ') { " " } else { "" }
                ),
            );
            assert_ne!(text, sample.text);
            let shown = ShowLine::parse(&sample.command).unwrap().read(&text);
            assert_eq!(shown.unknown, [], "{file}: {name}");
            let quoted = serde_json::to_string(name.trim()).unwrap();
            assert!(shown.rows.to_string().contains(&quoted), "{file}: {name}");
        }
    }
}

#[test]
fn wrapping_changes_nothing() {
    let mut wrapped_ones = 0;
    for sample in samples() {
        let wrapped = super::wrapped(&sample.text);
        if wrapped == sample.text {
            continue;
        }
        wrapped_ones += 1;
        let show = ShowLine::parse(&sample.command).unwrap();
        let (whole, joined) = (show.read(&sample.text), show.read(&wrapped));
        assert_eq!(joined.unknown, [], "{}", sample.file);
        assert_eq!(joined.rows, whole.rows, "{}", sample.file);
    }
    assert!(wrapped_ones > 4, "{wrapped_ones}");
}

/// What a device may put before and after: blank lines and carriage returns.
#[test]
fn blank_lines_and_returns_change_nothing() {
    for sample in samples() {
        let show = ShowLine::parse(&sample.command).unwrap();
        let noisy = format!("\n{}\n\n", sample.text.replace('\n', "\r\n"));
        let (whole, noisy) = (show.read(&sample.text), show.read(&noisy));
        assert_eq!(noisy.unknown, [], "{}", sample.file);
        assert_eq!(noisy.rows, whole.rows, "{}", sample.file);
    }
}
