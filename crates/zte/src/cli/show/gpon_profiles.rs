use super::Parsed;
use super::typed::list_of;
use crate::cli::text::answer::{Line, Notes, lines};
use crate::cli::text::config_blocks::{TcontProfile, TrafficProfile};
use crate::cli::text::table::{BELOW, Layout, Row, Table};
use crate::cli::text::values;

/// Profiles as they are printed: a name, the names of the columns, the values.
trait Profile: Default {
    const LAYOUT: &'static Layout;

    fn named(name: &str) -> Self;
    fn set(&mut self, line: Line<'_>, row: &Row, notes: &mut Notes);
}

impl Profile for TcontProfile {
    // V1.2 has fewer columns.
    const LAYOUT: &'static Layout = &Layout {
        columns: &["Type", "FBW(kbps)", "ABW(kbps)", "MBW(kbps)", "PRIORITY", "WEIGHT"],
        needed: &["Type"],
        phrases: false,
        key: values::is_number,
    };

    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn set(&mut self, line: Line<'_>, row: &Row, notes: &mut Notes) {
        self.kind = notes.field(line, values::number(row.get("Type")));
        self.fixed_kbps = notes.field(line, values::number(row.get("FBW(kbps)")));
        self.assured_kbps = notes.field(line, values::number(row.get("ABW(kbps)")));
        self.maximum_kbps = notes.field(line, values::number(row.get("MBW(kbps)")));
        self.priority = notes.field(line, values::number(row.get("PRIORITY")));
        self.weight = notes.field(line, values::number(row.get("WEIGHT")));
    }
}

impl Profile for TrafficProfile {
    const LAYOUT: &'static Layout = &Layout {
        columns: &["SIR(kbps)", "PIR(kbps)", "CBS(kbytes)", "PBS(kbytes)"],
        needed: &["SIR(kbps)"],
        phrases: false,
        key: |text| values::is_number(text) || text == "default",
    };

    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    fn set(&mut self, line: Line<'_>, row: &Row, notes: &mut Notes) {
        let mut number = |column| {
            let cell = row.get(column);
            notes.field(line, if cell == "default" { Ok(None) } else { values::number(cell) })
        };
        self.sir_kbps = number("SIR(kbps)");
        self.pir_kbps = number("PIR(kbps)");
        self.cbs_kbytes = number("CBS(kbytes)");
        self.pbs_kbytes = number("PBS(kbytes)");
    }
}

/// How far the profile is that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// None is: what comes belongs to a title that is not known.
    None,
    Title,
    /// Its heading has come.
    Heading,
    /// All of it has.
    Values,
}

/// A title that is not known, for it speaks of profiles or names and has a value.
fn is_strange_title(line: Line<'_>) -> bool {
    line.any_label().is_some_and(|(label, _)| {
        let label = label.to_ascii_lowercase();
        label.contains("profile") || label.contains("name")
    })
}

fn profiles<P: Profile>(text: &str) -> Parsed<Vec<P>> {
    let (mut rows, mut notes): (Vec<P>, _) = (Vec::new(), Notes::default());
    let mut table = Table::new(P::LAYOUT);
    let mut part = Part::None;
    let mut title = None;
    // Whether a line that no rule knows, or an empty one, has come since the last heading.
    let (mut strange, mut last) = (false, 0);
    for line in lines(text) {
        strange |= line.number > last + 1;
        last = line.number;
        // V1.2 says `Name`.
        let name = line.known_label(&["Profile name", "Name"]);
        if name.is_some() || is_strange_title(line) {
            without_values(title.take(), &mut notes);
            table = Table::new(P::LAYOUT);
            part = Part::None;
            match name {
                Some((_, name)) => {
                    rows.push(P::named(name));
                    (part, title) = (Part::Title, Some(line));
                }
                None => notes.because(line, "a title that is not known"),
            }
            continue;
        }
        let (headings, noted) = (table.headings(), notes.len());
        let row = table.row(line, &mut notes);
        if table.headings() > headings {
            // A second one belongs to a title that was overlooked.
            let second = part == Part::Values || (part == Part::Heading && strange);
            part = if second || part == Part::None { Part::None } else { Part::Heading };
            strange = false;
        } else if row.is_none() && notes.len() > noted {
            strange = true;
        }
        match (row, part, rows.last_mut()) {
            (Some(row), Part::Heading, Some(profile)) => {
                profile.set(line, &row, &mut notes);
                (part, title) = (Part::Values, None);
            }
            (Some(_), _, _) => {
                notes.because(line, BELOW);
                part = Part::None;
            }
            (None, _, _) => {}
        }
    }
    without_values(title, &mut notes);
    notes.sort();
    notes.with(rows)
}

/// Notes a title below which no values stood.
fn without_values(title: Option<Line<'_>>, notes: &mut Notes) {
    if let Some(title) = title {
        notes.because(title, "a profile without values");
    }
}

fn tcont_profiles(text: &str) -> Parsed<Vec<TcontProfile>> {
    profiles(text)
}

fn traffic_profiles(text: &str) -> Parsed<Vec<TrafficProfile>> {
    profiles(text)
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
        assert_eq!(rows[1].dba_profile().kind, Some(gpon::DbaType::Maximum));
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
