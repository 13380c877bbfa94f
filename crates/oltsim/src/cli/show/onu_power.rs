//! Optical powers of ONUs (fact sheet, CLI §4.4).

use std::fmt::Write;

use gpon::OnuRef;

use super::onu_lists::{of_pon, port};
use crate::cli::{Answer, Ask, Command, Refusal, Slow};
use crate::device::{Device, Onu};

pub(super) const COMMANDS: &[Command] = &[
    Command { syntax: "show pon power attenuation <onu>", slow: Slow::Omci, run: run_attenuation },
    Command { syntax: "show pon power onu-rx <pon>", slow: Slow::List, run: |ask| list(ask, Side::OnuRx) },
    Command { syntax: "show pon power onu-rx <onu>", slow: Slow::Omci, run: |ask| list(ask, Side::OnuRx) },
    Command { syntax: "show pon power onu-tx <pon>", slow: Slow::List, run: |ask| list(ask, Side::OnuTx) },
    Command { syntax: "show pon power onu-tx <onu>", slow: Slow::Omci, run: |ask| list(ask, Side::OnuTx) },
    Command { syntax: "show pon power olt-rx <pon>", slow: Slow::List, run: |ask| list(ask, Side::OltRx) },
    Command { syntax: "show pon power olt-rx <onu>", slow: Slow::Simple, run: |ask| list(ask, Side::OltRx) },
];

/// Thousandths of a dBm as the device writes them.
pub(super) fn dbm(milli: i32) -> String {
    thousandths(milli, "(dbm)")
}

pub(super) fn thousandths(value: i32, unit: &str) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let value = value.unsigned_abs();
    format!("{sign}{}.{:03}{unit}", value / 1000, value % 1000)
}

/// The powers of a link, thousandths of a dBm: what the OLT receives and sends,
/// what the ONU sends and receives.
#[derive(Debug)]
struct Link {
    olt_rx: Option<i32>,
    onu_tx: Option<i32>,
    olt_tx: Option<i32>,
    onu_rx: Option<i32>,
}

/// V1.2 has a blank behind the colon, and `(db)`.
fn print_attenuation(link: &Link, old: bool) -> String {
    let (blank, unit) = if old { (" ", "(db)") } else { ("", "(dB)") };
    let row = |name: &str, ends: [&str; 2], olt: String, onu: Option<i32>, lost: Option<i32>| {
        let onu = format!("{blank}{}", onu.map_or("N/A".to_owned(), dbm));
        let olt = format!("{blank}{olt}");
        let lost = lost.map_or("N/A".to_owned(), |milli| thousandths(milli, unit));
        let [here, there] = ends;
        format!(" {name:<8}{here} :{olt:<18}{there}:{onu:<18}{lost}     \n")
    };
    let lost = |sent: Option<i32>, received: Option<i32>| Some(sent? - received?);
    let olt_rx = link.olt_rx.map_or("no signal".to_owned(), dbm);
    let olt_tx = link.olt_tx.map_or("N/A".to_owned(), dbm);
    format!(
        "           OLT                  ONU              Attenuation\n{}\n{} \n{}",
        "-".repeat(74),
        row("up", ["Rx", "Tx"], olt_rx, link.onu_tx, lost(link.onu_tx, link.olt_rx)),
        row("down", ["Tx", "Rx"], olt_tx, link.onu_rx, lost(link.olt_tx, link.onu_rx)),
    )
}

fn run_attenuation(ask: &Ask<'_>) -> Answer {
    let Some((at, onu)) = of_pon(ask).next() else { return Err(ask.bad(0)) };
    let optics = ask.device.drifted(&onu.optics);
    let module = ask.device.pons().get(&at.pon).and_then(|pon| pon.module.as_ref());
    let serving = |value| onu.is_online().then_some(value);
    let link = Link {
        olt_rx: serving(optics.olt_rx),
        onu_tx: serving(optics.tx),
        olt_tx: module.map(|module| module.tx),
        onu_rx: serving(optics.rx),
    };
    Ok(print_attenuation(&link, super::is_old(ask.device)))
}

/// Whose power, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    OnuRx,
    OnuTx,
    OltRx,
}

fn print_list(side: Side, rows: &[(OnuRef, Option<i32>)]) -> String {
    let (title, none) = match side {
        Side::OnuRx => ("Rx power", "N/A"),
        // The titles of this one and the next are not verified.
        Side::OnuTx => ("Tx power", "N/A"),
        Side::OltRx => ("Rx power", "no signal"),
    };
    let mut text = format!("{:<20}{title}\n{}\n", "Onu", "-".repeat(36));
    for (at, power) in rows {
        let at = format!("gpon-onu_{at}");
        let _ = writeln!(text, "{at:<20}{}", power.map_or(none.to_owned(), dbm));
    }
    text
}

fn list(ask: &Ask<'_>, side: Side) -> Answer {
    let rows: Vec<_> = of_pon(ask).map(|(at, onu)| (at, power(ask.device, onu, side))).collect();
    match (rows.is_empty(), ask.args.first().and_then(port)) {
        (true, Some(_)) => Err(Refusal::Empty),
        (true, None) => Err(ask.bad(0)),
        _ => Ok(print_list(side, &rows)),
    }
}

fn power(device: &Device, onu: &Onu, side: Side) -> Option<i32> {
    let optics = device.drifted(&onu.optics);
    onu.is_online().then_some(match side {
        Side::OnuRx => optics.rx,
        Side::OnuTx => optics.tx,
        Side::OltRx => optics.olt_rx,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::{fixture, onu};

    #[test]
    fn attenuation() {
        let link =
            Link { olt_rx: Some(-20_241), onu_tx: Some(2_423), olt_tx: Some(5_369), onu_rx: Some(-16_676) };
        assert_eq!(print_attenuation(&link, false), fixture("c320-v2.1.0/show-pon-power-attenuation.txt"));
        assert_eq!(print_attenuation(&link, true), fixture("c320-v1.2.x/show-pon-power-attenuation.txt"));
        let link = Link { olt_rx: None, onu_tx: None, olt_tx: Some(5_369), onu_rx: None };
        assert_eq!(
            print_attenuation(&link, false),
            fixture("c320-v2.1.0/show-pon-power-attenuation-offline.txt")
        );
    }

    #[test]
    fn lists() {
        let two = |value, other| [(onu("1/1/1:1"), Some(value)), (onu("1/1/1:3"), other)];
        for (side, value, file) in [
            (Side::OnuRx, -16_676, "onu-rx"),
            (Side::OnuTx, 2_423, "onu-tx"),
            (Side::OltRx, -20_241, "olt-rx"),
        ] {
            let printed = fixture(&format!("c320-v2.1.0/show-pon-power-{file}.txt"));
            assert_eq!(print_list(side, &two(value, None)), printed);
        }
        let printed = fixture("c320-v2.1.0/show-pon-power-onu-rx-onu.txt");
        assert_eq!(print_list(Side::OnuRx, &[(onu("1/1/1:1"), Some(-16_676))]), printed);
    }
}
