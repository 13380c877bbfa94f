//! `show remote-unit`: the software of ONUs (fact sheet, CLI §4.6).

use std::borrow::Cow;

use gpon::{OnuId, OnuRef};

use crate::cli::{Answer, Arg, Ask, Command, Refusal, Slow};
use crate::device::Onu;

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show remote-unit information <pon> <ids>", slow: Slow::Omci, run: run_software },
    Command { syntax: "show remote-unit update-status <pon> <1-128>", slow: Slow::Simple, run: run_update },
];

/// The ONU of a port and a number. What the device says to a number that no
/// ONU has was not captured.
fn asked<'a>(ask: &Ask<'a>) -> Result<(OnuRef, &'a Onu), Refusal> {
    let [Arg::Pon(pon), Arg::Number(id)] = ask.args else { return Err(ask.bad(0)) };
    let id = u8::try_from(*id).ok().and_then(|id| OnuId::new(id).ok()).ok_or_else(|| ask.bad(1))?;
    let at = OnuRef { pon: *pon, id };
    Ok((at, ask.device.onu(at).ok_or_else(|| ask.bad(1))?))
}

/// The title of a block, with a blank before the number.
fn title(at: OnuRef) -> String {
    format!("gpon-onu_{}: {}\n", at.pon, at.id)
}

fn print_software(at: OnuRef, vendor: &str, unit: &str, versions: [&str; 2]) -> String {
    let mut text = format!("{}RuVendorName : {vendor}\nRuType       : {unit}\n", title(at));
    for (number, version) in (1..).zip(versions) {
        let runs = if number == 1 { "Yes" } else { "No" };
        text += &format!(
            "Region {number}\n  Vertag        : {version}\n  Commited      : {runs}\n  \
             Activated     : {runs}\n  Valid         : Yes\n"
        );
    }
    text
}

/// Both places hold the version that the box reports: none of ours was ever updated.
fn run_software(ask: &Ask<'_>) -> Answer {
    let [Arg::Pon(pon), Arg::Ids(first, last)] = ask.args else { return Err(ask.bad(0)) };
    let ids = (*first..=*last).filter_map(|id| OnuId::new(id).ok());
    let there = ids.map(|id| OnuRef { pon: *pon, id }).filter_map(|at| Some((at, ask.device.onu(at)?)));
    let there: Vec<(OnuRef, &Onu)> = there.collect();
    if there.is_empty() {
        return Err(ask.bad(1));
    }
    // Of several only those are shown that can be asked; what a device says of the others
    // was not captured.
    let online = there.iter().filter(|(_, onu)| onu.is_online());
    let text: String = online
        .map(|(at, onu)| {
            let unit = &onu.equipment;
            print_software(*at, &unit.vendor, &unit.model, [&unit.software; 2])
        })
        .collect();
    if text.is_empty() {
        // What is said of a box that cannot be asked was captured of another command only.
        return Err(Refusal::Line(Cow::Borrowed("%Code 63987-GPONRM : ONU is unavailable")));
    }
    Ok(text)
}

fn print_update(at: OnuRef) -> String {
    format!(
        "{}Taskname   : Manual\nAction     : Activate\nImgLocation: Local\nStatus     : Success\n\
         Progress   : 100%\nFailreason : None\nCommittime :\n",
        title(at)
    )
}

/// As after an update that went well: what stands there before the first one was not captured.
fn run_update(ask: &Ask<'_>) -> Answer {
    let (at, _) = asked(ask)?;
    Ok(print_update(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::{fixture, onu};

    #[test]
    fn software() {
        let printed = print_software(onu("1/1/1:1"), "ZTEG", "F670LV9.0", ["V9.0.11P1N52", "V9.0.10P2N2"]);
        assert_eq!(printed, fixture("c320-v2.1.0/show-remote-unit-information.txt"));
    }

    #[test]
    fn an_update() {
        assert_eq!(print_update(onu("1/1/2:71")), fixture("c320-v2.1.0/show-remote-unit-update-status.txt"));
    }
}
