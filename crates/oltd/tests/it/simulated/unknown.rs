//! Unknown is never none: tables that are not there, lists that are not proven empty.

use oltsim::{SMALL, Source};
use serde_json::{Value, json};

use super::{Rig, cli_of, column, olt_with, serve, simulator};

const MANAGEMENT: [&str; 2] = ["1.3.6.1.4.1.3902.1082.500.10.2.3.3", "1.3.6.1.4.1.3902.1012.3.28.1"];
const STATES: [&str; 2] = ["1.3.6.1.4.1.3902.1082.500.10.2.3.8", "1.3.6.1.4.1.3902.1012.3.28.2"];
const DISTANCES: [&str; 2] = ["1.3.6.1.4.1.3902.1082.500.10.2.3.10", "1.3.6.1.4.1.3902.1012.3.11.4"];
/// What ONUs tell over OMCI: optics, box, addresses.
const REMOTE: [&str; 2] = ["1.3.6.1.4.1.3902.1082.500.20", "1.3.6.1.4.1.3902.1012.3.50"];
const UNCONFIGURED: [&str; 2] = ["1.3.6.1.4.1.3902.1012.3.13.3", "1.3.6.1.4.1.3902.1082.500.10.2.2.5"];

/// A view without any enterprise table: five ONUs on 1/1/1, a box that waits on 1/1/2.
const NO_TABLES: &str = r#"
seed = 5
[agent]
drift_millidb = 0
absent = ["1.3.6.1.4.1.3902"]
[[cards]]
slot = 1
type = "GTGO"
[[cards]]
slot = 4
type = "SMXA"
[[population]]
pons = ["1/1/1"]
count = 5
phases = { online = 1 }
[[unconfigured]]
pon = "1/1/2"
count = 1
serial = "ZTEGC0000099"
model = "F670LV9.0"
"#;

/// The small scenario without these trees.
fn without(trees: &[&str]) -> String {
    let absent = format!("[agent]\nabsent = {}", serde_json::to_string(trees).unwrap());
    SMALL.replacen("[agent]", &absent, 1)
}

async fn snmp_alone(scenario: &str) -> Rig {
    Rig::start(Source::Scenario(scenario.to_owned())).await
}

fn unsupported(body: &Value) -> Vec<&str> {
    body["unsupported"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[tokio::test]
async fn where_no_table_names_anybody_the_command_line_does() {
    let rig = Rig::both(NO_TABLES, |_| {}).await;
    let list = rig.body("/board/1/pon/1").await;
    assert_eq!(column(&list, "onu_id"), [1, 2, 3, 4, 5]);
    assert!(column(&list, "source").iter().all(|source| source == "command_line"), "{list}");
    assert!(column(&list, "status").iter().all(|status| status == "Online"));
    for field in ["serial_number", "onu_type", "rx_power"] {
        assert!(column(&list, field).iter().all(Value::is_string), "{field}: {list}");
    }
    assert_eq!(rig.body("/board/1/pon/2").await["data"], json!([]));
    assert_eq!(rig.body("/onus?limit=100").await["total_rows"], 5);

    let onu = rig.body("/board/1/pon/1/onu/1").await;
    assert_eq!(onu["data"]["source"], "command_line");
    for field in ["name", "serial_number", "onu_type", "status", "gpon_optical_distance", "uptime"] {
        assert!(onu["data"][field].is_string(), "{field}: {onu}");
    }
    let (status, absent) = rig.get("/board/1/pon/1/onu/6").await;
    assert_eq!((status, &absent["error_code"]), (404, &json!("onu_not_found")), "{absent}");

    let free = rig.body("/board/1/pon/1/onu_id/empty").await;
    assert_eq!(free["data"].as_array().unwrap().len(), 123);
    assert_eq!(free["data"][0]["onu_id"], 6);
    let info = rig.body("/board/1/pon/1/info").await;
    assert_eq!((&info["data"]["total_onus"], &info["data"]["online_onus"]), (&json!(5), &json!(5)), "{info}");
    let info = rig.body("/board/1/pon/2/info").await;
    assert_eq!((&info["data"]["total_onus"], &info["data"]["online_onus"]), (&json!(0), &json!(0)), "{info}");

    let pon = rig.body("/monitoring/pon/1-1-1").await;
    assert_eq!((&pon["data"]["onu_count"], &pon["data"]["online_count"]), (&json!(5), &json!(5)), "{pon}");
    assert_eq!(pon["data"]["onus"].as_array().unwrap().len(), 5);
    // The commands went to who is there; what nobody asked for is not denied.
    let asked = |field: &str| !unsupported(&pon).contains(&field);
    assert!(["onus.rx_power", "onus.tx_power", "onus.olt_rx_power"].into_iter().all(asked), "{pon}");
    let monitored = rig.body("/monitoring/onu/1-1-1/1").await;
    assert_eq!(monitored["data"]["online_status"], 1, "{monitored}");
    let (status, absent) = rig.get("/monitoring/onu/1-1-1/6").await;
    assert_eq!((status, &absent["error_code"]), (404, &json!("onu_not_found")), "{absent}");
    let olt = rig.body("/monitoring/olt").await;
    assert_eq!((&olt["data"]["total_onus"], &olt["data"]["online_onus"]), (&json!(5), &json!(5)), "{olt}");

    for path in ["/onu/unconfigured", "/onu/unconfigured/1-1-2"] {
        let waiting = rig.body(path).await;
        assert_eq!(column(&waiting, "serial_number"), ["ZTEGC0000099"], "{path}: {waiting}");
        assert_eq!(column(&waiting, "type"), ["F670LV9.0"]);
    }
    assert_eq!(rig.body("/onu/unconfigured/1-1-1").await["data"], json!([]));

    let services = rig.body("/vlan/onu/1-1-1/1").await;
    assert!(services["data"]["service_ports"].is_array());
    let (status, _) = rig.get("/vlan/onu/1-1-1/6").await;
    assert_ne!(status, 200, "an ONU that is not there has no services, not none");
}

#[tokio::test]
async fn where_nobody_can_tell_it_is_said() {
    let rig = snmp_alone(NO_TABLES).await;
    for path in [
        "/board/1/pon/1",
        "/board/1/pon/2",
        "/board/1/pon/1/onu/1",
        "/board/1/pon/1/onu/99",
        "/board/1/pon/1/onu_id/empty",
        "/board/1/pon/1/onu_id_sn",
        "/onus",
        "/monitoring/onu/1-1-1/1",
        "/monitoring/pon/1-1-1",
        "/monitoring/olt",
        "/onu/unconfigured",
        "/onu/unconfigured/1-1-2",
        "/vlan/onu/1-1-1/1",
        "/system/cards",
        "/profiles/vlan",
    ] {
        let (status, body) = rig.get(path).await;
        assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{path}: {body}");
    }
    // Of the port much is known; how many ONUs it has is not.
    let info = rig.body("/board/1/pon/1/info").await;
    assert_eq!(
        (&info["data"]["operational_status"], &info["data"]["total_onus"]),
        (&json!("up"), &Value::Null)
    );
    assert!(unsupported(&info).contains(&"total_onus"), "{info}");
}

/// The kind of walk in which the rows of what the OLT receives alone name ONUs.
fn lit() -> String {
    without(&[MANAGEMENT, STATES, DISTANCES, REMOTE].concat())
}

#[tokio::test]
async fn light_names_onus_and_proves_nothing() {
    let rig = snmp_alone(&lit()).await;
    let list = rig.body("/board/1/pon/1").await;
    assert!(column(&list, "onu_id").contains(&json!(1)), "{list}");
    assert!(column(&list, "source").iter().all(|source| source == "olt_rx_power"), "{list}");
    assert_eq!(rig.body("/board/1/pon/1/onu/1").await["data"]["source"], "olt_rx_power");
    let empty = rig.body("/board/1/pon/2").await;
    assert_eq!((&empty["data"], &empty["partial"][0]["field"]), (&json!([]), &json!("onu_id")), "{empty}");
    for path in ["/board/1/pon/1/onu_id/empty", "/board/1/pon/2/onu_id/empty", "/board/1/pon/1/onu/100"] {
        let (status, body) = rig.get(path).await;
        assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{path}: {body}");
    }
    for (path, count) in [("/board/1/pon/1/info", "total_onus"), ("/monitoring/pon/1-1-1", "onu_count")] {
        let body = rig.body(path).await;
        assert_eq!(body["data"][count], Value::Null, "{path}: {body}");
        assert!(unsupported(&body).contains(&count), "{path}: {body}");
    }

    let rig = Rig::both(&lit(), |_| {}).await;
    let free = rig.body("/board/1/pon/1/onu_id/empty").await;
    assert_eq!(column(&free, "onu_id"), (8..=127).map(Value::from).collect::<Vec<_>>());
    assert_eq!(rig.get("/board/1/pon/1/onu/100").await.0, 404);
    for (path, count) in [
        ("/board/1/pon/1/info", "total_onus"),
        ("/monitoring/pon/1-1-1", "onu_count"),
        ("/monitoring/olt", "total_onus"),
    ] {
        let body = rig.body(path).await;
        assert_eq!(body["data"][count], 8, "{path}: {body}");
    }
}

#[tokio::test]
async fn a_table_with_rows_elsewhere_proves_an_empty_port() {
    for absent in [&MANAGEMENT[..], &[]] {
        let rig = snmp_alone(&without(absent)).await;
        let empty = rig.body("/board/1/pon/2").await;
        assert_eq!((&empty["data"], &empty["partial"]), (&json!([]), &Value::Null), "{empty}");
        assert_eq!(rig.get("/board/1/pon/2/onu/1").await.0, 404);
        let free = rig.body("/board/1/pon/2/onu_id/empty").await;
        assert_eq!(free["data"].as_array().unwrap().len(), 128);
        let info = rig.body("/board/1/pon/2/info").await;
        let counts = ["total_onus", "online_onus", "offline_onus"].map(|count| info["data"][count].clone());
        assert_eq!(counts, [json!(0), json!(0), json!(0)], "0 of 0: {info}");
    }
}

#[tokio::test]
async fn boxes_that_wait_are_not_denied_for_lack_of_a_table() {
    let waiting = Rig::both(SMALL, |_| {}).await.body("/onu/unconfigured").await;
    let serials = column(&waiting, "serial_number");
    assert!(!serials.is_empty(), "{waiting}");
    // Without the tables the ports still count those that wait.
    let rig = Rig::both(&without(&UNCONFIGURED), |_| {}).await;
    assert_eq!(column(&rig.body("/onu/unconfigured").await, "serial_number"), serials);
    let rig = snmp_alone(&without(&UNCONFIGURED)).await;
    let (status, body) = rig.get("/onu/unconfigured").await;
    assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{body}");
    // A silent agent is no reason either.
    let rig = super::brief_rig(SMALL).await;
    rig.sim.set_faults(serde_json::from_str(r#"[{"target": "snmp", "kind": "silence"}]"#).unwrap()).unwrap();
    assert_eq!(column(&rig.body("/onu/unconfigured").await, "serial_number"), serials);
}

#[tokio::test]
async fn nothing_to_show_is_no_proof() {
    let rig = Rig::both(NO_TABLES, |_| {}).await;
    rig.sim
        .set_faults(serde_json::from_str(r#"[{"target": "cli", "kind": "nothing_to_show"}]"#).unwrap())
        .unwrap();
    for path in ["/profiles/vlan", "/traffic/profiles"] {
        let (status, body) = rig.get(path).await;
        assert_eq!((status, &body["error_code"]), (502, &json!("unexpected_reply")), "{path}: {body}");
    }
    // The configuration of the port is a second source.
    let list = rig.body("/board/1/pon/1").await;
    assert_eq!(column(&list, "onu_id"), [1, 2, 3, 4, 5], "{list}");
    assert_eq!(rig.body("/board/1/pon/2").await["data"], json!([]));
}

#[tokio::test]
async fn an_answer_with_a_strange_line_is_partial_and_denies_nothing() {
    let scenario = without(&["1.3.6.1.4.1.3902.1082.500.10.2.3.4", "1.3.6.1.4.1.3902.1082.500.10.2.3.5"]);
    let sim = simulator(Source::Scenario(scenario)).await;
    let olt = olt_with("sim", &sim, Some(cli_of(&sim))).await;
    let (base, stop) = serve(vec![olt]).await;
    let client = reqwest::Client::new();
    let get = async |path: &str| -> (u16, Value) {
        let answer = client.get(format!("{base}/api/v1{path}")).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    sim.set_faults(serde_json::from_str(r#"[{"target": "cli", "kind": "log"}]"#).unwrap()).unwrap();
    let (status, services) = get("/vlan/onu/1-1-1/1").await;
    assert_eq!(status, 200, "{services}");
    assert_eq!(services["partial"][0]["field"], "service_ports", "{services}");
    assert_eq!(services["data"]["service_ports"].as_array().unwrap().len(), 1, "{services}");
    // Whether there is a GEM port 9 nobody knows.
    let (status, gem) = get("/traffic/gemport/1-1-1/1/9").await;
    assert_eq!((status, &gem["error_code"]), (502, &json!("unexpected_reply")), "{gem}");
    let (status, gem) = get("/traffic/gemport/1-1-1/1/1").await;
    assert_eq!((status, gem["partial"].is_array()), (200, true), "{gem}");
    stop.cancel();
}

#[tokio::test]
async fn what_the_tables_lack_the_command_line_lists() {
    let absent = [
        "1.3.6.1.4.1.3902.1082.10.1.2.4",
        "1.3.6.1.4.1.3902.1015.2.1.1.3",
        "1.3.6.1.4.1.3902.1082.40.50",
        "1.3.6.1.2.1.17",
        "1.3.6.1.4.1.3902.1082.500.20.2.6.25",
        "1.3.6.1.4.1.3902.1012.3.50.20.15",
    ];
    let (whole, rig) = (Rig::small().await, Rig::both(&without(&absent), |_| {}).await);
    for (path, same) in [
        ("/system/cards", &["slot", "card_type", "status", "ports"][..]),
        ("/vlan", &["vlan_id"]),
        ("/profiles/vlan", &["name", "vlan_id", "priority", "mode"]),
    ] {
        let (tables, told) = (whole.body(path).await, rig.body(path).await);
        for field in same {
            assert_eq!(column(&told, field), column(&tables, field), "{path}: {field}");
        }
        assert_eq!(told["partial"], Value::Null, "{path}: {told}");
        assert!(!unsupported(&told).is_empty(), "{path}: {told}");
    }
}

#[tokio::test]
async fn one_column_that_is_not_there_denies_nothing() {
    let serials = [
        "1.3.6.1.4.1.3902.1082.500.10.2.3.3.1.6",
        "1.3.6.1.4.1.3902.1082.500.10.2.3.3.1.18",
        "1.3.6.1.4.1.3902.1012.3.28.1.1.5",
    ];
    for absent in [&serials[..], &[&serials[..], &STATES].concat()] {
        let rig = snmp_alone(&without(absent)).await;
        for path in ["/monitoring/onu/1-1-1/1", "/board/1/pon/1/onu/1"] {
            let body = rig.body(path).await;
            assert_eq!(
                (&body["data"]["onu_id"], &body["data"]["serial_number"]),
                (&json!(1), &Value::Null),
                "{body}"
            );
        }
        assert_eq!(rig.get("/monitoring/onu/1-1-1/9").await.0, 404);
    }
    let gem_ports = ["1.3.6.1.4.1.3902.1082.500.10.2.3.5"];
    let (status, body) = snmp_alone(&without(&gem_ports)).await.get("/traffic/gemport/1-1-1/1/1").await;
    assert_eq!((status, &body["error_code"]), (502, &json!("unexpected_reply")), "{body}");
    let told = Rig::both(&without(&gem_ports), |_| {}).await.body("/traffic/gemport/1-1-1/1/1").await;
    assert_eq!(told["data"]["gemport_id"], 1, "{told}");
    let names = ["1.3.6.1.2.1.31.1.1.1.1"];
    assert_ne!(snmp_alone(&without(&names)).await.get("/system/uplinks").await.0, 200);
}

/// Two PONs: on the first every ONU is out of service, and the OLT has all tables.
#[tokio::test]
async fn dark_onus_have_no_power_and_no_table_is_denied() {
    let dark =
        NO_TABLES.replacen("absent = [\"1.3.6.1.4.1.3902\"]", "", 1).replacen("online = 1", "offline = 1", 1);
    let lit = "[[population]]\npons = [\"1/1/3\"]\ncount = 2\nphases = { online = 1 }\n";
    let rig = snmp_alone(&format!("{dark}{lit}")).await;
    for question in ["rx_below=-10", "rx_above=-60", "model=F660"] {
        for list in ["/onus?pon=1-1-1&", "/board/1/pon/1?"] {
            let (status, body) = rig.get(&format!("{list}{question}")).await;
            assert_eq!((status, &body["data"]), (200, &json!([])), "{list}{question}: {body}");
        }
    }
    let all = rig.body("/onus?rx_below=-10").await;
    assert_eq!(all["total_rows"], 2, "{all}");
}

/// Whoever asks for the weak ones is not told that there are none.
#[tokio::test]
async fn nobody_is_chosen_by_what_no_table_tells() {
    let rig = snmp_alone(&without(&REMOTE)).await;
    for question in ["rx_below=-20", "rx_above=-40", "model=F660"] {
        for list in ["/onus?", "/onus?pon=1-1-1&", "/board/1/pon/1?"] {
            let (status, body) = rig.get(&format!("{list}{question}")).await;
            assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{body}");
            let parameter = question.split('=').next().unwrap();
            assert!(body["error"].as_str().unwrap().starts_with(parameter), "{body}");
        }
    }
    let online = rig.body("/onus?status=online&q=ZTEG").await;
    assert!(!online["data"].as_array().unwrap().is_empty(), "{online}");
    let rig = snmp_alone(&without(&STATES)).await;
    let (status, body) = rig.get("/board/1/pon/1?status=online").await;
    assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{body}");
    let unknown = rig.body("/board/1/pon/1?status=unknown").await;
    assert!(!unknown["data"].as_array().unwrap().is_empty(), "{unknown}");
}
