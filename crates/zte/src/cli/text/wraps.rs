//! Answers whose long lines the terminal wrapped: the wraps taken out.
//!
//! The device wraps at 80 columns in the middle of a word, and what follows is
//! not indented (fact sheet, CLI §1.2). Whether it counts characters or bytes
//! is not known, so both are looked for.

use super::answer::{Line, Notes, bare, lines_of};

/// The width at which a terminal wraps lines (fact sheet, CLI §1.2).
const WIDTH: usize = 80;

/// What a line behind a full one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Next {
    /// A line of its own.
    Own,
    /// The rest of the full one.
    Rest,
    /// The rest, though it might as well be a line of its own.
    Doubtful,
}

impl Next {
    /// A line of its own where that is certain.
    pub(in crate::cli) fn own(own: bool) -> Self {
        if own { Self::Own } else { Self::Rest }
    }
}

/// An answer without wraps. Each line keeps the number of its first part.
#[derive(Debug)]
pub(in crate::cli) struct Joined {
    lines: Vec<(usize, String)>,
    /// The places in `lines` where a line ends that may hold two.
    doubtful: Vec<usize>,
}

impl Joined {
    /// The lines that hold something.
    pub(in crate::cli) fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        lines_of(&self.lines)
    }

    /// The lines, those that hold nothing as well.
    pub(in crate::cli) fn all(&self) -> impl Iterator<Item = Line<'_>> {
        self.lines.iter().map(|(number, text)| Line::of(*number, text))
    }

    /// Notes the lines of which it could not be told where they end.
    pub(in crate::cli) fn note(&self, notes: &mut Notes) {
        for (number, text) in self.doubtful.iter().filter_map(|at| self.lines.get(*at)) {
            notes.because(
                Line::of(*number, text),
                "a line as wide as the terminal: what follows was taken for its rest and may be a line of its own",
            );
        }
    }
}

/// By how many blanks an answer was shifted when it was copied: all of its
/// lines, but perhaps the first. For answers that have more lines than the
/// first one that begin without a blank.
fn shift(text: &str) -> usize {
    let held = text.lines().map(bare).filter(|line| !line.trim().is_empty());
    let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    held.skip(1).map(blanks).min().unwrap_or(0)
}

/// Whether `line` fills the terminal, given the first character of the next
/// line, which may have been too long for what was left of this one. The
/// character that a wrap cut in two ends the line whole and may stand over.
fn is_full(line: &str, next: Option<char>) -> bool {
    if line.chars().count() == WIDTH {
        return true;
    }
    match line.len().checked_sub(WIDTH) {
        Some(over) => over < line.chars().next_back().map_or(0, char::len_utf8),
        None => next.is_some_and(|next| WIDTH - line.len() < next.len_utf8()),
    }
}

/// A line without the blanks that a copy put behind the width of the terminal.
fn without_padding(line: &str) -> &str {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) if line[end..].trim().is_empty() => &line[..end],
        _ => line,
    }
}

/// `text` with its wraps taken out. `next` says of a line behind a full one,
/// given both, what it is. Blanks that the whole answer was shifted by vanish.
pub(in crate::cli) fn joined(text: &str, next: impl Fn(&str, &str) -> Next) -> Joined {
    shifted_by(text, shift(text), next)
}

/// As [`joined`], for answers whose lines, but for the first, all begin with blanks.
pub(in crate::cli) fn joined_as_it_stands(text: &str, next: impl Fn(&str, &str) -> Next) -> Joined {
    shifted_by(text, 0, next)
}

fn shifted_by(text: &str, shift: usize, next: impl Fn(&str, &str) -> Next) -> Joined {
    let mut whole = Joined { lines: Vec::new(), doubtful: Vec::new() };
    // The last part of the last line.
    let mut last = "";
    for (at, part) in text.lines().enumerate() {
        let part = bare(part);
        let blanks = part.len() - part.trim_start_matches(' ').len();
        let part = without_padding(&part[blanks.min(shift)..]);
        let full = is_full(last, part.chars().next()) && !part.is_empty();
        let here = whole.lines.len().saturating_sub(1);
        match whole.lines.last_mut().map(|(_, line)| (full.then(|| next(line, part)), line)) {
            Some((Some(Next::Rest), line)) => line.push_str(part),
            Some((Some(Next::Doubtful), line)) => {
                line.push_str(part);
                whole.doubtful.push(here);
            }
            _ => whole.lines.push((at + 1, part.to_owned())),
        }
        last = part;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let whole = joined(text, |_, next| Next::own(next.starts_with("next")));
        whole.lines().map(|line| line.text.to_owned()).collect()
    }

    #[test]
    fn a_full_line_goes_on() {
        let a = "a".repeat(80);
        assert_eq!(texts(&format!("{a}\n{a}\ntail\nnext\n")), [format!("{a}{a}tail"), "next".to_owned()]);
        assert_eq!(texts(&format!("{a}\nnext\n")).len(), 2);
        assert_eq!(texts(&format!("{a}\n\ntail\n")).len(), 2, "an empty line ends it");
        assert_eq!(texts(&format!("{}\ntail\n", "a".repeat(79))).len(), 2);
    }

    #[test]
    fn columns_are_characters_or_bytes() {
        for (full, rest) in [
            ("ñ".repeat(40), "tail"),                  // 80 bytes
            ("ñ".repeat(80), "tail"),                  // 80 characters
            (format!("{}a", "ñ".repeat(39)), "ñtail"), // one byte left, and a letter of two
            (format!("a{}", "ñ".repeat(40)), "tail"),  // a letter that the wrap cut in two, whole again
        ] {
            let joined = format!("{full}{rest}");
            assert_eq!(texts(&format!("{full}\n{rest}\nnext\n")), [joined, "next".to_owned()]);
        }
        assert_eq!(texts(&format!("{}\ntail\n", "ñ".repeat(42))).len(), 2, "84 bytes are no width");
    }

    #[test]
    fn shifted_texts() {
        let a = "a".repeat(80);
        let shifted = format!(" {a}\n tail\n  deep\n next\n");
        assert_eq!(texts(&shifted), [format!("{a}tail"), " deep".to_owned(), "next".to_owned()]);
        assert_eq!(texts("head\n one\n two\n"), ["head", "one", "two"]);
    }
}
