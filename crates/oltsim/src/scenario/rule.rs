//! Who hangs on the PONs, key by key: rules for many ONUs, and single ones.

use gpon::{OnuState, VlanMode};
use serde::Deserialize;

use super::text::Text;
use crate::device::{Behaviour, List, Tagging};

/// A kind of ONU among those that a rule draws from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Kind {
    pub(super) weight: u32,
    pub(super) vendor: String,
    #[serde(rename = "type")]
    pub(super) onu_type: String,
    pub(super) model: String,
    pub(super) version: String,
    pub(super) hardware: Option<String>,
    pub(super) ethernet: u8,
    pub(super) behaviour: Behaviour,
}

impl Default for Kind {
    fn default() -> Self {
        Self {
            weight: 1,
            vendor: "ZTEG".to_owned(),
            onu_type: "ZTE-F660".to_owned(),
            model: "F660V8.0".to_owned(),
            version: "V8.0.10P1T3".to_owned(),
            hardware: None,
            ethernet: 4,
            behaviour: Behaviour::default(),
        }
    }
}

/// How the ids of a PON lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ids {
    #[default]
    Dense,
    Sparse,
}

/// A number, or any number of a range.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Count {
    Exactly(u8),
    Between([u8; 2]),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rule {
    pub(super) pons: Vec<String>,
    pub(super) count: Count,
    pub(super) ids: Ids,
    pub(super) phases: Phases,
    pub(super) kinds: Option<Vec<Kind>>,
    pub(super) names: Vec<Text>,
    pub(super) descriptions: Vec<Text>,
    pub(super) name_limit: usize,
    pub(super) distance: [u32; 2],
    pub(super) never_online_percent: u8,
    pub(super) never_ranged_percent: u8,
    pub(super) password_percent: u8,
    pub(super) ip_host_percent: u8,
    pub(super) pppoe_percent: u8,
    pub(super) services: Vec<ServiceSection>,
}

impl Default for Rule {
    fn default() -> Self {
        let default_name = || vec![Text::Plain("ONU-{port}:{id}".to_owned())];
        Self {
            pons: vec!["*".to_owned()],
            count: Count::Exactly(16),
            ids: Ids::Dense,
            phases: Phases { online: 1, ..Phases::none() },
            kinds: None,
            names: default_name(),
            descriptions: default_name(),
            // What the device holds (fact sheet, SNMP §4.3).
            name_limit: 128,
            distance: [50, 15_000],
            never_online_percent: 0,
            never_ranged_percent: 0,
            password_percent: 0,
            ip_host_percent: 50,
            pppoe_percent: 0,
            services: vec![ServiceSection::default()],
        }
    }
}

/// Weights of the phases that ONUs are in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Phases {
    pub(super) logging: u32,
    pub(super) los: u32,
    pub(super) synchronization: u32,
    pub(super) online: u32,
    pub(super) dying_gasp: u32,
    pub(super) auth_failed: u32,
    pub(super) offline: u32,
}

impl Default for Phases {
    fn default() -> Self {
        Self::none()
    }
}

impl Phases {
    fn none() -> Self {
        Self { logging: 0, los: 0, synchronization: 0, online: 0, dying_gasp: 0, auth_failed: 0, offline: 0 }
    }

    /// The weights in the order of [`OnuState::ALL`].
    pub(super) fn weights(self) -> [u32; 7] {
        [
            self.logging,
            self.los,
            self.synchronization,
            self.online,
            self.dying_gasp,
            self.auth_failed,
            self.offline,
        ]
    }
}

/// A phase by name.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Phase {
    Logging,
    Los,
    Synchronization,
    Online,
    DyingGasp,
    AuthFailed,
    Offline,
}

impl From<Phase> for OnuState {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Logging => Self::Logging,
            Phase::Los => Self::Los,
            Phase::Synchronization => Self::Synchronization,
            Phase::Online => Self::Online,
            Phase::DyingGasp => Self::DyingGasp,
            Phase::AuthFailed => Self::AuthFailed,
            Phase::Offline => Self::Offline,
        }
    }
}

/// How a service port maps, in the words of the command line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mode {
    #[default]
    Tag,
    Translation,
    Untag,
    Transparent,
    Qinq,
    OtherAll,
}

impl From<Mode> for VlanMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Tag => Self::Tag,
            Mode::Translation => Self::Translation,
            Mode::Untag => Self::Untag,
            Mode::Transparent | Mode::OtherAll => Self::Transparent,
            Mode::Qinq => Self::QinQ,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServiceSection {
    pub(super) mode: Mode,
    pub(super) vlan: Option<u16>,
    pub(super) user_vlan: Option<u16>,
    pub(super) svlan: u16,
    pub(super) bandwidth: Option<String>,
    pub(super) upstream: String,
    pub(super) downstream: String,
    pub(super) description: String,
    pub(super) etype: String,
    pub(super) user_svlan: u16,
    pub(super) cos: Option<u8>,
    pub(super) scos: Option<u8>,
    pub(super) ingress: String,
    pub(super) egress: String,
    pub(super) short: bool,
    pub(super) switchport: Option<Tagging>,
    pub(super) vport: Option<u8>,
    pub(super) profile: String,
}

/// One ONU, told apart from what the rules made of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OnuSection {
    pub(super) at: String,
    pub(super) serial: Option<String>,
    #[serde(rename = "type")]
    pub(super) onu_type: Option<String>,
    pub(super) name: Option<Text>,
    pub(super) description: Option<Text>,
    pub(super) password: Option<String>,
    pub(super) phase: Option<Phase>,
    pub(super) distance: Option<u32>,
    pub(super) rx: Option<f64>,
    pub(super) tx: Option<f64>,
    pub(super) olt_rx: Option<f64>,
    pub(super) last_online: Option<String>,
    pub(super) last_offline: Option<String>,
    pub(super) behaviour: Option<Behaviour>,
    #[serde(default)]
    pub(super) unlisted: Vec<List>,
    pub(super) services: Option<Vec<ServiceSection>>,
    #[serde(default)]
    pub(super) config: Vec<String>,
    #[serde(default)]
    pub(super) remote_config: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnconfiguredSection {
    pub(super) pon: String,
    #[serde(default = "one")]
    pub(super) count: u8,
    pub(super) serial: Option<String>,
    pub(super) model: Option<String>,
    pub(super) version: Option<String>,
    pub(super) hardware: Option<String>,
    pub(super) password: Option<String>,
    pub(super) ethernet: Option<u8>,
    pub(super) distance: Option<u32>,
    pub(super) rx: Option<f64>,
    pub(super) tx: Option<f64>,
    pub(super) olt_rx: Option<f64>,
    pub(super) behaviour: Option<Behaviour>,
}

fn one() -> u8 {
    1
}
