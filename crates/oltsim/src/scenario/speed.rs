//! `[agent.speed]`: the agent's own speed by class of columns.

use std::collections::BTreeMap;
use std::time::Duration;

use super::ScenarioError;
use crate::snmp::{self, Oid, Speed};

/// The classes by name, and where their columns stand.
const CLASSES: &[(&str, &[&str])] = &[
    ("all", &["1.3"]),
    ("system", &["1.3.6.1.2.1.1"]),
    ("interfaces", &["1.3.6.1.2.1.2", "1.3.6.1.2.1.31"]),
    // What ONUs are configured to be, services and profiles included.
    (
        "configuration",
        &[
            "1.3.6.1.4.1.3902.1012.3.26",
            "1.3.6.1.4.1.3902.1012.3.28.1",
            "1.3.6.1.4.1.3902.1012.3.30",
            "1.3.6.1.4.1.3902.1082.40.50",
            "1.3.6.1.4.1.3902.1082.110.5",
            "1.3.6.1.4.1.3902.1082.500.10.2.1",
            "1.3.6.1.4.1.3902.1082.500.10.2.3.3",
            "1.3.6.1.4.1.3902.1082.500.10.2.3.4",
            "1.3.6.1.4.1.3902.1082.500.10.2.3.5",
        ],
    ),
    // Phases, times, reasons and distances.
    (
        "state",
        &[
            "1.3.6.1.4.1.3902.1012.3.11.4",
            "1.3.6.1.4.1.3902.1012.3.28.2",
            "1.3.6.1.4.1.3902.1082.500.10.2.3.8",
            "1.3.6.1.4.1.3902.1082.500.10.2.3.10",
        ],
    ),
    // What the OLT asks ONUs over OMCI, their optics included.
    ("remote", &["1.3.6.1.4.1.3902.1012.3.50", "1.3.6.1.4.1.3902.1082.500.20"]),
    // What the OLT receives of ONUs.
    ("olt_rx", &["1.3.6.1.4.1.3902.1015.1010.11", "1.3.6.1.4.1.3902.1082.500.1.2.4"]),
    (
        "counters",
        &["1.3.6.1.4.1.3902.1012.3.31", "1.3.6.1.4.1.3902.1015.1010.5", "1.3.6.1.4.1.3902.1082.500.10.2.3.2"],
    ),
];

/// # Errors
/// A class that is neither of these nor an OID, or a speed that cannot be.
pub(super) fn speed(section: &BTreeMap<String, f64>) -> Result<Speed, ScenarioError> {
    let mut classes: Vec<(Oid, Duration)> = Vec::new();
    for (name, speed) in section {
        let place = || format!("agent.speed.{name:?}");
        if !speed.is_finite() || *speed < 0.1 || *speed > 1e9 {
            return Err(ScenarioError::at(place(), "values per second are from 0.1 to 1e9"));
        }
        let known = CLASSES.iter().find(|(class, _)| class == name);
        let prefixes = known.map_or_else(|| vec![name.as_str()], |(_, prefixes)| prefixes.to_vec());
        for prefix in prefixes {
            let names = || CLASSES.iter().map(|(class, _)| *class).collect::<Vec<_>>().join(", ");
            let oid = snmp::parse(prefix)
                .map_err(|_| ScenarioError::at(place(), format!("neither an OID nor one of {}", names())))?;
            classes.push((oid, Duration::from_secs_f64(speed.recip())));
        }
    }
    Ok(Speed { classes })
}
