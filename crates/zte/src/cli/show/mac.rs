use gpon::VlanId;
use serde::Serialize;

use super::answer::{Notes, lines};
use super::labelled::of_onu;
use super::{Parsed, json, values};

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

fn addresses(text: &str) -> Parsed<MacTable> {
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

of_onu!(
    /// `show mac gpon onu`: the MAC addresses learnt behind an ONU (fact sheet, CLI §4.7).
    ShowMacOnu,
    "show mac gpon onu",
    MacTable,
    addresses,
    Some(MacTable::default())
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn of_an_onu() {
        let Parsed { rows, unknown } = ShowMacOnu::parse(&fixture("c320-v2.1.0/show-mac-gpon-onu.txt"));
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
