use crate::snmp::{Oid, Value};

/// A recorded walk, shown as it was recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording {
    rows: Vec<(Oid, Value)>,
}

impl Recording {
    /// The rows in any order; of two with one OID the first is kept.
    pub(crate) fn new(mut rows: Vec<(Oid, Value)>) -> Self {
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        rows.dedup_by(|later, first| later.0 == first.0);
        Self { rows }
    }

    pub(crate) fn seek(&self, from: &[u32]) -> Option<(Oid, Value)> {
        self.rows.get(self.rows.partition_point(|(oid, _)| oid.as_slice() < from)).cloned()
    }

    /// A recording does not say where a column ends and an index begins: an
    /// object counts as known when a sibling of its last arc was recorded.
    pub(crate) fn has_column_of(&self, oid: &[u32]) -> bool {
        let Some((_, parent)) = oid.split_last() else { return false };
        !parent.is_empty() && self.seek(parent).is_some_and(|(found, _)| found.starts_with(parent))
    }
}
