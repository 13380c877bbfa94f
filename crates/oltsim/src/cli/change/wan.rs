//! WAN connections in the box of an ONU, and what they serve (fact sheet, CLI §5.3).

use super::onu_management::{keep, remove};
use super::{Change, Said, Tell};
use crate::cli::command::{Refusal, Syntax};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::Pppoe;

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::OnuManagement, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("wan-ip <1-5> mode pppoe username <word> password <word> vlan-profile <word> host <1-5>", wan_ip),
    here("wan-ip <1-5> mode dhcp vlan-profile <word> host <1-5>", wan_ip),
    here(
        "wan-ip <1-5> mode static ip-profile <word> ip-address <word> mask <word> vlan-profile <word> host <1-5>",
        wan_ip,
    ),
    here("wan-ip <1-5> ping-response <word> traceroute-response <word>", |tell| keep(tell, 3)),
    here("no wan-ip <1-5>", |tell| {
        let done = remove(tell, 2)?;
        if tell.small("wan-ip") == 1 {
            tell.onu()?.pppoe = None;
        }
        Ok(done)
    }),
    here("wan <1-5> [ethuni <word>] [ssid <word>] service <word> [mvlan <1-4094>] host <1-5>", serves),
];

fn wan_ip(tell: &mut Tell<'_>) -> Said {
    let word = |name| tell.word(name).unwrap_or_default().to_owned();
    let (user, password, vlan_profile) = (word("username"), word("password"), word("vlan-profile"));
    let profiles = &tell.running.device().profiles;
    if profiles.onu_vlan.iter().all(|known| known.name != vlan_profile) {
        return Err(tell.refuse_at(Refused::OnuProfileMissing, "vlan-profile"));
    }
    if tell.word("ip-profile").is_some_and(|name| profiles.onu_ip.iter().all(|known| known.name != name)) {
        return Err(tell.refuse_at(Refused::OnuProfileMissing, "ip-profile"));
    }
    for name in ["ip-address", "mask"] {
        if tell.word(name).is_some_and(|address| address.parse::<std::net::Ipv4Addr>().is_err()) {
            return Err(tell.bad_at(name));
        }
    }
    let at = tell.at()?;
    let pppoe = tell.has("pppoe").then_some(Pppoe { user, password, vlan_profile });
    let done = keep(tell, 3)?;
    if tell.small("wan-ip") == 1 {
        tell.onu()?.pppoe = pppoe;
    }
    tell.running.wan_begins(at);
    Ok(done)
}

/// What a WAN connection serves; `other` needs `mvlan`, and how its lack is refused is in no sheet.
fn serves(tell: &mut Tell<'_>) -> Said {
    match tell.word("service") {
        Some("internet" | "tr069" | "voip") => keep(tell, 2),
        Some("other") if tell.has("mvlan") => keep(tell, 2),
        Some("other") => Err(Refusal::Syntax(Syntax::Incomplete, 0)),
        _ => Err(tell.bad_at("service")),
    }
}
