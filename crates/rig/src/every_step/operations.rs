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
        holds: None,
    },
    Operation {
        name: "block",
        method: "POST",
        path: "/onu-management/block",
        body: |serial| json!({"serial_number": serial}),
        blocked: false,
        restarts: None,
        holds: None,
    },
    Operation {
        name: "unblock",
        method: "POST",
        path: "/onu-management/unblock",
        body: |serial| json!({"serial_number": serial}),
        blocked: true,
        restarts: None,
        holds: None,
    },
    Operation {
        name: "suspend",
        method: "POST",
        path: "/onu/sn/{serial}/suspend",
        body: |_| json!({"reason": "unpaid", "owner": "billing"}),
        blocked: false,
        restarts: None,
        holds: Some(true),
    },
    Operation {
        name: "reboot by its interface",
        method: "POST",
        path: "/onu-management/reboot",
        body: |serial| json!({"serial_number": serial, "via": "shutdown"}),
        blocked: false,
        restarts: Some(OfflineReason::Shutdown),
        holds: None,
    },
    Operation {
        name: "reboot by OMCI",
        method: "POST",
        path: "/onu-management/reboot",
        body: |serial| json!({"serial_number": serial, "via": "omci"}),
        blocked: false,
        restarts: Some(OfflineReason::Reboot),
        holds: None,
    },
    Operation {
        name: "factory reset",
        method: "POST",
        path: "/onu-management/factory-reset",
        body: |serial| json!({"serial_number": serial}),
        blocked: false,
        restarts: Some(OfflineReason::Reboot),
        holds: None,
    },
    Operation {
        name: "delete",
        method: "DELETE",
        path: "/onu/sn/{serial}",
        body: |_| Value::Null,
        blocked: false,
        restarts: None,
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
    holds: Some(false),
};
