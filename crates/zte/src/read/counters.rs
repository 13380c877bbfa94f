//! Counters of PON ports and ONUs.

use std::collections::BTreeMap;

use async_snmp::Value;
use gpon::{Field, OnuId, OnuRef, PonPort, Traffic};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::if_mib::{CARRIED, Carried};
use crate::firmware::{Cell, CounterTable, Firmware};
use crate::index::Rows;
use crate::rates::Counted;
use crate::reach::{Inner, PortMap, Problems, oid, table};
use crate::snmp::walk::{Scope, Start};

/// What a PON port has carried: one request.
pub(crate) async fn of_port(
    olt: &Inner,
    pon: PonPort,
    row: u32,
    deadline: Instant,
) -> Result<(Traffic, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut carried = Carried::default();
    let names: Vec<_> = CARRIED.cells.iter().map(|cell| oid(cell.column, &[row])).collect();
    let values = olt.snmp.get(&names, deadline).await?;
    put(CARRIED.cells, &values, &mut carried, &mut problems);
    let mut traffic = Traffic::from(carried);
    if traffic == Traffic::default() {
        problems.unsupported(Field::Statistics);
    }
    olt.rates.rate(Counted::Pon(pon), &mut traffic, Instant::now());
    Ok((traffic, problems))
}

/// What every PON port has carried: one walk.
pub(crate) async fn of_ports(
    olt: &Inner,
    ports: &PortMap,
    deadline: Instant,
) -> Result<(BTreeMap<PonPort, Traffic>, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut rows = table(olt, &CARRIED, &[], Scope::default(), deadline, &mut problems).await?;
    let now = Instant::now();
    let mut of_ports = BTreeMap::new();
    for (pon, row) in &ports.pons {
        let Some(carried) = rows.remove([*row].as_slice()) else { continue };
        let mut traffic = Traffic::from(carried);
        olt.rates.rate(Counted::Pon(*pon), &mut traffic, now);
        of_ports.insert(*pon, traffic);
    }
    Ok((of_ports, problems))
}

/// Puts what was answered into the row.
fn put<T>(cells: &[Cell<T>], values: &[Value], row: &mut T, problems: &mut Problems) {
    for (cell, value) in cells.iter().zip(values).filter(|(_, value)| !value.is_exception()) {
        if let Err(reason) = (cell.set)(row, value) {
            problems.odd(cell.field, reason);
        }
    }
}

/// The first configured table of ONU counters that the device has. What it does
/// not count is noted.
async fn onu_table(
    olt: &Inner,
    firmware: &'static Firmware,
    deadline: Instant,
    problems: &mut Problems,
) -> Result<Option<&'static CounterTable>, Trouble> {
    let of_source = |source| firmware.onu_counters.iter().find(|table| table.source == source);
    let tables: Vec<_> = olt.snmp.onu_counters().iter().filter_map(|source| of_source(*source)).collect();
    let columns: Vec<_> = tables.iter().flat_map(|table| table.cells).map(|cell| cell.column).collect();
    olt.memory.probe_columns(&olt.snmp, &columns, deadline).await?;
    let has = |table: &&&CounterTable| table.cells.iter().any(|cell| olt.memory.is_present(cell.column));
    let Some(found) = tables.iter().find(has) else {
        problems.unsupported(Field::Statistics);
        return Ok(None);
    };
    for field in [Field::RxPackets, Field::RxBytes, Field::TxPackets, Field::TxBytes] {
        let counts = |cell: &Cell<Traffic>| cell.field == field && olt.memory.is_present(cell.column);
        if !found.cells.iter().any(counts) {
            problems.unsupported(field);
        }
    }
    Ok(Some(found))
}

/// What one ONU has carried: one request, and a second one before it while it
/// is not known yet which tables the device has.
pub(crate) async fn of_onu(
    olt: &Inner,
    firmware: &'static Firmware,
    at: OnuRef,
    deadline: Instant,
) -> Result<(Traffic, Problems), Trouble> {
    let (mut traffic, mut problems) = (Traffic::default(), Problems::default());
    let Some(table) = onu_table(olt, firmware, deadline, &mut problems).await? else {
        return Ok((traffic, problems));
    };
    let index = [table.index.of(at.pon), u32::from(at.id.get())];
    let names: Vec<_> = table.cells.iter().map(|cell| oid(cell.column, &index)).collect();
    let values = olt.snmp.get(&names, deadline).await?;
    put(table.cells, &values, &mut traffic, &mut problems);
    olt.rates.rate(Counted::Onu(at), &mut traffic, Instant::now());
    Ok((traffic, problems))
}

/// What the ONUs of a PON have carried: one walk.
pub(crate) async fn of_onus(
    olt: &Inner,
    firmware: &'static Firmware,
    pon: PonPort,
    deadline: Instant,
) -> Result<(BTreeMap<OnuId, Traffic>, Problems), Trouble> {
    let mut problems = Problems::default();
    let mut onus: BTreeMap<OnuId, Traffic> = BTreeMap::new();
    let Some(table) = onu_table(olt, firmware, deadline, &mut problems).await? else {
        return Ok((onus, problems));
    };
    let prefix = [table.index.of(pon)];
    let starts: Vec<Start<'_>> = table
        .cells
        .iter()
        .map(|cell| Start { column: cell.column, prefix: &prefix, rows: Rows::of_onus(0) })
        .collect();
    let all = Scope { after: None, last: Some(u32::from(OnuId::MAX)) };
    let columns = olt.snmp.columns(&starts, all, None, deadline).await;
    for (cell, column) in table.cells.iter().zip(columns) {
        problems.ended(cell.field, &column.end);
        for (index, value) in column.rows {
            let Some(at) = crate::index::decode_onu(table.index, &index) else { continue };
            if let Err(reason) = (cell.set)(onus.entry(at.id).or_default(), &value) {
                problems.odd(cell.field, format!("ONU {at}: {reason}"));
            }
        }
    }
    let now = Instant::now();
    for (id, traffic) in &mut onus {
        olt.rates.rate(Counted::Onu(OnuRef { pon, id: *id }), traffic, now);
    }
    Ok((onus, problems))
}
