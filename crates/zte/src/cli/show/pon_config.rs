//! The block `interface gpon-olt_...` of the running-config (fact sheet, CLI §4.2).

use gpon::{OnuId, PonPort, SerialNumber};
use serde::Serialize;

use super::answer::{Line, Notes};
use super::config_words::{after, first};
use super::password::{Password, masked};
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
    pub(crate) other: Vec<String>,
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
    /// Its password, for one registered by it.
    pub(crate) password: Option<Password>,
}

impl PonConfig {
    pub(super) fn of(pon: PonPort) -> Self {
        Self {
            pon,
            name: None,
            description: None,
            shutdown: false,
            trap_enabled: None,
            onus: Vec::new(),
            other: Vec::new(),
        }
    }

    /// Takes a line of the block.
    pub(super) fn take(&mut self, line: Line<'_>, notes: &mut Notes) {
        let text = line.trimmed();
        if let Some(name) = after(text, "name") {
            self.name = values::name(name);
        } else if let Some(description) = after(text, "description") {
            self.description = values::name(description);
        } else if let Some(trap) = after(text, "linktrap") {
            self.trap_enabled = notes.field(line, values::enabled(trap));
        } else if let Some(rest) = after(text, "onu") {
            self.onu(line, rest, notes);
        } else {
            match text {
                "shutdown" => self.shutdown = true,
                "no shutdown" => self.shutdown = false,
                _ => self.other.push(masked(text)),
            }
        }
    }

    /// `N type T sn S`, `N type T pw P`; the other lines of an ONU, such as its profiles, are kept as they are.
    fn onu(&mut self, line: Line<'_>, text: &str, notes: &mut Notes) {
        let Some((id, rest)) = first::<OnuId>(text) else {
            return notes.because(line, "an ONU without a number in range");
        };
        let Some((onu_type, rest)) = after(rest, "type").and_then(first::<String>) else {
            self.other.push(masked(line.trimmed()));
            return;
        };
        let (mut serial, mut password) = (None, None);
        if let Some(text) = after(rest, "sn") {
            serial = notes.field(line, values::serial(text));
        } else if let Some(text) = after(rest, "pw") {
            password = Some(Password::new(text));
        } else {
            notes.because(line, "an ONU that is registered in a way that is not known");
        }
        self.onus.push(PonOnuConfig { id, onu_type, serial, password });
    }
}
