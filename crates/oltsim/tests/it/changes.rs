//! A change of one ONU costs what one ONU costs, and shows what a new listing would.

use gpon::{OfflineReason, OnuState};
use oltsim::device::DeviceHandle;
use oltsim::{Agent, FULL, Options, Scenario, Simulator, Source};

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

/// What is typed at the command line is shown at once, and as a new agent would show it.
#[tokio::test]
async fn lines_that_change_show_what_a_new_agent_shows() {
    let source = Source::Scenario(oltsim::SMALL.to_owned());
    let simulator = Simulator::start(Options::new(source)).await.unwrap();
    simulator.device(|device| device.clock.hold());
    let options = Scenario::parse(oltsim::SMALL).unwrap().agent;
    let mut before = simulator.rows();
    for (place, line, shows) in [
        ("gpon", "profile tcont NEW type 4 maximum 2048", true),
        ("gpon", "profile traffic NEW sir 1024 pir 2048", true),
        ("gpon", "onu profile vlan NEW tag-mode tag cvlan 100", true),
        ("pon", "onu-type NEW gpon", true),
        ("interface gpon-olt_1/1/1", "onu 9 type NEW sn ZTEGD824CDF3", true),
        ("interface gpon-onu_1/1/1:9", "name NEW", true),
        ("interface gpon-onu_1/1/1:9", "description NEW", true),
        ("interface gpon-onu_1/1/1:9", "tcont 1 profile NEW", true),
        ("interface gpon-onu_1/1/1:9", "gemport 1 tcont 1", true),
        ("interface gpon-onu_1/1/1:9", "gemport 1 traffic-limit downstream NEW", true),
        ("interface gpon-onu_1/1/1:9", "service-port 1 vport 1 user-vlan 100 vlan 200", true),
        ("interface gpon-onu_1/1/1:1", "no service-port 1", true),
        ("pon-onu-mng gpon-onu_1/1/1:1", "no wan-ip 1", true),
        ("pon-onu-mng gpon-onu_1/1/1:1", "security-mgmt 7 state enable mode forward protocol web", false),
        ("interface gpon-onu_1/1/1:1", "shutdown", true),
        ("interface gpon-onu_1/1/1:1", "no shutdown", true),
        ("interface gpon-olt_1/1/1", "no onu 1", true),
    ] {
        let said = simulator.type_as_somebody(&["configure terminal", place, line]);
        assert!(!said.iter().any(|answer| answer.contains("%Error") || answer.contains("%Code")), "{said:?}");
        let rows = simulator.rows();
        assert_eq!(rows != before, shows, "{line}");
        let same = DeviceHandle::new(simulator.device(|device| device.clone()).unwrap());
        assert!(rows == Agent::of_device(same, options.clone()).rows(), "{line}");
        before = rows;
    }
}
