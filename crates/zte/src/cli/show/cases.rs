//! Answers that were once misread, with the right values, read as `oltd show --from` reads them.

use serde_json::{Value, json};

use super::{ShowLine, Shown};

fn file(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(command: &str, bytes: &[u8]) -> Shown {
    ShowLine::parse(command).unwrap().read_saved(bytes).unwrap()
}

/// The rows of a case that has no problem.
fn clean(name: &str, command: &str) -> Value {
    let shown = read(command, &file(name));
    assert_eq!(shown.unknown, [], "{name}");
    shown.rows
}

/// Whether `rows` holds all that `expected` does.
#[track_caller]
fn holds(rows: &Value, expected: &Value) {
    match (rows, expected) {
        (Value::Object(rows), Value::Object(expected)) => {
            expected.iter().for_each(|(key, value)| holds(&rows[key], value));
        }
        (Value::Array(rows), Value::Array(expected)) => {
            assert_eq!(rows.len(), expected.len(), "{rows:?}");
            rows.iter().zip(expected).for_each(|(row, value)| holds(row, value));
        }
        _ => assert_eq!(rows, expected),
    }
}

#[test]
fn onu_type_keeps_every_label() {
    let rows = clean("onu-type.txt", "show onu-type");
    let other = [
        ["Max IPv6 host", "0"],
        ["Service ability N:1", "support"],
        ["WIFI mgmt via non OMCI", "disable"],
        ["OMCI send mode", "async"],
        ["Default multicast range", "none"],
        ["VRG", "disable"],
        ["MGC configure mode", "zte"],
        ["Extended OMCI", "disable"],
        ["Location", "disable"],
    ];
    let typed =
        json!([{ "name": "X1", "description": "2ETH", "max_tconts": 8, "max_veips": 0, "other": other }]);
    holds(&rows, &typed);
}

#[test]
fn what_an_onu_says_of_itself() {
    let rows = clean("equip-uptime.txt", "show gpon remote-onu equip gpon-onu_1/1/1:1");
    holds(&rows, &json!({ "uptime_s": 0.0, "hardware_version": "HW1.0" }));
    let rows = clean("equip-version.txt", "show gpon remote-onu equip gpon-onu_1/1/1:1");
    holds(&rows, &json!({ "hardware_version": "V9.0", "uptime_s": 35734.0, "model": "F670LV9.0" }));
    let keys = rows.as_object().unwrap().keys().filter(|key| key.ends_with("version")).count();
    assert_eq!(keys, 2, "the hardware's and OMCC's, none of the software: {rows}");
    let rows = clean("eth.txt", "show gpon remote-onu interface eth gpon-onu_1/1/1:1");
    holds(
        &rows,
        &json!([{ "interface": "eth_0/1", "speed": "full-100", "up": true, "arc": 0, "arc_interval": 0 }]),
    );
}

#[test]
fn ports_and_cards() {
    let rows = clean("vlan-port.txt", "show vlan port gei_1/4/1");
    holds(&rows, &json!({ "mode": "trunk>0", "pvid": 1, "untagged": [], "tagged": [[20, 20], [30, 31]] }));
    let rows = clean("onu-interface.txt", "show interface gpon-onu_1/1/1:1");
    let rate = json!({ "bytes_per_s": 200, "packets_per_s": 2 });
    holds(
        &rows,
        &json!({ "input_bytes": 5000, "output_bytes": 6000, "output_packets": 60, "output_rate": rate }),
    );
    let rows = clean("port-auto.txt", "show interface port-status gei_1/4/1");
    holds(&rows, &json!([{ "speed": "auto", "speed_mbps": null, "up": false, "native_vlan": 1 }]));
    let rows = clean("card-shift.txt", "show card");
    let cards = json!([
        { "at": "1/1/0", "real_type": "PRWH", "ports": 0, "software_version": null, "status": "INSERVICE" },
        { "at": "1/1/2", "real_type": "GTGHG", "ports": 16, "software_version": "V2.1.0", "status": "INSERVICE" },
        { "at": "1/1/3", "configured_type": "SMXA", "real_type": null, "ports": 3, "status": "OFFLINE" },
    ]);
    holds(&rows, &cards);
}

#[test]
fn states() {
    let rows = clean("state-v12-lower.txt", "show gpon onu state gpon-olt_1/1/1");
    let onu = json!({ "onu": "1/1/1:1", "phase": "Online", "channel": null, "o7": "operation", "omcc_enabled": true });
    assert_eq!(rows["onus"][0]["phase"], clean("shift-state.txt", "show gpon onu state")["onus"][0]["phase"]);
    for key in ["onu", "channel", "o7", "omcc_enabled"] {
        assert_eq!(rows["onus"][0][key], onu[key], "{key}");
    }
    let rows = clean("shift-state.txt", "show gpon onu state gpon-olt_1/1/1");
    holds(&rows, &json!({ "online": 1, "total": 1, "onus": [{ "onu": "1/1/1:1", "channel": "1(GPON)" }] }));
    let shown = read("show gpon onu state gpon-olt_1/1/1", &file("state-short.txt"));
    holds(&shown.rows, &json!({ "online": 2, "total": 3, "onus": [{ "onu": "1/1/1:1" }] }));
    let reasons: Vec<_> = shown.unknown.iter().map(|line| line.reason.as_str()).collect();
    assert_eq!(reasons, ["the OLT counts 3 ONUs, and 1 could be read"]);
    let shown = read("show mac gpon onu gpon-onu_1/1/1:1", &file("mac-short.txt"));
    holds(&shown.rows, &json!({ "count": 2, "macs": [{ "mac": "0011.2233.4455", "channel": "vport 1" }] }));
    assert_eq!((shown.unknown.len(), shown.unknown[0].line), (1, 1));
}

#[test]
fn a_name_that_is_wrapped_by_bytes() {
    let rows = clean("utf8-wrap-detail.txt", "show gpon onu detail-info gpon-onu_1/1/2:9");
    let name = format!("Señora Ñáñez {} Norte", "y".repeat(44));
    holds(&rows, &json!({ "name": name, "onu_type": "F660" }));
    // By characters, and in the middle of a letter.
    let text = String::from_utf8(file("utf8-wrap-detail.txt")).unwrap();
    let by_characters = text.replace("yyyy\nyyyy Norte", "yyyyyyyy\n Norte");
    let odd = text.replace("ez yyyy", "ez yyyyñ").replace("yyyy\nyyyy Norte", "yyyy Norte");
    let at = odd.lines().nth(2).unwrap();
    assert!(at.len() > 80);
    let (start, _) = odd.match_indices(at).next().unwrap();
    for text in [
        by_characters.into_bytes(),
        [&odd.as_bytes()[..start + 80], b"\r\n", &odd.as_bytes()[start + 80..]].concat(),
    ] {
        let shown = read("show gpon onu detail-info gpon-onu_1/1/2:9", &text);
        assert_eq!(shown.unknown, []);
        assert!(shown.rows["name"].as_str().unwrap().ends_with("y Norte"), "{}", shown.rows["name"]);
        assert_eq!(shown.rows["onu_type"], "F660");
    }
    let cut = format!(
        "\n\nONU interface:         gpon-onu_1/1/2:9\n  Name:                {}ñandu\n",
        "z".repeat(56)
    );
    let cut = cut.into_bytes();
    let half = cut.iter().position(|byte| *byte == 0xc3).unwrap() + 1;
    let cut = [&cut[..half], b"\r\n", &cut[half..], b"  Type:                F660\n"].concat();
    let shown = read("show gpon onu detail-info gpon-onu_1/1/2:9", &cut);
    holds(&shown.rows, &json!({ "name": format!("{}ñandu", "z".repeat(56)), "onu_type": "F660" }));
}

#[test]
fn a_distance_that_cannot_be() {
    let shown = read("show gpon onu detail-info gpon-onu_1/1/1:16", &file("detail-logging.txt"));
    holds(&shown.rows, &json!({ "distance_m": null, "other": [["Password mode", "none"]] }));
    assert_eq!(shown.unknown.len(), 1);
    assert!(shown.unknown[0].text.contains("134556917m"), "{:?}", shown.unknown);
    let text = String::from_utf8(file("detail-logging.txt")).unwrap();
    let of = |phase: &str, metres: &str| {
        let text = text.replace("Logging", phase).replace("134556917", metres);
        let shown = read("show gpon onu detail-info gpon-onu_1/1/1:16", text.as_bytes());
        (shown.rows["distance_m"].as_u64(), shown.unknown.len())
    };
    assert_eq!(of("Logging", "1000"), (None, 1));
    assert_eq!(of("working", "60001"), (None, 1));
    assert_eq!(of("working", "60000"), (Some(60_000), 0));
    assert_eq!(of("OffLine", "0"), (Some(0), 0));
}

#[test]
fn what_editors_put_in_front() {
    let rows = clean("bom.txt", "show clock");
    holds(&rows, &json!({ "time": "2011-03-07 08:01:55", "zone": "utc" }));
}

#[test]
fn a_title_that_is_not_known() {
    let shown = read("show gpon profile traffic", &file("unknown-title.txt"));
    holds(&shown.rows, &json!([{ "name": "P-ONE", "sir_kbps": 1000, "pir_kbps": 1000 }]));
    assert!(shown.unknown.iter().any(|line| line.text.contains("P-TWO")), "{:?}", shown.unknown);
    assert!(shown.unknown.iter().any(|line| line.text.contains("2000")), "{:?}", shown.unknown);
}

/// Whatever stands in the place of the second title, the first profile keeps to its own values.
#[test]
fn no_profile_takes_the_values_of_another() {
    let text = String::from_utf8(file("unknown-title.txt")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    for title in ["Profile  :P-TWO", "Plan :P-TWO", "Profile", "what", "NAME OF PROFILE: x", ""] {
        for keep in 0..=3 {
            // As much of the first profile as was not lost.
            let kept = [&lines[..=keep.min(2)], &[title], &lines[5..]].concat().join("\n");
            let shown = read("show gpon profile traffic", kept.as_bytes());
            let sir = &shown.rows[0]["sir_kbps"];
            // Where nothing but the name was left, no more than the title tells them apart.
            let told = keep > 0 || title.to_ascii_lowercase().contains("profile") && title.contains(':');
            assert!(!told || *sir != json!(2000), "{title:?}, {keep} lines kept: {}", shown.rows);
            assert!(!shown.unknown.is_empty() || !told, "{title:?}, {keep} lines kept");
        }
    }
}
