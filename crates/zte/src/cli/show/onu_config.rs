//! The block `interface gpon-onu_...` of the running-config (fact sheet, CLI §4.5, §5.2).

use gpon::OnuRef;
use serde::Serialize;

use super::answer::{Line, Notes};
use super::config_words::{Words, after, first};
use super::password::masked;
use super::service_port::{self, ServicePortConfig};
use super::{json, values};

/// The configuration of an ONU on the OLT's side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OnuConfig {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Whether it is shut down.
    pub(crate) shutdown: bool,
    /// How its serial number is bound (`enable sn`).
    pub(crate) sn_bind: Option<String>,
    /// Its T-CONTs.
    pub(crate) tconts: Vec<TcontConfig>,
    /// Its GEM ports.
    pub(crate) gemports: Vec<GemportConfig>,
    /// Its virtual ports.
    pub(crate) vports: Vec<VportConfig>,
    /// Its service ports.
    pub(crate) service_ports: Vec<ServicePortConfig>,
    /// The profiles that set a part of it.
    pub(crate) profiles: Vec<String>,
    /// Lines that have no field of their own.
    pub(crate) other: Vec<String>,
}

/// A T-CONT.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TcontConfig {
    /// Its number, 1..=8.
    pub(crate) id: u8,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its bandwidth profile.
    pub(crate) profile: Option<String>,
    /// Its gap (`mode0`).
    pub(crate) gap: Option<String>,
}

/// A GEM port.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct GemportConfig {
    /// Its number.
    pub(crate) id: u32,
    /// Its name.
    pub(crate) name: Option<String>,
    /// The T-CONT it stands on.
    pub(crate) tcont: Option<u8>,
    /// Its queue.
    pub(crate) queue: Option<u8>,
    /// Its direction, V1.2 only (`both`).
    pub(crate) direction: Option<String>,
    /// The traffic profile upstream.
    pub(crate) upstream: Option<String>,
    /// The traffic profile downstream.
    pub(crate) downstream: Option<String>,
}

/// A virtual port.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VportConfig {
    /// Its number.
    pub(crate) vport: u32,
    /// `hybrid` or `trunk`.
    pub(crate) mode: String,
}

impl OnuConfig {
    pub(super) fn of(onu: OnuRef) -> Self {
        Self {
            onu,
            name: None,
            description: None,
            shutdown: false,
            sn_bind: None,
            tconts: Vec::new(),
            gemports: Vec::new(),
            vports: Vec::new(),
            service_ports: Vec::new(),
            profiles: Vec::new(),
            other: Vec::new(),
        }
    }

    /// Takes a line of the block.
    pub(super) fn take(&mut self, line: Line<'_>, notes: &mut Notes) {
        let text = line.trimmed();
        let taken = if let Some(name) = after(text, "name") {
            self.name = values::name(name);
            Ok(())
        } else if let Some(description) = after(text, "description") {
            self.description = values::name(description);
            Ok(())
        } else if let Some(bind) = after(text, "sn-bind") {
            self.sn_bind = values::name(bind);
            Ok(())
        } else if let Some(rest) = after(text, "service-port") {
            service_port::take(&mut self.service_ports, self.onu, line, rest, notes);
            Ok(())
        } else if let Some(rest) = after(text, "tcont") {
            self.tcont(rest)
        } else if let Some(rest) = after(text, "gemport") {
            self.gemport(rest)
        } else if let Some(rest) = after(text, "switchport mode") {
            self.vport(rest)
        } else {
            self.plain(text);
            Ok(())
        };
        if let Err(reason) = taken {
            notes.because(line, reason);
        }
    }

    /// A line without a value, the frame of a profile, or one without a field of its own.
    fn plain(&mut self, text: &str) {
        match text {
            "shutdown" => self.shutdown = true,
            "no shutdown" => self.shutdown = false,
            "==End==" => {}
            _ => match text.strip_prefix("==Configured by profile:").and_then(|name| name.strip_suffix("=="))
            {
                Some(name) => self.profiles.push(name.trim().to_owned()),
                None => self.other.push(masked(text)),
            },
        }
    }

    fn tcont(&mut self, text: &str) -> Result<(), String> {
        let (id, rest) = first::<u8>(text).ok_or("a T-CONT without a number")?;
        let words =
            Words::of(rest, &["name", "profile", "gap"]).ok_or("a form of T-CONT that is not known")?;
        let at = self.tconts.iter().position(|tcont| tcont.id == id).unwrap_or_else(|| {
            self.tconts.push(TcontConfig { id, ..TcontConfig::default() });
            self.tconts.len() - 1
        });
        if let Some(tcont) = self.tconts.get_mut(at) {
            tcont.name = words.text("name").or(tcont.name.take());
            tcont.profile = words.text("profile").or(tcont.profile.take());
            tcont.gap = words.text("gap").or(tcont.gap.take());
        }
        Ok(())
    }

    fn gemport(&mut self, text: &str) -> Result<(), String> {
        const KEYS: [&str; 8] =
            ["name", "unicast", "tcont", "dir", "queue", "traffic-limit", "upstream", "downstream"];
        let (id, rest) = first::<u32>(text).ok_or("a GEM port without a number")?;
        let words = Words::of(rest, &KEYS).ok_or("a form of GEM port that is not known")?;
        let at = self.gemports.iter().position(|gemport| gemport.id == id).unwrap_or_else(|| {
            self.gemports.push(GemportConfig { id, ..GemportConfig::default() });
            self.gemports.len() - 1
        });
        let Some(gemport) = self.gemports.get_mut(at) else { return Ok(()) };
        if words.has("traffic-limit") {
            gemport.upstream = words.text("upstream").or(gemport.upstream.take());
            gemport.downstream = words.text("downstream").or(gemport.downstream.take());
            return Ok(());
        }
        gemport.name = words.text("name").or(gemport.name.take());
        gemport.direction = words.text("dir").or(gemport.direction.take());
        gemport.tcont = words.value("tcont")?.or(gemport.tcont);
        gemport.queue = words.value("queue")?.or(gemport.queue);
        Ok(())
    }

    fn vport(&mut self, text: &str) -> Result<(), String> {
        match text.split_once(" vport ").map(|(mode, vport)| (mode, vport.parse())) {
            Some((mode, Ok(vport))) => {
                self.vports.push(VportConfig { vport, mode: mode.trim().to_owned() });
                Ok(())
            }
            _ => Err("a virtual port that is not understood".to_owned()),
        }
    }
}
