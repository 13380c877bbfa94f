//! The running-config as blocks (fact sheet, CLI §4.5).

use gpon::VlanId;
use serde::Serialize;

use super::answer::{Line, Notes, lines_of, unwrapped};
use super::config_words::{Words, after, first};
use super::gpon_profiles::{TcontProfile, TrafficProfile};
use super::onu_config::OnuConfig;
use super::password::masked;
use super::pon_config::PonConfig;
use super::remote_config::RemoteConfig;
use super::{Parsed, json, values};

/// A running-config, or as much of it as was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RunningConfig {
    /// When it was saved, as the OLT writes it: `02:25:44 02/02/2025`.
    pub(crate) saved_at: Option<String>,
    /// The version of its format.
    pub(crate) config_version: Option<String>,
    /// The OLT's name.
    pub(crate) hostname: Option<String>,
    /// The T-CONT bandwidth profiles.
    pub(crate) tcont_profiles: Vec<TcontProfile>,
    /// The traffic profiles.
    pub(crate) traffic_profiles: Vec<TrafficProfile>,
    /// The VLANs of the VLAN database, as ranges.
    #[serde(serialize_with = "json::vlan_ranges")]
    pub(crate) vlan_ranges: Vec<(VlanId, VlanId)>,
    /// The VLANs that have a block of their own.
    pub(crate) vlans: Vec<VlanConfig>,
    /// The PON ports.
    pub(crate) pons: Vec<PonConfig>,
    /// The ONUs, on the OLT's side.
    pub(crate) onus: Vec<OnuConfig>,
    /// The ONUs, on their own side.
    pub(crate) remotes: Vec<RemoteConfig>,
    /// The rest, in its order, secrets hidden: the line that begins a block and those inside.
    pub(crate) other: Vec<OtherBlock>,
}

/// A VLAN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VlanConfig {
    /// Its number.
    #[serde(serialize_with = "json::one_vlan")]
    pub(crate) id: VlanId,
    /// Its name.
    pub(crate) name: Option<String>,
    /// Its description.
    pub(crate) description: Option<String>,
    /// Lines that have no field of their own.
    pub(crate) other: Vec<String>,
}

/// A block, or a line without one, that has no field of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OtherBlock {
    /// The line that begins it.
    pub(crate) head: String,
    /// The lines inside.
    pub(crate) lines: Vec<String>,
}

/// How much was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Whole,
    Pon,
    Onu,
    Remote,
}

/// The block that a line stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    None,
    Gpon,
    VlanDatabase,
    Vlan,
    Pon,
    Onu,
    Remote,
    Other,
}

/// The words that lines outside of the known blocks begin with (fact sheet, CLI §4.5).
const HEADS: [&str; 23] = [
    "olleh",
    "config-version",
    "add-rack",
    "add-shelf",
    "add-card",
    "gpon",
    "epon",
    "pon",
    "vlan",
    "clock",
    "ptp",
    "igmp",
    "interface",
    "ip",
    "username",
    "version",
    "hostname",
    "banner",
    "snmp-server",
    "logging",
    "line",
    "ssh",
    "alarm",
];
const TITLE: &str = "Building configuration...";

fn is_head(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    HEADS.contains(&word) || text.starts_with("timestamp_write:") || text.starts_with("pon-onu-mng ")
}

/// Whether `next` is a line of its own after a full one. In a block, whose
/// lines are indented, only the end of the block and another block are not.
fn starts(line: &str, next: &str) -> bool {
    let end = next == "!" || next == "end" || next.starts_with("  ");
    let block = next.starts_with("interface g") || next.starts_with("pon-onu-mng gpon-onu_");
    end || block || (!line.starts_with("  ") && is_head(next))
}

/// The running-config in `text`.
pub(super) fn blocks(text: &str, asked: Asked) -> Parsed<RunningConfig> {
    let mut reader =
        Reader { config: RunningConfig::default(), notes: Notes::default(), asked, block: Block::None };
    let unwrapped = unwrapped(text, starts);
    // The delimiter of a banner that goes on.
    let mut banner = None;
    for line in lines_of(&unwrapped) {
        if let Some(delimiter) = banner {
            reader.inside_other(line);
            if line.text.contains(delimiter) {
                banner = None;
            }
            continue;
        }
        banner = reader.line(line);
    }
    reader.notes.mask(masked);
    reader.notes.with(reader.config)
}

struct Reader {
    config: RunningConfig,
    notes: Notes,
    asked: Asked,
    block: Block,
}

impl Reader {
    /// Takes a line; returns the delimiter of a banner that it begins and does not end.
    fn line(&mut self, line: Line<'_>) -> Option<char> {
        let indented = line.text.starts_with(' ');
        match line.text {
            "!" => self.block = Block::None,
            "end" | TITLE => self.block = Block::None,
            _ if indented => self.inside(line),
            text => {
                self.head(line);
                if let Some(rest) = after(text, "banner").filter(|_| self.asked == Asked::Whole) {
                    let message = rest.split_once(' ').map_or("", |(_, message)| message.trim_start());
                    let delimiter = message.chars().next()?;
                    return (!message[delimiter.len_utf8()..].contains(delimiter)).then_some(delimiter);
                }
            }
        }
        None
    }

    fn head(&mut self, line: Line<'_>) {
        let text = line.text;
        let whole = self.asked == Asked::Whole;
        let interface = after(text, "interface");
        if (whole || self.asked == Asked::Pon)
            && let Some(Ok(pon)) = interface.filter(|name| name.starts_with("gpon-olt_")).map(values::pon)
        {
            self.config.pons.push(PonConfig::of(pon));
            self.block = Block::Pon;
        } else if (whole || self.asked == Asked::Onu)
            && let Some(Ok(onu)) = interface.filter(|name| name.starts_with("gpon-onu_")).map(values::onu)
        {
            self.config.onus.push(OnuConfig::of(onu));
            self.block = Block::Onu;
        } else if (whole || self.asked == Asked::Remote)
            && let Some(Ok(onu)) = after(text, "pon-onu-mng").map(values::onu)
        {
            self.config.remotes.push(RemoteConfig::of(onu));
            self.block = Block::Remote;
        } else if whole && is_head(text) {
            self.other_head(text);
        } else {
            self.block = Block::None;
            self.notes.unknown(line);
        }
    }

    /// A line that begins no block of PON or ONU.
    fn other_head(&mut self, text: &str) {
        if let Some(saved) = text.strip_prefix("timestamp_write:") {
            self.config.saved_at = values::name(saved.trim());
        } else if let Some(version) = after(text, "config-version") {
            self.config.config_version = values::name(version);
        } else if let Some(hostname) = after(text, "hostname") {
            self.config.hostname = values::name(hostname);
        } else if text == "gpon" {
            self.block = Block::Gpon;
            return;
        } else if text == "vlan database" {
            self.block = Block::VlanDatabase;
            return;
        } else if let Some(Ok(id)) = after(text, "vlan").map(str::parse) {
            self.config.vlans.push(VlanConfig { id, name: None, description: None, other: Vec::new() });
            self.block = Block::Vlan;
            return;
        } else {
            self.config.other.push(OtherBlock { head: masked(text), lines: Vec::new() });
            self.block = Block::Other;
            return;
        }
        self.block = Block::None;
    }

    fn inside(&mut self, line: Line<'_>) {
        let (config, notes) = (&mut self.config, &mut self.notes);
        match self.block {
            Block::None => notes.unknown(line),
            Block::Gpon => self.gpon(line),
            Block::VlanDatabase => match after(line.trimmed(), "vlan").map(values::vlan_ranges) {
                Some(ranges) => config.vlan_ranges.extend(notes.need(line, ranges).unwrap_or_default()),
                None => notes.unknown(line),
            },
            Block::Vlan => {
                let Some(vlan) = config.vlans.last_mut() else { return notes.unknown(line) };
                if let Some(name) = after(line.trimmed(), "name") {
                    vlan.name = values::name(name);
                } else if let Some(description) = after(line.trimmed(), "description") {
                    vlan.description = values::name(description);
                } else {
                    vlan.other.push(masked(line.trimmed()));
                }
            }
            Block::Pon => match config.pons.last_mut() {
                Some(pon) => pon.take(line, notes),
                None => notes.unknown(line),
            },
            Block::Onu => match config.onus.last_mut() {
                Some(onu) => onu.take(line, notes),
                None => notes.unknown(line),
            },
            Block::Remote => match config.remotes.last_mut() {
                Some(remote) => remote.take(line, notes),
                None => notes.unknown(line),
            },
            Block::Other => self.inside_other(line),
        }
    }

    fn inside_other(&mut self, line: Line<'_>) {
        match self.config.other.last_mut() {
            Some(block) => block.lines.push(masked(line.trimmed())),
            None => self.notes.unknown(line),
        }
    }

    /// A line of a block `gpon`: a profile, or what has no field of its own.
    fn gpon(&mut self, line: Line<'_>) {
        let text = line.trimmed();
        let taken = if let Some(profile) = after(text, "profile tcont").and_then(first::<String>) {
            tcont_profile(profile).map(|profile| self.config.tcont_profiles.push(profile))
        } else if let Some(profile) = after(text, "profile traffic").and_then(first::<String>) {
            traffic_profile(profile).map(|profile| self.config.traffic_profiles.push(profile))
        } else {
            match self.config.other.last_mut() {
                Some(block) if block.head == "gpon" => block.lines.push(masked(text)),
                _ => {
                    self.config.other.push(OtherBlock { head: "gpon".to_owned(), lines: vec![masked(text)] })
                }
            }
            Ok(())
        };
        if let Err(reason) = taken {
            self.notes.because(line, reason);
        }
    }
}

/// `NAME type 3 assured A maximum M` (fact sheet, CLI §5.4)
fn tcont_profile((name, text): (String, &str)) -> Result<TcontProfile, String> {
    let words = Words::of(text, &["type", "fixed", "assured", "maximum"]);
    let words = words.ok_or("a form of T-CONT profile that is not known")?;
    Ok(TcontProfile {
        name,
        kind: words.value("type")?,
        fixed_kbps: words.value("fixed")?,
        assured_kbps: words.value("assured")?,
        maximum_kbps: words.value("maximum")?,
        priority: None,
        weight: None,
    })
}

/// `NAME sir S pir P cbs C pbs B` (fact sheet, CLI §5.4)
fn traffic_profile((name, text): (String, &str)) -> Result<TrafficProfile, String> {
    let words = Words::of(text, &["sir", "pir", "cbs", "pbs"]);
    let words = words.ok_or("a form of traffic profile that is not known")?;
    let burst = |key| if words.get(key) == Some("default") { Ok(None) } else { words.value(key) };
    Ok(TrafficProfile {
        name,
        sir_kbps: words.value("sir")?,
        pir_kbps: words.value("pir")?,
        cbs_kbytes: burst("cbs")?,
        pbs_kbytes: burst("pbs")?,
    })
}
