//! The keys about the edge of the server: `[http]`, `[cors]`, `[tls]`, `[auth]`, `[metrics]`.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::time::Duration;

use ipnet::IpNet;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::file::File;
use super::findings::Findings;
use super::kinds::{Flag, Id, Number, Text, Wait};
use super::lists::{HostNames, OriginList, Proxies};
use super::settle::Places;
use super::value::{Given, Rule};
use crate::http::{CorsRules, Origins, Rate, Rules, TlsFiles, Token};

/// Most requests a second that a limit can allow: more than one process serves.
const MAX_RATE: u32 = 100_000;
/// Ten seconds of the highest rate.
const MAX_BURST: u32 = 10 * MAX_RATE;
/// Most connections that can be allowed: what the ports of one client's address give.
const MAX_CONNECTIONS: u32 = 65_000;
/// Longest time that a browser keeps an answer about an origin: Firefox's own bound.
const MAX_CORS_AGE: u64 = 24 * 60 * 60;
/// Ten minutes: an operator who changes the origins sees it soon.
const CORS_AGE: Duration = Duration::from_secs(600);

/// `[http]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Http {
    hosts: Option<Given<HostNames>>,
    proxies: Option<Given<Proxies>>,
    connections: Option<Given<Number<16, MAX_CONNECTIONS>>>,
    connections_per_client: Option<Given<Number<0, MAX_CONNECTIONS>>>,
    rate_limit: Option<Given<Number<0, MAX_RATE>>>,
    rate_burst: Option<Given<Number<1, MAX_BURST>>>,
}

/// `[cors]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Cors {
    origins: Option<Given<OriginList>>,
    credentials: Option<Given<Flag>>,
    max_age: Option<Given<Wait<0, MAX_CORS_AGE>>>,
}

/// `[tls]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Tls {
    cert_file: Option<Given<Text>>,
    key_file: Option<Given<Text>>,
}

/// `[auth]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Auth {
    tokens: Vec<TokenKeys>,
}

/// One `[[auth.tokens]]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TokenKeys {
    name: Option<Given<Id>>,
    sha256: Option<Given<Hash>>,
}

/// `[metrics]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Metrics {
    public: Option<Given<Flag>>,
}

/// The SHA-256 of a token. Not shown when it is wrong: it may be the token itself.
struct Hash([u8; 32]);

impl Rule for Hash {
    const SECRET: bool = true;

    fn rule() -> Cow<'static, str> {
        "the SHA-256 of a token in 64 hexadecimal digits, as `oltd token` prints it".into()
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut hash = [0; 32];
        for (at, byte) in hash.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        let of_nothing = <[u8; 32]>::from(Sha256::digest(b""));
        (digits && hash != of_nothing).then_some(Self(hash))
    }
}

/// The rules, and the files of the certificate; those of a table that lacks something are left out.
pub(super) fn settle(file: &mut File, places: &Places, found: &mut Findings) -> (Rules, Option<TlsFiles>) {
    let usual = Rules::default();
    let Http { hosts, proxies, connections, connections_per_client, rate_limit, rate_burst } =
        std::mem::take(&mut file.http);
    let flag = |given: &Option<Given<Flag>>, usual: bool| given.as_ref().map_or(usual, |Given(flag)| flag.0);
    let rules = Rules {
        hosts: hosts.map_or(usual.hosts, |Given(hosts)| hosts.0),
        proxies: proxies.map_or(usual.proxies, |Given(proxies)| proxies.0),
        connections: connections.map_or(usual.connections, |Given(most)| most.0 as usize),
        connections_per_client: match connections_per_client {
            Some(Given(most)) => (most.0 > 0).then_some(most.0 as usize),
            None => usual.connections_per_client,
        },
        patience: usual.patience,
        rate: rate(rate_limit.map(|Given(n)| n.0), rate_burst.map(|Given(n)| n.0)),
        cors: cors(std::mem::take(&mut file.cors), places, found),
        tokens: tokens(std::mem::take(&mut file.auth), places, found),
        renewed: usual.renewed,
        open_writes: usual.open_writes,
        metrics_public: flag(&file.metrics.public, usual.metrics_public),
        access_log: flag(&file.log.access, usual.access_log),
        tls: None,
    };
    believed(&rules.proxies, places, found);
    let tls = file.tls.take().and_then(|keys| tls(keys, places, found));
    (rules, tls)
}

/// Tells of proxies that are everybody, also when they are so in parts.
fn believed(proxies: &[IpNet], places: &Places, found: &mut Findings) {
    if IpNet::aggregate(&proxies.to_vec()).iter().any(|network| network.prefix_len() == 0) {
        found.note(
            &places.of("http.proxies"),
            "takes everybody for a proxy: any client may choose the address that it is known by, and no bound on \
             a client holds; name the addresses of your proxies",
        );
    }
}

/// A limit of 0 is none; without a burst of its own it is twice the limit.
fn rate(limit: Option<u32>, burst: Option<u32>) -> Option<Rate> {
    let usual = match limit {
        Some(limit) => Rate::per_second(NonZeroU32::new(limit)?),
        None => Rate::default(),
    };
    Some(Rate { burst: burst.and_then(NonZeroU32::new).unwrap_or(usual.burst), ..usual })
}

fn cors(keys: Cors, places: &Places, found: &mut Findings) -> Option<CorsRules> {
    let credentials = keys.credentials.is_some_and(|Given(Flag(credentials))| credentials);
    let max_age = keys.max_age.map_or(CORS_AGE, |Given(Wait(age))| age);
    let Given(OriginList(origins)) = keys.origins?;
    if origins == Origins::Any && credentials {
        let key = "cors.origins";
        let (this, other) = (places.name(key), places.name("cors.credentials"));
        let text = format!(
            "`*` together with {other}=true would let every web page act in its visitor's name: set {this} to \
             the origins of your pages, such as https://noc.example.net, or set {other}=false"
        );
        found.problem(&places.of(key), key, text);
    }
    let none = matches!(&origins, Origins::These(list) if list.is_empty());
    (!none).then_some(CorsRules { origins, credentials, max_age })
}

/// Several tokens may have one name, so that a token can be replaced without a gap.
fn tokens(keys: Auth, places: &Places, found: &mut Findings) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (n, TokenKeys { name, sha256 }) in keys.tokens.into_iter().enumerate() {
        let key = |name| format!("auth.tokens[{n}].{name}");
        if name.is_none() {
            places.missing(&key("name"), found);
        }
        if sha256.is_none() {
            places.missing(&key("sha256"), found);
        }
        let (Some(Given(Id(name))), Some(Given(Hash(sha256)))) = (name, sha256) else { continue };
        if let Some(same) = tokens.iter().find(|token| token.sha256 == sha256) {
            let text = format!("is the token of `{}` already: make another with `oltd token`", same.name);
            found.problem(&places.of(&key("sha256")), &key("sha256"), text);
        }
        tokens.push(Token { name: name.into(), sha256, write: false });
    }
    tokens
}

fn tls(keys: Tls, places: &Places, found: &mut Findings) -> Option<TlsFiles> {
    if keys.cert_file.is_none() {
        places.missing("tls.cert_file", found);
    }
    if keys.key_file.is_none() {
        places.missing("tls.key_file", found);
    }
    let (Given(Text(cert)), Given(Text(key))) = (keys.cert_file?, keys.key_file?);
    Some(TlsFiles { cert: cert.into(), key: key.into() })
}
