use gpon::{CardRef, CardStatus};
use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::{json, values};

/// A card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct CardRow {
    /// Rack, shelf and slot.
    #[serde(serialize_with = "json::text")]
    pub(crate) at: CardRef,
    /// The type it is configured as.
    pub(crate) configured_type: Option<String>,
    /// The type that is plugged in; none while it is offline.
    pub(crate) real_type: Option<String>,
    /// How many ports it has.
    pub(crate) ports: Option<u32>,
    /// Its hardware version, on V1.2 a date.
    pub(crate) hardware_version: Option<String>,
    /// Its software version.
    pub(crate) software_version: Option<String>,
    /// Its state.
    #[serde(serialize_with = "json::maybe_text")]
    pub(crate) status: Option<CardStatus>,
}

static LAYOUT: Layout = Layout {
    columns: &["Rack", "Shelf", "Slot", "CfgType", "RealType", "Port", "HardVer", "SoftVer", "Status"],
    needed: &["Rack", "Shelf", "Slot", "Status"],
    phrases: false,
    key: values::is_number,
};

fn cards(text: &str) -> Parsed<Vec<CardRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    for line in lines(text) {
        let Some(row) = table.row(line, &mut notes) else { continue };
        let at = values::card_of(row.get("Rack"), row.get("Shelf"), row.get("Slot"));
        let Some(at) = notes.need(line, at) else { continue };
        rows.push(CardRow {
            at,
            configured_type: values::words(row.get("CfgType")),
            real_type: values::words(row.get("RealType")),
            ports: notes.field(line, values::number(row.get("Port"))),
            hardware_version: values::words(row.get("HardVer")),
            software_version: values::words(row.get("SoftVer")),
            status: notes.need(line, values::card_status(row.get("Status"))),
        });
    }
    table.end(&mut notes);
    notes.with(rows)
}

list_of!(
    /// `show card`: the cards of the chassis (fact sheet, CLI §4.1).
    ShowCard,
    "show card",
    CardRow,
    cards
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } = ShowCard::parse(&fixture("c320-v2.1.0/show-card.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].at.to_string(), "1/1/2");
        assert_eq!((rows[0].real_type.as_deref(), rows[0].ports), (Some("GTGHG"), Some(16)));
        assert_eq!(rows[0].software_version.as_deref(), Some("V2.1.0"));
        assert_eq!(rows[2].configured_type.as_deref(), Some("SMXA"));
        assert_eq!((rows[2].real_type.as_deref(), rows[2].ports), (None, Some(3)));
        assert_eq!((rows[2].hardware_version.as_deref(), rows[2].status), (None, Some(CardStatus::Offline)));
    }

    #[test]
    fn v1_2() {
        let Parsed { rows, unknown } = ShowCard::parse(&fixture("c320-v1.2.x/show-card.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows[4].status, Some(CardStatus::Standby));
        assert_eq!(rows[1].hardware_version.as_deref(), Some("110702"));
        assert_eq!(rows[0].software_version, None);
    }

    #[test]
    fn a_strange_state_costs_no_row() {
        let text = fixture("c320-v2.1.0/show-card.txt").replace("OFFLINE", "MELTED");
        let parsed = ShowCard::parse(&text);
        assert_eq!(parsed.rows.len(), 3);
        assert_eq!(parsed.rows[2].status, None);
        assert_eq!(parsed.unknown.len(), 1);
        assert_eq!(parsed.unknown[0].line, 5);
    }
}
