use gpon::{OnuRef, PonPort, SerialNumber};
use serde::Serialize;

use super::onu_state::FOOTER;
use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::columns::words;
use crate::cli::text::password::Password;
use crate::cli::text::table::{Layout, Row, Table};
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;

/// `show gpon onu baseinfo`: types and serial numbers of the ONUs of a port
/// (fact sheet, CLI §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowOnuBaseinfo {
    /// The port.
    pub(crate) pon: PonPort,
}

/// An ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OnuBaseinfoRow {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// The type it is configured as.
    pub(crate) onu_type: String,
    /// How it proves who it is: `sn`, `pw`.
    pub(crate) mode: String,
    /// Its serial number; `None` for one registered by password.
    pub(crate) serial: Option<SerialNumber>,
    /// The password it is registered by.
    pub(crate) password: Option<Password>,
    /// Its state (`ready`).
    pub(crate) state: String,
}

static LAYOUT: Layout = Layout {
    columns: &["OnuIndex", "Type", "Mode", "AuthInfo", "State"],
    needed: &["OnuIndex", "Type", "Mode", "State"],
    phrases: false,
    key: |text| values::onu(text).is_ok(),
};
/// A type this long goes on in the next line.
const TYPE_WIDTH: usize = 11;

fn row(line: Line<'_>, row: &Row, notes: &mut Notes) -> Option<OnuBaseinfoRow> {
    let onu = notes.need(line, values::onu(row.get("OnuIndex")))?;
    let auth = row.get("AuthInfo");
    let (mut serial, mut password) = (None, None);
    match auth.split_once(':') {
        Some((kind, text)) if kind.eq_ignore_ascii_case("SN") => {
            serial = notes.field(line, values::serial(text.trim()));
        }
        Some((kind, text)) if kind.eq_ignore_ascii_case("PW") => password = Some(Password::new(text)),
        _ if values::absent(auth) => {}
        _ => notes.because(line, "an AuthInfo without a known meaning"),
    }
    let (onu_type, mode, state) = ["Type", "Mode", "State"].map(|column| row.get(column).to_owned()).into();
    Some(OnuBaseinfoRow { onu, onu_type, mode, serial, password, state })
}

/// The rest of a type, which stands alone below it.
fn rest_of_type(line: Line<'_>, type_at: usize) -> Option<String> {
    let mut words = words(line.text).into_iter();
    let (at, rest) = words.next().filter(|_| words.next().is_none())?;
    (at > 0 && at.abs_diff(type_at) <= 1).then_some(rest)
}

impl Show for ShowOnuBaseinfo {
    type Rows = Vec<OnuBaseinfoRow>;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show gpon onu baseinfo {}", dialect.ports.pon(self.pon))
    }

    fn parse(text: &str) -> Parsed<Vec<OnuBaseinfoRow>> {
        let mut rows: Vec<OnuBaseinfoRow> = Vec::new();
        let mut notes = Notes::default();
        let mut table = Table::new(&LAYOUT);
        // The length of the last piece of the last row's type, and where it begins.
        let (mut piece, mut type_at) = (0, 0);
        for line in lines(text) {
            let rest = rest_of_type(line, type_at).filter(|_| piece >= TYPE_WIDTH);
            if let (Some(rest), Some(last)) = (rest, rows.last_mut()) {
                piece = rest.chars().count();
                last.onu_type.push_str(&rest);
                continue;
            }
            if let Some((_, count)) = line.known_label(&[FOOTER]) {
                let count = count.rsplit('/').next().unwrap_or(count).trim();
                if let Some(count) = notes.field(line, values::number(count)) {
                    notes.count(line, count, rows.len(), "ONUs");
                }
                continue;
            }
            if let Some(found) = table.row(line, &mut notes).and_then(|found| row(line, &found, &mut notes)) {
                piece = found.onu_type.chars().count();
                type_at = words(line.text).get(1).map_or(0, |(at, _)| *at);
                rows.push(found);
            }
        }
        table.end(&mut notes);
        notes.mask(|text| {
            let at = text.to_ascii_uppercase().find("PW:").map(|at| at + 3);
            at.and_then(|at| text.get(..at)).map_or(text.to_owned(), |before| format!("{before}***"))
        });
        notes.with(rows)
    }

    fn none() -> Option<Self::Rows> {
        Some(Vec::new())
    }
}

impl Typed for ShowOnuBaseinfo {
    const SYNTAX: &'static [&'static str] = &["show gpon onu baseinfo <pon>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Pon(pon)] => Some(Self { pon: *pon }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } =
            ShowOnuBaseinfo::parse(&fixture("c320-v2.1.0/show-gpon-onu-baseinfo.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].onu.to_string(), rows[0].onu_type.as_str()), ("1/1/1:1".to_owned(), "HRT"));
        assert_eq!(rows[0].serial.unwrap().to_string(), "ZTEGD0000001");
        assert_eq!((rows[0].mode.as_str(), rows[0].state.as_str()), ("sn", "ready"));
    }

    #[test]
    fn long_types_and_passwords() {
        let Parsed { rows, unknown } =
            ShowOnuBaseinfo::parse(&fixture("c320-v2.1.0/show-gpon-onu-baseinfo-long.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0].password.as_ref().unwrap().expose(), "AAA0000010");
        assert_eq!((rows[0].mode.as_str(), rows[0].serial), ("pw", None));
        assert_eq!(rows[1].onu_type, "HG8243C-OPEN");
        assert_eq!((rows[2].onu_type.as_str(), rows[2].state.as_str()), ("F660", "logging"));
    }

    #[test]
    fn a_short_type_does_not_go_on() {
        let text = format!(
            "OnuIndex            Type        Mode    AuthInfo                State\n\
             gpon-onu_1/1/1:1    F660        sn      SN:ZTEGD0000001         ready\n{}N\n",
            " ".repeat(20)
        );
        let parsed = ShowOnuBaseinfo::parse(&text);
        assert_eq!((parsed.rows[0].onu_type.as_str(), parsed.unknown.len()), ("F660", 1));
    }
}
