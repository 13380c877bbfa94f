//! Every refusal that the simulator has for a change, each met once, with the section of the
//! fact sheet or the scenario option that it comes from.

use oltsim::{Simulator, WriteOptions, change_refusals};

use crate::client::start;

/// A place, what is typed there first, the line that is refused, the source, and how its
/// line begins.
type Case = (&'static str, &'static [&'static str], &'static str, &'static str, &'static str);

const SHEET: &str = "fact sheet, CLI §2";
const PON: &str = "interface gpon-olt_1/1/1";
const ONU: &str = "interface gpon-onu_1/1/1:1";
const BOX: &str = "pon-onu-mng gpon-onu_1/1/1:1";
const UNUSABLE: &str = "pon-onu-mng gpon-onu_1/1/1:128";
const DARK: &str = "pon-onu-mng gpon-onu_1/1/1:2";

#[rustfmt::skip]
const CASES: &[Case] = &[
    (PON, &[], "onu 1 type ZTE-F660 sn ZTEGD824CDF3", SHEET, "%Code 62391-GPONSRV : The entry is existed.\n  This is a re-create operation"),
    (PON, &[], "onu 9 type ZTE-F660 sn ZTEGC0000001", "writes.serial_in_use", "%Code 99999-OLTSIM"),
    (PON, &[], "onu 9 type zte-f660 sn ZTEGD824CDF3", "writes.unknown_type", "%Error 20202"),
    (PON, &[], "no onu 9", "writes.no_onu_free", "%Code 62397"),
    (PON, &["no onu 4"], "onu 4 type ZTE-F660 sn ZTEGD824CDF3", "writes.readd_refusal", "%Code 63956"),
    (ONU, &[], "tcont 1 profile NONE", "writes.profile_missing", "%Code 62397"),
    ("gpon", &[], "no profile tcont UP-10M", "writes.profile_in_use", "%Code 99999-OLTSIM"),
    (ONU, &["end", "configure terminal", "gpon", "profile tcont 9G type 1 fixed 9000000", "exit", ONU], "tcont 5 profile 9G", SHEET, "%Code 62330"),
    (ONU, &["tcont 5 profile UP-10M"], "tcont 5 profile UP-10M", "writes.again_refusal", "%Code 62391"),
    (ONU, &[], "no tcont 1", "writes.in_use", "%Code 99999-OLTSIM"),
    (ONU, &[], "no tcont 9", "writes.no_entry", "%Code 62397"),
    (ONU, &[], "gemport 9 tcont 9", SHEET, "T-CONT does not exist"),
    (ONU, &[], "service-port 9 vport 9 user-vlan 9 vlan 9", "writes.no_gem_port", "Invalid port"),
    (ONU, &[], "service-port 1 vport 1 user-vlan 9 vlan 9", SHEET, "%Code 66661: The service is already existed."),
    (ONU, &[], "service-port 9 vport 1 user-vlan 100 vlan 100", SHEET, "%Code 66669: port service para conflicted"),
    ("interface gpon-onu_1/1/1:3", &[], "no tcont 1", SHEET, "%Code 64007-GPONRM : Operation is forbidden for conflicting with some applied onu-profile"),
    (DARK, &[], "reboot", SHEET, "%Code 63987-GPONRM : ONU is unavailable"),
    (BOX, &[], "service X gemport 9 vlan 100", SHEET, "%Code 62397-GPONSRV: The entry is not existed."),
    (BOX, &[], "service G1 gemport 1 vlan 100", SHEET, "%Code 63869-GPONRM : Record already exists."),
    (BOX, &[], "security-mgmt 999 state enable", SHEET, "%Code 63990-GPONRM : ONT return error:command processing error"),
    (BOX, &[], "wan-ip 1 mode dhcp vlan-profile NONE host 1", "writes.onu_profile_missing", "%Code 63981"),
    (BOX, &["no service G1"], "gemport 1 flow 1", SHEET, "%Code 63953-GPONRM : Flow does not exist"),
    (BOX, &[], "flow 1 switch switch_0/1", SHEET, "%Code 64010"),
    (DARK, &[], "wifi enable channel 1", "writes.wifi_early", "%Code 63990"),
    (UNUSABLE, &[], "security-mgmt 212 state enable", SHEET, "%Code 63904-GPONRM Not support this ONU"),
    (ONU, &[], "service-port 9 vport 1 user-vlan 9 vlan 9", "writes.vlan_missing", "%Code 1: no VLAN"),
    (BOX, &[], "vlan port eth_0/3 vlan 100", "writes.port_mode", "%Code 63983"),
];

async fn simulator() -> Simulator {
    let more = "[cli]\nwidth = 512\n[writes]\nagain = \"refused\"\nreadd_ms = 600000\n\
                vlan_missing = \"%Code 1: no VLAN\"\nport_mode = \"%Code 63983-GPONRM : Port mode error\"\n\
                [[onus]]\nat = \"1/1/1:128\"\nbehaviour = { omci = \"not_supported\" }\n\
                [[onus]]\nat = \"1/1/1:3\"\nservices = [{ vlan = 100, profile = \"PLAN-A\" }]\n";
    // Of two `[[onus]]` of one place the last one says it.
    start(oltsim::Source::Scenario(format!("{}\n{more}", oltsim::SMALL))).await
}

#[tokio::test]
async fn every_refusal_is_met_and_has_its_source() {
    let [vlan_missing, port_mode] =
        ["%Code 1: no VLAN", "%Code 63983-GPONRM : Port mode error"].map(str::to_owned);
    let listed = change_refusals(&WriteOptions { vlan_missing, port_mode, ..WriteOptions::default() });
    assert_eq!(listed.len(), CASES.len(), "a refusal without a case, or the reverse");
    for ((place, before, line, source, begin), (own_source, own_line)) in CASES.iter().zip(&listed) {
        assert_eq!((own_source.as_str(), own_line.starts_with(begin)), (*source, true), "{line}: {own_line}");
        let simulator = simulator().await;
        let lines = [&["configure terminal", *place], *before].concat();
        let said = simulator.type_as_somebody(&lines);
        assert!(!said.iter().any(|answer| answer.contains("%Error") || answer.contains("%Code")), "{said:?}");
        let configuration = simulator.device(|device| device.configuration());
        let said = simulator.type_as_somebody(&[&["configure terminal", *place], &[*line][..]].concat());
        let answer = said.last().unwrap().replace("\r\n", "\n");
        assert!(answer.contains(&format!("\n{begin}")), "{line}: {answer}");
        let after = simulator.device(|device| device.configuration());
        assert!(configuration == after, "{line} changed something");
    }
}

#[tokio::test]
async fn some_lines_are_no_input() {
    let more = "[writes]\nrefused_lines = [\"wan \"]\n";
    let simulator = start(oltsim::Source::Scenario(format!("{}\n{more}", oltsim::SMALL))).await;
    let said = simulator.type_as_somebody(&["configure terminal", BOX, "wan 1 service internet host 1"]);
    assert!(said[2].contains("%Error 20201: "), "{}", said[2]);
    let said = simulator.type_as_somebody(&["configure terminal", BOX, "no wan-ip 1"]);
    assert!(!said[2].contains('%'), "{}", said[2]);
}
