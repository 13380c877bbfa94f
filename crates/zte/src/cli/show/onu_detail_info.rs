use gpon::{ClockTime, OnuRef, OnuState, SerialNumber};
use serde::Serialize;

use super::Parsed;
use super::typed::of_onu;
use crate::OltSettings;
use crate::cli::text::answer::{Field, Line, Notes};
use crate::cli::text::labelled::{masked, other};
use crate::cli::text::password::Password;
use crate::cli::text::wraps::{Next, joined};
use crate::cli::text::{json, values};

/// All about an ONU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OnuDetailInfo {
    /// The ONU.
    #[serde(serialize_with = "json::maybe_text")]
    pub(crate) onu: Option<OnuRef>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The type it is configured as.
    pub(crate) onu_type: Option<String>,
    /// Its state (`ready`).
    pub(crate) state: Option<String>,
    /// Whether it is enabled; false once it is shut down.
    pub(crate) admin_enabled: Option<bool>,
    /// Its phase.
    #[serde(serialize_with = "json::state")]
    pub(crate) phase: Option<OnuState>,
    /// Whether its configuration reached it (`success`, `fail`), V2 only; `fail` does not mean that it is down.
    pub(crate) config_state: Option<String>,
    /// How it proves who it is: `sn`, `pw`.
    pub(crate) authentication: Option<String>,
    /// Its serial number.
    pub(crate) serial: Option<SerialNumber>,
    /// Its password.
    pub(crate) password: Option<Password>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Its distance in metres; `None` for one that cannot be.
    pub(crate) distance_m: Option<u32>,
    /// Its distance in metres as it is printed, be it possible or not.
    #[serde(skip)]
    pub(crate) printed_distance_m: Option<u32>,
    /// The number of the line of a distance that usually cannot be; an OLT may
    /// be configured for a longer reach.
    #[serde(skip)]
    pub(crate) doubted: Option<usize>,
    /// How long it has been online, in seconds.
    pub(crate) online_s: Option<u64>,
    /// The other fields, as the OLT names them.
    pub(crate) other: Vec<(String, String)>,
    /// When it came and went; rows that were never used are left out.
    pub(crate) history: Vec<OnuSession>,
}

/// A time that an ONU was online.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OnuSession {
    /// Its number, 1..=10, the oldest first.
    pub(crate) number: u32,
    /// When it came.
    #[serde(serialize_with = "json::maybe_text")]
    pub(crate) online_at: Option<ClockTime>,
    /// When it went; `None` while it lasts.
    #[serde(serialize_with = "json::maybe_text")]
    pub(crate) offline_at: Option<ClockTime>,
    /// Why it went (`DyingGasp`, `LOSi`).
    pub(crate) cause: Option<String>,
}

/// The labels that have a field of their own.
const LABELS: [&str; 13] = [
    TITLE,
    "Name",
    "Type",
    "State",
    "Admin state",
    "Phase state",
    "Config state",
    "Authentication mode",
    "Serial number",
    "Password",
    "Description",
    "ONU Distance",
    "Online Duration",
];
/// The label that begins the answer, and the block of another ONU.
const TITLE: &str = "ONU interface";

/// What a line after a full one is: all but the first are indented. The rest of
/// a name may be a few dashes, a rule has many.
fn next(_: &str, next: &str) -> Next {
    let line = Line::of(0, next);
    let rule = line.is_rule() && next.len() > 20;
    Next::own(next.starts_with("  ") || rule || line.known_label(&[TITLE]).is_some())
}

/// `9h 52m 52s`
fn duration(text: &str) -> Field<u64> {
    if values::absent(text) {
        return Ok(None);
    }
    let strange = || format!("{} is not a length of time", values::quoted(text));
    let mut seconds: u64 = 0;
    for part in text.split_whitespace() {
        let units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];
        let found = units.iter().find_map(|(unit, size)| Some((part.strip_suffix(unit)?, size)));
        let (count, size) = found.ok_or_else(strange)?;
        let count: u32 = count.parse().map_err(|_| strange())?;
        seconds = seconds.saturating_add(u64::from(count) * size);
    }
    Ok(Some(seconds))
}

/// Which part of the answer a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The labels.
    Labels,
    /// What stands below the rule: the heading of the history is still missing.
    Rule,
    /// The rows of the history.
    History,
    /// Another ONU, or what nobody knows: nothing of it is read.
    Beyond,
}

/// An answer that is being read.
struct Reader<'a> {
    info: OnuDetailInfo,
    part: Part,
    /// The labels that were met, with their lines.
    labels: Vec<(&'static str, Line<'a>)>,
    notes: Notes,
}

impl<'a> Reader<'a> {
    fn take(&mut self, line: Line<'a>) {
        let heading = line.is("Authpass Time OfflineTime Cause");
        match self.part {
            _ if line.is_rule() && self.part != Part::Labels => {}
            Part::Labels if line.is_rule() => self.part = Part::Rule,
            Part::Labels | Part::Rule if heading => self.part = Part::History,
            Part::Labels => self.label(line),
            // A second heading, or a label that is known, is another ONU's.
            Part::Rule | Part::History if heading || line.known_label(&LABELS).is_some() => self.beyond(line),
            Part::History => self.session(line),
            Part::Rule => self.notes.unknown(line),
            Part::Beyond => self.beyond(line),
        }
    }

    fn beyond(&mut self, line: Line<'a>) {
        self.part = Part::Beyond;
        self.notes.because(line, "it stands below the answer about another ONU, or about nobody knows what");
    }

    fn label(&mut self, line: Line<'a>) {
        let Some((label, value)) = line.known_label(&LABELS) else {
            match line.any_label() {
                Some((label, value)) => self.info.other.push(other(label, value)),
                None => self.notes.unknown(line),
            }
            return;
        };
        // Said again, it is of another ONU.
        if self.labels.iter().any(|(met, _)| *met == label) {
            return self.beyond(line);
        }
        self.labels.push((label, line));
        let (info, notes) = (&mut self.info, &mut self.notes);
        match label {
            TITLE => info.onu = notes.need(line, values::onu(value)),
            "Name" => info.name = values::name(value),
            "Type" => info.onu_type = values::words(value),
            "State" => info.state = values::words(value),
            "Admin state" => info.admin_enabled = notes.field(line, values::enabled(value)),
            "Phase state" => info.phase = notes.need(line, values::phase(value)),
            "Config state" => info.config_state = values::words(value),
            "Authentication mode" => info.authentication = values::words(value),
            "Serial number" => info.serial = notes.field(line, values::serial(value)),
            "Password" => info.password = values::words(value).as_deref().map(Password::new),
            "Description" => info.description = values::name(value),
            "ONU Distance" => info.printed_distance_m = notes.field(line, values::quantity(value, "m")),
            _ => info.online_s = notes.field(line, duration(value)),
        }
    }

    fn session(&mut self, line: Line<'a>) {
        let words = line.words();
        let [number, date, time, end_date, end_time, cause @ ..] = words.as_slice() else {
            return self.notes.unknown(line);
        };
        let number = values::is_number(number).then(|| values::number(number));
        let Some(Ok(Some(number))) = number else { return self.notes.unknown(line) };
        let (online, offline) = (values::moment(date, time), values::moment(end_date, end_time));
        if online.is_err() && offline.is_err() {
            return self.notes.unknown(line);
        }
        let online_at = self.notes.field(line, online);
        let offline_at = self.notes.field(line, offline);
        if online_at.is_some() || offline_at.is_some() {
            let cause = values::words(&cause.join(" "));
            self.info.history.push(OnuSession { number, online_at, offline_at, cause });
        }
    }

    /// A distance that cannot be is none (fact sheet, CLI §9.2).
    fn distance(&mut self) {
        let line = self.labels.iter().find(|(label, _)| *label == "ONU Distance").map(|(_, line)| *line);
        let distance = self.info.distance(OltSettings::MAX_DISTANCE_M);
        self.info.doubted = line.filter(|_| distance.is_err()).map(|line| line.number);
        self.info.distance_m = match line {
            Some(line) => self.notes.field(line, distance),
            None => None,
        };
    }
}

impl OnuDetailInfo {
    /// The distance in metres, which is at most `ceiling` on GPON.
    ///
    /// # Errors
    /// Why the one that is printed cannot be.
    pub(crate) fn distance(&self, ceiling: u32) -> Result<Option<u32>, String> {
        self.printed_distance_m.map(|metres| gpon_distance(metres, self.phase, ceiling)).transpose()
    }
}

/// A distance in metres of an ONU in this phase, which is at most `ceiling` on GPON.
///
/// # Errors
/// Why it cannot be: nothing ranges so far, or the ONU is still ranging.
pub(crate) fn gpon_distance(metres: u32, phase: Option<OnuState>, ceiling: u32) -> Result<u32, String> {
    if phase == Some(OnuState::Logging) {
        return Err(format!("a distance of {metres} m, of an ONU that is still ranging"));
    }
    if metres > ceiling {
        return Err(format!("a distance of {metres} m: nothing ranges beyond {ceiling} m on GPON"));
    }
    Ok(metres)
}

fn details(text: &str) -> Parsed<OnuDetailInfo> {
    let whole = joined(text, next);
    let mut reader = Reader {
        info: OnuDetailInfo::default(),
        part: Part::Labels,
        labels: Vec::new(),
        notes: Notes::default(),
    };
    whole.lines().for_each(|line| reader.take(line));
    reader.distance();
    let Reader { info, mut notes, .. } = reader;
    notes.sort();
    notes.mask(masked);
    notes.with(info)
}

of_onu!(
    /// `show gpon onu detail-info`: all about an ONU (fact sheet, CLI §4.3).
    ShowOnuDetailInfo,
    "show gpon onu detail-info",
    OnuDetailInfo,
    details
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::show::{Show, fixture, wrapped};

    #[test]
    fn v2_1() {
        let Parsed { rows, unknown } =
            ShowOnuDetailInfo::parse(&fixture("c320-v2.1.0/show-gpon-onu-detail-info.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.onu.unwrap().to_string(), "1/1/1:1");
        assert_eq!(rows.name.as_deref(), Some("cliente_teste_01"));
        assert_eq!(rows.description.as_deref(), Some("from operador"));
        assert_eq!((rows.phase, rows.admin_enabled), (Some(OnuState::Online), Some(true)));
        assert_eq!(rows.serial.unwrap().to_string(), "ZTEGD0000001");
        assert_eq!((rows.distance_m, rows.online_s), (Some(1074), Some(9 * 3600 + 52 * 60 + 52)));
        assert_eq!(rows.password, None);
        assert_eq!(rows.history.len(), 10);
        assert_eq!(rows.history[1].cause.as_deref(), Some("LOSi"));
        assert_eq!(rows.history[9].online_at, ClockTime::new(2026, 10, 1, 7, 40, 56));
        assert_eq!((rows.history[9].offline_at, rows.history[9].cause.as_deref()), (None, None));
        let state = ("Multicast encryption current state".to_owned(), "N/A".to_owned());
        assert!(rows.other.contains(&state));
    }

    #[test]
    fn a_long_description_is_joined() {
        for tail in ["tail", " with a blank", "Name: x", "-----"] {
            let description = format!("{}{tail}", "x".repeat(57));
            let text =
                fixture("c320-v2.1.0/show-gpon-onu-detail-info.txt").replace("from operador", &description);
            let parsed = ShowOnuDetailInfo::parse(&wrapped(&text));
            assert_eq!(parsed.unknown, []);
            assert_eq!(parsed.rows.description, Some(description));
            assert_eq!(parsed.rows.history.len(), 10);
        }
    }

    /// What stands below another ONU's title is not this one's, nor is its password told.
    #[test]
    fn another_onu_is_another() {
        let text = fixture("c320-v2.1.0/show-gpon-onu-detail-info.txt");
        let whole = ShowOnuDetailInfo::parse(&text).rows;
        let second = text.replace("Password:", "Password:  hidden1").replace("cliente", "otro");
        for title in
            ["ONU interface:         gpon-onu_1/1/1:2", "Interface of the ONU:  gpon-onu_1/1/1:2", "ONU 2"]
        {
            let second = second.replace("ONU interface:         gpon-onu_1/1/1:1", title);
            for (first, count) in [(text.as_str(), 10), (text.split("-----").next().unwrap(), 0)] {
                let parsed = ShowOnuDetailInfo::parse(&format!("{first}{second}"));
                let of = |info: &OnuDetailInfo| {
                    (info.onu, info.name.clone(), info.distance_m, info.password.clone())
                };
                assert_eq!(of(&parsed.rows), of(&whole), "{title}");
                assert_eq!(parsed.rows.history.len(), count, "{title}");
                assert!(parsed.unknown.len() > 30, "{title}");
                assert!(!format!("{parsed:?}").contains("hidden1"));
            }
        }
    }

    #[test]
    fn never_online() {
        let Parsed { rows, unknown } =
            ShowOnuDetailInfo::parse(&fixture("c320-v2.1.0/show-gpon-onu-detail-info-never-online.txt"));
        assert_eq!(unknown, []);
        assert_eq!((rows.distance_m, rows.online_s, rows.history.len()), (None, None, 0));
        assert_eq!((rows.admin_enabled, rows.phase), (Some(false), Some(OnuState::Offline)));
    }

    #[test]
    fn v1_2() {
        let Parsed { rows, unknown } =
            ShowOnuDetailInfo::parse(&fixture("c320-v1.2.x/show-gpon-onu-detail-info.txt"));
        assert_eq!(unknown, []);
        assert_eq!(rows.name.as_deref(), Some("Casa #12 > fondo"));
        assert_eq!(rows.description.as_deref(), Some("-- second home --"));
        assert_eq!((rows.config_state, rows.history.len()), (None, 1));
    }
}
