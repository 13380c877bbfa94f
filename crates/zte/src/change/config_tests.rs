use gpon::{ExpectedSerial, OnuId, OnuRef, UndoClass};
use proptest::prelude::*;

use super::super::diff::diff;
use super::*;
use crate::cli::Line;
use crate::cli::show::{Show, ShowOnuConfig, ShowOnuRunningConfig, fixture};
use crate::firmware::dialect::C3XX;

fn changes() -> &'static Changes {
    C3XX.changes.unwrap()
}

fn at() -> OnuRef {
    OnuRef { pon: "1/1/2".parse().unwrap(), id: OnuId::new(5).unwrap() }
}

fn registered() -> Option<ExpectedSerial> {
    Some(ExpectedSerial::Serial("ZTEGC0000001".parse().unwrap()))
}

/// The body of a configuration: without its head and its end.
fn body(text: &str) -> String {
    let inside = |line: &&str| line.starts_with(' ') && !line.trim().starts_with("==");
    text.lines().filter(inside).map(|line| format!("{line}\n")).collect()
}

fn interface(text: &str) -> OnuConfig {
    let rows = ShowOnuConfig::parse(text).rows.remove(0);
    let mut config = OnuConfig::new(rows.onu, registered());
    config.read(changes(), Block::Interface, rows.lines);
    config
}

fn of(lines: &[&str]) -> OnuConfig {
    let body: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    let mut config = interface(&format!("interface gpon-onu_1/1/2:5\n{body}!\nend\n"));
    config.at = at();
    config
}

fn sent(have: &OnuConfig, want: &OnuConfig) -> Vec<String> {
    diff(have, want).unwrap().iter().map(|step| step.line.expose().to_owned()).collect()
}

#[test]
fn every_fixture_survives_there_and_back() {
    for file in
        ["show-running-config-interface-gpon-onu.txt", "show-running-config-interface-gpon-onu-full.txt"]
    {
        let text = fixture(&format!("c320-v2.1.0/{file}"));
        let config = interface(&text);
        assert_eq!(config.render(Block::Interface), body(&text), "{file}");
        assert_eq!(sent(&config, &config), [""; 0], "{file}: opened and saved");
        assert!(config.lines(Block::Interface).len() > 5, "{file}");
    }
    for file in ["show-onu-running-config.txt", "show-onu-running-config-full.txt"] {
        let text = fixture(&format!("c320-v2.1.0/{file}"));
        let rows = ShowOnuRunningConfig::parse(&text).rows.remove(0);
        let mut config = OnuConfig::new(rows.onu, registered());
        config.read(changes(), Block::Remote, rows.lines);
        assert_eq!(config.render(Block::Remote), body(&text), "{file}");
        assert_eq!(sent(&config, &config), [""; 0], "{file}: opened and saved");
        let shown = format!("{config:?}");
        assert!(!shown.contains("pass1"), "a secret is shown: {shown}");
        let kept = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<OnuConfig>(&kept).unwrap(), config);
    }
}

#[test]
fn what_stands_when_nothing_is_set_says_nothing() {
    let config = of(&["no shutdown", "name X"]);
    assert_eq!(config.render(Block::Interface), "  name X\n");
}

#[test]
fn a_value_is_typed_over_or_made_anew() {
    let have = of(&[
        "name A",
        "tcont 1 profile P",
        "gemport 1 tcont 1",
        "service-port 1 vport 1 user-vlan 7 vlan 7 ",
    ]);
    let mut want = have.clone();
    let line = |text: &str| ConfigLine::of(changes(), Block::Interface, SecretText::of(text), None);
    want.set(line("name B"));
    want.set(line("service-port 1 vport 1 user-vlan 8 vlan 8"));
    let steps = diff(&have, &want).unwrap();
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.line.expose(), step.undo.first().map(|undo| undo.line.expose()), step.class))
        .collect();
    assert_eq!(
        told,
        [
            ("no service-port 1", Some("service-port 1 vport 1 user-vlan 7 vlan 7"), UndoClass::ReCreated),
            ("name B", Some("name A"), UndoClass::Exact),
            ("service-port 1 vport 1 user-vlan 8 vlan 8", Some("no service-port 1"), UndoClass::Exact),
        ]
    );
    // The blanks that the device prints behind it are no difference.
    let mut same = have.clone();
    same.set(line("service-port 1 vport 1 user-vlan 7 vlan 7"));
    assert_eq!(sent(&have, &same), [""; 0]);
}

#[test]
fn all_is_removed_in_the_order_that_the_device_asks_for() {
    let have = of(&["tcont 1 profile P", "gemport 1 tcont 1", "service-port 1 vport 1 user-vlan 7 vlan 7"]);
    assert_eq!(sent(&have, &of(&["name X"])), ["no service-port 1", "no gemport 1", "no tcont 1", "name X"]);
}

#[test]
fn what_cannot_be_typed_cannot_be_brought_back() {
    let have = of(&["name a?b"]);
    let step = diff(&have, &of(&["name X"])).unwrap().remove(0);
    assert_eq!((step.class, step.undo.len(), step.name.as_str()), (UndoClass::Impossible, 0, "name"));
}

#[test]
fn lines_of_a_profile_are_left_alone() {
    let text = "interface gpon-onu_1/1/2:5\n  ==Configured by profile: LP==\n  tcont 1 profile P\n  ==End==\n  name A\n!\nend\n";
    let have = interface(text);
    let mut want = have.clone();
    want.set(ConfigLine::of(changes(), Block::Interface, SecretText::of("tcont 1 profile Q"), None));
    assert!(matches!(diff(&have, &want), Err(NotChanged::OwnedByProfile { profile, .. }) if profile == "LP"));
    want = have.clone();
    want.set(ConfigLine::of(changes(), Block::Interface, SecretText::of("name B"), None));
    assert_eq!(sent(&have, &want), ["name B"]);
}

use super::super::NotChanged;

/// Lines of an ONU, with arguments.
fn any_line() -> impl Strategy<Value = String> {
    let number = 1_u32..5;
    prop_oneof![
        "name [ -~]{0,20}",
        "description [ -~]{0,20}",
        Just("shutdown".to_owned()),
        number.clone().prop_map(|n| format!("tcont {n} profile P{n}")),
        (number.clone(), number.clone()).prop_map(|(n, t)| format!("gemport {n} tcont {t}")),
        (number.clone(), 1_u32..9)
            .prop_map(|(n, v)| format!("service-port {n} vport 1 user-vlan {v} vlan {v}")),
        "ip dhcp snooping enable vport [1-4]",
        "[a-z]{1,8} [ -~]{0,30}",
    ]
}

proptest! {
    /// Whatever differs: each line that is sent is one that a terminal takes, and what
    /// undoes it, in the reverse order, is the difference the other way round.
    #[test]
    fn a_difference_is_sendable_and_reversible(
        have in prop::collection::vec(any_line(), 0..8),
        want in prop::collection::vec(any_line(), 0..8),
    ) {
        let lines = |lines: &[String]| {
            let mut config = OnuConfig::new(at(), registered());
            config.read(changes(), Block::Interface, Vec::new());
            for line in lines {
                config.set(ConfigLine::of(changes(), Block::Interface, SecretText::of(line.trim()), None));
            }
            config
        };
        let (have, want) = (lines(&have), lines(&want));
        let Ok(steps) = diff(&have, &want) else { return Ok(()) };
        let apply = |config: &mut OnuConfig, line: &str| {
            let removed = config.all().find(|standing| standing.slot.removed_by() == Some(line)).map(|line| line.slot.clone());
            match removed {
                Some(slot) => config.unset(&slot),
                None => config.set(ConfigLine::of(changes(), Block::Interface, SecretText::of(line), None)),
            }
        };
        let sorted = |config: &OnuConfig| {
            let mut lines: Vec<String> = config.all().map(|line| line.typed().to_owned()).collect();
            lines.sort();
            lines
        };
        let mut now = have.clone();
        for step in &steps {
            prop_assert!(Line::new(step.line.expose()).is_ok());
            apply(&mut now, step.line.expose());
        }
        prop_assert_eq!(sorted(&now), sorted(&want));
        if steps.iter().any(|step| step.class == UndoClass::Impossible) {
            return Ok(());
        }
        for undo in steps.iter().rev().flat_map(|step| &step.undo) {
            apply(&mut now, undo.line.expose());
        }
        prop_assert_eq!(sorted(&now), sorted(&have));
    }
}
