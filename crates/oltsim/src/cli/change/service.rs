//! Service ports of `interface gpon-onu_…` (fact sheet, CLI §5.2, §9.1). They stay free
//! beside an ONU profile.

use gpon::VlanMode;

use super::{Change, Done, Said, Tell};
use crate::cli::command::Refusal;
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::{Form, OnuConfig, ServicePort};

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfaceOnu, run }
}

pub(super) const CHANGES: &[Change] = &[
    here(
        "service-port <1-128> vport <1-255> user-vlan <word> [user-etype <word>] [user-svlan <1-4094>] \
         vlan <1-4094> [svlan <1-4094>] [etype <word>] [cos <0-7>] [scos <0-7>] [ingress <word>] [egress <word>]",
        service_port,
    ),
    here("service-port <1-128> vport <1-255> user-vlan <1-4094> svlan <1-4094>", service_port),
    here(
        "service-port <1-128> vport <1-255> user-vlan <1-4094> transparent [ingress <word>] [egress <word>]",
        service_port,
    ),
    here(
        "service-port <1-128> vport <1-255> other-all tls-vlan <1-4094> [ingress <word>] [egress <word>]",
        service_port,
    ),
    here("service-port <1-128> description <rest>", |tell| {
        let (number, missing) = (tell.small("service-port"), tell.refuse(Refused::NoEntry));
        let text = String::from_utf8_lossy(&tell.text(128)?).into_owned();
        tell.onu()?.service_ports.get_mut(&number).ok_or(missing)?.description = text;
        Ok(Done::Silent)
    }),
    here("no service-port <1-128>", |tell| {
        let (number, missing) = (tell.small("service-port"), tell.refuse(Refused::NoEntry));
        tell.onu()?.service_ports.remove(&number).map(|_| Done::Silent).ok_or(missing)
    }),
];

fn service_port(tell: &mut Tell<'_>) -> Said {
    let number = tell.small("service-port");
    let port = typed(tell)?;
    let (exists, conflict) = (tell.refuse(Refused::ServiceExists), tell.refuse(Refused::ServiceConflict));
    let missing = tell.refuse_at(Refused::NoGemPort, "vport");
    let no_vlan = tell.refuse_at(Refused::VlanMissing, "vlan");
    let vlans = &tell.running.device().profiles.vlans;
    let lacks = [port.vlan, port.svlan].into_iter().any(|vlan| vlan != 0 && !vlans.contains_key(&vlan));
    let lacks = lacks && !tell.options.vlan_missing.is_empty();
    let at = tell.at()?;
    let onu = tell.onu()?;
    if onu.service_ports.contains_key(&number) {
        return Err(exists);
    }
    if !has_vport(onu, port.vport) {
        return Err(missing);
    }
    let same = |own: &ServicePort| (own.user_vlan, own.vlan) == (port.user_vlan, port.vlan);
    if onu.service_ports.values().any(same) {
        return Err(conflict);
    }
    if lacks {
        return Err(no_vlan);
    }
    let first = onu.service_ports.is_empty();
    onu.service_ports.insert(number, port);
    if first {
        tell.running.service_begins(at);
    }
    Ok(Done::Silent)
}

/// With `vport-mode gemport`, which is what a device does by itself, each GEM port is the
/// virtual port of its number; else operators map them.
fn has_vport(onu: &OnuConfig, vport: u8) -> bool {
    let mapped = |mode: &str| matches!(mode, "manual" | "onu");
    let by_line = |line: &String| line.strip_prefix("vport-mode ").is_some_and(mapped);
    onu.gem_ports.contains_key(&vport) || mapped(&onu.vport_mode) || onu.lines.iter().any(by_line)
}

fn typed(tell: &Tell<'_>) -> Result<ServicePort, Refusal> {
    let text = |name| tell.word(name).unwrap_or_default().to_owned();
    let priority = |name| tell.number(name).and_then(|priority| u8::try_from(priority).ok());
    let user_vlan = match tell.word("user-vlan") {
        None => tell.vlan("user-vlan"),
        // What is typed short is shown whole.
        Some("untagged" | "untag") => 0,
        Some(number) => match number.parse() {
            Ok(vlan @ 1..=4094) if !number.starts_with(['0', '+']) => vlan,
            _ => return Err(tell.bad_at("user-vlan")),
        },
    };
    let other_all = tell.has("other-all");
    let svlan = tell.vlan("svlan");
    let vlan = match () {
        () if other_all => tell.vlan("tls-vlan"),
        () if tell.has("transparent") => user_vlan,
        () => tell.vlan("vlan"),
    };
    let mode = match () {
        () if other_all || tell.has("transparent") => VlanMode::Transparent,
        () if svlan != 0 => VlanMode::QinQ,
        () if user_vlan == 0 => VlanMode::Untag,
        () if user_vlan == vlan => VlanMode::Tag,
        () => VlanMode::Translation,
    };
    // The usual spelling is shown, whichever was typed.
    let etype = tell.word("user-etype").or(tell.word("etype")).unwrap_or_default().to_owned();
    Ok(ServicePort {
        vport: tell.small("vport"),
        mode,
        user_vlan,
        vlan,
        svlan,
        description: String::new(),
        form: Form {
            etype,
            user_svlan: tell.vlan("user-svlan"),
            cos: priority("cos"),
            scos: priority("scos"),
            ingress: text("ingress"),
            egress: text("egress"),
            other_all,
            short: false,
            switchport: None,
        },
    })
}
