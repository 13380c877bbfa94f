//! Characters that a wrap cut in two.
//!
//! A terminal that counts bytes ends a line in the middle of a character of
//! several bytes (fact sheet, CLI §1.2 on wraps; which of the two a device
//! counts is not known). The rest of the character then begins the next line,
//! and either half would be lost: the whole of it is put at the end of the first.

/// Most bytes that end a line: carriage returns, the line feed, NULs.
const ENDS: usize = 6;

/// Bytes on their way, of which half a character waits for its rest.
#[derive(Debug, Default)]
pub(crate) struct Halves {
    half: Vec<u8>,
    /// How many bytes of the character are still to come.
    wanted: usize,
    /// The end of the line that came in the middle of it.
    end: Vec<u8>,
}

impl Halves {
    /// Takes a byte and passes on what is complete.
    pub(crate) fn take(&mut self, byte: u8, mut pass: impl FnMut(u8)) {
        if self.wanted > 0 {
            if byte & 0xc0 == 0x80 {
                self.half.push(byte);
                self.wanted -= 1;
                if self.wanted == 0 {
                    self.pass(&mut pass);
                }
                return;
            }
            if matches!(byte, b'\r' | b'\n' | 0) && self.end.len() < ENDS {
                return self.end.push(byte);
            }
            // It had no rest.
            self.pass(&mut pass);
        }
        self.wanted = match byte {
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => return pass(byte),
        };
        self.half.push(byte);
    }

    /// Passes on what waits, at the end of the bytes.
    pub(crate) fn finish(&mut self, mut pass: impl FnMut(u8)) {
        self.pass(&mut pass);
    }

    fn pass(&mut self, pass: &mut impl FnMut(u8)) {
        self.wanted = 0;
        self.half.drain(..).chain(self.end.drain(..)).for_each(pass);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(bytes: &[u8]) -> Vec<u8> {
        let (mut halves, mut out) = (Halves::default(), Vec::new());
        bytes.iter().for_each(|byte| halves.take(*byte, |byte| out.push(byte)));
        halves.finish(|byte| out.push(byte));
        out
    }

    #[test]
    fn a_character_in_two_lines_is_whole_in_the_first() {
        assert_eq!(whole(b"a\xc3\r\n\xb1b"), "añ\r\nb".as_bytes());
        assert_eq!(whole(b"a\xe2\x82\r\r\n\xacb"), "a€\r\r\nb".as_bytes());
        for kept in [&b"a\xc3\r\nb"[..], b"\xc3", b"\xc3\r\n", b"\xc3\xc3\xb1", b"\xb1\xff\r\n\xb1"] {
            assert_eq!(whole(kept), kept, "{kept:?}");
        }
    }

    proptest! {
        #[test]
        fn text_stays_as_it_is(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            prop_assert_eq!(whole(text.as_bytes()), text.as_bytes());
            let mut sorted = (whole(&bytes), bytes);
            sorted.0.sort_unstable();
            sorted.1.sort_unstable();
            prop_assert_eq!(sorted.0, sorted.1, "nothing is lost");
        }
    }
}
