//! An old firmware, V1.2, whose tables and layouts differ.

use oltsim::V1_2;
use serde_json::{Value, json};

use super::Rig;

/// An answer without anything lost, odd or, but for `unsupported`, lacking.
async fn whole(rig: &Rig, path: &str, unsupported: &[&str]) -> Value {
    let body = rig.body(path).await;
    assert!(body.get("partial").is_none(), "{path}: {body}");
    // Of an ONU that is asked for its light first, the next reading tells the software.
    let odd = body["problems"].as_array().into_iter().flatten();
    assert!(odd.clone().all(|problem| problem["field"] == "firmware_version"), "{path}: {body}");
    let named = body.get("unsupported").cloned().unwrap_or_else(|| json!([]));
    assert_eq!(named, json!(unsupported), "{path}: {body}");
    body["data"].clone()
}

#[tokio::test]
async fn what_is_watched() {
    let rig = Rig::both(V1_2, |_| {}).await;
    let lacks = ["rx_packets", "tx_packets"];
    let onu = whole(&rig, "/monitoring/onu/1-1-1/1", &lacks).await;
    assert_eq!((&onu["online_status"], &onu["model"]), (&json!(1), &json!("F660V8.0")));
    for field in ["rx_power", "tx_power", "olt_rx_power", "temperature", "voltage", "bias_current"] {
        assert!(onu["optical"][field].is_number(), "{field}: {onu}");
    }
    let lost = whole(&rig, "/monitoring/onu/1-1-1/3", &lacks).await;
    assert_eq!((&lost["online_status"], &lost["model"]), (&json!(0), &Value::Null));
    assert!(lost["optical"].as_object().unwrap().values().all(Value::is_null), "{lost}");

    let pon = whole(
        &rig,
        "/monitoring/pon/1-1-1",
        &["onus.firmware_version", "onus.rx_packets", "onus.tx_packets"],
    )
    .await;
    assert_eq!((&pon["onu_count"], &pon["online_count"]), (&json!(4), &json!(3)));
    let olt = whole(&rig, "/monitoring/olt", &[]).await;
    assert_eq!(
        (&olt["total_pon_ports"], &olt["total_onus"], &olt["online_onus"]),
        (&json!(8), &json!(4), &json!(3))
    );
}

/// The light of the ONUs read from the command line alone, in the layouts of V1.2.
#[tokio::test]
async fn the_light_without_its_tables() {
    let tables = "[agent]\nabsent = [\"1.3.6.1.4.1.3902.1082.500.20.2.2.2.1\", \"1.3.6.1.4.1.3902.1012.3.50.12.1.1\", \"1.3.6.1.4.1.3902.1082.500.1.2.4.2.1\", \"1.3.6.1.4.1.3902.1015.1010.11.2.1\"]";
    let rig = Rig::both(&V1_2.replacen("[agent]", tables, 1), |_| {}).await;
    let over_snmp = Rig::both(V1_2, |_| {}).await;
    let lacks = ["rx_packets", "tx_packets"];
    for path in ["/monitoring/onu/1-1-1/1", "/monitoring/onu/1-1-1/2"] {
        let (told, truth) = (whole(&rig, path, &lacks).await, whole(&over_snmp, path, &lacks).await);
        for field in ["rx_power", "tx_power", "olt_rx_power", "temperature", "voltage", "bias_current"] {
            let (a, b) =
                (told["optical"][field].as_f64().unwrap(), truth["optical"][field].as_f64().unwrap());
            assert!((a - b).abs() < 0.5, "{field}: {a} and {b}");
        }
    }
    // No list shows what only the ONUs themselves know.
    let pon = rig.body("/monitoring/pon/1-1-1").await;
    assert!(pon["data"]["onus"][0]["optical"]["rx_power"].is_number(), "{pon}");
    let fields: Vec<_> =
        pon["problems"].as_array().unwrap().iter().map(|problem| &problem["field"]).collect();
    assert_eq!(fields, ["onus.temperature", "onus.voltage", "onus.bias_current"]);
    assert!(pon.get("partial").is_none(), "{pon}");
    // What runs on the ONUs is the command line's to say, whatever SNMP knows.
    let software = |line: &oltsim::CommandLine| {
        line.line.starts_with("show remote-unit information") || line.line.starts_with("terminal")
    };
    assert!(!rig.sim.command_lines().iter().all(software), "{:?}", rig.sim.command_lines());
    assert!(over_snmp.sim.command_lines().iter().all(software), "{:?}", over_snmp.sim.command_lines());
}

#[tokio::test]
async fn what_is_set_up() {
    let rig = Rig::both(&format!("{V1_2}[[unconfigured]]\npon = \"1/1/1\"\nserial = \"ZTEGD824CDF3\"\n[[traffic_profiles]]\nname = \"DOWN-50M\"\nsir = 51200\npir = 56320\n"), |_| {}).await;
    let waiting = whole(&rig, "/onu/unconfigured", &["loid"]).await;
    assert_eq!(waiting[0]["serial_number"], "ZTEGD824CDF3", "{waiting}");
    for id in [1, 3] {
        let services = whole(&rig, &format!("/vlan/onu/1-1-1/{id}"), &[]).await;
        let port = &services["service_ports"][0];
        assert_eq!(
            (&port["svlan"], &port["vlan_mode"], &port["vport"]),
            (&json!(100), &json!("tag"), &json!(1))
        );
    }
    let bandwidth = whole(&rig, "/traffic/dba-profiles", &[]).await;
    assert_eq!(
        (&bandwidth[0]["name"], &bandwidth[0]["maximum_bandwidth"]),
        (&json!("UP-100M"), &json!(102_400))
    );
    let traffic = whole(&rig, "/traffic/profiles", &[]).await;
    assert_eq!((traffic.as_array().unwrap().len(), &traffic[0]["name"]), (1, &json!("DOWN-50M")));
    let tcont = whole(&rig, "/traffic/tcont/1-1-1/1/1", &[]).await;
    assert_eq!((&tcont["profile"], &tcont["gemports"]), (&json!("UP-100M"), &json!([1])));
    let gemport = whole(&rig, "/traffic/gemport/1-1-1/1/1", &[]).await;
    assert_eq!((&gemport["tcont_id"], &gemport["traffic_limit"]["upstream"]), (&json!(1), &Value::Null));
}

#[tokio::test]
async fn the_chassis() {
    let rig = Rig::both(V1_2, |_| {}).await;
    let environment = whole(&rig, "/system/environment", &[]).await;
    assert_eq!(environment["temperature"], 38);
    assert_eq!(environment["fans"].as_array().unwrap().len(), 2);
    assert_eq!(environment["cards"].as_array().unwrap().len(), 3);
}

/// Old firmware carries VLANs on virtual ports, without a service port.
#[tokio::test]
async fn vlans_of_virtual_ports_are_services() {
    let own =
        "\n[[onus]]\nat = \"1/1/1:4\"\nservices = [{ mode = \"tag\", vlan = 100, switchport = \"tag\" }]\n";
    let rig = Rig::both(&format!("{V1_2}{own}"), |_| {}).await;
    let body = rig.body("/vlan/onu/1-1-1/4").await;
    let services = body["data"]["service_ports"].as_array().unwrap();
    assert_eq!(services.len(), 1, "{body}");
    let shown = ["source", "service_port_id", "vlan_mode", "svlan"].map(|field| services[0][field].clone());
    assert_eq!(shown, [json!("vport_vlan"), Value::Null, json!("tag"), json!(100)], "{body}");
}
