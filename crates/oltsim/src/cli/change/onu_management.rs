//! `pon-onu-mng gpon-onu_…`: what is set in the box itself (fact sheet, CLI §5.3). What is
//! set in a box that is offline is kept and reaches it later.

use super::{Change, Done, Said, Tell};
use crate::cli::command::{Question, Refusal};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::{Device, Omci, Onu, OnuConfig, RemoteLine};

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::OnuManagement, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("reboot", |tell| {
        let at = online(tell)?;
        if tell.options.reboot_asks {
            return Ok(Done::Asks(Question::Reboot(at)));
        }
        tell.running.restart(at);
        Ok(Done::Silent)
    }),
    here("restore factory", |tell| {
        let at = online(tell)?;
        if tell.options.restore_asks {
            return Ok(Done::Asks(Question::Restore(at)));
        }
        tell.running.restart(at);
        Ok(Done::Silent)
    }),
    here("restore wifi", |tell| online(tell).map(|_| Done::Silent)),
    here("service <word> gemport <1-255> [iphost <1-5>] [cos <word>] vlan <word> [cvlan <1-4094>]", service),
    here("service <word> gemport <1-255> untag", service),
    // V1.2.
    here("service <word> type <word> gemport <1-255> [cos <word>] vlan <word>", service),
    here("no service <word>", |tell| remove(tell, 2)),
    here("vlan port <word> mode tag vlan <1-4094> [priority <0-7>]", |tell| vlan_port(tell, 4)),
    here("vlan port <word> mode hybrid def-vlan <1-4094>", |tell| vlan_port(tell, 4)),
    here("vlan port <word> mode hybrid", |tell| vlan_port(tell, 4)),
    here("vlan port <word> mode trunk", |tell| vlan_port(tell, 4)),
    here("vlan port <word> mode transparent", |tell| vlan_port(tell, 4)),
    here("vlan port <word> vlan <word>", |tell| vlan_port(tell, 5)),
    here("vlan port <word> translate vlan <1-4094> <rest>", |tell| vlan_port(tell, 6)),
    here("no vlan port <word> mode", |tell| {
        let done = remove(tell, 4)?;
        // The VLANs of a trunk go with it.
        let list = format!("vlan port {} vlan ", tell.word("port").unwrap_or_default());
        tell.onu()?.remote.retain(|own| !own.text.starts_with(&list));
        Ok(done)
    }),
    here("security-mgmt <1-999> <rest>", |tell| {
        online_or_later(tell, |tell| {
            let number = tell.number("security-mgmt").unwrap_or_default();
            tell.options.security_refused.contains(&number)
        })?;
        keep(tell, 2)
    }),
    here("no security-mgmt <1-999>", |tell| remove(tell, 2)),
    here("interface eth <word> state lock", |tell| ethernet(tell, false)),
    here("interface eth <word> state unlock", |tell| ethernet(tell, true)),
    here("no ip-host <1-5>", |tell| remove(tell, 2)),
    here("no pppoe <1-5>", |tell| remove(tell, 2)),
];

/// The ONU, whose box can be asked to do something at once.
fn online(tell: &mut Tell<'_>) -> Result<gpon::OnuRef, Refusal> {
    let at = tell.at()?;
    tell.onu()?;
    let online = tell.running.device().onu(at).is_some_and(crate::device::Onu::is_online);
    if online { Ok(at) } else { Err(tell.refuse(Refused::Unavailable)) }
}

/// Refuses what the box would refuse if it were asked now.
fn online_or_later(tell: &Tell<'_>, wrong: impl FnOnce(&Tell<'_>) -> bool) -> Result<(), Refusal> {
    let online = tell.running.device().onu(tell.at()?).is_some_and(crate::device::Onu::is_online);
    if online && wrong(tell) { Err(tell.refuse(Refused::BoxRefuses)) } else { Ok(()) }
}

fn beginning(line: &str, words: usize) -> Vec<&str> {
    line.split(' ').take(words).collect()
}

pub(super) fn holds(onu: &OnuConfig, begin: &str) -> bool {
    onu.remote.iter().any(|line| line.text.starts_with(begin))
}

/// In which order kinds of lines are shown (fact sheet, CLI §4.5); others stand behind.
const ORDER: [&str; 6] = ["service", "flow", "gemport", "wan-ip", "vlan", "security-mgmt"];

fn rank(line: &str) -> usize {
    let first = line.split(' ').next().unwrap_or_default();
    ORDER.iter().position(|kind| *kind == first).unwrap_or(ORDER.len())
}

/// Refuses what the box of this ONU does not take, once the OLT itself has nothing against
/// it. A box that is offline is told later, and refuses nothing now.
fn takes(tell: &Tell<'_>) -> Result<(), Refusal> {
    let onu = tell.running.device().onu(tell.at()?);
    match onu.filter(|onu| onu.is_online()).map(|onu| onu.behaviour.omci) {
        Some(Omci::Refuses) => Err(tell.refuse(Refused::BoxRefuses)),
        Some(Omci::NeedsFlow) if tell.line.starts_with("service ") => Err(tell.refuse(Refused::BoxRefuses)),
        Some(Omci::NotSupported) => Err(tell.refuse(Refused::NotSupported)),
        _ => Ok(()),
    }
}

/// Keeps the line as it was typed, in place of one that begins with the same words; those
/// of an ONU profile stay.
pub(super) fn keep(tell: &mut Tell<'_>, words: usize) -> Said {
    takes(tell)?;
    let line = tell.line.to_owned();
    let of_profile = tell.refuse(Refused::OfProfile);
    let onu = tell.onu()?;
    let same = |own: &&mut RemoteLine| beginning(&own.text, words) == beginning(&line, words);
    match onu.remote.iter_mut().find(same) {
        Some(own) if !own.profile.is_empty() && own.text != line => return Err(of_profile),
        Some(own) => own.text = line,
        None => {
            let behind = onu.remote.iter().rposition(|own| rank(&own.text) <= rank(&line));
            onu.remote.insert(behind.map_or(0, |place| place + 1), RemoteLine::own(line));
        }
    }
    Ok(Done::Silent)
}

/// Removes the line that begins with so many words of what was typed behind `no`.
pub(super) fn remove(tell: &mut Tell<'_>, words: usize) -> Said {
    let line = tell.line.strip_prefix("no ").unwrap_or_default().to_owned();
    let (missing, of_profile) = (tell.refuse(Refused::NoEntry), tell.refuse(Refused::OfProfile));
    let onu = tell.onu()?;
    let same = |own: &RemoteLine| beginning(&own.text, words) == beginning(&line, words);
    let found: Vec<&RemoteLine> = onu.remote.iter().filter(|own| same(own)).collect();
    if found.is_empty() {
        return Err(missing);
    }
    if found.iter().any(|own| !own.profile.is_empty() && !free_of_profile(&own.text)) {
        return Err(of_profile);
    }
    onu.remote.retain(|own| !same(own));
    Ok(Done::Silent)
}

/// `wan-ip` and `vlan port` stay free beside an ONU profile (fact sheet, CLI §9.1).
fn free_of_profile(line: &str) -> bool {
    line.starts_with("wan-ip ") || line.starts_with("vlan port ")
}

fn service(tell: &mut Tell<'_>) -> Said {
    let (number, line) = (tell.small("gemport"), tell.line.to_owned());
    let (missing, exists) = (tell.refuse(Refused::NoCarrier), tell.refuse(Refused::RecordExists));
    let (of_profile, conflict) = (tell.refuse(Refused::OfProfile), tell.refuse(Refused::FlowConflict));
    let onu = tell.onu()?;
    if !onu.gem_ports.contains_key(&number) {
        return Err(missing);
    }
    if holds(onu, "flow ") {
        return Err(conflict);
    }
    let same = |own: &&RemoteLine| beginning(&own.text, 2) == beginning(&line, 2);
    match onu.remote.iter().find(same) {
        Some(own) if !own.profile.is_empty() && own.text != line => return Err(of_profile),
        Some(_) => return Err(exists),
        None => {}
    }
    keep(tell, 2)
}

/// A line of a port of the box; `words` say which other line it replaces.
fn vlan_port(tell: &mut Tell<'_>, words: usize) -> Said {
    let port = tell.word("port").unwrap_or_default().to_owned();
    let kind = ["eth_0/", "veip_", "wifi_0/", "pots_0/"].into_iter().find(|kind| port.starts_with(kind));
    let number = kind.and_then(|kind| port.strip_prefix(kind)?.parse::<usize>().ok());
    let (Some(kind), Some(number)) = (kind, number.filter(|number| *number > 0)) else {
        return Err(tell.bad_at("port"));
    };
    let at = tell.at()?;
    online_or_later(tell, |tell| {
        let device = tell.running.device();
        device.onu(at).is_some_and(|onu| {
            kind == "eth_0/" && onu.ethernet.len() < number || !of_type(device, onu, kind, number)
        })
    })?;
    let (line, exists) = (tell.line.to_owned(), tell.refuse(Refused::RecordExists));
    let wrong_mode = tell.refuse_at(Refused::PortMode, "port");
    let checked = !tell.options.port_mode.is_empty() && beginning(&line, 4).ends_with(&["vlan"]);
    let onu = tell.onu()?;
    if onu.remote.iter().any(|own| own.text == line) {
        return Err(exists);
    }
    let several = |own: &RemoteLine| {
        let mode = own.text.strip_prefix(&format!("vlan port {port} mode ")).unwrap_or_default();
        mode.starts_with("hybrid") || mode == "trunk"
    };
    if checked && !onu.remote.iter().any(several) {
        return Err(wrong_mode);
    }
    takes(tell)?;
    let onu = tell.onu()?;
    // A port may differ from what a profile said of it: the profile's line goes.
    let same = |own: &RemoteLine| beginning(&own.text, words) == beginning(&line, words);
    onu.remote.retain(|own| own.profile.is_empty() || !same(own));
    keep(tell, words)
}

/// Whether the type of an ONU has a port, where it names its ports at all; a type has one
/// virtual Ethernet port unless it says otherwise (fact sheet, CLI §4.7).
fn of_type(device: &Device, onu: &Onu, kind: &str, number: usize) -> bool {
    let mut types = device.profiles.onu_types.iter();
    let Some(own) = types.find(|own| own.name == onu.configured.onu_type) else { return true };
    let covers = |ports: &String| {
        let Some(numbers) = ports.strip_prefix(kind) else { return false };
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let (first, last) = (first.parse().unwrap_or(usize::MAX), last.parse().unwrap_or(0));
        (first..=last).contains(&number)
    };
    own.interfaces.is_empty() || kind == "veip_" && number == 1 || own.interfaces.iter().any(covers)
}

fn ethernet(tell: &mut Tell<'_>, unlocked: bool) -> Said {
    let at = tell.at()?;
    let port = tell.word("eth").unwrap_or_default();
    let number = port.strip_prefix("eth_0/").and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| tell.bad_at("eth"))?;
    takes(tell)?;
    let there = tell.running.unlock_ethernet(at, number, unlocked);
    online_or_later(tell, |_| !there)?;
    keep(tell, 4)
}
