//! What readings are made of: which tables are asked, and how rows become nouns.

use std::collections::BTreeMap;

use async_snmp::Oid;
use gpon::Problem;
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::Table;
use crate::olt::Inner;
use crate::snmp::walk::{Column, End, Scope, Start};

pub(crate) mod bandwidth;
pub(crate) mod chassis;
pub(crate) mod counters;
pub(crate) mod identity;
pub(crate) mod onu;
pub(crate) mod onus;
pub(crate) mod ports;
pub(crate) mod services;
pub(crate) mod terminal;
pub(crate) mod watch;

/// Most oddities that a reading reports one by one; a device that sends
/// nonsense sends it a thousand times.
const MOST_ODDITIES: usize = 20;

/// The problems of a reading under way.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn odd(&mut self, field: &'static str, reason: String) {
        let oddities = self.0.iter().filter(|problem| matches!(problem, Problem::Odd { .. })).count();
        if oddities < MOST_ODDITIES {
            self.0.push(Problem::Odd { field, reason });
        }
    }

    pub(crate) fn unsupported(&mut self, field: &'static str) {
        let problem = Problem::Unsupported { field };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn failed(&mut self, field: &'static str, reason: String) {
        let problem = Problem::Failed { field, reason };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Whether nothing, or not all, is known of a field.
    pub(crate) fn lacks(&self, field: &str) -> bool {
        let lost = |problem: &Problem| problem.field() == field && !matches!(problem, Problem::Odd { .. });
        self.0.iter().any(lost)
    }

    /// Takes what the command line answered for fields that SNMP lacks: they are
    /// known now, or it is noted why not. A command that the device does not
    /// have leaves things as they were.
    pub(crate) fn told<T>(&mut self, fields: &[&'static str], answer: Result<T, Trouble>) -> Option<T> {
        match answer {
            Ok(rows) => {
                self.0.retain(|problem| {
                    !fields.contains(&problem.field()) || matches!(problem, Problem::Odd { .. })
                });
                Some(rows)
            }
            Err(Trouble::NoCli | Trouble::Refused { .. }) => None,
            Err(trouble) => {
                self.0.retain(|problem| {
                    !fields.contains(&problem.field()) || matches!(problem, Problem::Odd { .. })
                });
                fields.iter().for_each(|field| self.failed(field, trouble.to_string()));
                None
            }
        }
    }

    /// A field that the API calls otherwise where it shows one ONU.
    pub(crate) fn rename(&mut self, from: &str, to: &'static str) {
        for problem in &mut self.0 {
            let (Problem::Failed { field, .. } | Problem::Unsupported { field } | Problem::Odd { field, .. }) =
                problem;
            if *field == from {
                *field = to;
            }
        }
    }

    /// Notes how the reading of a column ended; says whether all of it was read.
    pub(crate) fn ended(&mut self, field: &'static str, end: &End<Trouble>) -> bool {
        match end {
            End::Complete => return true,
            End::NotAdvancing => self.failed(field, "the OLT repeated itself in a table".into()),
            End::Failed(trouble) => self.failed(field, trouble.to_string()),
        }
        false
    }
}

/// The name `column.index`.
pub(crate) fn oid(column: &[u32], index: &[u32]) -> Oid {
    Oid::new(column.iter().chain(index).copied())
}

/// Reads one table. `Err` when nothing could be read at all.
pub(crate) async fn table<T>(
    olt: &Inner,
    table: &Table<T>,
    prefix: &[u32],
    scope: Scope,
    deadline: Instant,
    problems: &mut Problems,
) -> Result<BTreeMap<Vec<u32>, T>, Trouble> {
    let starts: Vec<Start<'_>> =
        table.cells.iter().map(|cell| Start { column: cell.column, prefix }).collect();
    let columns = olt.snmp.columns(&starts, scope, None, deadline).await;
    let mut rows = BTreeMap::new();
    first_failure(&columns)?;
    for (cell, column) in table.cells.iter().zip(columns) {
        problems.ended(cell.field, &column.end);
        for (index, value) in column.rows {
            let row = match rows.entry(index) {
                std::collections::btree_map::Entry::Occupied(row) => row,
                std::collections::btree_map::Entry::Vacant(place) => match (table.row)(place.key()) {
                    Some(row) => place.insert_entry(row),
                    None => {
                        problems.odd(
                            cell.field,
                            format!("a row with the index {}", Oid::from_slice(place.key())),
                        );
                        continue;
                    }
                },
            };
            let index = Oid::from_slice(row.key());
            if let Err(reason) = (cell.set)(row.into_mut(), &value) {
                problems.odd(cell.field, format!("row {index}: {reason}"));
            }
        }
    }
    Ok(rows)
}

/// The trouble of the first column, when every column failed without a row.
fn first_failure(columns: &[Column<Trouble>]) -> Result<(), Trouble> {
    let mut trouble = None;
    for column in columns {
        match &column.end {
            End::Failed(failure) if column.rows.is_empty() => trouble = trouble.or(Some(failure)),
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
        if !rows.is_empty() || noted.0.iter().any(|problem| matches!(problem, Problem::Failed { .. })) {
            problems.0.extend(noted.0);
            return Ok(rows.into_values().collect());
        }
    }
    Ok(Vec::new())
}
