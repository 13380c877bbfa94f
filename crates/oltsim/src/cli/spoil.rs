//! What a fault leaves of an answer.

use std::collections::VecDeque;

use super::options::CliOptions;
use crate::fault::CliFate;
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
