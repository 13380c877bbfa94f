//! The keys of `[callbacks]`.

use std::borrow::Cow;
use std::net::IpAddr;

use secrecy::SecretString;

use super::file::Callbacks;
use super::kinds::{Host, Secret};
use super::value::{Given, Rule};
use crate::jobs::{Allowed, CallPauses, CallbackSettings};

/// Least characters of what is signed with: whoever has a callback could find out a shorter one.
const LEAST: usize = 16;

/// What callbacks are signed with. What is secret is never shown.
pub(super) struct SigningSecret(SecretString);

impl Rule for SigningSecret {
    const SECRET: bool = true;

    fn rule() -> Cow<'static, str> {
        format!("text in quotes of {LEAST} to 253 characters without control characters").into()
    }

    fn read(text: &str) -> Option<Self> {
        let long = text.chars().count() >= LEAST;
        Secret::read(text).filter(|_| long).map(|Secret(secret)| Self(secret))
    }
}

/// Hosts and networks.
pub(super) struct Targets(Allowed);

impl Rule for Targets {
    const LIST: bool = true;

    fn rule() -> Cow<'static, str> {
        "host names without ports, addresses or networks such as billing.example.net, 192.0.2.1 or \
         10.0.0.0/8, with commas between them"
            .into()
    }

    fn read(text: &str) -> Option<Self> {
        let mut allowed = Allowed::default();
        for entry in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
            if let Ok(address) = entry.parse::<IpAddr>() {
                allowed.networks.push(address.into());
            } else if let Ok(network) = entry.parse() {
                allowed.networks.push(network);
            } else {
                let Host(name) = Host::read(entry)?;
                allowed.names.push(name.trim_end_matches('.').to_ascii_lowercase());
            }
        }
        Some(Self(allowed))
    }
}

pub(super) fn complete(keys: Callbacks) -> CallbackSettings {
    let Given(Targets(allow)) = keys.allow;
    CallbackSettings {
        secret: keys.secret.map(|Given(SigningSecret(secret))| secret),
        allow,
        pauses: CallPauses::default(),
    }
}
