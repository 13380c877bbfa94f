use gpon::{ClockTime, OnuRef, OnuState, SerialNumber};
use serde::Serialize;

use super::answer::{Field, Line, Notes, lines_of, unwrapped};
use super::labelled::of_onu;
use super::password::Password;
use super::{Parsed, json, values};

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
    /// Its distance in metres.
    pub(crate) distance_m: Option<u32>,
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

/// The labels that have no field of their own, V1.2's included.
const OTHER: [&str; 19] = [
    "Configured channel",
    "Current channel",
    "SN Bind",
    "Vport mode",
    "DBA Mode",
    "ONU Status",
    "OMCI BW Profile",
    "Line Profile",
    "Service Profile",
    "Device ID",
    "Alarm Profile",
    "Performance Profile",
    "FEC",
    "FEC actual mode",
    "1PPS+ToD",
    "Auto replace",
    "Multicast encryption",
    "Multicast encryption current state",
    "Alarm profile",
];

/// Whether a line after a full one is a line of its own: all but the first are indented.
fn starts(_: &str, next: &str) -> bool {
    next.starts_with("  ") || next.starts_with("ONU interface:") || next.starts_with(&"-".repeat(42))
}

/// `9h 52m 52s`
fn duration(text: &str) -> Field<u64> {
    if values::absent(text) {
        return Ok(None);
    }
    let mut seconds: u64 = 0;
    for part in text.split_whitespace() {
        let strange = || format!("{text:?} is not a length of time");
        let unit = match part.chars().next_back() {
            Some('d') => 86_400,
            Some('h') => 3_600,
            Some('m') => 60,
            Some('s') => 1,
            _ => return Err(strange()),
        };
        let count: u32 = part[..part.len() - 1].parse().map_err(|_| strange())?;
        seconds = seconds.saturating_add(u64::from(count) * unit);
    }
    Ok(Some(seconds))
}

fn session(line: Line<'_>, notes: &mut Notes) -> Option<OnuSession> {
    let words = line.words();
    let [number, date, time, end_date, end_time, cause @ ..] = words.as_slice() else {
        notes.unknown(line);
        return None;
    };
    let number = notes.field(line, values::number(number))?;
    let online_at = notes.field(line, values::moment(date, time));
    let offline_at = notes.field(line, values::moment(end_date, end_time));
    Some(OnuSession { number, online_at, offline_at, cause: values::words(&cause.join(" ")) })
}

impl OnuDetailInfo {
    fn take(&mut self, line: Line<'_>, notes: &mut Notes) {
        let Some((label, value)) = line.label() else { return notes.unknown(line) };
        match label {
            "ONU interface" if self.onu.is_none() => self.onu = notes.need(line, values::onu(value)),
            "Name" => self.name = values::name(value),
            "Type" => self.onu_type = values::words(value),
            "State" => self.state = values::words(value),
            "Admin state" => self.admin_enabled = notes.field(line, values::enabled(value)),
            "Phase state" => self.phase = notes.need(line, values::phase(value)),
            "Config state" => self.config_state = values::words(value),
            "Authentication mode" => self.authentication = values::words(value),
            "Serial number" => self.serial = notes.field(line, values::serial(value)),
            "Password" => self.password = values::words(value).as_deref().map(Password::new),
            "Description" => self.description = values::name(value),
            "ONU Distance" => self.distance_m = notes.field(line, values::quantity(value, "m")),
            "Online Duration" => self.online_s = notes.field(line, duration(value)),
            _ if OTHER.contains(&label) => self.other.push((label.to_owned(), value.to_owned())),
            _ => notes.unknown(line),
        }
    }
}

fn details(text: &str) -> Parsed<OnuDetailInfo> {
    let (mut info, mut notes) = (OnuDetailInfo::default(), Notes::default());
    let mut history = false;
    for line in lines_of(&unwrapped(text, starts)) {
        if line.is_rule() {
            history = true;
        } else if !history {
            info.take(line, &mut notes);
        } else if !line.has_words(&["Authpass", "Time", "OfflineTime", "Cause"])
            && let Some(row) = session(line, &mut notes)
            && (row.online_at.is_some() || row.offline_at.is_some())
        {
            info.history.push(row);
        }
    }
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
