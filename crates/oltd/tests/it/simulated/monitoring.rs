//! Real-time monitoring.

use serde_json::json;

use super::{Rig, column};

#[tokio::test]
async fn an_onu_over_snmp_alone() {
    let rig = Rig::small().await;
    let body = rig.body("/monitoring/onu/1/1").await;
    let onu = &body["data"];
    assert_eq!(
        (&onu["pon_port"], &onu["onu_id"], &onu["online_status"]),
        (&json!("1/1/1"), &json!(1), &json!(1))
    );
    for field in ["serial_number", "model", "hardware_version", "last_update"] {
        assert!(onu[field].is_string(), "{field}: {body}");
    }
    for field in ["rx_power", "tx_power", "olt_rx_power", "temperature", "voltage", "bias_current"] {
        assert!(onu["optical"][field].is_number(), "{field}: {body}");
    }
    assert_eq!(onu["optical"]["rx_power_status"], "normal");
    assert!(onu["statistics"]["rx_bytes"].is_u64(), "{body}");
    assert!(onu["statistics"]["rx_rate"].is_null(), "a rate needs two readings");
    assert_eq!(body["unsupported"], json!(["rx_packets", "tx_packets", "firmware_version"]));
    assert!(onu["firmware_version"].is_null(), "the hardware's version does not stand in for it");
    assert_eq!(rig.get("/monitoring/onu/1/9").await.0, 404);
}

#[tokio::test]
async fn a_pon_and_the_olt_over_snmp_alone() {
    let rig = Rig::small().await;
    let pon = rig.body("/monitoring/pon/1-1-1").await;
    assert_eq!((&pon["data"]["pon_index"], &pon["data"]["onu_count"]), (&json!(268_501_248), &json!(8)));
    assert_eq!(pon["data"]["onus"].as_array().unwrap().len(), 8);
    assert!(pon["data"]["statistics"]["tx_packets"].is_u64(), "{pon}");
    assert!(pon.get("partial").is_none(), "{pon}");
    assert_eq!(pon["unsupported"], json!(["onus.firmware_version", "onus.rx_packets", "onus.tx_packets"]));
    let olt = rig.body("/monitoring/olt").await;
    assert_eq!(
        (&olt["data"]["total_pon_ports"], &olt["data"]["total_onus"]),
        (&json!(2), &json!(8)),
        "{olt}"
    );
    assert_eq!(olt["data"]["pon_ports"][0]["online_count"], pon["data"]["online_count"]);
    assert!(olt.get("partial").is_none(), "{olt}");
}

#[tokio::test]
async fn watching_costs_one_request_for_the_onu_and_one_for_its_counters() {
    let rig = Rig::small().await;
    rig.body("/monitoring/onu/1/1").await;
    rig.sim.reset_counters();
    rig.body("/monitoring/onu/1/2").await;
    assert_eq!(rig.sim.counters().requests, 2, "{:?}", rig.sim.counters());
}

#[tokio::test]
async fn what_carries_the_traffic_of_an_onu() {
    let rig = Rig::small().await;
    for path in ["/traffic/dba-profiles", "/traffic/profiles"] {
        let names = column(&rig.body(path).await, "name");
        assert!(!names.is_empty(), "{path}");
        let one = path.trim_end_matches('s');
        let first = rig.body(&format!("{one}/{}", names[0].as_str().unwrap())).await;
        assert_eq!(first["data"]["name"], names[0]);
        assert_eq!(rig.get(&format!("{one}/no-such")).await.1["error_code"], "profile_not_found");
    }
    let tcont = rig.body("/traffic/tcont/1/1/1").await;
    assert!(tcont["data"]["profile"].is_string(), "{tcont}");
    let port = rig.body("/traffic/gemport/1/1/1").await;
    assert_eq!(port["data"]["tcont_id"], 1, "{port}");
    for (path, code) in [
        ("/traffic/tcont/1/1/8", "tcont_not_found"),
        ("/traffic/gemport/1/1/200", "gemport_not_found"),
        ("/traffic/gemport/1/9/1", "onu_not_found"),
        ("/traffic/tcont/1-1-3/1/1", "pon_not_found"),
    ] {
        let (status, body) = rig.get(path).await;
        assert_eq!((status, &body["error_code"]), (404, &json!(code)), "{path}");
    }
}
