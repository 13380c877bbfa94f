//! The walk of several columns at once, without I/O: what to ask next, and what
//! an answer adds. Each column advances on its own, so that an answer cut in
//! mid-row, or a column with missing rows, wastes nothing. An agent that jumps,
//! repeats itself or has no end breaks the columns that it does so in: they have
//! failed, for "the column ended" would be a claim.

mod cursor;
#[cfg(test)]
mod tests;

use async_snmp::{Oid, Value, VarBind};

use crate::Trouble;
use crate::index::Rows;
pub(crate) use cursor::Breach;
use cursor::Cursor;

/// Most columns in one request: with more, not even a row fits an answer of
/// 1,472 bytes comfortably.
pub(crate) const MAX_COLUMNS: usize = 16;
/// Most text of one walk, in octets. The descriptions of the 32,768 service
/// ports of the largest chassis have about half of it.
const MOST_TEXT: usize = 2 << 20;

/// One column to walk: its rows whose index begins with `prefix`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start<'a> {
    pub(crate) column: &'a [u32],
    pub(crate) prefix: &'a [u32],
    /// How its rows are numbered, and how many there can be.
    pub(crate) rows: Rows,
}

/// The part of the columns that a walk reads: the rows whose index continues,
/// behind the prefix, with an arc in `after+1 ..= last`. Without `after`, no arc
/// above `last` can be.
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
    /// A request failed, or the device broke the column: what it said so far
    /// stands, the rest is unknown.
    Failed(F),
}

/// What was read of one column: its rows in order, by the index behind the column.
#[derive(Debug, Clone)]
pub(crate) struct Column<F> {
    pub(crate) rows: Vec<(Vec<u32>, Value)>,
    pub(crate) end: End<F>,
}

/// A walk under way.
#[derive(Debug)]
pub(crate) struct Walk {
    cursors: Vec<Cursor>,
    text: usize,
}

impl Walk {
    pub(crate) fn new(starts: &[Start<'_>], scope: Scope) -> Self {
        Self { cursors: starts.iter().map(|start| Cursor::new(start, scope)).collect(), text: 0 }
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
        if asked.is_empty() {
            return;
        }
        // What stands last in the answer for a column that it has left already:
        // it must not come back.
        let mut past: Vec<Option<Oid>> = vec![None; asked.len()];
        for (position, binding) in answer.into_iter().enumerate() {
            let place = position % asked.len();
            let cursor = &mut self.cursors[asked[place]];
            match (&cursor.end, &mut past[place]) {
                (None, _) => {
                    let to = binding.oid.clone();
                    self.text += cursor.absorb(binding);
                    if matches!(cursor.end, Some(End::Complete)) {
                        past[place] = Some(to);
                    }
                }
                (Some(End::Complete), Some(last)) if !binding.value.is_exception() => {
                    if binding.oid <= *last {
                        cursor.fail(Breach::WentBack);
                    } else {
                        *last = binding.oid;
                    }
                }
                _ => {}
            }
        }
        if self.text > MOST_TEXT {
            self.fail(&Breach::Text.trouble());
        }
        for cursor in &mut self.cursors {
            // One row an id, as in every table that is read with an end: the
            // last id needs no further request to learn that nothing follows.
            if cursor.end.is_none() && cursor.last.is_some() && cursor.reached() >= cursor.last {
                cursor.end = Some(End::Complete);
            }
        }
    }

    /// Takes out the rows read so far, each with the number of its column.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = (usize, Vec<u32>, Value)> {
        let cursors = self.cursors.iter_mut().enumerate();
        cursors.flat_map(|(number, cursor)| {
            cursor.rows.drain(..).map(move |(index, value)| (number, index, value))
        })
    }

    /// Ends the column that stands at `position` of the last request.
    pub(crate) fn fail_one(&mut self, most: usize, position: usize, failure: Trouble) -> bool {
        let Some(number) = self.active(most).nth(position) else { return false };
        self.cursors[number].end = Some(End::Failed(failure));
        true
    }

    /// Ends every column that is still open.
    pub(crate) fn fail(&mut self, failure: &Trouble) {
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
                highest: cursor.highest,
                bounds: cursor.bounds,
                rows: Vec::new(),
                count: cursor.count,
                first: None,
                ends: Vec::new(),
                end: cursor.end.clone(),
            });
            if cursor.end.is_none() {
                cursor.last = Some(middle);
                if beyond {
                    cursor.end = Some(End::Complete);
                }
            }
        }
        Some(Self { cursors: upper, text: self.text })
    }

    /// Adds the rows of the upper half, as [`split`](Self::split) made it.
    pub(crate) fn join(&mut self, upper: Self) {
        for (cursor, upper) in self.cursors.iter_mut().zip(upper.cursors) {
            if upper.first.as_ref().is_some_and(|first| cursor.jumped(first)) {
                cursor.fail(Breach::Jumped);
            }
            cursor.rows.extend(upper.rows);
            if upper.first.is_some() {
                cursor.at = upper.at;
            }
            cursor.ends.extend(upper.ends);
            if matches!(cursor.end, None | Some(End::Complete)) {
                cursor.end = upper.end;
            }
        }
    }

    pub(crate) fn finish(mut self) -> Vec<Column<Trouble>> {
        self.look_for_jumps();
        let columns = self.cursors.into_iter();
        columns.map(|c| Column { rows: c.rows, end: c.end.unwrap_or(End::Complete) }).collect()
    }

    /// An agent answers with what comes next of all that it shows. Where it went
    /// past a row that another column has shown, it left out that one, and
    /// nobody knows what else.
    fn look_for_jumps(&mut self) {
        let shown: Vec<Oid> = self
            .cursors
            .iter()
            .flat_map(|cursor| {
                cursor.first.iter().cloned().chain(cursor.first.as_ref().map(|_| cursor.at.clone()))
            })
            .collect();
        for cursor in &mut self.cursors {
            if matches!(cursor.end, Some(End::Complete)) && shown.iter().any(|shown| cursor.jumped(shown)) {
                cursor.fail(Breach::Jumped);
            }
        }
    }
}

/// Walks an agent that answers with `arcs` in whatever order.
pub(crate) fn fuzz(arcs: &[u32]) {
    let starts = [[1, 3, 1], [1, 3, 2]];
    let rows = Rows::of_onus(0);
    let starts = starts.each_ref().map(|column| Start { column, prefix: &[7], rows });
    let mut walk = Walk::new(&starts, Scope { after: None, last: Some(128) });
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
