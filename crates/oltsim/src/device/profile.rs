use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde::Deserialize;

/// The profiles and VLANs of the device, which are also keys of a scenario.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    /// T-CONT bandwidth profiles; their place, from 1, is their number in the 1012 tree.
    pub bandwidth: Vec<BandwidthProfile>,
    /// Traffic profiles; their place, from 1, is their number in the 1012 tree.
    pub traffic: Vec<TrafficProfile>,
    /// ONU VLAN profiles.
    pub onu_vlan: Vec<OnuVlanProfile>,
    /// ONU IP profiles.
    pub onu_ip: Vec<OnuIpProfile>,
    /// ONU types.
    pub onu_types: Vec<OnuType>,
    /// VLANs by number.
    pub vlans: BTreeMap<u16, Vlan>,
    /// Routed interfaces of VLANs.
    pub interfaces: Vec<VlanInterface>,
}

/// A routed interface of a VLAN; without an address it is unassigned.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VlanInterface {
    /// Its VLAN.
    pub vlan: u16,
    /// Its address.
    pub address: Option<Ipv4Addr>,
    /// Its netmask.
    #[serde(default = "VlanInterface::usual_mask")]
    pub mask: Ipv4Addr,
}

impl VlanInterface {
    fn usual_mask() -> Ipv4Addr {
        Ipv4Addr::new(255, 255, 255, 0)
    }
}

/// A T-CONT bandwidth profile; rates in kbps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BandwidthProfile {
    /// Its name.
    pub name: String,
    /// 1 fixed, 2 assured, 3 assured and maximum, 4 maximum, 5 all.
    #[serde(rename = "type")]
    pub kind: u8,
    /// Fixed.
    #[serde(default)]
    pub fixed: u32,
    /// Assured.
    #[serde(default)]
    pub assured: u32,
    /// Maximum.
    #[serde(default)]
    pub maximum: u32,
}

/// A traffic profile; rates in kbps.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrafficProfile {
    /// Its name.
    pub name: String,
    /// Sustained rate.
    pub sir: u32,
    /// Peak rate.
    pub pir: u32,
    /// Committed burst; `None` when never set.
    #[serde(default)]
    pub cbs: Option<u32>,
    /// Peak burst; `None` when never set.
    #[serde(default)]
    pub pbs: Option<u32>,
}

/// How an ONU VLAN profile tags, by the device's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagMode {
    /// One tag.
    #[default]
    Tag = 1,
    /// Two tags.
    VlanStacking = 2,
}

/// An ONU VLAN profile.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnuVlanProfile {
    /// Its name.
    pub name: String,
    /// How it tags.
    #[serde(default)]
    pub mode: TagMode,
    /// The customer's VLAN.
    pub cvlan: u16,
    /// Its priority, 0..=7.
    #[serde(default)]
    pub priority: u8,
    /// The outer VLAN; 0 for none.
    #[serde(default)]
    pub svlan: u16,
}

/// An ONU IP profile, which only the command line shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnuIpProfile {
    /// Its name.
    pub name: String,
    /// The gateway.
    pub gateway: Ipv4Addr,
    /// The first DNS server.
    pub primary_dns: Ipv4Addr,
    /// The second DNS server.
    pub secondary_dns: Ipv4Addr,
}

/// An ONU type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnuType {
    /// Its name.
    pub name: String,
    /// Its description.
    #[serde(default)]
    pub description: String,
    /// How many T-CONTs it may have; 255 for no limit of its own, here and below.
    #[serde(default = "unlimited")]
    pub max_tcont: u8,
    /// How many GEM ports.
    #[serde(default = "unlimited")]
    pub max_gemport: u8,
    /// How many switches in a slot.
    #[serde(default = "unlimited")]
    pub max_switch_per_slot: u8,
    /// How many flows in a switch.
    #[serde(default = "unlimited")]
    pub max_flow_per_switch: u8,
    /// How many IP hosts.
    #[serde(default = "two")]
    pub max_ip_host: u8,
    /// Its ports, as `onu-type-if` names them: `eth_0/1-4`.
    #[serde(default)]
    pub interfaces: Vec<String>,
    /// Whether the device came with it.
    #[serde(default)]
    pub factory: bool,
}

impl OnuType {
    /// A type of this name with the limits of the recorded device (fact sheet,
    /// SNMP §6.6).
    pub fn named(name: String) -> Self {
        Self {
            name,
            description: String::new(),
            max_tcont: unlimited(),
            max_gemport: unlimited(),
            max_switch_per_slot: unlimited(),
            max_flow_per_switch: unlimited(),
            max_ip_host: two(),
            interfaces: Vec::new(),
            factory: false,
        }
    }
}

fn unlimited() -> u8 {
    u8::MAX
}

fn two() -> u8 {
    2
}

/// A VLAN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vlan {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
}

impl Vlan {
    /// The name a VLAN has until it gets one: `VLAN0100` (fact sheet, SNMP §6.7).
    pub fn default_name(vid: u16) -> String {
        format!("VLAN{vid:04}")
    }
}
