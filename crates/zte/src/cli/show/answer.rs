//! An answer as lines, and what of them is not understood.

use super::password::masked;
use super::{Parsed, UnknownLine};

/// The width at which a terminal wraps lines (fact sheet, CLI §1.2).
const WIDTH: usize = 80;

/// A line of an answer that holds something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Its number in the answer, from 1.
    pub(super) number: usize,
    /// Its text without blanks at the end.
    pub(super) text: &'a str,
}

impl<'a> Line<'a> {
    /// Its text without blanks at either end.
    pub(super) fn trimmed(self) -> &'a str {
        self.text.trim_start()
    }

    /// Its words.
    pub(super) fn words(self) -> Vec<&'a str> {
        self.text.split_whitespace().collect()
    }

    /// `LABEL: value`, both without the blanks around them.
    pub(super) fn label(self) -> Option<(&'a str, &'a str)> {
        let (label, value) = self.text.split_once(':')?;
        Some((label.trim(), value.trim()))
    }

    /// Whether it is a rule of dashes.
    pub(super) fn is_rule(self) -> bool {
        self.text.len() >= 3 && self.text.bytes().all(|byte| byte == b'-')
    }

    /// Whether its words are these.
    pub(super) fn has_words(self, words: &[&str]) -> bool {
        self.text.split_whitespace().eq(words.iter().copied())
    }
}

/// The lines of `text` that hold something.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines()
        .enumerate()
        .map(|(at, text)| Line { number: at + 1, text: text.trim_end() })
        .filter(|line| !line.text.is_empty())
}

/// Whether a line is as wide as the terminal, so that it may go on in the next
/// one; then, the bytes that it has of the next. Devices count characters or
/// bytes. A character that the wrap cut in two reads as U+FFFD on either side,
/// one for one to three bytes, or stands whole in the first line: `carried` are
/// the bytes that the line before has so of this one.
pub(super) fn fullness(part: &str, carried: usize) -> Option<usize> {
    let cut = part.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let bytes = part.len() + carried;
    let last = part.chars().next_back().map_or(0, char::len_utf8);
    if bytes >= WIDTH && bytes - last < WIDTH {
        return Some(bytes - WIDTH);
    }
    (part.chars().count() == WIDTH || (bytes - 2 * cut..=bytes).contains(&WIDTH)).then_some(0)
}

/// Text whose lines the terminal wrapped, with the wraps taken out: a line as
/// wide as the terminal goes on in the next one, unless `starts`, given both, says that
/// the next one is a line of its own. Each line keeps the number of its first part.
pub(super) fn unwrapped(text: &str, starts: impl Fn(&str, &str) -> bool) -> Vec<(usize, String)> {
    let mut whole: Vec<(usize, String)> = Vec::new();
    let mut goes_on: Option<usize> = None;
    for (at, part) in text.lines().enumerate() {
        let full = fullness(part, goes_on.unwrap_or_default());
        match whole.last_mut() {
            Some((_, line)) if goes_on.is_some() && !part.is_empty() && !starts(line, part) => {
                line.push_str(part);
            }
            _ => whole.push((at + 1, part.to_owned())),
        }
        goes_on = full;
    }
    whole
}

/// The lines of [`unwrapped`] text that hold something.
pub(super) fn lines_of(unwrapped: &[(usize, String)]) -> impl Iterator<Item = Line<'_>> {
    unwrapped
        .iter()
        .map(|(number, text)| Line { number: *number, text: text.trim_end() })
        .filter(|line| !line.text.is_empty())
}

/// A value, `None` where the device says "not available", or why it is not one.
pub(super) type Field<T> = Result<Option<T>, String>;

/// What was not understood of an answer.
#[derive(Debug, Default)]
pub(super) struct Notes(Vec<UnknownLine>);

impl Notes {
    /// Notes a line that no rule knows.
    pub(super) fn unknown(&mut self, line: Line<'_>) {
        self.because(line, "no rule knows this line");
    }

    /// Notes a line with the reason. Secrets of the line are hidden, and what is quoted of a line with secrets.
    pub(super) fn because(&mut self, line: Line<'_>, reason: impl Into<String>) {
        let (text, mut reason) = (masked(line.text), reason.into());
        if text != line.text
            && let (Some(from), Some(to)) = (reason.find('"'), reason.rfind('"'))
        {
            reason.replace_range(from..=to, "\"***\"");
        }
        self.0.push(UnknownLine { line: line.number, text, reason });
    }

    /// The value of `field`; a complaint is noted.
    pub(super) fn field<T>(&mut self, line: Line<'_>, field: Field<T>) -> Option<T> {
        field.unwrap_or_else(|reason| {
            self.because(line, reason);
            None
        })
    }

    /// The value of `field`; a complaint is noted.
    pub(super) fn need<T>(&mut self, line: Line<'_>, field: Result<T, String>) -> Option<T> {
        self.field(line, field.map(Some))
    }

    /// Hides what `mask` hides in the lines that were noted.
    pub(super) fn mask(&mut self, mask: impl Fn(&str) -> String) {
        for line in &mut self.0 {
            line.text = mask(&line.text);
        }
    }

    /// The rows, with these notes.
    pub(super) fn with<T>(self, rows: T) -> Parsed<T> {
        Parsed { rows, unknown: self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_line_goes_on() {
        let long = format!("{}\n{}\ntail\nnext\n", "a".repeat(80), "b".repeat(80));
        let joined = unwrapped(&long, |_, part| part.starts_with("next"));
        assert_eq!(joined.len(), 2);
        assert_eq!(joined[0].1.len(), 164);
        assert_eq!(joined[1], (4, "next".to_owned()));
        let own = format!("{}\nnext\n", "a".repeat(80));
        assert_eq!(unwrapped(&own, |_, part| part.starts_with("next")).len(), 2);
    }

    #[test]
    fn columns_are_characters_or_bytes() {
        for (part, full) in [
            ("a".repeat(80), true),
            ("a".repeat(79), false),
            ("a".repeat(81), false),
            ("ñ".repeat(40), true),
            ("ñ".repeat(80), true),
            (format!("{}ñ", "a".repeat(78)), true),
            // The first byte of a character of two, and of three.
            (format!("{}\u{fffd}", "a".repeat(79)), true),
            (format!("{}\u{fffd}", "a".repeat(78)), true),
            (format!("{}\u{fffd}", "a".repeat(76)), false),
        ] {
            assert_eq!(fullness(&part, 0).is_some(), full, "{part}");
        }
    }

    /// The second half of a character that was cut stands in the line before, which leaves this one short of it.
    #[test]
    fn halves_of_characters_are_counted() {
        let parts = [format!("{}ñ", "a".repeat(79)), "b".repeat(79), "tail".to_owned()];
        let joined = unwrapped(&parts.join("\n"), |_, part| part.starts_with("next"));
        assert_eq!(joined, [(1, parts.concat())]);
        assert_eq!(fullness(&parts[1], 0), None);
    }

    #[test]
    fn a_noted_line_shows_no_secret() {
        let mut notes = Notes::default();
        notes.unknown(Line { number: 1, text: "  tacacs-server key hidden timeout 5" });
        notes.because(Line { number: 2, text: "key hid den" }, "\"den\" is no number");
        notes.because(Line { number: 3, text: "row x" }, "\"x\" is no number");
        let unknown = notes.with(()).unknown;
        assert_eq!(unknown[0].text, "  tacacs-server key *** timeout 5");
        let reasons = [unknown[1].reason.as_str(), unknown[2].reason.as_str()];
        assert_eq!(reasons, ["\"***\" is no number", "\"x\" is no number"]);
    }
}
