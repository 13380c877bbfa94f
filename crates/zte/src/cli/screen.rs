//! What a terminal would show: the line editing of the device undone (fact
//! sheet, CLI §1.2 and §1.3).

use vte::{Params, Parser, Perform};

use super::halves::Halves;
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
    /// Half a character that has not come whole yet.
    halves: Halves,
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("lines", &self.lines).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Lines {
    /// Lines that have ended, each with its `\n`. One text, since a device may
    /// send millions of empty ones.
    done: String,
    /// How many lines are in there.
    kept: usize,
    /// How many have ended, forgotten ones included.
    ended: u64,
    current: Vec<char>,
    cursor: usize,
    /// How much of the front of the current line is what is left of an erased
    /// pager: devices erase 8 or 9 of its 9 characters.
    residue: usize,
}

impl Default for Screen {
    fn default() -> Self {
        Self {
            parser: Parser::new(),
            lines: Lines::default(),
            octets: Octets::default(),
            escape: false,
            halves: Halves::default(),
        }
    }
}

impl Screen {
    /// Writes bytes on the screen.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let mut halves = std::mem::take(&mut self.halves);
        bytes.iter().for_each(|byte| halves.take(*byte, |byte| self.byte(byte)));
        self.halves = halves;
    }

    fn byte(&mut self, byte: u8) {
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

    /// The lines that have ended.
    pub(crate) fn lines(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.lines.done.split_terminator('\n')
    }

    /// How many lines have ended since the beginning.
    pub(crate) fn ended(&self) -> u64 {
        self.lines.ended
    }

    /// How many lines are kept.
    pub(crate) fn kept(&self) -> usize {
        self.lines.kept
    }

    /// The line that has not ended.
    pub(crate) fn last(&self) -> String {
        self.lines.text().collect()
    }

    /// The lines that have ended, each with its `\n`, which are forgotten.
    pub(crate) fn take(&mut self) -> String {
        self.lines.kept = 0;
        std::mem::take(&mut self.lines.done)
    }

    /// Forgets the first `count` lines that have ended.
    pub(crate) fn forget(&mut self, count: usize) {
        let ends = self.lines.done.match_indices('\n');
        let end = count.checked_sub(1).and_then(|last| ends.map(|(at, _)| at).nth(last));
        self.lines.kept -= count.min(self.lines.kept);
        self.lines.done.drain(..end.map_or(0, |end| end + 1));
    }

    /// Forgets all lines that have ended.
    pub(crate) fn clear(&mut self) {
        self.lines.kept = 0;
        self.lines.done.clear();
    }

    /// Characters of the line that has not ended.
    pub(crate) fn last_size(&self) -> usize {
        self.lines.current.len()
    }

    /// Bytes kept.
    pub(crate) fn size(&self) -> usize {
        self.lines.done.len() + self.lines.current.len() * size_of::<char>()
    }
}

impl Lines {
    fn text(&self) -> impl Iterator<Item = char> {
        self.current.iter().skip(self.residue).copied()
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
        self.done.extend(self.current.iter().skip(self.residue));
        self.done.push('\n');
        (self.kept, self.ended) = (self.kept + 1, self.ended + 1);
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
        (kept(&screen), screen.last())
    }

    fn kept(screen: &Screen) -> Vec<String> {
        screen.lines().map(str::to_owned).collect()
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

    /// Millions of empty lines cost their bytes, not more.
    #[test]
    fn lines_take_their_bytes() {
        let mut screen = Screen::default();
        screen.write(&[b'\n'; 100_000]);
        assert_eq!((screen.kept(), screen.size()), (100_000, 100_000));
        assert_eq!(screen.take().len(), 100_000);
        assert_eq!((screen.kept(), screen.size(), screen.ended()), (0, 0, 100_000));
    }

    #[test]
    fn a_letter_that_a_wrap_cut_is_whole() {
        assert_eq!(shown(b"Se\xc3\r\n\xb1ora\r\n").0, ["Se\u{f1}", "ora"]);
        assert_eq!(shown(b"latin \xf1\r\nora\r\n").0, ["latin \u{eff1}", "ora"]);
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
        assert_eq!(bytes, [b"Jos\xe9".as_slice(), b"\xc4\xe3\xba\xc3", b"ab\xc3\xa9", b"", b"\xc3!"]);
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
            prop_assert!(screen.size() <= 4 * bytes.len());
            prop_assert_eq!((kept(&screen), screen.last()), shown(&bytes));
            let (lines, half) = (screen.kept(), screen.kept() / 2);
            prop_assert_eq!((lines, screen.ended()), (screen.lines().count(), lines as u64));
            screen.forget(half);
            prop_assert_eq!(kept(&screen), shown(&bytes).0[half..].to_vec());
            prop_assert_eq!((screen.kept(), screen.ended()), (lines - half, lines as u64));
        }
    }
}
