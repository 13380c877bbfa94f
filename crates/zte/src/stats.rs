//! Counters of the traffic with an OLT.

use std::time::{Duration, SystemTime};

use crate::{AgentSpeed, CliStats, LatencyStats};

/// Counters of the traffic with one OLT since the process started, and what is
/// under way.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OltStats {
    /// Requests sent, repeated ones and probes included: one packet each.
    pub requests: u64,
    /// Requests sent again because no answer came in time.
    pub retries: u64,
    /// Packets whose time ran out before an answer came, whether or not they
    /// were sent again. The answer may still come, and is counted then too.
    pub timeouts: u64,
    /// Answers received, refusals included.
    pub answers: u64,
    /// Variable bindings received.
    pub varbinds: u64,
    /// Most requests in flight at once.
    pub window: usize,
    /// Requests in flight now; one that is sent again is still one.
    pub in_flight: usize,
    /// Requests that wait for the window now.
    pub waiting: usize,
    /// How long answers took, each from the packet that it answers.
    pub latency: LatencyStats,
    /// The smoothed round trip that time-outs follow; `None` before the first answer.
    pub round_trip: Option<Duration>,
    /// Values a second that its agent gives, as far as that is learned.
    pub speed: AgentSpeed,
    /// Whether it answers; `None` before the first exchange.
    pub reachable: Option<bool>,
    /// When the last answer arrived, on either side.
    pub last_contact: Option<SystemTime>,
    /// The traffic with its command line; `None` where none is configured.
    pub cli: Option<CliStats>,
}
