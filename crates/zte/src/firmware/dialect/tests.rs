use std::path::{Path, PathBuf};

use gpon::{OnuId, OnuRef, PonPort};

use super::places::{Entry, Place};
use super::*;
use crate::firmware::of_object_id;

/// Made up, but for the names of its ports and modes, which are a C6xx's (§1.4, §3).
pub(crate) const OTHER: Dialect = Dialect {
    ports: PortNames { pon: "gpon_olt-", onu: "gpon_onu-" },
    prompts: Prompts { user: '$', enabled: '%', confirmation: "(y/n)", ..C3XX.prompts },
    refusals: Refusals {
        signs: &["! "],
        bare: &["Busy"],
        empty: &["! none"],
        notices: &["! welcome"],
        told: "note",
    },
    ways: &[&[
        Way { to: Kind::Config, from: Kind::Exec, line: "configure terminal", mode: "config" },
        Way { to: Kind::Onu, from: Kind::Config, line: "interface {port}", mode: "config-if-{port}" },
    ]],
    ..C3XX
};

fn onu() -> OnuRef {
    OnuRef { pon: PonPort::new(1, 3).unwrap(), id: OnuId::new(4).unwrap() }
}

fn typed(dialect: &Dialect, place: Place) -> Vec<(String, String)> {
    let way = dialect.way_to(place).unwrap();
    way.into_iter().map(|Entry { line, mode }| (line, mode)).collect()
}

fn pair(line: &str, mode: &str) -> (String, String) {
    (line.to_owned(), mode.to_owned())
}

#[test]
fn every_place_has_its_way() {
    let config = pair("configure terminal", "config");
    assert_eq!(typed(&C3XX, Place::Exec), []);
    assert_eq!(typed(&C3XX, Place::Config), std::slice::from_ref(&config));
    for (place, line, mode) in [
        (Place::Gpon, "gpon", "config-gpon"),
        (Place::Pon, "pon", "config-pon"),
        (Place::PonPort(onu().pon), "interface gpon-olt_1/1/3", "config-if"),
        (Place::Onu(onu()), "interface gpon-onu_1/1/3:4", "config-if"),
        (Place::Remote(onu()), "pon-onu-mng gpon-onu_1/1/3:4", "gpon-onu-mng 1/1/3:4"),
    ] {
        assert_eq!(typed(&C3XX, place), [config.clone(), pair(line, mode)]);
    }
    let other = pair("interface gpon_onu-1/1/3:4", "config-if-gpon_onu-1/1/3:4");
    assert_eq!(typed(&OTHER, Place::Onu(onu())), [config, other]);
    assert_eq!(OTHER.way_to(Place::Gpon), None, "no way is made up");
    assert_eq!((C3XX.lines.exit, C3XX.lines.end), ("exit", "end"));
}

#[test]
fn a_circle_of_ways_leads_nowhere() {
    const ROUND: &[Way] = &[Way { to: Kind::Config, from: Kind::Config, line: "x", mode: "y" }];
    assert_eq!(Dialect { ways: &[ROUND], ..C3XX }.way_to(Place::Config), None);
}

#[test]
fn a_firmware_names_its_dialect() {
    let of = |tail: &[u32]| {
        let id = [&[1, 3, 6, 1, 4, 1, 3902, 1082, 1001, 320], tail].concat();
        let remote = of_object_id(&id).unwrap().dialect.way_to(Place::Remote(onu())).unwrap();
        remote.into_iter().next_back().unwrap().mode
    };
    assert_eq!(of(&[2, 1]), "gpon-onu-mng 1/1/3:4");
    assert_eq!(of(&[1, 2]), "gpon-onu-mng");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The lines of shipped code that write the name of a port.
fn names_of_ports(text: &str) -> Vec<&str> {
    let shipped = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let code = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.filter(|line| line.contains("gpon-onu_") || line.contains("gpon-olt_")).collect()
}

#[test]
fn no_port_is_named_outside_of_the_dialect() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 100, "the sources were not found");
    // Files of tests alone.
    const TESTS: [&str; 7] = [
        "tests.rs",
        "cases.rs",
        "config_cases.rs",
        "config_properties.rs",
        "config_texts.rs",
        "fixtures.rs",
        "open.rs",
    ];
    let mut offenders = Vec::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let tests = TESTS.contains(&name.as_str()) || name.ends_with("_tests.rs");
        if tests || file.ends_with("firmware/dialect.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        offenders.extend(names_of_ports(&text).into_iter().map(|line| format!("{}: {line}", file.display())));
    }
    assert!(offenders.is_empty(), "{offenders:#?}");
    let sample =
        "// gpon-onu_1/1/1:1\nformat!(\"show gpon-onu_{onu}\")\n#[cfg(test)]\nmod tests {\n\"gpon-onu_\"";
    assert_eq!(names_of_ports(sample), ["format!(\"show gpon-onu_{onu}\")"]);
}
