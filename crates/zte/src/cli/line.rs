/// A line that may be sent to an OLT: what a terminal's keys could do besides
/// typing text is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line(String);

/// Longest line: far beyond every command of the fact sheet.
const LONGEST: usize = 255;

/// A text that is no line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a command has 1 to {LONGEST} printable ASCII characters, no `?`, and no blanks around it")]
pub(crate) struct NoLine;

impl Line {
    /// # Errors
    /// Control characters, `?` (which the device answers at once, §1.2), nothing, or too much.
    pub(crate) fn new(text: &str) -> Result<Self, NoLine> {
        let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'?');
        if printable && text.trim() == text && (1..=LONGEST).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        Err(NoLine)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn only_text_is_sent() {
        assert_eq!(Line::new("show card").unwrap().as_str(), "show card");
        for text in
            ["", " ", "show card\n", "show\rcard", "show ?", "a\x03", "k\u{f6}ln", " a", &"a".repeat(256)]
        {
            assert!(Line::new(text).is_err(), "{text:?}");
        }
    }
}
