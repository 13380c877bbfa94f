//! What people did, by hand or by oltd, while an ONU was suspended or before: nothing of it is undone.

use serde_json::json;

use super::{Case, is};

#[tokio::test]
async fn what_was_shut_before_stays_shut() {
    let case = Case::new().await;
    case.by_hand("shutdown");
    let suspended = case.suspend("billing", "unpaid").await;
    is(&suspended, "unchanged", json!(["billing"]));
    assert!(suspended.body["data"]["warnings"].to_string().contains("shut already"), "{}", suspended.body);
    is(&case.suspend("abuse", "spam").await, "unchanged", json!(["billing", "abuse"]));
    is(&case.resume("billing").await, "unchanged", json!(["abuse"]));
    let last = case.resume("abuse").await;
    is(&last, "unchanged", json!([]));
    assert!(last.body["data"]["warnings"].to_string().contains("stays shut"), "{}", last.body);
    assert!(!case.is_enabled());
    assert_eq!(case.onu("unblock").await.status, 200, "nobody holds it any more");
    assert!(case.is_enabled());
}

#[tokio::test]
async fn what_somebody_opened_meanwhile_is_left_open() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    case.by_hand("no shutdown");
    case.sent();
    is(&case.resume("billing").await, "unchanged", json!([]));
    assert_eq!((case.is_enabled(), case.sent()), (true, vec![]));
}

/// Who suspends wants it out of service, whatever somebody did before; and it comes back.
#[tokio::test]
async fn what_somebody_opened_is_shut_again_by_the_next() {
    let case = Case::new().await;
    case.by_hand("shutdown");
    is(&case.suspend("billing", "unpaid").await, "unchanged", json!(["billing"]));
    case.by_hand("no shutdown");
    let again = case.suspend("abuse", "spam").await;
    is(&again, "applied", json!(["billing", "abuse"]));
    assert!(again.body["data"]["warnings"].to_string().contains("into service"), "{}", again.body);
    is(&case.resume("billing").await, "unchanged", json!(["abuse"]));
    is(&case.resume("abuse").await, "applied", json!([]));
    assert!(case.is_enabled());
}

#[tokio::test]
async fn what_somebody_blocked_meanwhile_stays_blocked() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    let blocked = case.onu("block").await;
    assert_eq!(blocked.body["data"]["state"], "unchanged", "{}", blocked.body);
    assert!(blocked.body["data"]["warnings"].to_string().contains("billing"), "{}", blocked.body);
    let last = case.resume("billing").await;
    is(&last, "unchanged", json!([]));
    assert!(!case.is_enabled());
}

/// Another place, the same customer.
#[tokio::test]
async fn a_hold_follows_the_serial_number() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    let free = (1..=128u16)
        .find(|id| {
            let at = format!("1/1/1:{id}");
            case.writer.sim.device(|device| device.onus().all(|(place, _)| place.to_string() != at)).unwrap()
        })
        .unwrap();
    let kind = case.writer.sim.device(|device| device.onu(super::at()).unwrap().configured.onu_type.clone());
    let kind = kind.unwrap();
    let register = format!("onu {free} type {kind} sn {}", case.serial);
    let lines = ["configure terminal", "interface gpon-olt_1/1/1", "no onu 1", &register];
    case.writer.sim.type_as_somebody(&lines);
    let again = case.suspend("billing", "unpaid").await;
    is(&again, "applied", json!(["billing"]));
    assert_eq!(again.body["data"]["onu_id"], free, "{}", again.body);
    is(&case.resume("billing").await, "applied", json!([]));
}
