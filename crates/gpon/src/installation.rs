//! What is seen of an ONU that was put into service.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::{Dbm, OnuState};

/// What is seen of an ONU that was put into service; what is `None` could not be read, or is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Its phase.
    pub phase: Option<OnuState>,
    /// Whether it is disabled at the OLT.
    #[serde(default)]
    pub is_shut: bool,
    /// Whether the OLT says that its configuration reached it (`success`, `fail`).
    pub config_state: Option<String>,
    /// What the OLT receives from it, in dBm.
    pub olt_rx: Option<Dbm>,
    /// What it receives, in dBm.
    pub onu_rx: Option<Dbm>,
    /// What it sends, in dBm.
    pub onu_tx: Option<Dbm>,
    /// Its distance, in metres.
    pub distance_m: Option<u32>,
    /// The MAC addresses learnt behind it; `None` where they were not asked for.
    pub macs: Option<Vec<String>>,
    /// The state of its WAN, in the OLT's word; `None` where it was not asked for.
    pub wan: Option<String>,
    /// The address of its WAN.
    pub wan_address: Option<Ipv4Addr>,
    /// What could not be read, a sentence each.
    pub problems: Vec<String>,
}

impl Installation {
    /// Whether it works.
    pub fn is_online(&self) -> bool {
        self.phase == Some(OnuState::Online)
    }

    /// Whether traffic goes through it: a MAC address was learnt, or its WAN is connected.
    pub fn is_served(&self) -> bool {
        let learnt = self.macs.as_ref().is_some_and(|macs| !macs.is_empty());
        learnt || self.wan.as_deref().is_some_and(|state| state.eq_ignore_ascii_case("connected"))
    }
}
