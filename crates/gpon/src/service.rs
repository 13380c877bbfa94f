use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, OnuRef, plain_number};

/// A VLAN number, 1..=4094.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct VlanId(u16);

impl VlanId {
    const RULE: Invalid = Invalid::new("vlan_id", "a VLAN is a whole number from 1 to 4094");

    /// The VLAN `id`.
    ///
    /// # Errors
    /// When it is not in 1..=4094.
    pub const fn new(id: u16) -> Result<Self, Invalid> {
        if id == 0 || id > 4094 {
            return Err(Self::RULE);
        }
        Ok(Self(id))
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }
}

impl From<VlanId> for u16 {
    fn from(id: VlanId) -> Self {
        id.0
    }
}

impl TryFrom<u16> for VlanId {
    type Error = Invalid;

    fn try_from(id: u16) -> Result<Self, Invalid> {
        Self::new(id)
    }
}

impl TryFrom<u32> for VlanId {
    type Error = Invalid;

    fn try_from(id: u32) -> Result<Self, Invalid> {
        u16::try_from(id).map_err(|_| Self::RULE).and_then(Self::new)
    }
}

impl fmt::Display for VlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for VlanId {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        plain_number(text).ok_or(Self::RULE)?.try_into()
    }
}

/// A VLAN of the OLT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vlan {
    /// Its number.
    pub id: VlanId,
    /// Its name.
    pub name: Option<String>,
    /// Its description; `None` when the device has no source for it.
    pub description: Option<String>,
}

/// How a service port maps the customer's VLAN to the network's, in the words of the CLI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VlanMode {
    /// `user-vlan S vlan S`
    Tag,
    /// `user-vlan C vlan S`
    Translation,
    /// `user-vlan untagged vlan S`
    Untag,
    /// `user-vlan S transparent`
    Transparent,
    /// `user-vlan U vlan C svlan S`
    QinQ,
}

impl VlanMode {
    /// The API's word for the mode. QinQ is a `tag` with a user VLAN given.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag | Self::QinQ => "tag",
            Self::Translation => "translation",
            Self::Untag => "untag",
            Self::Transparent => "transparent",
        }
    }
}

/// What on an ONU says which VLANs it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ServiceSource {
    /// A service port.
    ServicePort,
    /// A VLAN of a virtual port, without a service port: `switchport vlan V tag vport P`.
    VportVlan,
}

impl ServiceSource {
    /// The API's word for the source.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ServicePort => "service_port",
            Self::VportVlan => "vport_vlan",
        }
    }
}

/// A service port: the mapping of a customer's VLAN onto the network's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePort {
    /// The ONU it serves.
    pub onu: OnuRef,
    /// What says so.
    pub source: ServiceSource,
    /// Its number on that ONU, 1..=255; `None` for what is no service port.
    pub index: Option<u8>,
    /// The virtual port (GEM port) it stands on.
    pub vport: Option<u32>,
    /// The VLAN on the customer's side; `None` for untagged or unknown.
    pub user_vlan: Option<VlanId>,
    /// The outer VLAN on the customer's side; `None` when not set.
    pub user_svlan: Option<VlanId>,
    /// How it maps; `None` for a form that has no word, or that is unknown.
    pub mode: Option<VlanMode>,
    /// The outer VLAN on the network's side.
    pub svlan: Option<VlanId>,
    /// The inner VLAN on the network's side.
    pub cvlan: Option<VlanId>,
    /// The VLAN that all other VLANs of the customer are carried in; `None` when not set.
    pub tls_vlan: Option<VlanId>,
    /// Its class of service, 0..=7; `None` when not set.
    pub priority: Option<u8>,
    /// The class of service of the outer tag, 0..=7; `None` when not set.
    pub scos: Option<u8>,
    /// The kind of packets it is for (`PPPOE`); `None` when not set.
    pub etype: Option<String>,
    /// The traffic profile for what the ONU sends; `None` when not set.
    pub ingress: Option<String>,
    /// The traffic profile for what the ONU receives; `None` when not set.
    pub egress: Option<String>,
    /// Its description.
    pub description: Option<String>,
}

impl ServicePort {
    /// A service of an ONU of which nothing else is known.
    pub const fn unknown(onu: OnuRef, source: ServiceSource, index: Option<u8>) -> Self {
        Self {
            onu,
            source,
            index,
            vport: None,
            user_vlan: None,
            user_svlan: None,
            mode: None,
            svlan: None,
            cvlan: None,
            tls_vlan: None,
            priority: None,
            scos: None,
            etype: None,
            ingress: None,
            egress: None,
            description: None,
        }
    }
}

/// How an ONU VLAN profile tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VlanTag {
    /// One tag.
    Tag,
    /// Two tags.
    Stacking,
}

impl VlanTag {
    /// The API's word for the mode.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Stacking => "vlanStacking",
        }
    }
}

/// An ONU VLAN profile of the OLT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VlanProfile {
    /// Its name.
    pub name: String,
    /// The customer VLAN.
    pub cvlan: Option<VlanId>,
    /// The priority, 0..=7.
    pub priority: Option<u8>,
    /// How it tags.
    pub mode: Option<VlanTag>,
    /// The outer VLAN; 0 when there is none, `None` when it is not known.
    pub svlan: Option<u16>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vlan_bounds() {
        for text in ["0", "4095", "010", "65537", ""] {
            assert!(text.parse::<VlanId>().is_err(), "{text:?}");
        }
        assert_eq!("4094".parse::<VlanId>().unwrap().get(), 4094);
    }
}
