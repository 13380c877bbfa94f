use gpon::ClockTime;
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

/// `show clock`: the OLT's clock (fact sheet, CLI §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowClock;

/// The OLT's clock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Clock {
    /// What it shows.
    #[serde(serialize_with = "json::maybe_text")]
    pub(crate) time: Option<ClockTime>,
    /// The zone it names (`utc`).
    pub(crate) zone: Option<String>,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Show for ShowClock {
    type Rows = Clock;

    fn line_in(&self, _: &Dialect) -> String {
        "show clock".to_owned()
    }

    fn parse(text: &str) -> Parsed<Clock> {
        let (mut clock, mut notes) = (Clock::default(), Notes::default());
        for line in lines(text) {
            let words = line.words();
            match words.as_slice() {
                [time, weekday, month, day, year, zone @ ..]
                    if DAYS.contains(weekday) && clock.time.is_none() =>
                {
                    let month = MONTHS.iter().position(|name| name == month).map_or(0, |at| at + 1);
                    let date = format!("{year}-{month}-{day}");
                    clock.time = notes.field(line, values::moment(&date, time));
                    clock.zone = values::words(&zone.join(" "));
                }
                _ => notes.unknown(line),
            }
        }
        notes.with(clock)
    }
}

impl Typed for ShowClock {
    const SYNTAX: &'static [&'static str] = &["show clock"];

    fn from_args(_: &[Arg]) -> Option<Self> {
        Some(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn of_the_manual() {
        let Parsed { rows, unknown } = ShowClock::parse(&fixture("c320-v2.1.0/show-clock.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.time, ClockTime::new(2011, 3, 7, 8, 1, 55));
        assert_eq!(rows.zone.as_deref(), Some("utc"));
        assert_eq!(ShowClock::parse("08:01:55 Mon Foo 7 2011 utc\n").unknown.len(), 1);
    }
}
