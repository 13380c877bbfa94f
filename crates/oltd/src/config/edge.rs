//! The keys about the edge of the server: `[http]`, `[cors]`, `[tls]`, `[auth]`, `[metrics]`.

use std::borrow::Cow;
use std::num::NonZeroU32;

use ipnet::IpNet;
use sha2::{Digest, Sha256};

use super::complete::Places;
use super::file::{self, Auth, Cors, Http, Tls};
use super::findings::Findings;
use super::kinds::{Flag, Id, Number, Text, Wait};
use super::lists::{HostNames, OriginList, Proxies};
use super::value::{Given, Rule};
use crate::http::{CorsRules, Origins, Rate, Rules, TlsFiles, Token};

/// The SHA-256 of a token. Not shown when it is wrong: it may be the token itself.
pub(super) struct Hash([u8; 32]);

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

/// The keys that this is about.
pub(super) struct Edge {
    pub(super) http: Http,
    pub(super) cors: Cors,
    pub(super) tls: Option<Tls>,
    pub(super) auth: Auth,
    pub(super) metrics_public: Flag,
    pub(super) access_log: Flag,
}

/// The rules, and the files of the certificate; those of a table that lacks something are left out.
pub(super) fn complete(edge: Edge, places: &Places, found: &mut Findings) -> (Rules, Option<TlsFiles>) {
    let Http {
        hosts: Given(HostNames(hosts)),
        proxies: Given(Proxies(proxies)),
        connections: Given(Number(connections)),
        connections_per_client: Given(Number(per_client)),
        rate_limit: Given(Number(limit)),
        rate_burst,
    } = edge.http;
    believed(&proxies, places, found);
    let usual = Rules::default();
    let rules = Rules {
        hosts,
        proxies,
        connections: connections as usize,
        connections_per_client: (per_client > 0).then_some(per_client as usize),
        patience: usual.patience,
        rate: rate(limit, rate_burst.map(|Given(Number(burst))| burst)),
        cors: cors(edge.cors, places, found),
        tokens: tokens(edge.auth, places, found),
        renewed: usual.renewed,
        open_writes: usual.open_writes,
        metrics_public: edge.metrics_public.0,
        access_log: edge.access_log.0,
        tls: None,
    };
    (rules, edge.tls.and_then(|keys| tls(keys, places, found)))
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
fn rate(limit: u32, burst: Option<u32>) -> Option<Rate> {
    let usual = Rate::per_second(NonZeroU32::new(limit)?);
    Some(Rate { burst: burst.and_then(NonZeroU32::new).unwrap_or(usual.burst), ..usual })
}

fn cors(keys: Cors, places: &Places, found: &mut Findings) -> Option<CorsRules> {
    let Cors {
        origins: Given(OriginList(origins)),
        credentials: Given(Flag(credentials)),
        max_age: Given(Wait(max_age)),
    } = keys;
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
    for (n, file::Token { name, sha256, write: Given(Flag(write)) }) in keys.tokens.into_iter().enumerate() {
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
        tokens.push(Token { name: name.into(), sha256, write });
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
