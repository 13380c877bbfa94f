//! Whole answers, as snapshots.

use serde_json::Value;

use super::Rig;

macro_rules! answers {
    ($($name:ident: $path:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let (status, mut body) = Rig::small().await.get($path).await;
            if let Some(id) = body.get_mut("request_id") {
                *id = "...".into();
            }
            let body = serde_json::to_string_pretty(&body).unwrap();
            insta::assert_snapshot!(format!("GET {}\n{status}\n{body}", $path));
        }
    )+};
}

answers! {
    list_of_a_pon: "/board/1/pon/1";
    list_of_an_empty_pon: "/board/1/pon/2";
    serials: "/board/1/pon/1/onu_id_sn";
    page: "/paginate/board/1/pon/1?page=2&limit=3";
    page_past_the_end: "/paginate/board/1/pon/1?page=99";
    pon_info: "/board/1/pon/1/info";
    onu: "/board/1/pon/1/onu/1";
    onu_by_password: "/board/1/pon/1/onu/5";
    onu_that_is_not_there: "/board/1/pon/1/onu/9";
    pon_that_the_chassis_lacks: "/board/1/pon/3";
    search: "/onus?q=toko&status=los";
    search_with_columns: "/onus?status=online,dying_gasp&sort=name&order=desc&with=model,offline_reason,last_online,last_offline,admin_state&limit=3";
    list_with_columns: "/board/1/pon/1?vendor=ZTEG&sort=last_offline&with=admin_state";
    wrong_order: "/onus?sort=colour";
    macs_of_nobody: "/mac";
    macs_without_a_command_line: "/mac?vlan=100";
    unconfigured: "/onu/unconfigured/1-1-1";
    cards: "/system/cards";
    no_card: "/system/cards/1/1/2";
    environment: "/system/environment";
    bandwidth_profiles: "/profiles/traffic";
    no_profile: "/profiles/traffic/7";
    vlan_profiles: "/profiles/vlan";
    vlans: "/vlan";
    service_ports: "/vlan/service-ports";
    service_ports_of_an_onu: "/vlan/onu/1/1/1/1";
    backups: "/config/backups";
}

/// Hides what differs from run to run, wherever it stands.
fn hide_moments(part: &mut Value) {
    match part {
        Value::Object(fields) => {
            for (field, value) in fields {
                match field.as_str() {
                    "request_id" | "last_update" | "last_contact" | "clock" | "clock_offset_s"
                        if !value.is_null() =>
                    {
                        *value = "...".into()
                    }
                    // How fast this machine is.
                    "other" if value.is_number() => *value = "...".into(),
                    _ => hide_moments(value),
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(hide_moments),
        _ => {}
    }
}

/// With the command line, at a moment that is held.
macro_rules! answers_of_both {
    ($($name:ident: $path:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let rig = Rig::both(super::SMALL, |_| {}).await;
            rig.sim.device(|device| device.clock.hold_at(std::time::Duration::from_secs(60)));
            let (status, mut body) = rig.get($path).await;
            hide_moments(&mut body);
            let body = serde_json::to_string_pretty(&body).unwrap();
            insta::assert_snapshot!(format!("GET {}\n{status}\n{body}", $path));
        }
    )+};
}

answers_of_both! {
    monitoring_of_an_onu: "/monitoring/onu/1-1-1/1";
    monitoring_of_an_onu_that_is_off: "/monitoring/onu/1-1-1/3";
    monitoring_of_no_onu: "/monitoring/onu/1-1-1/9";
    monitoring_of_a_pon: "/monitoring/pon/1-1-1";
    monitoring_of_the_olt: "/monitoring/olt";
    onu_with_uptime: "/board/1/pon/1/onu/1";
    vlans_of_an_onu: "/vlan/onu/1-1-1/1";
    dba_profiles: "/traffic/dba-profiles";
    dba_profile: "/traffic/dba-profile/UP-10M";
    no_dba_profile: "/traffic/dba-profile/none";
    traffic_profiles: "/traffic/profiles";
    traffic_profile: "/traffic/profile/DOWN-50M";
    tcont: "/traffic/tcont/1-1-1/1/1";
    no_tcont: "/traffic/tcont/1-1-1/1/8";
    gem_port: "/traffic/gemport/1-1-1/1/1";
    unconfigured_with_passwords: "/onu/unconfigured";
    olt_with_both_sides: "/olts/sim";
    macs_of_an_onu: "/mac?onu=1-1-1:1";
    macs_of_a_vlan: "/mac?vlan=100";
    macs_of_no_onu: "/mac?onu=1-1-1:9";
}

#[tokio::test]
async fn free_ids_are_the_others() {
    let rig = Rig::small().await;
    let free = super::column(&rig.body("/board/1/pon/1/onu_id/empty").await, "onu_id");
    let used = super::column(&rig.body("/board/1/pon/1").await, "onu_id");
    assert_eq!(used, [1, 2, 3, 4, 5, 6, 7, 128]);
    let others: Vec<u64> = (8..=127).collect();
    assert_eq!(free, others);
    assert_eq!(rig.body("/board/1/pon/2/onu_id/update").await["data"].as_array().unwrap().len(), 128);
}

#[tokio::test]
async fn uplinks_are_found_by_name() {
    let rig = Rig::small().await;
    let body = rig.body("/system/uplinks").await;
    assert_eq!(super::column(&body, "name"), ["gei_1/4/1", "xgei_1/4/2", "gei_1/4/3"]);
    assert_eq!(body["data"][1]["speed_mbps"], 10_000);
}

#[tokio::test]
async fn the_tree_of_an_olt_is_the_same_tree() {
    let rig = Rig::small().await;
    assert_eq!(rig.body("/olts/sim/board/1/pon/1").await, rig.body("/board/1/pon/1/").await);
    assert_eq!(rig.get("/olts/nobody/board/1/pon/1").await.0, 404);
    let olt = &rig.body("/olts/sim").await["data"];
    assert_eq!((&olt["model"], &olt["firmware"]), (&"C320".into(), &"V2.1.0".into()));
}

#[tokio::test]
async fn a_c300_has_more_slots() {
    let rig = Rig::start(oltsim::Source::Scenario(super::C300.into())).await;
    assert_eq!(rig.body("/olts/sim").await["data"]["model"], "C300");
    let onus = rig.body("/onus?limit=100").await;
    let boards = super::column(&onus, "board");
    assert!(boards.iter().any(|board| board.as_u64() > Some(2)), "{boards:?}");
}
