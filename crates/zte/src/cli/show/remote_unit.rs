use gpon::{OnuId, OnuRef, PonPort};
use serde::Serialize;

use super::typed::{Arg, Typed};
use super::{Parsed, Show};
use crate::cli::text::answer::{Field, Line, Notes, lines};
use crate::cli::text::labelled::{Other, other};
use crate::cli::text::table::BELOW;
use crate::cli::text::{json, values};
use crate::firmware::dialect::Dialect;
use crate::firmware::numbers_of_onu;

/// `show remote-unit information`: the software of ONUs (fact sheet, CLI §4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowRemoteUnit {
    /// The ONU, or the first of several.
    pub(crate) onu: OnuRef,
    /// The last of several (`1-5`).
    pub(crate) last: Option<OnuId>,
}

/// `show remote-unit update-status`: how an update of an ONU's software went (fact sheet, CLI §4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowRemoteUnitUpdate {
    /// The ONU.
    pub(crate) onu: OnuRef,
}

/// The software of an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RemoteUnit {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// Its maker (`ZTEG`).
    pub(crate) vendor: Option<String>,
    /// Its type.
    pub(crate) unit_type: Option<String>,
    /// The version of the software that it runs: that in the one region which is
    /// activated and valid.
    pub(crate) active_version: Option<String>,
    /// The places for software.
    pub(crate) regions: Vec<Region>,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

/// A place for software in an ONU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Region {
    /// Its number.
    pub(crate) region: Option<u8>,
    /// The version in it.
    pub(crate) version: Option<String>,
    /// Whether the ONU starts from it.
    pub(crate) committed: Option<bool>,
    /// Whether the ONU runs it.
    pub(crate) activated: Option<bool>,
    /// Whether it can be run.
    pub(crate) valid: Option<bool>,
}

/// How an update of an ONU's software went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RemoteUnitUpdate {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// The task (`Manual`).
    pub(crate) task: Option<String>,
    /// What is done (`Activate`).
    pub(crate) action: Option<String>,
    /// Where the software comes from (`Local`).
    pub(crate) image_location: Option<String>,
    /// `Success` and others.
    pub(crate) status: Option<String>,
    /// How far it is, in percent.
    pub(crate) progress_percent: Option<u8>,
    /// Why it failed.
    pub(crate) fail_reason: Option<String>,
    /// When it is to be committed.
    pub(crate) commit_time: Option<String>,
    /// What else the OLT says, by its own labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other: Other,
}

/// The title of a block: `gpon-onu_1/1/1: 1`
fn title(line: Line<'_>) -> Option<OnuRef> {
    let (port, id) = line.label()?;
    let pon: PonPort = numbers_of_onu(port)?.parse().ok()?;
    Some(OnuRef { pon, id: id.parse::<OnuId>().ok()? })
}

/// Whether a line names an ONU in a way that is not known: another block begins.
fn is_strange_title(line: Line<'_>) -> bool {
    line.trimmed().to_ascii_lowercase().contains("onu") && line.text.contains('/')
}

fn yes(text: &str) -> Field<bool> {
    values::either(text, "Yes", "No")
}

/// A block of an answer.
trait Block: Sized {
    fn of(onu: OnuRef) -> Self;

    /// Takes a line; says what became of it.
    fn set(&mut self, line: Line<'_>, notes: &mut Notes) -> Taken;
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    Yes,
    /// No rule knows it.
    No,
    /// It says again what was said: it is of another block.
    Again,
}

impl RemoteUnit {
    fn running(&self) -> Option<String> {
        let runs = |region: &&Region| region.activated == Some(true) && region.valid == Some(true);
        let mut running = self.regions.iter().filter(runs);
        let region = running.next().filter(|_| running.next().is_none())?;
        region.version.clone()
    }

    /// `Region 1`
    fn region(&mut self, number: &str) -> Taken {
        let Ok(Some(number)) = values::number(number.trim()) else { return Taken::No };
        if self.regions.iter().any(|region| region.region == Some(number)) {
            return Taken::Again;
        }
        self.regions.push(Region { region: Some(number), ..Region::default() });
        Taken::Yes
    }
}

/// Puts a value into a place that is still empty.
fn put<T>(line: Line<'_>, place: &mut Option<T>, field: Field<T>, notes: &mut Notes) -> Taken {
    if place.is_some() {
        return Taken::Again;
    }
    *place = notes.field(line, field);
    Taken::Yes
}

impl Block for RemoteUnit {
    fn of(onu: OnuRef) -> Self {
        Self {
            onu,
            vendor: None,
            unit_type: None,
            active_version: None,
            regions: Vec::new(),
            other: Vec::new(),
        }
    }

    fn set(&mut self, line: Line<'_>, notes: &mut Notes) -> Taken {
        let region = line.trimmed().split_once(char::is_whitespace);
        if let Some((_, number)) = region.filter(|(word, _)| word.eq_ignore_ascii_case("region")) {
            return self.region(number.trim_end_matches(':'));
        }
        const LABELS: [&str; 7] =
            ["RuVendorName", "RuType", "Vertag", "Commited", "Committed", "Activated", "Valid"];
        let Some((label, value)) = line.known_label(&LABELS) else {
            return match line.any_label() {
                Some((label, value)) => {
                    self.other.push(other(label, value));
                    Taken::Yes
                }
                None => Taken::No,
            };
        };
        match (label, self.regions.last_mut()) {
            ("RuVendorName", None) => put(line, &mut self.vendor, values::text(value), notes),
            ("RuType", None) => put(line, &mut self.unit_type, values::text(value), notes),
            ("RuVendorName" | "RuType", Some(_)) => Taken::Again,
            ("Vertag", Some(region)) => put(line, &mut region.version, values::text(value), notes),
            ("Activated", Some(region)) => put(line, &mut region.activated, yes(value), notes),
            ("Valid", Some(region)) => put(line, &mut region.valid, yes(value), notes),
            (_, Some(region)) => put(line, &mut region.committed, yes(value), notes),
            (_, None) => Taken::No,
        }
    }
}

impl Block for RemoteUnitUpdate {
    fn of(onu: OnuRef) -> Self {
        Self {
            onu,
            task: None,
            action: None,
            image_location: None,
            status: None,
            progress_percent: None,
            fail_reason: None,
            commit_time: None,
            other: Vec::new(),
        }
    }

    fn set(&mut self, line: Line<'_>, notes: &mut Notes) -> Taken {
        const LABELS: [&str; 7] =
            ["Taskname", "Action", "ImgLocation", "Status", "Progress", "Failreason", "Committime"];
        let Some((label, value)) = line.known_label(&LABELS) else {
            return match line.any_label() {
                Some((label, value)) => {
                    self.other.push(other(label, value));
                    Taken::Yes
                }
                None => Taken::No,
            };
        };
        let text = values::text(value);
        match label {
            "Taskname" => put(line, &mut self.task, text, notes),
            "Action" => put(line, &mut self.action, text, notes),
            "ImgLocation" => put(line, &mut self.image_location, text, notes),
            "Status" => put(line, &mut self.status, text, notes),
            "Progress" => put(line, &mut self.progress_percent, values::percent(value), notes),
            "Failreason" => {
                let reason = values::words(value).filter(|reason| reason != "None");
                put(line, &mut self.fail_reason, Ok(reason), notes)
            }
            _ => put(line, &mut self.commit_time, text, notes),
        }
    }
}

/// The blocks of an answer, one for each ONU.
fn blocks<T: Block>(text: &str) -> Parsed<Vec<T>> {
    let (mut blocks, mut notes): (Vec<T>, _) = (Vec::new(), Notes::default());
    let mut open = false;
    for line in lines(text).filter(|line| !line.is_rule()) {
        if let Some(onu) = title(line) {
            blocks.push(T::of(onu));
            open = true;
            continue;
        }
        if is_strange_title(line) {
            open = false;
        }
        let taken = match blocks.last_mut().filter(|_| open) {
            Some(block) => block.set(line, &mut notes),
            None => Taken::Again,
        };
        match taken {
            Taken::Yes => {}
            Taken::No => notes.unknown(line),
            Taken::Again => {
                open = false;
                notes.because(line, BELOW);
            }
        }
    }
    notes.with(blocks)
}

impl Show for ShowRemoteUnit {
    type Rows = Vec<RemoteUnit>;

    fn line_in(&self, dialect: &Dialect) -> String {
        let last = self.last.map(|last| format!("-{last}")).unwrap_or_default();
        format!("show remote-unit information {} {}{last}", dialect.ports.pon(self.onu.pon), self.onu.id)
    }

    fn parse(text: &str) -> Parsed<Vec<RemoteUnit>> {
        let mut parsed = blocks::<RemoteUnit>(text);
        parsed.rows.iter_mut().for_each(|unit| unit.active_version = unit.running());
        parsed
    }
}

impl Show for ShowRemoteUnitUpdate {
    type Rows = Vec<RemoteUnitUpdate>;

    fn line_in(&self, dialect: &Dialect) -> String {
        format!("show remote-unit update-status {} {}", dialect.ports.pon(self.onu.pon), self.onu.id)
    }

    fn parse(text: &str) -> Parsed<Vec<RemoteUnitUpdate>> {
        blocks(text)
    }
}

/// The ONU of a port and a number.
fn onu(args: &[Arg]) -> Option<OnuRef> {
    match args {
        [Arg::Pon(pon), Arg::OnuId(id)] => Some(OnuRef { pon: *pon, id: *id }),
        _ => None,
    }
}

impl Typed for ShowRemoteUnit {
    const SYNTAX: &'static [&'static str] =
        &["show remote-unit information <pon> <onu-id>", "show remote-unit information <pon> <onu-ids>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        match args {
            [Arg::Pon(pon), Arg::OnuIds(first, last)] => {
                Some(Self { onu: OnuRef { pon: *pon, id: *first }, last: Some(*last) })
            }
            _ => onu(args).map(|onu| Self { onu, last: None }),
        }
    }
}

impl Typed for ShowRemoteUnitUpdate {
    const SYNTAX: &'static [&'static str] = &["show remote-unit update-status <pon> <onu-id>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        onu(args).map(|onu| Self { onu })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::fixture;

    #[test]
    fn software() {
        let text = fixture("c320-v2.1.0/show-remote-unit-information.txt");
        let Parsed { rows, unknown } = ShowRemoteUnit::parse(&text);
        assert_eq!(unknown, []);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].onu.to_string(), "1/1/1:1");
        assert_eq!(
            (rows[0].vendor.as_deref(), rows[0].unit_type.as_deref()),
            (Some("ZTEG"), Some("F670LV9.0"))
        );
        let first = Region {
            region: Some(1),
            version: Some("V9.0.11P1N52".to_owned()),
            committed: Some(true),
            activated: Some(true),
            valid: Some(true),
        };
        assert_eq!(rows[0].regions[0], first);
        assert_eq!((rows[0].regions.len(), rows[0].regions[1].activated), (2, Some(false)));
        // Two ONUs are two blocks, whatever the blanks.
        let two = format!("{text}{}", text.replace(": 1\n", ": 2\n").replace("  Vertag  ", "Vertag"));
        let Parsed { rows, unknown } = ShowRemoteUnit::parse(&two);
        assert_eq!((unknown, rows.len()), (vec![], 2));
        assert_eq!(rows[1].regions[0], first);
        assert_eq!(rows[1].active_version.as_deref(), Some("V9.0.11P1N52"));
    }

    /// An image that is not valid is not what runs, nor is one of two.
    #[test]
    fn the_active_image() {
        let text = fixture("c320-v2.1.0/show-remote-unit-information.txt");
        let active = |text: &str| ShowRemoteUnit::parse(text).rows[0].active_version.clone();
        assert_eq!(active(&text).as_deref(), Some("V9.0.11P1N52"));
        assert_eq!(active(&text.replace("Activated     : No", "Activated     : Yes")), None);
        assert_eq!(active(&text.replace("Valid         : Yes", "Valid         : No")), None);
        assert_eq!(active(&text.replace("Activated     : Yes", "Activated     : N/A")), None);
        assert_eq!(active(&text.replace("Activated     : Yes", "Foo : Yes")), None);
    }

    /// Whatever the title of the second block looks like, the first never takes its software.
    #[test]
    fn a_title_that_is_not_known_ends_the_block() {
        let text = fixture("c320-v2.1.0/show-remote-unit-information.txt");
        let first = ShowRemoteUnit::parse(&text).rows;
        for title in ["gpon_onu-1/1/1:2", "ONU 1/1/1 2", "gpon-onu_1/1/1: 300", "Second", "Ru : 2"] {
            let second = text.replace("gpon-onu_1/1/1: 1", title).replace("V9.0", "V8.0");
            let parsed = ShowRemoteUnit::parse(&format!("{text}{second}"));
            let mut rows = parsed.rows.clone();
            rows[0].other.clear();
            assert_eq!(rows, first, "{title}");
            assert!(parsed.unknown.len() >= 10, "{title}: {:?}", parsed.unknown);
        }
    }

    #[test]
    fn an_update() {
        let text = fixture("c320-v2.1.0/show-remote-unit-update-status.txt");
        let Parsed { rows, unknown } = ShowRemoteUnitUpdate::parse(&text);
        assert_eq!(unknown, []);
        let expected = RemoteUnitUpdate {
            onu: values::onu("1/1/2:71").unwrap(),
            task: Some("Manual".to_owned()),
            action: Some("Activate".to_owned()),
            image_location: Some("Local".to_owned()),
            status: Some("Success".to_owned()),
            progress_percent: Some(100),
            fail_reason: None,
            commit_time: None,
            other: Vec::new(),
        };
        assert_eq!(rows, [expected]);
    }
}
