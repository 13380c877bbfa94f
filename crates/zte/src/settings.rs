use std::time::Duration;

use gpon::Word;
use secrecy::SecretString;

use crate::{Answers, OnuCounters, Strategies};

/// How to reach one OLT.
#[derive(Debug, Clone)]
pub struct OltSettings {
    /// The OLT's id: it stands in errors, logs and metrics.
    pub id: String,
    /// How to ask it over SNMP.
    pub snmp: SnmpSettings,
    /// How to reach its command line; `None` when it is read over SNMP only.
    pub cli: Option<CliSettings>,
    /// The longest distance of an ONU that is believed, in metres: nothing ranges
    /// beyond 60 km on GPON (fact sheet, CLI §9.2).
    pub max_distance_m: u32,
    /// Answers to lines that change something, which an operator knows the meaning of.
    pub answers: Answers,
    /// How long after it was told to start again an ONU needs at most until its history
    /// shows it.
    pub reboot_wait: Duration,
    /// What registering ONUs needs to know of the site.
    pub registering: Registering,
}

/// What registering ONUs needs to know of a site.
#[derive(Debug, Clone, Default)]
pub struct Registering {
    /// How ONUs are configured.
    pub strategies: Strategies,
    /// The type of the OLT that each model is registered as, by the beginning of what it
    /// reports; the longest that fits.
    pub types: Vec<(String, Word)>,
    /// The type for every other model.
    pub other_type: Option<Word>,
}

impl Registering {
    /// The type for a model.
    pub fn type_of(&self, model: Option<&str>) -> Option<&Word> {
        let fits = |known: &&(String, Word)| model.is_some_and(|model| model.starts_with(known.0.as_str()));
        let known = self.types.iter().filter(fits).max_by_key(|(model, _)| model.len());
        known.map(|(_, onu_type)| onu_type).or(self.other_type.as_ref())
    }
}

impl OltSettings {
    /// [`Self::max_distance_m`] unless it is set.
    pub const MAX_DISTANCE_M: u32 = 60_000;
    /// [`Self::reboot_wait`] unless it is set: boxes were seen to be away for one to two
    /// minutes (fact sheet, CLI §6 nr. 13).
    pub const REBOOT_WAIT: Duration = Duration::from_secs(180);

    /// The settings of an OLT, the rest as it usually is.
    pub fn new(id: impl Into<String>, snmp: SnmpSettings, cli: Option<CliSettings>) -> Self {
        Self {
            id: id.into(),
            snmp,
            cli,
            max_distance_m: Self::MAX_DISTANCE_M,
            answers: Answers::default(),
            reboot_wait: Self::REBOOT_WAIT,
            registering: Registering::default(),
        }
    }
}

/// How to ask an OLT over SNMP v2c.
#[derive(Debug, Clone)]
pub struct SnmpSettings {
    /// Host name or address.
    pub host: String,
    /// UDP port.
    pub port: u16,
    /// Community.
    pub community: SecretString,
    /// Most requests in flight at once, 1..=64.
    pub window: usize,
    /// Most repetitions of a GETBULK, 1..=100.
    pub max_repetitions: u32,
    /// How long an OLT is asked again and again without an answer. While answers
    /// arrive a reading goes on, up to 85 s.
    pub deadline: Duration,
    /// The tables that may count the traffic of ONUs, in the order in which they are tried.
    pub onu_counters: Vec<OnuCounters>,
}

impl SnmpSettings {
    /// The defaults for an OLT at `host:port`.
    pub fn new(host: impl Into<String>, port: u16, community: SecretString) -> Self {
        Self {
            host: host.into(),
            port,
            community,
            window: 4,
            max_repetitions: 25,
            deadline: Duration::from_secs(8),
            onu_counters: OnuCounters::USUAL.to_vec(),
        }
    }
}

/// How to reach an OLT's command line by telnet.
#[derive(Debug, Clone)]
pub struct CliSettings {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Login name.
    pub username: String,
    /// Login password.
    pub password: SecretString,
    /// Password of `enable`, for users that land at `>`.
    pub enable_password: Option<SecretString>,
    /// Most sessions at once, 1..=10.
    pub max_sessions: usize,
    /// Most callers that wait for a session, 1..=1024.
    pub queue: usize,
    /// How long a session nobody wants stays open.
    pub idle_close: Duration,
    /// How often an idle session shows that it is alive.
    pub keep_alive: Duration,
    /// Whether `terminal length 0` turns the pager off after login. Without it
    /// pages are turned by hand, for devices that answer 62310 to everything
    /// afterwards (fact sheet, CLI §9.2).
    pub terminal_length: bool,
}

impl CliSettings {
    /// The defaults for an OLT at `host:port`: one session, as public practice
    /// has it (fact sheet, CLI §1.5).
    pub fn new(
        host: impl Into<String>,
        port: u16,
        username: impl Into<String>,
        password: SecretString,
    ) -> Self {
        Self {
            host: host.into(),
            port,
            username: username.into(),
            password,
            enable_password: None,
            max_sessions: 1,
            queue: 64,
            idle_close: Duration::from_secs(120),
            keep_alive: Duration::from_secs(45),
            terminal_length: true,
        }
    }
}
