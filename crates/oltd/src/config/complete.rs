//! Makes the configuration from the keys, and checks what concerns several of them.

use std::collections::BTreeMap;

use zte::{CliSettings, OltSettings, SnmpSettings};

use super::file::{Cli, File, Monitoring, Olt, Snmp};
use super::findings::Findings;
use super::kinds::{Flag, Optical, Text};
use super::lists::{SaveRule, TypeName, WritesOf};
use super::store::StoreKey;
use super::value::Given;
use super::{Config, LogConfig, OltConfig, callbacks, edge, overrides, redis, reference};
use crate::cache::CacheTimes;
use crate::http::Token;
use crate::jobs::SaveTimes;
use crate::limits::{Limits, OpticalLimits};
use crate::store::StoreSettings;
use crate::writing::Writes;

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
pub(super) fn complete(file: File, places: &Places, found: &mut Findings) -> Config {
    let edge = edge::Edge {
        http: file.http,
        cors: file.cors,
        tls: file.tls,
        auth: file.auth,
        metrics_public: file.metrics.public.0,
        access_log: file.log.access.0,
    };
    let (rules, tls) = edge::complete(edge, places, found);
    // Instances that share a store cannot know which of them writes.
    let alone = file.cache.redis.is_none();
    let listed = file.olts.len();
    let made = file.olts.into_iter().enumerate().filter_map(|(n, entry)| olt(entry, n, alone, places, found));
    let olts: Vec<OltConfig> = made.collect();
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
    let redis = file.cache.redis.map(|keys| redis::complete(keys, places, found));
    let Given(Text(folder)) = file.data_dir;
    let key = file.store_key.map(|Given(StoreKey(key))| key);
    let store = StoreSettings { key, ..StoreSettings::new(folder) };
    let complete = listed == olts.len() && redis.as_ref().is_none_or(Option::is_some);
    debug_assert!(complete || found.any(), "what is left out is a problem");
    Config {
        listen: file.listen.0.0,
        default: default.or(only),
        olts,
        log: LogConfig { format: file.log.format.0, levels: file.log.level.0.0 },
        cache: CacheTimes {
            onus: file.cache.onus.0.0,
            pon_info: file.cache.pon_info.0.0,
            profiles: file.cache.profiles.0.0,
        },
        limits,
        rules,
        tls,
        redis: redis.flatten(),
        store,
        save_times: SaveTimes {
            quiet: file.save.quiet.0.0,
            at_most: file.save.at_most.0.0,
            wait_for_others: file.save.wait_for_others.0.0,
        },
        callbacks: callbacks::complete(file.callbacks),
        stop_wait: file.stop_wait.0.0,
        answers_file: file.answers_file.map(|Given(Text(file))| file.into()),
        strategies_dir: file.strategies_dir.map(|Given(Text(folder))| folder.into()),
        cache_memory_mib: file.cache.memory_mib.0.0.into(),
        keys: Vec::new(),
        notes: Vec::new(),
    }
}

/// Tells of writes that are let through and that nobody may ask for.
pub(super) fn unwritable(olts: &[OltConfig], tokens: &[Token], places: &Places, found: &mut Findings) {
    for (n, olt) in olts.iter().enumerate() {
        if olt.writes != Writes::Off && !tokens.iter().any(|token| token.write) {
            let text = "lets writes through, and nobody may ask for one: no token has write = true";
            found.note(&places.of(&format!("olts[{n}].writes")), text);
        }
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

fn olt(entry: Olt, n: usize, alone: bool, places: &Places, found: &mut Findings) -> Option<OltConfig> {
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
    let mut settings = OltSettings::new(id, snmp, cli);
    settings.max_distance_m = entry.max_distance.0.0;
    settings.reboot_wait = entry.reboot_wait.0.0;
    settings.registering.types = entry.onu_types.0.0;
    settings.registering.other_type = entry.other_onu_type.map(|Given(TypeName(name))| name);
    let accept_wait = entry.accept_wait.0.0;
    let (Given(charset), Given(WritesOf(writes))) = (entry.charset, entry.writes);
    let writer = entry.writer.map_or(alone, |Given(Flag(writer))| writer);
    let (Given(SaveRule(save)), Given(Flag(require_identity))) = (entry.save, entry.require_identity);
    Some(OltConfig { name, charset, writes, writer, save, require_identity, accept_wait, settings })
}

fn snmp(entry: Snmp, at: &str, places: &Places, found: &mut Findings) -> Option<SnmpSettings> {
    if entry.host.is_none() {
        places.missing(&format!("{at}.snmp.host"), found);
    }
    if entry.community.is_none() {
        places.missing(&format!("{at}.snmp.community"), found);
    }
    let mut snmp = SnmpSettings::new(entry.host?.0.0, entry.port.0.0, entry.community?.0.0);
    snmp.window = entry.window.0.0 as usize;
    snmp.max_repetitions = entry.max_repetitions.0.0;
    snmp.deadline = entry.deadline.0.0;
    snmp.onu_counters = entry.onu_counters.0.0;
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
    let mut cli = CliSettings::new(host, entry.port.0.0, entry.username?.0.0, entry.password?.0.0);
    cli.enable_password = entry.enable_password.map(|Given(password)| password.0);
    cli.max_sessions = entry.max_sessions.0.0 as usize;
    cli.queue = entry.queue.0.0 as usize;
    cli.idle_close = entry.idle_close.0.0;
    cli.keep_alive = entry.keep_alive.0.0;
    cli.terminal_length = entry.terminal_length.0.0;
    Some(cli)
}

fn limits(keys: &Monitoring, places: &Places, found: &mut Findings) -> OpticalLimits {
    let mut between = |name: &str, low: &Given<Optical>, high: &Given<Optical>| {
        let limits = Limits { low: low.0.0, high: high.0.0 };
        if limits.low > limits.high {
            let key = format!("monitoring.{name}_low");
            let text = format!("is above monitoring.{name}_high: {} and {}", limits.low, limits.high);
            found.problem(&places.of(&key), &key, text);
        }
        limits
    };
    OpticalLimits {
        rx_power: between("rx_power", &keys.rx_power_low, &keys.rx_power_high),
        tx_power: between("tx_power", &keys.tx_power_low, &keys.tx_power_high),
        temperature: between("temperature", &keys.temperature_low, &keys.temperature_high),
        below_median: keys.below_median.0.0.into(),
    }
}
