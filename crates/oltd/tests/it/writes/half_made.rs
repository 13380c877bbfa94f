//! What somebody left of an ONU that is to be in service.

use gpon::OnuRef;
use oltsim::SMALL;
use rig::{Writer, WriterOptions};
use serde_json::{Value, json};

const SERIAL: &str = "ZTEGD824CDF3";

fn body() -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": SERIAL, "onu_type": "ZTE-F660",
        "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

const REGISTERED: [&str; 5] = [
    "configure terminal",
    "interface gpon-olt_1/1/1",
    "onu 20 type ZTE-F660 sn ZTEGD824CDF3",
    "exit",
    "interface gpon-onu_1/1/1:20",
];

fn typed(writer: &Writer, lines: &[&str]) {
    writer.sim.type_as_somebody(&[&REGISTERED, lines].concat());
}

/// A pair of VLANs stands at an ONU once (66669): on another virtual port it is another wish.
#[tokio::test]
async fn the_wished_vlans_on_another_virtual_port_are_a_difference() {
    for port in [
        "service-port 2 vport 2 user-vlan 100 vlan 100",
        "service-port 1 vport 2 user-vlan 100 vlan 100",
        "service-port 2 vport 1 user-vlan 100 vlan 100 cos 3",
    ] {
        let writer = Writer::start(SMALL).await;
        let gem = ["tcont 1 profile UP-10M", "gemport 1 tcont 1", "gemport 2 tcont 1", port];
        typed(&writer, &gem);
        let answer = writer.post("/onu/register", body()).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (409, &json!("differs")),
            "{port}: {}",
            answer.body
        );
        let differences = &answer.body["data"]["differences"];
        assert_eq!(differences[0]["stands"], *port, "{differences}");
        assert_eq!(writer.configured(), [""; 0]);
    }
    // The number is no part of what it does.
    let writer = Writer::start(SMALL).await;
    typed(
        &writer,
        &["tcont 1 profile UP-10M", "gemport 1 tcont 1", "service-port 2 vport 1 user-vlan 100 vlan 100"],
    );
    let answer = writer.post("/onu/register", body()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
}

fn warnings(answer: &rig::Answer) -> String {
    answer.body["data"]["warnings"].to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_registers_an_onu_that_is_shut_is_told() {
    let site: fn(oltd::app::Site) -> oltd::app::Site =
        |site| oltd::app::Site { accept_wait: std::time::Duration::from_secs(60), ..site };
    let writer = Writer::with(SMALL, WriterOptions { site: Some(site), ..WriterOptions::default() }).await;
    typed(&writer, &["shutdown"]);
    let planned = writer.post("/onu/register?dry_run=true", body()).await;
    assert!(
        planned.body["data"]["plan"]["warnings"].to_string().contains("shut at the OLT"),
        "{}",
        planned.body
    );
    let mut wish = body();
    wish["wait_for"] = json!("online");
    // It is not waited for what cannot come.
    let began = std::time::Instant::now();
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    assert!(began.elapsed() < std::time::Duration::from_secs(45), "{:?}", began.elapsed());
    let told = warnings(&answer);
    assert!(told.contains("shut at the OLT"), "{told}");
    assert!(!told.contains("did not take all of its configuration"), "{told}");
    assert!(!told.contains("not online but"), "{told}");
    // What is so already is told of as well.
    let again = writer.post("/onu/register", body()).await;
    assert_eq!((again.status, &again.body["data"]["state"]), (200, &json!("unchanged")), "{}", again.body);
    assert!(warnings(&again).contains("shut at the OLT"), "{}", again.body);
    let at = OnuRef { pon: "1/1/1".parse().unwrap(), id: "20".parse().unwrap() };
    assert!(!writer.sim.device(|device| device.onu(at).unwrap().configured.enabled).unwrap());
}

/// A password stands in no message, and two that are not the same are told apart in words.
#[tokio::test]
async fn another_password_is_called_so() {
    let writer = Writer::start(SMALL).await;
    let mut wish = body();
    wish["wan"] =
        json!({"mode": "pppoe", "username": "user7@isp", "password": "s3cret", "vlan_profile": "PPPOE"});
    assert_eq!(writer.post("/onu/register", wish.clone()).await.status, 201);
    wish["wan"]["password"] = json!("0ther");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (409, &json!("differs")), "{}", answer.body);
    let text = answer.body.to_string();
    assert!(text.contains("another password"), "{text}");
    assert!(!text.contains("s3cret") && !text.contains("0ther"), "{text}");
    let differences = &answer.body["data"]["differences"];
    assert_ne!(differences[0]["wished"], differences[0]["stands"], "{differences}");
}
