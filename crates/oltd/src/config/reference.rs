//! The variables of go-api-c320, so that its operators can start with the environment they have.
//!
//! They define one OLT without a file. Every one that is set is either used or
//! noted with the reason why not. They stand below the file and `OLTD_...`.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use config::Value;

use super::findings::Findings;
use super::kinds::{LocalAddress, Port};
use super::layers::{self, Binding};
use super::value::{Rule, broken};
use super::{DEFAULT_PORT, Variables, reference_edge};

/// The id of the OLT that the environment defines.
pub(super) const OLT_ID: &str = "olt-1";

/// Variables of the OLT and the keys they set.
const OLT: [(&str, &str); 9] = [
    ("OLT_HOST", "olts[0].snmp.host"),
    ("SNMP_HOST", "olts[0].snmp.host"),
    ("SNMP_PORT", "olts[0].snmp.port"),
    ("SNMP_COMMUNITY", "olts[0].snmp.community"),
    ("TELNET_HOST", "olts[0].cli.host"),
    ("TELNET_PORT", "olts[0].cli.port"),
    ("TELNET_USERNAME", "olts[0].cli.username"),
    ("TELNET_PASSWORD", "olts[0].cli.password"),
    ("TELNET_ENABLE_PASSWORD", "olts[0].cli.enable_password"),
];

/// Variables that are used by [`listen`].
const OTHERS: [&str; 2] = ["SERVER_HOST", "SERVER_PORT"];

const DEADLINES: &str = "the program sets the deadlines of the command line, one for each command";
const PROMPTS: &str = "the prompt is learnt at login";
const ONE_MODE: &str = "there is only one mode; log.format and log.level set what is logged and how";
const ONE_CONNECTION: &str = "all requests share one connection to Redis, which needs no pool";
const ALL_OF_THEM: &str =
    "pages of the origins that are allowed may use every method and send every header that routes know";
const OIDS: &str = "the tables and their OIDs follow from the firmware of the OLT";

/// Variables that have no use here, and why.
const UNUSED: [(&str, &str); 21] = [
    ("TELNET_TIMEOUT", DEADLINES),
    ("TELNET_CONNECT_TIMEOUT", DEADLINES),
    ("TELNET_READ_TIMEOUT", DEADLINES),
    ("TELNET_WRITE_TIMEOUT", DEADLINES),
    ("TELNET_RETRY_COUNT", "a command is never sent twice by itself, since it may have been carried out"),
    ("TELNET_RETRY_DELAY", "a command is never sent twice by itself, since it may have been carried out"),
    ("TELNET_POOL_SIZE", "an OLT has one session, used in turn; olts[].cli.max_sessions allows more"),
    (
        "TELNET_MAX_IDLE_TIME",
        "an idle session is closed before the OLT does it; olts[].cli.idle_close says when",
    ),
    ("TELNET_PROMPT_USER", PROMPTS),
    ("TELNET_PROMPT_ENABLE", PROMPTS),
    ("TELNET_PROMPT_CONFIG", PROMPTS),
    ("SERVER_MODE", ONE_MODE),
    ("APP_ENV", ONE_MODE),
    ("REDIS_MIN_IDLE_CONNECTIONS", ONE_CONNECTION),
    ("REDIS_POOL_SIZE", ONE_CONNECTION),
    ("REDIS_POOL_TIMEOUT", ONE_CONNECTION),
    ("CORS_ALLOWED_METHODS", ALL_OF_THEM),
    ("CORS_ALLOWED_HEADERS", ALL_OF_THEM),
    ("ZTE_FIRMWARE_VERSION", "the firmware is learnt from the OLT"),
    ("BACKUP_DIR", "backups of configurations are not supported yet"),
    ("OLT_BASE_OID", OIDS),
];

/// What the file sets that these variables would set too.
pub(super) struct FileSays<'a> {
    pub(super) name: &'a str,
    pub(super) tree: Option<&'a Value>,
}

impl FileSays<'_> {
    pub(super) fn sets(&self, key: &str) -> bool {
        self.tree.is_some_and(|tree| layers::get(tree, key).is_some())
    }
}

/// Whether the variable is one of these.
pub(super) fn is_name(name: &str) -> bool {
    OTHERS.contains(&name)
        || reference_edge::is_name(name)
        || OLT.iter().any(|(olt, _)| *olt == name)
        || unused(name).is_some()
}

fn unused(name: &str) -> Option<&'static str> {
    let oid = |prefix, suffix| name.strip_prefix(prefix).is_some_and(|rest| rest.ends_with(suffix));
    if oid("ONU_", "_PREFIX") || oid("BOARD", "_BASE") || name.starts_with("OLT_BASE_OID_") {
        return Some(OIDS);
    }
    UNUSED.iter().find(|(unused, _)| *unused == name).map(|(_, why)| *why)
}

/// The variable that sets a key of the OLT.
pub(super) fn variable_of(key: &str) -> Option<&'static str> {
    OLT.iter().rev().find(|(_, olt)| *olt == key).map(|(variable, _)| *variable)
}

/// The variables as values of keys.
pub(super) fn read(variables: &Variables, file: &FileSays<'_>, found: &mut Findings) -> Vec<Binding> {
    let set: BTreeMap<&str, &str> = variables
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for name in set.keys() {
        if let Some(why) = unused(name) {
            found.not_used(name, why);
        }
    }
    let mut bindings = olt(&set, file, found);
    bindings.extend(reference_edge::read(&set, file, found));
    bindings.extend(listen(&set, file, found));
    bindings
}

pub(super) type Set<'a> = BTreeMap<&'a str, &'a str>;

fn olt(set: &Set<'_>, file: &FileSays<'_>, found: &mut Findings) -> Vec<Binding> {
    let has = |name| set.contains_key(name);
    let no_olt = if file.sets("olts") {
        if has("SNMP_HOST") {
            let text = format!("defines an OLT, and so does [[olts]] of {}: keep one of the two", file.name);
            found.problem("SNMP_HOST", "", text);
        }
        Some(format!("the OLTs are those of {}", file.name))
    } else if !has("SNMP_HOST") && !has("OLT_HOST") {
        Some("without SNMP_HOST or OLT_HOST the environment defines no OLT".to_owned())
    } else {
        None
    };
    let no_login = (!has("TELNET_USERNAME") && !has("TELNET_PASSWORD"))
        .then(|| "without TELNET_USERNAME and TELNET_PASSWORD there is no login".to_owned());

    let mut bindings = Vec::new();
    let mut bind = |variable: &str, key: &str, value: &str| bindings.push(Binding::new(key, value, variable));
    for (variable, key) in OLT {
        let Some(value) = set.get(variable) else { continue };
        let login = no_login.as_ref().filter(|_| key.starts_with("olts[0].cli."));
        match (&no_olt, login) {
            (Some(_), _) if file.sets("olts") && variable == "SNMP_HOST" => {}
            (Some(why), _) | (None, Some(why)) => found.not_used(variable, why),
            (None, None) if variable == "OLT_HOST" => {
                let cli = no_login.is_none() && !has("TELNET_HOST");
                if cli {
                    bind(variable, "olts[0].cli.host", value);
                }
                if !has("SNMP_HOST") {
                    bind(variable, key, value);
                } else if !cli {
                    found.not_used(variable, "SNMP_HOST and TELNET_HOST, where needed, are set");
                }
            }
            (None, None) => bind(variable, key, value),
        }
    }
    bindings
}

fn listen(set: &Set<'_>, file: &FileSays<'_>, found: &mut Findings) -> Option<Binding> {
    let names: Vec<&str> =
        ["SERVER_HOST", "SERVER_PORT"].into_iter().filter(|name| set.contains_key(name)).collect();
    if names.is_empty() {
        return None;
    }
    if file.sets("listen") {
        for name in names {
            found.not_used(name, &format!("{} sets listen", file.name));
        }
        return None;
    }
    let host = rule::<LocalAddress>(set, "SERVER_HOST", found);
    let port = rule::<Port>(set, "SERVER_PORT", found);
    let address: IpAddr = host.map_or(Ipv4Addr::LOCALHOST.into(), |LocalAddress(address)| address);
    let port = port.map_or(DEFAULT_PORT, |Port(port)| port);
    if !set.contains_key("SERVER_HOST") {
        let text =
            format!("used on {address} only; set SERVER_HOST=0.0.0.0 to be reached from other machines");
        found.note("SERVER_PORT", text);
    }
    let value = SocketAddr::new(address, port).to_string();
    Some(Binding { key: "listen".to_owned(), value, variable: names.join(", ") })
}

/// Reads a variable that sets no key by itself.
pub(super) fn rule<T: Rule>(set: &Set<'_>, name: &str, found: &mut Findings) -> Option<T> {
    let text = set.get(name)?;
    let value = T::read(text);
    if value.is_none() {
        found.problem(name, "", broken::<T>(text));
    }
    value
}
