use gpon::{Dbm, OnuRef, PonPort};
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

/// The ONUs whose powers are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PowerOf {
    /// All of a port.
    Pon(PonPort),
    /// One.
    Onu(OnuRef),
}

/// A power of an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PowerRow {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// The power in dBm; `None` for `N/A` and `no signal`.
    #[serde(serialize_with = "json::dbm")]
    pub(crate) dbm: Option<Dbm>,
}

fn line(which: &str, of: PowerOf, dialect: &Dialect) -> String {
    match of {
        PowerOf::Pon(pon) => format!("show pon power {which} {}", dialect.ports.pon(pon)),
        PowerOf::Onu(onu) => format!("show pon power {which} {}", dialect.ports.onu(onu)),
    }
}

fn of(args: &[Arg]) -> Option<PowerOf> {
    match args {
        [Arg::Pon(pon)] => Some(PowerOf::Pon(*pon)),
        [Arg::Onu(onu)] => Some(PowerOf::Onu(*onu)),
        _ => None,
    }
}

static RX: Layout = layout(&["Onu", "Rx power"]);
static TX: Layout = layout(&["Onu", "Tx power"]);

const fn layout(columns: &'static [&'static str]) -> Layout {
    Layout { columns, needed: columns, phrases: true, key: |text| values::onu(text).is_ok() }
}

fn parse(text: &str, layout: &'static Layout) -> Parsed<Vec<PowerRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(layout);
    let [index, power] = layout.columns else { return notes.with(rows) };
    for line in lines(text) {
        let Some(row) = table.row(line, &mut notes) else { continue };
        let Some(onu) = notes.need(line, values::onu(row.get(index))) else { continue };
        rows.push(PowerRow { onu, dbm: notes.field(line, values::dbm(row.get(power))) });
    }
    table.end(&mut notes);
    notes.with(rows)
}

macro_rules! power {
    ($(#[$doc:meta])* $name:ident, $which:literal, $layout:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) PowerOf);

        impl Show for $name {
            type Rows = Vec<PowerRow>;

            fn line_in(&self, dialect: &Dialect) -> String {
                line($which, self.0, dialect)
            }

            fn parse(text: &str) -> Parsed<Vec<PowerRow>> {
                parse(text, &$layout)
            }

            fn none() -> Option<Self::Rows> {
                Some(Vec::new())
            }
        }

        impl Typed for $name {
            const SYNTAX: &'static [&'static str] = &[
                concat!("show pon power ", $which, " <pon>"),
                concat!("show pon power ", $which, " <onu>"),
            ];

            fn from_args(args: &[Arg]) -> Option<Self> {
                of(args).map(Self)
            }
        }
    };
}

power!(
    /// `show pon power onu-rx`: what ONUs receive (fact sheet, CLI §4.4).
    ShowOnuRx,
    "onu-rx",
    RX
);
power!(
    /// `show pon power onu-tx`: what ONUs send (fact sheet, CLI §4.4).
    ShowOnuTx,
    "onu-tx",
    TX
);
power!(
    /// `show pon power olt-rx`: what the OLT receives from ONUs (fact sheet, CLI §4.4).
    ShowOltRx,
    "olt-rx",
    RX
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn lists() {
        for (file, milli) in [("onu-rx", -16_676), ("onu-tx", 2_423), ("olt-rx", -20_241)] {
            let text = fixture(&format!("c320-v2.1.0/show-pon-power-{file}.txt"));
            let Parsed { rows, unknown } = parse(&text, if file == "onu-tx" { &TX } else { &RX });
            assert_eq!(unknown, []);
            let rows: Vec<_> = rows.iter().map(|row| (row.onu.to_string(), row.dbm)).collect();
            let first = ("1/1/1:1".to_owned(), Some(Dbm::from_milli(milli)));
            assert_eq!(rows, [first, ("1/1/1:3".to_owned(), None)]);
        }
        let one = ShowOnuRx::parse(&fixture("c320-v2.1.0/show-pon-power-onu-rx-onu.txt"));
        assert_eq!((one.rows.len(), one.unknown.len()), (1, 0));
    }

    #[test]
    fn lines_as_typed() {
        let pon = PonPort::new(1, 2).unwrap();
        assert_eq!(ShowOltRx(PowerOf::Pon(pon)).line(), "show pon power olt-rx gpon-olt_1/1/2");
        let onu = OnuRef { pon, id: gpon::OnuId::new(9).unwrap() };
        assert_eq!(ShowOnuTx(PowerOf::Onu(onu)).line(), "show pon power onu-tx gpon-onu_1/1/2:9");
    }
}
