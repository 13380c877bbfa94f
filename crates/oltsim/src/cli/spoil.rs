//! What a fault leaves of an answer.

use std::collections::VecDeque;

use super::options::CliOptions;
use crate::fault::{CliFate, LineEffect};
use crate::random::Random;

/// What a fault leaves of an answer.
pub(super) fn spoil(mut rows: VecDeque<Vec<u8>>, fate: &CliFate, options: &CliOptions) -> VecDeque<Vec<u8>> {
    if fate.empty {
        return VecDeque::new();
    }
    if let Some(bytes) = fate.truncated {
        cut(&mut rows, bytes);
    }
    let middle = rows.len() / 2;
    if fate.garbage > 0 {
        let garbage = garbage(fate.garbage);
        match rows.get_mut(middle) {
            Some(row) => {
                let at = row.len() / 2;
                row.splice(at..at, garbage);
            }
            None => rows.push_back(garbage),
        }
    }
    if fate.log {
        rows.insert(middle, options.log_line.clone().into_bytes());
    }
    rows
}

/// The rows with a text that breaks into one of them.
pub(super) fn tear(mut rows: VecDeque<Vec<u8>>, wrong: Option<&LineEffect>) -> VecDeque<Vec<u8>> {
    let Some(LineEffect::Tear { behind, with }) = wrong else { return rows };
    let ends = |row: &[u8]| {
        let found = row.windows(behind.len().max(1)).position(|part| part == behind.as_bytes());
        found.map(|at| at + behind.len())
    };
    let Some((at, end)) = rows.iter().enumerate().find_map(|(at, row)| Some((at, ends(row)?))) else {
        return rows;
    };
    if let Some(mut row) = rows.remove(at) {
        row.splice(end..end, with.bytes());
        for (more, part) in row.split(|byte| *byte == b'\n').enumerate() {
            rows.insert(at + more, part.to_vec());
        }
    }
    rows
}

fn cut(rows: &mut VecDeque<Vec<u8>>, mut left: usize) {
    for row in rows.iter_mut() {
        row.truncate(left);
        left -= row.len();
    }
    while rows.back().is_some_and(Vec::is_empty) {
        rows.pop_back();
    }
}

/// The same bytes every time, any of them but the ends of a line.
fn garbage(count: usize) -> Vec<u8> {
    let mut random = Random::new(1, &[0x6a]);
    let byte = std::iter::repeat_with(|| u8::try_from(random.below(256)).unwrap_or(0));
    byte.filter(|byte| !b"\r\n".contains(byte)).take(count).collect()
}
