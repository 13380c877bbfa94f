//! Columns of ONUs that a list does not carry by itself.

use std::collections::BTreeMap;

use gpon::{NamedBy, Onu, OnuColumns, OnuId, OnuRef, PonPort, Problem};
use tokio::time::Instant;

use super::whole;
use crate::Trouble;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::index::Rows;
use crate::reach::{Inner, Problems, first_failure};
use crate::snmp::walk::{Column, End, Scope, Start};

/// Ids of a PON: the walk of a column ends at the highest.
const ALL_IDS: Scope = Scope { after: None, last: Some(OnuId::MAX as u32) };

/// Most sources that a field has: each round rules out one of each.
const ROUNDS: usize = 4;

/// The columns of one PON as they were read.
#[derive(Default)]
struct OfPon {
    onus: BTreeMap<OnuRef, Onu>,
    problems: Problems,
    /// The columns without a row, which were read to their end or are absent.
    empty: Vec<&'static OnuField>,
}

/// Reads these columns of the ONUs of these PONs, and nothing else of them: who
/// has a row is in the answer, which is not to say that others do not exist.
/// `Err` when nothing could be read.
pub(crate) async fn of_pons(
    olt: &Inner,
    firmware: &'static Firmware,
    pons: &[PonPort],
    columns: OnuColumns,
    deadline: Instant,
) -> Result<(Vec<Onu>, Problems), Trouble> {
    let fields: Vec<&'static OnuField> = columns.iter().filter_map(|column| firmware.field(column)).collect();
    let readings = whole::each(olt, pons.iter().copied(), |pon| of_pon(olt, &fields, pon, deadline)).await;
    let mut problems = Problems::default();
    let mut onus = Vec::new();
    let mut empty = vec![0; fields.len()];
    let mut failure = None;
    let mut failed = 0;
    for (pon, reading) in readings {
        // One PON names itself in the path of the question.
        let place = |reason: String| if pons.len() > 1 { format!("PON {pon}: {reason}") } else { reason };
        match reading {
            Ok(read) => {
                onus.extend(read.onus.into_values());
                for (count, field) in empty.iter_mut().zip(&fields) {
                    *count += usize::from(read.empty.iter().any(|other| other.name == field.name));
                }
                for problem in read.problems.0 {
                    match problem {
                        Problem::Failed { field, reason } => problems.failed(field, place(reason)),
                        Problem::Uncertain { field, reason } => problems.uncertain(field, place(reason)),
                        Problem::Odd { field, reason } => problems.odd(field, reason),
                        Problem::Unsupported { field } => problems.unsupported(field),
                    }
                }
            }
            Err(trouble) => {
                failed += 1;
                for field in &fields {
                    problems.failed(field.name, place(trouble.to_string()));
                }
                failure.get_or_insert(trouble);
            }
        }
    }
    for (field, empty) in fields.iter().zip(empty) {
        // A column that only some PONs leave empty is one that the device has.
        if empty == pons.len() {
            problems.unsupported(field.name);
        }
    }
    match failure {
        Some(trouble) if failed == pons.len() => Err(trouble),
        _ => {
            onus.sort_by_key(|onu| onu.at);
            Ok((onus, problems))
        }
    }
}

async fn of_pon(
    olt: &Inner,
    fields: &[&'static OnuField],
    pon: PonPort,
    deadline: Instant,
) -> Result<OfPon, Trouble> {
    let mut read = OfPon::default();
    let pick = |field: &&'static OnuField| (*field, olt.memory.pick(field));
    let mut wanted: Vec<(&'static OnuField, Option<&'static OnuSource>)> = fields.iter().map(pick).collect();
    for round in 0..ROUNDS {
        read.empty.extend(wanted.extract_if(.., |(_, source)| source.is_none()).map(|(field, _)| field));
        let picked: Vec<(&'static OnuField, &'static OnuSource)> =
            wanted.drain(..).filter_map(|(field, source)| Some((field, source?))).collect();
        if picked.is_empty() {
            break;
        }
        let columns = walk(olt, &picked, pon, deadline).await;
        if round == 0 {
            first_failure(columns.iter().map(|column| (column.rows.len(), &column.end)))?;
        }
        let mut missing = Vec::new();
        for ((field, source), column) in picked.into_iter().zip(columns) {
            match column.rows.is_empty() && column.end == End::Complete {
                true => missing.push((field, source)),
                false => read.fill(olt, field, source, column),
            }
        }
        // Absent from the device, so that the next best is read, or only empty here.
        let sources: Vec<_> = missing.iter().map(|(_, source)| *source).collect();
        if let Err(trouble) = olt.memory.probe(&olt.snmp, &sources, deadline).await {
            missing.iter().for_each(|(field, _)| read.problems.failed(field.name, trouble.to_string()));
            break;
        }
        wanted.extend(missing.into_iter().map(|(field, source)| {
            let next = olt.memory.pick(field).filter(|next| next.column != source.column);
            (field, next)
        }));
    }
    Ok(read)
}

async fn walk(
    olt: &Inner,
    picked: &[(&'static OnuField, &'static OnuSource)],
    pon: PonPort,
    deadline: Instant,
) -> Vec<Column<Trouble>> {
    let prefixes: Vec<[u32; 1]> = picked.iter().map(|(_, source)| [source.index.of(pon)]).collect();
    let starts: Vec<Start<'_>> = picked
        .iter()
        .zip(&prefixes)
        .map(|((_, source), prefix)| Start {
            column: source.column,
            prefix,
            rows: Rows::of_onus(source.tail.len()),
        })
        .collect();
    olt.snmp.columns(&starts, ALL_IDS, Some(olt.memory.highest(pon)), deadline).await
}

impl OfPon {
    fn fill(
        &mut self,
        olt: &Inner,
        field: &'static OnuField,
        source: &'static OnuSource,
        column: Column<Trouble>,
    ) {
        self.problems.ended(field.name, &column.end);
        if !column.rows.is_empty() {
            olt.memory.found(source.column, true);
        }
        for (index, value) in column.rows {
            let [_, _, tail @ ..] = index.as_slice() else { continue };
            let Some(at) = crate::index::decode_onu(source.index, &index).filter(|_| tail == source.tail)
            else {
                continue;
            };
            let onu = self.onus.entry(at).or_insert_with(|| Onu::unknown(at, NamedBy::State));
            if let Err(reason) = (source.set)(onu, &value) {
                self.problems.odd(field.name, format!("ONU {at}: {reason}"));
            }
        }
    }
}
