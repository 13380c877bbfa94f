//! Service ports.

use gpon::{Field, OnuRef, ServicePort, ServiceSource, VlanId, VlanMode};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::Firmware;
use crate::index::{self, PonIndex};
use crate::olt::Inner;
use crate::read::sides::{First, Outcome, completed};
use crate::read::{Problems, Told, bandwidth, onu, table};
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
            // Which of the VLANs is which is the mapping's to say.
            (_, user, ..) => (None, user, None, None),
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
const OF_CONFIGURATION: [Field; 7] = [
    Field::Priority,
    Field::Scos,
    Field::Etype,
    Field::UserSvlan,
    Field::TlsVlan,
    Field::Ingress,
    Field::Egress,
];

/// The service ports of one ONU: from its configuration, which alone has their
/// priorities, and from SNMP where that is not to be had or not understood.
pub(crate) async fn of_onu(olt: &Inner, at: OnuRef, deadline: Instant) -> Told<Vec<ServicePort>> {
    let config = async {
        let mut noted = Problems::default();
        let config = bandwidth::config(olt, at, &[Field::ServicePorts], &mut noted).await?;
        Ok((config.services(), noted))
    };
    let over_snmp = |first: Outcome| async move {
        let (ports, mut problems) = table_of_onu(olt, at, deadline).await?;
        if let Err(why) = first
            && why != Trouble::NoCli
        {
            problems.found(&OF_CONFIGURATION);
            OF_CONFIGURATION.into_iter().for_each(|field| problems.failed(field, why.to_string()));
            if ports.is_empty() {
                // Old firmware carries VLANs where no service port stands, and only its configuration shows them.
                problems.failed(Field::ServicePorts, why.to_string());
            }
        }
        Ok((ports, problems))
    };
    // Lines that nobody understands may be service ports: the table names those.
    let merge = |(mut ports, problems): (Vec<ServicePort>, Problems), other: Told<Vec<ServicePort>>| {
        for port in other.into_iter().flat_map(|(others, _)| others) {
            if !ports.iter().any(|known| known.index == port.index) {
                ports.push(port);
            }
        }
        ports.sort_by_key(|port| port.index);
        (ports, problems)
    };
    let lacks = |_: &Vec<ServicePort>, problems: &Problems| problems.is_partial();
    completed(First::CommandLine, config, lacks, over_snmp, merge).await
}

async fn table_of_onu(olt: &Inner, at: OnuRef, deadline: Instant) -> Told<Vec<ServicePort>> {
    let (_, firmware) = olt.learned(deadline).await?;
    olt.row_of(at.pon, deadline).await?;
    let read = service_ports(olt, firmware, Some(at), deadline).await;
    if read.as_ref().map_or(true, |(ports, _)| ports.is_empty()) {
        // The table does not know which ONUs exist: no row may mean no ONU.
        onu::exists(olt, firmware, at, deadline).await?;
    }
    read
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
        let strange = row(7, 10, 10, 0);
        assert_eq!((strange.mode, strange.cvlan), (None, None), "a mode without a known meaning");

        let index = [PonIndex::B.encode(1, 1), index::service_port(1, 1)];
        let row = ServiceRow::of_index(&index).unwrap();
        let vlan = VlanId::new(10).ok();
        let unread = ServiceRow { mode: Some(4), user: vlan, c: vlan, s: None, ..row }.service_port();
        let vlans = (unread.mode, unread.svlan, unread.cvlan);
        assert_eq!(vlans, (None, None, None), "without the mapping nobody knows which VLAN is which");
        let row = ServiceRow::of_index(&index).unwrap();
        let service = ServiceRow { mode: None, user: vlan, c: vlan, s: Some(None), ..row }.service_port();
        assert_eq!((service.user_vlan, service.svlan, service.cvlan), (vlan, None, None));
    }
}
