//! The keys of the configuration, as the file spells them.
//!
//! Every key is optional here: which ones must be given is decided after all
//! layers are merged, where the sentence can say how to give them.

use serde::Deserialize;

use super::edge::{Auth, Cors, Http, Metrics, Tls};
use super::kinds::{
    Counters, Flag, Host, Id, Levels, Listen, LogFormat, Number, Optical, Port, Secret, Text, Wait,
};
use super::redis::Redis;
use super::value::Given;
use crate::charset::Charset;

/// Shortest time in the cache: no answer is promised to be fresher than 2 s.
const MIN_TTL: u64 = 2;
/// Longest time in the cache: a day-old state of an ONU helps nobody.
const MAX_TTL: u64 = 24 * 60 * 60;
/// Longest silence that an OLT is waited for: an HTTP request ends after 90 s.
const MAX_DEADLINE: u64 = 60;

/// Longest time that an OLT leaves a session idle, unless it was told otherwise.
const MAX_IDLE: u64 = 15 * 60;

/// A time that a reading is served from memory.
pub(super) type Ttl = Given<Wait<MIN_TTL, MAX_TTL>>;

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: Option<Given<Listen>>,
    pub(super) default: Option<Given<Id>>,
    pub(super) olts: Vec<Olt>,
    pub(super) log: Log,
    pub(super) cache: Cache,
    pub(super) monitoring: Monitoring,
    pub(super) http: Http,
    pub(super) cors: Cors,
    pub(super) tls: Option<Tls>,
    pub(super) auth: Auth,
    pub(super) metrics: Metrics,
}

/// One `[[olts]]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Olt {
    pub(super) id: Option<Given<Id>>,
    pub(super) name: Option<Given<Text>>,
    pub(super) charset: Option<Given<Charset>>,
    /// Metres. The differential reach of GPON is 60 km; a site may have longer or shorter fibre.
    pub(super) max_distance: Option<Given<Number<1, 100_000>>>,
    pub(super) snmp: Snmp,
    pub(super) cli: Option<Cli>,
}

/// `[olts.snmp]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Snmp {
    pub(super) host: Option<Given<Host>>,
    pub(super) port: Option<Given<Port>>,
    pub(super) community: Option<Given<Secret>>,
    pub(super) window: Option<Given<Number<1, 64>>>,
    pub(super) max_repetitions: Option<Given<Number<1, 100>>>,
    pub(super) deadline: Option<Given<Wait<1, MAX_DEADLINE>>>,
    pub(super) onu_counters: Option<Given<Counters>>,
}

/// `[olts.cli]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Cli {
    pub(super) host: Option<Given<Host>>,
    pub(super) port: Option<Given<Port>>,
    pub(super) username: Option<Given<Text>>,
    pub(super) password: Option<Given<Secret>>,
    pub(super) enable_password: Option<Given<Secret>>,
    pub(super) max_sessions: Option<Given<Number<1, 10>>>,
    pub(super) queue: Option<Given<Number<1, 1024>>>,
    pub(super) idle_close: Option<Given<Wait<1, MAX_IDLE>>>,
    pub(super) keep_alive: Option<Given<Wait<5, MAX_IDLE>>>,
    pub(super) terminal_length: Option<Given<Flag>>,
}

/// `[log]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Log {
    pub(super) format: Option<Given<LogFormat>>,
    pub(super) level: Option<Given<Levels>>,
    pub(super) access: Option<Given<Flag>>,
}

/// `[cache]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Cache {
    pub(super) onus: Option<Ttl>,
    pub(super) pon_info: Option<Ttl>,
    pub(super) profiles: Option<Ttl>,
    pub(super) memory_mib: Option<Given<Number<16, 4096>>>,
    pub(super) redis: Option<Redis>,
}

/// `[monitoring]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Monitoring {
    pub(super) rx_power_low: Option<Given<Optical>>,
    pub(super) rx_power_high: Option<Given<Optical>>,
    pub(super) tx_power_low: Option<Given<Optical>>,
    pub(super) tx_power_high: Option<Given<Optical>>,
    pub(super) temperature_low: Option<Given<Optical>>,
    pub(super) temperature_high: Option<Given<Optical>>,
}
