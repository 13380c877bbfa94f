//! The block `interface gei_...` or `xgei_...` of the running-config (fact sheet, CLI §5.5).

use gpon::VlanId;
use serde::Serialize;

use super::answer::Notes;
use super::config_line::BodyLine;
use super::config_words::after;
use super::switchport::{PortVlans, port_vlans};
use super::{json, values};

/// What the configuration says of an uplink. All of its lines stand in the rest of the configuration too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct UplinkConfig {
    /// Its name (`gei_1/3/1`).
    pub(crate) name: String,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Whether it is shut down.
    pub(crate) shutdown: bool,
    /// `trunk`, `hybrid`, `access`.
    pub(crate) mode: Option<String>,
    /// Ranges of the VLANs it has untagged, first and last.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) untagged: Vec<(VlanId, VlanId)>,
    /// Ranges of the VLANs it has tagged, first and last.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) tagged: Vec<(VlanId, VlanId)>,
}

impl UplinkConfig {
    pub(in crate::cli) fn of(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            description: None,
            shutdown: false,
            mode: None,
            untagged: Vec::new(),
            tagged: Vec::new(),
        }
    }

    /// Takes a line of the block.
    pub(in crate::cli) fn take(&mut self, line: BodyLine<'_>, notes: &mut Notes) {
        let text = line.trimmed();
        if let Some(description) = after(text, "description") {
            self.description = values::name(description);
        } else if let Some(mode) = after(text, "switchport mode") {
            self.mode = values::name(mode);
        } else if let Some(list) = after(text, "switchport vlan") {
            match port_vlans(list) {
                Ok(PortVlans { vlans, tagged, rest }) if rest.is_empty() => {
                    if tagged { &mut self.tagged } else { &mut self.untagged }.extend(vlans);
                }
                Ok(_) => notes.because(line.line, "VLANs of an uplink that are not understood"),
                Err(reason) => notes.because(line.line, reason),
            }
        } else if text == "shutdown" || text == "no shutdown" {
            self.shutdown = text == "shutdown";
        }
    }
}
