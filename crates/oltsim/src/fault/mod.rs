//! Faults: what goes wrong between a request and its answer, on purpose.

mod active;
mod spec;

use std::time::Duration;

pub(crate) use active::{ActiveFaults, Fate};
use serde::{Deserialize, Serialize};

/// Which face of the device a fault spoils.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The SNMP agent.
    Snmp,
    /// The command line. Not available until there is one.
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

/// What happens to an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The answer comes later.
    Delay {
        /// By how much.
        by: Duration,
        /// Whether delayed answers wait for each other.
        order: Order,
    },
    /// The request is received and counted, and never answered.
    Drop,
    /// The answer comes twice.
    Duplicate,
    /// The answer ends after so many bytes.
    Truncate {
        /// How many.
        bytes: usize,
    },
    /// Nothing is answered any more.
    Silence,
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
    #[error("the command line is not available: this simulator has only an SNMP agent")]
    NoCli,
}
