//! The kinds of values that are lists: in TOML a list of texts, in a variable one text with commas.

use std::borrow::Cow;
use std::net::IpAddr;

use gpon::{PonPort, Word};
use ipnet::IpNet;

use super::kinds::Host;
use super::value::Rule;
use crate::http::{Hosts, Origins};
use crate::writing::{SaveMode, Writes};

/// The entries of a list; none of an empty one.
fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(move |_| !text.is_empty())
}

/// The names under which the server may be addressed.
pub(super) struct HostNames(pub(super) Hosts);

impl Rule for HostNames {
    const LIST: bool = true;

    fn rule() -> Cow<'static, str> {
        "host names or addresses without ports, with commas between them, or `*` for all".into()
    }

    fn read(text: &str) -> Option<Self> {
        if text.trim() == "*" {
            return Some(Self(Hosts::Any));
        }
        let names = entries(text).map(|entry| Host::read(entry).map(|Host(name)| name));
        names.collect::<Option<_>>().map(|names| Self(Hosts::These(names)))
    }
}

/// Addresses and networks of proxies.
pub(super) struct Proxies(pub(super) Vec<IpNet>);

impl Rule for Proxies {
    const LIST: bool = true;

    fn rule() -> Cow<'static, str> {
        "addresses or networks such as 192.0.2.1 or 10.0.0.0/8, with commas between them".into()
    }

    fn read(text: &str) -> Option<Self> {
        let network =
            |entry: &str| entry.parse().ok().or_else(|| entry.parse::<IpAddr>().ok().map(IpNet::from));
        entries(text).map(network).collect::<Option<_>>().map(Self)
    }
}

/// The origins of pages that may read the answers.
pub(super) struct OriginList(pub(super) Origins);

impl Rule for OriginList {
    const LIST: bool = true;

    fn rule() -> Cow<'static, str> {
        "origins such as https://noc.example.net or http://192.0.2.1:3000, without a path and with commas \
         between them, or `*` for all"
            .into()
    }

    fn read(text: &str) -> Option<Self> {
        let list: Vec<&str> = entries(text).collect();
        if list.contains(&"*") {
            return Some(Self(Origins::Any));
        }
        list.into_iter().map(origin).collect::<Option<_>>().map(|list| Self(Origins::These(list)))
    }
}

/// Which writes of an OLT are let through.
pub(super) struct WritesOf(pub(super) Writes);

impl Rule for WritesOf {
    const LIST: bool = true;

    fn rule() -> Cow<'static, str> {
        "off, plan, on, or a list of PONs such as 1/1/3, with commas between them".into()
    }

    fn read(text: &str) -> Option<Self> {
        let writes = match text {
            "off" => Writes::Off,
            "plan" => Writes::Plan,
            "on" => Writes::On,
            // A bare number would be a PON too, one that nobody meant.
            _ => Writes::OnPons(
                text.split(',')
                    .map(|entry| entry.trim().parse::<PonPort>().ok().filter(|_| entry.contains('/')))
                    .collect::<Option<_>>()?,
            ),
        };
        Some(Self(writes))
    }

    fn complaint(text: &str) -> Option<String> {
        text.is_empty()
            .then(|| String::from("an empty list names no PON: write \"off\" to let nothing through"))
    }
}

/// The types that models are registered as.
pub(super) struct TypesOf(pub(super) Vec<(String, Word)>);

impl Rule for TypesOf {
    const LIST: bool = true;

    fn rule() -> Cow<'static, str> {
        "the beginning of a model, = and a type, such as F670L=F670L, with commas between them".into()
    }

    fn read(text: &str) -> Option<Self> {
        let one = |entry: &str| {
            let (model, onu_type) = entry.split_once('=')?;
            let model = model.trim();
            let is_one = !model.is_empty() && model.len() <= 64 && model.chars().all(|c| !c.is_control());
            Some((model.to_owned(), onu_type.trim().parse().ok().filter(|_| is_one)?))
        };
        entries(text).map(one).collect::<Option<_>>().map(Self)
    }
}

/// A type of ONU.
pub(super) struct TypeName(pub(super) Word);

impl Rule for TypeName {
    fn rule() -> Cow<'static, str> {
        "1 to 32 letters, digits, underscores, dots and hyphens".into()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// When what was changed on an OLT is saved.
pub(super) struct SaveRule(pub(super) SaveMode);

impl Rule for SaveRule {
    fn rule() -> Cow<'static, str> {
        "immediate, coalesced or manual".into()
    }

    fn read(text: &str) -> Option<Self> {
        let modes = [
            ("immediate", SaveMode::Immediate),
            ("coalesced", SaveMode::Coalesced),
            ("manual", SaveMode::Manual),
        ];
        modes.into_iter().find(|(word, _)| *word == text).map(|(_, mode)| Self(mode))
    }
}

/// An origin as browsers spell it: in lower case, without the usual port.
fn origin(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let (scheme, authority) = text.split_once("://")?;
    let usual = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return None,
    };
    let authority = authority.strip_suffix(usual).unwrap_or(authority);
    // A colon behind the brackets of an IPv6 address, where it has some.
    let (host, port) = match authority.rsplit_once(':').filter(|_| !authority.ends_with(']')) {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let fits = Host::read(bare).is_some() && bare.contains(':') == host.starts_with('[');
    let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    (fits && port).then(|| format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_as_browsers_spell_them() {
        for (given, kept) in [
            ("https://NOC.example.net", "https://noc.example.net"),
            ("https://noc.example.net:443", "https://noc.example.net"),
            ("http://noc.example.net:443", "http://noc.example.net:443"),
            ("http://192.0.2.1:80", "http://192.0.2.1"),
            ("http://[2001:db8::1]:3000", "http://[2001:db8::1]:3000"),
            ("http://[2001:db8::1]", "http://[2001:db8::1]"),
        ] {
            assert_eq!(origin(given).as_deref(), Some(kept), "{given}");
        }
        for wrong in [
            "",
            "null",
            "noc.example.net",
            "https://",
            "https://noc.example.net/",
            "https://noc.example.net/x",
            "ftp://noc.example.net",
            "https://a b",
            "https://a:0",
            "https://a:x",
            "https://2001:db8::1",
            "https://user@noc.example.net",
            "https://*.example.net",
        ] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }
}
