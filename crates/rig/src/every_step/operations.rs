//! The writes to which everything happens.

use gpon::OfflineReason;
use serde_json::{Value, json};

use super::Operation;

/// The writes of the API.
pub const OPERATIONS: &[Operation] = &[
    Operation {
        name: "name and description",
        method: "PUT",
        path: "/onu-management/description",
        body: |serial| json!({"serial_number": serial, "name": "House 7", "description": "first floor"}),
        blocked: false,
        restarts: None,
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "block",
        method: "POST",
        path: "/onu-management/block",
        body: |serial| json!({"serial_number": serial}),
        blocked: false,
        restarts: None,
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "unblock",
        method: "POST",
        path: "/onu-management/unblock",
        body: |serial| json!({"serial_number": serial}),
        blocked: true,
        restarts: None,
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "suspend",
        method: "POST",
        path: "/onu/sn/{serial}/suspend",
        body: |_| json!({"reason": "unpaid", "owner": "billing"}),
        blocked: false,
        restarts: None,
        registers: None,
        takes_over: false,
        holds: Some(true),
    },
    Operation {
        name: "reboot by its interface",
        method: "POST",
        path: "/onu-management/reboot",
        body: |serial| json!({"serial_number": serial, "via": "shutdown"}),
        blocked: false,
        restarts: Some(OfflineReason::Shutdown),
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "reboot by OMCI",
        method: "POST",
        path: "/onu-management/reboot",
        body: |serial| json!({"serial_number": serial, "via": "omci"}),
        blocked: false,
        restarts: Some(OfflineReason::Reboot),
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "factory reset",
        method: "POST",
        path: "/onu-management/factory-reset",
        body: |serial| json!({"serial_number": serial}),
        blocked: false,
        restarts: Some(OfflineReason::Reboot),
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "delete",
        method: "DELETE",
        path: "/onu/sn/{serial}",
        body: |_| Value::Null,
        blocked: false,
        restarts: None,
        registers: None,
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "register by services, with PPPoE",
        method: "POST",
        path: "/onu/register",
        body: |serial| {
            let wan = json!({"mode": "pppoe", "username": "user7", "password": "s3cret"});
            register(serial, "service", &wan)
        },
        blocked: false,
        restarts: None,
        registers: Some(BOX),
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "register by flows",
        method: "POST",
        path: "/onu/register",
        body: |serial| register_alone(serial, "flow"),
        blocked: false,
        restarts: None,
        registers: Some(OTHER),
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "register as a bridge",
        method: "POST",
        path: "/onu/register",
        body: |serial| register_alone(serial, "bridge"),
        blocked: false,
        restarts: None,
        registers: Some(BOX),
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "register as a router, with DHCP",
        method: "POST",
        path: "/onu/register",
        body: |serial| register(serial, "router", &json!({"mode": "dhcp", "vlan_profile": "PPPOE"})),
        blocked: false,
        restarts: None,
        registers: Some(OTHER),
        takes_over: false,
        holds: None,
    },
    Operation {
        name: "take over",
        method: "POST",
        path: "/onu/register",
        body: |serial| {
            let mut body = register_alone(serial, "service");
            if let Some(body) = body.as_object_mut() {
                body.insert("pon_port".to_owned(), json!("1/1/2"));
                body.insert("on_conflict".to_owned(), json!("take_over"));
            }
            body
        },
        blocked: false,
        restarts: None,
        registers: None,
        takes_over: true,
        holds: None,
    },
];

/// Lifts the only hold of an ONU, which is made before.
pub const RESUME: Operation = Operation {
    name: "resume",
    method: "POST",
    path: "/onu/sn/{serial}/resume",
    body: |_| json!({"owner": "billing"}),
    blocked: false,
    restarts: None,
    registers: None,
    takes_over: false,
    holds: Some(false),
};

/// The box that waits on the PON, and one that is not plugged in.
const BOX: &str = "ZTEGD824CDF3";
const OTHER: &str = "HWTC1A2B3C4D";

/// A registration by this strategy.
fn register(serial: &str, strategy: &str, wan: &Value) -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": serial, "onu_type": "ZTE-F660", "name": "House 7",
        "description": "first floor", "strategy": strategy, "wan": wan,
        "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
    })
}

/// The same without a WAN.
fn register_alone(serial: &str, strategy: &str) -> Value {
    let mut body = register(serial, strategy, &Value::Null);
    if let Some(body) = body.as_object_mut() {
        body.remove("wan");
    }
    body
}
