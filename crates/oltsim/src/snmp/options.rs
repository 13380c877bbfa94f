use super::{Oid, Speed};

/// What a GETBULK gets whose answer would be longer than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkOverflow {
    /// As many bindings as fit (RFC 3416, 4.2.3).
    #[default]
    Cut,
    /// tooBig, as some agents do.
    TooBig,
}

/// What a GETBULK with max-repetitions 0 gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroRepetitions {
    /// Nothing, ever: so behaves the C300 V2.1.0 (fact sheet, SNMP §13).
    #[default]
    Silence,
    /// What RFC 3416 says.
    Answer,
}

/// How the agent answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentOptions {
    /// The only community it listens to.
    pub community: String,
    /// The longest answer in bytes of UDP payload.
    pub max_answer_bytes: usize,
    /// What a GETBULK gets that would be longer.
    pub bulk_overflow: BulkOverflow,
    /// What a GETBULK with max-repetitions 0 gets.
    pub zero_repetitions: ZeroRepetitions,
    /// Prefixes below which it shows nothing.
    pub absent: Vec<Oid>,
    /// How fast it makes values.
    pub speed: Speed,
}

impl AgentOptions {
    /// 1,472 bytes: what one Ethernet frame carries over IPv4 and UDP.
    pub const MAX_ANSWER_BYTES: usize = 1472;
}

impl Default for AgentOptions {
    fn default() -> Self {
        Self {
            community: "public".to_owned(),
            max_answer_bytes: Self::MAX_ANSWER_BYTES,
            bulk_overflow: BulkOverflow::default(),
            zero_repetitions: ZeroRepetitions::default(),
            absent: Vec::new(),
            speed: Speed::default(),
        }
    }
}
