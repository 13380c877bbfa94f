//! Bytes that are no text on their way through commands that print text.

/// The characters that stand for single bytes: 0xF780 for byte 0x80, and so on. They are
/// of the private use area, and a text that has one of them is taken apart as well, so
/// that every sequence of bytes comes out as it went in.
const BASE: u32 = 0xf700;

/// Any bytes as a text, a character for each that is no UTF-8.
pub(crate) fn any_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match stands_for(character) {
                None => text.push(character),
                Some(_) => text.extend(character.encode_utf8(&mut [0; 4]).bytes().map(stand_in)),
            }
        }
        text.extend(chunk.invalid().iter().copied().map(stand_in));
    }
    text
}

/// The bytes that `text` was made of.
pub(crate) fn bytes_of<'a>(text: impl IntoIterator<Item = &'a char>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for character in text {
        match stands_for(*character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

fn stand_in(byte: u8) -> char {
    char::from_u32(BASE + u32::from(byte)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn stands_for(character: char) -> Option<u8> {
    u8::try_from(u32::from(character).checked_sub(BASE)?).ok().filter(|byte| *byte >= 0x80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_stays_text() {
        assert_eq!(any_bytes("Jos\u{e9}".as_bytes()), "Jos\u{e9}");
        assert_eq!(any_bytes(b"Jos\xe9").chars().count(), 4);
    }

    proptest! {
        #[test]
        fn bytes_come_out_as_they_went_in(
            bytes in prop::collection::vec(any::<u8>(), 0..60),
            text in "[a\u{f77f}-\u{f801}]{0,5}",
        ) {
            let bytes = [&bytes[..], text.as_bytes()].concat();
            let characters: Vec<char> = any_bytes(&bytes).chars().collect();
            prop_assert_eq!(bytes_of(&characters), bytes);
        }
    }
}
