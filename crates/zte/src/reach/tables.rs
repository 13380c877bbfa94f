//! Tables of a firmware, read over SNMP into rows.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use async_snmp::Oid;
use gpon::Field;
use tokio::time::Instant;

use super::{Inner, Problems};
use crate::Trouble;
use crate::firmware::Table;
use crate::snmp::walk::{End, Scope, Start};

/// The name `column.index`.
pub(crate) fn oid(column: &[u32], index: &[u32]) -> Oid {
    Oid::new(column.iter().chain(index).copied())
}

/// Reads one table. `Err` when nothing could be read at all. A column without a
/// single row beside others that have some is one that the device does not have.
pub(crate) async fn table<T>(
    olt: &Inner,
    table: &Table<T>,
    prefix: &[u32],
    scope: Scope,
    deadline: Instant,
    problems: &mut Problems,
) -> Result<BTreeMap<Vec<u32>, T>, Trouble> {
    let starts: Vec<Start<'_>> =
        table.cells.iter().map(|cell| Start { column: cell.column, prefix, rows: table.rows }).collect();
    let mut rows = BTreeMap::new();
    let mut noted = Problems::default();
    let take = |number: usize, index: Vec<u32>, value| {
        let Some(cell) = table.cells.get(number) else { return };
        let mut row = match rows.entry(index) {
            Entry::Occupied(row) => row,
            Entry::Vacant(place) => match (table.row)(place.key()) {
                Some(row) => place.insert_entry(row),
                None => {
                    noted.odd(cell.field, format!("a row with the index {}", Oid::from_slice(place.key())));
                    return;
                }
            },
        };
        if let Err(reason) = (cell.set)(row.get_mut(), &value) {
            noted.odd(cell.field, format!("row {}: {reason}", Oid::from_slice(row.key())));
        }
    };
    let ends = olt.snmp.stream(&starts, scope, deadline, take).await;
    first_failure(ends.iter().map(|(rows, end)| (*rows, end)))?;
    let peopled = ends.iter().any(|(rows, _)| *rows > 0);
    // Some fields have two columns, of which one is enough.
    let told: Vec<Field> = std::iter::zip(table.cells, &ends)
        .filter(|(_, (rows, end))| *rows > 0 || *end != End::Complete)
        .map(|(cell, _)| cell.field)
        .collect();
    for (cell, (rows, end)) in table.cells.iter().zip(&ends) {
        problems.ended(cell.field, end);
        if *rows > 0 {
            olt.memory.found(cell.column, true);
        }
        if peopled && !told.contains(&cell.field) {
            problems.unsupported(cell.field);
        }
    }
    problems.append(noted);
    Ok(rows)
}

/// The trouble of the first column, when every column failed without a row.
pub(crate) fn first_failure<'a>(
    columns: impl Iterator<Item = (usize, &'a End<Trouble>)>,
) -> Result<(), Trouble> {
    let mut trouble = None;
    for (rows, end) in columns {
        match end {
            End::Failed(failure) if rows == 0 => trouble = trouble.or(Some(failure)),
            _ => return Ok(()),
        }
    }
    trouble.map_or(Ok(()), |trouble| Err(trouble.clone()))
}

/// Reads the first of `tables` that has rows. `None` when there is no table to read.
pub(crate) async fn first_of<T>(
    olt: &Inner,
    tables: &[Table<T>],
    deadline: Instant,
    problems: &mut Problems,
) -> Result<Vec<T>, Trouble> {
    for one in tables {
        let mut noted = Problems::default();
        let rows = table(olt, one, &[], Scope::default(), deadline, &mut noted).await?;
        if !rows.is_empty() || noted.is_partial() {
            problems.append(noted);
            return Ok(rows.into_values().collect());
        }
    }
    Ok(Vec::new())
}
