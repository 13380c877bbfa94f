//! What readings are made of: which tables are asked, and how rows become nouns.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use async_snmp::Oid;
use gpon::{Field, Problem};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::Table;
use crate::olt::Inner;
use crate::snmp::walk::{End, Scope, Start};

pub(crate) mod bandwidth;
pub(crate) mod chassis;
pub(crate) mod clock;
pub(crate) mod columns;
pub(crate) mod counters;
pub(crate) mod identity;
pub(crate) mod mac;
pub(crate) mod naming;
pub(crate) mod onu;
pub(crate) mod onus;
pub(crate) mod ports;
pub(crate) mod profiles;
pub(crate) mod roster;
pub(crate) mod services;
pub(crate) mod sides;
pub(crate) mod sound;
pub(crate) mod terminal;
pub(crate) mod unconfigured;
pub(crate) mod watch;
pub(crate) mod whole;

/// What was read, and what is missing from it or odd in it; or why there is nothing.
pub(crate) type Told<T> = Result<(T, Problems), Trouble>;

/// Most oddities that a reading reports one by one; a device that sends
/// nonsense sends it a thousand times.
const MOST_ODDITIES: usize = 20;

/// Longest reason of an oddity, in bytes; what it quotes may be a text of any length.
const LONGEST_REASON: usize = 300;

fn shortened(mut reason: String) -> String {
    if reason.len() > LONGEST_REASON {
        let end = (0..=LONGEST_REASON).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
        reason.truncate(end);
        reason.push_str("...");
    }
    reason
}

/// The problems of a reading under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn odd(&mut self, field: Field, reason: String) {
        let oddities = self.0.iter().filter(|problem| matches!(problem, Problem::Odd { .. })).count();
        if oddities < MOST_ODDITIES {
            self.0.push(Problem::Odd { field, reason: shortened(reason) });
        }
    }

    pub(crate) fn unsupported(&mut self, field: Field) {
        let problem = Problem::Unsupported { field };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn failed(&mut self, field: Field, reason: String) {
        let problem = Problem::Failed { field, reason };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn uncertain(&mut self, field: Field, reason: String) {
        let problem = Problem::Uncertain { field, reason };
        let noted = self.0.iter().filter(|problem| matches!(problem, Problem::Uncertain { .. })).count();
        if noted < MOST_ODDITIES && !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Whether nothing, or not all, is known of a field.
    pub(crate) fn lacks(&self, field: Field) -> bool {
        let lost = |problem: &Problem| problem.field() == field && !matches!(problem, Problem::Odd { .. });
        self.0.iter().any(lost)
    }

    /// Whether something may be there that was not read.
    pub(crate) fn is_partial(&self) -> bool {
        self.0.iter().any(|problem| problem.missing().is_some())
    }

    /// Why it is not known whether something exists that was not found; `None`
    /// where all was read in which it would be.
    pub(crate) fn hides(&self, what: &str) -> Option<Trouble> {
        let (_, reason) = self.0.iter().find_map(Problem::missing)?;
        Some(Trouble::UnexpectedReply(format!("whether there is {what} is not known: {reason}")))
    }

    /// Takes note of what else was noted.
    pub(crate) fn append(&mut self, other: Self) {
        for problem in other.0 {
            if !self.0.contains(&problem) {
                self.0.push(problem);
            }
        }
    }

    /// Forgets what is missing of these fields: it is known now.
    pub(crate) fn found(&mut self, fields: &[Field]) {
        self.0.retain(|problem| !fields.contains(&problem.field()) || matches!(problem, Problem::Odd { .. }));
    }

    /// Takes what the command line answered for fields that SNMP lacks: they are
    /// known now, or it is noted why not. A command that the device does not
    /// have leaves things as they were.
    pub(crate) fn told<T>(&mut self, fields: &[Field], answer: Result<T, Trouble>) -> Option<T> {
        match answer {
            Ok(rows) => {
                self.found(fields);
                Some(rows)
            }
            Err(Trouble::NoCli | Trouble::Refused { .. }) => None,
            Err(trouble) => {
                self.found(fields);
                fields.iter().for_each(|field| self.failed(*field, trouble.to_string()));
                None
            }
        }
    }

    /// A field that the API calls otherwise where it shows one ONU.
    pub(crate) fn rename(&mut self, from: Field, to: Field) {
        for problem in std::mem::take(&mut self.0) {
            self.0.push(if problem.field() == from { problem.about(to) } else { problem });
        }
    }

    /// Notes how the reading of a column ended; says whether all of it was read.
    pub(crate) fn ended(&mut self, field: Field, end: &End<Trouble>) -> bool {
        match end {
            End::Complete => return true,
            End::Failed(trouble) => self.failed(field, trouble.to_string()),
        }
        false
    }
}

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
fn first_failure<'a>(columns: impl Iterator<Item = (usize, &'a End<Trouble>)>) -> Result<(), Trouble> {
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
