use gpon::CardRef;
use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::{json, values};

/// The temperature of a card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct CardTemperatureRow {
    /// Rack, shelf and slot.
    #[serde(serialize_with = "json::text")]
    pub(crate) at: CardRef,
    /// Now, in degrees Celsius.
    pub(crate) celsius: Option<i32>,
    /// Over 5 minutes, in degrees Celsius.
    pub(crate) celsius_5m: Option<i32>,
    /// Over an hour, in degrees Celsius.
    pub(crate) celsius_1h: Option<i32>,
    /// Of the optics, in degrees Celsius.
    pub(crate) optical_celsius: Option<i32>,
}

const TITLE: &str = "All cards temperature(deg c):";
static LAYOUT: Layout = Layout {
    columns: &["Rack", "Shelf", "Slot", "Temperature", "Temperature(5m)", "Temperature(1h)", "Optical-Temp"],
    needed: &["Rack", "Shelf", "Slot", "Temperature"],
    phrases: false,
    key: values::is_number,
};

fn temperatures(text: &str) -> Parsed<Vec<CardTemperatureRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    for line in lines(text) {
        if line.is(TITLE) {
            continue;
        }
        let Some(row) = table.row(line, &mut notes) else { continue };
        let at = values::card_of(row.get("Rack"), row.get("Shelf"), row.get("Slot"));
        let Some(at) = notes.need(line, at) else { continue };
        rows.push(CardTemperatureRow {
            at,
            celsius: notes.field(line, values::number(row.get("Temperature"))),
            celsius_5m: notes.field(line, values::number(row.get("Temperature(5m)"))),
            celsius_1h: notes.field(line, values::number(row.get("Temperature(1h)"))),
            optical_celsius: notes.field(line, values::number(row.get("Optical-Temp"))),
        });
    }
    table.end(&mut notes);
    notes.with(rows)
}

list_of!(
    /// `show card-temperature`: the temperatures of the cards (fact sheet, CLI §4.1).
    ShowCardTemperature,
    "show card-temperature",
    CardTemperatureRow,
    temperatures
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn v2_1() {
        let parsed = ShowCardTemperature::parse(&fixture("c320-v2.1.0/show-card-temperature.txt"));
        assert_eq!(parsed.unknown, []);
        let row = |slot, now| CardTemperatureRow {
            at: CardRef { rack: 1, shelf: 1, slot },
            celsius: now,
            celsius_5m: now,
            celsius_1h: now,
            optical_celsius: None,
        };
        assert_eq!(parsed.rows, [row(1, Some(54)), row(4, None)]);
    }
}
