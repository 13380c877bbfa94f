//! An answer as lines, and what of them is not understood.

use super::password::masked_from;
use super::visible::visible;
use super::{Parsed, UnknownLine};

/// The width at which a terminal wraps lines (fact sheet, CLI §1.2).
const WIDTH: usize = 80;

/// A line of an answer that holds something.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Line<'a> {
    /// Its number in the answer, from 1.
    pub(in crate::cli) number: usize,
    /// Its text without blanks at the end.
    pub(in crate::cli) text: &'a str,
}

impl<'a> Line<'a> {
    /// The line with this number, without blanks and NULs at its end.
    pub(in crate::cli) fn of(number: usize, text: &'a str) -> Self {
        Self { number, text: text.trim_end_matches(|c: char| c.is_whitespace() || c == '\0') }
    }

    /// Its text without blanks at either end.
    pub(in crate::cli) fn trimmed(self) -> &'a str {
        self.text.trim_start()
    }

    /// Its words.
    pub(in crate::cli) fn words(self) -> Vec<&'a str> {
        self.text.split_whitespace().collect()
    }

    /// `LABEL: value`, both without the blanks around them.
    pub(in crate::cli) fn label(self) -> Option<(&'a str, &'a str)> {
        let (label, value) = self.text.split_once(':')?;
        Some((label.trim(), value.trim()))
    }

    /// Whether it is a rule, whatever its length: dashes or equals signs, in
    /// one piece or in several.
    pub(in crate::cli) fn is_rule(self) -> bool {
        self.text.contains(['-', '=']) && self.text.chars().all(|c| matches!(c, '-' | '=' | ' ' | '\t'))
    }

    /// Whether it holds this text, whatever the blanks and the case.
    pub(in crate::cli) fn is(self, text: &str) -> bool {
        same(self.text, text)
    }

    /// The label of `known` that begins it, spelled as there, and its value:
    /// `LABEL: value`, whatever the blanks and the case of the label. The colon
    /// is missing in some lines of some devices (`Arc-interval   0`).
    pub(in crate::cli) fn known_label<'k>(self, known: &[&'k str]) -> Option<(&'k str, &'a str)> {
        let find = |label: &str| known.iter().copied().find(|known| same(known, label));
        if let Some(pair) = self.label().and_then(|(label, value)| Some((find(label)?, value))) {
            return Some(pair);
        }
        let (label, value) = self.trimmed().split_once("  ")?;
        Some((find(label)?, value.trim()))
    }

    /// `LABEL: value` of any label that could be one. A colon inside of a word
    /// (`Service ability N:1:    support`) belongs to the label where another one
    /// follows that ends a word.
    pub(in crate::cli) fn any_label(self) -> Option<(&'a str, &'a str)> {
        let text = self.trimmed();
        let inside = |at: usize| text[at + 1..].starts_with(|c: char| !c.is_whitespace());
        let mut colons = text.match_indices(':').map(|(at, _)| at);
        let first = colons.next()?;
        let at = if inside(first) { colons.find(|at| !inside(*at)).unwrap_or(first) } else { first };
        let at = if text[..at].chars().count() > LONGEST_LABEL { first } else { at };
        let (label, value) = (text[..at].trim(), text[at + 1..].trim());
        let letters = label.chars().any(char::is_alphabetic);
        (letters && label.chars().count() <= LONGEST_LABEL).then_some((label, value))
    }

    /// Whether it has the form of a title of its own: words and a colon at the end.
    pub(in crate::cli) fn is_title(self) -> bool {
        let Some(words) = self.text.strip_suffix(':') else { return false };
        let letters = words.chars().filter(|c| c.is_alphabetic()).count();
        let plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '_' | '(' | ')');
        letters >= 3 && words.chars().all(plain)
    }
}

/// Characters of the longest text that is taken for a label; the longest one
/// known has 41 (`Output Instantaneous bandwidth throughput`).
const LONGEST_LABEL: usize = 48;

/// Whether two texts are the same but for blanks and case, as headings and
/// labels are over the firmwares.
pub(in crate::cli) fn same(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

/// A line without what terminals and editors leave behind: byte-order marks,
/// carriage returns and NULs at its ends.
pub(in crate::cli) fn bare(line: &str) -> &str {
    line.trim_start_matches(['\u{feff}', '\0', '\r']).trim_end_matches(['\0', '\r'])
}

/// The lines of `text` that hold something.
pub(in crate::cli) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines()
        .enumerate()
        .map(|(at, text)| Line::of(at + 1, bare(text)))
        .filter(|line| !line.text.is_empty())
}

/// Whether a line is as wide as the terminal, so that it may go on in the next
/// one; then, the bytes that it has of the next. Devices count characters or
/// bytes. A character that the wrap cut in two reads as U+FFFD on either side,
/// one for one to three bytes, or stands whole in the first line: `carried` are
/// the bytes that the line before has so of this one.
pub(in crate::cli) fn fullness(part: &str, carried: usize) -> Option<usize> {
    let cut = part.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let bytes = gpon::text::bytes(part).len() + carried;
    let last = part.chars().next_back().map_or(0, char::len_utf8);
    if bytes >= WIDTH && bytes - last < WIDTH {
        return Some(bytes - WIDTH);
    }
    (part.chars().count() == WIDTH || (bytes - 2 * cut..=bytes).contains(&WIDTH)).then_some(0)
}

/// The lines of text, wraps taken out, that hold something.
pub(in crate::cli) fn lines_of(unwrapped: &[(usize, String)]) -> impl Iterator<Item = Line<'_>> {
    unwrapped.iter().map(|(number, text)| Line::of(*number, text)).filter(|line| !line.text.is_empty())
}

/// A value, `None` where the device says "not available", or why it is not one.
pub(in crate::cli) type Field<T> = Result<Option<T>, String>;

/// What was not understood of an answer.
#[derive(Debug, Default)]
pub(in crate::cli) struct Notes {
    lines: Vec<UnknownLine>,
    /// A noted line that fills the terminal, and its number: the next may be its
    /// rest, and that of a secret in it.
    full: Option<(usize, String)>,
}

impl Notes {
    /// Notes a line that no rule knows.
    pub(in crate::cli) fn unknown(&mut self, line: Line<'_>) {
        self.because(line, "no rule knows this line");
    }

    /// Notes a line with the reason. Secrets of the line are hidden, and what is quoted of a line with secrets.
    pub(in crate::cli) fn because(&mut self, line: Line<'_>, reason: impl Into<String>) {
        let before = self.full.take().filter(|(number, _)| number + 1 == line.number);
        let before = before.map(|(_, text)| text).unwrap_or_default();
        let joined = format!("{before}{}", line.text);
        let (text, mut reason) = (masked_from(&joined, before.len()), reason.into());
        if fullness(line.text, 0).is_some() {
            self.full = Some((line.number, joined));
        }
        if text != line.text
            && let (Some(from), Some(to)) = (reason.find('"'), reason.rfind('"'))
        {
            reason.replace_range(from..=to, "\"***\"");
        }
        self.lines.push(UnknownLine { line: line.number, text: visible(&text), reason });
    }

    /// The value of `field`; a complaint is noted.
    pub(in crate::cli) fn field<T>(&mut self, line: Line<'_>, field: Field<T>) -> Option<T> {
        field.unwrap_or_else(|reason| {
            self.because(line, reason);
            None
        })
    }

    /// The value of `field`; a complaint is noted.
    pub(in crate::cli) fn need<T>(&mut self, line: Line<'_>, field: Result<T, String>) -> Option<T> {
        self.field(line, field.map(Some))
    }

    /// Puts the value of `field` into a place that is still empty. Where the OLT
    /// says something for the second time, it is of another thing.
    pub(in crate::cli) fn put<T>(&mut self, line: Line<'_>, place: &mut Option<T>, field: Field<T>) {
        if place.is_some() {
            self.again(line);
        } else {
            *place = self.field(line, field);
        }
    }

    /// Notes what was said before.
    pub(in crate::cli) fn again(&mut self, line: Line<'_>) {
        self.because(line, "this was said before, of this or of another thing");
    }

    /// Compares a count of the OLT's own with what was read.
    pub(in crate::cli) fn count(&mut self, line: Line<'_>, counted: u32, read: usize, what: &str) {
        if usize::try_from(counted) != Ok(read) {
            self.because(line, format!("the OLT counts {counted} {what}, and {read} could be read"));
        }
    }

    /// How many there are.
    pub(in crate::cli) fn len(&self) -> usize {
        self.lines.len()
    }

    /// Puts what is noted of the lines before others behind them in order.
    pub(in crate::cli) fn sort(&mut self) {
        self.lines.sort_by_key(|line| line.line);
    }

    /// Hides what `mask` hides in the lines that were noted.
    pub(in crate::cli) fn mask(&mut self, mask: impl Fn(&str) -> String) {
        for line in &mut self.lines {
            line.text = mask(&line.text);
        }
    }

    /// The rows, with these notes.
    pub(in crate::cli) fn with<T>(self, rows: T) -> Parsed<T> {
        Parsed { rows, unknown: self.lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(fullness(&parts[0], 0), Some(1));
        assert_eq!(fullness(&parts[1], 1), Some(0));
        assert_eq!(fullness(&parts[1], 0), None);
    }

    #[test]
    fn the_rest_of_a_noted_line_shows_no_secret() {
        let mut notes = Notes::default();
        let full = format!("foo {} password hid", "a".repeat(63));
        assert_eq!(full.len(), 80);
        notes.unknown(Line { number: 4, text: &full });
        notes.unknown(Line { number: 5, text: "den" });
        notes.unknown(Line { number: 7, text: "den" });
        let shown: Vec<_> = notes.with(()).unknown.into_iter().map(|line| line.text).collect();
        assert!(shown[0].ends_with("password ***") && shown[1] == "***", "{shown:?}");
        assert_eq!(shown[2], "den", "not the line behind");
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
