//! The walk of several columns at once, without I/O: what to ask next, and what
//! an answer adds. Each column advances on its own, so that an answer cut in
//! mid-row, or a column with missing rows, wastes nothing.

use async_snmp::{Oid, Value, VarBind};

/// Most columns in one request: with more, not even a row fits an answer of
/// 1,472 bytes comfortably.
pub(crate) const MAX_COLUMNS: usize = 16;

/// One column to walk: its rows whose index begins with `prefix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start<'a> {
    pub(crate) column: &'a [u32],
    pub(crate) prefix: &'a [u32],
}

/// The part of the columns that a walk reads: the rows whose index continues,
/// behind the prefix, with an arc in `after+1 ..= last`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) after: Option<u32>,
    pub(crate) last: Option<u32>,
}

/// How the reading of a column ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End<F> {
    /// Every row of the scope was read.
    Complete,
    /// The device repeated or went back: what it said so far stands, the rest is unknown.
    NotAdvancing,
    /// A request failed.
    Failed(F),
}

/// What was read of one column: its rows in order, by the index behind the column.
#[derive(Debug, Clone)]
pub(crate) struct Column<F> {
    pub(crate) rows: Vec<(Vec<u32>, Value)>,
    pub(crate) end: End<F>,
}

#[derive(Debug)]
struct Cursor<F> {
    /// Arcs of the column itself; row indexes begin behind them.
    column: usize,
    base: Oid,
    at: Oid,
    last: Option<u32>,
    rows: Vec<(Vec<u32>, Value)>,
    end: Option<End<F>>,
}

impl<F> Cursor<F> {
    fn new(start: &Start<'_>, scope: Scope) -> Self {
        let mut arcs = start.column.to_vec();
        arcs.extend(start.prefix);
        let base = Oid::from_slice(&arcs);
        arcs.extend(scope.after);
        Self {
            column: start.column.len(),
            base,
            at: Oid::new(arcs),
            last: scope.last,
            rows: Vec::new(),
            end: None,
        }
    }

    /// The arc behind the prefix that was read last.
    fn reached(&self) -> Option<u32> {
        self.at.arcs().get(self.base.len()).copied()
    }

    fn absorb(&mut self, binding: VarBind) {
        let VarBind { oid, value, .. } = binding;
        let arc = oid.arcs().get(self.base.len()).copied();
        let in_scope =
            oid.starts_with(&self.base) && arc.is_some() && (self.last.is_none() || arc <= self.last);
        if value.is_exception() || !in_scope && oid > self.at {
            self.end = Some(End::Complete);
        } else if oid <= self.at {
            self.end = Some(End::NotAdvancing);
        } else {
            self.rows.push((oid.arcs()[self.column..].to_vec(), value));
            self.at = oid;
        }
    }
}

/// A walk under way.
#[derive(Debug)]
pub(crate) struct Walk<F> {
    cursors: Vec<Cursor<F>>,
}

impl<F: Clone> Walk<F> {
    pub(crate) fn new(starts: &[Start<'_>], scope: Scope) -> Self {
        Self { cursors: starts.iter().map(|start| Cursor::new(start, scope)).collect() }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.cursors.iter().all(|cursor| cursor.end.is_some())
    }

    /// The columns to ask for next, by number, at most `most`.
    fn active(&self, most: usize) -> impl Iterator<Item = usize> {
        let open = self.cursors.iter().enumerate().filter(|(_, cursor)| cursor.end.is_none());
        open.map(|(number, _)| number).take(most)
    }

    /// The names to ask behind, and the most rows that can still be missing
    /// where the scope has an end.
    pub(crate) fn ask(&self, most: usize) -> (Vec<Oid>, Option<u32>) {
        let mut missing = Some(0);
        let mut names = Vec::new();
        for number in self.active(most) {
            let cursor = &self.cursors[number];
            names.push(cursor.at.clone());
            let left = cursor.last.map(|last| last.saturating_sub(cursor.reached().unwrap_or(0)));
            missing = missing.zip(left).map(|(a, b)| a.max(b));
        }
        (names, missing)
    }

    /// Takes the answer to [`ask`](Self::ask) with the same `most`.
    pub(crate) fn absorb(&mut self, most: usize, answer: Vec<VarBind>) {
        let asked: Vec<usize> = self.active(most).collect();
        for (position, binding) in answer.into_iter().enumerate() {
            let cursor = &mut self.cursors[asked[position % asked.len()]];
            if cursor.end.is_none() {
                cursor.absorb(binding);
            }
        }
        for cursor in &mut self.cursors {
            // One row an id, as in every table that is read with an end: the
            // last id needs no further request to learn that nothing follows.
            if cursor.end.is_none() && cursor.last.is_some() && cursor.reached() >= cursor.last {
                cursor.end = Some(End::Complete);
            }
        }
    }

    /// Ends the column that stands at `position` of the last request.
    pub(crate) fn fail_one(&mut self, most: usize, position: usize, failure: F) -> bool {
        let Some(number) = self.active(most).nth(position) else { return false };
        self.cursors[number].end = Some(End::Failed(failure));
        true
    }

    /// Ends every column that is still open.
    pub(crate) fn fail(&mut self, failure: &F) {
        for cursor in &mut self.cursors {
            cursor.end.get_or_insert_with(|| End::Failed(failure.clone()));
        }
    }

    /// Cuts the rest of the walk in two at about the middle of what the ids up
    /// to `highest` leave: this walk keeps the lower half, the answer reads the upper.
    pub(crate) fn split(&mut self, highest: u32) -> Option<Self> {
        let open = self.cursors.iter().filter(|cursor| cursor.end.is_none());
        let reached = open.map(|cursor| cursor.reached().unwrap_or(0)).min()?;
        let middle = reached + highest.saturating_sub(reached) / 2;
        if middle <= reached {
            return None;
        }
        let mut upper = Vec::new();
        for cursor in &mut self.cursors {
            let beyond = cursor.reached().is_some_and(|arc| arc >= middle);
            let mut at = cursor.base.arcs().to_vec();
            at.push(middle);
            upper.push(Cursor {
                column: cursor.column,
                base: cursor.base.clone(),
                at: if beyond { cursor.at.clone() } else { Oid::new(at) },
                last: cursor.last,
                rows: Vec::new(),
                end: cursor.end.clone(),
            });
            if cursor.end.is_none() {
                cursor.last = Some(middle);
                if beyond {
                    cursor.end = Some(End::Complete);
                }
            }
        }
        Some(Self { cursors: upper })
    }

    /// Adds the rows of the upper half, as [`split`](Self::split) made it.
    pub(crate) fn join(&mut self, upper: Self) {
        for (cursor, upper) in self.cursors.iter_mut().zip(upper.cursors) {
            cursor.rows.extend(upper.rows);
            if matches!(cursor.end, None | Some(End::Complete)) {
                cursor.end = upper.end;
            }
        }
    }

    pub(crate) fn finish(self) -> Vec<Column<F>> {
        let columns = self.cursors.into_iter();
        columns.map(|c| Column { rows: c.rows, end: c.end.unwrap_or(End::Complete) }).collect()
    }
}

/// Walks an agent that answers with `arcs` in whatever order.
pub(crate) fn fuzz(arcs: &[u32]) {
    let starts = [[1, 3, 1], [1, 3, 2]];
    let starts = starts.each_ref().map(|column| Start { column, prefix: &[7] });
    let mut walk = Walk::<()>::new(&starts, Scope { after: None, last: Some(128) });
    for chunk in arcs.chunks(6) {
        if walk.is_done() {
            break;
        }
        let (names, _) = walk.ask(MAX_COLUMNS);
        let answer = chunk.iter().enumerate().map(|(i, arc)| {
            let mut name = names[i % names.len()].arcs().to_vec();
            name.push(*arc);
            VarBind::new(Oid::new(name), Value::Integer(0))
        });
        walk.absorb(MAX_COLUMNS, answer.collect());
    }
    let _ = walk.split(128);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const COLUMNS: [[u32; 2]; 3] = [[1, 1], [1, 2], [1, 3]];

    /// A table of three columns with gaps, and an agent that cuts its answers.
    fn agent(table: &BTreeMap<Vec<u32>, i32>, names: &[Oid], repetitions: usize, cut: usize) -> Vec<VarBind> {
        let mut at: Vec<Vec<u32>> = names.iter().map(|name| name.arcs().to_vec()).collect();
        let mut answer = Vec::new();
        for _ in 0..repetitions {
            for name in &mut at {
                let next =
                    table.range((std::ops::Bound::Excluded(name.clone()), std::ops::Bound::Unbounded)).next();
                answer.push(match next {
                    Some((found, value)) => {
                        *name = found.clone();
                        VarBind::new(Oid::from_slice(found), Value::Integer(*value))
                    }
                    None => VarBind::new(Oid::from_slice(name), Value::EndOfMibView),
                });
            }
        }
        answer.truncate(cut.max(1));
        answer
    }

    fn read(
        table: &BTreeMap<Vec<u32>, i32>,
        scope: Scope,
        cut: usize,
        split: bool,
    ) -> (Vec<Column<()>>, usize) {
        let starts = COLUMNS.each_ref().map(|column| Start { column, prefix: &[9] });
        let mut walk = Walk::new(&starts, scope);
        let mut upper = None;
        let mut requests = 0;
        for round in 0..2_000 {
            let current = if walk.is_done() { upper.as_mut() } else { Some(&mut walk) };
            let Some(current) = current.filter(|walk: &&mut Walk<()>| !walk.is_done()) else { break };
            let (names, missing) = current.ask(MAX_COLUMNS);
            current.absorb(MAX_COLUMNS, agent(table, &names, missing.unwrap_or(9).min(9) as usize, cut));
            requests += 1;
            if split && round == 0 && !walk.is_done() {
                upper = walk.split(128);
            }
        }
        if let Some(upper) = upper {
            walk.join(upper);
        }
        (walk.finish(), requests)
    }

    proptest! {
        #[test]
        fn reads_what_is_there(
            cells in prop::collection::btree_set((0usize..3, 8u32..11, 1u32..=128), 0..150),
            cut in 1usize..30,
            bounds in prop::option::of((0u32..60, 60u32..=128)),
            split: bool,
        ) {
            let table: BTreeMap<Vec<u32>, i32> = cells
                .iter()
                .map(|(column, pon, onu)| ([&COLUMNS[*column][..], &[*pon, *onu]].concat(), *onu as i32))
                .collect();
            let scope = bounds.map_or(Scope::default(), |(after, last)| Scope { after: Some(after), last: Some(last) });
            let (columns, _) = read(&table, scope, cut, split && bounds.is_none());
            for (number, column) in columns.iter().enumerate() {
                let (after, last) = bounds.unwrap_or((0, 128));
                let expected: Vec<Vec<u32>> = cells
                    .iter()
                    .filter(|(c, pon, onu)| *c == number && *pon == 9 && (after + 1..=last).contains(onu))
                    .map(|(_, pon, onu)| vec![*pon, *onu])
                    .collect();
                let rows: Vec<Vec<u32>> = column.rows.iter().map(|(index, _)| index.clone()).collect();
                prop_assert_eq!(rows, expected);
                prop_assert_eq!(&column.end, &End::Complete);
            }
        }

        #[test]
        fn a_device_that_repeats_itself_ends(arcs in prop::collection::vec(0u32..200, 0..300)) {
            super::fuzz(&arcs);
        }
    }

    #[test]
    fn going_back_is_not_absence() {
        let starts = [Start { column: &[1, 1], prefix: &[9] }];
        let mut walk = Walk::<()>::new(&starts, Scope::default());
        let row = |onu| VarBind::new(Oid::new([1, 1, 9, onu]), Value::Integer(1));
        walk.absorb(MAX_COLUMNS, vec![row(1), row(2), row(2)]);
        let columns = walk.finish();
        assert_eq!(columns[0].rows.len(), 2);
        assert_eq!(columns[0].end, End::NotAdvancing);
    }
}
