use gpon::PonPort;
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Field, Line, Notes};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::labels::{Pair, pairs};
use crate::cli::text::table::BELOW;
use crate::cli::text::values;
use crate::cli::text::wraps::{Next, joined};
use crate::firmware::dialect::Dialect;

/// `show interface gpon-olt_...`: state and counters of a PON port (fact sheet, CLI §4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowPonInterface {
    /// The port.
    pub(crate) pon: PonPort,
}

/// A PON port. Input is upstream.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(crate) struct PonInterface {
    /// The port, as the OLT names it.
    pub(crate) port: Option<String>,
    /// Whether it is activated.
    pub(crate) active: Option<bool>,
    /// Whether its protocol is up.
    pub(crate) up: Option<bool>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Whether its going up and down is announced by traps.
    pub(crate) trap_enabled: Option<bool>,
    /// How many ONUs it can have.
    pub(crate) onu_capacity: Option<u32>,
    /// How many are registered.
    pub(crate) registered_onus: Option<u32>,
    /// Its current number of channels.
    pub(crate) channels: Option<u32>,
    /// What it receives now.
    pub(crate) input_rate: Option<Rate>,
    /// What it sends now.
    pub(crate) output_rate: Option<Rate>,
    /// What it sends to all now.
    pub(crate) output_multicast_rate: Option<Rate>,
    /// The most it received.
    pub(crate) input_peak: Option<Rate>,
    /// The most it sent.
    pub(crate) output_peak: Option<Rate>,
    /// Load upstream at this moment, in percent.
    pub(crate) input_instantaneous_percent: Option<f64>,
    /// Load downstream at this moment, in percent.
    pub(crate) output_instantaneous_percent: Option<f64>,
    /// Average load upstream, in percent.
    pub(crate) input_average_percent: Option<f64>,
    /// Average load downstream, in percent.
    pub(crate) output_average_percent: Option<f64>,
    /// Counters upstream.
    pub(crate) input: PonCounters,
    /// Counters downstream.
    pub(crate) output: PonCounters,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

/// A rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Rate {
    /// Bytes a second.
    pub(crate) bytes_per_s: u64,
    /// Packets a second.
    pub(crate) packets_per_s: u64,
}

macro_rules! counters {
    ($($(#[$doc:meta])* $field:ident = $label:literal,)*) => {
        /// The counters of one direction; `None` where the OLT has none.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub(crate) struct PonCounters {
            $($(#[$doc])* pub(crate) $field: Option<u64>,)*
        }

        const COUNTERS: &[&str] = &[$($label),*];

        impl PonCounters {
            fn set(&mut self, line: Line<'_>, label: &str, value: &str, notes: &mut Notes) {
                match label {
                    $($label => notes.put(line, &mut self.$field, values::number(value)),)*
                    _ => notes.unknown(line),
                }
            }
        }
    };
}

counters! {
    /// Packets passed.
    pass_packets = "PassPackets",
    /// Packets dropped.
    drop_packets = "DropPackets",
    /// Bytes passed.
    pass_bytes = "PassBytes",
    /// Packets to one.
    unicast_packets = "UnicastsPkts",
    /// Packets to a group.
    multicast_packets = "MulticastsPkts",
    /// Packets to all.
    broadcast_packets = "BroadcastsPkts",
    /// Packets with a wrong checksum or length.
    crc_align_errors = "CRCAlignErrors",
    /// Packets that were too long.
    oversize_packets = "OversizePkts",
    /// Packets that were too short.
    undersize_packets = "UndersizePkts",
    /// Packets that collided.
    collision_packets = "CollisionPkts",
    /// Fragments of packets.
    fragments = "Fragments",
    /// Jabbers.
    jabbers = "Jabbers",
    /// Packets of 64 bytes.
    bytes_64 = "64B",
    /// Packets of 65 to 127 bytes.
    bytes_65_127 = "65-127B",
    /// Packets of 128 to 255 bytes.
    bytes_128_255 = "128-255B",
    /// Packets of 256 to 511 bytes.
    bytes_256_511 = "256-511B",
    /// Packets of 512 to 1023 bytes.
    bytes_512_1023 = "512-1023B",
    /// Packets of 1024 to 1518 bytes.
    bytes_1024_1518 = "1024-1518B",
}

/// Which part of the answer a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    State,
    Input,
    Output,
    /// Below a heading that is not known: counters of nobody knows what.
    Strange,
}

/// `74036 Bps              556 pps`
pub(super) fn rate(text: &str) -> Field<Rate> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [bytes, "Bps", packets, "pps"] => {
            let rate = values::number(bytes)?.zip(values::number(packets)?);
            Ok(rate.map(|(bytes_per_s, packets_per_s)| Rate { bytes_per_s, packets_per_s }))
        }
        _ if values::absent(text) => Ok(None),
        _ => Err(format!("{} is not a rate in Bps and pps", values::quoted(text))),
    }
}

impl PonInterface {
    /// A line of the sentences at the top; `None` when it is none of them.
    fn sentence(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let text = line.trimmed();
        if let Some(rest) = text.strip_prefix("Description is ") {
            let description = rest.trim_start();
            let description = description.strip_suffix('.').unwrap_or(description);
            let description = Some(description).filter(|text| *text != "none").map(str::to_owned);
            notes.put(line, &mut self.description, Ok(description));
        } else if let Some(rest) = text.strip_prefix("The port link up/down notification is trap ") {
            notes.put(line, &mut self.trap_enabled, values::enabled(rest.trim_end_matches('.')));
        } else if let Some(rest) = text.strip_prefix("The port has ") {
            let (capacity, registered) = rest.split_once(" onus, the number of registered onus is ")?;
            notes.put(line, &mut self.onu_capacity, values::number(capacity));
            let registered = values::number(registered.trim_end_matches('.'));
            notes.put(line, &mut self.registered_onus, registered);
        } else if let Some(rest) = text.strip_prefix("The port is ") {
            self.activated(line, rest.trim_end_matches('.'), notes);
        } else {
            let (port, rest) = text.split_once(" is ")?;
            let (active, up) = rest.split_once(',')?;
            let up = up.trim_start().strip_prefix("line protocol is ")?;
            notes.put(line, &mut self.port, Ok(Some(port.to_owned()).filter(|port| !port.contains(' '))));
            self.activated(line, active, notes);
            notes.put(line, &mut self.up, values::either(up.trim_end_matches('.'), "up", "down"));
        }
        Some(())
    }

    /// Two lines say whether the port is activated.
    fn activated(&mut self, line: Line<'_>, text: &str, notes: &mut Notes) {
        let said = notes.field(line, values::either(text, "activate", "deactivate"));
        if self.active.is_some() && said.is_some() && self.active != said {
            return notes.because(line, "another line says the contrary");
        }
        self.active = self.active.or(said);
    }

    fn label(&mut self, line: Line<'_>, notes: &mut Notes) {
        let Some((label, value)) = line.known_label(&LABELS) else {
            return match line.any_label() {
                Some((label, value)) if !line.is_title() => self.other.push(other(label, value)),
                _ => notes.unknown(line),
            };
        };
        let load = values::decimal(value, "%");
        match label {
            "Current channel num" => notes.put(line, &mut self.channels, values::number(value)),
            "Input rate" => notes.put(line, &mut self.input_rate, rate(value)),
            "Output rate" => notes.put(line, &mut self.output_rate, rate(value)),
            "Output Multicast Instantaneous rate" => {
                notes.put(line, &mut self.output_multicast_rate, rate(value));
            }
            "Input peak rate" => notes.put(line, &mut self.input_peak, rate(value)),
            "Output peak rate" => notes.put(line, &mut self.output_peak, rate(value)),
            "Input Instantaneous bandwidth throughput" => {
                notes.put(line, &mut self.input_instantaneous_percent, load);
            }
            "Output Instantaneous bandwidth throughput" => {
                notes.put(line, &mut self.output_instantaneous_percent, load);
            }
            "Input Average bandwidth throughput" => notes.put(line, &mut self.input_average_percent, load),
            _ => notes.put(line, &mut self.output_average_percent, load),
        }
    }

    fn take(&mut self, line: Line<'_>, part: &mut Part, notes: &mut Notes) {
        match line.known_label(&["Input", "Output"]) {
            Some(("Input", "")) => return *part = Part::Input,
            Some((_, "")) => return *part = Part::Output,
            _ if HEADINGS.iter().any(|heading| line.is(heading)) => return *part = Part::State,
            _ if line.is_title() => {
                // The counters below it are of nobody knows what.
                *part = if *part == Part::State { Part::State } else { Part::Strange };
                return notes.unknown(line);
            }
            _ => {}
        }
        let counters = match part {
            Part::State => {
                if self.sentence(line, notes).is_none() {
                    self.label(line, notes);
                }
                return;
            }
            Part::Input => &mut self.input,
            Part::Output => &mut self.output,
            Part::Strange => return notes.because(line, BELOW),
        };
        let Some(pairs) = pairs(line, COUNTERS) else { return self.label(line, notes) };
        for pair in pairs {
            match pair {
                Pair::Known(label, value) => counters.set(line, label, value, notes),
                Pair::Other(label, value) => self.other.push(other(label, value)),
            }
        }
    }
}

const LABELS: [&str; 10] = [
    "Current channel num",
    "Input rate",
    "Output rate",
    "Output Multicast Instantaneous rate",
    "Input peak rate",
    "Output peak rate",
    "Input Instantaneous bandwidth throughput",
    "Output Instantaneous bandwidth throughput",
    "Input Average bandwidth throughput",
    "Output Average bandwidth throughput",
];
/// Headings that say nothing that the labels below them do not say.
const HEADINGS: [&str; 3] = ["OLT statistic:", "Interface peak rate:", "Total statistic:"];

/// What a line behind a full one is: only the first and the headings are not
/// indented by two blanks or more.
fn next(_: &str, next: &str) -> Next {
    let line = Line::of(0, next);
    let heading = HEADINGS.iter().any(|heading| line.is(heading));
    let own = heading || line.known_label(&LABELS).is_some() || line.is("Input:") || line.is("Output:");
    Next::own(next.starts_with("  ") || own)
}

impl Show for ShowPonInterface {
    type Rows = PonInterface;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show interface {}", dialect.ports.pon(self.pon))
    }

    fn parse(text: &str) -> Parsed<PonInterface> {
        let (mut interface, mut notes) = (PonInterface::default(), Notes::default());
        let mut part = Part::State;
        let whole = joined(text, next);
        for line in whole.lines().filter(|line| !line.is_rule()) {
            interface.take(line, &mut part, &mut notes);
        }
        notes.with(interface)
    }
}

impl Typed for ShowPonInterface {
    const SYNTAX: &'static [&'static str] = &["show interface <pon>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Pon(pon)] => Some(Self { pon: *pon }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{fixture, wrapped};

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } =
            ShowPonInterface::parse(&fixture("c320-v2.1.0/show-interface-gpon-olt.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.active, rows.up, rows.trap_enabled), (Some(true), Some(true), Some(false)));
        assert_eq!((rows.onu_capacity, rows.registered_onus, rows.channels), (Some(128), Some(15), Some(1)));
        assert_eq!(rows.input_rate, Some(Rate { bytes_per_s: 74_036, packets_per_s: 556 }));
        assert_eq!(rows.output_peak, Some(Rate { bytes_per_s: 39_318_799, packets_per_s: 25_700 }));
        assert_eq!(rows.output_average_percent, Some(0.7));
        assert_eq!(rows.input.pass_bytes, Some(1_478_091_104_010));
        assert_eq!((rows.input.jabbers, rows.input.oversize_packets), (None, Some(41_919_490)));
        assert_eq!(rows.output.multicast_packets, Some(0));
        assert_eq!(rows.output.bytes_65_127, Some(617_231_126));
        assert_eq!(rows.description, None);
    }

    #[test]
    fn shut_down() {
        let Parsed { rows, unknown } =
            ShowPonInterface::parse(&fixture("c320-v2.1.0/show-interface-gpon-olt-shut.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.active, rows.up), (Some(false), Some(false)));
        assert_eq!(rows.description.as_deref(), Some("POP #2 > east"));
    }

    #[test]
    fn a_long_description_is_joined() {
        let description = format!("{} end", "x".repeat(70));
        let text =
            fixture("c320-v2.1.0/show-interface-gpon-olt-shut.txt").replace("POP #2 > east", &description);
        let parsed = ShowPonInterface::parse(&wrapped(&text));
        assert_eq!(parsed.unknown, []);
        assert_eq!(parsed.rows.description, Some(description));
    }
}
