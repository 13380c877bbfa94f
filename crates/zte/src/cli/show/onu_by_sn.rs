use gpon::{OnuRef, SerialNumber};
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

/// `show gpon onu by sn`: where an ONU is configured (fact sheet, CLI §4.3).
/// What stands around the line of the ONU is not known for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowOnuBySn {
    /// Its serial number.
    pub(crate) serial: SerialNumber,
}

/// A place of the serial number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OnuBySnRow {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
}

impl Show for ShowOnuBySn {
    type Rows = Vec<OnuBySnRow>;

    fn line_in(&self, _: &Dialect) -> String {
        format!("show gpon onu by sn {}", self.serial)
    }

    fn parse(text: &str) -> Parsed<Vec<OnuBySnRow>> {
        let (mut rows, mut notes) = (Vec::new(), Notes::default());
        let (mut counts, mut heading) = (Vec::new(), None);
        for line in lines(text) {
            if line.is("SearchResult") || line.is_rule() {
                heading = heading.or(Some(line));
            } else if let Some((_, count)) = line.known_label(&["Number of ONUs"]) {
                counts.extend(notes.field(line, values::number::<u32>(count)).map(|count| (line, count)));
            } else if let Some(onu) = notes.need(line, values::onu(line.trimmed())) {
                rows.push(OnuBySnRow { onu });
            }
        }
        // A heading alone says nothing: it is the same of an answer that breaks off.
        if let Some(line) = heading.filter(|_| rows.is_empty() && counts.is_empty()) {
            notes.because(line, "no ONU stands below the heading");
        }
        for (line, count) in counts {
            notes.count(line, count, rows.len(), "ONUs");
        }
        notes.sort();
        notes.with(rows)
    }

    fn none() -> Option<Self::Rows> {
        Some(Vec::new())
    }
}

impl Typed for ShowOnuBySn {
    const SYNTAX: &'static [&'static str] = &["show gpon onu by sn <sn>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Serial(serial)] => Some(Self { serial: *serial }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn with_and_without_header() {
        for file in ["c320-v2.1.0/show-gpon-onu-by-sn.txt", "c320-v2.1.0/show-gpon-onu-by-sn-bare.txt"] {
            let Parsed { rows, unknown } = ShowOnuBySn::parse(&fixture(file));
            assert_eq!(unknown, []);
            assert_eq!(rows.iter().map(|row| row.onu.to_string()).collect::<Vec<_>>(), ["1/1/1:1"]);
        }
        let counted = |count| ShowOnuBySn::parse(&format!("Number of ONUs: {count}\ngpon-onu_1/1/1:1\n"));
        assert_eq!((counted(1).unknown.len(), counted(2).unknown.len()), (0, 1));
        let bare = ShowOnuBySn::parse("SearchResult\n----------\n");
        assert_eq!((bare.rows.len(), bare.unknown.len()), (0, 1));
    }
}
