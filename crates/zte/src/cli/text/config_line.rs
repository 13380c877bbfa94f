//! The lines of a configuration as the terminal shows them, and which of them
//! it wrapped (fact sheet, CLI §1.2, §9.1).

use super::answer::{Line, fullness};
use super::config_heads::{TITLE, block_head, is_closer, is_known_word, strong_head};
use super::config_marks::{Frame, StandingLine};
use super::secret_text::SecretText;

/// Columns of a tab stop.
const TAB: usize = 8;

/// A line of a block.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct BodyLine<'a> {
    /// Its number, and its text without blanks at the end.
    pub(in crate::cli) line: Line<'a>,
    /// Its text, byte for byte; the rest of a secret that began in the line before is hidden.
    pub(in crate::cli) raw: &'a str,
    /// Its text with that rest.
    pub(in crate::cli) whole: &'a str,
    /// The profile that set it.
    pub(in crate::cli) profile: Option<&'a str>,
}

impl<'a> BodyLine<'a> {
    /// The line as it is kept.
    pub(in crate::cli) fn kept(self) -> SecretText {
        SecretText::standing_for(self.raw, self.whole)
    }

    /// The line as it stands there.
    pub(in crate::cli) fn standing(self) -> StandingLine {
        StandingLine { text: self.kept(), set_by_profile: self.profile.map(str::to_owned) }
    }

    /// Its text without blanks at either end.
    pub(in crate::cli) fn trimmed(self) -> &'a str {
        self.line.trimmed()
    }
}

/// A line of the terminal.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Row<'a> {
    /// Its number in the answer, from 1.
    pub(in crate::cli) number: usize,
    /// Its text without the end of the line, and without what the whole text is shifted by.
    pub(in crate::cli) text: &'a str,
}

impl<'a> Row<'a> {
    /// Its text without blanks at either end.
    pub(in crate::cli) fn trimmed(self) -> &'a str {
        self.text.trim()
    }

    /// The columns of blanks before it.
    pub(in crate::cli) fn indent(self) -> usize {
        indent(self.text)
    }
}

/// The columns of blanks before a text.
pub(in crate::cli) fn indent(text: &str) -> usize {
    text.chars().take_while(|c| c.is_whitespace()).fold(0, |column, c| match c {
        '\t' => (column / TAB + 1) * TAB,
        _ => column + 1,
    })
}

/// The lines of a configuration, and how far they are indented.
pub(in crate::cli) struct Rows<'a> {
    pub(in crate::cli) rows: Vec<Row<'a>>,
    /// How far the lines of most blocks are indented.
    body: usize,
}

/// What a line that is as wide as the terminal is followed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Next {
    /// Its rest.
    Rest,
    /// A line of its own.
    Own,
    /// One or the other.
    Undecided,
}

impl<'a> Rows<'a> {
    /// The lines of `text`. A text that was pasted may be shifted as a whole:
    /// as far as most of its heads and ends are, for those stand at the left.
    pub(in crate::cli) fn of(text: &'a str) -> Self {
        let mut rows: Vec<Row<'a>> = text
            .lines()
            .enumerate()
            .map(|(at, text)| Row { number: at + 1, text: text.trim_end_matches(['\r', '\0']) })
            .collect();
        let left = |row: &&Row<'_>| matches!(row.trimmed(), "!" | "$" | "end") || strong_head(row.trimmed());
        let left: Vec<usize> = rows.iter().filter(left).map(|row| row.indent()).collect();
        let shift = if left.is_empty() {
            let others = rows.iter().filter(|row| !row.trimmed().is_empty() && row.trimmed() != TITLE);
            others.map(|row| row.indent()).min()
        } else {
            most_frequent(left.into_iter())
        };
        let shift = shift.unwrap_or_default();
        for row in &mut rows {
            let blanks = row.text.bytes().take(shift).take_while(|byte| *byte == b' ').count();
            row.text = row.text.get(blanks..).unwrap_or_default();
        }
        let indents = rows.iter().filter(|row| !row.trimmed().is_empty()).map(|row| row.indent());
        // Two is what the fact sheet shows (§4.5).
        let body = most_frequent(indents.filter(|indent| *indent > 0)).unwrap_or(2);
        Self { rows, body }
    }

    /// The last line that holds something.
    pub(in crate::cli) fn last(&self) -> Option<Line<'_>> {
        let last = self.rows.iter().rev().find(|row| !row.trimmed().is_empty())?;
        Some(Line { number: last.number, text: last.text.trim_end() })
    }

    /// The line at `at` with what the terminal wrapped of it, as many rows as
    /// that are, and whether it is undecided that there is more.
    pub(in crate::cli) fn whole(&self, at: usize, in_block: bool) -> (String, usize, bool) {
        let mut text = self.rows.get(at).map_or_else(String::new, |row| row.text.to_owned());
        let (mut used, mut carried) = (1, 0);
        while let (Some(part), Some(next)) = (self.rows.get(at + used - 1), self.rows.get(at + used)) {
            let Some(further) = fullness(part.text, carried) else { break };
            carried = further;
            match self.next(&text, *next, in_block) {
                Next::Rest => text.push_str(next.text),
                Next::Own => break,
                Next::Undecided => return (text, used, true),
            }
            used += 1;
        }
        (text, used, false)
    }

    /// What `next` is behind the full line `line`. In a block that has an end of
    /// its own, lines are indented: what is not is the rest. Elsewhere, and where
    /// lines are indented by one blank, which may as well be the one that a wrap
    /// fell on, only a word that begins lines tells.
    fn next(&self, line: &str, next: Row<'_>, in_block: bool) -> Next {
        let (before, now) = (indent(line), next.indent());
        let word = next.trimmed().split_whitespace().next().unwrap_or_default();
        let own = word.is_empty()
            || (now == 0 && (is_closer(next.trimmed()) || next.trimmed() == "end"))
            || next.trimmed() == TITLE
            || Frame::of(next.text).is_some()
            || strong_head(next.trimmed());
        // A command begins with a small letter.
        let command = word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_:".contains(&byte))
            && word.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        let told = match (is_known_word(word), command) {
            (true, _) => Next::Own,
            (false, true) => Next::Undecided,
            (false, false) => Next::Rest,
        };
        if own {
            return Next::Own;
        }
        if before == 0 {
            return if now > 1 { Next::Own } else { told };
        }
        let body = self.body.min(before);
        match now {
            0 if in_block => Next::Rest,
            0 => told,
            _ if now < body => Next::Rest,
            1 => told,
            _ => Next::Own,
        }
    }
}

/// The value that comes most often, of several the smallest.
fn most_frequent(values: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts = std::collections::BTreeMap::<usize, usize>::new();
    values.for_each(|value| *counts.entry(value).or_default() += 1);
    counts
        .into_iter()
        .max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value)))
        .map(|(value, _)| value)
}

/// Whether a block that begins with the first row has lines and an end of its
/// own. Some devices print such a head alone.
pub(in crate::cli) fn has_end(rows: &[Row<'_>]) -> bool {
    let mut lines = false;
    for row in rows.iter().skip(1) {
        let (text, left) = (row.trimmed(), row.indent() == 0);
        if left && is_closer(text) {
            return lines;
        }
        if strong_head(text) || (left && (block_head(text) || text == "end")) {
            return false;
        }
        lines |= !left;
    }
    false
}

/// Whether the frame that the first row begins ends in its block.
pub(in crate::cli) fn frame_ends(rows: &[Row<'_>]) -> bool {
    let inside = rows.iter().skip(1).take_while(|row| {
        let text = row.trimmed();
        !strong_head(text) && !(row.indent() == 0 && (is_closer(text) || text == "end"))
    });
    inside.filter_map(|row| Frame::of(row.text)).next() == Some(Frame::End)
}
