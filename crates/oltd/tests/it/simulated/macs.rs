//! The MAC addresses that an OLT has learnt.

use serde_json::{Value, json};

use super::{Rig, SMALL, column};

/// The only ONU of the small scenario that has an address, and what it is.
async fn learnt(rig: &Rig) -> Value {
    let macs = rig.body("/mac?pon=1-1-1").await;
    assert!(!macs["data"].as_array().unwrap().is_empty(), "{macs}");
    macs["data"][0].clone()
}

#[tokio::test]
async fn one_address_in_every_question() {
    let rig = Rig::both(SMALL, |_| {}).await;
    let row = learnt(&rig).await;
    let mac = row["mac"].as_str().unwrap().to_owned();
    let id = row["onu_id"].as_u64().unwrap();
    let digits = mac.replace(':', "");
    let dotted = format!("{}.{}.{}", &digits[..4], &digits[4..8], &digits[8..]);
    for question in [
        format!("onu=1-1-1:{id}"),
        format!("onu=1/1/1:{id}"),
        format!("onu=1/1/1/{id}"),
        format!("onu={id}&pon=1"),
        format!("onu=1-1-1:{id}&vlan=100"),
        format!("pon=1/1/1&q={mac}"),
        format!("pon=1&vlan=100&q={}", digits.to_uppercase()),
        format!("vlan=100&q={dotted}"),
        format!("vlan=100&q={}", mac.replace(':', "-")),
        format!("vlan=100&q={}", &mac[3..]),
    ] {
        let body = rig.body(&format!("/mac?{question}")).await;
        assert_eq!(body["data"], json!([row]), "{question}");
    }
    for question in
        [format!("onu=1-1-1:{id}&vlan=200"), "vlan=200".to_owned(), "pon=1&q=ffffffffffff".to_owned()]
    {
        assert_eq!(rig.body(&format!("/mac?{question}")).await["data"], json!([]), "{question}");
    }
}

#[tokio::test]
async fn questions_that_nobody_can_answer() {
    let rig = Rig::both(SMALL, |_| {}).await;
    for (question, said) in [
        ("", "onu, pon and vlan"),
        ("q=8cdc", "onu, pon and vlan"),
        ("onu=4", "1-1-1:4"),
        ("onu=1-1-1", "1-1-1:4"),
        ("onu=1-1-1:129", "1 to 128"),
        ("onu=1-1-1:4&pon=1-1-2", "port that pon names"),
        ("pon=1-1-17", "pon"),
        ("vlan=0", "1 to 4094"),
        ("vlan=100&q=budi", "hexadecimal"),
        ("vlan=100&q=", "hexadecimal"),
        ("vlan=100&q=8cdc020000010", "hexadecimal"),
    ] {
        let (status, body) = rig.get(&format!("/mac?{question}")).await;
        assert_eq!((status, &body["error_code"]), (400, &json!("invalid_parameter")), "{question}: {body}");
        assert!(body["message"].as_str().unwrap().contains(said), "{question}: {body}");
    }
    for (question, code) in
        [("onu=1-1-1:9", "onu_not_found"), ("onu=1-1-2:1", "onu_not_found"), ("pon=1-1-3", "pon_not_found")]
    {
        let (status, body) = rig.get(&format!("/mac?{question}")).await;
        assert_eq!((status, &body["error_code"]), (404, &json!(code)), "{question}: {body}");
    }
    // An ONU that is off has learnt nothing, and is there.
    assert_eq!(rig.body("/mac?onu=1-1-1:4").await["data"], json!([]));
    let (status, body) = Rig::small().await.get("/mac?vlan=100").await;
    assert_eq!((status, &body["error_code"]), (422, &json!("unsupported_by_firmware")), "{body}");
}

#[tokio::test]
async fn the_command_line_is_asked_once_for_many() {
    let rig = Rig::both(SMALL, |_| {}).await;
    learnt(&rig).await;
    let commands = rig.sim.reset_counters().cli_commands;
    for question in ["pon=1-1-1", "pon=1-1-1&vlan=100", "pon=1/1/1&q=00", "pon=1"] {
        rig.body(&format!("/mac?{question}")).await;
    }
    assert!(commands > 0);
    assert_eq!(rig.sim.counters().cli_commands, 0);
    assert_eq!(column(&rig.body("/mac?pon=1").await, "board"), column(&rig.body("/mac?pon=1").await, "pon"));
}
