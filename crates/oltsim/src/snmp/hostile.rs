//! What a broken or hostile agent answers, by order of a fault.

use super::codec::Answer;
use super::{Oid, Value};
use crate::fault::{Booting, Endless};

/// The system group, below which stand sysDescr and its like.
const SYSTEM: [u32; 7] = [1, 3, 6, 1, 2, 1, 1];

/// snmpSetSerialNo: an object of every agent that stands behind all tables of ours.
const FAR_AHEAD: [u32; 11] = [1, 3, 6, 1, 6, 3, 1, 1, 6, 1, 0];

/// An index does not grow longer than an OID may (RFC 3416: 128 numbers).
const DEEPEST: usize = 100;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Spoil {
    /// What is not there yet.
    pub(crate) booting: Option<Booting>,
    /// Columns go on behind their last row.
    pub(crate) endless: Option<Endless>,
    /// A GETBULK jumps out of its column and back.
    pub(crate) jumps: bool,
    /// A GETBULK says a row twice and leaves the one after it out.
    pub(crate) repeats: bool,
}

impl Spoil {
    /// Whether an OLT that has just booted does not show this object yet.
    pub(super) fn hides(self, name: &[u32]) -> bool {
        match self.booting {
            None => false,
            Some(Booting::All) => true,
            Some(Booting::System) => name.starts_with(&SYSTEM),
            Some(Booting::Trees) => !name.starts_with(&SYSTEM),
        }
    }

    /// Spoils a GETBULK of `columns` names behind the first `once` bindings: the
    /// middle row, so that right ones of the same column follow it.
    pub(super) fn spoil_bulk(self, answers: &mut [(Oid, Answer)], once: usize, columns: usize) {
        let Some(rows) = answers.get_mut(once..) else { return };
        let count = rows.len().checked_div(columns).unwrap_or(0);
        if count < 3 {
            return;
        }
        let middle = count / 2 * columns;
        if self.repeats && middle >= columns {
            let (before, after) = rows.split_at_mut(middle);
            if let (Some(said), Some(again)) = (before.get(middle - columns), after.first_mut()) {
                again.clone_from(said);
            }
        }
        if self.jumps
            && let Some(row) = rows.get_mut(middle)
        {
            *row = (FAR_AHEAD.to_vec(), Answer::Value(Value::Integer(0)));
        }
    }
}

/// The index that an endless column has after `index`; the table's own have `own` numbers.
pub(super) fn beyond(index: &[u32], own: usize, endless: Endless) -> Oid {
    let mut next = index.to_vec();
    if next.len() < own {
        // Before any row that there could be: the first of them.
        next.resize(own, 1);
        return next;
    }
    match endless {
        Endless::Rows => {}
        // Rows that have one number more than the table's own, and then ever more.
        Endless::Deeper if next.len() == own || next.last() >= Some(&3) && next.len() < DEEPEST => {
            next.push(1);
            return next;
        }
        Endless::Deeper => {}
    }
    raise(&mut next);
    next
}

/// The index after `index`, as a table of ONUs would have it: behind ONU 128 follow
/// those of the next port.
fn raise(index: &mut [u32]) {
    let Some((last, before)) = index.split_last_mut() else { return };
    match before.split_last_mut() {
        Some((port, _)) if *last >= 128 && *port < u32::MAX - 256 => {
            // Encoding A counts ports by 256 (fact sheet, SNMP §2.1).
            *port += if (0x1000_0000..0x1100_0000).contains(port) { 256 } else { 1 };
            *last = 1;
        }
        _ => *last = last.saturating_add(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_go_on_behind_the_last_port() {
        assert_eq!(beyond(&[285_278_465, 128], 2, Endless::Rows), [285_278_466, 1]);
        assert_eq!(beyond(&[268_501_248, 128], 2, Endless::Rows), [268_501_504, 1]);
        assert_eq!(beyond(&[7], 1, Endless::Rows), [8]);
        assert_eq!(beyond(&[], 2, Endless::Rows), [1, 1]);
        assert_eq!(beyond(&[5, 9], 2, Endless::Deeper), [5, 9, 1]);
        assert_eq!(beyond(&[5, 9, 1], 2, Endless::Deeper), [5, 9, 2]);
        assert_eq!(beyond(&[5, 9, 3], 2, Endless::Deeper), [5, 9, 3, 1]);
    }

    proptest! {
        #[test]
        fn an_endless_column_never_goes_back(
            index in prop::collection::vec(0u32..300, 0..6),
            own in 1usize..4,
            deeper: bool,
        ) {
            let endless = if deeper { Endless::Deeper } else { Endless::Rows };
            let mut last = index;
            for _ in 0..1000 {
                let next = beyond(&last, own, endless);
                prop_assert!(next > last && next.len() <= DEEPEST + 6, "{next:?} after {last:?}");
                last = next;
            }
        }
    }
}
