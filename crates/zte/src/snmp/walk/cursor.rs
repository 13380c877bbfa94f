//! One column of a walk: how far it was read, and what an agent may not do there.

use async_snmp::{Oid, Value, VarBind};

use super::{End, Scope, Start};
use crate::Trouble;
use crate::index::Rows;

/// What an agent did that ends the reading of a column without an end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Breach {
    #[error("the OLT went back or repeated itself in a table")]
    WentBack,
    #[error("the OLT left out rows that it has shown elsewhere")]
    Jumped,
    #[error("the OLT shows a row with the number {0}, which no row of this table can have")]
    Number(u32),
    #[error("the OLT shows a row with an index of {0} numbers, which this table does not have")]
    Index(usize),
    #[error("the OLT shows more than {0} rows of a column, more than the largest chassis holds")]
    Rows(usize),
    #[error("the OLT shows more text in a table than the largest chassis holds")]
    Text,
}

impl Breach {
    pub(crate) fn trouble(self) -> Trouble {
        Trouble::UnexpectedReply(self.to_string())
    }
}

/// Where the device left a column: behind what, and for what, which is `None`
/// for the end of everything that it shows.
#[derive(Debug, Clone)]
pub(super) struct ColumnEnd {
    behind: Oid,
    to: Option<Oid>,
}

#[derive(Debug)]
pub(super) struct Cursor {
    /// Arcs of the column itself; row indexes begin behind them.
    pub(super) column: usize,
    pub(super) base: Oid,
    pub(super) at: Oid,
    pub(super) last: Option<u32>,
    /// The highest arc behind the prefix that a row can have.
    pub(super) highest: Option<u32>,
    pub(super) bounds: Rows,
    pub(super) rows: Vec<(Vec<u32>, Value)>,
    /// Rows read, those among them that were taken out already.
    pub(super) count: usize,
    pub(super) first: Option<Oid>,
    /// Where the device left it; twice where it was read in two halves.
    pub(super) ends: Vec<ColumnEnd>,
    pub(super) end: Option<End<Trouble>>,
}

impl Cursor {
    pub(super) fn new(start: &Start<'_>, scope: Scope) -> Self {
        let mut arcs = start.column.to_vec();
        arcs.extend(start.prefix);
        let base = Oid::from_slice(&arcs);
        arcs.extend(scope.after);
        Self {
            column: start.column.len(),
            base,
            at: Oid::new(arcs),
            last: scope.last,
            highest: scope.last.filter(|_| scope.after.is_none()),
            bounds: start.rows,
            rows: Vec::new(),
            count: 0,
            first: None,
            ends: Vec::new(),
            end: None,
        }
    }

    /// The arc behind the prefix that was read last.
    pub(super) fn reached(&self) -> Option<u32> {
        self.at.arcs().get(self.base.len()).copied()
    }

    pub(super) fn fail(&mut self, breach: Breach) {
        self.end = Some(End::Failed(breach.trouble()));
    }

    /// Takes the next row, or the end; says how much text it brought.
    pub(super) fn absorb(&mut self, binding: VarBind) -> usize {
        let VarBind { oid, value, .. } = binding;
        if value.is_exception() {
            let to = (!matches!(value, Value::EndOfMibView)).then(|| oid.max(self.at.clone()));
            self.ends.push(ColumnEnd { behind: self.at.clone(), to });
            self.end = Some(End::Complete);
            return 0;
        }
        if oid <= self.at {
            self.fail(Breach::WentBack);
            return 0;
        }
        let column = self.base.arcs().get(..self.column).unwrap_or_default();
        let index = oid.arcs().strip_prefix(column).unwrap_or_default();
        let (least, most) = self.bounds.arcs;
        if !index.is_empty() && !(least..=most).contains(&index.len()) {
            // Also where it leads out of the prefix: no row of this column is named so.
            self.fail(Breach::Index(index.len()));
            return 0;
        }
        if index.is_empty() || !oid.starts_with(&self.base) {
            self.ends.push(ColumnEnd { behind: self.at.clone(), to: Some(oid) });
            self.end = Some(End::Complete);
            return 0;
        }
        let arc = oid.arcs().get(self.base.len()).copied();
        if let Some(arc) = arc
            && self.highest.is_some_and(|highest| arc > highest)
        {
            self.fail(Breach::Number(arc));
        } else if arc.is_none() || self.last.is_some() && arc > self.last {
            self.ends.push(ColumnEnd { behind: self.at.clone(), to: Some(oid) });
            self.end = Some(End::Complete);
        } else if self.count >= self.bounds.most {
            self.fail(Breach::Rows(self.bounds.most));
        } else {
            let text =
                if let Value::OctetString(bytes) | Value::Opaque(bytes) = &value { bytes.len() } else { 0 };
            self.rows.push((index.to_vec(), value));
            self.count += 1;
            self.first.get_or_insert_with(|| oid.clone());
            self.at = oid;
            return text;
        }
        0
    }

    /// Whether the device left this column past a row that it has shown.
    pub(super) fn jumped(&self, shown: &Oid) -> bool {
        let past = |left: &ColumnEnd| *shown > left.behind && left.to.as_ref().is_none_or(|to| shown < to);
        self.ends.iter().any(past)
    }
}
