//! The block `interface gpon-olt_...` of the running-config (fact sheet, CLI §4.2).

use gpon::{OnuId, PonPort, SerialNumber};
use serde::Serialize;

use super::answer::{Line, Notes};
use super::config_line::BodyLine;
use super::config_marks::{OtherLines, StandingLine};
use super::config_words::{Words, after, first};
use super::password::{Hidden, Password};
use super::{json, values};

/// The configuration of a PON port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PonConfig {
    /// The port.
    #[serde(serialize_with = "json::text")]
    pub(crate) pon: PonPort,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Whether it is shut down.
    pub(crate) shutdown: bool,
    /// Whether its going up and down is announced by traps; `None` when nothing is said.
    pub(crate) trap_enabled: Option<bool>,
    /// The ONUs that are registered on it, offline ones included.
    pub(crate) onus: Vec<PonOnuConfig>,
    /// Lines that have no field of their own.
    #[serde(flatten)]
    pub(crate) other: OtherLines,
    /// Every line, in its place.
    #[serde(skip)]
    pub(crate) lines: Vec<StandingLine>,
}

/// An ONU that is registered on a port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PonOnuConfig {
    /// Its number there.
    #[serde(serialize_with = "json::onu_id")]
    pub(crate) id: OnuId,
    /// Its type.
    pub(crate) onu_type: String,
    /// Its serial number, for one registered by it.
    pub(crate) serial: Option<SerialNumber>,
    /// What it is registered by: `sn`, `pw` or `loid`.
    pub(crate) auth: Option<&'static str>,
    /// Its password, for one registered by it, or with its LOID.
    pub(crate) password: Option<Password>,
    /// Its LOID, for one registered by it: whoever knows it may take the ONU's place.
    pub(crate) loid: Option<Password>,
    /// How its virtual ports are made: `gemport`, `onu`, `manual`.
    pub(crate) vport_mode: Option<String>,
    /// The profile that sets its configuration on the OLT's side.
    pub(crate) line_profile: Option<String>,
    /// The profile that sets its configuration on its own side.
    pub(crate) remote_profile: Option<String>,
}

impl PonConfig {
    pub(in crate::cli) fn of(pon: PonPort) -> Self {
        Self {
            pon,
            name: None,
            description: None,
            shutdown: false,
            trap_enabled: None,
            onus: Vec::new(),
            other: OtherLines::default(),
            lines: Vec::new(),
        }
    }

    /// Takes a line of the block.
    pub(in crate::cli) fn take(&mut self, line: BodyLine<'_>, notes: &mut Notes) {
        self.lines.push(line.standing());
        let text = line.trimmed();
        if let Some(name) = after(text, "name") {
            self.name = values::name(name);
        } else if let Some(description) = after(text, "description") {
            self.description = values::name(description);
        } else if let Some(trap) = after(text, "linktrap") {
            self.trap_enabled = notes.field(line.line, values::enabled(trap));
        } else if after(text, "onu").is_some() {
            self.onu(line, notes);
        } else {
            match text {
                "shutdown" => self.shutdown = true,
                "no shutdown" => self.shutdown = false,
                _ => self.other.keep(line.kept(), line.profile),
            }
        }
    }

    /// `onu N type T sn S`, or `pw P`, or `loid L [password P]`; `onu N profile
    /// line X remote Y`. Other lines of an ONU are kept as they are.
    fn onu(&mut self, line: BodyLine<'_>, notes: &mut Notes) {
        let mut hidden = Hidden::of(line.trimmed());
        let text = hidden.text.clone();
        let Some((id, rest)) = after(&text, "onu").and_then(first::<OnuId>) else {
            return notes.because(line.line, "an ONU without a number in range");
        };
        if let Some((onu_type, rest)) = after(rest, "type").and_then(first::<String>) {
            if self.onus.iter().any(|onu| onu.id == id) {
                return notes.because(line.line, "an ONU whose number another one has");
            }
            self.onus.push(registered(id, onu_type, rest, &mut hidden, line.line, notes));
            return;
        }
        let profiles = after(rest, "profile").and_then(|rest| Words::of(rest, &["line", "remote"]));
        match (profiles, self.onus.iter_mut().find(|onu| onu.id == id)) {
            (Some(profiles), Some(onu)) => {
                onu.line_profile = profiles.text("line").or(onu.line_profile.take());
                onu.remote_profile = profiles.text("remote").or(onu.remote_profile.take());
            }
            _ => self.other.keep(line.kept(), line.profile),
        }
    }
}

/// The line up to what says how the ONU is registered: where that is not known, it may be a secret.
fn without<'a>(line: Line<'a>, rest: &str) -> Line<'a> {
    let text = line.text.strip_suffix(rest.trim_end()).unwrap_or(line.text);
    Line { text: text.trim_end(), ..line }
}

/// What follows `onu N type T`.
fn registered(
    id: OnuId,
    onu_type: String,
    rest: &str,
    hidden: &mut Hidden,
    line: Line<'_>,
    notes: &mut Notes,
) -> PonOnuConfig {
    const UNKNOWN: &str = "an ONU that is registered in a way that is not known";
    let mut onu = PonOnuConfig {
        id,
        onu_type,
        serial: None,
        auth: None,
        password: None,
        loid: None,
        vport_mode: None,
        line_profile: None,
        remote_profile: None,
    };
    let Some(words) = Words::of(rest, &["sn", "pw", "loid", "password", "vport-mode"]).and_then(Words::once)
    else {
        notes.because(without(line, rest), UNKNOWN);
        return onu;
    };
    onu.auth = ["sn", "pw", "loid"].into_iter().find(|key| words.has(key));
    if onu.auth.is_none() {
        notes.because(without(line, rest), UNKNOWN);
    }
    // The text is not quoted: what stands behind a number may be a secret.
    onu.serial = match words.get("sn").map(str::parse) {
        Some(Err(_)) => {
            notes.because(line, "a serial number that is not understood");
            None
        }
        serial => serial.and_then(Result::ok),
    };
    onu.loid = hidden.secret(words.get("loid"));
    onu.password = hidden.secret(words.get("pw").or(words.get("password")));
    onu.vport_mode = words.text("vport-mode");
    onu
}
