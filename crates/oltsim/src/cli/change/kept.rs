//! Lines that the sheet names without a rule: they are taken and kept as they are typed
//! (fact sheet, CLI §5.2, §5.3, §9.1).

use super::onu_management::keep;
use super::{Change, Done, Said, Tell};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::Onu;

const fn interface(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfaceOnu, run }
}

const fn remote(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::OnuManagement, run }
}

pub(super) const CHANGES: &[Change] = &[
    interface("vport-mode <word>", |tell| own(tell, 1)),
    interface("vport <1-255> map-type <word>", |tell| own(tell, 3)),
    interface("vport-map <rest>", |tell| own(tell, ALL)),
    interface("dba mode <word>", |tell| own(tell, 2)),
    interface("encrypt <1-255> enable downstream", |tell| own(tell, ALL)),
    interface("encrypt <1-255> disable downstream", switch_off),
    interface("port-identification <rest>", |tell| own(tell, ALL)),
    interface("port-location <rest>", |tell| own(tell, ALL)),
    interface("dhcpv4-l2-relay-agent enable vport <1-255>", |tell| own(tell, ALL)),
    interface("dhcpv4-l2-relay-agent disable vport <1-255>", switch_off),
    interface("dhcpv4-l2-relay-agent trust <rest>", |tell| own(tell, ALL)),
    interface("pppoe-intermediate-agent enable vport <1-255>", |tell| own(tell, ALL)),
    interface("pppoe-intermediate-agent disable vport <1-255>", switch_off),
    interface("pppoe-intermediate-agent trust <rest>", |tell| own(tell, ALL)),
    interface("pppoe-plus enable vport <1-255>", |tell| own(tell, ALL)),
    interface("pppoe-plus disable vport <1-255>", switch_off),
    interface("dhcp-option82 enable vport <1-255>", |tell| own(tell, ALL)),
    interface("dhcp-option82 disable vport <1-255>", switch_off),
    interface("dhcp-option82 trust <rest>", |tell| own(tell, ALL)),
    interface("ip dhcp snooping enable vport <1-255>", |tell| own(tell, ALL)),
    interface("ip dhcp snooping disable vport <1-255>", switch_off),
    interface("ip-service ip-source-guard enable sport <1-128>", |tell| own(tell, ALL)),
    interface("ip-service ip-source-guard disable sport <1-128>", switch_off),
    interface("ip access-group <rest>", |tell| own(tell, ALL)),
    interface("security max-mac-learn <rest>", |tell| own(tell, 2)),
    interface("security storm-control <rest>", |tell| own(tell, ALL)),
    interface("traffic-profile <rest>", |tell| own(tell, ALL)),
    interface("igmp fast-leave enable vport <1-255>", |tell| own(tell, ALL)),
    interface("igmp fast-leave disable vport <1-255>", switch_off),
    // V1.2: VLANs where no service port stands.
    interface("switchport vlan <rest>", |tell| own(tell, ALL)),
    remote("ip-host <1-5> dhcp-enable <word> ping-response <word> traceroute-response <word>", ip_host),
    remote("ip-host <1-5> ip <word> mask <word> gateway <word>", ip_host),
    remote("ip-host <1-5> primary-dns <word> second-dns <word>", ip_host),
    remote("pppoe <1-5> <rest>", |tell| keep(tell, 2)),
    remote("tr069-mgmt <1-5> state <word>", |tell| keep(tell, 3)),
    remote("tr069-mgmt <1-5> acs <word> validate basic username <word> password <word>", |tell| {
        keep(tell, 3)
    }),
    remote("tr069-mgmt <1-5> tag pri <0-7> vlan <1-4094> [state <word>]", |tell| keep(tell, 3)),
    remote("tr069-mgmt <1-5> untag", |tell| keep(tell, 3)),
    remote("veip <1-5> port udp <1-65535> host <1-5>", |tell| keep(tell, 2)),
    remote("firewall <rest>", |tell| keep(tell, 1)),
    remote("security-mng <1-999> <rest>", |tell| keep(tell, 2)),
    remote("interface eth <word> speed <word>", |tell| keep(tell, 4)),
    remote("interface wifi <word> state <word>", wifi),
    remote("loop-detect <rest>", |tell| keep(tell, 3)),
    remote("dhcp-ip <rest>", |tell| keep(tell, 3)),
    remote("wifi <rest>", wifi),
    remote("ssid ctrl <word> <rest>", |tell| wireless(tell, 3)),
    remote("ssid auth <word> <word> <rest>", |tell| wireless(tell, 4)),
    remote("voip protocol <word>", |tell| keep(tell, 2)),
    remote("voip-ip <rest>", |tell| keep(tell, 1)),
    remote("sip-service <word> <rest>", |tell| keep(tell, 2)),
    remote("mvlan <rest>", |tell| keep(tell, ALL)),
    remote("ex-vlan <rest>", |tell| keep(tell, ALL)),
    remote("mgmt-ip <rest>", |tell| keep(tell, 1)),
];

/// A line that stands beside all others.
const ALL: usize = usize::MAX;

/// Keeps the line in the place of one that begins with the same words.
fn own(tell: &mut Tell<'_>, words: usize) -> Said {
    let line = tell.line.to_owned();
    let begin = |line: &str| line.split(' ').take(words).map(str::to_owned).collect::<Vec<_>>();
    let onu = tell.onu()?;
    match onu.lines.iter_mut().find(|own| begin(own) == begin(&line)) {
        Some(own) => *own = line,
        None => onu.lines.push(line),
    }
    Ok(Done::Silent)
}

/// `disable` undoes `enable` (fact sheet, CLI §5.2): of what is off nothing is shown.
fn switch_off(tell: &mut Tell<'_>) -> Said {
    let on = tell.line.replacen(" disable ", " enable ", 1);
    tell.onu()?.lines.retain(|own| *own != on);
    Ok(Done::Silent)
}

/// Whether V1.2 writes `true` where V2.1 writes `enable`, and the reverse, is taken for free.
fn ip_host(tell: &mut Tell<'_>) -> Said {
    for name in ["ip", "mask", "gateway", "primary-dns", "second-dns"] {
        if tell.word(name).is_some_and(|address| address.parse::<std::net::Ipv4Addr>().is_err()) {
            return Err(tell.bad_at(name));
        }
    }
    for name in ["dhcp-enable", "ping-response", "traceroute-response"] {
        if tell.word(name).is_some_and(|word| !["enable", "disable", "true", "false"].contains(&word)) {
            return Err(tell.bad_at(name));
        }
    }
    keep(tell, 3)
}

fn wifi(tell: &mut Tell<'_>) -> Said {
    let words = if tell.has("interface") { 4 } else { 1 };
    wireless(tell, words)
}

/// Lines of Wi-Fi fail until `Config state` is `success` (fact sheet, CLI §5.3).
fn wireless(tell: &mut Tell<'_>, words: usize) -> Said {
    let at = tell.at()?;
    let device = tell.running.device();
    let late = device.onu(at).is_some_and(|onu: &Onu| device.is_configured(onu));
    if late { keep(tell, words) } else { Err(tell.refuse(Refused::WifiEarly)) }
}
