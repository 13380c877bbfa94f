//! The keys of `[cache.redis]`.

use std::borrow::Cow;

use serde::Deserialize;

use super::findings::Findings;
use super::kinds::{Flag, Host, Number, Port, Secret, Text};
use super::settle::Places;
use super::value::{Given, Rule};
use crate::cache::RedisSettings;

/// Port of Redis servers.
const PORT: u16 = 6379;
/// `[cache.redis]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Redis {
    host: Option<Given<RedisHost>>,
    port: Option<Given<Port>>,
    username: Option<Given<Text>>,
    password: Option<Given<Secret>>,
    database: Option<Given<Number<0, 65_535>>>,
    tls: Option<Given<Flag>>,
    ca_file: Option<Given<Text>>,
    prefix: Option<Given<Prefix>>,
}

/// Set-ups of several servers, as far as a word gives them away.
const SEVERAL: [(&str, &str); 2] = [("sentinel", "Redis Sentinel"), ("cluster", "Redis Cluster")];

/// Whether the word speaks of several servers; the sentence that refuses them.
pub(super) fn several(word: &str) -> Option<String> {
    let word = word.to_ascii_lowercase();
    let kind = SEVERAL.iter().find(|(part, _)| word.contains(part)).map(|(_, kind)| *kind);
    let kind =
        kind.or_else(|| word.contains(',').then_some("a list of servers, Redis Sentinel or Cluster,"))?;
    Some(format!("{kind} is not supported yet: name one Redis server in cache.redis.host"))
}

/// The host of a single Redis server.
struct RedisHost(String);

impl Rule for RedisHost {
    fn rule() -> Cow<'static, str> {
        Host::rule()
    }

    fn read(text: &str) -> Option<Self> {
        // A host may be called after its part in a set-up that is none of ours; a scheme says more.
        Host::read(text).map(|Host(host)| Self(host))
    }

    fn complaint(text: &str) -> Option<String> {
        let scheme = text.split_once("://").map(|(scheme, _)| scheme);
        // The value is not shown: a URL may hold a password.
        several(scheme.unwrap_or(if text.contains(',') { "," } else { "" })).or_else(|| {
            (scheme.is_some() || text.contains('@')).then(|| {
                "a URL is not a host name or an address: port, username, password, database and tls have \
                 keys of their own"
                    .to_owned()
            })
        })
    }
}

/// What the names of keys begin with.
struct Prefix(String);

impl Rule for Prefix {
    fn rule() -> Cow<'static, str> {
        "1 to 64 letters, digits, `-`, `_`, `.` and `:`".into()
    }

    fn read(text: &str) -> Option<Self> {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'));
        ((1..=64).contains(&text.len()) && plain).then(|| Self(text.to_owned()))
    }
}

/// The server; `None` when something that must be given is not.
pub(super) fn settle(keys: Redis, places: &Places, found: &mut Findings) -> Option<RedisSettings> {
    if keys.host.is_none() {
        places.missing("cache.redis.host", found);
    }
    let tls = keys.tls.is_some_and(|Given(Flag(tls))| tls);
    if keys.ca_file.is_some() && !tls {
        let key = "cache.redis.ca_file";
        found.problem(&places.of(key), key, "has no use without cache.redis.tls = true");
    }
    let port = keys.port.map_or(PORT, |Given(Port(port))| port);
    let usual = RedisSettings::new(keys.host?.0.0, port);
    Some(RedisSettings {
        username: keys.username.map(|Given(Text(name))| name),
        password: keys.password.map(|Given(Secret(password))| password),
        database: keys.database.map_or(usual.database, |Given(Number(database))| database),
        tls,
        ca_file: keys.ca_file.map(|Given(Text(file))| file.into()),
        prefix: keys.prefix.map_or(usual.prefix, |Given(Prefix(prefix))| prefix),
        ..usual
    })
}
