use serde::Serialize;

/// What the agent has seen and sent since its start or the last reset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
    /// Datagrams received, whatever they were.
    pub packets_in: u64,
    /// Datagrams sent, duplicates included.
    pub packets_out: u64,
    /// Bytes of UDP payload received.
    pub bytes_in: u64,
    /// Bytes of UDP payload sent.
    pub bytes_out: u64,
    /// Bindings in the requests that were understood and allowed.
    pub varbinds_in: u64,
    /// Bindings in the answers that were sent.
    pub varbinds_out: u64,
    /// Requests that were understood and allowed, answered or not.
    pub requests: u64,
    /// Those of them that were GET.
    pub get: u64,
    /// Those of them that were GETNEXT.
    pub get_next: u64,
    /// Those of them that were GETBULK.
    pub get_bulk: u64,
    /// Those of them that were SET.
    pub set: u64,
    /// Answers with tooBig among those sent.
    pub too_big: u64,
    /// Datagrams that were no SNMP message.
    pub malformed: u64,
    /// Requests with another community.
    pub wrong_community: u64,
    /// SNMP messages that no v2c agent answers: another version, a response, a trap.
    pub unsupported: u64,
    /// GETBULK requests with max-repetitions 0 that hit the device's quirk.
    pub zero_repetitions: u64,
    /// Exchanges that a fault left without an answer.
    pub dropped: u64,
    /// Answers that a fault sent twice.
    pub duplicated: u64,
    /// Answers that a fault cut.
    pub truncated: u64,
    /// Answers given up because too many were waiting for their delay.
    pub overflowed: u64,
}
