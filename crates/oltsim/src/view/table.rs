use std::sync::{Arc, PoisonError, RwLock};

use super::Subtree;
use crate::device::Device;
use crate::snmp::{Oid, Value};

/// The rows of a table: their indexes in order, and what each index means.
/// Tables with the same index share them, and see each change of them.
pub(crate) type Rows<K> = Arc<RwLock<Vec<(Oid, K)>>>;

/// One column: its number and how to read a cell. `None` is a row without this cell.
pub(crate) type Column<K> = (u32, fn(&Device, &K) -> Option<Value>);

/// A conceptual table, or a group of scalars (one row with index 0).
pub(crate) struct Table<K> {
    entry: Oid,
    columns: Vec<Column<K>>,
    rows: Rows<K>,
}

impl<K> Table<K> {
    /// The table whose entry is `entry`.
    pub(crate) fn new(entry: Oid, rows: &Rows<K>, columns: &[Column<K>]) -> Self {
        let mut columns = columns.to_vec();
        columns.sort_by_key(|column| column.0);
        Self { entry, columns, rows: Arc::clone(rows) }
    }

    /// Sorts rows into the order in which an agent walks them.
    pub(crate) fn rows(mut rows: Vec<(Oid, K)>) -> Rows<K> {
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        Arc::new(RwLock::new(rows))
    }

    fn first_at(
        &self,
        device: &Device,
        rows: &[(Oid, K)],
        column: usize,
        row: usize,
    ) -> Option<(Oid, Value)> {
        let mut row = row;
        for (number, cell) in self.columns.get(column..)? {
            for (index, key) in rows.get(row..).unwrap_or_default() {
                if let Some(value) = cell(device, key) {
                    let mut oid = Oid::with_capacity(self.entry.len() + 1 + index.len());
                    oid.extend_from_slice(&self.entry);
                    oid.push(*number);
                    oid.extend_from_slice(index);
                    return Some((oid, value));
                }
            }
            row = 0;
        }
        None
    }
}

impl<K: Send + Sync> Subtree for Table<K> {
    fn entry(&self) -> &[u32] {
        &self.entry
    }

    fn seek(&self, device: &Device, from: &[u32]) -> Option<(Oid, Value)> {
        let rows = self.rows.read().unwrap_or_else(PoisonError::into_inner);
        match from.strip_prefix(self.entry.as_slice()) {
            Some([wanted, index @ ..]) => {
                let column = self.columns.partition_point(|(number, _)| number < wanted);
                let inside = self.columns.get(column).is_some_and(|(number, _)| number == wanted);
                let row = if inside { rows.partition_point(|(own, _)| own.as_slice() < index) } else { 0 };
                self.first_at(device, &rows, column, row)
            }
            Some([]) => self.first_at(device, &rows, 0, 0),
            None if from < self.entry.as_slice() => self.first_at(device, &rows, 0, 0),
            None => None,
        }
    }

    fn column_of(&self, oid: &[u32]) -> Option<Oid> {
        let [wanted, ..] = oid.strip_prefix(self.entry.as_slice())? else { return None };
        self.columns
            .iter()
            .any(|(number, _)| number == wanted)
            .then(|| [&self.entry[..], &[*wanted]].concat())
    }

    fn has_column_of(&self, oid: &[u32]) -> bool {
        match oid.strip_prefix(self.entry.as_slice()) {
            Some([wanted, ..]) => self.columns.iter().any(|(number, _)| number == wanted),
            _ => false,
        }
    }

    fn remove_columns(&mut self, prefix: &[u32]) {
        if self.entry.starts_with(prefix) {
            self.columns.clear();
        } else if let Some([column]) = prefix.strip_prefix(self.entry.as_slice()) {
            self.columns.retain(|(number, _)| number != column);
        }
    }
}
