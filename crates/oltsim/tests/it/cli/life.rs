//! What is set at the interface of an ONU, and what its box does then (fact sheet, CLI
//! §5.1, §5.2, §6 nr. 13).

use std::time::Duration;

use gpon::{OfflineReason, OnuRef, OnuState};
use oltsim::Simulator;
use oltsim::device::Session;

use crate::client::start;
use crate::terminal::{Terminal, with_cli};

const ONU: &str = "interface gpon-onu_1/1/1:1";
const BOX: &str = "pon-onu-mng gpon-onu_1/1/1:1";

fn onu() -> OnuRef {
    OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(1).unwrap() }
}

fn phase(simulator: &Simulator) -> OnuState {
    simulator.device(|device| device.onu(onu()).unwrap().phase()).unwrap()
}

fn sessions(simulator: &Simulator) -> Vec<Session> {
    simulator.device(|device| device.onu(onu()).unwrap().sessions()).unwrap()
}

/// A device whose clock only a test moves, with boxes as slow as real ones.
async fn held() -> Simulator {
    let life = "[life]\nlos_ms = 40000\nlogging_ms = 10000\nsync_ms = 30000\nconfig_ms = 5000\n";
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{life}", oltsim::SMALL))).await;
    simulator.device(|device| device.clock.hold());
    simulator
}

fn pass(simulator: &Simulator, seconds: u64) {
    simulator.device(|device| device.clock.advance(Duration::from_secs(seconds)));
}

#[tokio::test]
async fn names_come_and_go() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(ONU).await;
    terminal.all(&["name 1$$House \"7\"$$", "description  two  blanks "]).await;
    let shown = terminal.tell("show running-config interface gpon-onu_1/1/1:1").await;
    assert!(shown.contains("\n  name 1$$House \"7\"$$\n  description two  blanks\n"), "{shown}");
    terminal.all(&["no name", "no description", "no name"]).await;
    let shown = terminal.tell("show running-config interface gpon-onu_1/1/1:1").await;
    assert!(shown.contains("interface gpon-onu_1/1/1:1\n  sn-bind enable sn\n"), "{shown}");
    // What was never set has its default (SNMP §4.3).
    assert!(simulator.rows().iter().any(|row| row.1 == oltsim::Value::text("ONU-1:1")));
    terminal.enter("interface gpon-olt_1/1/1").await;
    terminal.all(&["name ODC-A 1", "description east"]).await;
    let shown = terminal.tell("show running-config interface gpon-olt_1/1/1").await;
    assert!(shown.contains("\n  name ODC-A 1\n  description east\n"), "{shown}");
    terminal.all(&["no name", "no description"]).await;
}

#[tokio::test]
async fn a_disabled_onu_goes_offline_and_comes_back() {
    let simulator = held().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let before = sessions(&simulator).len();
    terminal.enter(ONU).await;
    pass(&simulator, 60);
    terminal.all(&["shutdown", "shutdown"]).await;
    let shown = terminal.tell("show running-config interface gpon-onu_1/1/1:1").await;
    assert!(shown.contains("\n  shutdown\n"), "{shown}");
    let state = terminal.tell("show gpon onu state gpon-olt_1/1/1 1").await;
    assert!(state.contains("1/1/1:1     disable      disable     OffLine      1(GPON)\n"), "{state}");
    let reason = simulator.device(|device| device.onu(onu()).unwrap().reason).unwrap();
    assert_eq!((phase(&simulator), reason), (OnuState::Offline, OfflineReason::Shutdown));
    // Over SNMP at once: the administrative state and the phase.
    let cell = |column| {
        let oid = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 8, 1, column, 285_278_465, 1];
        simulator.rows().into_iter().find(|(own, _)| *own == oid).map(|(_, value)| value)
    };
    assert_eq!(cell(1), Some(oltsim::Value::Integer(2)));
    assert_eq!(cell(4), Some(oltsim::Value::Integer(7)));
    pass(&simulator, 600);
    assert_eq!(phase(&simulator), OnuState::Offline, "nobody enabled it");
    terminal.all(&["no shutdown"]).await;
    assert_eq!(phase(&simulator), OnuState::Logging);
    assert_eq!(cell(1), Some(oltsim::Value::Integer(1)));
    pass(&simulator, 10);
    assert_eq!(phase(&simulator), OnuState::Synchronization);
    pass(&simulator, 29);
    assert_eq!(phase(&simulator), OnuState::Synchronization);
    assert_eq!(cell(4), Some(oltsim::Value::Integer(3)));
    pass(&simulator, 1);
    assert_eq!(phase(&simulator), OnuState::Online);
    assert_eq!(cell(4), Some(oltsim::Value::Integer(4)), "without any act of anybody");
    let all = sessions(&simulator);
    assert_eq!(all.len(), before + 1);
    let ended = all[all.len() - 2].end.unwrap();
    assert_eq!(ended.1, OfflineReason::Shutdown);
    assert_eq!(all[all.len() - 1].online.duration_since(ended.0).as_secs(), 640);
}

#[tokio::test]
async fn a_question_mark_does_not_stop_a_line() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(ONU).await;
    let said = terminal.ask("shutdown ?", "(config-if)#").await;
    assert!(said.contains("<cr>"), "{said}");
    terminal.tell("").await;
    let enabled = simulator.device(|device| device.onu(onu()).unwrap().configured.enabled).unwrap();
    assert!(!enabled, "it was executed (CLI §9.2)");
}

#[tokio::test]
async fn a_fibre_that_is_cut_stays_so() {
    let simulator = held().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.device(|device| device.set_phase(onu(), OnuState::Los, OfflineReason::Losi));
    terminal.enter(ONU).await;
    terminal.all(&["shutdown", "no shutdown"]).await;
    pass(&simulator, 600);
    assert_eq!(phase(&simulator), OnuState::Los);
}

#[tokio::test]
async fn a_box_reboots_when_it_is_told_twice() {
    let simulator = held().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let before = sessions(&simulator).len();
    terminal.enter(BOX).await;
    pass(&simulator, 60);
    for (answer, error) in [
        ("no", ""),
        ("n", ""),
        ("maybe", "%Error 20205: Invalid input detected\r\n"),
        ("", "%Error 20205: Invalid input detected\r\n"),
    ] {
        assert_eq!(terminal.ask("reboot", "[yes/no]:").await, "reboot\r\nConfirm to reboot? [yes/no]:");
        let said = terminal.ask(answer, "#").await;
        assert_eq!(said, format!("{answer}\r\n{error}SMALL(gpon-onu-mng 1/1/1:1)#"));
        assert_eq!(phase(&simulator), OnuState::Online);
    }
    for (turn, answer) in ["yes", "y"].into_iter().enumerate() {
        terminal.ask("reboot", "[yes/no]:").await;
        terminal.ask(answer, "#").await;
        assert_eq!(phase(&simulator), OnuState::Los);
        assert_eq!(terminal.tell("reboot").await, "%Code 63987-GPONRM : ONU is unavailable\n");
        pass(&simulator, 40);
        assert_eq!(phase(&simulator), OnuState::Synchronization);
        pass(&simulator, 30);
        assert_eq!(phase(&simulator), OnuState::Online);
        assert_eq!(sessions(&simulator).len(), before + turn + 1);
        let detail = "show gpon onu detail-info gpon-onu_1/1/1:1";
        terminal.all(&["end", "terminal length 0"]).await;
        assert!(terminal.tell(detail).await.contains("Config state:        fail\n"));
        pass(&simulator, 5);
        assert!(terminal.tell(detail).await.contains("Config state:        success\n"));
        terminal.enter(BOX).await;
    }
    // Nobody answered: nothing happens.
    terminal.ask("reboot", "[yes/no]:").await;
    drop(terminal);
    pass(&simulator, 600);
    assert_eq!(phase(&simulator), OnuState::Online);
}

#[tokio::test]
async fn or_once_where_the_firmware_does_not_ask() {
    let options = "[writes]\nreboot_asks = false\nrestore_asks = true\n[life]\nlos_ms = 600000\n";
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{options}", oltsim::SMALL))).await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(BOX).await;
    terminal.ask("restore factory", "Confirm to restore? [yes/no]:").await;
    terminal.all(&["no", "restore wifi"]).await;
    assert_eq!(phase(&simulator), OnuState::Online);
    terminal.all(&["reboot"]).await;
    assert_eq!(phase(&simulator), OnuState::Los);
    for line in ["restore factory", "restore wifi"] {
        assert_eq!(terminal.tell(line).await, "%Code 63987-GPONRM : ONU is unavailable\n");
    }
}

#[tokio::test]
async fn a_factory_reset_asks_nothing() {
    let simulator = held().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(BOX).await;
    terminal.all(&["restore factory"]).await;
    assert_eq!(phase(&simulator), OnuState::Los);
}

#[tokio::test]
async fn v1_2_counts_from_30000() {
    let scenario = format!("{}\n[life]\nlos_ms = 600000\n", oltsim::V1_2);
    let simulator = start(oltsim::Source::Scenario(scenario)).await;
    let name = simulator.device(|device| device.chassis.configured.name.clone()).unwrap();
    let at = simulator.device(|device| device.onus().find(|(_, onu)| !onu.is_online()).unwrap().0).unwrap();
    let mut terminal = Terminal::logged_in_at(&simulator, &name).await;
    terminal.tell("configure terminal").await;
    terminal.all(&[&format!("pon-onu-mng gpon-onu_{at}")]).await;
    assert_eq!(terminal.tell("reboot").await, "%Code 33987-GPONRM : ONU is unavailable\n");
}

#[tokio::test]
async fn a_restart_of_the_olt_undoes_what_was_not_written() {
    let simulator = held().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(ONU).await;
    terminal.all(&["shutdown"]).await;
    simulator.reboot().await;
    assert_eq!(phase(&simulator), OnuState::Logging, "it is enabled again");
    pass(&simulator, 40);
    assert_eq!(phase(&simulator), OnuState::Online);
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(ONU).await;
    terminal.all(&["shutdown", "end"]).await;
    assert!(terminal.tell("write").await.ends_with("[OK]\n"));
    simulator.reboot().await;
    assert_eq!(phase(&simulator), OnuState::Offline);
}

#[tokio::test]
async fn a_question_may_be_left_or_come_too_late() {
    let simulator = held().await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.enter(BOX).await;
    terminal.ask("reboot", "[yes/no]:").await;
    terminal.send("\x03").await;
    terminal.until("(gpon-onu-mng 1/1/1:1)#").await;
    assert_eq!(phase(&simulator), OnuState::Online);
    terminal.ask("reboot", "[yes/no]:").await;
    simulator.type_as_somebody(&["configure terminal", ONU, "shutdown"]);
    assert_eq!(terminal.tell("yes").await, "%Code 63987-GPONRM : ONU is unavailable\n");
    assert_eq!(phase(&simulator), OnuState::Offline);
}
