use gpon::CardRef;
use serde::Serialize;

use super::answer::{Notes, lines};
use super::labelled::list_of;
use super::{Parsed, json, values};

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
const HEADER: [&str; 7] =
    ["Rack", "Shelf", "Slot", "Temperature", "Temperature(5m)", "Temperature(1h)", "Optical-Temp"];

fn temperatures(text: &str) -> Parsed<Vec<CardTemperatureRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    for line in lines(text) {
        if line.is_rule() || line.has_words(&HEADER) || line.text == TITLE {
            continue;
        }
        let words = line.words();
        let [rack, shelf, slot, now, five, hour, optical] = words.as_slice() else {
            notes.unknown(line);
            continue;
        };
        let Some(at) = notes.need(line, values::card_of(rack, shelf, slot)) else { continue };
        rows.push(CardTemperatureRow {
            at,
            celsius: notes.field(line, values::number(now)),
            celsius_5m: notes.field(line, values::number(five)),
            celsius_1h: notes.field(line, values::number(hour)),
            optical_celsius: notes.field(line, values::number(optical)),
        });
    }
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
