//! The writes of several ONUs to which everything happens.

use gpon::OfflineReason;
use oltsim::device::OnuConfig;
use serde_json::{Value, json};

use super::many::{Batch, Meant};

/// The batches of the API.
pub const BATCHES: &[Batch] = &[
    Batch {
        name: "descriptions of two",
        method: "PUT",
        path: "/batch/descriptions",
        body: |serials| {
            let one = |(nr, serial): (usize, &String)| json!({"serial_number": serial, "name": format!("House {nr}"), "description": format!("floor {nr}")});
            json!({"targets": serials.iter().enumerate().map(one).collect::<Vec<_>>()})
        },
        undo: |before| before.map(|onu| format!("name {}", String::from_utf8_lossy(&onu.name))),
        ..OF_TWO
    },
    Batch { name: "block two", path: "/batch/block", ..OF_TWO },
    Batch { name: "unblock two", path: "/batch/unblock", blocked: true, ..OF_TWO },
    Batch {
        name: "suspend two",
        path: "/batch/suspend",
        body: |serials| json!({"targets": targets(serials), "owner": "billing", "reason": "unpaid"}),
        holds: Some(true),
        ..OF_TWO
    },
    Batch {
        name: "resume two",
        path: "/batch/resume",
        body: |serials| json!({"targets": targets(serials), "owner": "billing"}),
        holds: Some(false),
        ..OF_TWO
    },
    Batch {
        name: "reboot two by their interfaces",
        path: "/batch/reboot",
        body: |serials| json!({"targets": targets(serials), "via": "shutdown"}),
        restarts: Some(OfflineReason::Shutdown),
        undo: |_| Some("no shutdown".to_owned()),
        ..OF_TWO
    },
    Batch {
        name: "reboot two by OMCI",
        path: "/batch/reboot",
        body: |serials| json!({"targets": targets(serials), "via": "omci"}),
        meant: Meant::Standing(&[1, 128]),
        restarts: Some(OfflineReason::Reboot),
        ..OF_TWO
    },
    Batch { name: "delete two", path: "/batch/delete", ..OF_TWO },
    Batch {
        name: "register two",
        path: "/batch/register",
        body: |serials| {
            let one = |(nr, serial): (usize, &String)| {
                json!({
                    "pon_port": "1/1/1", "serial_number": serial, "onu_type": "ZTE-F660",
                    "name": format!("House {nr}"), "strategy": "service",
                    "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
                })
            };
            json!({"targets": serials.iter().enumerate().map(one).collect::<Vec<_>>()})
        },
        meant: Meant::New(&["ZTEGD824CDF3", "ZTEG1A2B3C4D"]),
        undo: |_| Some("no onu ".to_owned()),
        ..OF_TWO
    },
];

/// Of one that is online, and one that is not.
const OF_TWO: Batch = Batch {
    name: "",
    method: "POST",
    path: "",
    body: |serials| json!({"targets": targets(serials)}),
    meant: Meant::Standing(&[1, 4]),
    blocked: false,
    restarts: None,
    holds: None,
    undo: |_: Option<&OnuConfig>| None,
};

fn targets(serials: &[String]) -> Vec<Value> {
    serials.iter().map(|serial| json!({"serial_number": serial})).collect()
}
