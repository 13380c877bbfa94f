//! Which tables name the ONUs of an OLT, and what it means that none does.

use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::reach::Inner;

/// What no table of an OLT names, as [`Trouble::Unsupported`] has it.
pub(crate) const NAMELESS: &str = "ONUs";

/// What the tables of an OLT say of a PON on which none of them names an ONU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Silence {
    /// Tables in which every configured ONU stands have rows elsewhere: there are none here.
    Empty,
    /// Only tables have rows that an ONU without light does not stand in.
    Unlit,
    /// No table names anybody.
    Nameless,
}

/// Whether it is known already that no table of the OLT names anybody.
pub(crate) fn is_nameless(olt: &Inner) -> bool {
    olt.memory.firmware().is_some_and(|firmware| {
        let configured = firmware.management.iter().chain([&firmware.state]).copied();
        let mut naming = configured.chain(firmware.lit.iter().map(|(field, _)| *field));
        naming.all(|field| field.sources.iter().all(|source| olt.memory.is_absent(source.column)))
    })
}

/// What it means that no table names an ONU (fact sheet, SNMP §15). Asks only for
/// columns of which nothing is known yet.
pub(crate) async fn silence(
    olt: &Inner,
    firmware: &'static Firmware,
    deadline: Instant,
) -> Result<Silence, Trouble> {
    let sources = |fields: &[&'static OnuField]| -> Vec<&'static OnuSource> {
        fields.iter().flat_map(|field| field.sources).collect()
    };
    let configured = sources(&[firmware.management, &[firmware.state]].concat());
    let lit = sources(&firmware.lit.iter().map(|(field, _)| *field).collect::<Vec<_>>());
    let any =
        |sources: &[&'static OnuSource]| sources.iter().any(|source| olt.memory.is_present(source.column));
    if any(&configured) {
        return Ok(Silence::Empty);
    }
    olt.memory.probe(&olt.snmp, &[configured.clone(), lit.clone()].concat(), deadline).await?;
    Ok(match (any(&configured), any(&lit)) {
        (true, _) => Silence::Empty,
        (_, true) => Silence::Unlit,
        _ => Silence::Nameless,
    })
}
