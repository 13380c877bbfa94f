//! Makes the configuration from the keys: fills in the defaults and checks what
//! concerns several keys.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use zte::{CliSettings, OltSettings, SnmpSettings};

use super::file::{Cache, Cli, File, Log, Monitoring, Olt, Snmp};
use super::findings::Findings;
use super::kinds::Optical;
use super::value::Given;
use super::{Config, DEFAULT_PORT, LogConfig, OltConfig, edge, overrides, redis, reference};
use crate::app::CacheTimes;
use crate::charset::Charset;
use crate::limits::{Limits, OpticalLimits};

/// Port of SNMP agents (RFC 3417).
const SNMP_PORT: u16 = 161;
/// Port of telnet servers (RFC 854).
const TELNET_PORT: u16 = 23;

/// MiB that readings may take: four large OLTs of which every list and every ONU
/// was asked for.
const CACHE_MEMORY: u32 = 96;

/// Where keys stand, so that a sentence can say where to put things right.
pub(super) struct Places {
    /// The file's name.
    pub(super) file: Option<String>,
    /// Whether the variables of the reference project define the first OLT.
    pub(super) reference: bool,
    /// The variables that set keys, by key.
    pub(super) variables: BTreeMap<String, String>,
}

impl Places {
    /// How an operator knows the key: by the variable that sets it, or by itself.
    pub(super) fn name<'a>(&'a self, key: &'a str) -> &'a str {
        self.variables.get(key).map_or(key, String::as_str)
    }

    pub(super) fn of(&self, key: &str) -> String {
        match (self.variables.get(key), &self.file) {
            (Some(variable), _) => variable.clone(),
            (None, Some(file)) => format!("{file}: {key}"),
            (None, None) => overrides::variable_of(key),
        }
    }

    pub(super) fn missing(&self, key: &str, found: &mut Findings) {
        if found.knows(key) {
            return;
        }
        match (reference::variable_of(key).filter(|_| self.reference), &self.file) {
            (Some(variable), _) => found.problem(variable, key, "must be set"),
            (None, Some(file)) => found.problem(&format!("{file}: {key}"), key, "is missing"),
            (None, None) => found.problem(&overrides::variable_of(key), key, "must be set"),
        }
    }
}

/// The configuration. What lacks something that must be given is left out of it, and is a problem.
pub(super) fn settle(mut file: File, places: &Places, found: &mut Findings) -> Config {
    let (rules, tls) = edge::settle(&mut file, places, found);
    let listed = file.olts.len();
    let olts: Vec<OltConfig> =
        file.olts.into_iter().enumerate().filter_map(|(n, entry)| olt(entry, n, places, found)).collect();
    if listed == 0 && !found.knows("olts") {
        let place = places.file.as_deref().unwrap_or("no OLT is configured");
        let text = if places.file.is_some() {
            "there is no OLT in it: add [[olts]] as oltd.example.toml shows"
        } else {
            "write oltd.toml as oltd.example.toml shows, or set SNMP_HOST and SNMP_COMMUNITY; \
             `oltd demo` needs neither"
        };
        found.problem(place, "", text);
    }
    same_ids(&olts, places, found);
    let default = file.default.map(|Given(id)| id.0);
    if let Some(id) = default.as_ref().filter(|id| listed == olts.len() && olts.iter().all(|o| o.id() != *id))
    {
        found.problem(&places.of("default"), "default", format!("no OLT has the id `{id}`"));
    }
    let only = if let [only] = olts.as_slice() { Some(only.id().to_owned()) } else { None };
    let limits = limits(&file.monitoring, places, found);
    let redis = file.cache.redis.take().map(|keys| redis::settle(keys, places, found));
    let memory = file.cache.memory_mib.as_ref().map_or(CACHE_MEMORY, |Given(memory)| memory.0);
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    let complete = listed == olts.len() && redis.as_ref().is_none_or(Option::is_some);
    debug_assert!(complete || found.any(), "what is left out is a problem");
    Config {
        listen: file.listen.map_or(listen, |Given(listen)| listen.0),
        default: default.or(only),
        olts,
        log: log(file.log),
        cache: cache(&file.cache),
        limits,
        rules,
        tls,
        redis: redis.flatten(),
        cache_memory_mib: memory.into(),
        notes: Vec::new(),
    }
}

fn same_ids(olts: &[OltConfig], places: &Places, found: &mut Findings) {
    for (n, olt) in olts.iter().enumerate() {
        if let Some(first) = olts[..n].iter().position(|other| other.id() == olt.id()) {
            let key = format!("olts[{n}].id");
            found.problem(
                &places.of(&key),
                &key,
                format!("`{}` is the id of olts[{first}] already", olt.id()),
            );
        }
    }
}

fn olt(entry: Olt, n: usize, places: &Places, found: &mut Findings) -> Option<OltConfig> {
    let at = format!("olts[{n}]");
    let of_environment = (places.reference && n == 0).then(|| reference::OLT_ID.to_owned());
    let id = entry.id.map(|Given(id)| id.0).or(of_environment);
    if id.is_none() {
        places.missing(&format!("{at}.id"), found);
    }
    let snmp = snmp(entry.snmp, &at, places, found);
    let cli = match entry.cli {
        Some(entry) => Some(cli(entry, snmp.as_ref(), &at, places, found)?),
        None => None,
    };
    let (id, snmp) = (id?, snmp?);
    let name = entry.name.map_or_else(|| id.clone(), |Given(name)| name.0);
    let charset = entry.charset.map_or_else(Charset::default, |Given(charset)| charset);
    let mut settings = OltSettings::new(id, snmp, cli);
    if let Some(Given(metres)) = entry.max_distance {
        settings.max_distance_m = metres.0;
    }
    Some(OltConfig { name, charset, settings })
}

fn snmp(entry: Snmp, at: &str, places: &Places, found: &mut Findings) -> Option<SnmpSettings> {
    if entry.host.is_none() {
        places.missing(&format!("{at}.snmp.host"), found);
    }
    if entry.community.is_none() {
        places.missing(&format!("{at}.snmp.community"), found);
    }
    let port = entry.port.map_or(SNMP_PORT, |Given(port)| port.0);
    let mut snmp = SnmpSettings::new(entry.host?.0.0, port, entry.community?.0.0);
    if let Some(Given(window)) = entry.window {
        snmp.window = window.0 as usize;
    }
    if let Some(Given(repetitions)) = entry.max_repetitions {
        snmp.max_repetitions = repetitions.0;
    }
    if let Some(Given(deadline)) = entry.deadline {
        snmp.deadline = deadline.0;
    }
    if let Some(Given(counters)) = entry.onu_counters {
        snmp.onu_counters = counters.0;
    }
    Some(snmp)
}

/// The command line's host is that of SNMP unless it has its own.
fn cli(
    entry: Cli,
    snmp: Option<&SnmpSettings>,
    at: &str,
    places: &Places,
    found: &mut Findings,
) -> Option<CliSettings> {
    if entry.username.is_none() {
        places.missing(&format!("{at}.cli.username"), found);
    }
    if entry.password.is_none() {
        places.missing(&format!("{at}.cli.password"), found);
    }
    let host = entry.host.map(|Given(host)| host.0).or_else(|| snmp.map(|snmp| snmp.host.clone()))?;
    let port = entry.port.map_or(TELNET_PORT, |Given(port)| port.0);
    let mut cli = CliSettings::new(host, port, entry.username?.0.0, entry.password?.0.0);
    cli.enable_password = entry.enable_password.map(|Given(password)| password.0);
    if let Some(Given(sessions)) = entry.max_sessions {
        cli.max_sessions = sessions.0 as usize;
    }
    if let Some(Given(queue)) = entry.queue {
        cli.queue = queue.0 as usize;
    }
    if let Some(Given(idle)) = entry.idle_close {
        cli.idle_close = idle.0;
    }
    if let Some(Given(every)) = entry.keep_alive {
        cli.keep_alive = every.0;
    }
    if let Some(Given(sent)) = entry.terminal_length {
        cli.terminal_length = sent.0;
    }
    Some(cli)
}

fn log(entry: Log) -> LogConfig {
    let usual = LogConfig::default();
    LogConfig {
        format: entry.format.map_or(usual.format, |Given(format)| format),
        levels: entry.level.map_or(usual.levels, |Given(levels)| levels.0),
    }
}

fn cache(entry: &Cache) -> CacheTimes {
    let minutes = |m: u64| Duration::from_secs(m * 60);
    CacheTimes {
        onus: entry.onus.as_ref().map_or(minutes(5), |Given(ttl)| ttl.0),
        pon_info: entry.pon_info.as_ref().map_or(minutes(10), |Given(ttl)| ttl.0),
        profiles: entry.profiles.as_ref().map_or(minutes(60), |Given(ttl)| ttl.0),
    }
}

fn limits(entry: &Monitoring, places: &Places, found: &mut Findings) -> OpticalLimits {
    let usual = OpticalLimits::default();
    let mut between =
        |name: &str, low: &Option<Given<Optical>>, high: &Option<Given<Optical>>, usual: Limits| {
            let value =
                |given: &Option<Given<Optical>>, usual| given.as_ref().map_or(usual, |Given(value)| value.0);
            let limits = Limits { low: value(low, usual.low), high: value(high, usual.high) };
            if limits.low > limits.high {
                let key = format!("monitoring.{name}_low");
                let text = format!("is above monitoring.{name}_high: {} and {}", limits.low, limits.high);
                found.problem(&places.of(&key), &key, text);
            }
            limits
        };
    OpticalLimits {
        rx_power: between("rx_power", &entry.rx_power_low, &entry.rx_power_high, usual.rx_power),
        tx_power: between("tx_power", &entry.tx_power_low, &entry.tx_power_high, usual.tx_power),
        temperature: between(
            "temperature",
            &entry.temperature_low,
            &entry.temperature_high,
            usual.temperature,
        ),
    }
}
