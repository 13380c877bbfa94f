//! The kinds of values that the keys take.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use humantime_serde::re::humantime;
use secrecy::SecretString;
use tracing_subscriber::filter::{LevelFilter, Targets};
use zte::OnuCounters;

use super::value::Rule;

/// Longest text that a key takes, in characters: that of a host name (RFC 1035).
const MAX_TEXT: usize = 253;

/// The address to listen on.
pub(super) struct Listen(pub(super) SocketAddr);

impl Rule for Listen {
    fn rule() -> Cow<'static, str> {
        "an address and a port such as 127.0.0.1:8081".into()
    }

    fn read(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        match host {
            "localhost" => Some(Self(SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port.parse().ok()?))),
            _ => text.parse().ok().map(Self),
        }
    }
}

/// An address of this machine, without a port.
pub(super) struct LocalAddress(pub(super) IpAddr);

impl Rule for LocalAddress {
    fn rule() -> Cow<'static, str> {
        "an address of this machine such as 0.0.0.0, or localhost".into()
    }

    fn read(text: &str) -> Option<Self> {
        match text {
            "localhost" => Some(Self(Ipv4Addr::LOCALHOST.into())),
            _ => text.parse().ok().map(Self),
        }
    }
}

/// The id of an OLT: a path segment of the API, a label of logs and metrics.
pub(super) struct Id(pub(super) String);

impl Rule for Id {
    fn rule() -> Cow<'static, str> {
        "an id: 1 to 32 of a-z, 0-9 and -, the first not a -".into()
    }

    fn read(text: &str) -> Option<Self> {
        let letters = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let length = (1..=32).contains(&text.len());
        (letters && length && !text.starts_with('-')).then(|| Self(text.to_owned()))
    }
}

/// A host name or an address, without a port.
pub(super) struct Host(pub(super) String);

impl Rule for Host {
    fn rule() -> Cow<'static, str> {
        "a host name or an address without a port".into()
    }

    fn read(text: &str) -> Option<Self> {
        let name = !text.is_empty()
            && text.len() <= MAX_TEXT
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'));
        (name || text.parse::<IpAddr>().is_ok()).then(|| Self(text.to_owned()))
    }
}

/// Text for people, or for a login: no control characters, no blanks at its ends.
pub(super) struct Text(pub(super) String);

impl Rule for Text {
    fn rule() -> Cow<'static, str> {
        format!("text in quotes of 1 to {MAX_TEXT} characters without control characters or outer blanks")
            .into()
    }

    fn read(text: &str) -> Option<Self> {
        (plain_text(text) && text.trim() == text).then(|| Self(text.to_owned()))
    }
}

/// A community or a password. What is secret is never shown, so the rule stands alone.
pub(super) struct Secret(pub(super) SecretString);

impl Rule for Secret {
    const SECRET: bool = true;

    fn rule() -> Cow<'static, str> {
        format!("text in quotes of 1 to {MAX_TEXT} characters without control characters").into()
    }

    fn read(text: &str) -> Option<Self> {
        plain_text(text).then(|| Self(SecretString::from(text)))
    }
}

fn plain_text(text: &str) -> bool {
    (1..=MAX_TEXT).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

/// A whole number within bounds.
pub(super) struct Number<const MIN: u32, const MAX: u32>(pub(super) u32);

impl<const MIN: u32, const MAX: u32> Rule for Number<MIN, MAX> {
    const INTEGER: bool = true;

    fn rule() -> Cow<'static, str> {
        format!("a whole number from {MIN} to {MAX}").into()
    }

    fn bounds() -> Option<String> {
        Some(format!("{MIN} to {MAX}"))
    }

    fn read(text: &str) -> Option<Self> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits)?;
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }
}

/// A TCP or UDP port.
pub(super) struct Port(pub(super) u16);

impl Rule for Port {
    const INTEGER: bool = true;

    fn rule() -> Cow<'static, str> {
        "a port from 1 to 65535".into()
    }

    fn read(text: &str) -> Option<Self> {
        let Number(number) = Number::<1, 65_535>::read(text)?;
        u16::try_from(number).ok().map(Self)
    }
}

/// A time within bounds, in milliseconds.
pub(super) struct Wait<const MIN: u64, const MAX: u64>(pub(super) Duration);

impl<const MIN: u64, const MAX: u64> Rule for Wait<MIN, MAX> {
    fn rule() -> Cow<'static, str> {
        let [min, max] = [MIN, MAX].map(|ms| humantime::format_duration(Duration::from_millis(ms)));
        format!("a time with its unit, such as 9s or 5m, from {min} to {max}").into()
    }

    fn bounds() -> Option<String> {
        let [min, max] = [MIN, MAX].map(|ms| humantime::format_duration(Duration::from_millis(ms)));
        Some(format!("{min} to {max}"))
    }

    fn read(text: &str) -> Option<Self> {
        let time = humantime::parse_duration(text).ok()?;
        (Duration::from_millis(MIN)..=Duration::from_millis(MAX)).contains(&time).then_some(Self(time))
    }
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

impl Rule for LogFormat {
    fn rule() -> Cow<'static, str> {
        "text or json".into()
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Text, Self::Json].into_iter().find(|format| format.to_string() == text)
    }
}

/// Which log lines are written: a level, and levels of single modules.
pub(super) struct Levels(pub(super) Targets);

impl Rule for Levels {
    fn rule() -> Cow<'static, str> {
        "a level (off, error, warn, info, debug, trace), or levels such as info,zte=debug".into()
    }

    fn read(text: &str) -> Option<Self> {
        // `Targets` alone would take a misspelt level for the name of a module.
        let level = |word: &str| {
            let known = ["off", "error", "warn", "info", "debug", "trace"].contains(&word);
            word.parse::<LevelFilter>().ok().filter(|_| known)
        };
        text.split(',')
            .try_fold(Targets::new(), |targets, part| match part.split_once('=') {
                Some((module, word)) if is_module(module) => Some(targets.with_target(module, level(word)?)),
                Some(_) => None,
                None => level(part).map(|level| targets.with_default(level)),
            })
            .map(Self)
    }
}

fn is_module(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':'))
}

/// A value of an optical module, in dBm or degrees Celsius: from -100 to 200, with decimals where needed.
pub(super) struct Optical(pub(super) f64);

impl Rule for Optical {
    const INTEGER: bool = true;
    const DECIMAL: bool = true;

    fn rule() -> Cow<'static, str> {
        "a number from -100 to 200 such as -27.5".into()
    }

    fn read(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let plain = !digits.is_empty()
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && digits.starts_with(|c: char| c.is_ascii_digit());
        text.parse().ok().filter(|value| plain && (-100.0..=200.0).contains(value)).map(Self)
    }
}

/// Tables of ONU counters, in the order in which they are tried.
pub(super) struct Counters(pub(super) Vec<OnuCounters>);

impl Rule for Counters {
    fn rule() -> Cow<'static, str> {
        let names = OnuCounters::ALL.map(OnuCounters::as_str).join(", ");
        format!("`none`, or some of {names} with commas between them").into()
    }

    fn read(text: &str) -> Option<Self> {
        if text == "none" {
            return Some(Self(Vec::new()));
        }
        let mut tables = Vec::new();
        for name in text.split(',') {
            let table: OnuCounters = name.trim().parse().ok()?;
            if tables.contains(&table) {
                return None;
            }
            tables.push(table);
        }
        Some(Self(tables))
    }
}

/// `true` or `false`, in the words that env files use.
pub(super) struct Flag(pub(super) bool);

impl Rule for Flag {
    const BOOLEAN: bool = true;

    fn rule() -> Cow<'static, str> {
        "true or false".into()
    }

    fn read(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Some(Self(true)),
            "false" | "0" | "no" | "off" => Some(Self(false)),
            _ => None,
        }
    }
}
