//! T-CONTs, GEM ports and service ports (fact sheet, CLI §2, §5.2, §9.1).

use oltsim::Simulator;

use crate::client::start;
use crate::terminal::Terminal;

const ONU: &str = "interface gpon-onu_1/1/1:1";
const SHOW: &str = "show running-config interface gpon-onu_1/1/1:1";
const OF_PROFILE: &str =
    "%Code 64007-GPONRM : Operation is forbidden for conflicting with some applied onu-profile\n";
const NO_ENTRY: &str = "%Code 62397-GPONSRV: The entry is not existed.\n";
const IN_USE: &str = "%Code 99999-OLTSIM : The entry is in use.\n";

/// An ONU without services, and a terminal at its interface.
async fn bare(more: &str) -> (Simulator, Terminal) {
    with("services = []", more).await
}

async fn with(onu: &str, more: &str) -> (Simulator, Terminal) {
    let profiles = "[cli]\nwidth = 512\n[[bandwidth_profiles]]\nname = \"1G\"\ntype = 1\nfixed = 1048576\n";
    let onu = format!("[[onus]]\nat = \"1/1/1:1\"\n{onu}\n");
    let scenario = format!("{}\n{profiles}{onu}{more}\n", oltsim::SMALL);
    let simulator = start(oltsim::Source::Scenario(scenario)).await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.all(&["terminal length 0"]).await;
    terminal.enter(ONU).await;
    (simulator, terminal)
}

async fn refused(terminal: &mut Terminal, cases: &[(&str, &str)]) {
    let before = terminal.tell(SHOW).await;
    for (line, refusal) in cases {
        let answer = terminal.tell(line).await;
        assert!(answer.ends_with(refusal), "{line}: {answer}");
        assert_eq!(terminal.tell(SHOW).await, before, "{line} changed something");
    }
}

#[tokio::test]
async fn they_stand_upon_each_other() {
    let (simulator, mut terminal) = bare("").await;
    let invalid = ("service-port 1 vport 1 user-vlan 100 vlan 100", "\nInvalid port\n");
    assert_eq!(format!("\n{}", terminal.tell(invalid.0).await), invalid.1);
    refused(
        &mut terminal,
        &[
            ("gemport 1 tcont 1", "T-CONT does not exist\n"),
            ("tcont 1 gap mode0", "T-CONT does not exist\n"),
            ("tcont 1 profile NONE", NO_ENTRY),
            ("tcont 1 profile up-10m", NO_ENTRY),
            ("gemport 1 traffic-limit downstream NONE", NO_ENTRY),
            ("gemport 1 traffic-limit downstream DOWN-50M", NO_ENTRY),
            ("switchport mode hybrid vport 1", "Invalid port\n"),
            ("no tcont 1", NO_ENTRY),
            ("no gemport 1", NO_ENTRY),
            ("no service-port 1", NO_ENTRY),
            ("service-port 1 description X", NO_ENTRY),
        ],
    )
    .await;
    let set = [
        "tcont 1 name T profile UP-10M",
        "tcont 1 gap mode0",
        "gemport 1 name G unicast tcont 1 queue 1",
        "gemport 1 traffic-limit upstream DOWN-50M",
        "gemport 1 traffic-limit downstream DOWN-50M",
        "switchport mode hybrid vport 1",
        "service-port 1 vport 1 user-vlan 100 vlan 100",
        "service-port 1 description to the core",
    ];
    terminal.all(&set).await;
    let own = "  tcont 1 name T profile UP-10M\n  tcont 1 gap mode0\n  gemport 1 name G tcont 1 queue 1\n  \
               gemport 1 traffic-limit upstream DOWN-50M downstream DOWN-50M \n  \
               switchport mode hybrid vport 1\n  \
               service-port 1 vport 1 user-vlan 100 vlan 100 \n  \
               service-port 1 description to the core\n!\n";
    let shown = terminal.tell(SHOW).await;
    assert!(shown.contains(own), "{shown}");
    // Over SNMP at once: profile, T-CONT, VLAN.
    let rows = simulator.rows();
    let has = |table: &[u32], end: &[u32], value: oltsim::Value| {
        let oid = [&[1, 3, 6, 1, 4, 1, 3902, 1082], table, &[285_278_465], end].concat();
        assert!(rows.iter().any(|row| *row == (oid.clone(), value.clone())), "{oid:?}");
    };
    has(&[500, 10, 2, 3, 4, 1, 3], &[1, 1], oltsim::Value::text("UP-10M"));
    has(&[500, 10, 2, 3, 5, 1, 3], &[1, 1], oltsim::Value::Integer(1));
    has(&[110, 5, 2, 2, 1, 18], &[0x1801_0100], oltsim::Value::Integer(100));
    refused(
        &mut terminal,
        &[
            ("no tcont 1", IN_USE),
            ("no gemport 1", IN_USE),
            (
                "service-port 1 vport 1 user-vlan 200 vlan 200",
                "%Code 66661: The service is already existed.\n",
            ),
            ("service-port 2 vport 1 user-vlan 100 vlan 100", "%Code 66669: port service para conflicted\n"),
            ("service-port 2 vport 2 user-vlan 200 vlan 200", "Invalid port\n"),
            ("service-port 2 vport 1 user-vlan 4095 vlan 200", "Invalid parameter\n"),
            ("service-port 2 vport 1 user-vlan 100 vlan 4095", "Invalid parameter\n"),
            ("service-port 2 vport 1 user-vlan 100", "%Error 20203: Incomplete command.\n"),
        ],
    )
    .await;
    terminal.all(&["no service-port 1", "no gemport 1", "no tcont 1"]).await;
    let shown = terminal.tell(SHOW).await;
    assert!(shown.ends_with("  sn-bind enable sn\n!\nend\n"), "{shown}");
}

#[tokio::test]
async fn a_service_port_is_shown_as_it_is_typed() {
    let (_simulator, mut terminal) = bare("").await;
    terminal.all(&["tcont 1 profile UP-10M", "gemport 1 tcont 1"]).await;
    for line in [
        "user-vlan 22 vlan 22",
        "user-vlan 7 vlan 22",
        "user-vlan untagged vlan 100",
        "user-vlan 103 transparent",
        "user-vlan 7 vlan 8 svlan 9",
        "user-vlan 3 svlan 5",
        "user-vlan 100 user-etype PPPOE vlan 100",
        "user-vlan 201 user-svlan 301 vlan 3101 svlan 3201 cos 4 scos 6",
        "user-vlan 1074 vlan 200 ingress UP50 egress DN50",
        "other-all tls-vlan 501",
    ] {
        let line = format!("service-port 128 vport 1 {line}");
        terminal.all(&[&line]).await;
        let shown = terminal.tell(SHOW).await.replace("\n", "");
        assert!(shown.contains(&line), "{line}: {shown}");
        terminal.all(&["no service-port 128"]).await;
    }
    terminal.all(&["service-port 1 vport 1 user-vlan 102 vlan 102 etype pppoe"]).await;
    terminal.all(&["service-port 2 vport 1 user-vlan untag vlan 100"]).await;
    let shown = terminal.tell(SHOW).await;
    assert!(shown.contains("user-vlan 102 user-etype pppoe vlan 102 \n"), "{shown}");
    assert!(shown.contains("user-vlan untagged vlan 100 \n"), "{shown}");
}

#[tokio::test]
async fn a_port_has_so_much_bandwidth() {
    let (simulator, mut terminal) = bare("").await;
    terminal.all(&["tcont 1 profile 1G", "tcont 1 profile 1G"]).await;
    let exceeds = "%Code 62330-GPONSRV : Parameter exceeds range\n";
    assert_eq!(terminal.tell("tcont 2 profile FIXED-2M").await, exceeds);
    terminal.all(&["tcont 2 profile UP-10M"]).await;
    terminal.enter("interface gpon-onu_1/1/1:2").await;
    assert_eq!(terminal.tell("tcont 2 profile 1G").await, exceeds);
    let profiles = simulator.device(|device| {
        let ids = device.onus().flat_map(|(_, onu)| onu.configured.tconts.values().map(|own| own.alloc_id));
        ids.collect::<Vec<_>>()
    });
    let mut ids = profiles.unwrap();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "Alloc-IDs are unique");
}

#[tokio::test]
async fn entering_once_more_replaces_or_is_refused() {
    let (_simulator, mut terminal) = bare("").await;
    terminal.all(&["tcont 1 name T profile UP-10M", "gemport 1 name G tcont 1 queue 2"]).await;
    terminal.all(&["tcont 1 profile FIXED-2M", "gemport 1 tcont 1"]).await;
    let shown = terminal.tell(SHOW).await;
    assert!(shown.contains("tcont 1 name T profile FIXED-2M\n"), "{shown}");
    assert!(shown.contains("gemport 1 name G tcont 1\n"), "{shown}");
    let more = "[writes]\nagain = \"refused\"\nagain_refusal = \"%Code 1: again\"\nno_gem_port = \"%Code 66657: GEM port\"";
    let (_simulator, mut terminal) = bare(more).await;
    terminal.all(&["tcont 1 profile UP-10M", "gemport 1 tcont 1"]).await;
    refused(
        &mut terminal,
        &[
            ("tcont 1 profile UP-10M", "%Code 1: again\n"),
            ("gemport 1 tcont 1", "%Code 1: again\n"),
            ("service-port 1 vport 2 user-vlan 1 vlan 1", "%Code 66657: GEM port\n"),
        ],
    )
    .await;
}

#[tokio::test]
async fn lines_of_a_profile_are_not_to_be_changed() {
    let services = "services = [{ vlan = 100, profile = \"PLAN-A\" }]";
    let (_simulator, mut terminal) = with(services, "").await;
    refused(
        &mut terminal,
        &[
            ("tcont 1 profile FIXED-2M", OF_PROFILE),
            ("no tcont 1", OF_PROFILE),
            ("gemport 1 tcont 1", OF_PROFILE),
            ("no gemport 1", OF_PROFILE),
            ("gemport 1 traffic-limit downstream DOWN-50M", OF_PROFILE),
        ],
    )
    .await;
    terminal.all(&["no service-port 1", "service-port 1 vport 1 user-vlan 7 vlan 200"]).await;
    terminal.all(&["tcont 2 profile UP-10M"]).await;
    terminal.enter("pon-onu-mng gpon-onu_1/1/1:1").await;
    assert_eq!(terminal.tell("no service G1").await, OF_PROFILE);
    assert_eq!(terminal.tell("service G1 gemport 1 vlan 200").await, OF_PROFILE);
    let show = "show onu running config gpon-onu_1/1/1:1";
    assert!(
        terminal
            .tell(show)
            .await
            .contains("==Configured by profile: PLAN-A== \n  service G1 gemport 1 vlan 100\n")
    );
    terminal.all(&["vlan port eth_0/1 mode tag vlan 200", "no wan-ip 1"]).await;
    let shown = terminal.tell(show).await;
    assert!(shown.contains("vlan 100\n  ==End== \n  vlan port eth_0/1 mode tag vlan 200\n"), "{shown}");
}

#[tokio::test]
async fn other_lines_are_kept() {
    let (_simulator, mut terminal) = bare("").await;
    terminal.all(&["tcont 1 profile UP-10M", "gemport 1 tcont 1"]).await;
    let kept = [
        "pppoe-intermediate-agent enable vport 1",
        "dhcpv4-l2-relay-agent enable vport 1",
        "port-identification format DSL-FORUM sport 1",
        "encrypt 1 enable downstream",
        "ip dhcp snooping enable vport 1",
        "security max-mac-learn 4 vport 1",
        "switchport mode trunk vport 1",
        "vport-mode manual",
        "vport 1 map-type vlan",
        "vport-map 1 1 vlan 11",
    ];
    terminal.all(&kept).await;
    terminal.all(&kept).await;
    let shown = terminal.tell(SHOW).await;
    for line in kept {
        assert_eq!(shown.matches(&format!("\n  {line}\n")).count(), 1, "{line}: {shown}");
    }
    assert!(!shown.contains("hybrid"), "{shown}");
    // Virtual ports are the operator's now.
    terminal.all(&["service-port 1 vport 9 user-vlan 11 vlan 11", "no service-port 1"]).await;
    terminal
        .all(&["pppoe-intermediate-agent disable vport 1", "encrypt 1 disable downstream", "no gemport 1"])
        .await;
    let shown = terminal.tell(SHOW).await;
    assert!(
        !shown.contains("pppoe") && !shown.contains("encrypt") && !shown.contains("switchport"),
        "{shown}"
    );
    // No form with `no` is known of these.
    assert!(terminal.tell("no dhcpv4-l2-relay-agent enable vport 1").await.contains("%Error 2020"));
}

#[tokio::test]
async fn binding_may_take_its_time() {
    let (_simulator, mut terminal) = bare("[writes]\nsn_bind_ms = 300").await;
    let begun = std::time::Instant::now();
    terminal.all(&["sn-bind enable sn"]).await;
    assert!(begun.elapsed() >= std::time::Duration::from_millis(300));
}

#[tokio::test]
async fn the_olt_adds_words_of_its_own_or_none() {
    let lines = ["tcont 1 profile UP-10M", "gemport 1 tcont 1"];
    for (more, expected) in [
        (
            "number_names = true",
            "  tcont 1 name 1 profile UP-10M\n  tcont 1 gap mode0\n  gemport 1 name 1 tcont 1\n  \
             switchport mode hybrid vport 1\n!\n",
        ),
        ("tcont_gap = false\nswitchport_mode = false", "  tcont 1 profile UP-10M\n  gemport 1 tcont 1\n!\n"),
    ] {
        let (_simulator, mut terminal) = bare(&format!("[writes]\n{more}")).await;
        terminal.all(&lines).await;
        let shown = terminal.tell(SHOW).await;
        assert!(shown.contains(&format!("  sn-bind enable sn\n{expected}")), "{shown}");
        // What is typed is shown all the same, and goes with the GEM port.
        terminal.all(&["tcont 1 gap mode0", "switchport mode hybrid vport 1"]).await;
        let shown = terminal.tell(SHOW).await;
        assert!(
            shown.contains("  tcont 1 gap mode0\n") && shown.contains("mode hybrid vport 1\n"),
            "{shown}"
        );
        terminal.all(&["no gemport 1", "no tcont 1"]).await;
        let shown = terminal.tell(SHOW).await;
        assert!(shown.ends_with("  sn-bind enable sn\n!\nend\n"), "{shown}");
    }
}

#[tokio::test]
async fn a_service_port_may_need_its_vlan() {
    let (_simulator, mut terminal) = bare("[writes]\nvlan_missing = \"%Code 1: no VLAN\"").await;
    terminal.all(&["tcont 1 profile UP-10M", "gemport 1 tcont 1"]).await;
    refused(
        &mut terminal,
        &[
            ("service-port 1 vport 1 user-vlan 9 vlan 9", "%Code 1: no VLAN\n"),
            ("service-port 1 vport 1 user-vlan 7 vlan 100 svlan 9", "%Code 1: no VLAN\n"),
        ],
    )
    .await;
    terminal.all(&["service-port 1 vport 1 user-vlan 9 vlan 100 svlan 200"]).await;
}
