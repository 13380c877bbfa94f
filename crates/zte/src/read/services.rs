//! VLANs, service ports, profiles, and boxes that wait for configuration.

use std::collections::BTreeMap;

use gpon::{
    DbaProfile, OnuRef, PonPort, SerialNumber, ServicePort, ServiceSource, UnconfiguredOnu, VlanId, VlanMode,
};
use tokio::time::Instant;

use crate::Trouble;
use crate::cli::show::{PonOnuUncfgRow, ShowOnuUncfg, ShowPonOnuUncfg, ShowProfileTcont, TcontProfile};
use crate::firmware::Firmware;
use crate::index::{self, PonIndex};
use crate::olt::Inner;
use crate::read::{Problems, bandwidth, first_of, onu, table};
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
            vport: self.vport,
            user_vlan,
            mode,
            svlan,
            cvlan,
            description: self.description,
            ..ServicePort::unknown(self.onu, ServiceSource::ServicePort, Some(self.number))
        }
    }
}

/// What only the configuration of an ONU says of its service ports: of the
/// columns with these values nobody has read any but "not set" (§6.7).
const OF_CONFIGURATION: [&str; 7] =
    ["priority", "scos", "etype", "user_svlan", "tls_vlan", "ingress", "egress"];

/// The service ports of one ONU: from its configuration, which alone has their
/// priorities, else from SNMP.
pub(crate) async fn of_onu(
    olt: &Inner,
    at: OnuRef,
    deadline: Instant,
) -> Result<(Vec<ServicePort>, Problems), Trouble> {
    let mut noted = Problems::default();
    let why = match bandwidth::config(olt, at, &mut noted).await {
        Ok(config) => {
            return Ok((config.services(), noted));
        }
        Err(busy @ Trouble::Busy { .. }) => return Err(busy),
        Err(trouble) => trouble,
    };
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        olt.row_of(at.pon, deadline).await?;
        let read = service_ports(olt, firmware, Some(at), deadline).await;
        if read.as_ref().map_or(true, |(ports, _)| ports.is_empty()) {
            // The table does not know which ONUs exist: no row may mean no ONU.
            onu::exists(olt, firmware, at, deadline).await?;
        }
        read
    };
    let (ports, mut problems) = match over_snmp.await {
        Ok(read) => read,
        Err(trouble @ (Trouble::NoSuchPon(_) | Trouble::NoSuchOnu(_))) => return Err(trouble),
        Err(trouble) => return Err(Trouble::of_both(trouble, why)),
    };
    if !matches!(why, Trouble::NoCli) {
        problems.0.retain(|problem| !OF_CONFIGURATION.contains(&problem.field()));
        for field in OF_CONFIGURATION {
            problems.failed(field, why.to_string());
        }
    }
    Ok((ports, problems))
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
    for field in OF_CONFIGURATION {
        problems.unsupported(field);
    }
    let mut ports: Vec<_> = rows.into_values().map(ServiceRow::service_port).collect();
    ports.sort_by_key(|port| (port.onu, port.index));
    Ok((ports, problems))
}

/// Boxes that wait for configuration, from the tables and, where these lack
/// something that the command line lists, from there.
pub(crate) async fn unconfigured(
    olt: &Inner,
    pon: Option<PonPort>,
    deadline: Instant,
) -> Result<(Vec<UnconfiguredOnu>, Problems), Trouble> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        if let Some(pon) = pon {
            olt.row_of(pon, deadline).await?;
        }
        unconfigured_tables(olt, firmware, pon, deadline).await
    };
    let (mut onus, mut problems, silent) = match over_snmp.await {
        Ok((onus, problems)) => (onus, problems, None),
        Err(trouble @ Trouble::NoSuchPon(_)) => return Err(trouble),
        Err(trouble) if olt.cli.is_none() => return Err(trouble),
        Err(trouble) => {
            let mut problems = Problems::default();
            for field in ["software", "discovered_at"] {
                problems.failed(field, trouble.to_string());
            }
            problems.unsupported("loid");
            (Vec::new(), problems, Some(trouble))
        }
    };
    let lacking = silent.is_some() || onus.iter().any(|onu| onu.model.is_none() || onu.password.is_none());
    // Before anything was learned of the OLT, the newer of the lists is tried.
    let models = olt.memory.firmware().is_none_or(|firmware| firmware.lists_unconfigured_models);
    if olt.cli.is_none() || !lacking || (!models && silent.is_none()) {
        return Ok((onus, problems));
    }
    let mut noted = Problems::default();
    let rows =
        if models { newer_list(olt, &mut noted).await } else { older_list(olt, pon, &mut noted).await };
    problems.0.append(&mut noted.0);
    if let (Ok(rows), Some(_), Some(pon)) = (&rows, &silent, pon)
        && rows.iter().all(|row| row.pon != pon)
    {
        // Nobody has said that there is such a port: this list is refused where there is none.
        older_list(olt, Some(pon), &mut Problems::default()).await?;
    }
    match (rows, silent) {
        (Ok(rows), silent) => {
            for row in rows.into_iter().filter(|row| pon.is_none_or(|pon| row.pon == pon)) {
                match onus.iter_mut().find(|onu| onu.pon == row.pon && onu.serial == row.serial) {
                    Some(onu) => {
                        onu.model = onu.model.take().or(row.model);
                        onu.password = onu.password.take().or(row.password);
                    }
                    // One that the tables do not name has come meanwhile.
                    None => onus.push(row),
                }
            }
            if !models {
                problems.unsupported("type");
                problems.unsupported("password");
            } else if silent.is_none() {
                problems.0.retain(|problem| !matches!(problem.field(), "type" | "password"));
            }
        }
        (Err(trouble), Some(silent)) => return Err(Trouble::of_both(silent, trouble)),
        (Err(trouble), None) => {
            let lacks = [
                ("type", onus.iter().any(|onu| onu.model.is_none())),
                ("password", onus.iter().any(|onu| onu.password.is_none())),
            ];
            let lost: Vec<_> =
                lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(field, _)| field).collect();
            problems.told::<()>(&lost, Err(trouble));
        }
    }
    onus.sort_by_key(|onu| (onu.pon, onu.serial));
    Ok((onus, problems))
}

/// The list with models and passwords (fact sheet, CLI §4.3).
async fn newer_list(olt: &Inner, noted: &mut Problems) -> Result<Vec<UnconfiguredOnu>, Trouble> {
    let rows = olt.ask(&ShowPonOnuUncfg, noted).await?;
    let onu = |row: PonOnuUncfgRow| {
        let (model, password) = (row.model.clone(), row.password.clone());
        Some(UnconfiguredOnu { model, password, ..waiting(row.pon()?, row.serial) })
    };
    Ok(rows.into_iter().filter_map(onu).collect())
}

/// The list that every firmware has: serial numbers alone.
async fn older_list(
    olt: &Inner,
    pon: Option<PonPort>,
    noted: &mut Problems,
) -> Result<Vec<UnconfiguredOnu>, Trouble> {
    let rows = olt.ask(&ShowOnuUncfg { pon }, noted).await?;
    Ok(rows.into_iter().map(|row| waiting(row.pon, row.serial)).collect())
}

fn waiting(pon: PonPort, serial: Option<SerialNumber>) -> UnconfiguredOnu {
    UnconfiguredOnu {
        pon,
        serial,
        model: None,
        loid: None,
        password: None,
        software: None,
        discovered_at: None,
    }
}

/// Boxes that wait for configuration. The two tables are reported to be filled
/// in turn (fact sheet, SNMP §14.7), so an empty first one decides nothing.
async fn unconfigured_tables(
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

/// The T-CONT bandwidth profiles, from the command line where no table has them.
pub(crate) async fn dba_profiles(
    olt: &Inner,
    deadline: Instant,
) -> Result<(Vec<DbaProfile>, Problems), Trouble> {
    let over_snmp = async {
        let (_, firmware) = olt.learned(deadline).await?;
        dba_profile_tables(olt, firmware, deadline).await
    };
    let trouble = match over_snmp.await {
        // Every OLT has the profile `default`: no row means no table.
        Ok((profiles, problems)) if !profiles.is_empty() || problems.lacks("name") => {
            return Ok((profiles, problems));
        }
        Ok(_) => Trouble::Unsupported("bandwidth profiles"),
        Err(trouble) => trouble,
    };
    let mut problems = Problems::default();
    let rows = match olt.ask(&ShowProfileTcont, &mut problems).await {
        Ok(rows) => rows,
        Err(busy @ Trouble::Busy { .. }) => return Err(busy),
        Err(why) => return Err(Trouble::of_both(trouble, why)),
    };
    problems.unsupported("profile_id");
    let mut profiles: Vec<_> = rows.iter().map(TcontProfile::dba_profile).collect();
    profiles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok((profiles, problems))
}

/// The T-CONT bandwidth profiles, with the integer index of the older table where it has one.
async fn dba_profile_tables(
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
