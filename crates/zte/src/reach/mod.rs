//! What every reading needs to reach an OLT: its two sides, what is remembered of
//! it, its tables, and the problems that are met on the way.

mod believed;
pub(crate) mod clock;
mod identity;
mod memory;
pub(crate) mod names;
mod port_map;
mod problems;
pub(crate) mod registered;
mod tables;
pub(crate) mod terminal;

use std::sync::Arc;
use std::time::Duration;

use crate::cli::Cli;
use crate::rates::Rates;
use crate::snmp::Snmp;
use crate::{Answers, OltSettings, Registering, SnmpTransport};

use believed::Believed;
pub(crate) use believed::{BELIEVED, Learned};
pub use identity::Identity;
use memory::Memory;
pub(crate) use port_map::{PortMap, parse_name, pon_of};
pub(crate) use problems::{Problems, Told};
pub(crate) use tables::{first_failure, first_of, oid, table};

/// One OLT, as all handles for it share it.
pub(crate) struct Inner {
    pub(crate) id: String,
    pub(crate) snmp: Arc<Snmp>,
    pub(crate) cli: Option<Cli>,
    pub(crate) memory: Memory,
    pub(crate) rates: Rates,
    pub(crate) clock: clock::Remembered,
    /// Longest distance that is believed, in metres.
    pub(crate) max_distance_m: u32,
    /// What answers to lines that change something are known to mean.
    pub(crate) answers: Answers,
    /// How long an ONU that was told to start again needs at most until it shows.
    pub(crate) reboot_wait: Duration,
    pub(crate) registering: Registering,
    /// The names that the OLT was seen to have.
    pub(crate) names: names::Names,
    /// The serial numbers that were registered from here a moment ago.
    pub(crate) registered: registered::Registered,
    identity: Believed<Learned>,
    ports: Believed<Arc<PortMap>>,
}

impl Inner {
    /// The OLT of these settings. Nothing is sent yet.
    pub(crate) fn new(settings: OltSettings, transport: &SnmpTransport) -> Self {
        Self {
            cli: settings.cli.map(Cli::new),
            id: settings.id,
            snmp: Arc::new(Snmp::new(settings.snmp, transport.clone())),
            memory: Memory::default(),
            rates: Rates::default(),
            clock: clock::Remembered::default(),
            max_distance_m: settings.max_distance_m,
            answers: settings.answers,
            reboot_wait: settings.reboot_wait,
            registering: settings.registering,
            names: names::Names::default(),
            registered: registered::Registered::default(),
            identity: Believed::default(),
            ports: Believed::default(),
        }
    }
}
