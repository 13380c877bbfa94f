//! GEM ports of `interface gpon-onu_…` (fact sheet, CLI §5.2).

use gpon::OnuRef;

use super::{Change, Done, Said, Tell};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::cli::write_options::Again;
use crate::device::{Device, GemPort, PortMode};

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfaceOnu, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("gemport <1-255> [name <word>] [unicast] tcont <1-255> [dir both] [queue <1-8>]", gem_port),
    here("gemport <1-255> traffic-limit upstream <word> downstream <word>", limits),
    here("gemport <1-255> traffic-limit upstream <word>", limits),
    here("gemport <1-255> traffic-limit downstream <word>", limits),
    here("no gemport <1-255>", |tell| {
        let number = tell.small("gemport");
        let (in_use, missing) = (tell.refuse(Refused::InUse), tell.refuse(Refused::NoEntry));
        let of_profile = tell.refuse(Refused::OfProfile);
        let onu = tell.onu()?;
        if onu.profiled.contains_key(&number) && onu.gem_ports.contains_key(&number) {
            return Err(of_profile);
        }
        // The order is service port, GEM port, T-CONT.
        if onu.service_ports.values().any(|port| port.vport == number) {
            return Err(in_use);
        }
        onu.gem_ports.remove(&number).map(|_| Done::Silent).ok_or(missing)
    }),
    here("switchport mode hybrid vport <1-255>", |tell| switchport(tell, PortMode::Hybrid)),
    here("switchport mode trunk vport <1-255>", |tell| switchport(tell, PortMode::Trunk)),
];

fn gem_port(tell: &mut Tell<'_>) -> Said {
    let (at, number, tcont) = (tell.at()?, tell.small("gemport"), tell.small("tcont"));
    let name = tell.word("name").map(str::to_owned);
    let queue = tell.number("queue").and_then(|queue| u8::try_from(queue).ok());
    let missing = tell.refuse_at(Refused::NoTcont, "tcont");
    let of_profile = tell.refuse(Refused::OfProfile);
    let onu = tell.onu()?;
    let before = onu.gem_ports.get(&number).cloned();
    if before.is_some() && onu.profiled.contains_key(&number) {
        return Err(of_profile);
    }
    if !onu.tconts.contains_key(&tcont) {
        return Err(missing);
    }
    if before.is_some() && tell.options.again == Again::Refused {
        return Err(tell.refuse(Refused::Again));
    }
    let port = match before {
        Some(before) => GemPort { name: name.unwrap_or(before.name.clone()), tcont, queue, ..before },
        None => GemPort {
            name: name.unwrap_or_else(|| tell.own_name(number)),
            tcont,
            port_id: free_port_id(tell.running.device(), at, number),
            queue,
            upstream_profile: String::new(),
            downstream_profile: String::new(),
            switchport: tell.options.switchport_mode.then_some(PortMode::Hybrid),
        },
    };
    tell.onu()?.gem_ports.insert(number, port);
    Ok(Done::Silent)
}

/// A direction that is not named stays as it is.
fn limits(tell: &mut Tell<'_>) -> Said {
    let number = tell.small("gemport");
    let words = ["upstream", "downstream"].map(|name| tell.word(name).map(str::to_owned));
    for (name, word) in ["upstream", "downstream"].iter().zip(&words) {
        let known =
            |profile: &String| tell.running.device().profiles.traffic.iter().any(|own| own.name == *profile);
        if word.as_ref().is_some_and(|profile| !known(profile)) {
            return Err(tell.refuse_at(Refused::ProfileMissing, name));
        }
    }
    let (missing, of_profile) = (tell.refuse(Refused::NoEntry), tell.refuse(Refused::OfProfile));
    let onu = tell.onu()?;
    if onu.profiled.contains_key(&number) && onu.gem_ports.contains_key(&number) {
        return Err(of_profile);
    }
    let port = onu.gem_ports.get_mut(&number).ok_or(missing)?;
    let [up, down] = words;
    port.upstream_profile = up.unwrap_or(std::mem::take(&mut port.upstream_profile));
    port.downstream_profile = down.unwrap_or(std::mem::take(&mut port.downstream_profile));
    Ok(Done::Silent)
}

fn switchport(tell: &mut Tell<'_>, mode: PortMode) -> Said {
    let number = tell.small("vport");
    let missing = tell.refuse(Refused::NoGemPort);
    tell.onu()?.gem_ports.get_mut(&number).ok_or(missing)?.switchport = Some(mode);
    Ok(Done::Silent)
}

/// Port-IDs are unique on a port; those of scenarios stand 2000 above the Alloc-IDs.
fn free_port_id(device: &Device, at: OnuRef, number: u8) -> u16 {
    let onus = device.onus().filter(|(other, _)| other.pon == at.pon);
    let taken: std::collections::BTreeSet<u16> =
        onus.flat_map(|(_, onu)| onu.configured.gem_ports.values().map(|own| own.port_id)).collect();
    let usual = 2256 + u16::from(at.id.get()) * 8 + u16::from(number.saturating_sub(1)) % 8;
    (usual..6096).chain(2256..usual).find(|id| !taken.contains(id)).unwrap_or(usual)
}
