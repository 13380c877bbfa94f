//! VLANs, service ports, profiles, and boxes that wait for configuration.

use std::collections::BTreeMap;

use gpon::{DbaProfile, OnuRef, PonPort, ServicePort, UnconfiguredOnu, VlanId, VlanMode};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::Firmware;
use crate::index::{self, PonIndex};
use crate::olt::Inner;
use crate::read::{Problems, first_of, table};
use crate::snmp::walk::Scope;

/// A row of the service-port table (fact sheet, SNMP §6.7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceRow {
    pub(crate) onu: OnuRef,
    pub(crate) number: u8,
    pub(crate) description: Option<String>,
    /// ServiceMode: 1 untagged, 4 tagged, 5 TLS.
    pub(crate) mode: Option<i64>,
    pub(crate) vport: Option<u32>,
    pub(crate) user: Option<VlanId>,
    pub(crate) c: Option<VlanId>,
    /// Outer `None` while the column is unread: the mapping is then unknown, for
    /// "no outer VLAN" would make another of it.
    pub(crate) s: Option<Option<VlanId>>,
}

impl ServiceRow {
    /// The row at `B.subIf`, still empty; `None` for a sub-index of another kind.
    pub(crate) fn of_index(index: &[u32]) -> Option<Self> {
        let [pon, sub] = index else { return None };
        let (id, number) = index::decode_service_port(*sub)?;
        let onu = OnuRef { pon: PonIndex::B.decode(*pon)?, id };
        Some(Self { onu, number, description: None, mode: None, vport: None, user: None, c: None, s: None })
    }

    /// The service port in the words of the CLI: `user-vlan U vlan C [svlan S]`.
    fn service_port(self) -> ServicePort {
        let (mode, user_vlan, cvlan, svlan) = match (self.mode, self.user, self.c, self.s) {
            (Some(1), _, c, Some(s)) => (Some(VlanMode::Untag), None, c.filter(|_| s.is_some()), s.or(c)),
            // 5 is TLS, with one tag or two.
            (Some(5), user, _, Some(None)) => (Some(VlanMode::Transparent), None, None, user),
            (Some(4 | 5), Some(user), c, Some(Some(s))) => (Some(VlanMode::QinQ), Some(user), c, Some(s)),
            (Some(4), Some(user), Some(c), Some(None)) if user == c => {
                (Some(VlanMode::Tag), Some(user), None, Some(c))
            }
            (Some(4), Some(user), Some(c), Some(None)) => {
                (Some(VlanMode::Translation), Some(user), Some(user), Some(c))
            }
            (_, user, c, s) => (None, user, c, s.flatten()),
        };
        ServicePort {
            onu: self.onu,
            index: self.number,
            vport: self.vport,
            user_vlan,
            mode,
            svlan,
            cvlan,
            priority: None,
            description: self.description,
        }
    }
}

/// The service ports of the OLT, or of one ONU.
pub(crate) async fn service_ports(
    olt: &Inner,
    firmware: &Firmware,
    of: Option<OnuRef>,
    deadline: Instant,
) -> Result<(Vec<ServicePort>, Problems), Trouble> {
    let Some(service_table) = firmware.service_ports else {
        return Err(Trouble::Unsupported("service ports"));
    };
    let mut problems = Problems::default();
    let prefix: Vec<u32> = of.map(|onu| PonIndex::B.of(onu.pon)).into_iter().collect();
    let scope = of.map_or(Scope::default(), |onu| {
        let base = index::service_port(onu.id.get(), 0);
        Scope { after: Some(base), last: Some(base | 0xff00) }
    });
    let rows = table(olt, service_table, &prefix, scope, deadline, &mut problems).await?;
    if rows.is_empty() && olt.memory.probe_table(&olt.snmp, service_table.cells, deadline).await? {
        return Err(Trouble::Unsupported("service ports"));
    }
    // The columns of cos are inferred only (§6.7).
    problems.unsupported("priority");
    let mut ports: Vec<_> = rows.into_values().map(ServiceRow::service_port).collect();
    ports.sort_by_key(|port| (port.onu, port.index));
    Ok((ports, problems))
}

/// Boxes that wait for configuration. The two tables are reported to be filled
/// in turn (fact sheet, SNMP §14.7), so an empty first one decides nothing.
pub(crate) async fn unconfigured(
    olt: &Inner,
    firmware: &Firmware,
    pon: Option<PonPort>,
    deadline: Instant,
) -> Result<(Vec<UnconfiguredOnu>, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut onus = first_of(olt, firmware.unconfigured, deadline, &mut problems).await?;
    problems.unsupported("loid");
    onus.retain(|onu| pon.is_none_or(|pon| onu.pon == pon));
    onus.sort_by_key(|onu| (onu.pon, onu.serial));
    Ok((onus, problems))
}

/// The T-CONT bandwidth profiles, with the integer index of the older table where it has one.
pub(crate) async fn dba_profiles(
    olt: &Inner,
    firmware: &Firmware,
    deadline: Instant,
) -> Result<(Vec<DbaProfile>, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut profiles = first_of(olt, firmware.dba_profiles, deadline, &mut problems).await?;
    if let Some(ids) = firmware.dba_profile_ids
        && profiles.iter().any(|profile| profile.profile_id.is_none())
    {
        match table(olt, ids, &[], Scope::default(), deadline, &mut problems).await {
            Ok(rows) => {
                let by_name: BTreeMap<String, Option<u32>> =
                    rows.into_values().map(|row| (row.name, row.profile_id)).collect();
                for profile in &mut profiles {
                    profile.profile_id = by_name.get(&profile.name).copied().flatten();
                }
            }
            Err(trouble) => problems.failed("profile_id", trouble.to_string()),
        }
    }
    profiles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((profiles, problems))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(mode: i64, user: u16, c: u16, s: u16) -> ServicePort {
        let index = [PonIndex::B.encode(7, 13), index::service_port(24, 1)];
        let vlan = |id| VlanId::new(id).ok();
        let row = ServiceRow::of_index(&index).unwrap();
        ServiceRow { mode: Some(mode), user: vlan(user), c: vlan(c), s: Some(vlan(s)), ..row }.service_port()
    }

    #[test]
    fn rows_of_the_sheet() {
        // §6.7, gpon-onu_1/7/13:24.
        let qinq = row(4, 3609, 3609, 1065);
        assert_eq!(qinq.onu.to_string(), "1/7/13:24");
        assert_eq!((qinq.mode, qinq.svlan.unwrap().get()), (Some(VlanMode::QinQ), 1065));
        let tag = row(4, 3176, 3176, 0);
        assert_eq!((tag.mode, tag.svlan.unwrap().get(), tag.cvlan), (Some(VlanMode::Tag), 3176, None));
        let translation = row(4, 10, 20, 0);
        assert_eq!(translation.mode, Some(VlanMode::Translation));
        assert_eq!((translation.cvlan.unwrap().get(), translation.svlan.unwrap().get()), (10, 20));
        assert_eq!(row(1, 0, 30, 0).svlan.unwrap().get(), 30);
        assert_eq!(row(5, 40, 0, 0).mode, Some(VlanMode::Transparent));
        assert_eq!(row(5, 3609, 3609, 1065), qinq);
        assert_eq!(row(7, 10, 10, 0).mode, None, "a mode without a known meaning");

        let index = [PonIndex::B.encode(1, 1), index::service_port(1, 1)];
        let row = ServiceRow::of_index(&index).unwrap();
        let vlan = VlanId::new(10).ok();
        let unread = ServiceRow { mode: Some(4), user: vlan, c: vlan, s: None, ..row }.service_port();
        assert_eq!((unread.mode, unread.svlan), (None, None), "an unread outer VLAN is not none");
    }
}
