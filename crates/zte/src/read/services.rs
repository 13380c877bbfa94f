//! Service ports.

use gpon::{Field, OnuRef, ServicePort};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::{Firmware, ServiceRow};
use crate::index::{self, PonIndex};
use crate::reach::{Inner, Problems, Told, table};
use crate::read::sides::{First, Outcome, completed};
use crate::read::{bandwidth, onu};
use crate::snmp::walk::Scope;

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
