//! Flows in the box of an ONU: what serves boxes of other vendors (fact sheet, CLI §5.3).
//! The forms are those of the capture and no others.

use super::onu_management::{holds, keep, remove};
use super::{Change, Done, Said, Tell};
use crate::cli::modes::Scope;
use crate::cli::refused::Refused;

const fn here(syntax: &'static str, run: fn(&mut Tell<'_>) -> Said) -> Change {
    Change { syntax, scope: Scope::OnuManagement, run }
}

/// A line that stands beside all others.
const ALL: usize = usize::MAX;

pub(super) const CHANGES: &[Change] = &[
    here("flow <1-255> switch switch_0/1", |tell| {
        if holds(tell.onu()?, "service ") {
            return Err(tell.refuse(Refused::FlowConflict));
        }
        keep(tell, 4)
    }),
    here("flow <1-255> pri <0-7> vlan <1-4094>", flow),
    here("flow mode <1-255> tag-filter <word> untag-filter <word>", flow),
    // V1.2.
    here("flow <1-255> priority <0-7> vid <1-4094>", flow),
    here("gemport <1-255> flow <1-255>", flow),
    here("no flow <1-255>", |tell| {
        let done = remove(tell, 2)?;
        // What is said of a flow goes with it; whether a device does so is in no sheet.
        let number = tell.small("flow");
        let (mode, end) = (format!("flow mode {number} "), format!(" flow {number}"));
        let of_it =
            |line: &str| line.starts_with(&mode) || line.starts_with("gemport ") && line.ends_with(&end);
        tell.onu()?.remote.retain(|own| !of_it(&own.text));
        Ok(done)
    }),
    here("switchport-bind switch_0/1 veip <1-4>", |tell| keep(tell, ALL)),
    here("switchport-bind switch_0/1 iphost <1-5>", |tell| keep(tell, ALL)),
    here("no switchport-bind iphost <1-5>", |tell| {
        let end = format!(" iphost {}", tell.small("iphost"));
        let missing = tell.refuse(Refused::NoEntry);
        let onu = tell.onu()?;
        let place = onu
            .remote
            .iter()
            .position(|line| line.text.starts_with("switchport-bind ") && line.text.ends_with(&end));
        onu.remote.remove(place.ok_or(missing)?);
        Ok(Done::Silent)
    }),
    here("vlan-filter-mode iphost <1-5> tag-filter <word> untag-filter <word>", |tell| keep(tell, 3)),
    here("vlan-filter iphost <1-5> pri <0-7> vlan <1-4094>", |tell| keep(tell, ALL)),
];

/// A line of a flow that there must be; such lines are added, they replace nothing.
fn flow(tell: &mut Tell<'_>) -> Said {
    let number = match tell.number("flow").or(tell.number("mode")) {
        Some(number) => number,
        None => return Err(tell.bad(0)),
    };
    let (missing, conflict) = (tell.refuse(Refused::NoFlow), tell.refuse(Refused::FlowConflict));
    let onu = tell.onu()?;
    if holds(onu, "service ") {
        return Err(conflict);
    }
    if !holds(onu, &format!("flow {number} switch ")) {
        return Err(missing);
    }
    keep(tell, ALL)
}
