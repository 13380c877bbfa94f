//! `pon`: types of ONUs (fact sheet, CLI §5.4).

use super::profiles::name;
use super::{Change, Done, Said, Tell};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::OnuType;

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::Pon, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("onu-type <word> gpon", |tell| {
        let name = name(tell, "onu-type")?;
        let types = &mut tell.running.profiles().onu_types;
        if types.iter().all(|own| own.name != name) {
            types.push(OnuType::named(name));
        }
        Ok(Done::Silent)
    }),
    here("onu-type <word> gpon description <rest>", |tell| {
        let name = name(tell, "onu-type")?;
        let description = String::from_utf8_lossy(&tell.text(128)?).into_owned();
        let types = &mut tell.running.profiles().onu_types;
        match types.iter_mut().find(|own| own.name == name) {
            Some(own) => own.description = description,
            None => types.push(OnuType { description, ..OnuType::named(name) }),
        }
        Ok(Done::Silent)
    }),
    here("onu-type <word> gpon max-tcont <1-255>", |tell| limit(tell, "max-tcont", |own| &mut own.max_tcont)),
    here("onu-type <word> gpon max-gemport <1-255>", |tell| {
        limit(tell, "max-gemport", |own| &mut own.max_gemport)
    }),
    here("onu-type <word> gpon max-switch-perslot <1-255>", |tell| {
        limit(tell, "max-switch-perslot", |own| &mut own.max_switch_per_slot)
    }),
    here("onu-type <word> gpon max-flow-perswitch <1-255>", |tell| {
        limit(tell, "max-flow-perswitch", |own| &mut own.max_flow_per_switch)
    }),
    here("onu-type <word> gpon max-iphost <1-255>", |tell| {
        limit(tell, "max-iphost", |own| &mut own.max_ip_host)
    }),
    here("onu-type-if <word> <word>", |tell| {
        let name = name(tell, "onu-type-if")?;
        let Some(crate::cli::Arg::Word(ports)) = tell.args.get(1).cloned() else { return Err(tell.bad(0)) };
        let missing = tell.refuse(Refused::NoEntry);
        let mut types = tell.running.profiles().onu_types.iter_mut();
        let own = types.find(|own| own.name == name).ok_or(missing)?;
        if !own.interfaces.contains(&ports) {
            own.interfaces.push(ports);
        }
        Ok(Done::Silent)
    }),
    here("no onu-type <word>", |tell| {
        let name = name(tell, "onu-type")?;
        if tell.running.device().onus().any(|(_, onu)| onu.configured.onu_type == name) {
            return Err(tell.refuse(Refused::ProfileInUse));
        }
        let missing = tell.refuse(Refused::NoEntry);
        let types = &mut tell.running.profiles().onu_types;
        let place = types.iter().position(|own| own.name == name).ok_or(missing)?;
        types.remove(place);
        Ok(Done::Silent)
    }),
];

fn limit(tell: &mut Tell<'_>, keyword: &str, of: fn(&mut OnuType) -> &mut u8) -> Said {
    let (name, value) = (name(tell, "onu-type")?, tell.small(keyword));
    let missing = tell.refuse(Refused::NoEntry);
    let mut types = tell.running.profiles().onu_types.iter_mut();
    *of(types.find(|own| own.name == name).ok_or(missing)?) = value;
    Ok(Done::Silent)
}
