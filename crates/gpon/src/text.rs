//! Text in whatever character set it was typed in.

use std::borrow::Cow;

/// The characters that stand for bytes: U+EF80 to U+EFFF, in the area that
/// Unicode leaves to private use, one for each byte from 0x80 to 0xFF.
const BASE: u32 = 0xef00;

/// Text as a device holds it, which knows no character set: whoever typed a name
/// chose one. What is UTF-8 stands as it is; every other byte is kept as one
/// character, so that [`bytes`] has them all back.
///
/// Nothing but a reader of devices makes such text, and nothing shows it but by
/// way of its bytes.
pub fn keep(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // A device that really holds one of ours: its bytes are kept one by one.
            if byte(c).is_some() {
                let mut octets = [0; 4];
                text.extend(c.encode_utf8(&mut octets).bytes().filter_map(kept));
            } else {
                text.push(c);
            }
        }
        text.extend(chunk.invalid().iter().copied().filter_map(kept));
    }
    text
}

/// The bytes of a text that was kept.
pub fn bytes(text: &str) -> Cow<'_, [u8]> {
    if text.is_ascii() || !text.chars().any(|c| byte(c).is_some()) {
        return Cow::Borrowed(text.as_bytes());
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match byte(c) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    Cow::Owned(bytes)
}

/// The character that a byte outside ASCII is kept as.
fn kept(byte: u8) -> Option<char> {
    char::from_u32(BASE + u32::from(byte)).filter(|_| !byte.is_ascii())
}

/// The byte that a character stands for.
fn byte(c: char) -> Option<u8> {
    u8::try_from(u32::from(c).checked_sub(BASE)?).ok().filter(|byte| !byte.is_ascii())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn utf_8_stays_and_other_bytes_are_characters() {
        assert_eq!(keep("Señora 中文".as_bytes()), "Señora 中文");
        assert_eq!(keep(b"Jos\xe9"), "Jos\u{efe9}");
        assert_eq!(*bytes("Jos\u{efe9}"), *b"Jos\xe9");
        // A character of two bytes, cut by the end of a line and put together again.
        let halves = [keep(b"Jos\xc3"), keep(b"\xa9")].concat();
        assert_eq!(*bytes(&halves), *"José".as_bytes());
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(octets: Vec<u8>) {
            prop_assert_eq!(bytes(&keep(&octets)).into_owned(), octets);
        }

        #[test]
        fn text_without_ours_is_itself(text in "[^\u{ef80}-\u{efff}]*") {
            prop_assert_eq!(keep(text.as_bytes()), text);
        }

        #[test]
        fn private_characters_survive(text in "[a\u{ef7f}-\u{f000}]*") {
            prop_assert_eq!(bytes(&keep(text.as_bytes())).into_owned(), text.into_bytes());
        }
    }
}
