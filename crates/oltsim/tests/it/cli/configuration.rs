//! What operators' configurations hold, set by scenarios (fact sheet, CLI §4.5 and §9.1).

use crate::client::start;
use crate::terminal::Terminal;

async fn configured(onu: &str, lines: &[&str]) -> (oltsim::Simulator, Vec<String>) {
    let onu = format!("[[onus]]\nat = \"1/1/1:1\"\n{onu}\n");
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{onu}", oltsim::SMALL))).await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.ask("terminal length 0", "SMALL#").await;
    let mut answers = Vec::new();
    for line in lines {
        answers.push(terminal.ask(line, "SMALL#").await.replace("\r\n", "\n"));
    }
    (simulator, answers)
}

const INTERFACE: &str = "show running-config interface gpon-onu_1/1/1:1";
const REMOTE: &str = "show onu running config gpon-onu_1/1/1:1";

#[tokio::test]
async fn service_ports_in_all_their_forms() {
    let services = r#"
config = ["pppoe-intermediate-agent enable vport 1"]
services = [
    { vlan = 100, etype = "PPPOE" },
    { mode = "untag", vlan = 200, short = true },
    { mode = "qinq", user_vlan = 201, user_svlan = 301, vlan = 100, svlan = 200, cos = 4, scos = 6 },
    { mode = "translation", user_vlan = 1074, vlan = 200, ingress = "UP50", egress = "DN50" },
    { mode = "other_all", vlan = 200 },
]"#;
    let (simulator, answers) = configured(services, &[INTERFACE]).await;
    for line in [
        "service-port 1 vport 1 user-vlan 100 user-etype PPPOE vlan 100 ",
        "service-port 2 vport 2 user-vlan untag vlan 200 ",
        "service-port 3 vport 3 user-vlan 201 user-svlan 301 vlan 100 svlan 200 cos 4 scos 6 ",
        "service-port 4 vport 4 user-vlan 1074 vlan 200 ingress UP50 egress DN50 ",
        "service-port 5 vport 5 other-all tls-vlan 200 ",
        "pppoe-intermediate-agent enable vport 1",
    ] {
        assert!(unwrapped(&answers[0]).contains(&format!("\n  {line}\n")), "{line}: {}", answers[0]);
    }
    // Mode, user's outer VLAN, VLANs and priorities of the third, over SNMP.
    let third = |column| {
        let oid = [1, 3, 6, 1, 4, 1, 3902, 1082, 110, 5, 2, 2, 1, column, 285_278_465, 0x1801_0300];
        simulator.rows().into_iter().find(|(own, _)| *own == oid).map(|(_, value)| value)
    };
    for (column, value) in [(4, 5), (8, 201), (9, 301), (18, 100), (19, 200), (20, 4), (21, 6)] {
        assert_eq!(third(column), Some(oltsim::Value::Integer(value)), "{column}");
    }
}

/// An answer without the breaks of the terminal, whose width is 80.
fn unwrapped(answer: &str) -> String {
    let mut text = String::new();
    for line in answer.split_inclusive('\n') {
        text += if line.trim_end_matches('\n').len() == 80 { line.trim_end_matches('\n') } else { line };
    }
    text
}

#[tokio::test]
async fn vlans_stand_on_virtual_ports_without_service_ports() {
    let services = r#"services = [
    { vlan = 100, switchport = "tag", vport = 1 },
    { vlan = 200, switchport = "untag", vport = 1 },
]"#;
    let (simulator, answers) = configured(services, &[INTERFACE]).await;
    assert!(
        answers[0].contains("\n  switchport vlan 100 tag vport 1\n  switchport vlan 200 untag vport 1\n!\n")
    );
    assert!(!answers[0].contains("service-port"), "{}", answers[0]);
    let rows = simulator.rows();
    let port = [1, 3, 6, 1, 4, 1, 3902, 1082, 110, 5, 2, 2, 1, 18, 285_278_465, 0x1801_0100];
    assert!(!rows.iter().any(|(oid, _)| *oid == port));
    let list = [1, 3, 6, 1, 4, 1, 3902, 1082, 40, 50, 2, 1, 4, 1, 7, 285_278_465, 268_501_248];
    let list = rows.iter().find(|(oid, _)| *oid == list).map(|(_, value)| value.clone());
    assert_eq!(list, Some(oltsim::Value::text("100,200")));
}

#[tokio::test]
async fn lines_of_a_profile_stand_in_its_frame() {
    let services = r#"
remote_config = ["wan 1 service internet host 1"]
services = [{ vlan = 100, profile = "PLAN-A" }, { vlan = 200 }]"#;
    let (_simulator, answers) = configured(services, &[INTERFACE, REMOTE]).await;
    let own = "  ==Configured by profile: PLAN-A== \n  tcont 1 name T1 profile UP-10M\n  tcont 1 gap mode0\n  \
               gemport 1 name G1 tcont 1\n  ==End== \n  tcont 2 name T2 profile UP-10M\n";
    assert!(answers[0].contains(own), "{}", answers[0]);
    let remote = "gpon-onu_1/1/1:1\n  ==Configured by profile: PLAN-A== \n  service G1 gemport 1 vlan 100\n  \
                  vlan port eth_0/1 mode tag vlan 100\n  ==End== \n  service G2 gemport 2 vlan 200\n";
    assert!(answers[1].contains(remote), "{}", answers[1]);
    assert!(answers[1].contains("\n  wan 1 service internet host 1\n!\n"), "{}", answers[1]);
}

#[tokio::test]
async fn tables_that_outside_clients_ask_for() {
    let range = "show remote-unit information gpon-olt_1/1/1 1-5";
    let lines = [
        range,
        "show interface port-status",
        "show interface port-status gei_1/4/1",
        "show mac-real-time gpon onu gpon-onu_1/1/1:1",
        "show mac gpon onu gpon-onu_1/1/1:1",
        "show service-port interface gpon-onu_1/1/1:1",
        "show remote-unit information gpon-olt_1/1/1 2-5",
        "show remote-unit information gpon-olt_1/1/1 60-90",
        "show remote-unit information gpon-olt_1/1/1 5-1",
    ];
    let (_simulator, answers) = configured("", &lines).await;
    assert_eq!(answers[0].matches("RuVendorName").count(), 1, "one of them is in service");
    assert!(answers[0].contains("\ngpon-onu_1/1/1: 1\n"));
    assert_eq!(
        answers[1].matches("gei_").count() + answers[1].matches("xgei_").count(),
        4,
        "gei twice in xgei"
    );
    assert!(
        answers[2]
            .contains("gei_1/4/1      optical  1       enable     auto    full  disable activate   down\n")
    );
    let behind = |answer: &str| answer.split_once('\n').unwrap().1.to_owned();
    assert_eq!(behind(&answers[3]), behind(&answers[4]));
    assert!(answers[3].contains("Total mac address : 1\n"));
    assert!(
        answers[5].contains("\nInterface gpon-onu_1/1/1:1\n")
            && answers[5].contains("Sport  total  number:\n1\n")
    );
    assert!(answers[6].contains("%Code 63987-GPONRM"));
    for answer in &answers[7..] {
        assert!(answer.contains("%Error 20202: "), "{answer}");
    }
}
