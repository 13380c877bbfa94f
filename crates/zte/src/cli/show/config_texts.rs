//! Text between delimiters, sub-modes and other makers of blocks, in configurations of our own.

use serde_json::{Value, json};

use super::{Show, ShowLine, ShowRunningConfig, Shown};

fn read(text: &str) -> Shown {
    ShowLine::parse("show running-config").unwrap().read(text)
}

fn heads(rows: &Value) -> Vec<&str> {
    rows["other"].as_array().unwrap().iter().map(|block| block["head"].as_str().unwrap()).collect()
}

#[test]
fn text_between_delimiters_is_no_configuration() {
    for (open, close) in [
        ("banner incoming @", "@"),
        ("banner incoming #hello", "bye #"),
        ("banner login %%hello", "%"),
        ("banner ^C", "^C"),
        ("banner incoming ##", "##"),
        ("banner incoming EOF", "EOF"),
        ("banner motd ^", "^"),
        ("message-of-day @ hello", "bye @ "),
        ("message-of-day x", "bye x"),
        ("  message-of-day \"", "\""),
    ] {
        let inside = "interface gpon-onu_1/1/1:1\n  tcont 1 profile T\nhostname WRONG\n!\nend\nmail a@b c\n\nYour password is secret";
        let text = format!("olleh\n{open}\n{inside}\n{close}\nhostname RIGHT\nend\n");
        let shown = read(&text);
        assert_eq!(shown.unknown, [], "{open}");
        assert_eq!((&shown.rows["hostname"], &shown.rows["onus"]), (&json!("RIGHT"), &json!([])), "{open}");
        let kept = shown.rows["other"].to_string();
        for line in inside.lines().chain([open, close]) {
            assert!(kept.contains(&serde_json::to_string(line).unwrap()), "{open}: {line:?} in {kept}");
        }
    }
}

#[test]
fn text_that_ends_in_its_line_ends_there() {
    for line in [
        "banner incoming @hello@",
        "banner incoming enable",
        "message-of-day @ hello @ ",
        "banner incoming",
        "message-of-day off",
    ] {
        let shown = read(&format!("{line}\nhostname X\nend\n"));
        assert_eq!((shown.unknown.len(), &shown.rows["hostname"]), (0, &json!("X")), "{line}");
        assert_eq!(heads(&shown.rows), [line]);
    }
}

#[test]
fn an_unclosed_delimiter_covers_its_own_line() {
    let onus = "interface gpon-onu_1/1/1:1\n  name mail@home now\n!\nbanner login @hello@\nhostname X\nend\n";
    for open in ["banner login @hello", "message-of-day @", "message-of-day ^C"] {
        let shown = read(&format!("{open}\n{onus}"));
        let unknown: Vec<_> =
            shown.unknown.iter().map(|unknown| (unknown.line, unknown.text.as_str())).collect();
        if open.starts_with("banner") || open.ends_with('C') {
            assert_eq!(unknown, [(1, open)]);
        }
        if !unknown.is_empty() {
            assert_eq!(
                (&shown.rows["hostname"], &shown.rows["onus"][0]["name"]),
                (&json!("X"), &json!("mail@home now"))
            );
            assert!(heads(&shown.rows).contains(&open));
        }
    }
    // An end far below is not the end of it.
    let text = format!("banner incoming @\n{}last @\nend\n", "hostname X\n".repeat(100));
    let shown = read(&text);
    assert_eq!((shown.unknown.len(), &shown.rows["hostname"]), (1, &json!("X")));
}

#[test]
fn blocks_end_with_what_their_maker_prints() {
    for (close, end) in [("!", "end"), ("$", "end"), ("exit", "end"), ("$", "!</if-intf>")] {
        let text = format!(
            "!<if-intf>\ninterface gpon-onu_1/1/1:1\n name A\n tcont 1 profile T\n sub-mode\n  deeper\n exit\n gemport 1 tcont 1\n{close}\nhostname X\n{end}\n"
        );
        let shown = read(&text);
        assert_eq!(shown.unknown, [], "{close}");
        let onu = &shown.rows["onus"][0];
        assert_eq!((&onu["gemports"][0]["id"], &shown.rows["hostname"]), (&json!(1), &json!("X")), "{close}");
        assert_eq!(onu["other"], json!([" sub-mode", "  deeper", " exit"]));
    }
}

#[test]
fn stray_lines_end_no_block_of_a_known_kind() {
    let text = super::fixture("c320-v2.1.0/show-running-config.txt");
    let whole = ShowRunningConfig::parse(&text).rows;
    let (mut strays, lines): (usize, Vec<&str>) = (0, text.lines().collect());
    for at in 1..lines.len() {
        // In blocks only: behind an indented line that another one follows.
        if !lines[at - 1].starts_with(' ') || !lines[at].starts_with(' ') {
            continue;
        }
        let mut broken = lines.clone();
        broken.insert(at, "Alarm 18433 occurred level 6 sent by CLI");
        let shown = ShowRunningConfig::parse(&broken.join("\n"));
        assert_eq!(shown.unknown.iter().map(|unknown| unknown.line).collect::<Vec<_>>(), [at + 1]);
        assert_eq!(shown.rows, whole, "line {at}");
        strays += 1;
    }
    assert!(strays > 40, "{strays}");
}

#[test]
fn a_head_without_lines_and_end_is_no_block() {
    let shown = read("vlan 5\nclock timezone utc 0\nepon\nmac aging-time 300\nvlan 6\n  name six\n!\nend\n");
    assert_eq!(shown.unknown, []);
    assert_eq!(heads(&shown.rows), ["clock timezone utc 0", "epon", "mac aging-time 300"]);
    assert_eq!(shown.rows["vlans"][1]["name"], "six");
}

#[test]
fn places_that_are_not_understood_are_problems() {
    for head in ["interface gpon-onu_1/1/1:999", "interface gpon-olt_1/1", "pon-onu-mng gpon-onu_x"] {
        let shown = read(&format!("{head}\n  name A\n!\nend\n"));
        assert_eq!((shown.unknown.len(), heads(&shown.rows)), (1, vec![head]));
    }
}

#[test]
fn what_is_left_out_of_the_asked_block_is_a_problem() {
    let show = ShowLine::parse("show running-config interface gpon-onu_1/1/1:1").unwrap();
    let text = "interface gpon-onu_1/1/1:1\n  name A\n!\ninterface gpon-olt_1/1/1\n  no shutdown\n!\nhostname X\nend\n";
    let lines: Vec<_> = show.read(text).unknown.into_iter().map(|unknown| unknown.line).collect();
    assert_eq!(lines, [4, 5, 7]);
}

#[test]
fn a_text_that_is_cut_off_is_no_whole_configuration() {
    let cut = "Building configuration...\ninterface gpon-onu_1/1/1:1\n  name A\n";
    for command in ["show running-config", "show running-config interface gpon-onu_1/1/1:1"] {
        let read = |text: &str| ShowLine::parse(command).unwrap().read(text).unknown.len();
        assert_eq!(
            (read(cut), read(&format!("{cut}!\n")), read(&format!("{cut}end\n"))),
            (1, 0, 0),
            "{command}"
        );
    }
}

#[test]
fn what_stands_twice_or_in_no_known_form_is_a_problem() {
    for (lines, problems) in [
        ("  service-port 1 vport 1 user-vlan 5 vlan 5\n  service-port 1 vport 2 user-vlan 6 vlan 6\n", 1),
        ("  service-port 1 vport 1 user-vlan 5 vlan 5\n  service-port 1 description x\n", 0),
        ("  service-port 1 vport 1 transparent vlan 5\n", 1),
        ("  service-port 1 vport 1 user-vlan 5 vlan 5 svlan 0\n", 0),
    ] {
        let text = format!("interface gpon-onu_1/1/1:1\n{lines}!\nend\n");
        let shown = read(&text);
        assert_eq!(shown.unknown.len(), problems, "{lines}");
        let port = &shown.rows["onus"][0]["service_ports"][0];
        let svlan = if lines.contains("transparent") { json!(null) } else { json!(5) };
        assert_eq!(port["svlan"], svlan, "{lines}");
    }
}

/// The line of a trap's receiver may end where a word of its own seems to begin.
#[test]
fn a_secret_behind_a_full_line_is_hidden() {
    let full = format!("snmp-server host 192.0.2.7 vrf {} trap ", "a".repeat(43));
    assert_eq!(full.len(), 80);
    let shown = read(&format!("{full}\nversion 2c qq8ww udp-port 162\nend\n"));
    assert!(!shown.rows.to_string().contains("qq8ww"), "{}", shown.rows);
    let shown = read("interface gpon-olt_1/1/1\n  onu 1 type F660 checkcode qq8ww\n!\nend\n");
    assert!(!format!("{shown:?}").contains("qq8ww") && shown.unknown.len() == 1, "{shown:?}");
}
