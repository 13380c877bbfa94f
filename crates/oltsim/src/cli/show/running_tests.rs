use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use gpon::PonPort;

use super::*;
use crate::cli::show::fixture::fixture;
use crate::cli::show::running_pon::Registered;
use crate::device::{BandwidthProfile, OnuIpProfile, OnuType, OnuVlanProfile, TagMode, TrafficProfile, Vlan};

fn profiles() -> Profiles {
    let bandwidth = |name: &str, kind, fixed, assured, maximum| BandwidthProfile {
        name: name.to_owned(),
        kind,
        fixed,
        assured,
        maximum,
    };
    let vlan =
        |name: &str, description: &str| Vlan { name: name.to_owned(), description: description.to_owned() };
    let plain = |id| (id, vlan(&Vlan::default_name(id), ""));
    Profiles {
        interfaces: Vec::new(),
        bandwidth: vec![bandwidth("1G", 4, 0, 0, 1_024_000), bandwidth("VOZ", 5, 128, 256, 512)],
        traffic: vec![TrafficProfile {
            name: "UP50".to_owned(),
            sir: 51_200,
            pir: 51_200,
            cbs: None,
            pbs: None,
        }],
        onu_vlan: vec![OnuVlanProfile {
            name: "PPPOE".to_owned(),
            mode: TagMode::Tag,
            cvlan: 22,
            priority: 7,
            svlan: 0,
        }],
        onu_ip: vec![OnuIpProfile {
            name: "ST".to_owned(),
            gateway: Ipv4Addr::new(192, 0, 2, 1),
            primary_dns: Ipv4Addr::new(192, 0, 2, 53),
            secondary_dns: Ipv4Addr::new(192, 0, 2, 54),
        }],
        onu_types: vec![OnuType {
            description: "4GE,2POTS,WIFI".to_owned(),
            max_tcont: 8,
            interfaces: vec!["eth_0/1-4".to_owned()],
            ..OnuType::named("ZTE-F660".to_owned())
        }],
        vlans: BTreeMap::from([
            (1, vlan("default", "")),
            (22, vlan("Internet casa", "Clients > 22")),
            plain(100),
            plain(102),
            plain(103),
        ]),
    }
}

fn port(number: u8, enabled: bool, onus: &[(u8, &str, &str)], blocks: Vec<String>) -> Port {
    let registered = onus.iter().map(|(id, onu_type, serial)| Registered {
        id: *id,
        onu_type: (*onu_type).to_owned(),
        by: ("sn", (*serial).to_owned()),
        vport_mode: String::new(),
        profiles: Default::default(),
    });
    let port = running_pon::View {
        port: PonPort::new(1, number).unwrap(),
        enabled,
        name: String::new(),
        description: String::new(),
        config: Vec::new(),
        onus: registered.collect(),
    };
    Port { port, onus: blocks }
}

#[test]
fn prints_the_whole() {
    let profiles = profiles();
    let third = "interface gpon-onu_1/1/1:3\n  name Cust 0003\n  description Cust 0003\n  \
                 sn-bind enable sn\n  tcont 1 profile 1G\n  gemport 1 tcont 1\n  \
                 gemport 1 traffic-limit upstream UP50 downstream DN50 \n  \
                 switchport mode hybrid vport 1\n  \
                 service-port 1 vport 1 user-vlan 22 vlan 22 \n!\n";
    let seventh = fixture("c320-v2.1.0/show-running-config-interface-gpon-onu-full.txt");
    let seventh = seventh.strip_prefix("Building configuration...\n").unwrap().strip_suffix("end\n").unwrap();
    let onus = [(3, "F601", "ZTEGD0000003"), (7, "ZTE-F660", "ZTEGD0000007")];
    let managed = "pon-onu-mng gpon-onu_1/1/1:3\n  service HSI gemport 1 vlan 22\n  \
                   wan-ip 1 mode pppoe username user3 password pass3 vlan-profile PPPOE host 1\n!\n";
    let view = View {
        saved: jiff::civil::date(2025, 2, 2).at(2, 25, 44, 0),
        version: "2.1".to_owned(),
        model: "C320",
        cards: vec![(1, "GTGH".to_owned()), (3, "SMXA".to_owned())],
        profiles: &profiles,
        addresses: vec![(100, "192.0.2.2".to_owned(), "255.255.255.0".to_owned())],
        pons: vec![
            port(1, true, &onus, vec![third.to_owned(), seventh.to_owned()]),
            port(2, false, &[], Vec::new()),
        ],
        uplinks: vec![UplinkView {
            name: "gei_1/3/1".to_owned(),
            enabled: true,
            description: "to core # 1".to_owned(),
            vlans: "1,22,100".to_owned(),
        }],
        routes: vec!["0.0.0.0 0.0.0.0 192.0.2.1"],
        management: vec![managed.to_owned()],
        user: "zte".to_owned(),
        hostname: "ZXAN".to_owned(),
        last: vec![
            "banner incoming @Welcome to ZXAN#@",
            "snmp-server community secret3 view allview rw",
            "line telnet idle-timeout 15",
        ],
    };
    assert_eq!(print(&view), fixture("c320-v2.1.0/show-running-config.txt"));
}
