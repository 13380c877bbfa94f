//! `show version-running` (fact sheet, CLI §4.1).

use std::fmt::Write;

use crate::cli::{Answer, Ask, Command, Slow};

pub(super) const COMMANDS: &[Command] =
    &[Command { syntax: "show version-running", slow: Slow::Simple, run }];

/// A file that runs on a card.
#[derive(Debug)]
struct Row {
    slot: u8,
    card: String,
    kind: &'static str,
    tag: String,
    built: &'static str,
    bytes: u32,
}

fn print(rows: &[Row]) -> String {
    let mut text = format!(
        "PhyLoc  FileType   VerType    VerTag            BuildTime           VerLength\n{}\n",
        "-".repeat(79)
    );
    for Row { slot, card, kind, tag, built, bytes } in rows {
        let place = format!("1/1/{slot}");
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{place:<8}{card:<11}{kind:<11}{tag:<18}{built:<20}{bytes}");
    }
    text
}

/// Files of cards that run and have a processor; builds and lengths are those
/// of the capture, whatever the firmware.
fn run(ask: &Ask<'_>) -> Answer {
    let cards = ask.device.cards.iter().filter(|(_, card)| card.is_running() && card.started.is_some());
    let rows = cards.flat_map(|(slot, card)| {
        let name = card.real.clone().unwrap_or_default();
        let row = |kind, tag: &str, built, bytes| Row {
            slot: *slot,
            card: name.clone(),
            kind,
            tag: tag.to_owned(),
            built,
            bytes,
        };
        let software = &card.software;
        if card.pon_ports > 0 {
            vec![
                row("MVR", software, "2017-01-17 00:40:26", 6_933_928),
                row("BT", "V4.0.5", "2014-12-17 13:37:42", 524_288),
            ]
        } else {
            vec![
                row("MVR", software, "2017-01-17 01:04:45", 24_647_784),
                row("BT", "V4.0.13", "2017-04-26  9:53:13", 524_288),
                row("FW", software, "2017-06-23 03:42:13", 1_720_296),
            ]
        }
    });
    Ok(print(&rows.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture::fixture;

    #[test]
    fn prints_the_files() {
        let row = |slot, card: &str, kind, tag: &str, built, bytes| Row {
            slot,
            card: card.to_owned(),
            kind,
            tag: tag.to_owned(),
            built,
            bytes,
        };
        let rows = [
            row(1, "GTGHG", "MVR", "V2.1.0", "2017-01-17 00:40:26", 6_933_928),
            row(1, "GTGHG", "BT", "V4.0.5", "2014-12-17 13:37:42", 524_288),
            row(4, "SMXA", "MVR", "V2.1.0", "2017-01-17 01:04:45", 24_647_784),
            row(4, "SMXA", "BT", "V4.0.13", "2017-04-26  9:53:13", 524_288),
            row(4, "SMXA", "FW", "V2.1.0", "2017-06-23 03:42:13", 1_720_296),
        ];
        assert_eq!(print(&rows), fixture("c320-v2.1.0/show-version-running.txt"));
    }
}
