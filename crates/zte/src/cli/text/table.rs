//! Tables: a heading that names the columns, and rows below it.
//!
//! One rule for all of them. A heading is known by its words, whatever their
//! order, the blanks between them and their case. Rules of any length are
//! skipped, wherever they stand. Below a heading that is not known, no row is
//! read: its columns may be others. Any other line is a problem and changes nothing.

use super::answer::{Line, Notes, same};
use super::columns::{Columns, words};

/// How a table looks.
#[derive(Debug)]
pub(in crate::cli) struct Layout {
    /// The columns that are known, the one that names the row first.
    pub(in crate::cli) columns: &'static [&'static str],
    /// Those without which a row means nothing.
    pub(in crate::cli) needed: &'static [&'static str],
    /// Whether cells may hold blanks.
    pub(in crate::cli) phrases: bool,
    /// Whether a cell of the first column names a row.
    pub(in crate::cli) key: fn(&str) -> bool,
}

/// A table that is being read.
#[derive(Debug)]
pub(in crate::cli) struct Table {
    layout: &'static Layout,
    /// The columns below the last heading: where they begin, and which of the known ones they are.
    below: Option<(Columns, Vec<Option<usize>>)>,
    /// The last heading.
    heading: Option<(usize, String)>,
    /// The rows below the last heading.
    rows: usize,
    /// Whether a heading that is not known was met last.
    closed: bool,
    /// Whether the line before was none of the table.
    foreign: bool,
    headings: usize,
}

/// A row: its cells, by the names of their columns.
#[derive(Debug)]
pub(in crate::cli) struct Row {
    layout: &'static Layout,
    cells: Vec<String>,
}

impl Row {
    /// The cell of a column; nothing where it is blank or there is no such column.
    pub(in crate::cli) fn get(&self, column: &str) -> &str {
        let at = self.layout.columns.iter().position(|known| *known == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }
}

/// A heading as far as it is known.
#[derive(Debug)]
struct Heading {
    starts: Vec<usize>,
    known: Vec<Option<usize>>,
    strange: Vec<String>,
}

impl Table {
    pub(in crate::cli) fn new(layout: &'static Layout) -> Self {
        Self { layout, below: None, heading: None, rows: 0, closed: false, foreign: false, headings: 0 }
    }

    /// The row that a line is. What is none is taken as a heading or a rule, or noted.
    pub(in crate::cli) fn row(&mut self, line: Line<'_>, notes: &mut Notes) -> Option<Row> {
        self.row_as(line, line.text, notes)
    }

    /// As [`row`](Self::row), with the cells of another text in the same columns.
    pub(in crate::cli) fn row_as(&mut self, line: Line<'_>, text: &str, notes: &mut Notes) -> Option<Row> {
        if line.is_rule() {
            // What stands between rows and a rule is a heading, too.
            if self.foreign && self.rows > 0 {
                self.close();
            }
            self.foreign = false;
            return None;
        }
        if let Some(heading) = self.as_heading(line) {
            self.take_heading(heading, line, notes);
            return None;
        }
        let Some((columns, known)) = &self.below else {
            let why = if self.closed { BELOW } else { "no heading that is known stands above it" };
            notes.because(line, why);
            self.foreign = true;
            return None;
        };
        let cells = columns.cells(text, self.layout.phrases);
        let Some(cells) = cells.filter(|cells| self.is_row(known, cells)) else {
            let first = line.words().first().is_some_and(|word| (self.layout.key)(word));
            notes.because(
                line,
                if first { "its words do not fit the columns" } else { "no rule knows this line" },
            );
            self.foreign = true;
            return None;
        };
        self.foreign = false;
        self.rows += 1;
        let cell =
            |at| known.iter().position(|known| *known == Some(at)).and_then(|at| cells.get(at).cloned());
        let cells = (0..self.layout.columns.len()).map(|at| cell(at).unwrap_or_default()).collect();
        Some(Row { layout: self.layout, cells })
    }

    /// Notes a heading below which nothing stands: where there is nothing the OLT says so.
    pub(in crate::cli) fn end(self, notes: &mut Notes) {
        if let Some((number, text)) = self.heading.filter(|_| self.rows == 0 && self.below.is_some()) {
            notes.because(Line { number, text: &text }, "a heading, and no row below it");
        }
    }

    /// How many headings have been met.
    pub(in crate::cli) fn headings(&self) -> usize {
        self.headings
    }

    /// Reads no more rows until a heading that is known comes.
    pub(in crate::cli) fn close(&mut self) {
        (self.below, self.closed) = (None, true);
    }

    /// Whether no cell is blank that a row needs, and the first names one.
    fn is_row(&self, known: &[Option<usize>], cells: &[String]) -> bool {
        let cell = |column: &str| {
            let column = self.layout.columns.iter().position(|name| *name == column);
            let at = known.iter().position(|known| known.is_some() && *known == column)?;
            cells.get(at).filter(|cell| !cell.is_empty())
        };
        let key = self.layout.columns.first().and_then(|column| cell(column));
        key.is_some_and(|key| (self.layout.key)(key))
            && self.layout.needed.iter().all(|column| cell(column).is_some())
    }

    fn take_heading(&mut self, heading: Heading, line: Line<'_>, notes: &mut Notes) {
        let has = |name: &&str| {
            let at = self.layout.columns.iter().position(|known| known == name);
            heading.known.iter().any(|known| known.is_some() && *known == at)
        };
        self.foreign = false;
        self.headings += 1;
        let lacks: Vec<&str> = self.layout.needed.iter().copied().filter(|name| !has(name)).collect();
        if !lacks.is_empty() {
            notes.because(line, format!("a heading without {}", lacks.join(", ")));
            return self.close();
        }
        if !heading.strange.is_empty() {
            notes.because(line, format!("columns without a known meaning: {}", heading.strange.join(", ")));
        }
        // A page break may print the heading again.
        if self.heading.is_none() || self.closed {
            self.rows = 0;
        }
        (self.heading, self.closed) = (Some((line.number, line.text.to_owned())), false);
        self.below = Some((Columns::at(heading.starts), heading.known));
    }

    /// The heading that a line is: all columns that are needed, or so much of a
    /// heading that it can be nothing else.
    fn as_heading(&self, line: Line<'_>) -> Option<Heading> {
        if line.text.split_whitespace().next().is_some_and(self.layout.key) {
            return None;
        }
        let words = words(line.text);
        let mut heading = Heading { starts: Vec::new(), known: Vec::new(), strange: Vec::new() };
        let mut at = 0;
        let mut end_of_strange = None;
        while let Some((start, word)) = words.get(at) {
            let found = self.longest(words.get(at..).unwrap_or_default(), &heading.known);
            match (found, end_of_strange) {
                (Some((column, count)), _) => {
                    heading.starts.push(*start);
                    heading.known.push(Some(column));
                    at += count;
                    end_of_strange = None;
                    continue;
                }
                // Two words with one blank between them are the name of one column.
                (None, Some(end)) if *start == end + 1 => {
                    if let Some(name) = heading.strange.last_mut() {
                        name.push(' ');
                        name.push_str(word);
                    }
                }
                (None, _) => {
                    heading.starts.push(*start);
                    heading.known.push(None);
                    heading.strange.push(word.clone());
                }
            }
            end_of_strange = Some(start + word.chars().count());
            at += 1;
        }
        let known = heading.known.iter().flatten().count();
        let half = known * 2 >= heading.known.len();
        let first = heading.known.first() == Some(&Some(0))
            && heading.known.len() > 1
            && words.iter().all(|(_, word)| word.starts_with(|c: char| c.is_uppercase() || c == '('));
        ((known >= 2 && half) || (known == 1 && self.layout.columns.len() == 1) || first).then_some(heading)
    }

    /// The column whose name begins `words`, the longest such name, and how many words it takes.
    fn longest(&self, words: &[(usize, String)], taken: &[Option<usize>]) -> Option<(usize, usize)> {
        let names = self.layout.columns.iter().enumerate();
        let free = names.filter(|(at, _)| !taken.contains(&Some(*at)));
        let fits = free.filter_map(|(at, name)| {
            let mut text = String::new();
            let count = words.iter().position(|(_, word)| {
                text.push_str(word);
                text.len() >= name.chars().filter(|c| !c.is_whitespace()).count()
            })?;
            same(&text, name).then_some((at, count + 1, text.len()))
        });
        fits.max_by_key(|(_, _, length)| *length).map(|(at, count, _)| (at, count))
    }
}

/// Why a row is not read.
pub(in crate::cli) const BELOW: &str = "it stands below a heading or a title that is not known";
