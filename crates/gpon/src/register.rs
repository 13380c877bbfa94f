//! What a person wants to be registered.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, OnConflict, OnRefusal, OnuId, PlainText, PonPort, SerialNumber, VlanId};

/// A name of a profile, a type or a strategy: 1..=32 letters, digits, `_`, `.` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Word(String);

impl Word {
    const RULE: Invalid = Invalid::new("name", "1 to 32 letters, digits, underscores, dots and hyphens");

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A word that is typed among others and shown to nobody: a login or its password, 1..=64
/// characters of ASCII 0x21..=0x7E without `?` and `"`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Credential(String);

impl Credential {
    const RULE: Invalid = Invalid::new("credential", "1 to 64 characters from ! to ~, without ? and \"");

    /// The text, to be typed and to be kept sealed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

macro_rules! spelt {
    ($type:ident, $most:expr, $typed:expr) => {
        impl FromStr for $type {
            type Err = Invalid;

            fn from_str(text: &str) -> Result<Self, Invalid> {
                let typed: fn(u8) -> bool = $typed;
                if (1..=$most).contains(&text.len()) && text.bytes().all(typed) {
                    return Ok(Self(text.to_owned()));
                }
                Err(Self::RULE)
            }
        }

        impl TryFrom<String> for $type {
            type Error = Invalid;

            fn try_from(text: String) -> Result<Self, Invalid> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> Self {
                text.0
            }
        }
    };
}

spelt!(Word, 32, |byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
spelt!(Credential, 64, |byte| matches!(byte, b'!'..=b'~') && byte != b'?' && byte != b'"');

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A port of an ONU towards the customer: `eth_0/1`, `pots_0/2`, `wifi_0/1`, `veip_1`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UniPort(String);

impl UniPort {
    const RULE: Invalid = Invalid::new("port", "a port of an ONU such as eth_0/1, wifi_0/1 or veip_1");

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for UniPort {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let number =
            |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let (kind, at) = text.split_once('_').ok_or(Self::RULE)?;
        let is_one = match kind {
            "veip" => number(at),
            "eth" | "wifi" | "pots" => {
                at.split_once('/').is_some_and(|(slot, port)| number(slot) && number(port))
            }
            _ => false,
        };
        if is_one { Ok(Self(text.to_owned())) } else { Err(Self::RULE) }
    }
}

impl TryFrom<String> for UniPort {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<UniPort> for String {
    fn from(port: UniPort) -> Self {
        port.0
    }
}

/// As what an ONU is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TypeChoice {
    /// A type of the OLT.
    Named(Word),
    /// The one that belongs to the model which the box reports.
    Auto,
}

/// What the customer's side of a service port takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserVlan {
    /// Frames of the service's own VLAN.
    #[default]
    Same,
    /// Frames of this VLAN.
    Tagged(VlanId),
    /// Frames without a tag.
    Untagged,
}

/// A service of an ONU: bandwidth upstream, a limit, and the VLAN that carries it. The
/// services of an ONU are numbered from 1, as their GEM, virtual and service ports are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnuService {
    /// What it is called in the ONU; its number where nothing is named.
    pub name: Option<Word>,
    /// The profile of its T-CONT. Services of one profile share a T-CONT.
    pub dba_profile: Word,
    /// The traffic profile that limits its GEM port upstream.
    pub upstream: Option<Word>,
    /// The traffic profile that limits its GEM port downstream.
    pub downstream: Option<Word>,
    /// Its VLAN on the network's side; with `svlan` the inner one.
    pub vlan: VlanId,
    /// The outer VLAN on the network's side.
    pub svlan: Option<VlanId>,
    /// What it takes on the customer's side.
    pub user_vlan: UserVlan,
    /// Its class of service, 0..=7.
    pub cos: Option<u8>,
    /// The ports of the ONU that carry it; those of the strategy where none are named.
    pub ports: Option<Vec<UniPort>>,
}

impl OnuService {
    /// The VLAN between the ONU and the OLT; `None` for frames without a tag.
    pub fn onu_vlan(&self) -> Option<VlanId> {
        match self.user_vlan {
            UserVlan::Same => Some(self.vlan),
            UserVlan::Tagged(vlan) => Some(vlan),
            UserVlan::Untagged => None,
        }
    }
}

/// How a router gets its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum WanMode {
    /// By a PPPoE session of this login.
    Pppoe {
        /// The login.
        username: Credential,
        /// Its password.
        password: Credential,
    },
    /// By DHCP.
    Dhcp,
    /// This one.
    Static {
        /// The address.
        address: Ipv4Addr,
        /// Its mask.
        mask: Ipv4Addr,
        /// The ONU IP profile that names gateway and name servers.
        ip_profile: Word,
    },
}

/// The WAN of an ONU that is a router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wan {
    /// How it gets its address.
    pub mode: WanMode,
    /// Its ONU VLAN profile; the only one of the first service's VLAN where none is named.
    pub vlan_profile: Option<Word>,
}

/// How far an ONU has to come until its registration is answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitFor {
    /// It is configured.
    #[default]
    Configured,
    /// It works, and its light is within the limits.
    Online,
    /// It carries traffic: a MAC address was learnt, or its WAN is connected.
    Service,
}

/// An ONU that is to be in service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The PON port.
    pub pon: PonPort,
    /// Its number there; the lowest free one where none is named.
    pub id: Option<OnuId>,
    /// Its serial number.
    pub serial: SerialNumber,
    /// As what it is registered.
    pub onu_type: TypeChoice,
    /// Its name.
    pub name: Option<PlainText>,
    /// Its description.
    pub description: Option<PlainText>,
    /// How it is configured; chosen by its type and serial number where nothing is named.
    pub strategy: Option<Word>,
    /// What it carries.
    pub services: Vec<OnuService>,
    /// Its WAN, where it is a router.
    pub wan: Option<Wan>,
    /// What is done when the OLT refuses a part.
    pub on_refusal: OnRefusal,
    /// What is done when the serial number is registered elsewhere on the OLT.
    #[serde(default)]
    pub on_conflict: OnConflict,
    /// What may be lost of the ONU there, by the names that a plan gives to what cannot be undone.
    #[serde(default)]
    pub accept_loss: BTreeSet<String>,
}

impl Registration {
    /// Services of an ONU at most: it has as many T-CONTs.
    pub const MOST_SERVICES: usize = 8;

    /// The number of the T-CONT of each service, from 1.
    pub fn tconts(&self) -> Vec<u8> {
        let mut numbers: BTreeMap<&Word, u8> = BTreeMap::new();
        let mut next = 1;
        let number = |service| {
            *numbers.entry(service).or_insert_with(|| {
                let number = next;
                next += 1;
                number
            })
        };
        self.services.iter().map(|service| &service.dba_profile).map(number).collect()
    }
}

/// A value of an ONU that is not the one that was wished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// What it is.
    pub what: String,
    /// The wished one, its secrets masked.
    pub wished: String,
    /// The one that stands there, its secrets masked.
    pub stands: String,
}

/// A name that the OLT does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Lacking {
    /// Of what kind: `vlan`, `dba_profile`, `traffic_profile`, `onu_type`, `vlan_profile`, `ip_profile`.
    pub kind: String,
    /// The name.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_typed_is_taken() {
        for text in ["UP-10M", "a", "x.y_z", &"x".repeat(32)] {
            assert!(text.parse::<Word>().is_ok(), "{text:?}");
        }
        for text in ["", "a b", "a?", "a\n", "é", "a/b", "a\"", "$", &"x".repeat(33)] {
            assert!(text.parse::<Word>().is_err(), "{text:?}");
        }
        for text in ["user@isp", "p#s$!", &"x".repeat(64)] {
            assert!(text.parse::<Credential>().is_ok(), "{text:?}");
        }
        for text in ["", "a b", "a?", "a\r", "\"", "é", "\x7f", &"x".repeat(65)] {
            assert!(text.parse::<Credential>().is_err(), "{text:?}");
        }
        for text in ["eth_0/1", "wifi_0/8", "veip_1", "pots_0/2"] {
            assert!(text.parse::<UniPort>().is_ok(), "{text:?}");
        }
        for text in ["eth", "eth_0", "eth_0/1 mode", "gei_1/1", "veip_0/1", "eth_0/111", "eth_/1"] {
            assert!(text.parse::<UniPort>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn services_of_one_profile_share_a_tcont() {
        let service = |profile: &str| OnuService {
            name: None,
            dba_profile: profile.parse().unwrap(),
            upstream: None,
            downstream: None,
            vlan: VlanId::new(100).unwrap(),
            svlan: None,
            user_vlan: UserVlan::Same,
            cos: None,
            ports: None,
        };
        let wish = Registration {
            pon: "1/1/1".parse().unwrap(),
            id: None,
            serial: "ZTEGC0000001".parse().unwrap(),
            onu_type: TypeChoice::Auto,
            name: None,
            description: None,
            strategy: None,
            services: ["A", "B", "A"].map(service).to_vec(),
            wan: None,
            on_refusal: OnRefusal::Undo,
            on_conflict: OnConflict::Refuse,
            accept_loss: BTreeSet::new(),
        };
        assert_eq!(wish.tconts(), [1, 2, 1]);
    }
}
