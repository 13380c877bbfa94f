use serde::Serialize;

/// What the agent and the command line have seen and sent since their start or
/// the last reset.
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
    /// SNMP messages that no agent of v1 and v2c answers: another version, a GETBULK of v1, a response, a trap.
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
    /// Connections to the command line that were taken.
    pub cli_connections: u64,
    /// Connections to the command line that were turned away: all lines busy.
    pub cli_busy: u64,
    /// Connections to the command line that are open now; a reset leaves it.
    pub cli_sessions: u64,
    /// Logins to the command line that were accepted.
    pub cli_logins: u64,
    /// Logins to the command line that were refused.
    pub cli_failed_logins: u64,
    /// Lines entered at a prompt of the command line, blank ones left out.
    pub cli_commands: u64,
    /// Those of them that were to configure something ([`crate::CommandLine::configures`]).
    pub cli_changes: u64,
    /// Commands whose answer was given, if not always read to its end in the pager.
    pub cli_replies: u64,
    /// Sessions of the command line closed because they said nothing for too long.
    pub cli_idle_closed: u64,
    /// Bytes the command line received.
    pub cli_bytes_in: u64,
    /// Bytes the command line sent.
    pub cli_bytes_out: u64,
    /// Exchanges of the command line that a fault spoilt.
    pub cli_spoilt: u64,
}
