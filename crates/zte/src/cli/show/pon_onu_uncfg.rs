use gpon::SerialNumber;
use serde::Serialize;

use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Notes, lines};
use crate::cli::text::table::{Layout, Table};
use crate::cli::text::values;

/// A box that waits. Which fields are shown is for the OLT's configuration to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PonOnuUncfgRow {
    /// The port it was seen on, as the OLT names it: `gpon-olt_1/1/5`, `epon-olt_1/2/8`.
    pub(crate) port: String,
    /// The model it reports.
    pub(crate) model: Option<String>,
    /// Its serial number; an EPON box has none.
    pub(crate) serial: Option<SerialNumber>,
    /// The password it reports.
    pub(crate) password: Option<String>,
}

impl PonOnuUncfgRow {
    /// The GPON port; `None` for EPON.
    pub(crate) fn pon(&self) -> Option<gpon::PonPort> {
        values::named_pon(&self.port)
    }
}

/// Which columns there are is for the OLT's configuration to say
/// (`uncfg-onu-display-info`).
static LAYOUT: Layout = Layout {
    columns: &["OltIndex", "Model", "SN", "PW"],
    needed: &["OltIndex"],
    phrases: true,
    key: |text| {
        let gpon = values::named_pon(text).is_some();
        gpon || text.starts_with("epon-olt_")
    },
};

fn boxes(text: &str) -> Parsed<Vec<PonOnuUncfgRow>> {
    let (mut rows, mut notes) = (Vec::new(), Notes::default());
    let mut table = Table::new(&LAYOUT);
    for line in lines(text) {
        let Some(row) = table.row(line, &mut notes) else { continue };
        rows.push(PonOnuUncfgRow {
            port: row.get("OltIndex").to_owned(),
            model: values::words(row.get("Model")),
            serial: notes.field(line, values::serial(row.get("SN"))),
            password: values::words(row.get("PW")),
        });
    }
    table.end(&mut notes);
    notes.with(rows)
}

list_of!(
    /// `show pon onu uncfg`: boxes that wait for configuration, with model and
    /// password; V2.1 and later (fact sheet, CLI §4.3).
    ShowPonOnuUncfg,
    "show pon onu uncfg",
    PonOnuUncfgRow,
    boxes
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture};

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } = ShowPonOnuUncfg::parse(&fixture("c320-v2.1.0/show-pon-onu-uncfg.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].pon().unwrap().to_string(), "1/1/5");
        assert_eq!(rows[0].model.as_deref(), Some("F670LV9.0"));
        assert_eq!(rows[0].serial.unwrap().to_string(), "ZTEG0000A001");
        assert_eq!(rows[0].password.as_deref(), Some("G0000A001"));
    }

    #[test]
    fn epon_beside_gpon() {
        let Parsed { rows, unknown } =
            ShowPonOnuUncfg::parse(&fixture("c320-v2.1.0/show-pon-onu-uncfg-epon.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows[1].model.as_deref(), rows[1].password.as_deref()), (None, None));
        assert_eq!((rows[2].pon(), rows[2].port.as_str()), (None, "epon-olt_1/2/8"));
        assert_eq!((rows[2].model.as_deref(), rows[2].serial), (Some("HWTC-245C"), None));
    }

    #[test]
    fn blanks_and_other_columns() {
        let text = "OltIndex            SN                 Model\n\
                    gpon-olt_1/1/5      ZTEG0000A001       Two words\n\
                    gpon-olt_1/1/6      ZTEG0000A002\n";
        let Parsed { rows, unknown } = ShowPonOnuUncfg::parse(text);
        assert_eq!(unknown, []);
        assert_eq!(rows[0].model.as_deref(), Some("Two words"));
        assert_eq!((rows[1].model.as_deref(), rows[1].password.as_deref()), (None, None));
    }
}
