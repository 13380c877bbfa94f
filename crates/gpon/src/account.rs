use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// What an ONU makes of its configuration. What could not be read is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnuAccount {
    /// Whether its configuration reached it, in the device's own word (`success`, `fail`);
    /// `fail` does not mean that it is down.
    pub config_state: Option<String>,
    /// Its WAN connections.
    pub wans: Option<Vec<WanConnection>>,
}

/// A WAN connection of an ONU.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WanConnection {
    /// Its number.
    pub id: Option<u32>,
    /// How it gets its address, in the device's own word (`PPPoE`).
    pub mode: Option<String>,
    /// Its state, in the device's own word (`connected`).
    pub status: Option<String>,
    /// Its address.
    pub address: Option<Ipv4Addr>,
}

impl WanConnection {
    /// Whether it is connected; `None` where the device does not say.
    pub fn is_connected(&self) -> Option<bool> {
        self.status.as_ref().map(|status| status.eq_ignore_ascii_case("connected"))
    }
}
