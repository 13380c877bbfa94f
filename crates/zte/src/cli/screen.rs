//! What a terminal would show: the line editing of the device undone (fact
//! sheet, CLI §1.2 and §1.3).

use vte::{Params, Parser, Perform};

use super::octets::Octets;

/// What the device writes when a page is full.
pub(crate) const PAGER: &str = " --More--";

const BACKSPACE: u8 = 8;
const ESCAPE: u8 = 27;

/// Lines, made of bytes however they are cut.
pub(crate) struct Screen {
    parser: Parser,
    lines: Lines,
    octets: Octets,
    /// An ESC whose next byte has not come yet.
    escape: bool,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("lines", &self.lines).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Lines {
    done: Vec<String>,
    current: Vec<char>,
    cursor: usize,
    /// How much of the front of the current line is what is left of an erased
    /// pager: devices erase 8 or 9 of its 9 characters.
    residue: usize,
    /// Characters kept, of all lines.
    kept: usize,
}

impl Default for Screen {
    fn default() -> Self {
        Self { parser: Parser::new(), lines: Lines::default(), octets: Octets::default(), escape: false }
    }
}

impl Screen {
    /// Writes bytes on the screen.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            // Of the escape sequences only CSI is known of the device. The others
            // would swallow text up to a terminator that a name never has.
            if std::mem::take(&mut self.escape) && byte == b'[' {
                self.parser.advance(&mut self.lines, &[ESCAPE]);
            }
            if byte == ESCAPE {
                self.octets.flush(|some| self.parser.advance(&mut self.lines, some));
                self.escape = true;
            } else {
                self.octets.push(byte, |some| self.parser.advance(&mut self.lines, some));
            }
        }
    }

    /// The lines that have ended.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines.done
    }

    /// The line that has not ended.
    pub(crate) fn last(&self) -> String {
        self.lines.text()
    }

    /// Forgets the first `count` lines that have ended.
    pub(crate) fn forget(&mut self, count: usize) {
        for line in self.lines.done.drain(..count) {
            self.lines.kept -= line.chars().count() + 1;
        }
    }

    /// Characters of the line that has not ended.
    pub(crate) fn last_size(&self) -> usize {
        self.lines.current.len()
    }

    /// Characters kept: what the memory of a reply is bounded by.
    pub(crate) fn size(&self) -> usize {
        self.lines.kept + self.lines.current.len()
    }
}

impl Lines {
    fn text(&self) -> String {
        self.current[self.residue.min(self.current.len())..].iter().collect()
    }

    fn backspace(&mut self) {
        if self.residue == 0 && self.current.iter().copied().eq(PAGER.chars()) {
            self.residue = self.current.len();
        }
        self.cursor = self.cursor.saturating_sub(1);
        self.current.truncate(self.cursor);
        self.residue = self.residue.min(self.cursor);
    }

    fn end(&mut self) {
        let line = self.text();
        self.kept += line.chars().count() + 1;
        self.done.push(line);
        self.current.clear();
        (self.cursor, self.residue) = (0, 0);
    }
}

impl Perform for Lines {
    fn print(&mut self, c: char) {
        if self.cursor < self.current.len() {
            self.current[self.cursor] = c;
        } else {
            self.current.push(c);
        }
        self.cursor += 1;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => self.end(),
            b'\r' => self.cursor = 0,
            BACKSPACE => self.backspace(),
            b'\t' => self.print('\t'),
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, _: &Params, _: &[u8], _: bool, action: char) {
        // Erase to the end of the line; moving the cursor (`ESC[24;1H`) means
        // nothing to a stream of lines.
        if action == 'K' {
            self.current.truncate(self.cursor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(bytes: &[u8]) -> (Vec<String>, String) {
        let mut screen = Screen::default();
        screen.write(bytes);
        (screen.lines().to_vec(), screen.last())
    }

    #[test]
    fn pagers_leave_nothing_behind() {
        for erased in [8, 9] {
            let erase = "\x08 \x08".repeat(erased);
            let bytes = format!("row 1\r\n --More--{erase}row 2\r\n --More--{erase}  row 3  \r\nend");
            let (lines, last) = shown(bytes.as_bytes());
            assert_eq!(
                (lines, last.as_str()),
                (vec!["row 1".into(), "row 2".into(), "  row 3  ".into()], "end")
            );
        }
    }

    #[test]
    fn a_pager_in_the_text_is_text() {
        let text = " --More-- \r\n --More--\r\nname --More--\r\n";
        assert_eq!(shown(text.as_bytes()).0, [" --More-- ", " --More--", "name --More--"]);
    }

    #[test]
    fn controls_vanish() {
        assert_eq!(shown(b"a\0b\r\r\n\x1b[24;1Hc\x1b[K\x1b[2Jd\x07\r\nold\rnew\r\n").0, ["ab", "cd", "new"]);
        assert_eq!(shown(b"a\x1b]title b\r\nc\x1bPd\r\n").0, ["a]title b", "cPd"], "nothing is swallowed");
    }

    #[test]
    fn bytes_of_other_character_sets_are_kept() {
        // José in Latin-1, 你好 in GBK; a character cut by the end of a row, and by an escape.
        let (lines, last) = shown(b"Jos\xe9\r\n\xc4\xe3\xba\xc3\r\nab\xc3\r\n\xa9\r\n\xc3\x1b[K!\r\n#");
        let bytes: Vec<_> = lines.iter().map(|line| gpon::text::bytes(line).into_owned()).collect();
        assert_eq!(bytes, [b"Jos\xe9".as_slice(), b"\xc4\xe3\xba\xc3", b"ab\xc3", b"\xa9", b"\xc3!"]);
        assert_eq!((lines[1].chars().count(), last.as_str()), (4, "#"), "a column for each byte");
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\x08 \x08\r\n\x1b[-Mo".to_vec())], 0..200),
            cut in 1usize..9,
        ) {
            let mut screen = Screen::default();
            bytes.chunks(cut).for_each(|chunk| screen.write(chunk));
            prop_assert!(screen.size() <= 2 * bytes.len() + 1);
            prop_assert_eq!((screen.lines().to_vec(), screen.last()), shown(&bytes));
        }
    }
}
