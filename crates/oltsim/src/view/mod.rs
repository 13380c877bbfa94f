//! What the agent shows: objects in strict lexicographic order, without a copy
//! of their values. Tables keep their sorted row indexes and compute a cell when
//! it is asked for, so that a request costs the same among a hundred rows and
//! among a hundred thousand.

mod recording;
mod table;

pub(crate) use recording::Recording;
pub(crate) use table::{Column, Rows, Table};

use crate::device::Device;
use crate::snmp::{Oid, Value, after};

/// A part of the tree: one table, or one group of scalars.
pub(crate) trait Subtree: Send + Sync {
    /// The OID below which its columns stand.
    fn entry(&self) -> &[u32];
    /// Its first object whose OID is `from` or comes after it.
    fn seek(&self, device: &Device, from: &[u32]) -> Option<(Oid, Value)>;
    /// The OID of the column that `oid` is or lies below.
    fn column_of(&self, oid: &[u32]) -> Option<Oid>;
    /// Whether `oid` lies below one of its columns.
    fn has_column_of(&self, oid: &[u32]) -> bool;
    /// Drops every column that stands below `prefix`.
    fn remove_columns(&mut self, prefix: &[u32]);
}

/// All subtrees of a device, less what the scenario takes away.
pub(crate) struct View {
    subtrees: Vec<Box<dyn Subtree>>,
    absent: Vec<Oid>,
}

impl View {
    /// A view of `subtrees` without anything below the prefixes `absent`.
    pub(crate) fn new(mut subtrees: Vec<Box<dyn Subtree>>, absent: &[Oid]) -> Self {
        for prefix in absent {
            for subtree in &mut subtrees {
                subtree.remove_columns(prefix);
            }
        }
        subtrees.sort_by(|a, b| a.entry().cmp(b.entry()));
        Self { subtrees, absent: absent.to_vec() }
    }

    /// The first object whose OID is `from` or comes after it.
    pub(crate) fn seek(&self, device: &Device, from: &[u32]) -> Option<(Oid, Value)> {
        let mut found = self.seek_anywhere(device, from)?;
        // Whole columns are gone already; what is left are single rows, and a
        // row can be hidden by one prefix at most `absent.len()` times in a row.
        while let Some(prefix) = self.absent.iter().find(|prefix| found.0.starts_with(prefix)) {
            found = self.seek_anywhere(device, &after(prefix)?)?;
        }
        Some(found)
    }

    fn seek_anywhere(&self, device: &Device, from: &[u32]) -> Option<(Oid, Value)> {
        let later = self.subtrees.partition_point(|subtree| subtree.entry() <= from);
        // The subtree before the first later one is the only earlier one that can
        // hold `from`: entries do not lie below each other's columns.
        self.subtrees.get(later.saturating_sub(1)..)?.iter().find_map(|subtree| subtree.seek(device, from))
    }

    /// The OID of the column that `oid` is or lies below.
    pub(crate) fn column_of(&self, oid: &[u32]) -> Option<Oid> {
        self.subtrees.iter().find_map(|subtree| subtree.column_of(oid))
    }

    /// Whether the column of `oid` exists, so that only its row is missing.
    pub(crate) fn has_column_of(&self, oid: &[u32]) -> bool {
        self.subtrees.iter().any(|subtree| subtree.has_column_of(oid))
    }
}
