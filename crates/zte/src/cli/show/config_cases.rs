//! Configurations that were once misread, with the right values, as `oltd show --from` reads them.

use serde_json::{Value, json};

use super::{ShowLine, Shown};

const ONU: &str = "show running-config interface gpon-onu_1/1/2:9";
const REMOTE: &str = "show onu running config gpon-onu_1/1/2:9";
const WHOLE: &str = "show running-config";

fn case(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(command: &str, text: &str) -> Shown {
    let show = ShowLine::parse(command).unwrap();
    // What a terminal makes of it: lines end with CR LF there.
    show.read(&crate::cli::saved::answer(&text.replace('\n', "\r\n"), show.line()).unwrap())
}

fn clean(command: &str, text: &str) -> Value {
    let shown = read(command, text);
    assert_eq!(shown.unknown, []);
    shown.rows
}

/// Each of the lines that `rows` holds apart from its fields, in their order.
fn lines(rows: &Value) -> Vec<&str> {
    let blocks = rows["other"].as_array().unwrap().iter();
    let texts =
        blocks.flat_map(|block| std::iter::once(&block["head"]).chain(block["lines"].as_array().unwrap()));
    texts.map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn vlans_of_a_vport() {
    let rows = clean("show running-config interface gpon-onu_1/1/2:5", &case("v12-vport-vlans.txt"));
    let vlans = json!([
        { "vport": 1, "tagged": true, "vlans": [[900, 900]], "set_by_profile": null },
        { "vport": 1, "tagged": false, "vlans": [[901, 901], [905, 907]], "set_by_profile": null },
    ]);
    assert_eq!((&rows[0]["vport_vlans"], &rows[0]["other"]), (&vlans, &json!([])));
}

#[test]
fn what_a_profile_set_is_marked_on_both_sides() {
    let rows = clean("show onu running config gpon-onu_1/1/2:6", &case("profile-frame-remote.txt"));
    let services = [&rows[0]["services"][0]["set_by_profile"], &rows[0]["services"][1]["set_by_profile"]];
    assert_eq!(services, [&json!("PLAN-A"), &Value::Null]);
    assert_eq!(rows[0]["vlan_ports"][0]["set_by_profile"], "PLAN-A");
    assert_eq!((&rows[0]["profiles"], &rows[0]["other"]), (&json!(["PLAN-A"]), &json!([])));

    let rows = clean("show running-config interface gpon-onu_1/1/2:6", &case("profile-frame-olt.txt"));
    for parts in ["tconts", "gemports"] {
        let set_by = [&rows[0][parts][0]["set_by_profile"], &rows[0][parts][1]["set_by_profile"]];
        assert_eq!(set_by, [&json!("PLAN-A"), &Value::Null], "{parts}");
    }
}

#[test]
fn other_lines_of_a_profile_are_marked() {
    let text = "pon-onu-mng gpon-onu_1/1/2:6\n  mvlan 5\n  ==Configured by profile: A B== \n  mvlan 5\n  ip-host 1 id x\n  ==End== \n!\n";
    let rows = clean(REMOTE, text);
    assert_eq!(rows[0]["other"], json!(["  mvlan 5", "  mvlan 5", "  ip-host 1 id x"]));
    let mark = |index, text| json!({ "index": index, "text": text, "set_by_profile": "A B" });
    assert_eq!(rows[0]["marks"], json!([mark(1, "  mvlan 5"), mark(2, "  ip-host 1 id x")]));
}

#[test]
fn a_frame_without_an_end_covers_its_own_line() {
    let text = case("profile-frame-olt.txt").replace("  ==End== \n", "");
    let shown = read("show running-config interface gpon-onu_1/1/2:6", &text);
    assert_eq!(shown.unknown.iter().map(|unknown| unknown.line).collect::<Vec<_>>(), [4]);
    assert!(!shown.rows.to_string().contains(r#""set_by_profile":"PLAN-A""#), "{}", shown.rows);
    assert_eq!(shown.rows[0]["tconts"].as_array().unwrap().len(), 2);

    let text = case("profile-frame-olt.txt").replace("  ==Configured by profile: PLAN-A== \n", "");
    assert_eq!(read(ONU, &text).unknown.iter().map(|unknown| unknown.line).collect::<Vec<_>>(), [6]);
}

#[test]
fn no_secret_is_shown_and_nothing_else_is_hidden() {
    let text = case("secrets.txt");
    let shown = read(WHOLE, &text);
    assert_eq!(shown.unknown, []);
    let rows = shown.rows.to_string();
    assert!(!rows.contains("QQ") && !format!("{shown:?}").contains("QQ"), "{rows}");
    let open = [
        "192.0.2.9",
        "192.0.2.8",
        "192.0.2.7",
        "udp-port 162",
        "view AllView rw",
        "username op1",
        "privilege 15",
        "username op2",
        "user u1 g1 v3",
        "acs.example.net:7547",
        "username a password",
        "wifi_0/1",
        "pots_0/1",
        "\"vport_mode\":\"onu\"",
        "\"user\":\"u\"",
        "\"host\":1",
        "F660",
    ];
    for open in open {
        assert!(rows.contains(open), "{open}: {rows}");
    }
    // A device's answer to something else: no line of it is understood, and none tells a secret.
    for command in ["show card", "show clock", "show onu-type", "show vlan summary", ONU, REMOTE] {
        let shown = read(command, &text);
        let told = format!("{} {:?}", shown.rows, shown.unknown);
        assert!(!told.contains("QQ"), "{command}: {told}");
    }
}

#[test]
fn wrapped_secrets_are_not_shown() {
    let secret = "QQ".repeat(60);
    for head in ["  wan-ip 1 mode pppoe username u password ", "  ssid auth wpa wifi_0/1 wpa2-psk key "] {
        let text = super::wrapped(&format!("pon-onu-mng gpon-onu_1/1/2:9\n{head}{secret}\n!\n"));
        let rows = clean(REMOTE, &text).to_string();
        assert!(rows.contains("***") && !rows.contains("QQ"), "{rows}");
    }
    // Nobody can tell whether the second line is the rest: it begins as a command may.
    let text =
        super::wrapped(&format!("username op privilege 15 {}qq-x max-sessions 4\nend\n", "qq".repeat(40)));
    let rows = clean(WHOLE, &text);
    assert_eq!(lines(&rows), ["username op privilege 15 ***", "*** max-sessions 4"]);
    assert_eq!(rows["other"][0]["marks"][0]["wrap"], "undecided", "{rows}");
}

#[test]
fn any_line_may_stand_in_a_configuration() {
    let text = case("running-config-heads.txt");
    let rows = clean(WHOLE, &text);
    let structure = ["Building configuration...", "!", "end"];
    let kept: Vec<&str> = text.lines().filter(|line| !structure.contains(line)).collect();
    assert_eq!(lines(&rows), kept);
    let uplink = &rows["uplinks"][0];
    assert_eq!((&uplink["name"], &uplink["tagged"]), (&json!("gei_1/4/1"), &json!([[100, 100], [200, 201]])));
    assert_eq!(uplink["untagged"], json!([]));
}

#[test]
fn a_stray_line_ends_nothing() {
    let command = "show running-config interface gpon-onu_1/1/2:8";
    let shown = read(command, &case("stray-line.txt"));
    let unknown: Vec<_> = shown.unknown.iter().map(|unknown| (unknown.line, unknown.text.as_str())).collect();
    assert_eq!(unknown, [(5, "Alarm 18433 occurred level 6 sent by CLI")]);
    let onu = &shown.rows[0];
    assert_eq!((&onu["gemports"][0]["id"], &onu["gemports"][0]["tcont"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&onu["service_ports"][0]["index"], &onu["service_ports"][0]["svlan"]),
        (&json!(1), &json!(10))
    );
}

#[test]
fn a_full_line_swallows_no_other() {
    let text = case("full-line-then-unknown-head.txt");
    let rows = clean(WHOLE, &text);
    assert_eq!(lines(&rows), text.lines().skip(1).take(3).collect::<Vec<_>>());
    // A head that nobody has seen yet: kept, and flagged.
    let rows = clean(WHOLE, &text.replace("syslog", "newlog"));
    assert_eq!(lines(&rows).len(), 3);
    let mark = &rows["other"][0]["marks"][0];
    assert_eq!((&mark["wrap"], &mark["index"]), (&json!("undecided"), &Value::Null));
    assert_eq!(mark["text"], rows["other"][0]["head"]);
}

#[test]
fn full_lines_of_any_kind_swallow_no_other() {
    for (filler, indent) in
        [("x".repeat(80), ""), ("x".repeat(78), "  "), ("ñ".repeat(39), "  "), ("x".repeat(75), "     ")]
    {
        let text = format!(
            "interface gpon-onu_1/1/2:9\n{indent}{filler}\n  tcont 1 profile T\n  name {}\n  gemport 1 tcont 1\n!\nend\n",
            "n".repeat(73)
        );
        let shown = read(ONU, &text);
        let onu = &shown.rows[0];
        assert_eq!(
            (&onu["tconts"][0]["profile"], &onu["gemports"][0]["id"]),
            (&json!("T"), &json!(1)),
            "{text}"
        );
        assert_eq!(onu["other"].as_array().unwrap().len() + shown.unknown.len(), 1, "{text}");
    }
    // Where lines are indented by one blank, it may be the one that a wrap fell on.
    let full = format!(" description {}", "d".repeat(67));
    let text = format!("interface gpon-onu_1/1/2:9\n{full}\n further words\n tcont 1 profile T\n!\nend\n");
    let shown = read(ONU, &text);
    assert_eq!(
        shown.unknown.iter().map(|unknown| unknown.text.as_str()).collect::<Vec<_>>(),
        [full.as_str()]
    );
    assert_eq!(
        (&shown.rows[0]["other"], &shown.rows[0]["tconts"][0]["id"]),
        (&json!([" further words"]), &json!(1))
    );
}

#[test]
fn a_shifted_text_is_read_as_it_was() {
    let text = case("shift-config.txt");
    let straight = text.replace("\n ", "\n");
    assert_eq!(clean(ONU, &text), clean(ONU, &straight));
    assert_eq!(clean(ONU, &text)[0]["tconts"][0]["profile"], "T");
    let whole = super::fixture("c320-v2.1.0/show-running-config.txt");
    for shift in [" ", "   "] {
        let shifted = format!("{shift}{}", whole.trim_end().replace('\n', &format!("\n{shift}")));
        assert_eq!(clean(WHOLE, &shifted), clean(WHOLE, &whole));
    }
    // Left over of a pager in front of one line only.
    for (line, left) in
        [("interface gpon-onu", " interface gpon-onu"), ("\n!\nend", "\n !\nend"), ("  tcont", "   tcont")]
    {
        assert_eq!(clean(ONU, &straight.replacen(line, left, 1)), clean(ONU, &straight), "{left:?}");
    }
    let tabs = straight.replace("\n  ", "\n\t").replace("tcont 1", "tcont\t1");
    assert_eq!(clean(ONU, &tabs), clean(ONU, &straight));
}

#[test]
fn onus_are_registered_in_several_ways() {
    let rows = clean("show running-config interface gpon-olt_1/2/12", &case("onu-lines.txt"));
    let onu = |at: usize, field: &str| rows[0]["onus"][at][field].clone();
    let auth: Vec<_> = (0..4).map(|at| (onu(at, "id"), onu(at, "auth"), onu(at, "serial"))).collect();
    let none = Value::Null;
    let right = [
        (json!(1), json!("pw"), none.clone()),
        (json!(2), json!("sn"), json!("ZTEGC0000002")),
        (json!(3), json!("sn"), json!("ZTEGC0000003")),
        (json!(5), json!("loid"), none.clone()),
    ];
    assert_eq!(auth, right);
    assert_eq!(
        [onu(0, "vport_mode"), onu(1, "vport_mode"), onu(2, "vport_mode")],
        [json!("onu"), json!("manual"), none]
    );
    assert_eq!((onu(2, "line_profile"), onu(2, "remote_profile")), (json!("LINE-1G"), json!("VLAN10")));
    assert_eq!(
        (onu(0, "password"), onu(3, "loid"), onu(3, "password")),
        (json!("***"), json!("***"), json!("***"))
    );
    assert!(!rows.to_string().contains("customer5") && !rows.to_string().contains("0100000001"));
}

#[test]
fn service_ports_in_every_form() {
    let rows = clean("show running-config interface gpon-onu_1/2/1:3", &case("service-ports.txt"));
    let port = |index, fields: Value| {
        let mut port = json!({
            "onu": "1/2/1:3", "index": index, "vport": 1, "user_vlan": null, "user_svlan": null, "vlan_mode": null,
            "svlan": null, "cvlan": null, "tls_vlan": null, "priority": null, "scos": null, "etype": null,
            "ingress": null, "egress": null, "description": null, "other_all": false, "set_by_profile": null,
        });
        port.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        port
    };
    let right = json!([
        port(
            1,
            json!({ "user_vlan": 100, "vlan_mode": "tag", "svlan": 100, "etype": "PPPOE", "description": "internet" })
        ),
        port(2, json!({ "vlan_mode": "untag", "svlan": 10 })),
        port(
            3,
            json!({ "user_vlan": 201, "user_svlan": 301, "cvlan": 3101, "svlan": 3201, "priority": 4, "scos": 6 })
        ),
        port(
            4,
            json!({ "user_vlan": 1074, "vlan_mode": "translation", "cvlan": 1074, "svlan": 80, "ingress": "UP50", "egress": "DN50" })
        ),
        port(5, json!({ "tls_vlan": 501, "other_all": true })),
    ]);
    assert_eq!(rows[0]["service_ports"], right);
    assert_eq!(rows[0]["other"].as_array().unwrap().len(), 3);
}

#[test]
fn services_of_the_other_side() {
    let rows = clean("show onu running config gpon-onu_1/2/1:3", &case("remote-services.txt"));
    let (inet, iptv) = (&rows[0]["services"][0], &rows[0]["services"][1]);
    assert_eq!(
        (&inet["name"], &inet["gemport"], &inet["untagged"]),
        (&json!("INET"), &json!(1), &json!(true))
    );
    assert_eq!((&iptv["gemport"], &iptv["cos"]), (&json!(2), &json!([0, 1, 2, 3, 4, 5, 6, 7])));
    assert!(!rows.to_string().contains("hidden"), "{rows}");
}
