//! Boxes that are plugged in and unplugged while the simulator runs.

use std::time::Duration;

use gpon::{OfflineReason, OnuRef, OnuState, PonPort, SerialNumber};
use oltsim::Simulator;
use oltsim::device::{Behaviour, NewBox, Omci};

use crate::client::small;

fn pon() -> PonPort {
    "1/1/2".parse().unwrap()
}

fn at() -> OnuRef {
    OnuRef { pon: pon(), id: gpon::OnuId::new(1).unwrap() }
}

fn serial() -> SerialNumber {
    "HWTC0000AB01".parse().unwrap()
}

async fn held() -> Simulator {
    let simulator = small().await;
    simulator.device(|device| device.clock.hold());
    simulator
}

fn plug_in(simulator: &Simulator, new: &NewBox) -> bool {
    simulator.device(|device| device.plug_in(pon(), new)).unwrap()
}

fn waits(simulator: &Simulator) -> bool {
    let listed =
        simulator.type_as_somebody(&["show gpon onu uncfg gpon-olt_1/1/2"])[0].contains("HWTC0000AB01");
    let column = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 2, 5, 1, 2];
    let value = oltsim::Value::text(serial().octets());
    let row = simulator.rows().iter().any(|row| row.0.starts_with(&column) && row.1 == value);
    assert_eq!(listed, row);
    listed
}

fn register(simulator: &Simulator, line: &str) {
    let said = simulator.type_as_somebody(&["configure terminal", "interface gpon-olt_1/1/2", line]);
    assert!(said[2].contains("[Successful]"), "{said:?}");
}

fn phase(simulator: &Simulator) -> OnuState {
    simulator.device(|device| device.onu(at()).unwrap().phase()).unwrap()
}

fn pass(simulator: &Simulator) {
    simulator.device(|device| device.clock.advance(Duration::from_secs(60)));
}

#[tokio::test]
async fn a_box_waits_until_it_is_registered_or_unplugged() {
    let simulator = held().await;
    let behaviour = Behaviour { omci: Omci::Refuses, ..Behaviour::default() };
    let new = NewBox { rx: Some(-28.0), ethernet: 1, behaviour, ..NewBox::new(serial()) };
    assert!(plug_in(&simulator, &new) && waits(&simulator));
    // Once more it is the same box.
    assert!(plug_in(&simulator, &new));
    assert_eq!(simulator.device(|device| device.pons()[&pon()].unconfigured.len()), Some(1));
    let unplug =
        || simulator.device(|device| device.unplug(pon(), serial(), OfflineReason::PowerOff)).unwrap();
    assert!(unplug() && !waits(&simulator) && !unplug());
    register(&simulator, "onu 1 type ZTE-F660 sn HWTC0000AB01");
    pass(&simulator);
    assert_eq!(phase(&simulator), OnuState::Offline, "nobody is there");
    assert!(plug_in(&simulator, &new) && !waits(&simulator));
    assert_eq!(phase(&simulator), OnuState::Logging);
    pass(&simulator);
    assert_eq!(phase(&simulator), OnuState::Online);
    let of_box = simulator.device(|device| {
        let onu = device.onu(at()).unwrap();
        (onu.optics.rx, onu.ethernet.len(), onu.behaviour.omci)
    });
    assert_eq!(of_box, Some((-28_000, 1, Omci::Refuses)));
    assert!(unplug());
    assert_eq!(phase(&simulator), OnuState::DyingGasp);
    register(&simulator, "no onu 1");
    assert!(!waits(&simulator), "it is dark");
    assert!(plug_in(&simulator, &new) && waits(&simulator));
    register(&simulator, "onu 1 type ZTE-F660 sn HWTC0000AB01");
    pass(&simulator);
    register(&simulator, "no onu 1");
    assert!(waits(&simulator), "it is lit");
    let nowhere = simulator.device(|device| device.plug_in("1/2/1".parse().unwrap(), &new));
    assert_eq!(nowhere, Some(false));
}

#[tokio::test]
async fn a_box_is_known_by_its_password_and_stays_disabled() {
    let simulator = held().await;
    let new = NewBox { password: Some("secret7".into()), ..NewBox::new(serial()) };
    register(&simulator, "onu 1 type ZTE-F660 pw secret7");
    simulator.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/2:1", "shutdown"]);
    assert!(plug_in(&simulator, &new));
    pass(&simulator);
    assert_eq!(phase(&simulator), OnuState::Offline);
    simulator.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/2:1", "no shutdown"]);
    pass(&simulator);
    assert_eq!(phase(&simulator), OnuState::Online);
}

#[tokio::test]
async fn a_box_that_moved_waits_where_it_is() {
    let simulator = held().await;
    let moved: SerialNumber = "ZTEGC0000001".parse().unwrap();
    let there: PonPort = "1/1/1".parse().unwrap();
    let cut = simulator.device(|device| device.unplug(there, moved, OfflineReason::Losi));
    assert_eq!(cut, Some(true));
    let old = OnuRef { pon: there, ..at() };
    assert_eq!(simulator.device(|device| device.onu(old).unwrap().phase()), Some(OnuState::Los));
    assert!(plug_in(&simulator, &NewBox::new(moved)));
    let line = "onu 1 type ZTE-F660 sn ZTEGC0000001";
    let said = simulator.type_as_somebody(&["configure terminal", "interface gpon-olt_1/1/2", line]);
    assert!(said[2].contains("in use"), "{said:?}");
    let remove = ["configure terminal", "interface gpon-olt_1/1/1", "no onu 1"];
    simulator.type_as_somebody(&remove);
    register(&simulator, line);
    pass(&simulator);
    assert_eq!(phase(&simulator), OnuState::Online);
}
