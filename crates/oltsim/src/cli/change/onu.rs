//! `interface gpon-onu_…`: names and the administrative state (fact sheet, CLI §5.1, §5.2).

use super::{Change, Done, Said, Tell};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfaceOnu, run }
}

/// Texts are the rest of the line, blanks and quotes included (§1.2); their lengths are
/// those of SNMP §4.3.
pub(super) const CHANGES: &[Change] = &[
    here("name <rest>", |tell| {
        let text = tell.text(128)?;
        tell.onu()?.name = text;
        Ok(Done::Silent)
    }),
    here("no name", |tell| {
        tell.onu()?.name.clear();
        Ok(Done::Silent)
    }),
    here("description <rest>", |tell| {
        let text = tell.text(127)?;
        tell.onu()?.description = text;
        Ok(Done::Silent)
    }),
    here("no description", |tell| {
        tell.onu()?.description.clear();
        Ok(Done::Silent)
    }),
    here("shutdown", |tell| enable(tell, false)),
    here("no shutdown", |tell| enable(tell, true)),
    // Shown of every ONU that is registered by its serial number.
    here("sn-bind enable sn", |tell| tell.onu().map(|_| Done::Silent)),
    here("registration-method sn <word>", |tell| {
        let at = tell.at()?;
        let typed = tell.word("sn").unwrap_or_default();
        let serial = typed.parse().map_err(|_| tell.bad(0))?;
        if tell.onu()?.serial != serial && super::pon::is_taken(tell, at.pon, serial) {
            return Err(tell.refuse(Refused::SerialInUse));
        }
        tell.running.rebind(at, serial, None);
        Ok(Done::Silent)
    }),
    here("registration-method pw <word>", |tell| {
        let at = tell.at()?;
        let password = super::pon::password(tell, "pw")?;
        let known = tell.running.serial_by_password(at.pon, &password);
        let serial = known.unwrap_or(tell.onu()?.serial);
        tell.running.rebind(at, serial, Some(password));
        Ok(Done::Silent)
    }),
];

fn enable(tell: &mut Tell<'_>, enabled: bool) -> Said {
    let at = tell.at()?;
    tell.onu()?;
    tell.running.enable(at, enabled);
    Ok(Done::Silent)
}
