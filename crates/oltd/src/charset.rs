//! The character set that the names on an OLT are typed in.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};

/// What the bytes of names and descriptions mean. An OLT keeps the bytes that
/// somebody's terminal sent and knows no character set, so that it is
/// configured; readings keep the bytes, and only what is shown is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charset(&'static Encoding);

impl Default for Charset {
    fn default() -> Self {
        Self(UTF_8)
    }
}

impl Charset {
    /// The character set of a label of the Encoding Standard (`utf-8`, `gbk`,
    /// `windows-1251`). `None` for other labels, and for sets in which ASCII is
    /// spelt otherwise: no command line could be read in them.
    pub fn of_label(label: &str) -> Option<Self> {
        Encoding::for_label_no_replacement(label.as_bytes())
            .filter(|encoding| encoding.is_ascii_compatible())
            .map(Self)
    }

    /// Its name in the Encoding Standard.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What a text of a reading says; what is no character shows as U+FFFD.
    pub fn show(self, text: &str) -> Cow<'_, str> {
        if text.is_ascii() {
            return Cow::Borrowed(text);
        }
        match (gpon::text::bytes(text), self.0 == UTF_8) {
            (Cow::Borrowed(_), true) => Cow::Borrowed(text),
            (bytes, _) => Cow::Owned(self.0.decode_without_bom_handling(&bytes).0.into_owned()),
        }
    }

    /// The same for a text that there may be.
    pub fn text(self, text: &Option<String>) -> Option<Cow<'_, str>> {
        text.as_deref().map(|text| self.show(text))
    }
}

/// Shows as U+FFFD what was never decoded: texts that are no names, and what
/// a sentence quotes. JSON holds such bytes as characters of private use; all
/// of these are three bytes long.
pub(crate) fn replace_kept(mut json: Vec<u8>) -> Vec<u8> {
    // Nearly all answers are ASCII.
    if json.is_ascii() {
        return json;
    }
    let mut at = 0;
    while let Some(found) = json[at..].iter().position(|byte| *byte == 0xee) {
        at += found;
        if let Some(character @ [_, 0xbe | 0xbf, _]) = json.get_mut(at..at + 3) {
            character.copy_from_slice("\u{fffd}".as_bytes());
        }
        at += 1;
    }
    json
}

#[cfg(test)]
mod tests {
    use gpon::text::keep;
    use proptest::prelude::*;

    use super::*;

    fn shown(label: &str, bytes: &[u8]) -> String {
        Charset::of_label(label).unwrap().show(&keep(bytes)).into_owned()
    }

    #[test]
    fn names_in_the_sets_of_their_countries() {
        for (label, bytes, name) in [
            ("utf-8", "Señora 中文".as_bytes(), "Señora 中文"),
            ("utf-8", b"Jos\xe9!", "Jos\u{fffd}!"),
            ("latin1", b"Jos\xe9", "José"),
            ("windows-1251", b"\xc8\xe2\xe0\xed", "Иван"),
            ("gbk", b"\xc4\xe3\xba\xc3 7", "你好 7"),
            // The second byte of this one is a backslash.
            ("big5", b"\xb3\\", "許"),
            ("shift_jis", b"\x83\\", "ソ"),
            // Two characters of Cyrillic that are one of UTF-8.
            ("windows-1251", b"\xd0\xb0", "Р°"),
            ("gbk", b"\xff7", "\u{fffd}7"),
        ] {
            assert_eq!(shown(label, bytes), name, "{label}");
        }
        assert_eq!(Charset::default().text(&None), None);
    }

    #[test]
    fn labels() {
        assert_eq!(Charset::of_label("Latin1").unwrap().name(), "windows-1252");
        assert_eq!(Charset::of_label(" GBK ").unwrap().name(), "GBK");
        for label in
            ["", "utf8mb4", "klingon", "utf-16", "utf-16be", "iso-2022-jp", "hz-gb-2312", "replacement"]
        {
            assert_eq!(Charset::of_label(label), None, "{label}");
        }
    }

    #[test]
    fn what_is_left_is_replaced() {
        let json = format!("{{\"a\":\"{}é中\u{ee00}\"}}", keep(b"x\x80\xbf\xc0\xff"));
        let replaced = String::from_utf8(replace_kept(json.into_bytes())).unwrap();
        assert_eq!(replaced, "{\"a\":\"x\u{fffd}\u{fffd}\u{fffd}\u{fffd}é中\u{ee00}\"}");
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown(bytes: Vec<u8>, label in prop::sample::select(vec!["utf-8", "gbk", "big5", "koi8-r"])) {
            let text = shown(label, &bytes);
            let json = serde_json::to_vec(&keep(&bytes)).unwrap();
            prop_assert!(serde_json::from_slice::<String>(&replace_kept(json)).is_ok());
            prop_assert!(text.len() <= 3 * bytes.len() + 3);
        }
    }
}
