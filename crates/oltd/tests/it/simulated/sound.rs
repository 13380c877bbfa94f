//! Values that are somebody else's, or too old, are not shown.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use oltsim::{DEMO, NO_OPTICS, SMALL, Source};
use serde_json::{Value, json};

use super::{Rig, column};

/// The small scenario with other options of its agent.
fn agent(options: &str) -> String {
    SMALL.replacen("[agent]", &format!("[agent]\n{options}"), 1)
}

#[tokio::test]
async fn light_that_is_gone_is_shown_nowhere() {
    // ONUs 2 and 3 of the scenario are LOS and DyingGasp, and this agent keeps what they last measured.
    for rig in [
        Rig::start(Source::Scenario(agent("offline_optics = \"kept\""))).await,
        Rig::both(&agent("offline_optics = \"kept\""), |_| {}).await,
    ] {
        for id in [2, 3] {
            let watched = rig.body(&format!("/monitoring/onu/1-1-1/{id}")).await;
            let optical = watched["data"]["optical"].as_object().unwrap();
            assert!(optical.values().all(Value::is_null), "ONU {id}: {watched}");
            let detail = rig.body(&format!("/board/1/pon/1/onu/{id}")).await;
            for field in ["rx_power", "tx_power", "olt_rx_power", "ip_address"] {
                assert_eq!(detail["data"][field], Value::Null, "ONU {id}: {field}: {detail}");
            }
        }
        for list in ["/board/1/pon/1", "/onus?limit=100"] {
            let list = rig.body(list).await;
            let rows = std::iter::zip(column(&list, "status"), column(&list, "rx_power"));
            assert!(rows.clone().all(|(status, rx)| rx.is_null() || status == "Online"), "{list}");
            assert!(rows.clone().any(|(_, rx)| !rx.is_null()), "{list}");
        }
        let pon = rig.body("/monitoring/pon/1-1-1").await;
        for onu in pon["data"]["onus"].as_array().unwrap().iter().filter(|onu| onu["online_status"] == 0) {
            assert!(onu["optical"].as_object().unwrap().values().all(Value::is_null), "{onu}");
        }
    }
}

#[tokio::test]
async fn the_version_of_the_hardware_is_not_that_of_the_software() {
    let rig = Rig::both(SMALL, |_| {}).await;
    let watched = rig.body("/monitoring/onu/1-1-1/1").await;
    let (hardware, software) = (&watched["data"]["hardware_version"], &watched["data"]["firmware_version"]);
    assert_eq!((hardware, software), (&json!("V8.0"), &json!("V8.0.10P1T3")), "{watched}");
    let lines = rig.sim.reset_command_lines();
    let asked = |line: &oltsim::CommandLine| line.line == "show remote-unit information gpon-olt_1/1/1 1";
    assert_eq!(lines.iter().filter(|line| asked(line)).count(), 1, "{lines:?}");
    // Known for a day.
    tokio::time::sleep(oltd::cache::FLOOR).await;
    let again = rig.body("/monitoring/onu/1-1-1/1?nocache=true").await;
    assert_eq!(&again["data"]["firmware_version"], software);
    assert!(!rig.sim.command_lines().iter().any(asked), "{:?}", rig.sim.command_lines());
    let pon = rig.body("/monitoring/pon/1-1-1").await;
    assert_eq!(pon["data"]["onus"][0]["firmware_version"], *software);
}

/// Where the command line is asked for an ONU's light, its software waits for the next reading.
#[tokio::test]
async fn the_version_costs_no_reading_a_command_more() {
    let rig = Rig::both(NO_OPTICS, |_| {}).await;
    let first = rig.body("/monitoring/onu/1-1-1/1").await;
    assert_eq!(first["data"]["firmware_version"], Value::Null);
    assert_eq!(first["problems"][0]["field"], "firmware_version", "{first}");
    let lines = rig.sim.command_lines();
    assert!(!lines.iter().any(|line| line.line.starts_with("show remote-unit")), "{lines:?}");
    tokio::time::sleep(oltd::cache::FLOOR).await;
    let second = rig.body("/monitoring/onu/1-1-1/1?nocache=true").await;
    assert!(second["data"]["firmware_version"].is_string(), "{second}");
    assert_eq!(second.get("problems"), None, "{second}");
}

#[tokio::test]
async fn how_long_an_onu_has_been_online_costs_no_command_of_its_own() {
    let rig = Rig::both(DEMO, |_| {}).await;
    let onus = {
        let mut onus = Vec::new();
        for page in 1.. {
            let body = rig.body(&format!("/onus?limit=100&page={page}")).await;
            let rows = body["data"].as_array().unwrap().clone();
            if rows.is_empty() {
                break;
            }
            onus.extend(
                rows.iter().map(|row| (row["pon"].clone(), row["board"].clone(), row["onu_id"].clone())),
            );
        }
        onus
    };
    assert_eq!(onus.len(), 1019);
    rig.sim.reset_command_lines();
    let began = Instant::now();
    let details = futures::stream::iter(onus)
        .map(|(pon, board, id)| {
            let rig = &rig;
            async move { rig.body(&format!("/board/{board}/pon/{pon}/onu/{id}")).await }
        })
        .buffer_unordered(16)
        .collect::<Vec<_>>()
        .await;
    let took = began.elapsed();
    for detail in &details {
        let online = detail["data"]["status"] == "Online";
        assert_eq!(detail["data"]["uptime"].is_string(), online, "{detail}");
        assert_eq!(detail.get("partial"), None, "{detail}");
    }
    let lines = rig.sim.command_lines();
    let own = |line: &&oltsim::CommandLine| line.line.contains("gpon-onu_");
    assert_eq!(lines.iter().filter(own).count(), 0, "{lines:?}");
    // Thousands of answers of an unoptimised server; the figure itself is the bench's.
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn a_time_online_that_cannot_be_is_asked_of_the_olt() {
    // Its clock is behind the moment at which the ONU came.
    let future =
        SMALL.replacen("last_online = \"2026-11-20 06:00:00\"", "last_online = \"2026-12-24 06:00:00\"", 1);
    let rig = Rig::both(&future, |_| {}).await;
    let detail = rig.body("/board/1/pon/1/onu/1").await;
    let lines = rig.sim.command_lines();
    let asked = |line: &&oltsim::CommandLine| line.line == "show gpon onu detail-info gpon-onu_1/1/1:1";
    assert_eq!(lines.iter().filter(asked).count(), 1, "{lines:?}");
    assert_eq!(detail.get("problems"), None, "{detail}");
    // Without a command line there is nobody to ask.
    let rig = Rig::start(Source::Scenario(future)).await;
    let detail = rig.body("/board/1/pon/1/onu/1").await;
    assert_eq!(detail["data"]["uptime"], Value::Null);
    assert!(detail["unsupported"].as_array().unwrap().contains(&json!("uptime")), "{detail}");
}

#[tokio::test]
async fn a_mixture_of_faults_denies_no_service() {
    let faults = [
        r#"{"target":"cli","kind":"empty"}"#,
        r#"{"target":"cli","kind":"log"}"#,
        r#"{"target":"cli","kind":"truncate","bytes":90}"#,
        r#"{"target":"cli","kind":"garbage","bytes":21}"#,
        r#"{"target":"cli","kind":"close","bytes":120}"#,
        r#"{"target":"cli","kind":"nothing_to_show"}"#,
        r#"{"target":"cli","kind":"busy"}"#,
        r#"{"target":"snmp","kind":"jump"}"#,
        r#"{"target":"snmp","kind":"repeat"}"#,
        r#"{"target":"snmp","kind":"booting","what":"trees"}"#,
        r#"{"target":"snmp","kind":"drop","probability":0.4,"seed":7}"#,
    ];
    let pairs = (0..faults.len()).flat_map(|n| (n..faults.len()).step_by(2).map(move |m| (n, m)));
    let asked = futures::stream::iter(pairs)
        .map(|(n, m)| async move {
            let set = format!("[{},{}]", faults[n], faults[m]);
            let rig = Rig::both(SMALL, |_| {}).await;
            rig.sim.set_faults(serde_json::from_str(&set).unwrap()).unwrap();
            let mut answers = 0;
            for path in ["/vlan/onu/1-1-1/1", "/vlan/onu/1-1-1/2?nocache=true"] {
                // A caller who hangs up has been told nothing.
                let answer = tokio::time::timeout(Duration::from_secs(8), rig.get(path)).await;
                let Ok((status, body)) = answer else { continue };
                answers += 1;
                assert_ne!(status, 404, "{set}: {body}");
                if status == 200 && body["data"]["service_ports"] == json!([]) {
                    assert!(body["partial"].is_array(), "{set}: {body}");
                }
            }
            answers
        })
        .buffer_unordered(8);
    let answers: usize = asked.fold(0, async |all, some| all + some).await;
    assert!(answers > 40, "{answers} answers");
}
