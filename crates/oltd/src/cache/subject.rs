use std::future::Future;
use std::time::Duration;

use gpon::{OnuColumns, OnuRef, PonPort, Reading};
use serde::Serialize;
use serde::de::DeserializeOwned;
use zte::{MacsOf, Olt, OltError};

use super::{CacheTimes, FLOOR, Held, Place};

/// Something that can be read of an OLT and kept.
pub trait Subject: 'static {
    /// Its name in keys.
    const KIND: Kind;
    /// The part of the OLT it is read of.
    type At: Copy + Into<Place> + Send + Sync + 'static;
    /// What a reading of it holds.
    type Value: Held + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// How long a reading of it is kept.
    fn lifetime(times: &CacheTimes) -> Duration;

    /// Asks the OLT.
    fn read(olt: &Olt, at: Self::At) -> impl Future<Output = Result<Reading<Self::Value>, OltError>> + Send;
}

/// How long a new box may stay unseen: a technician stands beside it and waits.
const DISCOVERY: Duration = Duration::from_secs(10);

/// How long a MAC address may stay unseen: somebody has plugged in a router and looks for it.
const LEARNING: Duration = Duration::from_secs(10);

/// One line per reading: its name, where it is read, what it holds, how long it is kept, who is asked.
macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $at:ty => $value:ty, $lifetime:expr, $read:expr;)*) => {
        /// The readings there are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $name),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name in metrics, errors and shared stores.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $word),* }
            }
        }

        /// The shape in which each kind is stored, with those of all types that it is made of.
        #[cfg(test)]
        pub(super) fn shapes() -> Vec<(Kind, std::collections::BTreeMap<String, String>)> {
            vec![$((Kind::$name, super::shape::of::<Reading<$value>>())),*]
        }

        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub enum $name {}

            impl Subject for $name {
                const KIND: Kind = Kind::$name;
                type At = $at;
                type Value = $value;

                fn lifetime(times: &CacheTimes) -> Duration {
                    let lifetime: fn(&CacheTimes) -> Duration = $lifetime;
                    lifetime(times)
                }

                async fn read(olt: &Olt, at: $at) -> Result<Reading<$value>, OltError> {
                    let read = $read;
                    read(olt, at).await
                }
            }
        )*
    };
}

subjects! {
    /// The ONUs of a PON.
    Onus = "onus", PonPort => Vec<gpon::Onu>, |t| t.onus, async |olt: &Olt, pon| olt.onus(pon).await;
    /// The ONUs that are registered on a PON, as the command line lists them.
    RegisteredOnus = "registered_onus", PonPort => Vec<gpon::Onu>, |t| t.onus, async |olt: &Olt, pon| olt.registered_onus(pon).await;
    /// The ONUs of the OLT.
    OnusOfAll = "onus_of_all", () => Vec<gpon::Onu>, |t| t.onus, async |olt: &Olt, ()| olt.all_onus().await;
    /// Columns of ONUs that a list does not carry.
    OnuColumnsOf = "onu_columns", (Option<PonPort>, OnuColumns) => Vec<gpon::Onu>, |t| t.onus, async |olt: &Olt, (pon, columns)| olt.onu_columns(pon, columns).await;
    /// One ONU in full.
    OneOnu = "onu", OnuRef => gpon::Onu, |t| t.onus, async |olt: &Olt, at| olt.onu(at).await;
    /// Boxes that wait for configuration.
    Unconfigured = "unconfigured", Option<PonPort> => Vec<gpon::UnconfiguredOnu>, |_| DISCOVERY, async |olt: &Olt, pon| olt.unconfigured(pon).await;
    /// A PON port and its optical module.
    Pon = "pon", PonPort => gpon::PonStatus, |t| t.pon_info, async |olt: &Olt, pon| olt.pon_port(pon).await;
    /// Temperature, power and fans.
    Environment = "environment", () => gpon::Environment, |t| t.pon_info, async |olt: &Olt, ()| olt.environment().await;
    /// The uplink ports.
    Uplinks = "uplinks", () => Vec<gpon::Uplink>, |t| t.pon_info, async |olt: &Olt, ()| olt.uplinks().await;
    /// The cards.
    Cards = "cards", () => Vec<gpon::Card>, |t| t.pon_info, async |olt: &Olt, ()| olt.cards().await;
    /// The T-CONT bandwidth profiles.
    Dba = "dba_profiles", () => Vec<gpon::DbaProfile>, |t| t.profiles, async |olt: &Olt, ()| olt.dba_profiles().await;
    /// The ONU VLAN profiles.
    VlanProfiles = "vlan_profiles", () => Vec<gpon::VlanProfile>, |t| t.profiles, async |olt: &Olt, ()| olt.vlan_profiles().await;
    /// The VLANs.
    Vlans = "vlans", () => Vec<gpon::Vlan>, |t| t.profiles, async |olt: &Olt, ()| olt.vlans().await;
    /// The service ports of the OLT.
    ServicePorts = "service_ports", () => Vec<gpon::ServicePort>, |t| t.onus, async |olt: &Olt, ()| olt.service_ports().await;
    /// The service ports of an ONU.
    ServicePortsOfOnu = "service_ports_of_onu", OnuRef => Vec<gpon::ServicePort>, |t| t.onus, async |olt: &Olt, at| olt.onu_service_ports(at).await;
    /// An ONU as it is right now.
    MonitoredOnu = "monitored_onu", OnuRef => gpon::Onu, |_| FLOOR, async |olt: &Olt, at| olt.monitor_onu(at).await;
    /// A PON and its ONUs as they are right now.
    MonitoredPon = "monitored_pon", PonPort => gpon::PonMonitor, |_| FLOOR, async |olt: &Olt, pon| olt.monitor_pon(pon).await;
    /// Every PON as it is right now.
    MonitoredOlt = "monitored_olt", () => Vec<gpon::PonMonitor>, |_| FLOOR, async |olt: &Olt, ()| olt.monitor_olt().await;
    /// The traffic profiles.
    TrafficProfiles = "traffic_profiles", () => Vec<gpon::TrafficProfile>, |t| t.profiles, async |olt: &Olt, ()| olt.traffic_profiles().await;
    /// The T-CONTs and GEM ports of an ONU.
    OnuBandwidth = "onu_bandwidth", OnuRef => gpon::OnuBandwidth, |t| t.onus, async |olt: &Olt, at| olt.onu_bandwidth(at).await;
    /// How far the OLT's clock is off.
    Clock = "clock", () => zte::OltClock, |t| t.pon_info, async |olt: &Olt, ()| olt.clock().await;
    /// The MAC addresses behind an ONU or a PON, or in a VLAN.
    Macs = "macs", MacsOf => Vec<gpon::LearntMac>, |_| LEARNING, async |olt: &Olt, of| olt.macs(of).await;
    /// What an ONU makes of its configuration.
    OnuAccount = "onu_account", OnuRef => gpon::OnuAccount, |_| LEARNING, async |olt: &Olt, at| olt.onu_account(at).await;
    /// Who the OLT says it is.
    Identity = "identity", () => zte::Identity, |t| t.profiles, async |olt: &Olt, ()| olt.identity().await;
}

impl Kind {
    /// Whether it is part of the OLT's own set-up: its VLANs and profiles.
    pub const fn is_setup(self) -> bool {
        matches!(self, Self::Dba | Self::VlanProfiles | Self::Vlans | Self::TrafficProfiles)
    }

    /// Whether a reading of it tells something of every ONU of its place, so
    /// that a change of one of them makes it too old.
    pub const fn holds_onus(self) -> bool {
        match self {
            Self::Onus
            | Self::RegisteredOnus
            | Self::OnusOfAll
            | Self::OnuColumnsOf
            | Self::OneOnu
            | Self::Macs
            | Self::Unconfigured
            | Self::ServicePorts
            | Self::ServicePortsOfOnu
            | Self::MonitoredOnu
            | Self::MonitoredPon
            | Self::MonitoredOlt
            | Self::OnuBandwidth
            | Self::OnuAccount => true,
            Self::Pon
            | Self::Environment
            | Self::Uplinks
            | Self::Cards
            | Self::Dba
            | Self::VlanProfiles
            | Self::Vlans
            | Self::TrafficProfiles
            | Self::Clock
            | Self::Identity => false,
        }
    }
}
