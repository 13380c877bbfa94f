//! Entry points of the fuzz targets; not part of the API.

use crate::{Agent, AgentOptions, Value, parse_snmprec};

/// Reads `data` as a recorded walk.
pub fn snmprec(data: &[u8]) {
    let _ = parse_snmprec(data);
}

/// Hands `data` to an agent as a datagram.
pub fn agent(data: &[u8]) {
    let rows = (1..=200).map(|arc| (vec![1, 3, 6, 1, 2, 1, 1, arc, 0], Value::Integer(1))).collect();
    let _ = Agent::of_rows(rows, AgentOptions::default()).reply(data);
}
