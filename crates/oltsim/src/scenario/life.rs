use std::time::Duration;

use jiff::civil::DateTime;
use serde::Deserialize;

use super::before;
use crate::device::{Life, Person};

/// How long boxes take from phase to phase. The defaults are short, so that nobody waits;
/// a real reboot takes 1 to 2 minutes (fact sheet, CLI §6 nr. 13).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LifeSection {
    los_ms: u64,
    logging_ms: u64,
    sync_ms: u64,
    config_ms: u64,
    onu_interface_ms: u64,
    mac_ms: u64,
    wan_ms: u64,
}

impl Default for LifeSection {
    fn default() -> Self {
        // At once, since a client that waits for it as the sheet asks (2 to 3 s) never
        // sees the difference, and most do wait.
        let (config_ms, onu_interface_ms) = (0, 0);
        Self {
            los_ms: 300,
            logging_ms: 200,
            sync_ms: 300,
            config_ms,
            onu_interface_ms,
            mac_ms: 200,
            wan_ms: 300,
        }
    }
}

impl LifeSection {
    pub(super) fn life(&self) -> Life {
        Life {
            los: Duration::from_millis(self.los_ms),
            logging: Duration::from_millis(self.logging_ms),
            sync: Duration::from_millis(self.sync_ms),
            config: Duration::from_millis(self.config_ms),
            interface: Duration::from_millis(self.onu_interface_ms),
            mac: Duration::from_millis(self.mac_ms),
            wan: Duration::from_millis(self.wan_ms),
        }
    }
}

/// Somebody who is logged in beside those who really are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PersonSection {
    user: String,
    address: String,
    #[serde(default)]
    seconds: u64,
}

impl PersonSection {
    pub(super) fn person(&self, start: DateTime) -> Person {
        let (user, address) = (self.user.clone(), self.address.clone());
        Person { user, address, since: before(start, self.seconds) }
    }
}
