use serde::{Deserialize, Serialize};

/// The type of a DBA (T-CONT bandwidth) profile, 1..=5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DbaType {
    /// 1: fixed bandwidth.
    Fixed,
    /// 2: assured bandwidth.
    Assured,
    /// 3: assured and maximum bandwidth.
    AssuredMaximum,
    /// 4: maximum bandwidth (best effort).
    Maximum,
    /// 5: fixed, assured and maximum bandwidth.
    All,
}

impl DbaType {
    /// The type with this number; `None` outside 1..=5.
    pub const fn from_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Fixed,
            2 => Self::Assured,
            3 => Self::AssuredMaximum,
            4 => Self::Maximum,
            5 => Self::All,
            _ => return None,
        })
    }

    /// Its number, 1..=5.
    pub const fn number(self) -> u8 {
        match self {
            Self::Fixed => 1,
            Self::Assured => 2,
            Self::AssuredMaximum => 3,
            Self::Maximum => 4,
            Self::All => 5,
        }
    }
}

/// A DBA (T-CONT bandwidth) profile of the OLT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbaProfile {
    /// Its index in the older table; `None` where that table is absent.
    pub profile_id: Option<u32>,
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Option<DbaType>,
    /// Fixed bandwidth in kbps.
    pub fixed_kbps: Option<u32>,
    /// Assured bandwidth in kbps.
    pub assured_kbps: Option<u32>,
    /// Maximum bandwidth in kbps.
    pub maximum_kbps: Option<u32>,
}

/// A traffic profile of the OLT: what a GEM port may carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrafficProfile {
    /// Its name.
    pub name: String,
    /// Sustained rate in kbps.
    pub sir_kbps: Option<u32>,
    /// Peak rate in kbps.
    pub pir_kbps: Option<u32>,
    /// Sustained burst in kilobytes; `None` where it is left to the device.
    pub cbs_kbytes: Option<u32>,
    /// Peak burst in kilobytes; `None` where it is left to the device.
    pub pbs_kbytes: Option<u32>,
}

/// A T-CONT of an ONU: what carries its upstream traffic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tcont {
    /// Its number on the ONU, from 1.
    pub id: u8,
    /// Its name.
    pub name: Option<String>,
    /// The name of its DBA profile.
    pub profile: Option<String>,
}

/// A GEM port of an ONU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GemPort {
    /// Its number on the ONU, from 1.
    pub id: u8,
    /// Its name.
    pub name: Option<String>,
    /// The T-CONT that carries it upstream.
    pub tcont: Option<u8>,
    /// Its priority queue.
    pub queue: Option<u8>,
    /// The traffic profile that limits it upstream.
    pub upstream: Option<String>,
    /// The traffic profile that limits it downstream.
    pub downstream: Option<String>,
}

/// What an ONU has to carry its traffic.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnuBandwidth {
    /// Its T-CONTs, by number.
    pub tconts: Vec<Tcont>,
    /// Its GEM ports, by number.
    pub gem_ports: Vec<GemPort>,
}
