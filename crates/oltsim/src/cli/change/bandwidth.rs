//! T-CONTs of `interface gpon-onu_…` (fact sheet, CLI §5.2).

use gpon::OnuRef;

use super::{Change, Done, Said, Tell};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;
use crate::cli::write_options::Again;
use crate::device::{Device, Tcont};

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfaceOnu, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("tcont <1-255> [name <word>] profile <word>", tcont),
    // Every T-CONT of V2 shows this line; other modes have no name in the sheet.
    here("tcont <1-255> gap mode0", |tell| {
        let number = tell.small("tcont");
        let missing = tell.refuse(Refused::NoTcont);
        tell.onu()?.tconts.get_mut(&number).ok_or(missing)?.gap = true;
        Ok(Done::Silent)
    }),
    here("no tcont <1-255>", |tell| {
        let number = tell.small("tcont");
        let (in_use, missing) = (tell.refuse(Refused::InUse), tell.refuse(Refused::NoEntry));
        let of_profile = tell.refuse(Refused::OfProfile);
        let onu = tell.onu()?;
        if onu.profiled.contains_key(&number) && onu.tconts.contains_key(&number) {
            return Err(of_profile);
        }
        // The order is service port, GEM port, T-CONT.
        if onu.gem_ports.values().any(|port| port.tcont == number) {
            return Err(in_use);
        }
        onu.tconts.remove(&number).map(|_| Done::Silent).ok_or(missing)
    }),
];

fn tcont(tell: &mut Tell<'_>) -> Said {
    let (at, number) = (tell.at()?, tell.small("tcont"));
    let profile = tell.word("profile").unwrap_or_default().to_owned();
    let name = tell.word("name").map(str::to_owned);
    if tell.running.device().profiles.bandwidth.iter().all(|known| known.name != profile) {
        return Err(tell.refuse_at(Refused::ProfileMissing, "profile"));
    }
    let before = tell.onu()?.tconts.get(&number).cloned();
    if before.is_some() && tell.onu()?.profiled.contains_key(&number) {
        return Err(tell.refuse(Refused::OfProfile));
    }
    if before.is_some() && tell.options.again == Again::Refused {
        return Err(tell.refuse(Refused::Again));
    }
    if reserved(tell.running.device(), at, number, &profile) > tell.options.bandwidth_kbps {
        return Err(tell.refuse(Refused::Bandwidth));
    }
    let alloc_id = match &before {
        Some(tcont) => tcont.alloc_id,
        None => free_alloc_id(tell.running.device(), at, number),
    };
    let gap = before.as_ref().map_or(tell.options.tcont_gap, |tcont| tcont.gap);
    let name = name.or(before.map(|tcont| tcont.name)).unwrap_or_else(|| tell.own_name(number));
    tell.onu()?.tconts.insert(number, Tcont { name, profile, alloc_id, gap });
    Ok(Done::Silent)
}

/// Fixed and assured bandwidth of all T-CONTs of the port, were this one to use `profile`.
fn reserved(device: &Device, at: OnuRef, number: u8, profile: &str) -> u64 {
    let of = |name: &str| {
        let known = device.profiles.bandwidth.iter().find(|known| known.name == name);
        known.map_or(0, |known| u64::from(known.fixed) + u64::from(known.assured))
    };
    let own = of(profile);
    if own == 0 {
        // What reserves nothing fits, however full the port is.
        return 0;
    }
    let others = device.onus().filter(|(other, _)| other.pon == at.pon);
    let others = others.flat_map(|(other, onu)| onu.configured.tconts.iter().map(move |own| (other, own)));
    let others = others.filter(|(other, (own, _))| (*other, **own) != (at, number));
    own + others.map(|(_, (_, tcont))| of(&tcont.profile)).sum::<u64>()
}

/// Alloc-IDs of T-CONTs begin at 256 and are unique on a port.
fn free_alloc_id(device: &Device, at: OnuRef, number: u8) -> u16 {
    let onus = device.onus().filter(|(other, _)| other.pon == at.pon);
    let taken: std::collections::BTreeSet<u16> =
        onus.flat_map(|(_, onu)| onu.configured.tconts.values().map(|own| own.alloc_id)).collect();
    let usual = 256 + u16::from(at.id.get()) * 8 + u16::from(number.saturating_sub(1)) % 8;
    (usual..4096).chain(256..usual).find(|id| !taken.contains(id)).unwrap_or(usual)
}
