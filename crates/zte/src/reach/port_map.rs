//! Which PON ports a chassis has. Rows of IF-MIB are found by `ifName`, never by
//! arithmetic: the same firmware numbers them in two ways (fact sheet, SNMP §2.4).

use std::collections::BTreeMap;

use gpon::PonPort;
use tokio::time::Instant;

use super::{Inner, Problems, table};
use crate::Trouble;
use crate::firmware::Table;
use crate::firmware::if_mib::INTERFACES;
use crate::snmp::walk::Scope;

/// What an ifName says: `gpon_1/1/1`, `xgei_1/4/2`. The C6xx writes `gpon_olt-1/3/1`.
pub(crate) fn parse_name(name: &str) -> Option<(&str, u8, u8)> {
    let (kind, place) = name.split_once(['_', '-'])?;
    let place = place.strip_prefix("olt-").unwrap_or(place);
    let mut parts = place.split('/').map(|part| part.parse::<u8>().ok());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(1)), Some(Some(slot)), Some(Some(port)), None) => Some((kind, slot, port)),
        _ => None,
    }
}

pub(crate) fn pon_of(name: &str) -> Option<PonPort> {
    let (kind, slot, port) = parse_name(name)?;
    (kind == "gpon").then(|| PonPort::new(slot, port).ok()).flatten()
}

/// The PON ports of the chassis and their rows in IF-MIB.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct PortMap {
    pub(crate) pons: BTreeMap<PonPort, u32>,
}

pub(crate) async fn map(olt: &Inner, deadline: Instant) -> Result<PortMap, Trouble> {
    let names = Table { cells: INTERFACES.cells.split_at(1).0, ..INTERFACES };
    let mut problems = Problems::default();
    let rows = table(olt, &names, &[], Scope::default(), deadline, &mut problems).await?;
    // Half a map would make ports of the chassis look absent.
    if let Some(gpon::Problem::Failed { reason, .. }) =
        problems.0.iter().find(|problem| matches!(problem, gpon::Problem::Failed { .. }))
    {
        return Err(Trouble::UnexpectedReply(format!(
            "the interface names could not be read whole: {reason}"
        )));
    }
    let ports = rows.iter().filter_map(|(index, row)| Some((pon_of(&row.name)?, *index.first()?)));
    let pons: BTreeMap<PonPort, u32> = ports.collect();
    if pons.is_empty() {
        return Err(Trouble::UnexpectedReply("no interface is named like a PON port (gpon_1/1/1)".into()));
    }
    if pons.len() > PonPort::MOST {
        return Err(Trouble::UnexpectedReply(format!("{} PON ports, more than any chassis has", pons.len())));
    }
    Ok(PortMap { pons })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_ports() {
        assert_eq!(pon_of("gpon_1/2/16"), PonPort::new(2, 16).ok());
        assert_eq!(pon_of("gpon_olt-1/3/1"), PonPort::new(3, 1).ok());
        assert_eq!(parse_name("xgei_1/4/2"), Some(("xgei", 4, 2)));
        for name in ["Mng1", "", "gpon_1/1", "gpon_1/1/17", "gpon_2/1/1", "gpon_1/1/1/1", "epon_1/1/1"] {
            assert_eq!(pon_of(name), None, "{name}");
        }
    }
}
