use gpon::{OnuId, OnuRef, PonPort};
use serde::Serialize;

use super::answer::{Field, Line, Notes, lines};
use super::typed::{Arg, Typed};
use super::{Parsed, Show, json, values};

/// `show remote-unit information`: the software of an ONU (fact sheet, CLI §4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ShowRemoteUnit {
    /// The ONU.
    pub(crate) onu: OnuRef,
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
    /// The places for software.
    pub(crate) regions: Vec<Region>,
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
}

/// The title of a block: `gpon-onu_1/1/1: 1`
fn title(line: Line<'_>) -> Option<OnuRef> {
    let (port, id) = line.label()?;
    let pon: PonPort = port.strip_prefix("gpon-onu_")?.parse().ok()?;
    Some(OnuRef { pon, id: id.parse::<OnuId>().ok()? })
}

fn yes(text: &str) -> Field<bool> {
    values::either(text, "Yes", "No")
}

impl RemoteUnit {
    fn set(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        if let Some(number) = line.text.strip_prefix("Region ") {
            self.regions.push(Region {
                region: notes.field(line, values::number(number.trim())),
                ..Region::default()
            });
            return Some(());
        }
        let (label, value) = line.label()?;
        match (label, self.regions.last_mut()) {
            ("RuVendorName", None) => self.vendor = values::words(value),
            ("RuType", None) => self.unit_type = values::words(value),
            ("Vertag", Some(region)) => region.version = values::words(value),
            ("Commited", Some(region)) => region.committed = notes.field(line, yes(value)),
            ("Activated", Some(region)) => region.activated = notes.field(line, yes(value)),
            ("Valid", Some(region)) => region.valid = notes.field(line, yes(value)),
            _ => return None,
        }
        Some(())
    }
}

impl RemoteUnitUpdate {
    fn set(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<()> {
        let (label, value) = line.label()?;
        match label {
            "Taskname" => self.task = values::words(value),
            "Action" => self.action = values::words(value),
            "ImgLocation" => self.image_location = values::words(value),
            "Status" => self.status = values::words(value),
            "Progress" => self.progress_percent = notes.field(line, values::percent(value)),
            "Failreason" => self.fail_reason = values::words(value).filter(|reason| reason != "None"),
            "Committime" => self.commit_time = values::words(value),
            _ => return None,
        }
        Some(())
    }
}

/// The blocks of an answer, one for each ONU.
fn blocks<T>(
    text: &str,
    new: impl Fn(OnuRef) -> T,
    set: impl Fn(&mut T, Line<'_>, &mut Notes) -> Option<()>,
) -> Parsed<Vec<T>> {
    let (mut blocks, mut notes): (Vec<T>, _) = (Vec::new(), Notes::default());
    for line in lines(text) {
        if let Some(onu) = title(line) {
            blocks.push(new(onu));
        } else if blocks.last_mut().and_then(|block| set(block, line, &mut notes)).is_none() {
            notes.unknown(line);
        }
    }
    notes.with(blocks)
}

impl Show for ShowRemoteUnit {
    type Rows = Vec<RemoteUnit>;

    fn line(&self) -> String {
        format!("show remote-unit information gpon-olt_{} {}", self.onu.pon, self.onu.id)
    }

    fn parse(text: &str) -> Parsed<Vec<RemoteUnit>> {
        let new = |onu| RemoteUnit { onu, vendor: None, unit_type: None, regions: Vec::new() };
        blocks(text, new, RemoteUnit::set)
    }
}

impl Show for ShowRemoteUnitUpdate {
    type Rows = Vec<RemoteUnitUpdate>;

    fn line(&self) -> String {
        format!("show remote-unit update-status gpon-olt_{} {}", self.onu.pon, self.onu.id)
    }

    fn parse(text: &str) -> Parsed<Vec<RemoteUnitUpdate>> {
        let new = |onu| RemoteUnitUpdate {
            onu,
            task: None,
            action: None,
            image_location: None,
            status: None,
            progress_percent: None,
            fail_reason: None,
            commit_time: None,
        };
        blocks(text, new, RemoteUnitUpdate::set)
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
    const SYNTAX: &'static [&'static str] = &["show remote-unit information <pon> <onu-id>"];

    fn from_args(args: &[Arg]) -> Option<Self> {
        onu(args).map(|onu| Self { onu })
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
        };
        assert_eq!(rows, [expected]);
    }
}
