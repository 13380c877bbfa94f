//! Who an OLT says it is, and by that which firmware's tables it is read with.

use std::time::Duration;

use async_snmp::Value;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::{Inner, oid};
use crate::firmware::{self, Firmware};
use crate::{Trouble, value};

/// Who an OLT says it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// `C320`, `C300`, as sysDescr names it.
    pub model: Option<String>,
    /// `V2.1.0`, as sysDescr says.
    pub firmware: Option<String>,
    /// Whether the firmware is one that we know; else its tables are probed.
    pub known: bool,
    /// sysDescr, its first line.
    pub description: String,
    /// sysName.
    pub name: Option<String>,
    /// Time since its agent started.
    pub uptime: Option<Duration>,
}

impl Identity {
    /// Whether it said who it is. One that has just started may answer that it
    /// knows no such object.
    pub(crate) fn is_told(&self) -> bool {
        self.known || !self.description.is_empty()
    }
}

const SYSTEM: &[u32] = &[1, 3, 6, 1, 2, 1, 1];

/// Learns who the OLT is (fact sheet, SNMP §3).
pub(crate) async fn learn(olt: &Inner, deadline: Instant) -> Result<(Identity, &'static Firmware), Trouble> {
    let names = [1, 2, 3, 5].map(|object| oid(SYSTEM, &[object, 0]));
    let values = olt.snmp.get(&names, deadline).await?;
    let [description, object_id, uptime, name] = values.as_slice() else {
        return Err(Trouble::UnexpectedReply("no system group".into()));
    };
    let known = match object_id {
        Value::ObjectIdentifier(object_id) => firmware::of_object_id(object_id.arcs()),
        _ => None,
    };
    let description = value::text(description).ok().flatten().unwrap_or_default();
    let line = description.lines().next().unwrap_or_default().trim();
    if let Value::TimeTicks(ticks) = uptime {
        olt.snmp.note_uptime(*ticks);
    }
    let identity = Identity {
        model: model(line),
        firmware: version(line),
        known: known.is_some(),
        description: line.to_owned(),
        name: value::text(name).ok().flatten(),
        uptime: match uptime {
            Value::TimeTicks(ticks) => Some(Duration::from_millis(u64::from(*ticks) * 10)),
            _ => None,
        },
    };
    Ok((identity, known.unwrap_or(firmware::UNKNOWN)))
}

/// `C320` of `C320 Version V2.1.0 Software, ...` and `C600` of `ZXA10 C600, ...`.
fn model(description: &str) -> Option<String> {
    let mut words = description.split([' ', ',']).filter(|word| !word.is_empty());
    words
        .find(|word| word.starts_with('C') && word[1..].bytes().all(|b| b.is_ascii_digit()) && word.len() > 1)
        .map(str::to_owned)
}

/// `V2.1.0` of `C320 Version V2.1.0 Software, ...`.
fn version(description: &str) -> Option<String> {
    let mut words = description.split([' ', ',']).filter(|word| !word.is_empty());
    let digit = |word: &&str| word.starts_with('V') && word[1..].starts_with(|c: char| c.is_ascii_digit());
    words.find(digit).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sys_descr_of_the_sheet() {
        let c320 = "C320 Version V2.1.0 Software, Copyright (c) by ZTE Corporation Compiled";
        assert_eq!((model(c320).as_deref(), version(c320).as_deref()), (Some("C320"), Some("V2.1.0")));
        let c600 = "ZXA10 C600, ZTE ZXA10 Software Version: V1.2.2";
        assert_eq!((model(c600).as_deref(), version(c600).as_deref()), (Some("C600"), Some("V1.2.2")));
        assert_eq!((model("Copyright V"), version("é V")), (None, None));
    }
}
