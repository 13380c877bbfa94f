//! The configuration of an ONU: its interface, and what is set in the box
//! itself (fact sheet, CLI §4.5 and §5.2).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use gpon::{OnuRef, VlanMode};

use super::onu_lists::of_pon;
use crate::cli::{Answer, Ask, Command, Slow, any_bytes};
use crate::device::{Onu, PortMode, ServicePort, Tagging};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show running-config interface <onu>", slow: Slow::Simple, run: run_interface },
    Command { syntax: "show onu running config <onu>", slow: Slow::Simple, run: run_remote },
];

/// The block of the interface, `!` included.
pub(super) fn block(at: OnuRef, onu: &Onu, old: bool) -> String {
    let mut text = format!("interface gpon-onu_{at}\n");
    let mut line = |line: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "  {line}");
    };
    if !onu.configured.name.is_empty() {
        line(format_args!("name {}", any_bytes(&onu.configured.name)));
    }
    if !onu.configured.description.is_empty() {
        line(format_args!("description {}", any_bytes(&onu.configured.description)));
    }
    if !onu.configured.enabled {
        line(format_args!("shutdown"));
    }
    if onu.configured.password.is_none() {
        line(format_args!("sn-bind enable sn"));
    }
    for (profile, numbers) in by_profile(onu) {
        framed(profile, carriers(onu, &numbers, old)).iter().for_each(|own| line(format_args!("{own}")));
    }
    for (number, port) in &onu.configured.gem_ports {
        match port.switchport {
            Some(PortMode::Hybrid) => line(format_args!("switchport mode hybrid vport {number}")),
            Some(PortMode::Trunk) => line(format_args!("switchport mode trunk vport {number}")),
            None => {}
        }
    }
    for (vport, tagging, vlans) in switchport(onu) {
        line(format_args!("switchport vlan {vlans} {tagging} vport {vport}"));
    }
    for (number, port) in
        onu.configured.service_ports.iter().filter(|(_, port)| port.form.switchport.is_none())
    {
        line(format_args!("service-port {number} vport {} {} ", port.vport, mapping(port)));
        if !port.description.is_empty() {
            line(format_args!("service-port {number} description {}", port.description));
        }
    }
    for own in &onu.configured.lines {
        line(format_args!("{own}"));
    }
    text.push_str("!\n");
    text
}

/// The numbers of an ONU's T-CONTs and GEM ports by the profile that sets them: those of
/// the profiles first, as on the device, and behind them those of none.
fn by_profile(onu: &Onu) -> Vec<(Option<&str>, BTreeSet<u8>)> {
    let all: BTreeSet<u8> =
        onu.configured.tconts.keys().chain(onu.configured.gem_ports.keys()).copied().collect();
    let of = |number: &u8| onu.configured.profiled.get(number).map(String::as_str);
    let mut profiles: Vec<Option<&str>> = Vec::new();
    for profile in all.iter().map(of).filter(Option::is_some).chain([None]) {
        if !profiles.contains(&profile) {
            profiles.push(profile);
        }
    }
    let own = |profile| (profile, all.iter().filter(|number| of(number) == profile).copied().collect());
    profiles.into_iter().map(own).collect()
}

/// Lines that a profile set, in its frame (fact sheet, CLI §4.5).
fn framed(profile: Option<&str>, mut lines: Vec<String>) -> Vec<String> {
    if let Some(profile) = profile.filter(|_| !lines.is_empty()) {
        lines.insert(0, format!("==Configured by profile: {profile}== "));
        lines.push("==End== ".to_owned());
    }
    lines
}

/// The T-CONTs and GEM ports of these numbers.
fn carriers(onu: &Onu, numbers: &BTreeSet<u8>, old: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for (number, tcont) in onu.configured.tconts.iter().filter(|(number, _)| numbers.contains(number)) {
        lines.push(format!("tcont {number}{} profile {}", named(&tcont.name), tcont.profile));
        if tcont.gap && !old {
            lines.push(format!("tcont {number} gap mode0"));
        }
    }
    let gem_ports = || onu.configured.gem_ports.iter().filter(|(number, _)| numbers.contains(number));
    for (number, port) in gem_ports() {
        let (kind, way) = if old { (" unicast", " dir both") } else { ("", "") };
        let queue = port.queue.map_or(String::new(), |queue| format!(" queue {queue}"));
        lines.push(format!("gemport {number}{}{kind} tcont {}{way}{queue}", named(&port.name), port.tcont));
    }
    for (number, port) in gem_ports() {
        let limit = |way: &str, profile: &str| match profile {
            "" => String::new(),
            profile => format!(" {way} {profile}"),
        };
        let limits =
            limit("upstream", &port.upstream_profile) + &limit("downstream", &port.downstream_profile);
        if !limits.is_empty() {
            lines.push(format!("gemport {number} traffic-limit{limits} "));
        }
    }
    lines
}

/// The VLANs that stand on virtual ports without a service port, as V1.2 writes them:
/// the virtual port, `tag` or `untag`, the list.
fn switchport(onu: &Onu) -> Vec<(u8, &'static str, String)> {
    let mut lists: BTreeMap<(u8, &'static str), BTreeSet<u16>> = BTreeMap::new();
    for port in onu.configured.service_ports.values() {
        let tagging = match port.form.switchport {
            Some(Tagging::Tag) => "tag",
            Some(Tagging::Untag) => "untag",
            None => continue,
        };
        lists.entry((port.vport, tagging)).or_default().insert(port.vlan);
    }
    lists.into_iter().map(|((vport, tagging), vlans)| (vport, tagging, super::vlan::ranges(vlans))).collect()
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" name {name}") }
}

/// How a service port maps, in the words of §5.2 and §9.1.
fn mapping(port: &ServicePort) -> String {
    let form = &port.form;
    let some =
        |word: &str, value: Option<String>| value.map_or(String::new(), |value| format!(" {word} {value}"));
    let vlan = |vlan: u16| (vlan != 0).then(|| vlan.to_string());
    let name = |name: &String| (!name.is_empty()).then(|| name.clone());
    let user = match port.user_vlan {
        0 if form.short => "untag".to_owned(),
        0 => "untagged".to_owned(),
        vlan => vlan.to_string(),
    };
    let user = format!(
        "user-vlan {user}{}{}",
        some("user-etype", name(&form.etype)),
        some("user-svlan", vlan(form.user_svlan))
    );
    let line = match port.mode {
        _ if form.other_all => format!("other-all tls-vlan {}", port.vlan),
        VlanMode::Transparent => format!("{user} transparent"),
        _ => format!("{user}{}{}", some("vlan", vlan(port.vlan)), some("svlan", vlan(port.svlan))),
    };
    let number = |value: Option<u8>| value.map(|value| value.to_string());
    line + &some("cos", number(form.cos))
        + &some("scos", number(form.scos))
        + &some("ingress", name(&form.ingress))
        + &some("egress", name(&form.egress))
}

fn run_interface(ask: &Ask<'_>) -> Answer {
    let (at, onu) = of_pon(ask).next().ok_or_else(|| ask.bad(0))?;
    Ok(format!("Building configuration...\n{}end\n", block(at, onu, super::is_old(ask.device))))
}

/// The block of what is set in the box, `!` included; nothing when nothing is.
pub(super) fn remote_block(at: OnuRef, onu: &Onu) -> Option<String> {
    let mut lines = Vec::new();
    for part in onu.configured.remote.chunk_by(|one, other| one.profile == other.profile) {
        let profile = part.first().map(|line| line.profile.as_str()).filter(|profile| !profile.is_empty());
        lines.extend(framed(profile, part.iter().map(|line| line.text.clone()).collect()));
    }
    let lines = if lines.is_empty() { return None } else { lines.join("\n  ") };
    Some(format!("pon-onu-mng gpon-onu_{at}\n  {lines}\n!\n"))
}

fn run_remote(ask: &Ask<'_>) -> Answer {
    let (at, onu) = of_pon(ask).next().ok_or_else(|| ask.bad(0))?;
    // Of a box with nothing set no answer was seen; its block without a line.
    Ok(remote_block(at, onu).unwrap_or_else(|| format!("pon-onu-mng gpon-onu_{at}\n!\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::{fixture, onu as at};
    use crate::device::{Form, GemPort, RemoteLine, Tcont};

    fn configured() -> Onu {
        let mut onu = Onu::new("ZTEGD0000003".parse().unwrap(), "ZTE-F660", gpon::OnuState::Online);
        onu.configured
            .tconts
            .insert(1, Tcont { name: "1".into(), profile: "SERVER".into(), alloc_id: 256, gap: true });
        onu.configured.gem_ports.insert(
            1,
            GemPort {
                name: "1".into(),
                tcont: 1,
                port_id: 128,
                queue: None,
                upstream_profile: "UP50".into(),
                downstream_profile: "DN50".into(),
                switchport: Some(PortMode::Hybrid),
            },
        );
        for (number, vlan) in [(1, 22), (2, 100)] {
            let port = ServicePort {
                vport: 1,
                mode: VlanMode::Tag,
                user_vlan: vlan,
                vlan,
                svlan: 0,
                description: String::new(),
                form: Form::default(),
            };
            onu.configured.service_ports.insert(number, port);
        }
        onu
    }

    #[test]
    fn interfaces() {
        let mut onu = configured();
        onu.configured.name = b"Cust 0001".to_vec();
        onu.configured.description = b"Cust 0001".to_vec();
        let printed = format!("Building configuration...\n{}end\n", block(at("1/2/1:3"), &onu, false));
        assert_eq!(printed, fixture("c320-v2.1.0/show-running-config-interface-gpon-onu.txt"));
    }

    #[test]
    fn old_gem_ports_have_a_direction() {
        let block = block(at("1/1/1:2"), &configured(), true);
        let line = "  gemport 1 name 1 unicast tcont 1 dir both";
        assert!(block.lines().any(|own| own == line) && !block.contains("gap"), "{block}");
    }

    #[test]
    fn every_mapping_is_spelled() {
        use VlanMode::{QinQ, Tag, Translation, Transparent, Untag};
        for (mode, user_vlan, vlan, svlan, text) in [
            (Tag, 22, 22, 0, "user-vlan 22 vlan 22"),
            (Translation, 7, 22, 0, "user-vlan 7 vlan 22"),
            (Untag, 0, 100, 0, "user-vlan untagged vlan 100"),
            (Transparent, 103, 103, 0, "user-vlan 103 transparent"),
            (QinQ, 7, 8, 9, "user-vlan 7 vlan 8 svlan 9"),
        ] {
            let port = ServicePort {
                vport: 1,
                mode,
                user_vlan,
                vlan,
                svlan,
                description: String::new(),
                form: Form::default(),
            };
            assert_eq!(mapping(&port), text);
        }
    }

    #[test]
    fn boxes() {
        let mut onu = configured();
        for line in [
            "service HSI gemport 1 vlan 22",
            "wan-ip 1 mode pppoe username user1 password pass1 vlan-profile PPPOE host 1",
            "vlan port eth_0/1 mode tag vlan 22",
            "security-mgmt 212 state enable mode forward protocol web",
        ] {
            onu.configured.remote.push(RemoteLine::own(line));
        }
        let printed = remote_block(at("1/2/1:3"), &onu).unwrap();
        assert_eq!(printed, fixture("c320-v2.1.0/show-onu-running-config.txt"));
    }
}
