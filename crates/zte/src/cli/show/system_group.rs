use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Line, Notes};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::values;
use crate::cli::text::wraps::{Next, joined};
use crate::firmware::dialect::Dialect;

/// `show system-group`: what the OLT is (fact sheet, CLI §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowSystemGroup;

/// What an OLT says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct SystemGroup {
    /// Model, firmware and copyright.
    pub(crate) description: Option<String>,
    /// Its object identifier, with a leading dot.
    pub(crate) object_id: Option<String>,
    /// Seconds since its start, exact to the minute.
    pub(crate) uptime_s: Option<u64>,
    /// Who looks after it.
    pub(crate) contact: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Where it stands.
    pub(crate) location: Option<String>,
    /// Two numbers whose meaning is not known.
    pub(crate) info: Option<String>,
    /// How many services it offers (`sysServices`).
    pub(crate) services: Option<u32>,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

const LABELS: [&str; 7] = [
    "System Description",
    "System ObjectId",
    "Started before",
    "Contact with",
    "System name",
    "Location",
    "System Info",
];
const SERVICES: &str = "This system primarily offers a set of ";

/// What a line behind a full one is: one that is known is a line of its own.
fn next(_: &str, next: &str) -> Next {
    let line = Line::of(0, next);
    Next::own(line.known_label(&LABELS).is_some() || line.trimmed().starts_with(SERVICES))
}

/// `10 days, 9 hours, 14 minutes`
fn uptime(text: &str) -> Result<u64, String> {
    let strange = || format!("{} is not a length of time", values::quoted(text));
    let mut seconds: u64 = 0;
    for part in text.split(',') {
        let mut words = part.split_whitespace();
        let (count, unit) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let unit = match unit.trim_end_matches('s') {
            "day" => 86_400,
            "hour" => 3_600,
            "minute" => 60,
            "second" => 1,
            _ => return Err(strange()),
        };
        let count: u32 = count.parse().map_err(|_| strange())?;
        seconds = seconds.saturating_add(u64::from(count) * unit);
    }
    Ok(seconds)
}

impl SystemGroup {
    fn take(&mut self, line: Line<'_>, notes: &mut Notes) {
        if let Some(rest) = line.trimmed().strip_prefix(SERVICES) {
            let count = values::number(rest.trim_end_matches("services").trim());
            return notes.put(line, &mut self.services, count);
        }
        let Some((label, value)) = line.known_label(&LABELS) else {
            return match line.any_label() {
                Some((label, value)) => self.other.push(other(label, value)),
                None => notes.unknown(line),
            };
        };
        let text = Ok(values::name(value));
        match label {
            "System Description" => notes.put(line, &mut self.description, text),
            "System ObjectId" => notes.put(line, &mut self.object_id, text),
            "Started before" => notes.put(line, &mut self.uptime_s, uptime(value).map(Some)),
            "Contact with" => notes.put(line, &mut self.contact, text),
            "System name" => notes.put(line, &mut self.name, text),
            "Location" => notes.put(line, &mut self.location, text),
            _ => notes.put(line, &mut self.info, text),
        }
    }
}

impl Show for ShowSystemGroup {
    type Rows = SystemGroup;

    fn line_in(&self, _: &Dialect) -> String {
        "show system-group".to_owned()
    }

    fn parse(text: &str) -> Parsed<SystemGroup> {
        let (mut system, mut notes) = (SystemGroup::default(), Notes::default());
        let whole = joined(text, next);
        for line in whole.lines().filter(|line| !line.is_rule()) {
            system.take(line, &mut notes);
        }
        notes.with(system)
    }
}

impl Typed for ShowSystemGroup {
    const SYNTAX: &'static [&'static str] = &["show system-group"];

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
        let Parsed { rows, unknown } = ShowSystemGroup::parse(&fixture("c320-v2.1.0/show-system-group.txt"));
        assert_eq!(unknown, []);
        assert!(rows.description.unwrap().ends_with("ZTE Corporation Compiled"));
        assert_eq!(rows.object_id.as_deref(), Some(".1.3.6.1.4.1.3902.1082.1001.320.2.1"));
        assert_eq!(rows.uptime_s, Some(10 * 86_400 + 9 * 3_600 + 14 * 60));
        assert_eq!(rows.name.as_deref(), Some("ZXAN"));
        assert_eq!(rows.info.as_deref(), Some("256  56c6e108"));
    }

    #[test]
    fn wrapped_or_not() {
        let plain = ShowSystemGroup::parse(&fixture("c320-v2.0.1p2/show-system-group.txt"));
        assert_eq!(plain.unknown, []);
        assert_eq!(plain.rows.services, Some(78));
        assert_eq!(ShowSystemGroup::parse(&fixture("c320-v2.0.1p2/show-system-group-wrapped.txt")), plain);
    }

    #[test]
    fn strange_lines_are_noted() {
        let parsed = ShowSystemGroup::parse("Started before: a while\nwhat\nSystem name: a#b> %Error\n");
        assert_eq!(parsed.unknown.iter().map(|line| line.line).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(parsed.rows.name.as_deref(), Some("a#b> %Error"));
    }
}
