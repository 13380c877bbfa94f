use gpon::{PonPort, SerialNumber};
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;
use crate::firmware::numbers_of_onu;

/// `show gpon onu uncfg`: boxes that wait for configuration, on all firmwares
/// (fact sheet, CLI §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowOnuUncfg {
    /// The port; all ports without one.
    pub(crate) pon: Option<PonPort>,
}

/// A box that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OnuUncfgRow {
    /// The port it was seen on.
    #[serde(serialize_with = "json::text")]
    pub(crate) pon: PonPort,
    /// A running number; **not** a free ONU id.
    pub(crate) number: u32,
    /// Its serial number.
    pub(crate) serial: Option<SerialNumber>,
    /// `unknown` or `initial`.
    pub(crate) state: String,
}

static LAYOUT: Layout = Layout {
    columns: &["OnuIndex", "Sn", "State"],
    needed: &["OnuIndex", "Sn"],
    phrases: false,
    key: |text| place(text).is_some(),
};

/// `gpon-onu_1/1/1:1`: a port, and a number of any size.
fn place(text: &str) -> Option<(&str, &str)> {
    numbers_of_onu(text)?.rsplit_once(':')
}

impl Show for ShowOnuUncfg {
    type Rows = Vec<OnuUncfgRow>;

    fn line_in(&self, dialect: &Dialect) -> String {
        match self.pon {
            Some(pon) => format!("show gpon onu uncfg {}", dialect.ports.pon(pon)),
            None => "show gpon onu uncfg".to_owned(),
        }
    }

    fn parse(text: &str) -> Parsed<Vec<OnuUncfgRow>> {
        let (mut rows, mut notes) = (Vec::new(), Notes::default());
        let mut table = Table::new(&LAYOUT);
        for line in lines(text) {
            let Some(row) = table.row(line, &mut notes) else { continue };
            let Some((port, number)) = place(row.get("OnuIndex")) else { continue };
            let Some(pon) = notes.need(line, values::pon(port)) else { continue };
            let Some(number) = notes.field(line, values::number(number)) else { continue };
            let serial = notes.field(line, values::serial(row.get("Sn")));
            rows.push(OnuUncfgRow { pon, number, serial, state: row.get("State").to_owned() });
        }
        table.end(&mut notes);
        notes.with(rows)
    }

    fn none() -> Option<Self::Rows> {
        Some(Vec::new())
    }
}

impl Typed for ShowOnuUncfg {
    const SYNTAX: &'static [&'static str] = &["show gpon onu uncfg", "show gpon onu uncfg <pon>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [] => Some(Self { pon: None }),
            [Arg::Pon(pon)] => Some(Self { pon: Some(*pon) }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn all_ports_and_one() {
        let Parsed { rows, unknown } = ShowOnuUncfg::parse(&fixture("c320-v2.1.0/show-gpon-onu-uncfg.txt"));
        assert_eq!(unknown, []);
        let row = OnuUncfgRow {
            pon: PonPort::new(1, 1).unwrap(),
            number: 1,
            serial: "HWTC00000001".parse().ok(),
            state: "unknown".to_owned(),
        };
        assert_eq!(rows, [row]);
        let of_port = ShowOnuUncfg::parse(&fixture("c320-v2.1.0/show-gpon-onu-uncfg-pon.txt"));
        assert_eq!(of_port.unknown, []);
        assert_eq!((of_port.rows[1].number, of_port.rows[1].state.as_str()), (2, "initial"));
        assert_eq!(of_port.rows[0].serial.unwrap().vendor(), "SU10");
    }

    #[test]
    fn a_strange_serial_costs_no_row() {
        let parsed = ShowOnuUncfg::parse("OnuIndex Sn State\ngpon-onu_1/1/1:300  ????  unknown\n");
        assert_eq!((parsed.rows.len(), parsed.unknown.len()), (1, 1));
        assert_eq!(parsed.rows[0].serial, None);
    }
}
