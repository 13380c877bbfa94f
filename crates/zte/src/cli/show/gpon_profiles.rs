use gpon::{DbaProfile, DbaType};
use serde::Serialize;

use super::answer::{Line, Notes, lines};
use super::labelled::list_of;
use super::{Parsed, values};

/// A T-CONT bandwidth profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TcontProfile {
    /// Its name.
    pub(crate) name: String,
    /// Its type, 1..=5.
    pub(crate) kind: Option<u8>,
    /// Fixed bandwidth in kbps.
    pub(crate) fixed_kbps: Option<u32>,
    /// Assured bandwidth in kbps.
    pub(crate) assured_kbps: Option<u32>,
    /// Maximum bandwidth in kbps.
    pub(crate) maximum_kbps: Option<u32>,
    /// Its priority.
    pub(crate) priority: Option<u32>,
    /// Its weight.
    pub(crate) weight: Option<u32>,
}

impl TcontProfile {
    /// The profile as the network's noun; the command line shows no number of it.
    pub(crate) fn dba_profile(&self) -> DbaProfile {
        DbaProfile {
            profile_id: None,
            name: self.name.clone(),
            kind: self.kind.and_then(|kind| DbaType::from_number(i64::from(kind))),
            fixed_kbps: self.fixed_kbps,
            assured_kbps: self.assured_kbps,
            maximum_kbps: self.maximum_kbps,
        }
    }
}

/// A traffic profile.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TrafficProfile {
    /// Its name.
    pub(crate) name: String,
    /// Its sustained rate in kbps.
    pub(crate) sir_kbps: Option<u32>,
    /// Its peak rate in kbps.
    pub(crate) pir_kbps: Option<u32>,
    /// Its committed burst in kbytes; `None` is the device's default.
    pub(crate) cbs_kbytes: Option<u32>,
    /// Its peak burst in kbytes; `None` is the device's default.
    pub(crate) pbs_kbytes: Option<u32>,
}

/// Profiles as they are printed: a name, the names of the columns, the values.
trait Profile: Default {
    fn named(name: &str) -> Self;
    /// Takes the value of a column; false when there is no such column.
    fn set(&mut self, line: Line<'_>, column: &str, value: &str, notes: &mut Notes) -> bool;
}

impl Profile for TcontProfile {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn set(&mut self, line: Line<'_>, column: &str, value: &str, notes: &mut Notes) -> bool {
        match column {
            "Type" => self.kind = notes.field(line, values::number(value)),
            "FBW(kbps)" => self.fixed_kbps = notes.field(line, values::number(value)),
            "ABW(kbps)" => self.assured_kbps = notes.field(line, values::number(value)),
            "MBW(kbps)" => self.maximum_kbps = notes.field(line, values::number(value)),
            "PRIORITY" => self.priority = notes.field(line, values::number(value)),
            "WEIGHT" => self.weight = notes.field(line, values::number(value)),
            _ => return false,
        }
        true
    }
}

impl Profile for TrafficProfile {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn set(&mut self, line: Line<'_>, column: &str, value: &str, notes: &mut Notes) -> bool {
        let number = if value == "default" { Ok(None) } else { values::number(value) };
        let field = match column {
            "SIR(kbps)" => &mut self.sir_kbps,
            "PIR(kbps)" => &mut self.pir_kbps,
            "CBS(kbytes)" => &mut self.cbs_kbytes,
            "PBS(kbytes)" => &mut self.pbs_kbytes,
            _ => return false,
        };
        *field = notes.field(line, number);
        true
    }
}

fn profiles<P: Profile>(text: &str, first_column: &str) -> Parsed<Vec<P>> {
    let (mut rows, mut notes): (Vec<P>, _) = (Vec::new(), Notes::default());
    let mut columns: Vec<&str> = Vec::new();
    for line in lines(text) {
        let words = line.words();
        match (line.label(), rows.last_mut()) {
            // V1.2 says `Name`.
            (Some(("Profile name" | "Name", name)), _) => {
                rows.push(P::named(name));
                columns.clear();
            }
            (_, Some(_)) if columns.is_empty() && words.first() == Some(&first_column) => columns = words,
            (_, Some(profile)) if !columns.is_empty() && words.len() == columns.len() => {
                for (column, value) in columns.iter().zip(words) {
                    if !profile.set(line, column, value, &mut notes) {
                        notes.because(line, format!("the column {column:?} has no known meaning"));
                    }
                }
            }
            _ => notes.unknown(line),
        }
    }
    notes.with(rows)
}

fn tcont_profiles(text: &str) -> Parsed<Vec<TcontProfile>> {
    profiles(text, "Type")
}

fn traffic_profiles(text: &str) -> Parsed<Vec<TrafficProfile>> {
    profiles(text, "SIR(kbps)")
}

list_of!(
    /// `show gpon profile tcont`: the T-CONT bandwidth profiles (fact sheet, CLI §4.7).
    ShowProfileTcont,
    "show gpon profile tcont",
    TcontProfile,
    tcont_profiles
);
list_of!(
    /// `show gpon profile traffic`: the traffic profiles (fact sheet, CLI §4.7).
    ShowProfileTraffic,
    "show gpon profile traffic",
    TrafficProfile,
    traffic_profiles
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn tcont() {
        let Parsed { rows, unknown } = tcont_profiles(&fixture("c320-v2.1.0/show-gpon-profile-tcont.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 2);
        let first = TcontProfile {
            name: "default".to_owned(),
            kind: Some(1),
            fixed_kbps: Some(10_000),
            assured_kbps: Some(0),
            maximum_kbps: Some(0),
            priority: None,
            weight: None,
        };
        assert_eq!(rows[0], first);
        assert_eq!(rows[1].dba_profile().kind, Some(DbaType::Maximum));
        assert_eq!((rows[1].name.as_str(), rows[1].maximum_kbps), ("1G", Some(1_024_000)));
    }

    #[test]
    fn v1_2_has_fewer_columns() {
        let text = "Name  :default\n Type  FBW(kbps)  ABW(kbps)\n 1     10000      0\n";
        let Parsed { rows, unknown } = tcont_profiles(text);
        assert_eq!(unknown, []);
        assert_eq!((rows[0].fixed_kbps, rows[0].maximum_kbps), (Some(10_000), None));
    }

    #[test]
    fn traffic() {
        let Parsed { rows, unknown } =
            traffic_profiles(&fixture("c320-v2.1.0/show-gpon-profile-traffic.txt"));
        assert_eq!(unknown, []);
        assert_eq!(
            (rows[0].name.as_str(), rows[0].sir_kbps, rows[0].cbs_kbytes),
            ("default", Some(9_953_280), None)
        );
        assert_eq!((rows[1].name.as_str(), rows[1].pir_kbps), ("UP50", Some(51_200)));
    }
}
