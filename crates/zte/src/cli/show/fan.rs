use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::values;
use crate::firmware::dialect::Dialect;

/// `show fan`: fans and the temperature around them (fact sheet, CLI §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowFan;

/// The fans of a shelf.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct FanShelf {
    /// The shelf.
    pub(crate) shelf: Option<u8>,
    /// How the speed is controlled (`temperature-control`).
    pub(crate) control: Option<String>,
    /// Where the speed levels begin, in degrees Celsius.
    pub(crate) level_celsius: Vec<i32>,
    /// The critical temperature, in degrees Celsius.
    pub(crate) critical_celsius: Option<i32>,
    /// The upper limit, in degrees Celsius.
    pub(crate) high_celsius: Option<i32>,
    /// The lower limit, in degrees Celsius.
    pub(crate) low_celsius: Option<i32>,
    /// The ambient temperature, in degrees Celsius.
    pub(crate) environment_celsius: Option<i32>,
    /// Where the power comes from (`Mains Supply`).
    pub(crate) power_mode: Option<String>,
    /// The boards that carry the fans.
    pub(crate) boards: Vec<FanBoard>,
    /// The fans.
    pub(crate) fans: Vec<FanRow>,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

/// A board of fans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FanBoard {
    /// Where it is (`Upper`).
    pub(crate) place: String,
    /// Its state (`online`).
    pub(crate) status: String,
}

/// A fan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FanRow {
    /// Its number, from 1.
    pub(crate) number: u32,
    /// Its speed level.
    pub(crate) level: Option<i32>,
    /// Its speed in revolutions per minute.
    pub(crate) rpm: Option<i32>,
}

static LAYOUT: Layout = Layout {
    columns: &["FanUnitId", "SpeedLevel", "ActualSpeed(RPM)"],
    needed: &["FanUnitId", "ActualSpeed(RPM)"],
    phrases: false,
    key: values::is_number,
};
const TITLE: &str = "All fan units actual status:";
const UNIT: &str = "deg c";
const LABELS: [&str; 8] = [
    "Shelf",
    "FanControlType",
    "TemperatureThreshold",
    "CriticalTemperatureThreshold",
    "HighTemperatureThreshold",
    "LowTemperatureThreshold",
    "Environment Temperature",
    "EnvPowerMode",
];

impl FanShelf {
    fn label(&mut self, line: Line<'_>, label: &str, value: &str, notes: &mut Notes) {
        let celsius = values::quantity(value, UNIT);
        match label {
            "Shelf" => notes.put(line, &mut self.shelf, values::number(value)),
            "FanControlType" => notes.put(line, &mut self.control, values::text(value)),
            "TemperatureThreshold" if !self.level_celsius.is_empty() => notes.again(line),
            "TemperatureThreshold" => {
                let levels = value.strip_suffix("(deg c)").unwrap_or(value);
                let levels = levels.split_whitespace().map(values::number);
                self.level_celsius = levels.filter_map(|level| notes.field(line, level)).collect();
            }
            "CriticalTemperatureThreshold" => notes.put(line, &mut self.critical_celsius, celsius),
            "HighTemperatureThreshold" => notes.put(line, &mut self.high_celsius, celsius),
            "LowTemperatureThreshold" => notes.put(line, &mut self.low_celsius, celsius),
            "Environment Temperature" => notes.put(line, &mut self.environment_celsius, celsius),
            _ => notes.put(line, &mut self.power_mode, values::text(value)),
        }
    }

    /// `Upper Fanboard Status        : online`, and what no rule names.
    fn other(&mut self, label: &str, value: &str) {
        match label.strip_suffix(" Fanboard Status") {
            Some(place) => self.boards.push(FanBoard { place: place.to_owned(), status: value.to_owned() }),
            None => self.other.push(other(label, value)),
        }
    }
}

impl Show for ShowFan {
    type Rows = FanShelf;

    fn line_in(&self, _: &Dialect) -> String {
        "show fan".to_owned()
    }

    fn parse(text: &str) -> Parsed<FanShelf> {
        let (mut shelf, mut notes) = (FanShelf::default(), Notes::default());
        let mut table = Table::new(&LAYOUT);
        for line in lines(text) {
            if line.is(TITLE) {
                continue;
            }
            if let Some((label, value)) = line.known_label(&LABELS) {
                shelf.label(line, label, value, &mut notes);
            } else if let Some((label, value)) = line.any_label() {
                shelf.other(label, value);
            } else if let Some(row) = table.row(line, &mut notes) {
                // Half of a fan is none: a line of three other words would be one.
                let fan = || {
                    let number = values::number(row.get("FanUnitId"))?;
                    let level = values::number(row.get("SpeedLevel"))?;
                    let rpm = values::number(row.get("ActualSpeed(RPM)"))?;
                    Ok(number.map(|number| FanRow { number, level, rpm }))
                };
                shelf.fans.extend(notes.field(line, fan()));
            }
        }
        table.end(&mut notes);
        notes.with(shelf)
    }
}

impl Typed for ShowFan {
    const SYNTAX: &'static [&'static str] = &["show fan"];

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
        let Parsed { rows, unknown } = ShowFan::parse(&fixture("c320-v2.1.0/show-fan.txt"));
        assert_eq!(unknown, []);
        let whole = FanShelf {
            shelf: Some(1),
            control: Some("temperature-control".to_owned()),
            level_celsius: vec![20, 36, 44, 51],
            critical_celsius: Some(160),
            high_celsius: Some(65),
            low_celsius: Some(-20),
            environment_celsius: Some(32),
            power_mode: Some("Mains Supply".to_owned()),
            boards: vec![FanBoard { place: "Upper".to_owned(), status: "online".to_owned() }],
            fans: vec![
                FanRow { number: 1, level: Some(3), rpm: Some(3426) },
                FanRow { number: 2, level: Some(3), rpm: Some(3396) },
            ],
            other: Vec::new(),
        };
        assert_eq!(rows, whole);
    }
}
