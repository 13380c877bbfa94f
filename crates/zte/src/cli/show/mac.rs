use gpon::{OnuRef, PonPort, VlanId};
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::values;
use crate::firmware::dialect::Dialect;

/// `show mac`: the MAC addresses learnt (fact sheet, CLI §4.7, which shows the
/// answer for an ONU; the others are taken to look the same). Of
/// `show mac-real-time` no answer has been seen: it too is taken to look so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShowMac {
    /// Behind an ONU.
    Onu(OnuRef),
    /// Behind an ONU, looked up now.
    RealTime(OnuRef),
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
    /// The VLAN it was learnt in; 0 is none.
    pub(crate) vlan: Option<u16>,
    /// `Dynamic` or another word of the OLT.
    pub(crate) kind: String,
    /// The port, as the OLT names it.
    pub(crate) port: String,
    /// The virtual channel on it (`vport 2`).
    pub(crate) channel: Option<String>,
}

static LAYOUT: Layout = Layout {
    columns: &["Mac address", "Vlan", "Type", "Port", "Vc"],
    needed: &["Mac address", "Vlan", "Port"],
    phrases: true,
    key: is_mac,
};

fn is_mac(text: &str) -> bool {
    text.len() == 14
        && text.chars().enumerate().all(|(at, c)| if at % 5 == 4 { c == '.' } else { c.is_ascii_hexdigit() })
}

impl Show for ShowMac {
    type Rows = MacTable;

    fn line_in(&self, dialect: &Dialect) -> String {
        match self {
            Self::Onu(onu) => format!("show mac gpon onu {}", dialect.ports.onu(*onu)),
            Self::RealTime(onu) => format!("show mac-real-time gpon onu {}", dialect.ports.onu(*onu)),
            Self::Pon(pon) => format!("show mac gpon olt {}", dialect.ports.pon(*pon)),
            Self::Vlan(vlan) => format!("show mac vlan {vlan}"),
        }
    }

    fn parse(text: &str) -> Parsed<MacTable> {
        let (mut macs, mut notes) = (MacTable::default(), Notes::default());
        let mut table = Table::new(&LAYOUT);
        let mut counts = Vec::new();
        for line in lines(text) {
            if let Some((_, count)) = line.known_label(&["Total mac address"]) {
                counts.extend(notes.field(line, values::number::<u32>(count)).map(|count| (line, count)));
                continue;
            }
            let Some(row) = table.row(line, &mut notes) else { continue };
            macs.macs.push(MacRow {
                mac: row.get("Mac address").to_owned(),
                vlan: notes.field(line, values::vlan_or_zero(row.get("Vlan"))),
                kind: row.get("Type").to_owned(),
                port: row.get("Port").to_owned(),
                channel: values::words(row.get("Vc")),
            });
        }
        // Of several lists in an answer, each has its own count.
        if let Some((line, _)) = counts.last() {
            let sum = counts.iter().fold(0u32, |sum, (_, count)| sum.saturating_add(*count));
            macs.count = Some(sum);
            notes.count(*line, sum, macs.macs.len(), "addresses");
            notes.sort();
        } else {
            table.end(&mut notes);
        }
        notes.with(macs)
    }

    fn none() -> Option<Self::Rows> {
        Some(MacTable::default())
    }
}

const REAL_TIME: &str = "show mac-real-time gpon onu <onu>";

impl Typed for ShowMac {
    const SYNTAX: &'static [&'static str] =
        &["show mac gpon onu <onu>", "show mac gpon olt <pon>", "show mac vlan <vlan>", REAL_TIME];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Onu(onu)] => Some(Self::Onu(*onu)),
            [Arg::Pon(pon)] => Some(Self::Pon(*pon)),
            [Arg::Vlan(vlan)] => Some(Self::Vlan(*vlan)),
            _ => None,
        }
    }

    fn of_form(form: usize, args: &[Arg]) -> Option<Self> {
        match Self::from_args(args)? {
            Self::Onu(onu) if Self::SYNTAX.get(form) == Some(&REAL_TIME) => Some(Self::RealTime(onu)),
            other => Some(other),
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
            vlan: Some(88),
            kind: "Dynamic".to_owned(),
            port: "gpon-onu_1/1/1:1".to_owned(),
            channel: Some("vport 2".to_owned()),
        };
        assert_eq!(rows, MacTable { count: Some(1), macs: vec![row] });
        let text = fixture("c320-v2.1.0/show-mac-gpon-onu.txt");
        let untagged = ShowMac::parse(&text.replace("88  ", "0   "));
        assert_eq!((untagged.rows.macs[0].vlan, untagged.unknown.len()), (Some(0), 0));
        let none: Vec<&str> = text.lines().filter(|line| !line.contains("8cdc")).collect();
        let none = none.join("\n");
        assert_eq!(ShowMac::parse(&none).unknown.len(), 1);
        assert_eq!(ShowMac::parse(&none.replace(": 1", ": 0")).unknown, []);
    }
}
