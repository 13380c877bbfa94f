use std::fmt::{self, Display, Formatter, Write};

/// Characters of a value that a sentence shows; what follows is only counted.
const SHOWN: usize = 80;

/// A foreign value within a sentence: in double quotes, and such that it can move
/// no terminal, begin no line and hide nothing.
///
/// What is not seen as itself stands in angle brackets: control characters by
/// their names or numbers (`<LF>`, `<0x07>`), characters without a width and those
/// that turn the direction of writing as `<U+202E>`, and bytes that are not UTF-8
/// as `<0x81>`. Everything else stays as it is. Of a long value the first 80
/// characters are shown.
///
/// ```
/// # use gpon::quoted;
/// assert_eq!(quoted("up\u{1b}[2J").to_string(), "\"up<ESC>[2J\"");
/// assert_eq!(quoted(b"K\x81ln").to_string(), "\"K<0x81>ln\"");
/// ```
#[derive(Clone, Copy)]
pub struct Quoted<'a>(&'a [u8]);

/// Quotes text, or bytes that should be text.
pub fn quoted<T: AsRef<[u8]> + ?Sized>(value: &T) -> Quoted<'_> {
    Quoted(value.as_ref())
}

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let mut room = SHOWN;
        let mut rest = 0;
        for chunk in self.0.utf8_chunks() {
            for char in chunk.valid().chars() {
                match room.checked_sub(1) {
                    Some(less) => {
                        room = less;
                        visible(char, f)?;
                    }
                    None => rest += 1,
                }
            }
            for byte in chunk.invalid() {
                match room.checked_sub(1) {
                    Some(less) => {
                        room = less;
                        write!(f, "<0x{byte:02X}>")?;
                    }
                    None => rest += 1,
                }
            }
        }
        match rest {
            0 => f.write_char('"'),
            _ => write!(f, "...\" and {rest} more characters"),
        }
    }
}

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

fn visible(char: char, f: &mut Formatter<'_>) -> fmt::Result {
    match char {
        '\0' => f.write_str("<NUL>"),
        '\t' => f.write_str("<TAB>"),
        '\n' => f.write_str("<LF>"),
        '\r' => f.write_str("<CR>"),
        '\u{1b}' => f.write_str("<ESC>"),
        _ if char.is_control() => write!(f, "<0x{:02X}>", u32::from(char)),
        _ if is_unseen(char) => write!(f, "<U+{:04X}>", u32::from(char)),
        _ => f.write_char(char),
    }
}

/// Whether a character has no width, is a blank that is no blank, or turns the
/// direction of writing (Unicode's classes Cf, Zl, Zp and Zs, the usual ones).
fn is_unseen(char: char) -> bool {
    matches!(
        char,
        '\u{a0}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{205f}'..='\u{206f}'
            | '\u{3000}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_seen_stays_and_the_rest_is_named() {
        for (value, shown) in [
            (&b""[..], "\"\""),
            ("K\u{f6}ln \\ \"Roth\" \u{5317}".as_bytes(), "\"K\u{f6}ln \\ \"Roth\" \u{5317}\""),
            (b"a\r\n\tb\0", "\"a<CR><LF><TAB>b<NUL>\""),
            (b"\x07\x7f\xc2\x9b", "\"<0x07><0x7F><0x9B>\""),
            (b"\xff\xfbok\xe2\x82", "\"<0xFF><0xFB>ok<0xE2><0x82>\""),
            ("\u{feff}a\u{202e}b\u{200b}".as_bytes(), "\"<U+FEFF>a<U+202E>b<U+200B>\""),
        ] {
            assert_eq!(quoted(value).to_string(), shown);
        }
    }

    #[test]
    fn long_values_are_cut() {
        let long = "x".repeat(SHOWN);
        assert_eq!(quoted(&long).to_string(), format!("\"{long}\""));
        let longer = format!("{long}yz");
        assert_eq!(quoted(&longer).to_string(), format!("\"{long}...\" and 2 more characters"));
    }

    proptest! {
        #[test]
        fn nothing_moves_a_terminal_and_all_is_bounded(value in proptest::collection::vec(any::<u8>(), 0..400)) {
            let shown = quoted(&value).to_string();
            prop_assert!(!shown.chars().any(|char| char.is_control() || is_unseen(char)), "{}", shown);
            prop_assert!(shown.chars().count() <= SHOWN * 8 + 40, "{}", shown);
        }
    }
}
