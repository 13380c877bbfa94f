//! What is seen of an ONU once it is registered, and boxes that take it amiss (fact sheet,
//! CLI §2, §4.3, §4.4, §4.6, §4.7, §5.3).

use std::time::Duration;

use gpon::{OnuRef, OnuState};
use oltsim::Simulator;

use crate::client::start;
use crate::terminal::Terminal;

const PON: &str = "interface gpon-olt_1/1/2";
const ONU: &str = "interface gpon-onu_1/1/2:1";
const BOX: &str = "pon-onu-mng gpon-onu_1/1/2:1";
const DETAIL: &str = "show gpon onu detail-info gpon-onu_1/1/2:1";
const MAC: &str = "show mac gpon onu gpon-onu_1/1/2:1";
const WAN: &str = "show gpon remote-onu wan-ip gpon-onu_1/1/2:1";
const BOX_REFUSES: &str = "%Code 63990-GPONRM : ONT return error:command processing error\n";

fn at() -> OnuRef {
    OnuRef { pon: "1/1/2".parse().unwrap(), id: gpon::OnuId::new(1).unwrap() }
}

/// The small device with a box at its second port, registered, with a T-CONT and a GEM port;
/// only a test moves its clock.
async fn registered(of_box: &str, more: &str) -> (Simulator, Terminal) {
    let life = "[cli]\nwidth = 512\n[life]\nlogging_ms = 10000\nsync_ms = 30000\nmac_ms = 4000\nwan_ms = 6000\n\
                config_ms = 5000\n[[ip_profiles]]\nname = \"ST\"\ngateway = \"192.0.2.1\"\n\
                primary_dns = \"192.0.2.53\"\nsecondary_dns = \"192.0.2.54\"\n";
    let waiting = format!("[[unconfigured]]\npon = \"1/1/2\"\nserial = \"HWTC0000AB01\"\n{of_box}\n");
    let scenario = format!("{}\n{life}{waiting}{more}\n", oltsim::SMALL);
    let simulator = start(oltsim::Source::Scenario(scenario)).await;
    simulator.device(|device| device.clock.hold());
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.all(&["terminal length 0"]).await;
    terminal.enter(PON).await;
    terminal.all(&["onu 1 type ZTE-F660 sn HWTC0000AB01"]).await;
    terminal.enter(ONU).await;
    terminal.all(&["tcont 1 profile UP-10M", "gemport 1 tcont 1"]).await;
    terminal.enter(BOX).await;
    (simulator, terminal)
}

fn pass(simulator: &Simulator, seconds: u64) {
    simulator.device(|device| device.clock.advance(Duration::from_secs(seconds)));
}

fn phase(simulator: &Simulator) -> OnuState {
    simulator.device(|device| device.onu(at()).unwrap().phase()).unwrap()
}

async fn serve(terminal: &mut Terminal) {
    terminal.enter(ONU).await;
    terminal.all(&["service-port 1 vport 1 user-vlan 200 vlan 200"]).await;
    terminal.enter(BOX).await;
}

/// What stands behind a label of an answer.
fn value(answer: &str, label: &str) -> String {
    let line = answer.lines().find_map(|line| line.trim_start().strip_prefix(label)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {label} in {answer}")).trim().to_owned()
}

#[tokio::test]
async fn a_new_onu_has_light_a_session_and_what_its_box_says() {
    let (simulator, mut terminal) =
        registered("model = \"EG8041V5\"\nversion = \"V5R021C00S192\"\nrx = -27.5\ntx = 2.25\nolt_rx = -29.125\ndistance = 4321", "").await;
    pass(&simulator, 40);
    let power = terminal.tell("show pon power attenuation gpon-onu_1/1/2:1").await;
    assert!(power.contains("Rx :-29.125(dbm)      Tx:2.250(dbm)"), "{power}");
    assert!(power.contains("Rx:-27.500(dbm)"), "{power}");
    let light = terminal.tell("show pon power onu-rx gpon-olt_1/1/2").await;
    assert!(light.contains("gpon-onu_1/1/2:1    -27.500(dbm)\n"), "{light}");
    let detail = terminal.tell(DETAIL).await;
    assert_eq!(value(&detail, "ONU Distance"), "4321m");
    assert_eq!(value(&detail, "Config state"), "fail", "not yet");
    assert!(
        detail.contains("   1   2026-11-23 08:00:40    0000-00-00 00:00:00\n   2   0000-00-00"),
        "{detail}"
    );
    pass(&simulator, 5);
    assert_eq!(value(&terminal.tell(DETAIL).await, "Config state"), "success");
    let equip = terminal.tell("show gpon remote-onu equip gpon-onu_1/1/2:1").await;
    assert_eq!((value(&equip, "Model"), value(&equip, "Vendor ID")), ("EG8041V5".into(), "HWTC".into()));
    assert_eq!(value(&equip, "Version"), "V1.0");
    let states = terminal.tell("show gpon onu state gpon-olt_1/1/2").await;
    assert!(
        states.contains("1/1/2:1     enable       enable      working      1(GPON)\nONU Number: 1/1\n"),
        "{states}"
    );
    let found = terminal.tell("show gpon onu by sn HWTC0000AB01").await;
    assert!(found.contains("gpon-onu_1/1/2:1\n"), "{found}");
    let none = terminal.tell("show gpon onu by sn HWTC0000AB99").await;
    assert_eq!(none, "%Code 62310-GPONSRV : No related information to show.\n");
}

#[tokio::test]
async fn an_address_is_learned_a_while_after_the_service_port() {
    let (simulator, mut terminal) = registered("", "").await;
    pass(&simulator, 100);
    let none = "Total mac address : 0\n";
    assert!(terminal.tell(MAC).await.starts_with(none), "there is no service port");
    serve(&mut terminal).await;
    assert!(terminal.tell(MAC).await.starts_with(none));
    pass(&simulator, 4);
    for line in [MAC, "show mac gpon olt gpon-olt_1/1/2", "show mac vlan 200"] {
        let shown = terminal.tell(line).await;
        let row = "025a.8000.ab01   200    Dynamic   gpon-onu_1/1/2:1          vport 1\n";
        assert!(shown.starts_with("Total mac address : 1\n") && shown.ends_with(row), "{line}: {shown}");
    }
    assert!(!terminal.tell("show mac vlan 100").await.contains("gpon-onu_1/1/2:1"));
    // It is gone with the light, and takes its time again.
    simulator.device(|device| device.set_phase(at(), OnuState::Los, gpon::OfflineReason::Losi));
    assert!(terminal.tell(MAC).await.starts_with(none));
    simulator.device(|device| device.set_phase(at(), OnuState::Online, gpon::OfflineReason::Unknown));
    assert!(terminal.tell(MAC).await.starts_with(none));
    pass(&simulator, 4);
    assert!(!terminal.tell(MAC).await.starts_with(none));
    let (simulator, mut terminal) = registered("behaviour = { mac = false }", "").await;
    serve(&mut terminal).await;
    pass(&simulator, 6000);
    assert_eq!(phase(&simulator), OnuState::Online);
    assert!(terminal.tell(MAC).await.starts_with(none), "nobody behind it");
}

#[tokio::test]
async fn wan_connections_connect_after_a_while_or_never() {
    let (simulator, mut terminal) = registered("", "").await;
    pass(&simulator, 40);
    let none = "%Code 64040-GPONRM : No relate information\n";
    assert_eq!(terminal.tell(WAN).await, none);
    let line = "wan-ip 1 mode pppoe username u1 password p1 vlan-profile PPPOE host 1";
    terminal.all(&[line]).await;
    pass(&simulator, 60);
    assert_eq!(value(&terminal.tell(WAN).await, "Status"), "connecting", "no service port leads to it");
    serve(&mut terminal).await;
    pass(&simulator, 5);
    let shown = terminal.tell(WAN).await;
    assert_eq!((value(&shown, "Status"), value(&shown, "Current IP")), ("connecting".into(), String::new()));
    pass(&simulator, 1);
    let shown = terminal.tell(WAN).await;
    for (label, expected) in [
        ("WAN id", "1"),
        ("Mode", "PPPoE"),
        ("User name", "u1"),
        ("Password", "p1"),
        ("Status", "connected"),
        ("CVLAN", "100"),
        ("Current IP", "10.128.171.1"),
        ("MAC address", "025a.8000.ab01"),
    ] {
        assert_eq!(value(&shown, label), expected, "{label}");
    }
    // Over SNMP too: its status and its address.
    let cell = |simulator: &Simulator, table: &[u32], column: u32| {
        let begin =
            [&[1, 3, 6, 1, 4, 1, 3902, 1012, 3, 50, 16], table, &[1, column, 268_501_504, 1]].concat();
        simulator.rows().into_iter().find(|(oid, _)| oid.starts_with(&begin)).map(|(_, value)| value)
    };
    assert_eq!(cell(&simulator, &[2], 7), Some(oltsim::Value::Integer(4)));
    assert_eq!(cell(&simulator, &[1], 10), Some(oltsim::Value::IpAddress([10, 128, 171, 1])));
    terminal.all(&["wan-ip 1 mode static ip-profile ST ip-address 192.0.2.9 mask 255.255.255.0 vlan-profile PPPOE host 1"]).await;
    assert_eq!(value(&terminal.tell(WAN).await, "Status"), "connecting", "it begins anew");
    pass(&simulator, 6);
    let shown = terminal.tell(WAN).await;
    let addresses =
        ["Current IP", "Current gateway", "Current primary DNS"].map(|label| value(&shown, label));
    assert_eq!(addresses, ["192.0.2.9", "192.0.2.1", "192.0.2.53"]);
    terminal.all(&["wan-ip 1 mode dhcp vlan-profile PPPOE host 1"]).await;
    pass(&simulator, 6);
    let shown = terminal.tell(WAN).await;
    assert_eq!((value(&shown, "Mode"), value(&shown, "Current IP")), ("DHCP".into(), "10.128.171.1".into()));
    terminal.all(&["no wan-ip 1"]).await;
    assert_eq!(terminal.tell(WAN).await, none);
    let (simulator, mut terminal) = registered("behaviour = { wan = \"authentication failure\" }", "").await;
    serve(&mut terminal).await;
    terminal.all(&[line]).await;
    pass(&simulator, 600);
    let shown = terminal.tell(WAN).await;
    assert_eq!(value(&shown, "Status"), "authentication failure");
    assert_eq!(value(&shown, "Current IP"), "");
    assert_eq!(cell(&simulator, &[2], 7), Some(oltsim::Value::Integer(7)));
    assert_eq!(cell(&simulator, &[1], 10), Some(oltsim::Value::IpAddress([0; 4])));
}

#[tokio::test]
async fn a_box_may_stay_on_its_way() {
    for (stays, expected, listed) in [
        ("logging", OnuState::Logging, "logging"),
        ("synchronization", OnuState::Synchronization, "syncMib"),
        ("auth_failed", OnuState::AuthFailed, "AuthFail"),
        ("offline", OnuState::Offline, "OffLine"),
    ] {
        let (simulator, mut terminal) =
            registered(&format!("behaviour = {{ stays = \"{stays}\" }}"), "").await;
        pass(&simulator, 6000);
        assert_eq!(phase(&simulator), expected);
        let states = terminal.tell("show gpon onu state gpon-olt_1/1/2").await;
        assert!(states.contains(listed) && states.ends_with("ONU Number: 0/1\n"), "{states}");
        // It is told later what is set in it, and refuses nothing now.
        terminal.all(&["service HSI gemport 1 vlan 100"]).await;
        assert!(terminal.tell(WAN).await.starts_with("%Code 63987"));
        assert!(terminal.tell(MAC).await.starts_with("Total mac address : 0\n"));
    }
}

#[tokio::test]
async fn a_box_may_refuse_what_is_set_in_it() {
    let (simulator, mut terminal) = registered("behaviour = { omci = \"refuses\" }", "").await;
    // While it is dark the OLT takes it.
    terminal.all(&["service HSI gemport 1 vlan 100", "no service HSI"]).await;
    pass(&simulator, 60);
    for line in [
        "service HSI gemport 1 vlan 100",
        "flow 1 switch switch_0/1",
        "vlan port eth_0/1 mode tag vlan 100",
        "wan-ip 1 mode dhcp vlan-profile PPPOE host 1",
        "wan 1 service internet host 1",
        "security-mgmt 212 state enable mode forward protocol web",
        "interface eth eth_0/1 state lock",
        "ip-host 1 dhcp-enable enable ping-response disable traceroute-response disable",
        "tr069-mgmt 1 state unlock",
        "switchport-bind switch_0/1 veip 1",
    ] {
        assert_eq!(terminal.tell(line).await, BOX_REFUSES, "{line}");
    }
    // What the OLT itself refuses it refuses first.
    assert!(terminal.tell("service HSI gemport 9 vlan 100").await.starts_with("%Code 62397"));
    assert!(terminal.tell("wan-ip 1 mode dhcp vlan-profile X host 1").await.starts_with("%Code 63981"));
    assert_eq!(
        terminal.tell("show onu running config gpon-onu_1/1/2:1").await,
        "pon-onu-mng gpon-onu_1/1/2:1\n!\n"
    );
    assert_eq!(value(&terminal.tell(DETAIL).await, "Config state"), "fail");
    serve(&mut terminal).await;
    pass(&simulator, 60);
    assert!(terminal.tell(MAC).await.starts_with("Total mac address : 1\n"), "the OLT's side serves");
}

#[tokio::test]
async fn a_box_may_want_flows_or_nothing_at_all() {
    let (simulator, mut terminal) = registered("behaviour = { omci = \"needs_flow\" }", "").await;
    terminal.all(&["service HSI gemport 1 vlan 100"]).await;
    pass(&simulator, 60);
    assert_eq!(value(&terminal.tell(DETAIL).await, "Config state"), "fail", "it got what it does not take");
    terminal.all(&["no service HSI"]).await;
    assert_eq!(terminal.tell("service HSI gemport 1 vlan 100").await, BOX_REFUSES);
    let flow = ["flow 1 switch switch_0/1", "gemport 1 flow 1", "flow 1 pri 0 vlan 100"];
    terminal.all(&flow).await;
    terminal.all(&["flow mode 1 tag-filter vlan-filter untag-filter discard"]).await;
    assert_eq!(value(&terminal.tell(DETAIL).await, "Config state"), "success");
    // What is said of a flow goes with it.
    terminal.all(&["no flow 1"]).await;
    let show = "show onu running config gpon-onu_1/1/2:1";
    assert_eq!(terminal.tell(show).await, "pon-onu-mng gpon-onu_1/1/2:1\n!\n");
    let (simulator, mut terminal) = registered("behaviour = { omci = \"not_supported\" }", "").await;
    pass(&simulator, 60);
    for line in ["service HSI gemport 1 vlan 100", "flow 1 switch switch_0/1", "firewall enable level low"] {
        assert_eq!(terminal.tell(line).await, "%Code 63904-GPONRM Not support this ONU\n", "{line}");
    }
    assert_eq!(value(&terminal.tell(DETAIL).await, "Config state"), "fail");
}

#[tokio::test]
async fn kinds_and_single_onus_behave_too() {
    let more = "[[kinds]]\nmodel = \"M1\"\nethernet = 1\nbehaviour = { omci = \"refuses\" }\n\
                [[onus]]\nat = \"1/1/1:1\"\nbehaviour = { omci = \"needs_flow\" }\n";
    let (simulator, mut terminal) = registered("model = \"M1\"", more).await;
    pass(&simulator, 60);
    assert_eq!(terminal.tell("service HSI gemport 1 vlan 100").await, BOX_REFUSES);
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    assert_eq!(terminal.tell("service X gemport 1 vlan 100").await, BOX_REFUSES);
    terminal.all(&["vlan port eth_0/1 mode transparent"]).await;
}
