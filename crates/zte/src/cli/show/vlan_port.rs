use gpon::VlanId;
use serde::Serialize;

use super::Parsed;
use super::typed::of_uplink;
use super::vlan::next_of_list;
use crate::cli::text::answer::{Line, Notes};
use crate::cli::text::table::{Layout, Row, Table};
use crate::cli::text::wraps::joined;
use crate::cli::text::{json, values};

/// The VLANs of an uplink.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct VlanPort {
    /// Its mode as it is printed (`hybrid>=0`, `trunk>0`).
    pub(crate) mode: Option<String>,
    /// Its own VLAN; 0 is none.
    pub(crate) pvid: Option<u16>,
    /// Its own inner VLAN; 0 is none.
    pub(crate) cpvid: Option<u16>,
    /// Its tag protocol and where that is set (`0x8100/PORT`).
    pub(crate) tpid: Option<String>,
    /// Whether it passes VLANs through.
    pub(crate) tls_enabled: Option<bool>,
    /// The VLAN of what passes through; 0 is none.
    pub(crate) tls_vlan: Option<u16>,
    /// Whether protocols choose the VLAN.
    pub(crate) protocol_enabled: Option<bool>,
    /// Whether priorities are set.
    pub(crate) priority_enabled: Option<bool>,
    /// Ranges of the VLANs it has untagged, first and last.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) untagged: Vec<(VlanId, VlanId)>,
    /// Ranges of the VLANs it has tagged, first and last.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) tagged: Vec<(VlanId, VlanId)>,
}

static LAYOUT: Layout = Layout {
    columns: &["PortMode", "Pvid", "CPvid", "Tpid/mode", "TLSStatus", "TLSVlan", "ProtEn", "PrioEn"],
    needed: &["PortMode", "Pvid"],
    phrases: false,
    key: is_mode,
};

/// `hybrid>=0`, `trunk>0`, `access`: a word, and perhaps a condition.
fn is_mode(text: &str) -> bool {
    let word = text.split(['>', '<', '=']).next().unwrap_or_default();
    let condition = text.get(word.len()..).unwrap_or_default();
    ["hybrid", "trunk", "access"].contains(&word.to_ascii_lowercase().as_str())
        && condition.chars().all(|c| matches!(c, '>' | '<' | '=') || c.is_ascii_digit())
}

/// Which list the next lines go on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// None that is known.
    None,
    Untagged,
    Tagged,
}

impl VlanPort {
    fn port(&mut self, line: Line<'_>, row: &Row, notes: &mut Notes) {
        if self.mode.is_some() {
            return notes.again(line);
        }
        self.mode = values::words(row.get("PortMode"));
        self.pvid = notes.field(line, values::vlan_or_zero(row.get("Pvid")));
        self.cpvid = notes.field(line, values::vlan_or_zero(row.get("CPvid")));
        self.tpid = values::words(row.get("Tpid/mode"));
        self.tls_enabled = notes.field(line, values::enabled(row.get("TLSStatus")));
        self.tls_vlan = notes.field(line, values::vlan_or_zero(row.get("TLSVlan")));
        self.protocol_enabled = notes.field(line, values::enabled(row.get("ProtEn")));
        self.priority_enabled = notes.field(line, values::enabled(row.get("PrioEn")));
    }
}

fn vlans(text: &str) -> Parsed<VlanPort> {
    let (mut port, mut notes) = (VlanPort::default(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    let mut list = List::None;
    let whole = joined(text, next_of_list);
    for line in whole.lines() {
        let title = line.known_label(&["UntaggedVlan", "TaggedVlan"]);
        if let Some((title, _)) = title {
            list = if title == "TaggedVlan" { List::Tagged } else { List::Untagged };
        }
        let vlans = match title {
            Some((_, "")) => continue,
            Some((_, value)) => Line { number: line.number, text: value },
            None => line,
        };
        let ranges = match list {
            _ if line.is_rule() || line.is_title() => {
                if !line.is_rule() {
                    list = List::None;
                    notes.unknown(line);
                }
                continue;
            }
            List::Untagged => &mut port.untagged,
            List::Tagged => &mut port.tagged,
            List::None => {
                if let Some(row) = table.row(line, &mut notes) {
                    port.port(line, &row, &mut notes);
                }
                continue;
            }
        };
        ranges.extend(values::vlan_list(vlans, &mut notes));
    }
    table.end(&mut notes);
    notes.with(port)
}

of_uplink!(
    /// `show vlan port`: the VLANs of an uplink (fact sheet, CLI §4.7).
    ShowVlanPort,
    "show vlan port",
    VlanPort,
    vlans
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture, wrapped};

    fn range(first: u16, last: u16) -> (VlanId, VlanId) {
        (VlanId::new(first).unwrap(), VlanId::new(last).unwrap())
    }

    #[test]
    fn v2_1() {
        let text = fixture("c320-v2.1.0/show-vlan-port.txt");
        let whole = ShowVlanPort::parse(&text);
        let Parsed { rows, unknown } = &whole;
        assert_eq!(*unknown, []);
        assert_eq!((rows.mode.as_deref(), rows.pvid, rows.cpvid), (Some("hybrid>=0"), Some(1), Some(0)));
        assert_eq!(
            (rows.tpid.as_deref(), rows.tls_enabled, rows.tls_vlan),
            (Some("0x8100/PORT"), Some(false), Some(0))
        );
        assert_eq!((rows.protocol_enabled, rows.priority_enabled), (Some(false), Some(false)));
        assert_eq!(rows.untagged, [range(1, 1)]);
        assert_eq!(rows.tagged, [range(100, 100), range(200, 202)]);

        let saved = text.replace("UntaggedVlan:", "\r\0UntaggedVlan:");
        assert_eq!(ShowVlanPort::parse(&saved), whole);
    }

    #[test]
    fn long_lists_are_joined() {
        let list: Vec<String> = (50..=90).map(|half| (half * 2).to_string()).collect();
        let text = fixture("c320-v2.1.0/show-vlan-port.txt").replace("100,200-202", &list.join(","));
        let joined = ShowVlanPort::parse(&wrapped(&text));
        assert_eq!(joined.unknown, []);
        assert_eq!(joined.rows.tagged.len(), 41);
        assert_eq!(joined, ShowVlanPort::parse(&text));
    }
}
