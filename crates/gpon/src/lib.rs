//! The nouns of a GPON access network: ports, customers' boxes, their states
//! and powers, the services on them, and the chassis that carries them.
//!
//! This crate does no I/O and names no vendor. Everything that reads a device
//! returns these types, and everything that shows a device takes them.

mod account;
mod change;
mod chassis;
mod column;
mod conflict;
mod field;
mod installation;
mod mac;
mod monitor;
mod onu;
mod port;
mod power;
mod quoted;
mod reading;
mod register;
mod rows;
mod serial;
mod service;
pub mod text;
mod time;
mod traffic;
mod unconfigured;
mod write;

pub use account::*;
pub use change::*;
pub use chassis::*;
pub use column::*;
pub use conflict::*;
pub use field::*;
pub use installation::*;
pub use mac::*;
pub use monitor::*;
pub use onu::*;
pub use port::*;
pub use power::*;
pub use quoted::*;
pub use reading::*;
pub use register::*;
pub use rows::*;
pub use serial::*;
pub use service::*;
pub use time::*;
pub use traffic::*;
pub use unconfigured::*;
pub use write::*;

/// A value that is not one of its type's spellings.
///
/// The text names the type and the rule, so that it can be shown to a user as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}: {rule}")]
pub struct Invalid {
    what: &'static str,
    rule: &'static str,
}

impl Invalid {
    pub(crate) const fn new(what: &'static str, rule: &'static str) -> Self {
        Self { what, rule }
    }

    /// The noun that was misspelt, for example `pon_port`.
    pub const fn what(&self) -> &'static str {
        self.what
    }

    /// The rule that the spelling broke.
    pub const fn rule(&self) -> &'static str {
        self.rule
    }
}

/// Reads a decimal number as the contract spells one: digits only, without a
/// sign or a leading zero. `None` for every other text and for overflow.
pub(crate) fn plain_number(text: &str) -> Option<u32> {
    let canonical = text == "0" || !text.starts_with('0');
    if text.is_empty() || !canonical || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}
