//! Registering and removing ONUs (fact sheet, CLI §2, §5.1, §8, §9.1).

use std::time::Duration;

use gpon::{OnuRef, OnuState};
use oltsim::Simulator;

use crate::client::start;
use crate::terminal::Terminal;

const PON: &str = "interface gpon-olt_1/1/1";
const EXISTS: &str = "%Code 62391-GPONSRV : The entry is existed.\n  This is a re-create operation\n";

fn at(id: u8) -> OnuRef {
    OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(id).unwrap() }
}

/// The small device, whose clock only a test moves.
async fn held(more: &str) -> (Simulator, Terminal) {
    let life = "[cli]\nwidth = 512\n[life]\nlogging_ms = 10000\nsync_ms = 30000\n";
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{life}{more}\n", oltsim::SMALL))).await;
    simulator.device(|device| device.clock.hold());
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.all(&["terminal length 0"]).await;
    terminal.enter(PON).await;
    (simulator, terminal)
}

fn pass(simulator: &Simulator, seconds: u64) {
    simulator.device(|device| device.clock.advance(Duration::from_secs(seconds)));
}

fn phase(simulator: &Simulator, id: u8) -> Option<OnuState> {
    simulator.device(|device| device.onu(at(id)).map(|onu| onu.phase())).unwrap()
}

/// Whether the device shows this serial number as unconfigured: on both lists and over SNMP.
async fn waits(simulator: &Simulator, terminal: &mut Terminal, serial: &str) -> bool {
    let lists = ["show gpon onu uncfg", "show pon onu uncfg"];
    let mut shown = Vec::new();
    for line in lists {
        shown.push(terminal.tell(line).await.contains(serial));
    }
    let octets = serial.parse::<gpon::SerialNumber>().unwrap().octets();
    let column = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 2, 5, 1, 2];
    let rows = simulator.rows();
    let row =
        rows.iter().any(|(oid, value)| oid.starts_with(&column) && *value == oltsim::Value::text(octets));
    shown.push(row);
    assert!(shown.iter().all(|one| *one == shown[0]), "{serial}: {shown:?}");
    shown[0]
}

#[tokio::test]
async fn a_box_that_waits_is_registered_and_comes_online() {
    let (simulator, mut terminal) = held("").await;
    assert!(waits(&simulator, &mut terminal, "ZTEGD824CDF3").await);
    assert_eq!(terminal.tell("onu 9 type ZTE-F660 sn ZTEGD824CDF3").await, ".[Successful]\n");
    assert!(!waits(&simulator, &mut terminal, "ZTEGD824CDF3").await);
    assert_eq!(phase(&simulator, 9), Some(OnuState::Logging));
    pass(&simulator, 10);
    assert_eq!(phase(&simulator, 9), Some(OnuState::Synchronization));
    pass(&simulator, 30);
    assert_eq!(phase(&simulator, 9), Some(OnuState::Online));
    let shown = terminal.tell("show running-config interface gpon-olt_1/1/1").await;
    assert!(shown.contains("\n  onu 9 type ZTE-F660 sn ZTEGD824CDF3\n"), "{shown}");
    let shown = terminal.tell("show running-config interface gpon-onu_1/1/1:9").await;
    assert!(shown.contains("interface gpon-onu_1/1/1:9\n  sn-bind enable sn\n!\n"), "{shown}");
    let shown = terminal.tell("show onu running config gpon-onu_1/1/1:9").await;
    assert_eq!(shown, "pon-onu-mng gpon-onu_1/1/1:9\n!\n");
}

#[tokio::test]
async fn a_removed_onu_waits_for_configuration_and_may_come_back() {
    let (simulator, mut terminal) = held("").await;
    let serial = "ZTEGC0000001";
    assert!(!waits(&simulator, &mut terminal, serial).await);
    assert_eq!(terminal.tell("no onu 1").await, ".[Successful]\n");
    assert_eq!(phase(&simulator, 1), None);
    assert!(waits(&simulator, &mut terminal, serial).await);
    // The interface and the management went with it.
    for line in ["show running-config interface gpon-onu_1/1/1:1", "show onu running config gpon-onu_1/1/1:1"]
    {
        assert!(terminal.tell(line).await.contains("%Error 20202"), "{line}");
    }
    let whole = terminal.tell("show running-config").await;
    assert!(!whole.contains("gpon-onu_1/1/1:1\n") && !whole.contains("onu 1 type"), "{whole}");
    assert!(whole.contains("interface gpon-onu_1/1/1:2\n"));
    // Somewhere else, as a new ONU with the same box.
    let optics =
        |simulator: &Simulator, id| simulator.device(|device| device.onu(at(id)).map(|onu| onu.optics.rx));
    assert_eq!(
        terminal.tell("onu 20 type ZTE-F660 sn ZTEGC0000001 vport-mode gemport").await,
        ".[Successful]\n"
    );
    pass(&simulator, 40);
    assert_eq!(phase(&simulator, 20), Some(OnuState::Online));
    assert_eq!(optics(&simulator, 20), Some(Some(-23_372)), "it hangs on its own fibre");
    let shown = terminal.tell("show running-config interface gpon-olt_1/1/1").await;
    assert!(shown.contains("\n  onu 20 type ZTE-F660 sn ZTEGC0000001 vport-mode gemport\n"), "{shown}");
    // A box without light does not wait.
    let dark = simulator.device(|device| device.onu(at(2)).unwrap().configured.serial.to_string()).unwrap();
    terminal.all(&["no onu 2"]).await;
    assert!(!waits(&simulator, &mut terminal, &dark).await);
    // One that is only disabled does.
    terminal.enter("interface gpon-onu_1/1/1:20").await;
    terminal.all(&["shutdown"]).await;
    terminal.enter(PON).await;
    terminal.all(&["no onu 20"]).await;
    assert!(waits(&simulator, &mut terminal, serial).await);
}

#[tokio::test]
async fn a_reboot_forgets_a_registration_that_was_not_written() {
    let (simulator, mut terminal) = held("").await;
    terminal.all(&["onu 9 type ZTE-F660 sn ZTEGD824CDF3", "no onu 1"]).await;
    pass(&simulator, 40);
    simulator.reboot().await;
    assert_eq!((phase(&simulator, 9), phase(&simulator, 1)), (None, Some(OnuState::Online)));
    let mut terminal = Terminal::logged_in(&simulator).await;
    assert!(waits(&simulator, &mut terminal, "ZTEGD824CDF3").await);
    assert!(!waits(&simulator, &mut terminal, "ZTEGC0000001").await);
    terminal.enter(PON).await;
    terminal.all(&["onu 9 type ZTE-F660 sn ZTEGD824CDF3", "end"]).await;
    terminal.tell("write").await;
    pass(&simulator, 40);
    simulator.reboot().await;
    assert_eq!(phase(&simulator, 9), Some(OnuState::Online));
}

#[tokio::test]
async fn what_cannot_be_registered_changes_nothing() {
    let (simulator, mut terminal) = held("").await;
    let before = simulator.device(|device| device.configuration());
    for (line, refusal) in [
        ("onu 1 type ZTE-F660 sn ZTEGD824CDF3", EXISTS),
        ("onu 1 type NO-SUCH-TYPE sn ZTEGC0000001", EXISTS),
        ("onu 9 type zte-f660 sn ZTEGD824CDF3", "Invalid parameter\n"),
        ("onu 9 type ZTE-F660 sn ZTEGD824CDF", "Invalid parameter\n"),
        ("onu 9 type ZTE-F660 sn ZTEGD824CDFX", "Invalid parameter\n"),
        ("onu 9 type ZTE-F660 sn ZTEGC0000001", "%Code 99999-OLTSIM : The serial number is in use.\n"),
        ("onu 9 type ZTE-F660 pw 12345678901", "Invalid parameter\n"),
        ("onu 9 type ZTE-F660 sn ZTEGD824CDF3 vport-mode other", "Invalid parameter\n"),
        ("onu 129 type ZTE-F660 sn ZTEGD824CDF3", "Invalid parameter\n"),
        ("onu 9 type ZTE-F660", "%Error 20203: Incomplete command.\n"),
        ("no onu 9", "%Code 62397-GPONSRV: The entry is not existed.\n"),
        ("onu 9 profile line L remote R", "%Code 62397-GPONSRV: The entry is not existed.\n"),
    ] {
        let answer = terminal.tell(line).await;
        assert!(answer.ends_with(refusal), "{line}: {answer}");
    }
    assert_eq!(simulator.device(|device| device.configuration()), before);
}

#[tokio::test]
async fn a_serial_number_may_stand_on_two_ports_where_a_scenario_says_so() {
    let (simulator, mut terminal) =
        held("[writes]\nserial_unique = \"pon\"\nserial_in_use = \"taken\"").await;
    assert_eq!(terminal.tell("onu 9 type ZTE-F660 sn ZTEGC0000001").await, "taken\n");
    terminal.enter("interface gpon-olt_1/1/2").await;
    terminal.all(&["onu 1 type ZTE-F660 sn ZTEGC0000001"]).await;
    pass(&simulator, 600);
    let there = simulator.device(|device| {
        let place = OnuRef { pon: "1/1/2".parse().unwrap(), ..at(1) };
        device.onu(place).unwrap().phase()
    });
    assert_eq!(there, Some(OnuState::Offline), "the box hangs on the other port");
}

#[tokio::test]
async fn or_anywhere() {
    let (_simulator, mut terminal) = held("[writes]\nserial_unique = \"nowhere\"").await;
    terminal.all(&["onu 9 type ZTE-F660 sn ZTEGC0000001"]).await;
    let found = terminal.tell("show gpon onu by sn ZTEGC0000001").await;
    assert!(found.ends_with("gpon-onu_1/1/1:1\ngpon-onu_1/1/1:9\n"), "{found}");
}

#[tokio::test]
async fn a_list_may_leave_an_onu_out() {
    let all = "[\"state\", \"base_info\", \"configuration\", \"by_serial\"]";
    let (_simulator, mut terminal) = held(&format!("[[onus]]\nat = \"1/1/1:1\"\nunlisted = {all}")).await;
    let states = terminal.tell("show gpon onu state gpon-olt_1/1/1").await;
    // Seven, and that of the high number.
    assert!(!states.contains("1/1/1:1 ") && states.ends_with("ONU Number: 2/8\n"), "{states}");
    for line in ["show gpon onu baseinfo gpon-olt_1/1/1", "show running-config interface gpon-olt_1/1/1"] {
        let shown = terminal.tell(line).await;
        assert!(!shown.contains("ZTEGC0000001") && shown.contains("128"), "{line}: {shown}");
    }
    assert!(terminal.tell("show gpon onu by sn ZTEGC0000001").await.contains("62310"));
    assert_eq!(terminal.tell("onu 1 type ZTE-F660 sn ZTEGD824CDF3").await, EXISTS);
}

#[tokio::test]
async fn by_password_and_with_profiles() {
    let (simulator, mut terminal) = held("").await;
    terminal.all(&["onu 9 type ZTE-F660 pw GD824CDF3", "onu 9 profile line L1 remote R1"]).await;
    assert!(!waits(&simulator, &mut terminal, "ZTEGD824CDF3").await);
    pass(&simulator, 40);
    assert_eq!(phase(&simulator, 9), Some(OnuState::Online));
    let shown = terminal.tell("show running-config interface gpon-olt_1/1/1").await;
    assert!(
        shown.contains("\n  onu 9 type ZTE-F660 pw GD824CDF3\n  onu 9 profile line L1 remote R1\n"),
        "{shown}"
    );
    let shown = terminal.tell("show gpon onu detail-info gpon-onu_1/1/1:9").await;
    assert!(shown.contains("Line Profile:        L1\n  Service Profile:     R1\n"), "{shown}");
    terminal.all(&["no onu 9 profile", "onu 10 type ZTE-F660 pw nobody"]).await;
    let shown = terminal.tell("show running-config interface gpon-olt_1/1/1").await;
    assert!(!shown.contains("onu 9 profile"), "{shown}");
    assert_eq!(phase(&simulator, 10), Some(OnuState::Offline));
}

#[tokio::test]
async fn the_interface_takes_its_time() {
    let (simulator, mut terminal) = held("onu_interface_ms = 2500").await;
    terminal.all(&["onu 9 type ZTE-F660 sn ZTEGD824CDF3", "exit"]).await;
    for line in ["interface gpon-onu_1/1/1:9", "pon-onu-mng gpon-onu_1/1/1:9"] {
        assert!(terminal.tell(line).await.contains("%Error 20202"), "{line}");
    }
    pass(&simulator, 3);
    terminal.all(&["interface gpon-onu_1/1/1:9"]).await;
    // What another takes away is gone for who stands in it.
    simulator.type_as_somebody(&["configure terminal", PON, "no onu 9"]);
    assert!(terminal.tell("name X").await.contains("%Error 20202"));
}

#[tokio::test]
async fn a_box_is_replaced() {
    let (simulator, mut terminal) = held("").await;
    terminal.enter("interface gpon-onu_1/1/1:1").await;
    let lines = |simulator: &Simulator| {
        simulator.device(|device| device.onu(at(1)).unwrap().configured.remote.clone())
    };
    let before = lines(&simulator);
    assert!(terminal.tell("registration-method sn ZTEG1").await.contains("%Error 20202"));
    let taken = simulator.device(|device| device.onu(at(2)).unwrap().configured.serial).unwrap();
    assert!(terminal.tell(&format!("registration-method sn {taken}")).await.contains("in use"));
    terminal.all(&["registration-method sn ZTEGD824CDF3"]).await;
    assert!(waits(&simulator, &mut terminal, "ZTEGC0000001").await);
    assert_eq!(phase(&simulator, 1), Some(OnuState::Logging));
    pass(&simulator, 40);
    assert_eq!(phase(&simulator, 1), Some(OnuState::Online));
    assert_eq!(lines(&simulator), before, "what is configured stays");
    terminal.all(&["registration-method pw GC0000001"]).await;
    assert!(waits(&simulator, &mut terminal, "ZTEGD824CDF3").await);
    let shown = terminal.tell("show running-config interface gpon-olt_1/1/1").await;
    assert!(shown.contains("\n  onu 1 type ZTE-F660 pw GC0000001\n"), "{shown}");
}

#[tokio::test]
async fn a_box_that_was_removed_on_its_way_comes_into_service() {
    let (simulator, mut terminal) = held("").await;
    terminal.all(&["end"]).await;
    terminal.tell("write").await;
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    terminal.ask("reboot", "[yes/no]:").await;
    terminal.all(&["yes"]).await;
    assert_eq!(phase(&simulator, 1), Some(OnuState::Los));
    terminal.enter(PON).await;
    terminal.all(&["no onu 1"]).await;
    assert!(waits(&simulator, &mut terminal, "ZTEGC0000001").await);
    simulator.reboot().await;
    pass(&simulator, 60);
    assert_eq!(phase(&simulator, 1), Some(OnuState::Online));
}
