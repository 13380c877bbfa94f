//! A change of one ONU costs what one ONU costs, and shows what a new listing would.

use gpon::{OfflineReason, OnuState};
use oltsim::device::DeviceHandle;
use oltsim::{Agent, FULL, Scenario};

#[test]
fn one_change_lists_the_rows_of_one_onu() {
    let scenario = Scenario::parse(FULL).unwrap();
    let at = scenario.device.onus().find(|(_, onu)| onu.is_online()).unwrap().0;
    let device = DeviceHandle::new(scenario.device);
    let mut agent = Agent::of_device(device.clone(), scenario.agent);
    assert_eq!(agent.rows_listed(), 0);
    device.change(|device| device.onu_mut(at).unwrap().configured.name = b"new".to_vec());
    assert_eq!(agent.rows_listed(), 0, "a name moves no row");
    device.change(|device| device.set_phase(at, OnuState::Los, OfflineReason::Los));
    device.change(|device| device.set_phase(at, OnuState::Online, OfflineReason::Los));
    assert_eq!(agent.rows_listed(), 0, "there and back");
    device.change(|device| device.remove_onu(at));
    assert_eq!(agent.rows_listed(), 0, "rows that go are not listed");
    let onu = Scenario::parse(FULL).unwrap().device.onu(at).unwrap().clone();
    device.change(|device| device.insert_onu(at, onu));
    let listed = agent.rows_listed();
    assert!((10..100).contains(&listed), "{listed}");
}

#[test]
fn changes_show_what_a_new_agent_shows() {
    let scenario = Scenario::parse(oltsim::SMALL).unwrap();
    let device = DeviceHandle::new(scenario.device);
    let mut agent = Agent::of_device(device.clone(), scenario.agent.clone());
    device.change(|device| device.clock.hold());
    agent.rows();
    let onus = device.look(|device| device.onus().map(|(at, _)| at).collect::<Vec<_>>());
    for (turn, at) in onus.into_iter().enumerate() {
        let phase = if turn % 2 == 0 { OnuState::Los } else { OnuState::Online };
        device.change(|device| match turn % 3 {
            0 => drop(device.remove_onu(at)),
            1 => drop(device.onu_mut(at).unwrap().configured.service_ports.pop_first()),
            _ => drop(device.set_phase(at, phase, OfflineReason::Los)),
        });
        let same = DeviceHandle::new(device.look(Clone::clone));
        assert!(agent.rows() == Agent::of_device(same, scenario.agent.clone()).rows(), "{at:?}");
    }
}
