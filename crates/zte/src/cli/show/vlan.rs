use gpon::VlanId;
use serde::Serialize;

use super::answer::{Line, Notes, lines_of, unwrapped};
use super::typed::{Arg, Typed};
use super::{Parsed, Show, json, values};

/// `show vlan summary`: which VLANs there are (fact sheet, CLI §4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowVlanSummary;

/// Which VLANs there are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct VlanSummary {
    /// How many, by the OLT's own count.
    pub(crate) count: Option<u32>,
    /// Ranges of VLANs, first and last.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) ranges: Vec<(VlanId, VlanId)>,
}

/// `show vlan N`: a VLAN and its ports (fact sheet, CLI §4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowVlan {
    /// The VLAN.
    pub(crate) vlan: VlanId,
}

/// A VLAN.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct VlanDetail {
    /// Its number.
    #[serde(serialize_with = "json::vlan")]
    pub(crate) id: Option<VlanId>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// What becomes of multicast (`flood-unknown`).
    pub(crate) multicast: Option<String>,
    /// Its tag protocol (`0x8100`).
    pub(crate) tpid: Option<String>,
    /// The ports that have it untagged.
    pub(crate) untagged: Vec<String>,
    /// The ports that have it tagged; ONUs as `gpon-onu_1/2/8:128:1`, the last number the vport.
    pub(crate) tagged: Vec<String>,
}

const COUNT: &str = "All created vlan num:";
const DETAILS: &str = "Details are following:";
const LABELS: [&str; 7] =
    ["vlanid ", "name ", "description ", "multicast-packet:", "tpid ", "port(untagged):", "port(tagged):"];

impl Show for ShowVlanSummary {
    type Rows = VlanSummary;

    fn line(&self) -> String {
        "show vlan summary".to_owned()
    }

    fn parse(text: &str) -> Parsed<VlanSummary> {
        let (mut summary, mut notes) = (VlanSummary::default(), Notes::default());
        let unwrapped =
            unwrapped(text, |_, part| !part.starts_with(|c: char| c.is_ascii_digit() || ",-".contains(c)));
        for line in lines_of(&unwrapped) {
            if let Some(count) = line.text.strip_prefix(COUNT) {
                summary.count = notes.field(line, values::number(count.trim()));
            } else if line.text != DETAILS {
                let list = line.trimmed().trim_end_matches(',');
                summary.ranges.extend(notes.need(line, values::vlan_ranges(list)).unwrap_or_default());
            }
        }
        notes.with(summary)
    }
}

impl Typed for ShowVlanSummary {
    const SYNTAX: &'static [&'static str] = &["show vlan summary"];

    fn from_args(_: &[Arg]) -> Option<Self> {
        Some(Self)
    }
}

impl VlanDetail {
    fn take(&mut self, line: Line<'_>, tagged: &mut Option<bool>, notes: &mut Notes) {
        if line.text.starts_with(' ') {
            let ports = line.words().into_iter().map(str::to_owned);
            match tagged {
                Some(true) => self.tagged.extend(ports),
                Some(false) => self.untagged.extend(ports),
                None => notes.unknown(line),
            }
            return;
        }
        *tagged = None;
        let Some((label, value)) = line.label() else { return notes.unknown(line) };
        match label {
            "vlanid" => self.id = notes.field(line, values::vlan(value)),
            "name" => self.name = values::words(value),
            "description" => self.description = values::words(value),
            "multicast-packet" => self.multicast = values::words(value),
            "tpid" => self.tpid = values::words(value),
            "port(untagged)" if value.is_empty() => *tagged = Some(false),
            "port(tagged)" if value.is_empty() => *tagged = Some(true),
            _ => notes.unknown(line),
        }
    }
}

impl Show for ShowVlan {
    type Rows = VlanDetail;

    fn line(&self) -> String {
        format!("show vlan {}", self.vlan)
    }

    fn parse(text: &str) -> Parsed<VlanDetail> {
        let (mut vlan, mut notes) = (VlanDetail::default(), Notes::default());
        let starts = |_: &str, part: &str| {
            part.starts_with("  ") || LABELS.iter().any(|label| part.starts_with(label))
        };
        let mut tagged = None;
        for line in lines_of(&unwrapped(text, starts)) {
            vlan.take(line, &mut tagged, &mut notes);
        }
        notes.with(vlan)
    }
}

impl Typed for ShowVlan {
    const SYNTAX: &'static [&'static str] = &["show vlan <vlan>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Vlan(vlan)] => Some(Self { vlan: *vlan }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{fixture, wrapped};

    fn range(first: u16, last: u16) -> (VlanId, VlanId) {
        (VlanId::new(first).unwrap(), VlanId::new(last).unwrap())
    }

    #[test]
    fn summary() {
        let Parsed { rows, unknown } = ShowVlanSummary::parse(&fixture("c320-v2.1.0/show-vlan-summary.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.count, Some(8));
        assert_eq!(rows.ranges, [range(1, 1), range(10, 10), range(100, 100), range(300, 304)]);
    }

    #[test]
    fn a_wrapped_summary_is_the_same() {
        let text = fixture("c320-v2.1.0/show-vlan-summary-long.txt");
        let whole = ShowVlanSummary::parse(&text);
        assert_eq!(whole.unknown, []);
        assert_eq!(whole.rows.ranges.len(), 60);
        assert_eq!(ShowVlanSummary::parse(&wrapped(&text)), whole);
    }

    #[test]
    fn one() {
        let Parsed { rows, unknown } = ShowVlan::parse(&fixture("c300-v2.x/show-vlan.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.id.map(VlanId::get), rows.name.as_deref()), (Some(111), Some("VLAN0111")));
        assert_eq!((rows.description, rows.tpid.as_deref()), (None, Some("0x8100")));
        assert_eq!(rows.tagged, ["gpon-onu_1/2/8:128:1", "xgei_1/22/1"]);
        assert!(rows.untagged.is_empty());

        let text = fixture("c320-v2.1.0/show-vlan-named.txt");
        let named = ShowVlan::parse(&text);
        assert_eq!(named.unknown, []);
        assert_eq!(named.rows.name.as_deref(), Some("Internet casa"));
        assert_eq!(named.rows.description.as_deref(), Some("Clients > 22 # port(tagged):"));
        assert_eq!((named.rows.untagged.len(), named.rows.tagged.len()), (1, 5));
        assert_eq!(ShowVlan::parse(&wrapped(&text)), named);
    }
}
