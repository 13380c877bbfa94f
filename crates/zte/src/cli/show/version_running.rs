use gpon::{CardRef, ClockTime};
use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::{json, values};

/// A piece of software of a card. A power card has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VersionRow {
    /// Rack, shelf and slot.
    #[serde(serialize_with = "json::text")]
    pub(crate) at: CardRef,
    /// What it is made for (`GTGHG`); not always the card's own type.
    pub(crate) file_type: String,
    /// `MVR` the software, `BT` the boot loader, `FW` the firmware.
    pub(crate) version_type: String,
    /// Its version.
    pub(crate) version: String,
    /// When it was built.
    #[serde(serialize_with = "json::maybe_text")]
    pub(crate) built_at: Option<ClockTime>,
    /// Its length in bytes.
    pub(crate) length_bytes: Option<u64>,
}

static LAYOUT: Layout = Layout {
    columns: &["PhyLoc", "FileType", "VerType", "VerTag", "BuildTime", "VerLength"],
    needed: &["PhyLoc", "FileType", "VerType", "VerTag"],
    phrases: false,
    key: |text| values::card(text).is_ok(),
};

/// A row with its date and time as one word of the same width: the only cell that holds a blank.
fn one_word(row: &str) -> String {
    let mut row = row.to_owned();
    let date = |word: &str| word.len() == 10 && word.bytes().all(|b| b == b'-' || b.is_ascii_digit());
    let Some(word) = row.split_whitespace().find(|word| date(word)).map(str::to_owned) else { return row };
    let end = row.find(&word).map_or(row.len(), |at| at + word.len());
    let rest = row.split_off(end);
    let time = rest.trim_start();
    let blanks =
        if time.starts_with(|c: char| c.is_ascii_digit()) && rest.len() - time.len() < 3 { "_" } else { " " };
    row + &blanks.repeat(rest.len() - time.len()) + time
}

fn versions(text: &str) -> Parsed<Vec<VersionRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    for line in lines(text) {
        let Some(row) = table.row_as(line, &one_word(line.text), &mut notes) else { continue };
        let Some(at) = notes.need(line, values::card(row.get("PhyLoc"))) else { continue };
        let built = row.get("BuildTime");
        let (date, time) = built.split_once('_').unwrap_or((built, ""));
        let built =
            if values::absent(built) { Ok(None) } else { values::moment(date, time.trim_start_matches('_')) };
        rows.push(VersionRow {
            at,
            file_type: row.get("FileType").to_owned(),
            version_type: row.get("VerType").to_owned(),
            version: row.get("VerTag").to_owned(),
            built_at: notes.field(line, built),
            length_bytes: notes.field(line, values::number(row.get("VerLength"))),
        });
    }
    table.end(&mut notes);
    notes.with(rows)
}

list_of!(
    /// `show version-running`: the software of the cards (fact sheet, CLI §4.1).
    ShowVersionRunning,
    "show version-running",
    VersionRow,
    versions
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn v2_1() {
        let parsed = ShowVersionRunning::parse(&fixture("c320-v2.1.0/show-version-running.txt"));
        assert_eq!(parsed.unknown, []);
        assert_eq!(parsed.rows.len(), 5);
        let boot = &parsed.rows[3];
        assert_eq!((boot.at.to_string(), boot.file_type.as_str()), ("1/1/4".to_owned(), "SMXA"));
        assert_eq!((boot.version_type.as_str(), boot.version.as_str()), ("BT", "V4.0.13"));
        assert_eq!(boot.built_at, ClockTime::new(2017, 4, 26, 9, 53, 13));
        assert_eq!(boot.length_bytes, Some(524_288));
    }
}
