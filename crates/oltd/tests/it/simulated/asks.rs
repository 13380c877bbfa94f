//! What lists of ONUs are asked for: filters, orders, further columns.

use gpon::{OfflineReason, OnuId, OnuRef, PonPort};
use oltsim::Source;
use oltsim::device::Device;
use serde_json::{Value, json};

use super::{Rig, SMALL, column};

/// What is set of an ONU, whose phase is that of the scenario.
struct Set {
    id: u8,
    name: &'static str,
    description: &'static str,
    onu_type: &'static str,
    serial: &'static str,
    rx: i32,
    reason: OfflineReason,
    last_offline: &'static str,
    enabled: bool,
}

/// Online are 1 and 128; 2 is in LOS, 3 in dying gasp, 4 offline, 5 failed to
/// authenticate (it has no serial number), 6 synchronizes, 7 signs on.
#[rustfmt::skip] // one line per ONU
const ONUS: [Set; 8] = [
    Set { id: 1, name: "Budi", description: "Jl. Merdeka 1", onu_type: "ZTE-F660", serial: "ZTEGC0000001", rx: -27_004, reason: OfflineReason::PowerOff, last_offline: "2026-11-20 05:41:07", enabled: true },
    Set { id: 2, name: "ani", description: "", onu_type: "ZTE-F660", serial: "ZTEGC0000002", rx: 0, reason: OfflineReason::Los, last_offline: "2026-11-21 05:41:07", enabled: true },
    Set { id: 3, name: "Citra", description: "toko", onu_type: "HG8245H", serial: "HWTCC0000003", rx: 0, reason: OfflineReason::PowerOff, last_offline: "2026-11-19 05:41:07", enabled: true },
    Set { id: 4, name: "", description: "gudang", onu_type: "HG8245H", serial: "HWTC0000000A", rx: 0, reason: OfflineReason::Code(14), last_offline: "", enabled: false },
    Set { id: 5, name: "Eka", description: "", onu_type: "F609", serial: "ZTEGC0000005", rx: 0, reason: OfflineReason::AuthFail, last_offline: "2026-11-18 05:41:07", enabled: true },
    Set { id: 6, name: "eka", description: "", onu_type: "F609", serial: "ZTEGC0000006", rx: 0, reason: OfflineReason::Reboot, last_offline: "2026-11-21 05:41:07", enabled: true },
    Set { id: 7, name: "", description: "", onu_type: "F609", serial: "ZTEGC0000007", rx: 0, reason: OfflineReason::Unknown, last_offline: "", enabled: false },
    Set { id: 128, name: "last one", description: "Ani's", onu_type: "ALL", serial: "ZTEGC0000008", rx: -18_000, reason: OfflineReason::Unknown, last_offline: "2026-11-22 05:41:07", enabled: true },
];

fn set(device: &mut Device) {
    for set in &ONUS {
        let at = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(set.id).unwrap() };
        let onu = device.onu_mut(at).unwrap();
        (onu.configured.name, onu.configured.description) = (set.name.into(), set.description.into());
        onu.configured.onu_type = set.onu_type.to_owned();
        onu.configured.serial = set.serial.parse().unwrap();
        onu.optics.rx = set.rx;
        onu.reason = set.reason;
        onu.last_offline = set.last_offline.parse().ok();
        onu.configured.enabled = set.enabled;
        onu.equipment.model = if set.id == 1 { "F660V5.2" } else { "F601" }.to_owned();
    }
}

async fn rig() -> Rig {
    let rig = Rig::small().await;
    rig.sim.device(set).unwrap();
    rig
}

fn ids(body: &Value) -> Vec<u64> {
    column(body, "onu_id").iter().map(|id| id.as_u64().unwrap()).collect()
}

/// The same question to each of the lists that take it.
async fn everywhere(rig: &Rig, question: &str, expected: &[u64]) {
    for list in ["/onus?limit=100&", "/onus?pon=1-1-1&", "/board/1/pon/1?", "/board/1/pon/1?limit=100&"] {
        let body = rig.body(&format!("{list}{question}")).await;
        assert_eq!(ids(&body), expected, "{list}{question}: {body}");
        assert!(body.get("partial").is_none(), "{list}{question}: {body}");
        let odd = body["problems"].as_array().into_iter().flatten();
        // One of them is still being ranged.
        assert!(odd.clone().all(|problem| problem["field"] == "distance"), "{list}{question}: {body}");
    }
    assert_eq!(ids(&rig.body(&format!("/board/1/pon/2?{question}")).await), [0; 0], "an empty PON");
}

#[tokio::test]
async fn filters_take_exactly_these() {
    let rig = rig().await;
    for (question, expected) in [
        ("status=Online", &[1, 128][..]),
        ("status=dying_gasp", &[3]),
        ("status=Dying%20Gasp,los", &[2, 3]),
        ("status=offline,auth_failed,synchronization,logging", &[4, 5, 6, 7]),
        ("status=unknown", &[]),
        ("offline_reason=PowerOff", &[1, 3]),
        ("offline_reason=poweroff,LOS", &[1, 2, 3]),
        ("offline_reason=Unknown", &[7, 128]),
        ("offline_reason=Unknown%20(14)", &[4]),
        ("offline_reason=LOSi", &[]),
        ("type=F609", &[5, 6, 7]),
        ("type=f609", &[]),
        ("model=F601", &[128]),
        ("model=F660V5.2", &[1]),
        ("vendor=HWTC", &[3, 4]),
        ("vendor=hwtc", &[3, 4]),
        // 5 is registered by its password, and known by no serial number.
        ("vendor=ZTEG", &[1, 2, 6, 7, 128]),
        ("rx_below=-27", &[1]),
        ("rx_below=-27.004", &[]),
        ("rx_below=-10", &[1, 128]),
        ("rx_above=-27.004", &[128]),
        ("rx_above=-27.1&rx_below=-20", &[1]),
        ("admin_state=disabled", &[4, 7]),
        ("q=ani", &[2, 128]),
        ("q=TOKO", &[3]),
        ("q=C000000", &[1, 2, 3, 4, 6, 7, 128]),
        ("q=48575443C0000003", &[3]),
        ("q=5a544547c0000001", &[1]),
        ("q=5A544547C000000", &[]),
        ("q=", &[1, 2, 3, 4, 5, 6, 7, 128]),
        ("type=F609&status=logging,synchronization&admin_state=enabled", &[6]),
        ("vendor=ZTEG&offline_reason=PowerOff,Reboot&q=eka", &[1, 6]),
        ("nonsense=1", &[1, 2, 3, 4, 5, 6, 7, 128]),
    ] {
        everywhere(&rig, question, expected).await;
    }
}

#[tokio::test]
async fn orders_put_what_is_unknown_last() {
    let rig = rig().await;
    for (question, expected) in [
        ("sort=onu_id&order=desc", [128, 7, 6, 5, 4, 3, 2, 1]),
        ("order=desc", [128, 7, 6, 5, 4, 3, 2, 1]),
        ("sort=name", [2, 1, 3, 5, 6, 128, 4, 7]),
        ("sort=name&order=desc", [7, 4, 128, 5, 6, 3, 1, 2]),
        ("sort=rx_power", [1, 128, 2, 3, 4, 5, 6, 7]),
        ("sort=rx_power&order=desc", [128, 1, 2, 3, 4, 5, 6, 7]),
        ("sort=serial_number", [4, 3, 1, 2, 6, 7, 128, 5]),
        ("sort=onu_type", [128, 5, 6, 7, 3, 4, 1, 2]),
        ("sort=status", [5, 3, 7, 2, 4, 1, 128, 6]),
        ("sort=model", [128, 1, 2, 3, 4, 5, 6, 7]),
        ("sort=last_offline", [5, 3, 1, 2, 6, 128, 4, 7]),
        ("sort=last_offline&order=desc", [128, 2, 6, 1, 3, 5, 4, 7]),
        ("sort=offline_reason", [5, 2, 1, 3, 6, 7, 128, 4]),
        ("sort=admin_state&order=desc", [1, 2, 3, 5, 6, 128, 4, 7]),
    ] {
        everywhere(&rig, question, &expected).await;
    }
    // What only the list of the whole OLT has at no extra cost.
    for list in ["/onus?limit=100&", "/board/1/pon/1?"] {
        for field in ["distance", "olt_rx_power"] {
            let body = rig.body(&format!("{list}sort={field}&order=desc")).await;
            let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
            let values: Vec<_> = column(&body, field).iter().map(number).collect();
            let known: Vec<f64> = values.iter().copied().flatten().collect();
            assert!(known.len() > 1 && known.is_sorted_by(|a, b| a >= b), "{list}{field}: {body}");
            assert!(values[..known.len()].iter().all(Option::is_some), "{list}{field}: {body}");
        }
    }
}

#[tokio::test]
async fn pages_are_cut_from_what_is_asked_for() {
    let rig = rig().await;
    for list in ["/onus?", "/onus?pon=1-1-1&", "/board/1/pon/1?"] {
        let body = rig.body(&format!("{list}sort=name&status=online,los,dying_gasp&limit=3&page=1")).await;
        let told = ["page", "limit", "page_count", "total_rows"].map(|field| body[field].clone());
        assert_eq!((ids(&body), told), (vec![2, 1, 3], [1, 3, 2, 4].map(Value::from)), "{list}");
        let body = rig.body(&format!("{list}sort=name&status=online,los,dying_gasp&limit=3&page=2")).await;
        assert_eq!(ids(&body), [128], "{list}");
        let body = rig.body(&format!("{list}limit=3&page=4")).await;
        assert_eq!((ids(&body).len(), &body["page_count"]), (0, &json!(3)), "{list}");
    }
    let whole = rig.body("/board/1/pon/1?status=online").await;
    assert!(whole.get("page").is_none(), "nobody asked for a page: {whole}");
}

const EXTRA: [&str; 5] = ["model", "offline_reason", "last_online", "last_offline", "admin_state"];

#[tokio::test]
async fn further_columns_stand_where_they_are_named() {
    let rig = rig().await;
    for list in ["/onus?limit=100&", "/onus?pon=1-1-1&", "/board/1/pon/1?"] {
        for (question, expected) in [
            ("", &[][..]),
            ("status=online&q=a&sort=name&vendor=ZTEG&rx_below=0&type=ALL", &[]),
            ("with=model", &["model"]),
            ("with=last_online,model", &["model", "last_online"]),
            ("with=model,offline_reason,last_online,last_offline,admin_state", &EXTRA),
            ("sort=last_offline", &["last_offline"]),
            ("offline_reason=PowerOff&with=admin_state", &["offline_reason", "admin_state"]),
            ("admin_state=enabled&model=F601&sort=last_online", &["model", "last_online", "admin_state"]),
        ] {
            let body = rig.body(&format!("{list}{question}")).await;
            for row in body["data"].as_array().unwrap() {
                let there: Vec<_> = EXTRA.into_iter().filter(|field| row.get(field).is_some()).collect();
                assert_eq!(there, expected, "{list}{question}: {row}");
            }
        }
        let body = rig.body(&format!("{list}with=model,offline_reason,last_offline,admin_state")).await;
        let second = ["model", "offline_reason", "last_offline", "admin_state"].map(|f| &body["data"][3][f]);
        assert_eq!(
            second,
            [&Value::Null, &json!("Unknown (14)"), &Value::Null, &json!("disabled")],
            "{list}"
        );
        assert_eq!(
            ["model", "offline_reason", "last_offline", "admin_state"].map(|f| &body["data"][0][f]),
            [&json!("F660V5.2"), &json!("PowerOff"), &json!("2026-11-20 05:41:07"), &json!("enabled")],
            "{list}"
        );
    }
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_with_what_is() {
    let rig = Rig::small().await;
    for (question, field, allowed) in [
        ("status=asleep", "status", "Dying Gasp"),
        ("status=", "status", "Online"),
        ("status=los,,online", "status", "Synchronization"),
        ("offline_reason=Thunder", "offline_reason", "deactiveSucc"),
        ("sort=colour", "sort", "rx_power, status, model, offline_reason, last_online"),
        ("sort=description", "sort", "serial_number"),
        ("sort=name,rx_power", "sort", "onu_type"),
        ("order=up", "order", "asc, desc"),
        ("with=model,colour", "with", "model, offline_reason, last_online, last_offline, admin_state"),
        ("with=", "with", "admin_state"),
        ("with=rx_power", "with", "admin_state"),
        ("admin_state=up", "admin_state", "enabled, disabled"),
        ("vendor=ZTE", "vendor", "4 letters or digits"),
        ("type=", "type", "1 to 64 characters"),
        ("rx_below=weak", "rx_below", "a power from -100 to 100"),
        ("rx_above=-1e1", "rx_above", "a power from -100 to 100"),
        ("rx_above=-101", "rx_above", "a power from -100 to 100"),
        ("limit=0", "limit", "1 to 100"),
        ("page=0", "page", "from 1"),
        ("sort=name&sort=name", "sort", "once"),
    ] {
        for list in ["/onus?", "/onus?pon=1-1-1&", "/board/1/pon/1?", "/board/1/pon/2?"] {
            let (status, body) = rig.get(&format!("{list}{question}")).await;
            assert_eq!((status, &body["error_code"]), (400, &json!("invalid_parameter")), "{list}{question}");
            let message = body["message"].as_str().unwrap();
            assert!(message.contains(field) && message.contains(allowed), "{list}{question}: {message}");
        }
    }
    assert_eq!(rig.sim.counters().packets_in, 0, "nothing was asked of the OLT");
}

#[tokio::test]
async fn a_second_reading_is_made_once_and_only_when_it_is_named() {
    let rig = rig().await;
    for (list, most) in [("/board/1/pon/1", 3), ("/onus", 8)] {
        rig.body(list).await;
        rig.sim.reset_counters();
        rig.body(&format!("{list}?status=online&sort=name&order=desc&limit=5")).await;
        assert_eq!(rig.sim.counters().packets_in, 0, "{list}: the list has it all");
        rig.body(&format!("{list}?with=model,last_online")).await;
        let second = rig.sim.reset_counters().requests;
        assert!((1..=most).contains(&second), "{list}: {second}");
        rig.body(&format!("{list}?with=last_online&sort=model&status=los")).await;
        assert_eq!(rig.sim.reset_counters().packets_in, 0, "{list}: the same columns are kept");
        rig.body(&format!("{list}?offline_reason=LOS")).await;
        assert!((1..=most).contains(&rig.sim.reset_counters().requests), "{list}: one column");
    }
    // An empty list has nothing to add to.
    rig.body("/board/1/pon/2").await;
    rig.sim.reset_counters();
    let empty = rig.body("/board/1/pon/2?with=model&q=a").await;
    assert_eq!((rig.sim.counters().packets_in, empty.get("unsupported")), (0, None), "{empty}");
}

#[tokio::test]
async fn a_lost_second_reading_is_not_none() {
    let sim = super::simulator(Source::Scenario(SMALL.into())).await;
    let olt = super::brief_olt("sim", &sim, None).await;
    let rig = Rig::of(sim, vec![olt]).await;
    rig.sim.device(set).unwrap();
    rig.body("/board/1/pon/1").await;
    rig.sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    let (status, body) = rig.get("/board/1/pon/1?offline_reason=LOS").await;
    assert!(status == 503 || status == 504, "who went for this reason is not known: {status} {body}");
    let answer = rig.client.get(format!("{}/api/v1/board/1/pon/1?with=model&q=toko", rig.base));
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store", "{answer:?}");
    let body: Value = answer.json().await.unwrap();
    let mut lost: Vec<_> = body["partial"].as_array().unwrap().iter().map(|part| &part["field"]).collect();
    lost.sort_by_key(|field| field.as_str());
    assert_eq!(lost, ["description", "model"], "{body}");
    rig.sim.set_faults(Vec::new()).unwrap();
}

#[tokio::test]
async fn an_agent_without_a_column_says_so() {
    // Of this device only distances are known.
    let Some(folder) = std::env::var_os("WALKS") else {
        println!("skipped: WALKS does not name a folder of recorded walks");
        return;
    };
    let path = std::path::Path::new(&folder).join("c320-v2.1.0-gtgo.snmprec");
    let rig = Rig::start(oltsim::Source::Walk(path)).await;
    for list in ["/board/1/pon/1?", "/onus?limit=5&"] {
        let body = rig.body(&format!("{list}with=model,admin_state")).await;
        assert_eq!(column(&body, "model"), vec![Value::Null; 5], "{list}");
        let unsupported = body["unsupported"].as_array().unwrap();
        assert!(["model", "admin_state"].iter().all(|f| unsupported.contains(&json!(f))), "{list}: {body}");
        // The whole of it has a port on which nobody has light.
        assert_eq!(body.get("partial").is_some(), list.starts_with("/onus"), "{list}: {body}");
    }
}
