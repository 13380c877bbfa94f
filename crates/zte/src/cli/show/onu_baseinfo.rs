use gpon::{OnuRef, PonPort, SerialNumber};
use serde::Serialize;

use super::answer::{Line, Notes, lines};
use super::columns::Columns;
use super::password::Password;
use super::typed::{Arg, Typed};
use super::{Parsed, Show, json, values};

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

const HEADER: [&str; 5] = ["OnuIndex", "Type", "Mode", "AuthInfo", "State"];
/// The widths of the columns, should the header be missing.
const PLACES: &str = "OnuIndex            Type        Mode    AuthInfo                State";
/// A type this long goes on in the next line.
const TYPE_WIDTH: usize = 11;

fn row(line: Line<'_>, columns: &Columns, notes: &mut Notes) -> Option<OnuBaseinfoRow> {
    let Some(cells) = columns.cells(line.text) else {
        notes.because(line, "a word reaches over the end of its column");
        return None;
    };
    let [index, onu_type, mode, auth, state] = cells.as_slice() else { return None };
    let onu = notes.need(line, values::onu(index))?;
    let (mut serial, mut password) = (None, None);
    match auth.split_once(':') {
        Some(("SN", text)) => serial = notes.field(line, values::serial(text)),
        Some(("PW", text)) => password = Some(Password::new(text)),
        _ if values::absent(auth) => {}
        _ => notes.because(line, "an AuthInfo without a known meaning"),
    }
    let (onu_type, mode, state) = (onu_type.clone(), mode.clone(), state.clone());
    Some(OnuBaseinfoRow { onu, onu_type, mode, serial, password, state })
}

impl Show for ShowOnuBaseinfo {
    type Rows = Vec<OnuBaseinfoRow>;

    fn line(&self) -> String {
        format!("show gpon onu baseinfo gpon-olt_{}", self.pon)
    }

    fn parse(text: &str) -> Parsed<Vec<OnuBaseinfoRow>> {
        let mut rows: Vec<OnuBaseinfoRow> = Vec::new();
        let mut notes = Notes::default();
        let mut columns = Columns::starts(PLACES);
        // The length of the last piece of the last row's type.
        let mut piece = 0;
        for line in lines(text) {
            if line.is_rule() {
                continue;
            }
            if line.has_words(&HEADER) {
                columns = Columns::starts(line.text);
                continue;
            }
            let indent = line.text.len() - line.trimmed().len();
            match rows.last_mut() {
                Some(last)
                    if piece >= TYPE_WIDTH
                        && columns.start(1) == Some(indent)
                        && !line.trimmed().contains(' ') =>
                {
                    piece = line.trimmed().len();
                    last.onu_type.push_str(line.trimmed());
                }
                _ => {
                    piece = 0;
                    if let Some(row) = row(line, &columns, &mut notes) {
                        piece = row.onu_type.len();
                        rows.push(row);
                    }
                }
            }
        }
        notes.mask(|text| {
            text.split_once("PW:").map_or(text.to_owned(), |(before, _)| format!("{before}PW:***"))
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
            "{PLACES}\ngpon-onu_1/1/1:1    F660        sn      SN:ZTEGD0000001         ready\n{}N\n",
            " ".repeat(20)
        );
        let parsed = ShowOnuBaseinfo::parse(&text);
        assert_eq!((parsed.rows[0].onu_type.as_str(), parsed.unknown.len()), ("F660", 1));
    }
}
