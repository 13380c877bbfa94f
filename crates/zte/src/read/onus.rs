//! The ONUs of a PON and of the whole OLT.

use std::collections::BTreeMap;

use gpon::{Field, NamedBy, Onu, OnuId, OnuState, PonPort};
use tokio::time::Instant;

use crate::Trouble;
use crate::firmware::{Firmware, OnuField, OnuSource};
use crate::index::{PonIndex, Rows};
use crate::reach::{Inner, Problems, Told, oid};
use crate::read::naming::{NAMELESS, Silence, silence};
use crate::read::sound;
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
    /// Serial, phase and what a monitor shows.
    Monitor,
    /// Phase alone.
    Count,
}

impl Depth {
    fn fields(self, firmware: &Firmware) -> Vec<&'static OnuField> {
        let mut fields = match self {
            Self::List | Self::Whole => firmware.management.to_vec(),
            Self::Monitor => vec![firmware.name, firmware.serial],
            Self::Count => vec![firmware.name],
        };
        fields.push(firmware.state);
        match self {
            Self::List => fields.extend(firmware.list),
            Self::Whole => {
                fields.extend(firmware.list.iter().chain(firmware.whole));
                fields.push(firmware.distance);
            }
            Self::Monitor => fields.extend(firmware.monitored),
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

/// Reads the ONUs of one PON from the tables.
///
/// # Errors
/// [`Trouble::Unsupported`] where no table of the OLT names any ONU, so that
/// none here means nothing; and when nothing could be read.
pub(crate) async fn of_pon(
    olt: &Inner,
    firmware: &'static Firmware,
    pon: PonPort,
    depth: Depth,
    deadline: Instant,
) -> Told<Vec<Onu>> {
    let mut reader =
        Reader { olt, firmware, pon, deadline, onus: BTreeMap::new(), problems: Problems::default() };
    let fields = depth.fields(firmware);
    let highest = matches!(depth, Depth::List | Depth::Monitor).then(|| olt.memory.highest(pon));
    if reader.managed(&fields, highest, None).await? == 0 {
        reader.named_elsewhere(&fields).await?;
    }
    olt.memory.remember_highest(pon, reader.onus.keys().next_back().copied());
    let Reader { mut onus, mut problems, .. } = reader;
    for onu in onus.values_mut() {
        sound::settle(onu, olt.max_distance_m, &mut problems);
    }
    Ok((onus.into_values().collect(), problems))
}

impl Reader<'_> {
    fn start<'s>(&self, source: &'s OnuSource, prefix: &'s mut Vec<u32>) -> Start<'s> {
        *prefix = vec![source.index.of(self.pon)];
        Start { column: source.column, prefix, rows: Rows::of_onus(source.tail.len()) }
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
                    self.problems.odd(Field::OnuId, format!("a row with the index {}", oid(&[], index)));
                    continue;
                };
                let onu = Onu::unknown(at, NamedBy::Management);
                self.onus.entry(u32::from(at.id.get())).or_insert(onu);
            }
        }
        let whole = columns.iter().any(|(_, column)| column.end == End::Complete);
        let failure = columns.iter().find_map(|(_, column)| match &column.end {
            End::Failed(trouble) => Some(trouble.clone()),
            End::Complete => None,
        });
        match failure {
            Some(trouble) if !whole && self.onus.is_empty() => return Err(trouble),
            Some(trouble) if !whole => self.problems.failed(Field::OnuId, trouble.to_string()),
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
        let of_state = (self.firmware.state, NamedBy::State);
        let naming: Vec<(&'static OnuField, NamedBy)> = [&[of_state], self.firmware.lit].concat();
        let others: Vec<&'static OnuSource> = management
            .sources
            .iter()
            .filter(|source| Some(source.column) != first)
            .chain(naming.iter().flat_map(|(field, _)| field.sources))
            .filter(|source| !self.olt.memory.is_absent(source.column))
            .collect();
        let here = self.present_here(&others).await?;
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
        if here.is_empty() {
            return self.nobody().await;
        }
        let read: Vec<(&'static OnuField, NamedBy, &'static OnuSource)> = naming
            .iter()
            .filter_map(|(field, by)| {
                let source = field.sources.iter().find(|one| here.iter().any(|other| same(one, other)))?;
                Some((*field, *by, source))
            })
            .collect();
        let sources: Vec<&OnuSource> = read.iter().map(|(.., source)| *source).collect();
        let columns = self.walk(&sources, None).await;
        for ((_, named_by, source), column) in read.iter().zip(&columns) {
            for (index, _) in &column.rows {
                let [pon, id, tail @ ..] = index.as_slice() else { continue };
                let at = crate::index::decode_onu(source.index, &[*pon, *id]);
                let Some(at) = at.filter(|_| tail == source.tail) else { continue };
                self.onus.entry(*id).or_insert_with(|| Onu::unknown(at, *named_by));
            }
        }
        // They name ONUs, so a failure hides some.
        let failed =
            columns.iter().find(|column| column.end != End::Complete).map(|column| column.end.clone());
        if let Some(end) = failed {
            self.problems.ended(Field::OnuId, &end);
        }
        // Whether it was asked for or not: it is there at no extra cost.
        for ((field, _, source), column) in read.iter().zip(columns) {
            self.fill(field, source, column);
        }
        for field in fields.iter().filter(|field| !read.iter().any(|(read, ..)| read.name == field.name)) {
            self.problems.unsupported(field.name);
        }
        Ok(())
    }

    /// Which of these columns have a row on this PON: one request.
    async fn present_here(&self, sources: &[&'static OnuSource]) -> Result<Vec<&'static OnuSource>, Trouble> {
        let mut here = Vec::new();
        for some in sources.chunks(crate::snmp::walk::MAX_COLUMNS) {
            let names: Vec<_> =
                some.iter().map(|source| oid(source.column, &[source.index.of(self.pon)])).collect();
            let answer = self.olt.snmp.next(&names, self.deadline).await?;
            for ((source, name), binding) in some.iter().zip(&names).zip(&answer) {
                if binding.value.is_exception() || !binding.oid.arcs().starts_with(source.column) {
                    continue;
                }
                // A row of another PON shows that the device has the column.
                self.olt.memory.found(source.column, true);
                if binding.oid.starts_with(name) {
                    here.push(*source);
                }
            }
        }
        Ok(here)
    }

    /// No table names an ONU of this PON.
    async fn nobody(&mut self) -> Result<(), Trouble> {
        match silence(self.olt, self.firmware, self.deadline).await? {
            Silence::Empty => {}
            Silence::Unlit => {
                let reason = "only ONUs with light stand in the tables of this OLT: others may be registered";
                self.problems.uncertain(Field::OnuId, reason.to_owned());
            }
            Silence::Nameless => return Err(Trouble::Unsupported(NAMELESS)),
        }
        Ok(())
    }
}
