//! The block `pon-onu-mng gpon-onu_...`: what an ONU is told over OMCI (fact
//! sheet, CLI §4.5, §5.3).

use gpon::OnuRef;
use serde::Serialize;

use super::answer::{Line, Notes};
use super::config_words::{Words, after, first};
use super::json;
use super::password::{Password, masked};

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
    /// Lines that have no field of their own, their secrets hidden.
    pub(crate) other: Vec<String>,
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
    /// Its class of service, 0..=7.
    pub(crate) cos: Option<u8>,
    /// Its VLANs, as the OLT lists them.
    pub(crate) vlans: Option<String>,
    /// Its inner VLAN.
    pub(crate) cvlan: Option<u16>,
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
}

/// A line about the VLANs of a port of an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct VlanPortConfig {
    /// The port (`eth_0/1`).
    pub(crate) port: String,
    /// What is set: `mode tag vlan 22`.
    pub(crate) setting: String,
}

impl RemoteConfig {
    pub(super) fn of(onu: OnuRef) -> Self {
        Self { onu, services: Vec::new(), wans: Vec::new(), vlan_ports: Vec::new(), other: Vec::new() }
    }

    /// Takes a line of the block.
    pub(super) fn take(&mut self, line: Line<'_>, notes: &mut Notes) {
        let text = line.trimmed();
        let taken = if let Some(rest) = after(text, "service") {
            self.service(rest)
        } else if let Some(rest) = after(text, "wan-ip") {
            self.wan(rest)
        } else if let Some((port, setting)) = after(text, "vlan port").and_then(first::<String>) {
            self.vlan_ports.push(VlanPortConfig { port, setting: setting.to_owned() });
            Ok(())
        } else {
            self.other.push(masked(text));
            Ok(())
        };
        if let Err(reason) = taken {
            notes.because(line, reason);
        }
    }

    fn service(&mut self, text: &str) -> Result<(), String> {
        let strange = "a form of service that is not known";
        let (name, rest) = first::<String>(text).ok_or(strange)?;
        let words = Words::of(rest, &["type", "gemport", "iphost", "cos", "vlan", "cvlan"]).ok_or(strange)?;
        let mut service = RemoteService {
            name,
            kind: words.text("type"),
            gemport: None,
            ip_host: None,
            cos: None,
            vlans: words.text("vlan"),
            cvlan: None,
        };
        let taken = service.numbers(&words);
        self.services.push(service);
        taken
    }

    fn wan(&mut self, text: &str) -> Result<(), String> {
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
        let (id, rest) = first::<u32>(text).ok_or(strange)?;
        let words = Words::of(rest, &KEYS).ok_or(strange)?;
        let at = self.wans.iter().position(|wan| wan.id == id).unwrap_or_else(|| {
            self.wans.push(WanConfig { id, ..WanConfig::default() });
            self.wans.len() - 1
        });
        let Some(wan) = self.wans.get_mut(at) else { return Ok(()) };
        wan.mode = words.text("mode").or(wan.mode.take());
        wan.user = words.text("username").or(wan.user.take());
        wan.password = words.get("password").map(Password::new).or(wan.password.take());
        wan.vlan_profile = words.text("vlan-profile").or(wan.vlan_profile.take());
        wan.ip_profile = words.text("ip-profile").or(wan.ip_profile.take());
        wan.address = words.text("ip-address").or(wan.address.take());
        wan.mask = words.text("mask").or(wan.mask.take());
        wan.ping = words.text("ping-response").or(wan.ping.take());
        wan.traceroute = words.text("traceroute-response").or(wan.traceroute.take());
        // Not quoted: a wrong one may be the rest of a password.
        wan.host = words.value("host").map_err(|_| strange)?.or(wan.host);
        Ok(())
    }
}

impl RemoteService {
    fn numbers(&mut self, words: &Words<'_>) -> Result<(), String> {
        self.gemport = words.value("gemport")?;
        self.ip_host = words.value("iphost")?;
        self.cos = words.value("cos")?;
        self.cvlan = words.value("cvlan")?;
        Ok(())
    }
}
