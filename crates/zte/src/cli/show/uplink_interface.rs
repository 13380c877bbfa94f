use serde::Serialize;

use super::Parsed;
use super::pon_interface::{Rate, rate};
use super::typed::of_uplink;
use crate::cli::text::answer::{Line, Notes};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::labels::{Pair, pairs};
use crate::cli::text::values;
use crate::cli::text::wraps::{Next, joined_as_it_stands};

/// An uplink.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct UplinkInterface {
    /// The uplink, as the OLT names it.
    pub(crate) port: Option<String>,
    /// Whether it has a link.
    pub(crate) up: Option<bool>,
    /// Whether its protocol is up.
    pub(crate) protocol_up: Option<bool>,
    /// What its detection says (`OK`).
    pub(crate) detection: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// What it is made for (`optical`).
    pub(crate) medium: Option<String>,
    /// `full` or `half`.
    pub(crate) duplex: Option<String>,
    /// The seconds over which the rates are measured.
    pub(crate) interval_s: Option<u32>,
    /// What it receives.
    pub(crate) input_rate: Option<Rate>,
    /// What it sends.
    pub(crate) output_rate: Option<Rate>,
    /// How much of it is used by what it receives, in percent.
    pub(crate) input_percent: Option<f64>,
    /// How much of it is used by what it sends, in percent.
    pub(crate) output_percent: Option<f64>,
    /// Faults of what it received.
    pub(crate) input: UplinkFaults,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

/// Faults of one direction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct UplinkFaults {
    /// Packets dropped.
    pub(crate) dropped: Option<u64>,
    /// Fragments of packets.
    pub(crate) fragments: Option<u64>,
    /// Packets with a wrong checksum.
    pub(crate) crc_errors: Option<u64>,
}

const FAULTS: [&str; 3] = ["Droppeds", "Fragments", "CRC-ERROR"];

impl UplinkInterface {
    /// `gei_1/3/1 is up,  line protocol is up,  detect status is OK`
    fn title(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let (port, rest) = line.trimmed().split_once(" is ")?;
        let (up, rest) = rest.split_once(',')?;
        let (protocol, detection) = rest.trim().strip_prefix("line protocol is ")?.split_once(',')?;
        let detection = detection.trim().strip_prefix("detect status is ")?;
        notes.put(line, &mut self.port, Ok(Some(port.to_owned())));
        notes.put(line, &mut self.up, values::either(up.trim(), "up", "down"));
        notes.put(line, &mut self.protocol_up, values::either(protocol.trim(), "up", "down"));
        notes.put(line, &mut self.detection, values::text(detection));
        Some(())
    }

    /// `20 seconds input rate :           23389178 Bps,            19030 pps`
    fn rates(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let (label, value) = line.label()?;
        let (seconds, direction) = label.split_once(" seconds ")?;
        let rate = rate(&value.replace(',', " "));
        let seconds = values::number(seconds.trim());
        match direction.trim() {
            "input rate" => notes.put(line, &mut self.input_rate, rate),
            "output rate" => notes.put(line, &mut self.output_rate, rate),
            _ => return None,
        }
        if self.interval_s.is_none() || seconds != Ok(self.interval_s) {
            notes.put(line, &mut self.interval_s, seconds);
        }
        Some(())
    }

    /// `Interface utilization: input     18.71134%,     output     1.53279%`
    fn utilization(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let (_, value) = line.known_label(&["Interface utilization"])?;
        let (input, output) = value.split_once(',')?;
        let (input, output) = (input.trim().strip_prefix("input ")?, output.trim().strip_prefix("output ")?);
        notes.put(line, &mut self.input_percent, values::decimal(input.trim(), "%"));
        notes.put(line, &mut self.output_percent, values::decimal(output.trim(), "%"));
        Some(())
    }

    /// A line that stands before the faults; `None` when it is none of them.
    fn state(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let text = line.trimmed();
        if let Some(description) = text.strip_prefix("Description is ") {
            let description = values::name(description.trim()).filter(|text| text != "none");
            notes.put(line, &mut self.description, Ok(description));
        } else if let Some(medium) = text.strip_prefix("The port is ") {
            notes.put(line, &mut self.medium, values::text(medium.trim()));
        } else if let Some(duplex) = text.strip_prefix("Duplex ") {
            notes.put(line, &mut self.duplex, values::text(duplex.trim()));
        } else {
            return self
                .title(line, notes)
                .or_else(|| self.rates(line, notes))
                .or_else(|| self.utilization(line, notes))
                .or_else(|| self.other(line));
        }
        Some(())
    }

    fn other(&mut self, line: Line<'_>) -> Option<()> {
        let (label, value) = line.any_label()?;
        self.other.push(other(label, value));
        Some(())
    }

    fn faults(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let Some(pairs) = pairs(line, &FAULTS) else { return self.other(line) };
        for pair in pairs {
            let (label, value) = match pair {
                Pair::Known(label, value) => (label, value),
                Pair::Other(label, value) => {
                    self.other.push(other(label, value));
                    continue;
                }
            };
            let place = match label {
                "Droppeds" => &mut self.input.dropped,
                "Fragments" => &mut self.input.fragments,
                _ => &mut self.input.crc_errors,
            };
            notes.put(line, place, values::number(value));
        }
        Some(())
    }
}

/// Which part of the answer a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    State,
    Input,
    /// Below a heading that is not known: faults of nobody knows what.
    Strange,
}

fn interface(text: &str) -> Parsed<UplinkInterface> {
    let (mut port, mut notes) = (UplinkInterface::default(), Notes::default());
    let mut part = Part::State;
    // Every line but the first begins with blanks; a long description goes on without.
    let whole = joined_as_it_stands(text, |_, next| Next::own(next.starts_with("  ")));
    for line in whole.lines().filter(|line| !line.is_rule()) {
        if line.is("Input:") {
            part = Part::Input;
        } else if line.is_title() {
            part = if part == Part::State { Part::State } else { Part::Strange };
            notes.unknown(line);
        } else {
            let known = match part {
                Part::State => port.state(line, &mut notes),
                Part::Input => port.faults(line, &mut notes),
                Part::Strange => None,
            };
            if known.is_none() {
                notes.unknown(line);
            }
        }
    }
    notes.with(port)
}

of_uplink!(
    /// `show interface gei_...`: state, rates and faults of an uplink (fact sheet, CLI §4.7).
    ShowUplinkInterface,
    "show interface",
    UplinkInterface,
    interface
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture, wrapped};

    #[test]
    fn v2_1() {
        let text = fixture("c320-v2.1.0/show-interface-uplink.txt");
        let Parsed { rows, unknown } = ShowUplinkInterface::parse(&text);
        assert_eq!(unknown, []);
        assert_eq!(
            (rows.port.as_deref(), rows.up, rows.protocol_up),
            (Some("gei_1/3/1"), Some(true), Some(true))
        );
        assert_eq!((rows.detection.as_deref(), rows.description), (Some("OK"), None));
        assert_eq!((rows.medium.as_deref(), rows.duplex.as_deref()), (Some("optical"), Some("full")));
        assert_eq!(
            (rows.interval_s, rows.input_rate),
            (Some(20), Some(Rate { bytes_per_s: 23_389_178, packets_per_s: 19_030 }))
        );
        assert_eq!((rows.input_percent, rows.output_percent), (Some(18.711_34), Some(1.532_79)));
        assert_eq!(
            (rows.input.dropped, rows.input.fragments, rows.input.crc_errors),
            (Some(6_534_751), Some(0), Some(0))
        );
    }

    #[test]
    fn a_description_is_no_other_line() {
        let text = fixture("c320-v2.1.0/show-interface-uplink.txt")
            .replace("Description is none", "Description is Input: 20 seconds input rate : x");
        let Parsed { rows, unknown } = ShowUplinkInterface::parse(&text);
        assert_eq!(unknown, []);
        assert_eq!(rows.description.as_deref(), Some("Input: 20 seconds input rate : x"));
        let long = "towards the core of the network ".repeat(3);
        let text = text.replace("Input: 20 seconds input rate : x", long.trim_end());
        let whole = ShowUplinkInterface::parse(&text);
        assert_eq!(whole.rows.description.as_deref(), Some(long.trim_end()));
        assert_eq!(ShowUplinkInterface::parse(&wrapped(&text)), whole);
    }
}
