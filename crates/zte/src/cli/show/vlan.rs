use std::collections::BTreeSet;

use gpon::VlanId;
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Line, Notes};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::table::BELOW;
use crate::cli::text::wraps::{Next, joined};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

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
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

const COUNT: &str = "All created vlan num";
const DETAILS: &str = "Details are following:";
const LABELS: [&str; 7] =
    ["vlanid", "name", "description", "multicast-packet", "tpid", "port(untagged)", "port(tagged)"];

/// What a line behind a full one is, in a list of VLANs: the rest of a list goes on at once.
pub(super) fn next_of_list(_: &str, next: &str) -> Next {
    Next::own(!next.starts_with(|c: char| c.is_ascii_digit() || ",-".contains(c)))
}

impl Show for ShowVlanSummary {
    type Rows = VlanSummary;

    fn line_in(&self, _: &Dialect) -> String {
        "show vlan summary".to_owned()
    }

    fn parse(text: &str) -> Parsed<VlanSummary> {
        let (mut summary, mut notes) = (VlanSummary::default(), Notes::default());
        let whole = joined(text, next_of_list);
        let mut counted = None;
        for line in whole.lines().filter(|line| !line.is_rule()) {
            if let Some((_, count)) = line.known_label(&[COUNT]) {
                notes.put(line, &mut summary.count, values::number(count));
                counted = counted.or(Some(line));
            } else if !line.is(DETAILS) {
                summary.ranges.extend(values::vlan_list(line, &mut notes));
            }
        }
        let vlans: BTreeSet<u16> =
            summary.ranges.iter().flat_map(|(first, last)| first.get()..=last.get()).collect();
        if let (Some(line), Some(count)) = (counted, summary.count) {
            notes.count(line, count, vlans.len(), "VLANs");
            notes.sort();
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

/// Whether `text` names a port: `gpon-onu_1/2/8:128:1`, `xgei_1/22/1`, `smartgroup1`.
fn is_port(text: &str) -> bool {
    let letter = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let digit = text.ends_with(|c: char| c.is_ascii_digit());
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "/:._-".contains(c));
    let group = text.strip_prefix("smartgroup").is_some_and(values::is_number);
    letter && digit && plain && (text.contains('/') || group)
}

/// Whose ports the next lines list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ports {
    /// Nobody's that is known.
    None,
    Untagged,
    Tagged,
}

impl VlanDetail {
    fn take(&mut self, line: Line<'_>, ports: &mut Ports, notes: &mut Notes) {
        if let Some((label, value)) = line.known_label(&LABELS) {
            let list = match label {
                "port(untagged)" => Ports::Untagged,
                "port(tagged)" => Ports::Tagged,
                _ => Ports::None,
            };
            *ports = list;
            match label {
                "vlanid" => notes.put(line, &mut self.id, values::vlan(value)),
                "name" => notes.put(line, &mut self.name, values::text(value)),
                "description" => notes.put(line, &mut self.description, values::text(value)),
                "multicast-packet" => notes.put(line, &mut self.multicast, values::text(value)),
                "tpid" => notes.put(line, &mut self.tpid, values::text(value)),
                _ if value.is_empty() => {}
                _ => self.list(line, value, list, notes),
            }
            return;
        }
        if line.is_title() {
            *ports = Ports::None;
            return notes.unknown(line);
        }
        if line.words().iter().all(|word| is_port(word)) {
            return self.list(line, line.trimmed(), *ports, notes);
        }
        match line.any_label() {
            Some((label, value)) => self.other.push(other(label, value)),
            None => notes.unknown(line),
        }
    }

    fn list(&mut self, line: Line<'_>, text: &str, ports: Ports, notes: &mut Notes) {
        let list = match ports {
            Ports::Untagged => &mut self.untagged,
            Ports::Tagged => &mut self.tagged,
            Ports::None => return notes.because(line, BELOW),
        };
        let (named, strange): (Vec<_>, Vec<_>) = text.split_whitespace().partition(|word| is_port(word));
        list.extend(named.into_iter().map(str::to_owned));
        if !strange.is_empty() {
            notes.because(line, "not all of it are ports");
        }
    }
}

impl Show for ShowVlan {
    type Rows = VlanDetail;

    fn line_in(&self, _: &Dialect) -> String {
        format!("show vlan {}", self.vlan)
    }

    fn parse(text: &str) -> Parsed<VlanDetail> {
        let (mut vlan, mut notes) = (VlanDetail::default(), Notes::default());
        let next = |_: &str, next: &str| {
            Next::own(next.starts_with("  ") || Line::of(0, next).known_label(&LABELS).is_some())
        };
        let mut ports = Ports::None;
        let whole = joined(text, next);
        for line in whole.lines().filter(|line| !line.is_rule()) {
            vlan.take(line, &mut ports, &mut notes);
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
    fn the_count_is_compared() {
        let text = fixture("c320-v2.1.0/show-vlan-summary.txt");
        for (count, problems) in [("num: 9", 1), ("num: 0", 1), ("NUM :8", 0)] {
            let parsed = ShowVlanSummary::parse(&text.replace("num: 8", count));
            assert_eq!((parsed.unknown.len(), parsed.rows.ranges.len()), (problems, 4), "{count}");
        }
        let parsed = ShowVlanSummary::parse(&text.replace(",100,", ",10O,"));
        assert_eq!((parsed.unknown.len(), parsed.rows.ranges.len()), (2, 3), "{:?}", parsed.unknown);
    }

    #[test]
    fn a_list_that_is_not_known_is_nobodys() {
        let text = fixture("c320-v2.1.0/show-vlan-named.txt").replace("port(untagged):", "port(hybrid):");
        let parsed = ShowVlan::parse(&text);
        assert_eq!((parsed.rows.untagged.len(), parsed.rows.tagged.len(), parsed.unknown.len()), (0, 5, 2));
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
