//! The ONUs of a PON and of the whole OLT.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use gpon::{NamedBy, Onu, OnuId, OnuRef, OnuState, PonPort, Problem};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::index::PonIndex;
use crate::olt::Inner;
use crate::read::{Problems, oid};
use crate::snmp::walk::{Column, End, Scope, Start};

/// Ids of a PON: the walk of a column ends at the highest.
const ALL_IDS: Scope = Scope { after: None, last: Some(OnuId::MAX as u32) };

/// Which fields of each ONU to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Name, type, serial, phase and Rx.
    List,
    /// The same with description, Tx, OLT Rx and distance.
    Whole,
    /// Serial, phase and what is watched.
    Watched,
    /// Phase alone.
    Count,
}

impl Depth {
    fn fields(self, firmware: &Firmware) -> Vec<&'static OnuField> {
        let mut fields = match self {
            Self::List | Self::Whole => firmware.management.to_vec(),
            Self::Watched => vec![firmware.name, firmware.serial],
            Self::Count => vec![firmware.name],
        };
        fields.push(firmware.state);
        match self {
            Self::List => fields.extend(firmware.list),
            Self::Whole => {
                fields.extend(firmware.list.iter().chain(firmware.whole));
                fields.push(firmware.distance);
            }
            Self::Watched => fields.extend(firmware.watched),
            Self::Count => {}
        }
        fields
    }
}

/// A field, and its column as it was read; `None` where the device has no column for it.
type Read = (&'static OnuField, Option<(&'static OnuSource, Column<Trouble>)>);

struct Reader<'a> {
    olt: &'a Inner,
    firmware: &'static Firmware,
    pon: PonPort,
    deadline: Instant,
    onus: BTreeMap<u32, Onu>,
    problems: Problems,
}

/// Reads the ONUs of one PON. `Err` when nothing could be read.
pub(crate) async fn of_pon(
    olt: &Inner,
    firmware: &'static Firmware,
    pon: PonPort,
    depth: Depth,
    deadline: Instant,
) -> Result<(Vec<Onu>, Problems), Trouble> {
    let mut reader =
        Reader { olt, firmware, pon, deadline, onus: BTreeMap::new(), problems: Problems::default() };
    let fields = depth.fields(firmware);
    let highest = matches!(depth, Depth::List | Depth::Watched).then(|| olt.memory.highest(pon));
    if reader.managed(&fields, highest, None).await? == 0 {
        reader.named_elsewhere(&fields).await?;
    }
    olt.memory.remember_highest(pon, reader.onus.keys().next_back().copied());
    Ok((reader.onus.into_values().collect(), reader.problems))
}

impl Reader<'_> {
    fn start<'s>(&self, source: &'s OnuSource, prefix: &'s mut Vec<u32>) -> Start<'s> {
        *prefix = vec![source.index.of(self.pon)];
        Start { column: source.column, prefix }
    }

    async fn walk(&self, sources: &[&OnuSource], highest: Option<u32>) -> Vec<Column<Trouble>> {
        let mut prefixes = vec![Vec::new(); sources.len()];
        let starts: Vec<Start<'_>> =
            sources.iter().zip(&mut prefixes).map(|(source, prefix)| self.start(source, prefix)).collect();
        self.olt.snmp.columns(&starts, ALL_IDS, highest, self.deadline).await
    }

    /// Reads what the management table names, with all fields. Says how many
    /// ONUs there are. `tree` is the management table to read, else the best.
    async fn managed(
        &mut self,
        fields: &[&'static OnuField],
        highest: Option<u32>,
        tree: Option<PonIndex>,
    ) -> Result<usize, Trouble> {
        let manages = |field: &&&OnuField| self.firmware.management.iter().any(|one| one.name == field.name);
        let management = fields.iter().take_while(manages).count();
        let pick = |(number, field): (usize, &&'static OnuField)| {
            let of_tree = |tree| field.sources.iter().find(|source| source.index == tree);
            let told = tree.filter(|_| number < management).and_then(of_tree);
            (*field, told.or_else(|| self.olt.memory.pick(field)))
        };
        let picked: Vec<(&'static OnuField, Option<&'static OnuSource>)> =
            fields.iter().enumerate().map(pick).collect();
        let sources: Vec<&OnuSource> = picked.iter().filter_map(|(_, source)| *source).collect();
        let mut columns = self.walk(&sources, highest).await.into_iter();
        let read: Vec<Read> = picked
            .into_iter()
            .map(|(field, source)| (field, source.and_then(|source| Some((source, columns.next()?)))))
            .collect();
        self.name(&read[..management])?;
        if self.onus.is_empty() {
            return Ok(0);
        }
        let mut missing = Vec::new();
        for (field, column) in read {
            match column {
                Some((source, column)) if column.rows.is_empty() && column.end == End::Complete => {
                    missing.push((field, Some(source)));
                }
                Some((source, column)) => self.fill(field, source, column),
                None => missing.push((field, None)),
            }
        }
        self.fall_back(missing).await;
        Ok(self.onus.len())
    }

    /// Takes the ids of the management columns: each of them names every ONU, so
    /// one that was read whole is enough.
    fn name(&mut self, columns: &[Read]) -> Result<(), Trouble> {
        let columns: Vec<_> = columns.iter().filter_map(|(_, column)| column.as_ref()).collect();
        for (source, column) in &columns {
            for (index, _) in &column.rows {
                let Some(at) = crate::index::decode_onu(source.index, index) else {
                    self.problems.odd("onu_id", format!("a row with the index {}", oid(&[], index)));
                    continue;
                };
                let onu = Onu::unknown(at, NamedBy::Management);
                self.onus.entry(u32::from(at.id.get())).or_insert(onu);
            }
        }
        let whole = columns.iter().any(|(_, column)| column.end == End::Complete);
        let failure = columns.iter().find_map(|(_, column)| match &column.end {
            End::Failed(trouble) => Some(trouble.clone()),
            End::NotAdvancing => Some(Trouble::UnexpectedReply("the OLT repeated itself in a table".into())),
            End::Complete => None,
        });
        match failure {
            Some(trouble) if !whole && self.onus.is_empty() => return Err(trouble),
            Some(trouble) if !whole => self.problems.failed("onu_id", trouble.to_string()),
            _ => {}
        }
        Ok(())
    }

    fn fill(&mut self, field: &'static OnuField, source: &OnuSource, column: Column<Trouble>) {
        self.problems.ended(field.name, &column.end);
        if !column.rows.is_empty() {
            self.olt.memory.found(source.column, true);
        }
        for (index, value) in column.rows {
            // Only the management table names ONUs: a stray row elsewhere is no ONU.
            let [_, id, tail @ ..] = index.as_slice() else { continue };
            let Some(onu) = self.onus.get_mut(id).filter(|_| tail == source.tail) else { continue };
            if let Err(reason) = (source.set)(onu, &value) {
                self.problems.odd(field.name, format!("ONU {}: {reason}", onu.at));
            }
        }
    }

    /// Columns without a row on this PON: absent from the device, so that the
    /// next best is read, or only empty here.
    async fn fall_back(&mut self, mut missing: Vec<(&'static OnuField, Option<&'static OnuSource>)>) {
        // Each round rules out a source of each field, so there are no more rounds than sources.
        for _ in 0..4 {
            // Without the phases it is not known yet who should have a row.
            let phases = !missing.iter().any(|(field, _)| field.name == self.firmware.state.name);
            if phases && !self.onus.values().any(|onu| onu.state == Some(OnuState::Online)) {
                missing.retain(|(field, _)| {
                    if field.in_service {
                        self.problems.unsupported(field.name);
                    }
                    !field.in_service
                });
            }
            if missing.is_empty() {
                return;
            }
            let sources: Vec<&'static OnuSource> = missing.iter().filter_map(|(_, source)| *source).collect();
            if let Err(trouble) = self.olt.memory.probe(&self.olt.snmp, &sources, self.deadline).await {
                for (field, _) in missing {
                    self.problems.failed(field.name, trouble.to_string());
                }
                return;
            }
            let next: Vec<_> = missing
                .drain(..)
                .filter_map(|(field, source)| {
                    let better = self
                        .olt
                        .memory
                        .pick(field)
                        .filter(|next| Some(next.column) != source.map(|s| s.column));
                    if better.is_none() {
                        self.problems.unsupported(field.name);
                    }
                    Some((field, better?))
                })
                .collect();
            let sources: Vec<&OnuSource> = next.iter().map(|(_, source)| *source).collect();
            if sources.is_empty() {
                return;
            }
            for ((field, source), column) in next.into_iter().zip(self.walk(&sources, None).await) {
                if column.rows.is_empty() && column.end == End::Complete {
                    missing.push((field, Some(source)));
                } else {
                    self.fill(field, source, column);
                }
            }
        }
    }

    /// The management table is empty for this PON: an older one may hold it, and
    /// else other tables may name ONUs, of which then only that is known.
    async fn named_elsewhere(&mut self, fields: &[&'static OnuField]) -> Result<(), Trouble> {
        let management = self.firmware.management[0];
        let first = self.olt.memory.pick(management).map(|source| source.column);
        let others: Vec<&'static OnuSource> = management
            .sources
            .iter()
            .filter(|source| Some(source.column) != first)
            .chain(self.firmware.state.sources)
            .chain(self.firmware.distance.sources)
            .filter(|source| !self.olt.memory.is_absent(source.column))
            .collect();
        let names: Vec<_> =
            others.iter().map(|source| oid(source.column, &[source.index.of(self.pon)])).collect();
        if names.is_empty() {
            return Ok(());
        }
        let answer = self.olt.snmp.next(&names, self.deadline).await?;
        let here: Vec<&'static OnuSource> = others
            .iter()
            .zip(&answer)
            .filter(|(source, binding)| {
                let prefix = oid(source.column, &[source.index.of(self.pon)]);
                !binding.value.is_exception() && binding.oid.starts_with(&prefix)
            })
            .map(|(source, _)| *source)
            .collect();
        let same = |a: &OnuSource, b: &OnuSource| a.column == b.column;
        let held = here.iter().find(|source| management.sources.iter().any(|other| same(source, other)));
        if let Some(held) = held {
            // Learns whether the first choice is absent altogether, for the next reading.
            let first: Vec<_> =
                self.firmware.management.iter().filter_map(|field| self.olt.memory.pick(field)).collect();
            self.olt.memory.probe(&self.olt.snmp, &first, self.deadline).await?;
            self.managed(fields, None, Some(held.index)).await?;
            return Ok(());
        }
        for (field, named_by) in
            [(self.firmware.state, NamedBy::State), (self.firmware.distance, NamedBy::Distance)]
        {
            let Some(source) =
                here.iter().find(|source| field.sources.iter().any(|other| same(source, other)))
            else {
                continue;
            };
            let columns = self.walk(&[source], None).await;
            for column in columns {
                for (index, _) in &column.rows {
                    let Some(at) = crate::index::decode_onu(source.index, index) else { continue };
                    self.onus.entry(u32::from(at.id.get())).or_insert_with(|| Onu::unknown(at, named_by));
                }
                self.fill(field, source, column);
            }
        }
        if !self.onus.is_empty() {
            for field in fields.iter().filter(|field| {
                here.iter().all(|source| field.sources.iter().all(|other| !same(source, other)))
            }) {
                self.problems.unsupported(field.name);
            }
        }
        Ok(())
    }
}

/// Reads the ONUs of every PON, all PONs at once within the window.
pub(crate) async fn of_olt(
    olt: &Inner,
    firmware: &'static Firmware,
    (pons, depth): (&[PonPort], Depth),
    deadline: Instant,
) -> Result<(Vec<Onu>, Problems), Trouble> {
    let readings: FuturesUnordered<_> =
        pons.iter().map(async |pon| (*pon, of_pon(olt, firmware, *pon, depth, deadline).await)).collect();
    let readings: Vec<_> = readings.collect().await;
    let mut onus = Vec::new();
    let mut problems = Problems::default();
    let mut unsupported: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut peopled = 0;
    let mut failure = None;
    let all = readings.len();
    let mut failed = 0;
    for (pon, reading) in readings {
        match reading {
            Ok((found, noted)) => {
                peopled += usize::from(!found.is_empty());
                onus.extend(found);
                for problem in noted.0 {
                    match problem {
                        Problem::Unsupported { field } => *unsupported.entry(field).or_default() += 1,
                        Problem::Failed { field, reason } => {
                            problems.failed(field, format!("PON {pon}: {reason}"))
                        }
                        Problem::Odd { field, reason } => problems.odd(field, reason),
                    }
                }
            }
            Err(trouble) => {
                failed += 1;
                problems.failed("onus", format!("PON {pon}: {trouble}"));
                failure.get_or_insert(trouble);
            }
        }
    }
    // A column that only some PONs leave empty is one that the device has.
    unsupported.retain(|_, pons| *pons == peopled);
    unsupported.into_keys().for_each(|field| problems.unsupported(field));
    match failure {
        Some(trouble) if failed == all => Err(trouble),
        _ => {
            onus.sort_by_key(|onu| onu.at);
            Ok((onus, problems))
        }
    }
}

/// The ids that no table of the OLT uses on this PON. A table that cannot be
/// read whole is an error: a free id must not be a guess.
pub(crate) async fn free_ids(
    olt: &Inner,
    firmware: &'static Firmware,
    pon: PonPort,
    deadline: Instant,
) -> Result<Vec<OnuId>, Trouble> {
    let naming = [firmware.management[0], firmware.state, firmware.distance];
    let sources: Vec<&OnuSource> = naming.iter().flat_map(|field| field.sources).collect();
    let prefixes: Vec<[u32; 1]> = sources.iter().map(|source| [source.index.of(pon)]).collect();
    let starts: Vec<Start<'_>> = sources
        .iter()
        .zip(&prefixes)
        .map(|(source, prefix)| Start { column: source.column, prefix })
        .collect();
    let mut used = std::collections::BTreeSet::new();
    let columns = olt.snmp.columns(&starts, ALL_IDS, None, deadline).await;
    for (source, column) in sources.iter().zip(columns) {
        match column.end {
            End::Complete => {}
            End::Failed(trouble) => return Err(trouble),
            End::NotAdvancing => {
                return Err(Trouble::UnexpectedReply("the OLT repeated itself in a table".into()));
            }
        }
        let ids = column.rows.iter().filter_map(|(index, _)| crate::index::decode_onu(source.index, index));
        used.extend(ids.map(|OnuRef { id, .. }| id));
    }
    Ok(OnuId::all().filter(|id| !used.contains(id)).collect())
}
