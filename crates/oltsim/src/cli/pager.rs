use std::collections::VecDeque;

use super::bytes::bytes_of;
use super::options::{CliOptions, Columns};

/// The marker, nine characters (fact sheet, CLI §1.3).
const MORE: &[u8] = b" --More--";

/// Cuts a text into the rows of a terminal: hard at the last column, in the
/// middle of a word and keeping its blanks (fact sheet, CLI §1.2).
pub(crate) fn rows(text: &str, width: usize, columns: Columns) -> VecDeque<Vec<u8>> {
    let mut rows = VecDeque::new();
    for line in text.split_terminator('\n') {
        let characters: Vec<char> = line.chars().collect();
        if characters.is_empty() {
            rows.push_back(Vec::new());
        }
        match columns {
            Columns::Characters => rows.extend(characters.chunks(width.max(1)).map(bytes_of)),
            Columns::Bytes => rows.extend(bytes_of(&characters).chunks(width.max(1)).map(<[u8]>::to_vec)),
        }
    }
    rows
}

/// Output on its way through the pager.
#[derive(Debug)]
pub(crate) struct Pager {
    rows: VecDeque<Vec<u8>>,
    /// Rows of a page; 0 for no pager.
    page: usize,
}

impl Pager {
    pub(crate) fn new(rows: VecDeque<Vec<u8>>, page: usize) -> Self {
        Self { rows, page }
    }

    /// Writes the first page. `true` when the marker was written and a key is awaited.
    pub(crate) fn begin(&mut self, options: &CliOptions, out: &mut Vec<u8>) -> bool {
        let count = if self.page == 0 { self.rows.len() } else { self.page };
        self.write(count, options, out)
    }

    /// Takes a key at the marker. `true` while another one is awaited.
    pub(crate) fn key(&mut self, key: PagerKey, options: &CliOptions, out: &mut Vec<u8>) -> bool {
        for _ in 0..options.erase {
            out.extend(b"\x08 \x08");
        }
        match key {
            PagerKey::Page => self.begin(options, out),
            PagerKey::Row => self.write(1, options, out),
            PagerKey::Stop => false,
        }
    }

    fn write(&mut self, count: usize, options: &CliOptions, out: &mut Vec<u8>) -> bool {
        for row in self.rows.drain(..count.min(self.rows.len())) {
            out.extend(row);
            out.extend(options.line_end.bytes());
        }
        let more = !self.rows.is_empty();
        if more {
            out.extend(MORE);
        }
        more
    }
}

/// A key that means something at the marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PagerKey {
    /// Another page.
    Page,
    /// Another row.
    Row,
    /// No more; unverified (fact sheet, CLI §1.3).
    Stop,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_cut_hard() {
        let cut = |text| {
            rows(text, 4, Columns::Characters)
                .into_iter()
                .map(|row| String::from_utf8(row).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(cut("abcd\n\nabc def\nübung"), ["abcd", "", "abc ", "def", "übun", "g"]);
        assert!(cut("").is_empty());
        let bytes: Vec<_> = rows("abc\u{fc}d", 4, Columns::Bytes).into();
        assert_eq!(bytes, [b"abc\xc3".to_vec(), b"\xbcd".to_vec()]);
    }
}
