//! PON ports and uplinks.

use std::collections::BTreeMap;

use async_snmp::Value;
use gpon::{Field, OpticalModule, PonPort, PonStatus, Uplink};
use tokio::time::Instant;

use crate::firmware::if_mib::{INTERFACES, Interface};
use crate::firmware::{Cell, Firmware, PortTable};
use crate::index::Rows;
use crate::reach::{Inner, Problems, oid, parse_name, pon_of, table};
use crate::snmp::walk::{Scope, Start};
use crate::{Trouble, value};

/// Optical modules of all ports of the chassis, by slot and port.
async fn modules(
    olt: &Inner,
    firmware: &Firmware,
    places: &[(u8, u8)],
    deadline: Instant,
    problems: &mut Problems,
) -> Result<BTreeMap<(u8, u8), OpticalModule>, Trouble> {
    for PortTable { index, cells } in firmware.modules {
        let starts: Vec<Start<'_>> =
            cells.iter().map(|cell| Start { column: cell.column, prefix: &[], rows: Rows::PORTS }).collect();
        let columns = olt.snmp.columns(&starts, Scope::default(), None, deadline).await;
        if columns
            .iter()
            .all(|column| column.rows.is_empty() && column.end == crate::snmp::walk::End::Complete)
        {
            continue;
        }
        let by_index: BTreeMap<u32, (u8, u8)> =
            places.iter().map(|(slot, port)| (index.encode(*slot, *port), (*slot, *port))).collect();
        let mut modules = BTreeMap::new();
        for (cell, column) in cells.iter().zip(columns) {
            problems.ended(Field::Optical, &column.end);
            if column.rows.is_empty() && column.end == crate::snmp::walk::End::Complete {
                // Other columns have rows, so that this one is not there.
                problems.unsupported(cell.field);
            }
            for (row, value) in column.rows {
                let Some(place) = row.first().and_then(|row| by_index.get(row)) else { continue };
                let module = modules.entry(*place).or_insert_with(OpticalModule::default);
                if let Err(reason) = (cell.set)(module, &value) {
                    problems.odd(cell.field, format!("port 1/{}/{}: {reason}", place.0, place.1));
                }
            }
        }
        modules.retain(|_, module| *module != OpticalModule::default());
        return Ok(modules);
    }
    problems.unsupported(Field::Optical);
    Ok(BTreeMap::new())
}

async fn interfaces(
    olt: &Inner,
    deadline: Instant,
    problems: &mut Problems,
) -> Result<Vec<Interface>, Trouble> {
    let rows = table(olt, &INTERFACES, &[], Scope::default(), deadline, problems).await?;
    Ok(rows.into_values().collect())
}

pub(crate) async fn pon_ports(
    olt: &Inner,
    firmware: &Firmware,
    deadline: Instant,
) -> Result<(Vec<PonStatus>, Problems), Trouble> {
    let mut problems = Problems::default();
    let rows = interfaces(olt, deadline, &mut problems).await?;
    let ports: BTreeMap<PonPort, Interface> =
        rows.into_iter().filter_map(|row| Some((pon_of(&row.name)?, row))).collect();
    let places: Vec<_> = ports.keys().map(|pon| (pon.slot(), pon.port())).collect();
    let mut modules = modules(olt, firmware, &places, deadline, &mut problems).await?;
    let status = |(pon, row): (PonPort, Interface)| {
        let optical = modules.remove(&(pon.slot(), pon.port()));
        pon_status(pon, row, optical)
    };
    Ok((ports.into_iter().map(status).collect(), problems))
}

fn pon_status(pon: PonPort, row: Interface, optical: Option<OpticalModule>) -> PonStatus {
    PonStatus {
        pon,
        admin: row.admin,
        oper: row.oper,
        rx_octets: row.rx_octets,
        tx_octets: row.tx_octets,
        optical,
        capacity: None,
    }
}

/// One PON port, by exact names: one request, or two where the first table of modules is absent.
pub(crate) async fn pon_port(
    olt: &Inner,
    firmware: &Firmware,
    pon: PonPort,
    row: u32,
    deadline: Instant,
) -> Result<(PonStatus, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut interface = Interface::default();
    let mut module = OpticalModule::default();
    let mut tables = firmware.modules.iter();
    let first = tables.next();
    let cells = &INTERFACES.cells[1..];
    let mut names: Vec<_> = cells.iter().map(|cell| oid(cell.column, &[row])).collect();
    if let Some(PortTable { index, cells }) = first {
        names.extend(cells.iter().map(|cell| oid(cell.column, &[index.of(pon)])));
    }
    names.extend(firmware.capacity.map(|(column, index)| oid(column, &[index.of(pon)])));
    let mut values = olt.snmp.get(&names, deadline).await?;
    let capacity = firmware.capacity.and_then(|_| values.pop()).filter(|value| !value.is_exception());
    let capacity = capacity.map_or(Ok(None), |value| value::number(&value));
    let (of_interface, of_module) = values.split_at(cells.len());
    put(cells, of_interface, &mut interface, pon, &mut problems);
    let mut found = put(first.map_or(&[], |table| table.cells), of_module, &mut module, pon, &mut problems);
    for PortTable { index, cells } in tables {
        if found {
            break;
        }
        let names: Vec<_> = cells.iter().map(|cell| oid(cell.column, &[index.of(pon)])).collect();
        let values = olt.snmp.get(&names, deadline).await?;
        found = put(cells, &values, &mut module, pon, &mut problems);
    }
    if !found {
        problems.unsupported(Field::Optical);
    }
    let optical = (module != OpticalModule::default()).then_some(module);
    let capacity = match capacity {
        Ok(None) => {
            problems.unsupported(Field::Capacity);
            None
        }
        Ok(capacity) => capacity,
        Err(reason) => {
            problems.odd(Field::Capacity, format!("PON {pon}: {reason}"));
            None
        }
    };
    Ok((PonStatus { capacity, ..pon_status(pon, interface, optical) }, problems))
}

/// Puts what was answered into the row; says whether anything was.
fn put<T>(cells: &[Cell<T>], values: &[Value], row: &mut T, pon: PonPort, problems: &mut Problems) -> bool {
    let mut any = false;
    for (cell, value) in cells.iter().zip(values) {
        if value.is_exception() {
            continue;
        }
        any = true;
        if let Err(reason) = (cell.set)(row, value) {
            problems.odd(cell.field, format!("PON {pon}: {reason}"));
        }
    }
    any
}

pub(crate) async fn uplinks(
    olt: &Inner,
    firmware: &Firmware,
    deadline: Instant,
) -> Result<(Vec<Uplink>, Problems), Trouble> {
    let mut problems = Problems::default();
    let rows = interfaces(olt, deadline, &mut problems).await?;
    if rows.iter().all(|row| row.name.is_empty()) {
        // Every OLT has interfaces: without their names nobody knows which are uplinks.
        return Err(Trouble::Unsupported("interfaces"));
    }
    let uplinks: Vec<((u8, u8), Interface)> = rows
        .into_iter()
        .filter_map(|row| match parse_name(&row.name)? {
            ("gei" | "xgei", slot, port) => Some(((slot, port), row)),
            _ => None,
        })
        .collect();
    let places: Vec<_> = uplinks.iter().map(|(place, _)| *place).collect();
    let modules = modules(olt, firmware, &places, deadline, &mut problems).await?;
    let uplink = |(place, row): ((u8, u8), Interface)| Uplink {
        name: row.name,
        admin: row.admin,
        oper: row.oper,
        speed_mbps: row.speed_mbps,
        rx_octets: row.rx_octets,
        tx_octets: row.tx_octets,
        optical: modules.get(&place).copied(),
    };
    Ok((uplinks.into_iter().map(uplink).collect(), problems))
}
