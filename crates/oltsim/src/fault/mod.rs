//! Faults: what goes wrong between a request and its answer, on purpose.

mod active;
mod line;
mod spec;
mod wrong;

use std::time::Duration;

pub(crate) use active::{ActiveFaults, CliFate, Fate};
pub(crate) use line::Typed;
pub use line::{AtLine, LineEffect, LineFault};
use serde::{Deserialize, Serialize};
pub use wrong::{At, Booting, Endless, Flood, Wire};

/// Which face of the device a fault spoils.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The SNMP agent.
    Snmp,
    /// The command line; a recorded walk has none.
    Cli,
}

/// Whether delayed answers wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Each answer is late on its own, as over a long line.
    #[default]
    Parallel,
    /// One answer after the other, as from a busy agent.
    Serial,
}

/// What happens to an exchange: a request to the agent, or on the command line a
/// command, a login, or for [`Effect::Busy`] a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The answer comes later.
    Delay {
        /// By how much.
        by: Duration,
        /// Whether delayed answers wait for each other.
        order: Order,
    },
    /// The request is received and counted, and never answered. On the command
    /// line not even the prompt returns, until something else is entered.
    Drop,
    /// The answer comes twice. Not on the command line.
    Duplicate,
    /// The answer ends after so many bytes.
    Truncate {
        /// How many.
        bytes: usize,
    },
    /// Nothing is answered any more; on the command line nothing is echoed either,
    /// and new connections get nothing.
    Silence,
    /// The command line closes the connection after so many bytes of an answer.
    Close {
        /// How many.
        bytes: usize,
    },
    /// The command line resets the connection after so many bytes of an answer.
    Reset {
        /// How many.
        bytes: usize,
    },
    /// So many bytes that are no text stand in the middle of an answer of the command line.
    Garbage {
        /// How many, at most 4096.
        bytes: usize,
    },
    /// A log line stands in the middle of an answer of the command line.
    Log,
    /// The command line answers with nothing but its prompt.
    Empty,
    /// The command line refuses the login.
    RefuseLogin,
    /// The command line closes new connections, as when all lines are busy.
    Busy,
    /// Every `show gpon ...` after `terminal length 0` is answered "No related
    /// information to show." (fact sheet, CLI §9.2).
    NothingToShow,
    /// The bytes of the command line travel badly, those of the login and of `enable` too.
    Wire {
        /// How.
        wire: Wire,
        /// How long a pause is.
        by: Duration,
    },
    /// The command line floods its client.
    Flood {
        /// With what.
        of: Flood,
        /// When.
        at: At,
        /// How many bytes, at most 1 GiB.
        bytes: usize,
    },
    /// The agent of an OLT that has just booted: what it does not show yet is
    /// answered by exceptions.
    Booting {
        /// What it does not show yet.
        what: Booting,
        /// For how long, from when the fault is put in force; `None` until it is cleared.
        lasts: Option<Duration>,
    },
    /// The agent's columns go on behind their last row, without an end.
    Endless(Endless),
    /// A GETBULK of the agent jumps out of its column in the middle, and back.
    Jump,
    /// A GETBULK of the agent says the middle row twice, and leaves out the one after it.
    Repeat,
}

/// The kinds of exchange of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exchange {
    Connection,
    Login,
    Command,
}

impl Effect {
    /// The one face that it can spoil; `None` for either.
    pub(crate) fn only_of(self) -> Option<Target> {
        match self {
            Self::Delay { .. } | Self::Drop | Self::Truncate { .. } | Self::Silence => None,
            Self::Duplicate | Self::Booting { .. } | Self::Endless(_) | Self::Jump | Self::Repeat => {
                Some(Target::Snmp)
            }
            Self::Close { .. }
            | Self::Reset { .. }
            | Self::Garbage { .. }
            | Self::Log
            | Self::Empty
            | Self::RefuseLogin
            | Self::Busy
            | Self::NothingToShow
            | Self::Wire { .. }
            | Self::Flood { .. } => Some(Target::Cli),
        }
    }

    /// The exchange of the command line that it spoils; `None` when it is always in force.
    pub(crate) fn spoils(self) -> Option<Exchange> {
        match self {
            Self::Silence | Self::Wire { .. } => None,
            Self::Busy | Self::Flood { at: At::Login, .. } => Some(Exchange::Connection),
            Self::RefuseLogin => Some(Exchange::Login),
            _ => Some(Exchange::Command),
        }
    }
}

/// Which exchanges a fault spoils.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pick {
    /// All of them.
    All,
    /// The next so many.
    Next(u64),
    /// Every so manieth, so `Every(1)` is all of them.
    Every(u64),
    /// Each with this chance.
    Probability {
        /// 0 to 1.
        chance: f64,
        /// The same seed spoils the same exchanges.
        seed: u64,
    },
}

/// One fault. In JSON it is flat: `{"target": "snmp", "kind": "drop",
/// "probability": 0.3, "seed": 7}`; see the crate's root.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "spec::FaultSpec", into = "spec::FaultSpec")]
pub struct Fault {
    /// The face it spoils.
    pub target: Target,
    /// What it does.
    pub effect: Effect,
    /// Which exchanges it spoils.
    pub pick: Pick,
}

impl Fault {
    /// A fault of the SNMP agent in every exchange.
    pub fn snmp(effect: Effect) -> Self {
        Self { target: Target::Snmp, effect, pick: Pick::All }
    }

    /// A fault of the command line in every exchange.
    pub fn cli(effect: Effect) -> Self {
        Self { target: Target::Cli, effect, pick: Pick::All }
    }

    /// The same fault in fewer exchanges.
    pub fn only(self, pick: Pick) -> Self {
        Self { pick, ..self }
    }
}

/// A fault that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The combination makes no sense.
    #[error("{0}")]
    Invalid(&'static str),
    /// This simulator has no such face.
    #[error("the command line is not available: a recorded walk has only an SNMP agent")]
    NoCli,
}
