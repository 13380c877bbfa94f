//! The boxes that wait in the demo, each registered with all that a customer needs.

use std::time::Duration;

use gpon::{OnuRef, OnuState};
use oltsim::Simulator;

use crate::client::start;

/// A box of the demo: its place, its type, its serial number.
struct Waiting(&'static str, &'static str, &'static str);

fn at(pon: &str) -> OnuRef {
    OnuRef { pon: pon.parse().unwrap(), id: gpon::OnuId::new(120).unwrap() }
}

/// Types lines, and gives back those that were refused, each with its answer.
fn typed(simulator: &Simulator, lines: &[String]) -> Vec<(String, String)> {
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let said = simulator.type_as_somebody(&lines);
    let both = lines.iter().zip(said).map(|(line, answer)| ((*line).to_owned(), answer));
    both.filter(|(_, answer)| answer.contains("%Code") || answer.contains("%Error")).collect()
}

/// Registers it, lets it come into service, and sets all that the sheet's example has (CLI
/// §5.3); the lines that were refused.
fn register(simulator: &Simulator, Waiting(pon, onu_type, serial): &Waiting) -> Vec<(String, String)> {
    let onu = at(pon);
    let line = |text: &str| text.to_owned();
    let mut refused = typed(
        simulator,
        &[
            line("configure terminal"),
            format!("interface gpon-olt_{pon}"),
            format!("onu 120 type {onu_type} sn {serial}"),
            line("exit"),
            format!("interface gpon-onu_{onu}"),
            line("name Casa 7"),
            line("sn-bind enable sn"),
            line("tcont 1 profile UP-50M"),
            line("gemport 1 tcont 1"),
            line("gemport 1 traffic-limit upstream default downstream DOWN-50M"),
            line("service-port 1 vport 1 user-vlan 100 vlan 100"),
        ],
    );
    simulator.device(|device| device.clock.advance(Duration::from_secs(5)));
    refused.extend(typed(
        simulator,
        &[
            line("configure terminal"),
            format!("pon-onu-mng gpon-onu_{onu}"),
            line("service HSI gemport 1 vlan 100"),
            line("vlan port eth_0/1 mode tag vlan 100"),
            line("wan-ip 1 mode pppoe username u password p vlan-profile PPPOE host 1"),
            line("wan 1 service internet host 1"),
        ],
    ));
    simulator.device(|device| device.clock.advance(Duration::from_secs(5)));
    refused
}

fn shows(simulator: &Simulator, line: &str, wanted: &str) -> bool {
    simulator.type_as_somebody(&[line])[0].contains(wanted)
}

async fn demo() -> Simulator {
    let simulator = start(oltsim::Source::Demo).await;
    simulator.device(|device| device.clock.hold());
    simulator
}

#[tokio::test]
async fn each_is_as_the_scenario_says() {
    let simulator = demo().await;
    for (waiting, refused, phase, mac, wan) in [
        (Waiting("1/1/1", "ALL", "ZTEGD824CDF3"), 0, OnuState::Online, true, "connected"),
        (Waiting("1/1/3", "ZTE-F670L", "ZTEGC0FFEE01"), 0, OnuState::Online, true, "connected"),
        (Waiting("1/1/3", "ZTE-F660", "ZTEGC0FFEE02"), 0, OnuState::Online, true, "connected"),
        (Waiting("1/1/4", "HG8145V5", "HWTCC0FFEE03"), 1, OnuState::Online, true, "connected"),
        (Waiting("1/1/5", "ALL", "GGCLC0FFEE04"), 4, OnuState::Online, true, "64040"),
        (Waiting("1/1/6", "ZTE-F601", "ZTEGC0FFEE05"), 0, OnuState::Logging, false, "63987"),
        (Waiting("1/1/7", "ZTE-F660", "ZTEGC0FFEE06"), 0, OnuState::Online, true, "authentication failure"),
        (Waiting("1/1/8", "ZTE-F660", "ZTEGC0FFEE07"), 0, OnuState::Online, false, "connected"),
    ] {
        let Waiting(pon, _, serial) = waiting;
        let uncfg = format!("show gpon onu uncfg gpon-olt_{pon}");
        assert!(shows(&simulator, &uncfg, serial), "{serial} waits");
        let said = register(&simulator, &waiting);
        assert_eq!(said.len(), refused, "{serial}: {said:?}");
        assert!(said.iter().all(|(_, answer)| answer.contains("%Code 63990-GPONRM : ")), "{said:?}");
        assert!(!shows(&simulator, &uncfg, serial), "{serial} waits no more");
        let onu = at(pon);
        assert_eq!(simulator.device(|device| device.onu(onu).unwrap().phase()), Some(phase), "{serial}");
        let one = "Total mac address : 1";
        assert_eq!(shows(&simulator, &format!("show mac gpon onu gpon-onu_{onu}"), one), mac, "{serial}");
        let shown = format!("show gpon remote-onu wan-ip gpon-onu_{onu}");
        assert!(shows(&simulator, &shown, wan), "{serial}: {:?}", simulator.type_as_somebody(&[&shown]));
        let remove =
            ["configure terminal".to_owned(), format!("interface gpon-olt_{pon}"), "no onu 120".to_owned()];
        assert_eq!(typed(&simulator, &remove), []);
        assert!(shows(&simulator, &uncfg, serial), "{serial} waits again");
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_a_reboot() {
    let simulator = demo().await;
    let waiting = Waiting("1/1/3", "ZTE-F660", "ZTEGC0FFEE01");
    let (interface, remote) =
        ("show running-config interface gpon-onu_1/1/3:120", "show onu running config gpon-onu_1/1/3:120");
    assert_eq!(register(&simulator, &waiting), []);
    let before = simulator.type_as_somebody(&[interface, remote]);
    for line in [
        "  service-port 1 vport 1 user-vlan 100 vlan 100 \r\n",
        "  gemport 1 traffic-limit upstream default downstream DOWN-50M \r\n",
    ] {
        assert!(before[0].contains(line), "{before:?}");
    }
    simulator.reboot().await;
    assert!(shows(&simulator, interface, "%Error 20202"), "nobody wrote it");
    assert!(shows(&simulator, "show pon onu uncfg", "F670LV9.0            ZTEGC0FFEE01"));
    assert_eq!(register(&simulator, &waiting), []);
    simulator.type_as_somebody(&["write"]);
    simulator.reboot().await;
    assert_eq!(simulator.type_as_somebody(&[interface, remote]), before);
    simulator.device(|device| device.clock.advance(Duration::from_secs(5)));
    assert!(shows(&simulator, "show gpon remote-onu wan-ip gpon-onu_1/1/3:120", "connected"));
}
