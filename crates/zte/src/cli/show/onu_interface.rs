use serde::Serialize;

use super::Parsed;
use super::pon_interface::{Rate, rate};
use super::typed::of_onu;
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::labels::{Pair, pairs};
use crate::cli::text::table::BELOW;
use crate::cli::text::values;
use crate::firmware::numbers_of_onu;

/// The traffic of an ONU. Input is upstream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OnuInterface {
    /// What the OLT says of its state, if anything.
    pub(crate) state: Option<String>,
    /// What the OLT receives from it now.
    pub(crate) input_rate: Option<Rate>,
    /// What the OLT sends to it now.
    pub(crate) output_rate: Option<Rate>,
    /// The most received.
    pub(crate) input_peak: Option<Rate>,
    /// The most sent.
    pub(crate) output_peak: Option<Rate>,
    /// Bytes received.
    pub(crate) input_bytes: Option<u64>,
    /// Packets received.
    pub(crate) input_packets: Option<u64>,
    /// Bytes sent.
    pub(crate) output_bytes: Option<u64>,
    /// Packets sent.
    pub(crate) output_packets: Option<u64>,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

const LABELS: [&str; 4] = ["Input rate", "Output rate", "Input peak rate", "Output peak rate"];
/// Headings that say nothing that the labels below them do not say.
const HEADINGS: [&str; 3] = ["ONU statistic:", "Interface peak rate:", "Total statistic:"];

/// Which part of the answer a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    State,
    Input,
    Output,
    /// Below a heading that is not known: counters of nobody knows what.
    Strange,
}

impl OnuInterface {
    fn take(&mut self, line: Line<'_>, part: &mut Part, notes: &mut Notes) {
        match line.known_label(&["Input", "Output"]) {
            Some(("Input", "")) => *part = Part::Input,
            Some((_, "")) => *part = Part::Output,
            _ if HEADINGS.iter().any(|heading| line.is(heading)) => *part = Part::State,
            _ if line.is_title() => {
                *part = Part::Strange;
                notes.unknown(line);
            }
            _ if numbers_of_onu(line.trimmed()).is_some() => self.state(line, notes),
            _ => match (line.known_label(&LABELS), pairs(line, &["Bytes", "Packets"])) {
                (Some((label, value)), _) => self.rate(line, label, value, notes),
                (None, Some(pairs)) => {
                    pairs.into_iter().for_each(|pair| self.count(line, *part, pair, notes))
                }
                (None, None) => self.other(line, notes),
            },
        }
    }

    fn rate(&mut self, line: Line<'_>, label: &str, value: &str, notes: &mut Notes) {
        let place = match label {
            "Input rate" => &mut self.input_rate,
            "Output rate" => &mut self.output_rate,
            "Input peak rate" => &mut self.input_peak,
            _ => &mut self.output_peak,
        };
        notes.put(line, place, rate(value));
    }

    fn count(&mut self, line: Line<'_>, part: Part, pair: Pair<'_>, notes: &mut Notes) {
        let (label, value) = match pair {
            Pair::Known(label, value) => (label, value),
            Pair::Other(label, value) => return self.other.push(other(label, value)),
        };
        let place = match (part, label) {
            (Part::Input, "Bytes") => &mut self.input_bytes,
            (Part::Input, _) => &mut self.input_packets,
            (Part::Output, "Bytes") => &mut self.output_bytes,
            (Part::Output, _) => &mut self.output_packets,
            (Part::State | Part::Strange, _) => return notes.because(line, BELOW),
        };
        notes.put(line, place, values::number(value));
    }

    /// `gpon-onu_1/1/1:1 is activate,line protocol is up.`
    fn state(&mut self, line: Line<'_>, notes: &mut Notes) {
        match line.text.split_once(" is ") {
            Some((_, state)) => notes.put(line, &mut self.state, Ok(Some(state.to_owned()))),
            None => notes.unknown(line),
        }
    }

    fn other(&mut self, line: Line<'_>, notes: &mut Notes) {
        match line.any_label() {
            Some((label, value)) => self.other.push(other(label, value)),
            None => notes.unknown(line),
        }
    }
}

fn interface(text: &str) -> Parsed<OnuInterface> {
    let (mut interface, mut notes) = (OnuInterface::default(), Notes::default());
    let mut part = Part::State;
    for line in lines(text).filter(|line| !line.is_rule()) {
        interface.take(line, &mut part, &mut notes);
    }
    notes.with(interface)
}

of_onu!(
    /// `show interface gpon-onu_...`: the traffic of an ONU. Its layout is known
    /// from programs that read it, not from a capture (fact sheet, CLI §4.7).
    ShowOnuInterface,
    "show interface",
    OnuInterface,
    interface
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn of_our_making() {
        let Parsed { rows, unknown } =
            ShowOnuInterface::parse(&fixture("c320-v2.1.0/show-interface-gpon-onu.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.input_rate, Some(Rate { bytes_per_s: 74_036, packets_per_s: 556 }));
        assert_eq!((rows.input_bytes, rows.output_packets), (Some(1_478_091_104), Some(7_227_007)));
    }

    #[test]
    fn below_a_heading_that_is_not_known() {
        let text = fixture("c320-v2.1.0/show-interface-gpon-onu.txt");
        let whole = ShowOnuInterface::parse(&text).rows;
        let more = format!("{text}Multicast:\n  Bytes:7  Packets:8\n");
        let parsed = ShowOnuInterface::parse(&more);
        assert_eq!((parsed.rows, parsed.unknown.len()), (whole.clone(), 3));
        let lost = text.replace("Output:\n", "Downstream:\n");
        let parsed = ShowOnuInterface::parse(&lost);
        assert_eq!((parsed.rows.output_bytes, parsed.rows.input_bytes), (None, whole.input_bytes));
        assert!(!parsed.unknown.is_empty());
    }
}
