//! Where a field comes from when the device lacks the best table.

use serde_json::json;

use super::{Rig, column};

const MANAGEMENT_1082: &str = "1.3.6.1.4.1.3902.1082.500.10.2.3.3";
const TREE_1082: &str = "1.3.6.1.4.1.3902.1082.500";
const MANAGEMENT_1012: &str = "1.3.6.1.4.1.3902.1012.3.28.1";
const STATES: [&str; 2] = ["1.3.6.1.4.1.3902.1082.500.10.2.3.8", "1.3.6.1.4.1.3902.1012.3.28.2"];

async fn without(trees: &[&str]) -> Rig {
    Rig::small_with(&format!("absent = {}", serde_json::to_string(trees).unwrap())).await
}

#[tokio::test]
async fn the_older_tree_gives_the_same_list() {
    let whole = Rig::small().await.body("/board/1/pon/1").await;
    for absent in [MANAGEMENT_1082, TREE_1082] {
        let rig = without(&[absent]).await;
        let older = rig.body("/board/1/pon/1").await;
        assert_eq!(older, whole, "without {absent}");
        let onu = rig.body("/board/1/pon/1/onu/1").await;
        assert_eq!(onu, Rig::small().await.body("/board/1/pon/1/onu/1").await, "without {absent}");
    }
}

#[tokio::test]
async fn a_column_that_the_device_lacks_is_unsupported_and_null() {
    let optics = ["1.3.6.1.4.1.3902.1082.500.20.2.2", "1.3.6.1.4.1.3902.1012.3.50.12"];
    let rig = without(&optics).await;
    let body = rig.body("/board/1/pon/1").await;
    assert_eq!(body["unsupported"], json!(["rx_power"]));
    assert!(column(&body, "rx_power").iter().all(|rx| rx.is_null()));
    assert!(column(&body, "status").contains(&json!("Online")), "the neighbours are there");
    let onu = rig.body("/board/1/pon/1/onu/1").await;
    assert_eq!(onu["unsupported"], json!(["rx_power", "tx_power", "uptime"]));
}

#[tokio::test]
async fn other_tables_name_onus_only_where_no_management_table_does() {
    let rig = without(&[MANAGEMENT_1082, MANAGEMENT_1012]).await;
    let body = rig.body("/board/1/pon/1").await;
    assert_eq!(column(&body, "onu_id"), [1, 2, 3, 4, 5, 6, 7, 128]);
    assert!(column(&body, "source").iter().all(|source| source == "state"));
    assert!(column(&body, "name").iter().all(|name| name.is_null()));
    assert_eq!(rig.body("/board/1/pon/1/onu/1").await["data"]["source"], "state");
    assert_eq!(rig.get("/board/1/pon/1/onu/9").await.0, 404);
    assert_eq!(rig.body("/board/1/pon/2").await["data"], json!([]));

    let rig = without(&[MANAGEMENT_1082, MANAGEMENT_1012, STATES[0], STATES[1]]).await;
    let body = rig.body("/board/1/pon/1").await;
    assert!(column(&body, "source").iter().all(|source| source == "distance"), "{body}");
    // A row of the distance table alone is no ONU where the management table has the PON.
    assert_eq!(Rig::small().await.get("/board/1/pon/1/onu/9").await.0, 404);
}

#[tokio::test]
async fn no_service_port_table_is_said_and_not_an_empty_list() {
    let rig = without(&["1.3.6.1.4.1.3902.1082.110.5"]).await;
    for path in ["/vlan/service-ports", "/vlan/onu/1/1"] {
        let (status, body) = rig.get(path).await;
        assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{path}");
    }
}

#[tokio::test]
async fn ports_are_found_by_name_in_either_numbering() {
    let b = Rig::small_with("if_index = \"B\"").await.body("/board/1/pon/1/info").await;
    let c = Rig::small_with("if_index = \"C\"").await.body("/board/1/pon/1/info").await;
    assert_eq!(b, c);
    assert_eq!(b["data"]["operational_status"], "up");
}

#[tokio::test]
async fn an_unknown_firmware_is_read_by_probing_and_says_so() {
    let text = super::SMALL.replacen("[chassis]", "[chassis]\nfirmware = \"V1.9.9\"", 1);
    let tree = format!("absent = [\"{TREE_1082}\"]");
    let text = text.replacen("[agent]", &format!("[agent]\n{tree}"), 1);
    let rig = Rig::start(oltsim::Source::Scenario(text)).await;
    let body = rig.body("/board/1/pon/1").await;
    assert_eq!(body["problems"][0]["field"], "firmware");
    assert!(body["problems"][0]["reason"].as_str().unwrap().starts_with("unknown_firmware"), "{body}");
    assert_eq!(column(&body, "data").len(), 8);
    assert_eq!(body["data"], Rig::small().await.body("/board/1/pon/1").await["data"]);
}

#[tokio::test]
async fn no_card_table_is_said_and_not_an_empty_chassis() {
    let cards = ["1.3.6.1.4.1.3902.1082.10.1.2.4", "1.3.6.1.4.1.3902.1015.2.1.1.3"];
    let (status, body) = without(&cards).await.get("/system/cards").await;
    assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")));
}

#[tokio::test]
async fn a_column_that_no_row_has_is_named() {
    let trees = [
        // Of each table one column: the maximum of bandwidth profiles and their integer index, the
        // description of VLANs, the wavelength of modules, the processors of cards, the models of boxes.
        ("/profiles/traffic", "1.3.6.1.4.1.3902.1082.500.10.2.1.2.1.4", "max_bw"),
        ("/vlan", "1.3.6.1.4.1.3902.1082.40.50.2.1.2.1.3", "description"),
        ("/system/uplinks", "1.3.6.1.4.1.3902.1082.30.40.2.4.1.7", "wavelength"),
        ("/system/cards", "1.3.6.1.4.1.3902.1082.10.1.2.4.1.9", "cpu"),
        ("/onu/unconfigured", "1.3.6.1.4.1.3902.1012.3.13.3.1.10", "type"),
        ("/vlan/service-ports", "1.3.6.1.4.1.3902.1082.110.5.2.2.1.4", "vlan_mode"),
    ];
    let columns: Vec<_> = trees.iter().map(|(_, column, _)| *column).collect();
    let (whole, rig) = (Rig::small().await, without(&columns).await);
    for (path, _, field) in trees {
        let names = |body: &serde_json::Value| {
            let named = body["unsupported"].as_array().cloned().unwrap_or_default();
            named.contains(&json!(field))
        };
        let body = rig.body(path).await;
        assert!(names(&body) && !body["data"].as_array().unwrap().is_empty(), "{path}: {body}");
        assert!(!names(&whole.body(path).await), "{path} of a device that has it");
    }
    // Without the column that says how they map, nobody knows which VLAN is which.
    let ports = rig.body("/vlan/service-ports").await;
    assert!(
        column(&ports, "cvlan").iter().chain(&column(&ports, "svlan")).all(|vlan| vlan.is_null()),
        "{ports}"
    );
}
