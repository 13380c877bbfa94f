use gpon::{OnuRef, PonPort, VlanId};
use serde::Serialize;

use super::answer::{Notes, lines};
use super::typed::{Arg, Typed};
use super::{Parsed, Show, json, values};

/// `show mac`: the MAC addresses learnt (fact sheet, CLI §4.7, which shows the
/// answer for an ONU; the others are taken to look the same).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowMac {
    /// Behind an ONU.
    Onu(OnuRef),
    /// Behind a PON port.
    Pon(PonPort),
    /// In a VLAN.
    Vlan(VlanId),
}

/// MAC addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct MacTable {
    /// How many, by the OLT's own count.
    pub(crate) count: Option<u32>,
    /// The addresses.
    pub(crate) macs: Vec<MacRow>,
}

/// A MAC address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct MacRow {
    /// The address, as the OLT spells it: `8cdc.0200.0001`.
    pub(crate) mac: String,
    /// The VLAN it was learnt in.
    #[serde(serialize_with = "json::vlan")]
    pub(crate) vlan: Option<VlanId>,
    /// `Dynamic` or another word of the OLT.
    pub(crate) kind: String,
    /// The port, as the OLT names it.
    pub(crate) port: String,
    /// The virtual channel on it (`vport 2`).
    pub(crate) channel: Option<String>,
}

fn is_mac(text: &str) -> bool {
    text.len() == 14
        && text.chars().enumerate().all(|(at, c)| if at % 5 == 4 { c == '.' } else { c.is_ascii_hexdigit() })
}

impl Show for ShowMac {
    type Rows = MacTable;

    fn line(&self) -> String {
        match self {
            Self::Onu(onu) => format!("show mac gpon onu gpon-onu_{onu}"),
            Self::Pon(pon) => format!("show mac gpon olt gpon-olt_{pon}"),
            Self::Vlan(vlan) => format!("show mac vlan {vlan}"),
        }
    }

    fn parse(text: &str) -> Parsed<MacTable> {
        let (mut table, mut notes) = (MacTable::default(), Notes::default());
        for line in lines(text) {
            if line.is_rule() || line.has_words(&["Mac", "address", "Vlan", "Type", "Port", "Vc"]) {
                continue;
            }
            let words = line.words();
            match (line.label(), words.as_slice()) {
                (Some(("Total mac address", count)), _) => {
                    table.count = notes.field(line, values::number(count));
                }
                (_, [mac, vlan, kind, port, channel @ ..]) if is_mac(mac) => table.macs.push(MacRow {
                    mac: (*mac).to_owned(),
                    vlan: notes.field(line, values::vlan(vlan)),
                    kind: (*kind).to_owned(),
                    port: (*port).to_owned(),
                    channel: values::words(&channel.join(" ")),
                }),
                _ => notes.unknown(line),
            }
        }
        notes.with(table)
    }

    fn none() -> Option<Self::Rows> {
        Some(MacTable::default())
    }
}

impl Typed for ShowMac {
    const SYNTAX: &'static [&'static str] =
        &["show mac gpon onu <onu>", "show mac gpon olt <pon>", "show mac vlan <vlan>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Onu(onu)] => Some(Self::Onu(*onu)),
            [Arg::Pon(pon)] => Some(Self::Pon(*pon)),
            [Arg::Vlan(vlan)] => Some(Self::Vlan(*vlan)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn of_an_onu() {
        let Parsed { rows, unknown } = ShowMac::parse(&fixture("c320-v2.1.0/show-mac-gpon-onu.txt"));
        assert_eq!(unknown, []);
        let row = MacRow {
            mac: "8cdc.0200.0001".to_owned(),
            vlan: VlanId::new(88).ok(),
            kind: "Dynamic".to_owned(),
            port: "gpon-onu_1/1/1:1".to_owned(),
            channel: Some("vport 2".to_owned()),
        };
        assert_eq!(rows, MacTable { count: Some(1), macs: vec![row] });
    }
}
