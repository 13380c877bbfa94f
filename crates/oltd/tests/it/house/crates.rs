//! Rules for the crates: who may build on whom.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::assert_none;
use super::tree::{File, files};

/// What a crate never builds on, not even in its tests.
const NEVER: [(&str, &[&str]); 3] = [
    // Nouns without I/O.
    ("gpon", &["zte", "oltsim", "oltd", "tokio", "axum", "async-snmp", "rasn", "rasn-snmp"]),
    // The two know the device independently, so that each checks the other.
    ("zte", &["oltsim", "oltd", "axum"]),
    ("oltsim", &["zte", "oltd"]),
];

/// Crates that only one of ours names.
const ONLY: [(&str, &str); 2] = [("async-snmp", "zte"), ("rasn-snmp", "oltsim")];

/// What only tests and benchmarks build on.
const DEV_ONLY: &str = "rig";

const KINDS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// The manifests of our crates, by the crate's name.
fn manifests(files: &[File]) -> BTreeMap<&str, Table> {
    let manifests = files.iter().filter_map(|file| match file.in_crate() {
        Some((name, "Cargo.toml")) => Some((name, file)),
        _ => None,
    });
    manifests
        .map(|(name, file)| (name, file.text.parse().unwrap_or_else(|e| panic!("{}: {e}", file.path))))
        .collect()
}

/// Every crate that a manifest names, of all kinds and targets, by its own name
/// where the manifest gives it another.
fn dependencies(manifest: &Table) -> Vec<&str> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let tables = std::iter::once(manifest).chain(targets);
    let lists = tables.flat_map(|table| KINDS.map(|kind| table.get(kind).and_then(Value::as_table)));
    let entries = lists.flatten().flatten();
    entries.map(|(name, value)| value.get("package").and_then(Value::as_str).unwrap_or(name)).collect()
}

fn wrong_directions(files: &[File]) -> Vec<String> {
    let mut offenders = Vec::new();
    for (name, manifest) in manifests(files) {
        for dependency in dependencies(&manifest) {
            let never = NEVER.iter().any(|(owner, list)| *owner == name && list.contains(&dependency));
            let elsewhere = ONLY.iter().any(|(only, owner)| *only == dependency && *owner != name);
            if never || elsewhere {
                offenders.push(format!("{name} builds on {dependency}"));
            }
        }
        let shipped = ["dependencies", "build-dependencies"]
            .iter()
            .any(|kind| manifest.get(*kind).is_some_and(|listed| listed.get(DEV_ONLY).is_some()));
        if shipped {
            offenders.push(format!("{name} ships {DEV_ONLY}"));
        }
    }
    offenders
}

/// Crates that do without the lints of the workspace.
fn without_lints(files: &[File]) -> Vec<String> {
    let held = |manifest: &Table| {
        manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool) == Some(true)
    };
    manifests(files)
        .into_iter()
        .filter(|(_, manifest)| !held(manifest))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn crates_build_in_one_direction() {
    let files = files();
    assert_none("crates build in one direction", &wrong_directions(&files));

    let manifests = manifests(&files);
    for (name, _) in NEVER {
        assert!(manifests.contains_key(name), "no manifest of {name}");
    }
    for (dependency, name) in ONLY {
        assert!(dependencies(&manifests[name]).contains(&dependency), "{name} does not name {dependency}?");
    }
}

#[test]
fn wrong_directions_are_found() {
    for (name, manifest) in [
        ("oltsim", "[dependencies]\nzte.workspace = true"),
        ("zte", "[dev-dependencies]\noltsim = { path = '../oltsim' }"),
        ("gpon", "[dependencies]\nserde = '1'\ntokio = '1'"),
        ("oltd", "[dependencies]\nasync-snmp.workspace = true"),
        ("oltd", "[build-dependencies]\nrasn-snmp = '0.30'"),
        ("oltd", "[dependencies]\nrig.workspace = true"),
        ("oltd", "[target.'cfg(unix)'.dependencies]\nsnmp = { package = 'async-snmp', version = '1' }"),
    ] {
        let file = File::sample(&format!("crates/{name}/Cargo.toml"), manifest);
        assert_eq!(wrong_directions(&[file]).len(), 1, "{name}: {manifest}");
    }
    let right = File::sample("crates/oltd/Cargo.toml", "[dependencies]\nzte.workspace = true\noltsim = '1'");
    assert!(wrong_directions(&[right]).is_empty());
}

#[test]
fn every_crate_takes_the_lints() {
    assert_none("every crate takes the lints of the workspace", &without_lints(&files()));
    assert_eq!(without_lints(&[File::sample("crates/new/Cargo.toml", "[package]\nname = 'new'")]), ["new"]);
    assert!(without_lints(&[File::sample("crates/new/Cargo.toml", "[lints]\nworkspace = true")]).is_empty());
}
