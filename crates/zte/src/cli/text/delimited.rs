//! Text between delimiters, in which nothing is configuration: `banner incoming
//! @...@`, `message-of-day @ ... @` (fact sheet, CLI §1.1, §9.1).

use super::config_line::Row;

/// Lines of a text at most. What ends only further down did not begin there:
/// a delimiter that was lost must not cost a configuration.
const MOST_LINES: usize = 64;

/// What a line that begins a text is followed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Text {
    /// The text ends on its own line.
    Whole,
    /// It ends so many lines further down.
    Lines(usize),
    /// Its end is not found.
    Unclosed,
}

/// The text that the first of `rows` begins, if it begins one.
pub(in crate::cli) fn text(rows: &[Row<'_>]) -> Option<Text> {
    let (first, behind) = rows.split_first()?;
    let (head, message) = message(first.trimmed())?;
    if message.chars().count() > 1
        && !message.contains(char::is_whitespace)
        && let Some(at) = behind.iter().take(MOST_LINES).position(|row| row.trimmed() == message)
    {
        // A delimiter of several characters, alone on both of its lines.
        return Some(Text::Lines(at + 1));
    }
    let sign = message.chars().next()?;
    // Terminals write the control character that other makers use as two.
    let signs = ["^C", message.get(..sign.len_utf8()).unwrap_or_default()];
    let mut found = Text::Unclosed;
    for delimiter in signs.into_iter().filter(|sign| message.starts_with(sign)) {
        let rest = message.get(delimiter.len()..).unwrap_or_default();
        if sign.is_alphanumeric() && !(rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            // A word, and no delimiter: `banner incoming enable`.
            return None;
        }
        if rest.ends_with(delimiter) {
            return Some(Text::Whole);
        }
        let end = behind
            .iter()
            .take(MOST_LINES)
            .take_while(|row| self::message(row.trimmed()).is_none_or(|(other, _)| other != head))
            .position(|row| row.trimmed().ends_with(delimiter));
        found = match end {
            Some(at) => Text::Lines(at + 1),
            None if rest.contains(delimiter) => Text::Whole,
            None => Text::Unclosed,
        };
        if found != Text::Unclosed {
            break;
        }
    }
    Some(found)
}

/// What a line sets a text of, and the text with its delimiters.
fn message(line: &str) -> Option<(&str, &str)> {
    let (head, rest) = line.split_once(char::is_whitespace)?;
    if head != "message-of-day" && head != "motd" && head != "banner" && !head.ends_with("-banner") {
        return None;
    }
    let rest = rest.trim_start();
    let kind = rest.split_whitespace().next().unwrap_or_default();
    let named = kind.len() > 1 && kind.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let message = if named { rest.get(kind.len()..).unwrap_or_default().trim_start() } else { rest };
    (!message.is_empty()).then_some((head, message))
}
