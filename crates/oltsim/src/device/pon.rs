use std::collections::BTreeMap;

use gpon::SerialNumber;
use jiff::civil::DateTime;

use super::{Flow, Module, Onu, PonConfig, Traffic};

/// A PON port and all that hangs on it.
#[derive(Debug, Clone)]
pub struct Pon {
    /// How it is configured; all else is what the plant does.
    pub configured: PonConfig,
    /// Its optical module; `None` for an empty cage.
    pub module: Option<Module>,
    /// Boxes that are lit and not configured.
    pub unconfigured: Vec<Unconfigured>,
    /// What it receives beside what its ONUs send.
    pub upstream: Traffic,
    /// What it sends beside what its ONUs get.
    pub downstream: Traffic,
    pub(super) onus: BTreeMap<u8, Onu>,
}

impl Pon {
    /// An enabled port on which nothing hangs.
    pub fn new(module: Option<Module>) -> Self {
        Self {
            configured: PonConfig::default(),
            module,
            unconfigured: Vec::new(),
            upstream: Traffic::default(),
            downstream: Traffic::default(),
            onus: BTreeMap::new(),
        }
    }

    /// All that it receives: never less than its ONUs send.
    pub(crate) fn received(&self) -> Flow<'_> {
        Flow { own: &self.upstream, onus: Some((&self.onus, |onu| &onu.upstream)) }
    }

    /// All that it sends: never less than its ONUs get.
    pub(crate) fn sent(&self) -> Flow<'_> {
        Flow { own: &self.downstream, onus: Some((&self.onus, |onu| &onu.downstream)) }
    }

    /// Its ONUs by number.
    pub fn onus(&self) -> &BTreeMap<u8, Onu> {
        &self.onus
    }

    /// Whether it is up: enabled, and lit by somebody (fact sheet, SNMP §3).
    pub fn is_up(&self) -> bool {
        let lit = !self.unconfigured.is_empty() || self.onus.values().any(Onu::sends_light);
        self.configured.enabled && self.module.is_some() && lit
    }
}

/// A box that is lit and not configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unconfigured {
    /// Its serial number.
    pub serial: SerialNumber,
    /// The model it reports.
    pub model: String,
    /// Its software version.
    pub version: String,
    /// The password it reports, at most 10 characters.
    pub password: String,
    /// When it was discovered.
    pub seen: DateTime,
}
