//! The block `pon-onu-mng gpon-onu_...`: what an ONU is told over OMCI (fact
//! sheet, CLI §4.5, §5.3).

use gpon::OnuRef;
use serde::Serialize;

use super::answer::Notes;
use super::config_line::BodyLine;
use super::config_marks::{OtherLines, StandingLine};
use super::config_words::{Words, after, first};
use super::password::{Hidden, Password};
use super::{json, values};

/// WAN connections of an ONU at most, more than any type is known to have.
const MOST_WANS: usize = 256;

/// The configuration of an ONU on its own side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RemoteConfig {
    /// The ONU.
    #[serde(serialize_with = "json::text")]
    pub(crate) onu: OnuRef,
    /// Its services.
    pub(crate) services: Vec<RemoteService>,
    /// Its WAN connections.
    pub(crate) wans: Vec<WanConfig>,
    /// The VLANs of its ports.
    pub(crate) vlan_ports: Vec<VlanPortConfig>,
    /// The profiles that set a part of it.
    pub(crate) profiles: Vec<String>,
    /// Lines that have no field of their own, their secrets hidden.
    #[serde(flatten)]
    pub(crate) other: OtherLines,
    /// Every line, in its place.
    #[serde(skip)]
    pub(crate) lines: Vec<StandingLine>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RemoteService {
    /// Its name, free text.
    pub(crate) name: String,
    /// Its kind, V1.2 only (`internet`).
    pub(crate) kind: Option<String>,
    /// The GEM port it stands on.
    pub(crate) gemport: Option<u32>,
    /// The IP host it is for.
    pub(crate) ip_host: Option<u32>,
    /// Its classes of service, 0..=7; `None` when none is named.
    pub(crate) cos: Option<Vec<u8>>,
    /// Whether its packets carry no tag.
    pub(crate) untagged: bool,
    /// Its VLANs, as the OLT lists them.
    pub(crate) vlans: Option<String>,
    /// Its inner VLAN.
    pub(crate) cvlan: Option<u16>,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

/// A WAN connection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct WanConfig {
    /// Its number.
    pub(crate) id: u32,
    /// `pppoe`, `dhcp` or `static`.
    pub(crate) mode: Option<String>,
    /// Its user.
    pub(crate) user: Option<String>,
    /// Its password.
    pub(crate) password: Option<Password>,
    /// Its VLAN profile.
    pub(crate) vlan_profile: Option<String>,
    /// Its IP profile.
    pub(crate) ip_profile: Option<String>,
    /// Its address.
    pub(crate) address: Option<String>,
    /// Its mask.
    pub(crate) mask: Option<String>,
    /// The IP host it stands on.
    pub(crate) host: Option<u32>,
    /// Whether it answers pings.
    pub(crate) ping: Option<String>,
    /// Whether it answers traceroutes.
    pub(crate) traceroute: Option<String>,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

/// A line about the VLANs of a port of an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VlanPortConfig {
    /// The port (`eth_0/1`).
    pub(crate) port: String,
    /// What is set: `mode tag vlan 22`.
    pub(crate) setting: String,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

impl RemoteConfig {
    pub(in crate::cli) fn of(onu: OnuRef) -> Self {
        Self {
            onu,
            services: Vec::new(),
            wans: Vec::new(),
            vlan_ports: Vec::new(),
            profiles: Vec::new(),
            other: OtherLines::default(),
            lines: Vec::new(),
        }
    }

    /// Takes a line of the block.
    pub(in crate::cli) fn take(&mut self, line: BodyLine<'_>, notes: &mut Notes) {
        self.lines.push(line.standing());
        let (text, set_by_profile) = (line.trimmed(), line.profile.map(str::to_owned));
        let taken = if let Some(rest) = after(text, "service") {
            self.service(rest, set_by_profile)
        } else if after(text, "wan-ip").is_some() {
            self.wan(text, set_by_profile)
        } else if let Some((port, setting)) = after(text, "vlan port").and_then(first::<String>) {
            self.vlan_ports.push(VlanPortConfig { port, setting: setting.to_owned(), set_by_profile });
            Ok(())
        } else {
            self.other.keep(line.kept(), line.profile);
            Ok(())
        };
        if let Err(reason) = taken {
            notes.because(line.line, reason);
        }
    }

    fn service(&mut self, text: &str, set_by_profile: Option<String>) -> Result<(), String> {
        let strange = "a form of service that is not known";
        let (name, rest) = first::<String>(text).ok_or(strange)?;
        let keys = ["type", "gemport", "iphost", "cos", "untag", "vlan", "cvlan"];
        let words = Words::of(rest, &keys).and_then(Words::once).ok_or(strange)?;
        let mut service = RemoteService {
            name,
            kind: words.text("type"),
            gemport: None,
            ip_host: None,
            cos: None,
            untagged: false,
            vlans: words.text("vlan"),
            cvlan: None,
            set_by_profile,
        };
        let strange_vlans = service.vlans.as_deref().is_some_and(|vlans| values::vlan_ranges(vlans).is_err());
        if strange_vlans {
            service.vlans = None;
        }
        let taken = service.numbers(&words).and(if strange_vlans { Err(strange.to_owned()) } else { Ok(()) });
        self.services.push(service);
        taken
    }

    /// A secret may hold words that are keywords elsewhere, so it is taken out first.
    fn wan(&mut self, text: &str, set_by_profile: Option<String>) -> Result<(), String> {
        const KEYS: [&str; 10] = [
            "mode",
            "username",
            "password",
            "vlan-profile",
            "ip-profile",
            "ip-address",
            "mask",
            "host",
            "ping-response",
            "traceroute-response",
        ];
        let strange = "a form of WAN connection that is not known";
        let mut hidden = Hidden::of(text);
        let text = hidden.text.clone();
        let (id, rest) = after(&text, "wan-ip").and_then(first::<u32>).ok_or(strange)?;
        let words = Words::of(rest, &KEYS).ok_or(strange)?;
        let known = self.wans.iter().position(|wan| wan.id == id);
        if known.is_none() && self.wans.len() == MOST_WANS {
            return Err("more WAN connections than an ONU has".to_owned());
        }
        let at = known.unwrap_or_else(|| {
            self.wans.push(WanConfig { id, ..WanConfig::default() });
            self.wans.len() - 1
        });
        let Some(wan) = self.wans.get_mut(at) else { return Ok(()) };
        wan.mode = words.text("mode").or(wan.mode.take());
        wan.user = words.text("username").or(wan.user.take());
        wan.password = hidden.secret(words.get("password")).or(wan.password.take());
        wan.set_by_profile = set_by_profile.or(wan.set_by_profile.take());
        wan.vlan_profile = words.text("vlan-profile").or(wan.vlan_profile.take());
        wan.ip_profile = words.text("ip-profile").or(wan.ip_profile.take());
        wan.address = words.text("ip-address").or(wan.address.take());
        wan.mask = words.text("mask").or(wan.mask.take());
        wan.ping = words.text("ping-response").or(wan.ping.take());
        wan.traceroute = words.text("traceroute-response").or(wan.traceroute.take());
        wan.host = words.value("host")?.or(wan.host);
        Ok(())
    }
}

impl RemoteService {
    fn numbers(&mut self, words: &Words<'_>) -> Result<(), String> {
        self.gemport = words.value("gemport")?;
        self.ip_host = words.value("iphost")?;
        self.untagged = words.flag("untag")?;
        self.cvlan = words.value("cvlan")?;
        self.cos = words.get("cos").map(classes).transpose()?;
        Ok(())
    }
}

/// `0`, `0,1,2`, `0-7`
fn classes(text: &str) -> Result<Vec<u8>, String> {
    let mut all = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        match (first.trim().parse::<u8>(), last.trim().parse::<u8>()) {
            (Ok(first), Ok(last)) if first <= last && last <= 7 => all.extend(first..=last),
            _ => return Err("classes of service that are not understood".to_owned()),
        }
    }
    Ok(all)
}
