//! What is set in the box of an ONU (fact sheet, CLI §2, §5.3, §9.1, §9.2).

use gpon::OnuState;
use oltsim::Simulator;

use crate::client::start;
use crate::terminal::Terminal;

const SHOW: &str = "show onu running config gpon-onu_1/1/1:1";
const NO_ENTRY: &str = "%Code 62397-GPONSRV: The entry is not existed.\n";
const BOX_REFUSES: &str = "%Code 63990-GPONRM : ONT return error:command processing error\n";
const RECORD: &str = "%Code 63869-GPONRM : Record already exists.\n";
const CONFLICT: &str = "%Code 64010-GPONRM : conflict with flow data\n";

/// An ONU without services, and a terminal at the management of its box.
async fn bare(more: &str) -> (Simulator, Terminal) {
    let onu = "[cli]\nwidth = 512\n[[onus]]\nat = \"1/1/1:1\"\nservices = []\n[[ip_profiles]]\nname = \"ST\"\n\
               gateway = \"192.0.2.1\"\nprimary_dns = \"192.0.2.53\"\nsecondary_dns = \"192.0.2.54\"\n";
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{onu}{more}\n", oltsim::SMALL))).await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.all(&["terminal length 0"]).await;
    simulator.device(|device| {
        let at = device.onus().next().unwrap().0;
        let onu = device.running().onu(at).map(|onu| (onu.remote.clear(), onu.pppoe = None));
        assert!(onu.is_some());
    });
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    (simulator, terminal)
}

async fn carriers(terminal: &mut Terminal) {
    terminal.enter("interface gpon-onu_1/1/1:1").await;
    terminal.all(&["tcont 1 profile UP-10M", "gemport 1 tcont 1"]).await;
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
}

async fn answers(terminal: &mut Terminal, cases: &[(&str, &str)]) {
    for (line, refusal) in cases {
        let answer = terminal.tell(line).await;
        assert!(answer.ends_with(refusal), "{line}: {answer}");
    }
}

/// The lines that are set in the box.
async fn set(terminal: &mut Terminal) -> Vec<String> {
    let shown = terminal.tell(SHOW).await;
    shown.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect()
}

#[tokio::test]
async fn services_and_ports() {
    let (simulator, mut terminal) = bare("").await;
    assert_eq!(terminal.tell("service HSI gemport 1 vlan 100").await, NO_ENTRY);
    carriers(&mut terminal).await;
    terminal
        .all(&[
            "vlan port eth_0/1 mode tag vlan 100 priority 0",
            "service HSI gemport 1 vlan 100",
            "security-mgmt 212 state enable mode forward protocol web",
            "vlan port eth_0/2 mode trunk",
            "vlan port eth_0/2 vlan 935,837",
            "vlan port veip_1 mode transparent",
            "service acs gemport 1 iphost 2 cos 0 vlan 200",
        ])
        .await;
    let expected = [
        "service HSI gemport 1 vlan 100",
        "service acs gemport 1 iphost 2 cos 0 vlan 200",
        "vlan port eth_0/1 mode tag vlan 100 priority 0",
        "vlan port eth_0/2 mode trunk",
        "vlan port eth_0/2 vlan 935,837",
        "vlan port veip_1 mode transparent",
        "security-mgmt 212 state enable mode forward protocol web",
    ];
    assert_eq!(set(&mut terminal).await, expected, "in the order that a device shows");
    answers(
        &mut terminal,
        &[
            ("service HSI gemport 1 vlan 100", RECORD),
            ("service HSI gemport 1 vlan 300", RECORD),
            ("service X gemport 2 vlan 300", NO_ENTRY),
            ("no service X", NO_ENTRY),
            ("vlan port eth_0/1 mode tag vlan 100 priority 0", RECORD),
            (
                "vlan port eth_0/1 mode untag",
                "%Error 20202: Invalid input detected at '^' marker.Invalid parameter\n",
            ),
            ("no vlan port eth_0/1", "%Error 20203: Incomplete command.\n"),
            ("no vlan port eth_0/3 mode", NO_ENTRY),
            ("vlan port eth_0/5 mode tag vlan 100", BOX_REFUSES),
            ("vlan port eth0 mode tag vlan 100", "Invalid parameter\n"),
            ("security-mgmt 999 state enable mode forward protocol web", BOX_REFUSES),
            ("flow 1 switch switch_0/1", CONFLICT),
        ],
    )
    .await;
    assert_eq!(set(&mut terminal).await, expected);
    terminal
        .all(&["vlan port eth_0/1 mode hybrid def-vlan 100", "no vlan port eth_0/2 mode", "no service acs"])
        .await;
    terminal.all(&["no security-mgmt 212", "no vlan port veip_1 mode"]).await;
    let left = ["service HSI gemport 1 vlan 100", "vlan port eth_0/1 mode hybrid def-vlan 100"];
    assert_eq!(set(&mut terminal).await, left);
    // A box that is offline is told later, so that it refuses nothing now.
    simulator.device(|device| {
        let at = device.onus().next().unwrap().0;
        device.set_phase(at, OnuState::Los, gpon::OfflineReason::Losi);
    });
    terminal.all(&["vlan port eth_0/5 mode tag vlan 100"]).await;
    assert_eq!(terminal.tell("wifi enable channel 1").await, BOX_REFUSES);
}

#[tokio::test]
async fn flows_are_added_and_never_mixed_with_services() {
    let (_simulator, mut terminal) = bare("").await;
    carriers(&mut terminal).await;
    let no_flow = "%Code 63953-GPONRM : Flow does not exist\n";
    answers(
        &mut terminal,
        &[
            ("gemport 1 flow 1", no_flow),
            ("flow mode 1 tag-filter vlan-filter untag-filter discard", no_flow),
            ("flow 1 pri 0 vlan 80", no_flow),
            ("no flow 1", NO_ENTRY),
        ],
    )
    .await;
    // In the order that was captured (§5.3).
    let flow = [
        "flow 1 switch switch_0/1",
        "gemport 1 flow 1",
        "flow mode 1 tag-filter vlan-filter untag-filter discard",
        "flow 1 pri 0 vlan 80",
        "switchport-bind switch_0/1 veip 1",
        "switchport-bind switch_0/1 iphost 1",
        "vlan-filter-mode iphost 1 tag-filter vlan-filter untag-filter discard",
        "vlan-filter iphost 1 pri 0 vlan 80",
        "ip-host 1 dhcp-enable enable ping-response disable traceroute-response disable",
    ];
    terminal.all(&flow).await;
    terminal.all(&["flow 1 pri 0 vlan 81"]).await;
    let shown = set(&mut terminal).await;
    for line in flow.iter().chain(&["flow 1 pri 0 vlan 81"]) {
        assert!(shown.iter().any(|own| own == line), "{line}: {shown:?}");
    }
    assert_eq!(terminal.tell("service HSI gemport 1 vlan 100").await, CONFLICT);
    terminal.all(&["no switchport-bind iphost 1", "no ip-host 1", "no flow 1"]).await;
    let shown = set(&mut terminal).await;
    assert!(!shown.iter().any(|line| line.starts_with("flow 1 ") || line.contains("ip-host")), "{shown:?}");
}

#[tokio::test]
async fn wan_connections() {
    let (simulator, mut terminal) = bare("").await;
    let missing = "%Code 63981-GPONRM : Profile does not exist.\n";
    answers(
        &mut terminal,
        &[
            ("wan-ip 1 mode pppoe username u password p vlan-profile NONE host 1", missing),
            ("wan-ip 1 mode dhcp vlan-profile pppoe host 1", missing),
            (
                "wan-ip 1 mode static ip-profile NONE ip-address 192.0.2.9 mask 255.255.255.0 vlan-profile PPPOE host 1",
                missing,
            ),
            ("wan-ip 1 mode static ip-profile ST ip-address x mask 255.0.0.0 vlan-profile PPPOE host 1", "parameter\n"),
            ("no wan-ip 1", NO_ENTRY),
        ],
    )
    .await;
    assert_eq!(set(&mut terminal).await, [""; 0]);
    let user = |simulator: &Simulator| {
        simulator
            .device(|device| {
                let (_, onu) = device.onus().next().unwrap();
                onu.configured.pppoe.as_ref().map(|pppoe| pppoe.user.clone())
            })
            .unwrap()
    };
    let pppoe = "wan-ip 1 mode pppoe username user1 password pass1 vlan-profile PPPOE host 1";
    terminal.all(&[pppoe, "wan-ip 1 ping-response enable traceroute-response enable"]).await;
    terminal.all(&["wan 1 service internet host 1"]).await;
    assert_eq!(user(&simulator).as_deref(), Some("user1"));
    assert!(simulator.rows().iter().any(|row| row.1 == oltsim::Value::text("user1")));
    let dhcp = "wan-ip 1 mode dhcp vlan-profile PPPOE host 1";
    terminal.all(&[dhcp]).await;
    assert_eq!(user(&simulator), None);
    assert_eq!(
        set(&mut terminal).await,
        [dhcp, "wan-ip 1 ping-response enable traceroute-response enable", "wan 1 service internet host 1"]
    );
    terminal.all(&["no wan-ip 1"]).await;
    assert_eq!(set(&mut terminal).await, ["wan 1 service internet host 1"]);
}

#[tokio::test]
async fn other_lines_are_kept_and_replace_their_own_kind() {
    let (simulator, mut terminal) = bare("").await;
    let lines = [
        "tr069-mgmt 1 state unlock",
        "tr069-mgmt 1 acs http://192.0.2.7:7547 validate basic username u password p",
        "tr069-mgmt 1 tag pri 0 vlan 200",
        "firewall enable level low",
        "interface eth eth_0/2 state lock",
        "interface wifi wifi_0/1 state unlock",
        "dhcp-ip ethuni eth_0/1 from-onu",
        "loop-detect ethuni eth_0/1 enable",
        "wifi enable channel 1",
        "ssid ctrl wifi_0/1 name Casa hide disable",
        "ssid auth wpa wifi_0/1 wpa2-psk encrypt aes key secret-1",
        "voip protocol sip",
        "mvlan 200",
    ];
    terminal.all(&lines).await;
    terminal.all(&lines).await;
    assert_eq!(set(&mut terminal).await, lines);
    let locked = |simulator: &Simulator| {
        simulator.device(|device| !device.onus().next().unwrap().1.ethernet[1].unlocked).unwrap()
    };
    assert!(locked(&simulator));
    terminal.all(&["tr069-mgmt 1 state lock", "interface eth eth_0/2 state unlock"]).await;
    assert!(!locked(&simulator));
    let shown = set(&mut terminal).await;
    assert_eq!((shown.len(), shown[0].as_str()), (lines.len(), "tr069-mgmt 1 state lock"));
    assert_eq!(terminal.tell("interface eth eth_0/9 state lock").await, BOX_REFUSES);
    // Wi-Fi only once the box has got its configuration.
    let (_simulator, mut terminal) =
        bare("[writes]\nsecurity_refused = []\n[life]\nconfig_ms = 999999999999").await;
    assert_eq!(terminal.tell("wifi enable channel 1").await, BOX_REFUSES);
    terminal.all(&["security-mgmt 999 state enable mode forward protocol web"]).await;
}

#[tokio::test]
async fn what_a_wan_connection_serves() {
    let (_simulator, mut terminal) = bare("").await;
    answers(
        &mut terminal,
        &[
            ("wan 1 service internet", "%Error 20203: Incomplete command.\n"),
            ("wan 1 service other host 1", "%Error 20203: Incomplete command.\n"),
            ("wan 1 service games host 1", "Invalid parameter\n"),
            ("wan 1 service internet host 9", "Invalid parameter\n"),
        ],
    )
    .await;
    for line in [
        "wan 1 service internet host 1",
        "wan 1 ethuni 1,2,3 ssid 1 service tr069 host 2",
        "wan 1 ethuni 4 service other mvlan 200 host 1",
        "wan 1 service voip host 1",
    ] {
        terminal.all(&[line]).await;
        assert_eq!(set(&mut terminal).await, [line]);
    }
}

#[tokio::test]
async fn a_type_that_names_its_ports_has_no_others() {
    let types = "[[onu_types]]\nname = \"ZTE-F660\"\ninterfaces = [\"eth_0/1-2\", \"wifi_0/1\"]\n\
                 [writes]\nport_mode = \"%Code 63983-GPONRM : Port mode error\"";
    let (_simulator, mut terminal) = bare(types).await;
    answers(
        &mut terminal,
        &[
            ("vlan port eth_0/3 mode transparent", BOX_REFUSES),
            ("vlan port wifi_0/2 mode transparent", BOX_REFUSES),
            ("vlan port pots_0/1 mode tag vlan 100", BOX_REFUSES),
            ("vlan port veip_2 mode transparent", BOX_REFUSES),
            ("vlan port eth_0/1 vlan 100", "%Code 63983-GPONRM : Port mode error\n"),
        ],
    )
    .await;
    terminal.all(&["vlan port eth_0/2 mode hybrid def-vlan 100", "vlan port eth_0/2 vlan 100"]).await;
    terminal.all(&["vlan port eth_0/1 mode trunk", "vlan port eth_0/1 vlan 935,837"]).await;
    terminal.all(&["vlan port wifi_0/1 mode transparent", "vlan port veip_1 mode hybrid"]).await;
    terminal.all(&["vlan port eth_0/1 translate vlan 935 svlan 935 svlan-pri 1"]).await;
}

#[tokio::test]
async fn nothing_is_taken_that_nobody_saw() {
    let (_simulator, mut terminal) = bare("").await;
    terminal.all(&["flow 1 switch switch_0/1"]).await;
    for line in [
        "flow 1 vlan 80",
        "flow 1 pri 8 vlan 80",
        "flow mode 1 tag-filter vlan-filter",
        "switchport-bind switch_0/1 eth 1",
        "vlan-filter-mode iphost 1 tag-filter",
        "vlan-filter iphost 1 vlan 80",
        "ip-host 1 dhcp",
        "ip-host 1 dhcp-enable maybe ping-response disable traceroute-response disable",
        "ip-host 2 ip 192.0.2 mask 255.255.255.0 gateway 192.0.2.1",
        "tr069-mgmt 1 vlan 200",
        "veip 1 port tcp 1232 host 2",
    ] {
        assert!(terminal.tell(line).await.contains("%Error 202"), "{line}");
    }
    terminal
        .all(&[
            "ip-host 2 ip 192.0.2.9 mask 255.255.255.0 gateway 192.0.2.1",
            "ip-host 2 primary-dns 192.0.2.53 second-dns 192.0.2.54",
            "veip 1 port udp 1232 host 2",
            "tr069-mgmt 1 tag pri 0 vlan 200 state unlock",
        ])
        .await;
}
