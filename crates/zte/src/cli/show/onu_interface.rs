use serde::Serialize;

use super::answer::{Line, Notes, lines};
use super::labelled::of_onu;
use super::labels::pairs;
use super::pon_interface::{Rate, rate};
use super::{Parsed, values};

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
}

impl OnuInterface {
    fn take(&mut self, line: Line<'_>, output: &mut Option<bool>, notes: &mut Notes) {
        if let Some(pairs) = pairs(line.text, &["Bytes", "Packets"]) {
            for (label, value) in pairs {
                let value = notes.field(line, values::number(value));
                match (*output, label) {
                    (Some(false), "Bytes") => self.input_bytes = value,
                    (Some(false), _) => self.input_packets = value,
                    (Some(true), "Bytes") => self.output_bytes = value,
                    (Some(true), _) => self.output_packets = value,
                    (None, _) => notes.unknown(line),
                }
            }
            return;
        }
        match line.label() {
            Some(("Input rate", value)) => self.input_rate = notes.field(line, rate(value)),
            Some(("Output rate", value)) => self.output_rate = notes.field(line, rate(value)),
            Some(("Input peak rate", value)) => self.input_peak = notes.field(line, rate(value)),
            Some(("Output peak rate", value)) => self.output_peak = notes.field(line, rate(value)),
            Some(("Input", "")) => *output = Some(false),
            Some(("Output", "")) => *output = Some(true),
            _ if self.state.is_none() && line.text.starts_with("gpon-onu_") => {
                self.state = line.text.split_once(" is ").map(|(_, state)| state.to_owned());
                if self.state.is_none() {
                    notes.unknown(line);
                }
            }
            _ => notes.unknown(line),
        }
    }
}

fn interface(text: &str) -> Parsed<OnuInterface> {
    let (mut interface, mut notes) = (OnuInterface::default(), Notes::default());
    let mut output = None;
    for line in lines(text) {
        interface.take(line, &mut output, &mut notes);
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
}
