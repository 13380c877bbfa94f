//! What cannot be meant is refused before the OLT is asked.

use oltsim::SMALL;
use rig::Writer;
use serde_json::{Value, json};

fn body() -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": "ZTEGD824CDF3", "onu_type": "ZTE-F660",
        "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

fn fixed(address: &str, mask: &str) -> Value {
    let mut wish = body();
    wish["wan"] = json!({
        "mode": "static", "ip_address": address, "mask": mask, "ip_profile": "IP", "vlan_profile": "PPPOE",
    });
    wish
}

#[tokio::test]
async fn an_address_that_no_router_can_have() {
    let writer = Writer::start(SMALL).await;
    for (address, mask, field) in [
        ("192.0.2.7", "255.0.255.0", "wan.mask"),
        ("192.0.2.7", "0.0.0.0", "wan.mask"),
        ("192.0.2.7", "255.255.255.255", "wan.mask"),
        ("192.0.2.7", "255.255.255.254", "wan.mask"),
        ("127.0.0.1", "255.0.0.0", "wan.ip_address"),
        ("224.0.0.5", "255.255.255.0", "wan.ip_address"),
        ("240.0.0.1", "255.255.255.0", "wan.ip_address"),
        ("0.0.0.1", "255.255.255.0", "wan.ip_address"),
        ("255.255.255.255", "255.255.255.0", "wan.ip_address"),
        ("192.0.2.0", "255.255.255.0", "wan.ip_address"),
        ("192.0.2.255", "255.255.255.0", "wan.ip_address"),
        ("192.0.2.4", "255.255.255.252", "wan.ip_address"),
    ] {
        let answer = writer.post("/onu/register?dry_run=true", fixed(address, mask)).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (400, &json!("invalid_parameter")),
            "{address} {mask}: {}",
            answer.body
        );
        assert!(answer.body["error"].as_str().unwrap().starts_with(field), "{}", answer.body);
    }
    // What a host can have is planned.
    for (address, mask) in [
        ("192.0.2.7", "255.255.255.0"),
        ("10.255.0.255", "255.0.0.0"),
        ("192.0.2.5", "255.255.255.252"),
        ("192.0.2.1", "128.0.0.0"),
    ] {
        let answer = writer.post("/onu/register?dry_run=true", fixed(address, mask)).await;
        assert_eq!(answer.status, 200, "{address} {mask}: {}", answer.body);
    }
    assert_eq!(writer.configured(), [""; 0]);
}

/// The OLT would refuse the second one (66669).
#[tokio::test]
async fn two_services_of_one_pair_of_vlans() {
    let writer = Writer::start(SMALL).await;
    let services = |second: Value| {
        let mut wish = body();
        wish["services"] = json!([second]);
        wish
    };
    for second in [
        json!({"dba_profile": "FIXED-2M", "vlan": 100}),
        json!({"dba_profile": "FIXED-2M", "vlan": 100, "user_vlan": 100, "priority": 3}),
    ] {
        let answer = writer.post("/onu/register", services(second)).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (400, &json!("invalid_parameter")),
            "{}",
            answer.body
        );
        assert!(answer.body["error"].as_str().unwrap().starts_with("services"), "{}", answer.body);
    }
    for second in [
        json!({"dba_profile": "FIXED-2M", "vlan": 100, "user_vlan": 200}),
        json!({"dba_profile": "FIXED-2M", "vlan": 100, "user_vlan": "untagged"}),
        json!({"dba_profile": "FIXED-2M", "vlan": 200, "user_vlan": 100}),
    ] {
        let answer = writer.post("/onu/register?dry_run=true", services(second)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    assert_eq!(writer.configured(), [""; 0]);
}

#[tokio::test]
async fn a_strategy_that_nobody_knows() {
    let writer = Writer::start(SMALL).await;
    let mut wish = body();
    wish["strategy"] = json!("briidge");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (400, &json!("invalid_parameter")),
        "{}",
        answer.body
    );
    for known in ["bridge", "router", "service", "flow"] {
        assert!(answer.body["error"].as_str().unwrap().contains(known), "{}", answer.body);
    }
}
