//! `onu N …` and `no onu N` (fact sheet, CLI §5.1, §9.1).

use std::time::Duration;

use gpon::{OnuId, OnuRef, SerialNumber};

use super::pon::{is_taken, password};
use super::{Change, Done, Said, Tell};
use crate::cli::command::Refusal;
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::device::OnuConfig;

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfacePon, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("onu <1-128> type <word> sn <word> [vport-mode <word>]", |tell| {
        let place = free(tell)?;
        let typed = tell.word("sn").unwrap_or_default();
        let serial: SerialNumber = typed.parse().map_err(|_| tell.bad_at("sn"))?;
        if is_taken(tell, place.pon, serial) {
            return Err(tell.refuse_at(Refused::SerialInUse, "sn"));
        }
        register(tell, place, serial, None)
    }),
    here("onu <1-128> type <word> pw <word> [vport-mode <word>]", |tell| {
        let place = free(tell)?;
        let password = password(tell, "pw")?;
        // Nobody has seen the box yet: a serial number that none has.
        let none = || SerialNumber::from_octets(*b"NONE\0\0\0\0").map_err(|_| tell.bad_at("pw"));
        let known = tell.running.serial_by_password(place.pon, &password);
        let serial = known.map_or_else(none, Ok)?;
        register(tell, place, serial, Some(password))
    }),
    here("onu <1-128> profile line <word> remote <word>", profiles),
    here("onu <1-128> profile line <word>", profiles),
    here("onu <1-128> profile remote <word>", profiles),
    here("no onu <1-128> profile", |tell| {
        let place = at(tell)?;
        let missing = tell.refuse(Refused::NoOnu);
        tell.running.onu(place).ok_or(missing)?.onu_profiles = Default::default();
        Ok(Done::Successful)
    }),
    here("no onu <1-128>", |tell| {
        let place = at(tell)?;
        match tell.running.unregister(place) {
            true => Ok(Done::Successful),
            false => Err(tell.refuse(Refused::NoOnu)),
        }
    }),
];

fn at(tell: &Tell<'_>) -> Result<OnuRef, Refusal> {
    let id = OnuId::new(tell.small("onu")).map_err(|_| tell.bad(0))?;
    Ok(OnuRef { pon: tell.pon()?, id })
}

/// The place that is to be taken, of a type that there is.
fn free(tell: &Tell<'_>) -> Result<OnuRef, Refusal> {
    let place = at(tell)?;
    let device = tell.running.device();
    if device.onu(place).is_some() {
        return Err(tell.refuse(Refused::OnuExists));
    }
    let soon = Duration::from_millis(tell.options.readd_ms);
    if device.gone_for(place).is_some_and(|ago| ago < soon) {
        return Err(tell.refuse(Refused::TooSoon));
    }
    let wanted = tell.word("type").unwrap_or_default();
    if !device.profiles.onu_types.iter().any(|known| known.name == wanted) {
        return Err(tell.refuse_at(Refused::UnknownType, "type"));
    }
    const MODES: [&str; 3] = ["gemport", "onu", "manual"];
    if tell.word("vport-mode").is_some_and(|mode| !MODES.contains(&mode)) {
        return Err(tell.bad_at("vport-mode"));
    }
    Ok(place)
}

fn register(tell: &mut Tell<'_>, at: OnuRef, serial: SerialNumber, password: Option<String>) -> Said {
    let onu_type = tell.word("type").unwrap_or_default();
    let vport_mode = tell.word("vport-mode").unwrap_or_default().to_owned();
    let configured = OnuConfig { password, vport_mode, ..OnuConfig::new(serial, onu_type) };
    tell.running.register(at, configured);
    Ok(Done::Successful)
}

fn profiles(tell: &mut Tell<'_>) -> Said {
    let place = at(tell)?;
    let missing = tell.refuse(Refused::NoOnu);
    let words = ["line", "remote"].map(|name| tell.word(name).map(str::to_owned));
    let onu = tell.running.onu(place).ok_or(missing)?;
    for (own, word) in onu.onu_profiles.iter_mut().zip(words) {
        if let Some(word) = word {
            *own = word;
        }
    }
    Ok(Done::Successful)
}
