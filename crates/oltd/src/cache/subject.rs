use std::future::Future;
use std::time::Duration;

use gpon::{OnuRef, PonPort, Reading};
use zte::{Olt, OltError};

use super::{CacheTimes, FLOOR, Place};

/// Something that can be read of an OLT and kept.
pub trait Subject: 'static {
    /// Its name in keys.
    const KIND: Kind;
    /// The part of the OLT it is read of.
    type At: Copy + Into<Place> + Send + 'static;
    /// What a reading of it holds.
    type Value: Rows + Send + Sync + 'static;

    /// How long a reading of it is kept.
    fn lifetime(times: &CacheTimes) -> Duration;

    /// Asks the OLT.
    fn read(olt: &Olt, at: Self::At) -> impl Future<Output = Result<Reading<Self::Value>, OltError>> + Send;
}

/// How long a new box may stay unseen: a technician stands beside it and waits.
const DISCOVERY: Duration = Duration::from_secs(10);

/// One line per reading: its name, where it is read, what it holds, how long it is kept, who is asked.
macro_rules! subjects {
    ($($(#[$doc:meta])* $name:ident, $at:ty => $value:ty, $lifetime:expr, $read:expr;)*) => {
        /// The readings there are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $($(#[$doc])* $name),* }

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
    Onus, PonPort => Vec<gpon::Onu>, |t| t.onus, async |olt: &Olt, pon| olt.onus(pon).await;
    /// The ONUs of the OLT.
    OnusOfAll, () => Vec<gpon::Onu>, |t| t.onus, async |olt: &Olt, ()| olt.all_onus().await;
    /// One ONU in full.
    OneOnu, OnuRef => gpon::Onu, |t| t.onus, async |olt: &Olt, at| olt.onu(at).await;
    /// Boxes that wait for configuration.
    Unconfigured, Option<PonPort> => Vec<gpon::UnconfiguredOnu>, |_| DISCOVERY, async |olt: &Olt, pon| olt.unconfigured(pon).await;
    /// A PON port and its optical module.
    Pon, PonPort => gpon::PonStatus, |t| t.pon_info, async |olt: &Olt, pon| olt.pon_port(pon).await;
    /// Temperature, power and fans.
    Environment, () => gpon::Environment, |t| t.pon_info, async |olt: &Olt, ()| olt.environment().await;
    /// The uplink ports.
    Uplinks, () => Vec<gpon::Uplink>, |t| t.pon_info, async |olt: &Olt, ()| olt.uplinks().await;
    /// The cards.
    Cards, () => Vec<gpon::Card>, |t| t.pon_info, async |olt: &Olt, ()| olt.cards().await;
    /// The T-CONT bandwidth profiles.
    Dba, () => Vec<gpon::DbaProfile>, |t| t.profiles, async |olt: &Olt, ()| olt.dba_profiles().await;
    /// The ONU VLAN profiles.
    VlanProfiles, () => Vec<gpon::VlanProfile>, |t| t.profiles, async |olt: &Olt, ()| olt.vlan_profiles().await;
    /// The VLANs.
    Vlans, () => Vec<gpon::Vlan>, |t| t.profiles, async |olt: &Olt, ()| olt.vlans().await;
    /// The service ports of the OLT.
    ServicePorts, () => Vec<gpon::ServicePort>, |t| t.onus, async |olt: &Olt, ()| olt.service_ports().await;
    /// The service ports of an ONU.
    ServicePortsOfOnu, OnuRef => Vec<gpon::ServicePort>, |t| t.onus, async |olt: &Olt, at| olt.onu_service_ports(at).await;
    /// An ONU as it is right now.
    WatchedOnu, OnuRef => gpon::Onu, |_| FLOOR, async |olt: &Olt, at| olt.monitor_onu(at).await;
    /// A PON and its ONUs as they are right now.
    WatchedPon, PonPort => gpon::PonMonitor, |_| FLOOR, async |olt: &Olt, pon| olt.monitor_pon(pon).await;
    /// Every PON as it is right now.
    WatchedOlt, () => Vec<gpon::PonMonitor>, |_| FLOOR, async |olt: &Olt, ()| olt.monitor_olt().await;
    /// The traffic profiles.
    TrafficProfiles, () => Vec<gpon::TrafficProfile>, |t| t.profiles, async |olt: &Olt, ()| olt.traffic_profiles().await;
    /// The T-CONTs and GEM ports of an ONU.
    OnuBandwidth, OnuRef => gpon::OnuBandwidth, |t| t.onus, async |olt: &Olt, at| olt.onu_bandwidth(at).await;
    /// Who the OLT says it is.
    Identity, () => zte::Identity, |t| t.profiles, async |olt: &Olt, ()| olt.identity().await;
}

/// How much a value holds, for its weight in the cache.
pub trait Rows {
    /// Rows of about the size of an ONU.
    fn rows(&self) -> usize {
        1
    }
}

impl<T> Rows for Vec<T> {
    fn rows(&self) -> usize {
        self.len()
    }
}

impl Rows for gpon::Onu {}
impl Rows for gpon::PonStatus {}
impl Rows for zte::Identity {}
impl Rows for gpon::OnuBandwidth {}
impl Rows for gpon::PonMonitor {
    fn rows(&self) -> usize {
        1 + self.onus.len()
    }
}
impl Rows for gpon::Environment {
    fn rows(&self) -> usize {
        1 + self.cards.len() + self.fans.len() + self.power_supplies.len()
    }
}
