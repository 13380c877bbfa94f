use super::bytes::any_bytes;
use super::options::Dollar;

/// No longer line is taken: a multiple of the longest command of the sheet,
/// and what is typed beyond it is dropped.
const LONGEST: usize = 1024;

/// How far the text moves to the left at a time. The sheet does not say.
const STEP: usize = 20;

/// The fewest columns for the text, however long the prompt is.
const FEWEST: usize = 10;

/// The line that is being typed, and what of it is shown.
///
/// The text has the columns behind the prompt but the last of the line, so that
/// the cursor never leaves it. A text that does not fit is redrawn (fact sheet,
/// CLI §1.2; what else is sent there is not known, so this is ours): with
/// [`Dollar::Start`] BS back to the end of the prompt, `$`, the end of the text,
/// blanks over what is left of the old one and BS back over them; with
/// [`Dollar::End`] BS and `$` in the last column, and then nothing.
#[derive(Debug)]
pub(crate) struct Line {
    text: Vec<u8>,
    columns: usize,
    /// First byte of the text that is shown.
    from: usize,
    dollar: Dollar,
}

impl Line {
    /// An empty line behind a prompt that is `prompt` columns long.
    pub(crate) fn new(prompt: usize, width: usize, dollar: Dollar) -> Self {
        let columns = width.saturating_sub(prompt + 1).max(FEWEST);
        Self { text: Vec::new(), columns, from: 0, dollar }
    }

    pub(crate) fn text(&self) -> String {
        any_bytes(&self.text)
    }

    /// Empties it and gives back what it was.
    pub(crate) fn take(&mut self) -> String {
        let text = self.text();
        self.text.clear();
        self.from = 0;
        text
    }

    /// The column behind the prompt at which byte `at` of the text is shown.
    pub(crate) fn shown_at(&self, at: usize) -> usize {
        let hidden = usize::from(self.from > 0);
        (at + hidden).saturating_sub(self.from).min(self.columns)
    }

    /// Takes a character, and says what the terminal is sent.
    pub(crate) fn insert(&mut self, byte: u8, echo: &mut Vec<u8>) {
        if self.text.len() >= LONGEST {
            return;
        }
        let before = self.shown();
        self.text.push(byte);
        match self.dollar {
            Dollar::End => match self.text.len() {
                length if length <= self.columns => echo.push(byte),
                length if length == self.columns + 1 => echo.extend(b"\x08$"),
                _ => {}
            },
            Dollar::Start if self.shown() <= self.columns => echo.push(byte),
            Dollar::Start => {
                let step = STEP.min(self.columns / 2);
                self.from += step + usize::from(self.from == 0);
                self.redraw(before, echo);
            }
        }
    }

    /// Takes the last character away, and says what the terminal is sent.
    pub(crate) fn erase(&mut self, echo: &mut Vec<u8>) {
        let before = self.shown();
        let Some(last) = self.text.pop() else { return };
        match self.dollar {
            Dollar::End if self.text.len() > self.columns => {}
            Dollar::End if self.text.len() == self.columns => {
                let hidden = self.text.last().copied().unwrap_or(last);
                echo.extend([8, hidden]);
            }
            Dollar::Start if self.from > 0 && self.text.len() <= self.from => {
                self.from = self.from.saturating_sub(self.columns / 2);
                self.from = if self.from <= 1 { 0 } else { self.from };
                self.redraw(before, echo);
            }
            _ => echo.extend(b"\x08 \x08"),
        }
    }

    /// What is shown of it, for when the prompt is written anew.
    pub(crate) fn visible(&self) -> Vec<u8> {
        let mut shown = Vec::new();
        match self.dollar {
            Dollar::End if self.text.len() > self.columns => {
                shown.extend(self.text.get(..self.columns - 1).unwrap_or_default());
                shown.push(b'$');
            }
            Dollar::End => shown.extend(&self.text),
            Dollar::Start => {
                if self.from > 0 {
                    shown.push(b'$');
                }
                shown.extend(self.text.get(self.from..).unwrap_or_default());
            }
        }
        shown
    }

    fn shown(&self) -> usize {
        self.text.len() - self.from.min(self.text.len()) + usize::from(self.from > 0)
    }

    fn redraw(&self, before: usize, echo: &mut Vec<u8>) {
        let shown = self.visible();
        let left = before.saturating_sub(shown.len());
        echo.extend(std::iter::repeat_n(8, before));
        echo.extend(&shown);
        echo.extend(std::iter::repeat_n(b' ', left));
        echo.extend(std::iter::repeat_n(8, left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal shows after these bytes.
    fn screen(bytes: &[u8]) -> String {
        let (mut cells, mut at) = (Vec::new(), 0);
        for byte in bytes {
            match byte {
                8 => at -= 1,
                byte => {
                    cells.resize(cells.len().max(at + 1), b' ');
                    cells[at] = *byte;
                    at += 1;
                }
            }
        }
        String::from_utf8(cells).unwrap().trim_end().to_owned()
    }

    #[test]
    fn a_long_line_moves_to_the_left() {
        let mut line = Line::new(5, 80, Dollar::Start);
        let typed: Vec<u8> = (0..200u8).map(|place| b'a' + place % 26).collect();
        let mut echo = Vec::new();
        for (count, byte) in typed.iter().enumerate() {
            line.insert(*byte, &mut echo);
            let shown = screen(&echo);
            assert!(shown.len() <= 74, "{shown}");
            assert_eq!(count >= 74, shown.starts_with('$'), "{count}: {shown}");
            assert!(typed[..=count].ends_with(shown.trim_start_matches('$').as_bytes()), "{shown}");
        }
        for _ in 0..200 {
            line.erase(&mut echo);
            assert_eq!(screen(&echo).as_bytes(), line.visible());
        }
        assert_eq!(screen(&echo), "");
    }

    #[test]
    fn or_ends_with_the_dollar() {
        let mut line = Line::new(5, 80, Dollar::End);
        let mut echo = Vec::new();
        (0..100).for_each(|_| line.insert(b'x', &mut echo));
        assert_eq!(screen(&echo), format!("{}$", "x".repeat(73)));
        (0..26).for_each(|_| line.erase(&mut echo));
        assert_eq!(screen(&echo), "x".repeat(74));
        assert_eq!(line.take().len(), 74);
    }
}
