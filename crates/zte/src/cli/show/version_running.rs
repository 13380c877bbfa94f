use gpon::{CardRef, ClockTime};
use serde::Serialize;

use super::answer::{Notes, lines};
use super::labelled::list_of;
use super::{Parsed, json, values};

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

const HEADER: [&str; 6] = ["PhyLoc", "FileType", "VerType", "VerTag", "BuildTime", "VerLength"];

fn versions(text: &str) -> Parsed<Vec<VersionRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for line in lines(text) {
        if line.is_rule() || line.has_words(&HEADER) {
            continue;
        }
        let words = line.words();
        let [at, file_type, version_type, version, date, time, length] = words.as_slice() else {
            notes.unknown(line);
            continue;
        };
        let Some(at) = notes.need(line, values::card(at)) else { continue };
        rows.push(VersionRow {
            at,
            file_type: (*file_type).to_owned(),
            version_type: (*version_type).to_owned(),
            version: (*version).to_owned(),
            built_at: notes.field(line, values::moment(date, time)),
            length_bytes: notes.field(line, values::number(length)),
        });
    }
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
