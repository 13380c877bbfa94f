//! The keys of `[cache.redis]`.

use std::borrow::Cow;

use super::complete::Places;
use super::file::Redis;
use super::findings::Findings;
use super::kinds::{Flag, Host, Number, Port, Secret, Text};
use super::value::{Given, Rule};
use crate::cache::RedisSettings;

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
pub(super) struct RedisHost(String);

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
pub(super) struct Prefix(String);

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
pub(super) fn complete(keys: Redis, places: &Places, found: &mut Findings) -> Option<RedisSettings> {
    let Redis { host, port, username, password, database, tls, ca_file, prefix } = keys;
    if host.is_none() {
        places.missing("cache.redis.host", found);
    }
    let Given(Flag(tls)) = tls;
    if ca_file.is_some() && !tls {
        let key = "cache.redis.ca_file";
        found.problem(&places.of(key), key, "has no use without cache.redis.tls = true");
    }
    let (Given(RedisHost(host)), Given(Port(port))) = (host?, port);
    let (Given(Number(database)), Given(Prefix(prefix))) = (database, prefix);
    Some(RedisSettings {
        host,
        port,
        username: username.map(|Given(Text(name))| name),
        password: password.map(|Given(Secret(password))| password),
        database,
        tls,
        ca_file: ca_file.map(|Given(Text(file))| file.into()),
        prefix,
        answer: RedisSettings::ANSWER,
    })
}
