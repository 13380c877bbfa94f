//! Lines that may be sent to an OLT.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A line that may be sent to an OLT: what a terminal's keys could do besides
/// typing text is not in it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// As `gpon::text` keeps text: with its bytes, whatever character set they are of.
    text: Cow<'static, str>,
    silence: Duration,
}

/// Longest line, in bytes: far beyond every command of the fact sheet.
const LONGEST: usize = 255;

/// The longest silence in the middle of an answer. OMCI reads take up to 5 s, the
/// list of a full PON over 15 s on old firmware (fact sheet, CLI §6 nr. 11).
pub(super) const SILENCE: Duration = Duration::from_secs(25);
/// Lines that may be silent for longer, by their first word: `write` takes minutes
/// with hundreds of ONUs, and clients wait up to 600 s for it (CLI §1.7);
/// `sn-bind` blocks for seconds (CLI §9.2).
const SLOW: [(&str, Duration); 2] =
    [("write", Duration::from_secs(600)), ("sn-bind", Duration::from_secs(60))];

/// Begins what telnet says about itself; in a text it is sent twice (RFC 854).
const IAC: u8 = 0xff;

/// A text that is no line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a command has 1 to {LONGEST} bytes, no control character and no `?` among them, and no blanks around it"
)]
pub(crate) struct NoLine;

impl Line {
    /// A line of this text, of which `gpon::text` keeps the bytes.
    ///
    /// # Errors
    /// Control characters, which edit or end the line or leave what is under way
    /// (CLI §1.1), those of Unicode among them; `?`, which the device answers at
    /// once (§1.2); blanks around it, without which its echo is looked for; nothing,
    /// or too much.
    pub(crate) fn new(text: &str) -> Result<Self, NoLine> {
        let bytes = gpon::text::bytes(text);
        // Bytes that were kept one by one may be characters together, as which
        // they come back in the echo.
        let text = gpon::text::keep(&bytes);
        let typed = !text.contains(|c: char| c.is_control() || c == '?');
        if typed && text.trim() == text && (1..=LONGEST).contains(&bytes.len()) {
            return Ok(Self { silence: silence(&text), text: Cow::Owned(text) });
        }
        Err(NoLine)
    }

    /// A line that a dialect holds.
    pub(crate) fn ours(text: &'static str) -> Self {
        debug_assert!(Self::new(text).is_ok(), "{text}");
        Self { silence: silence(text), text: Cow::Borrowed(text) }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Its name in an error: what a person reads back is whole, a line that
    /// configures may hold a secret.
    pub(super) fn name(&self) -> &str {
        let first = self.text.split(' ').next().unwrap_or_default();
        if matches!(first, "show" | "terminal") { &self.text } else { first }
    }

    /// Whether it only shows something.
    pub(super) fn only_shows(&self) -> bool {
        self.text.split(' ').next() == Some("show")
    }

    /// What goes over the telnet session. A line feed alone ends it: with a
    /// carriage return the device sees two lines (§1.2).
    pub(super) fn sent(&self) -> Vec<u8> {
        let bytes = gpon::text::bytes(&self.text);
        let twice = |byte: &u8| std::iter::repeat_n(*byte, if *byte == IAC { 2 } else { 1 });
        bytes.iter().flat_map(twice).chain([b'\n']).collect()
    }

    /// The longest silence on the way to its prompt.
    pub(super) fn silence(&self) -> Duration {
        self.silence
    }

    /// The longest way to its prompt, for a line that writes and keeps talking:
    /// whoever is not silent for long may be twice as long under way.
    pub(super) fn longest(&self) -> Duration {
        2 * self.silence
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Line").field(&self.name()).finish()
    }
}

fn silence(text: &str) -> Duration {
    let first = text.split(' ').next().unwrap_or_default();
    SLOW.iter().find(|(word, _)| *word == first).map_or(SILENCE, |(_, silence)| *silence)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cli::reader::Reader;

    #[test]
    fn only_text_is_sent() {
        assert_eq!(Line::new("show card").unwrap().as_str(), "show card");
        for text in [
            "",
            " ",
            "show card\n",
            "show\rcard",
            "show ?",
            "a\x03",
            "a\tb",
            "a\x7f",
            "a\u{85}b",
            " a",
            "a\u{3000}",
            &"a".repeat(256),
            &"\u{efe9}\u{ef80}".repeat(128),
        ] {
            assert!(Line::new(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_line_is_bytes() {
        let sent = |bytes: &[u8]| Line::new(&gpon::text::keep(bytes)).unwrap().sent();
        assert_eq!(sent("name köln".as_bytes()), "name köln\n".as_bytes());
        assert_eq!(sent(b"name k\xf6ln \xc4\xe3"), b"name k\xf6ln \xc4\xe3\n");
        assert_eq!(sent(b"name \xff"), b"name \xff\xff\n", "no word of telnet");
        let halves = [gpon::text::keep(b"k\xc3"), gpon::text::keep(b"\xb6ln")].concat();
        assert_eq!(Line::new(&halves).unwrap().as_str(), "k\u{f6}ln");
    }

    #[test]
    fn each_line_has_its_silence() {
        for (text, seconds) in [
            ("write", 600),
            ("sn-bind enable", 60),
            ("writer", 25),
            ("no sn-bind", 25),
            ("onu 1 type X sn ZTEG00000001", 25),
        ] {
            let line = Line::new(text).unwrap();
            assert_eq!(line.silence().as_secs(), seconds, "{text}");
            assert_eq!(line.longest().as_secs(), 2 * seconds, "{text}");
        }
    }

    #[test]
    fn no_secret_is_shown() {
        let line = Line::new("username x password hunter2").unwrap();
        assert_eq!((line.name(), format!("{line:?}").contains("hunter2")), ("username", false));
        assert_eq!(Line::new("show onu 1").unwrap().name(), "show onu 1");
    }

    proptest! {
        /// Whatever is sent is one line, types no help and no key, and is known
        /// again in its echo, however the device's terminal is cut.
        #[test]
        fn what_is_sent_is_known_in_its_echo(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                prop::collection::vec(0x80_u8.., 1..40),
                "[ -~]{1,60}".prop_map(String::into_bytes),
                "[a-z ]{0,9}\\PC{1,20}".prop_map(String::into_bytes),
            ],
            cut in 1_usize..9,
        ) {
            let Ok(line) = Line::new(&gpon::text::keep(&bytes)) else { return Ok(()) };
            let sent = line.sent();
            let text = sent.strip_suffix(b"\n").unwrap();
            prop_assert!(text.iter().all(|byte| *byte >= b' ' && *byte != 0x7f && *byte != b'?'));
            prop_assert_eq!(gpon::text::bytes(line.as_str()).into_owned(), bytes);
            let mut reader = Reader::default();
            reader.feed(b"ZXAN#");
            prop_assert!(reader.landed().is_some());
            reader.begin(line.as_str());
            // A device echoes what it took, and sends IAC twice as well.
            let answer = [text, b"\r\nrow\r\nZXAN#"].concat();
            for piece in answer.chunks(cut) {
                reader.feed(piece);
            }
            prop_assert_eq!(reader.reply().map(|reply| reply.text), Some("row\n".to_owned()));
        }

        #[test]
        fn keys_and_help_are_refused(
            text in "[a-z ]{0,9}",
            key in prop_oneof![0_u8..0x20, Just(0x7f_u8), Just(b'?')],
            rest in "[a-z ]{0,9}",
        ) {
            let line = [text.as_bytes(), &[key], rest.as_bytes()].concat();
            prop_assert!(Line::new(&gpon::text::keep(&line)).is_err());
        }
    }
}
