//! `interface gpon-olt_…`: texts of a PON port, and who registers what on it (fact sheet,
//! CLI §5.1).

use gpon::{PonPort, SerialNumber};

use super::{Change, Done, Said, Tell};
use crate::cli::command::Refusal;
use crate::cli::modes::Scope;
use crate::cli::write_options::SerialUnique;

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::InterfacePon, run }
}

pub(super) const CHANGES: &[Change] = &[
    here("name <rest>", |tell| texts(tell, true, false)),
    here("no name", |tell| texts(tell, true, true)),
    here("description <rest>", |tell| texts(tell, false, false)),
    here("no description", |tell| texts(tell, false, true)),
];

/// The longest text of a port; the sheet does not say.
const LONGEST: usize = 128;

/// The longest password that an ONU can be registered by (fact sheet, SNMP §4.2).
const LONGEST_PASSWORD: usize = 10;

fn texts(tell: &mut Tell<'_>, name: bool, clear: bool) -> Said {
    let (at, bad) = (tell.pon()?, tell.bad(0));
    let bytes = if clear { Vec::new() } else { tell.text(LONGEST)? };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let port = tell.running.pon(at).ok_or(bad)?;
    if name {
        port.name = text;
    } else {
        port.description = text;
    }
    Ok(Done::Silent)
}

/// Whether a serial number stands where it would have to be alone.
pub(super) fn is_taken(tell: &Tell<'_>, pon: PonPort, serial: SerialNumber) -> bool {
    let everywhere = match tell.options.serial_unique {
        SerialUnique::Olt => true,
        SerialUnique::Pon => false,
        SerialUnique::Nowhere => return false,
    };
    let known = |own: &crate::device::OnuConfig| own.password.is_none() && own.serial == serial;
    let mut onus = tell.running.device().onus();
    onus.any(|(at, onu)| (everywhere || at.pon == pon) && known(&onu.configured))
}

/// The password that follows `name`.
pub(super) fn password(tell: &Tell<'_>, name: &str) -> Result<String, Refusal> {
    let password = tell.word(name).unwrap_or_default();
    if password.len() > LONGEST_PASSWORD { Err(tell.bad_at(name)) } else { Ok(password.to_owned()) }
}
