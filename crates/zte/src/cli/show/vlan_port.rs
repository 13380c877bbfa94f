use gpon::VlanId;
use serde::Serialize;

use super::answer::{Notes, lines_of, unwrapped};
use super::labelled::of_uplink;
use super::{Parsed, json, values};

/// The VLANs of an uplink.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct VlanPort {
    /// Its mode (`hybrid>=0`).
    pub(crate) mode: Option<String>,
    /// Its own VLAN.
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

const HEADER: [&str; 8] =
    ["PortMode", "Pvid", "CPvid", "Tpid/mode", "TLSStatus", "TLSVlan", "ProtEn", "PrioEn"];

/// Which part of the answer a line stands in.
#[derive(Debug, Clone, Copy)]
enum Part {
    Port,
    Untagged,
    Tagged,
}

fn vlans(text: &str) -> Parsed<VlanPort> {
    let (mut port, mut notes) = (VlanPort::default(), Notes::default());
    let unwrapped =
        unwrapped(text, |_, part| !part.starts_with(|c: char| c.is_ascii_digit() || ",-".contains(c)));
    let mut part = Part::Port;
    for line in lines_of(&unwrapped) {
        // A terminal drops the two bytes that some devices send there; a saved session may hold them.
        match line.text.trim_start_matches(['\r', '\0']) {
            "UntaggedVlan:" => part = Part::Untagged,
            "TaggedVlan:" => part = Part::Tagged,
            list => match part {
                Part::Port if line.has_words(&HEADER) => {}
                Part::Port => {
                    let words = line.words();
                    let &[mode, pvid, cpvid, tpid, tls, tls_vlan, protocol, priority] = words.as_slice()
                    else {
                        notes.unknown(line);
                        continue;
                    };
                    port.mode = values::words(mode);
                    port.pvid = notes.field(line, values::number(pvid));
                    port.cpvid = notes.field(line, values::number(cpvid));
                    port.tpid = values::words(tpid);
                    port.tls_enabled = notes.field(line, values::enabled(tls));
                    port.tls_vlan = notes.field(line, values::number(tls_vlan));
                    port.protocol_enabled = notes.field(line, values::enabled(protocol));
                    port.priority_enabled = notes.field(line, values::enabled(priority));
                }
                Part::Untagged | Part::Tagged => {
                    let list = values::vlan_ranges(list.trim().trim_end_matches(','));
                    let ranges = notes.need(line, list).unwrap_or_default();
                    let all =
                        if matches!(part, Part::Tagged) { &mut port.tagged } else { &mut port.untagged };
                    all.extend(ranges);
                }
            },
        }
    }
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
