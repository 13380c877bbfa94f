use gpon::CardRef;
use serde::Serialize;

use super::answer::{Notes, lines};
use super::typed::{Arg, Typed};
use super::{Parsed, Show, json, values};

/// `show card-temperature`: the temperatures of the cards (fact sheet, CLI §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowCardTemperature;

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

impl Show for ShowCardTemperature {
    type Rows = Vec<CardTemperatureRow>;

    fn line(&self) -> String {
        "show card-temperature".to_owned()
    }

    fn parse(text: &str) -> Parsed<Vec<CardTemperatureRow>> {
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

    fn none() -> Option<Self::Rows> {
        Some(Vec::new())
    }
}

impl Typed for ShowCardTemperature {
    const SYNTAX: &'static [&'static str] = &["show card-temperature"];

    fn from_args(_: &[Arg]) -> Option<Self> {
        Some(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

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
