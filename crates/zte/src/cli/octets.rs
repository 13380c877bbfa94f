//! Bytes of any character set, made fit for a terminal that knows UTF-8 alone.

/// Passes UTF-8 through and turns every other byte into the character that
/// `gpon::text` keeps it as, however the stream is cut. A name in another
/// character set then survives line editing, wrapping and parsing, one
/// character for each of its bytes, which is how the device counts columns.
#[derive(Debug, Default)]
pub(super) struct Octets {
    /// The beginning of a character whose end has not come.
    pending: Vec<u8>,
}

impl Octets {
    /// Takes a byte; hands on what is decided of it and of those before it.
    pub(super) fn push(&mut self, byte: u8, mut take: impl FnMut(&[u8])) {
        if byte.is_ascii() {
            self.flush(&mut take);
            return take(&[byte]);
        }
        self.pending.push(byte);
        while !self.pending.is_empty() {
            let decided = match std::str::from_utf8(&self.pending) {
                Ok(_) => self.pending.len(),
                Err(error) => match error.error_len() {
                    // What comes next decides.
                    None => return,
                    Some(wrong) => error.valid_up_to() + wrong,
                },
            };
            take(gpon::text::keep(&self.pending[..decided]).as_bytes());
            self.pending.drain(..decided);
        }
    }

    /// What was begun has no end.
    pub(super) fn flush(&mut self, mut take: impl FnMut(&[u8])) {
        if !self.pending.is_empty() {
            take(gpon::text::keep(&self.pending).as_bytes());
            self.pending.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn passed(bytes: &[u8]) -> String {
        let (mut octets, mut out) = (Octets::default(), Vec::new());
        // The prompt behind every answer is ASCII.
        bytes.iter().chain(b"#").for_each(|byte| octets.push(*byte, |some| out.extend_from_slice(some)));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn characters_pass_and_other_bytes_are_kept() {
        assert_eq!(passed("Señora 中文 🙂".as_bytes()), "Señora 中文 🙂#");
        assert_eq!(passed(b"Jos\xe9 \xc4\xe3\xba\xc3"), "Jos\u{efe9} \u{efc4}\u{efe3}\u{efba}\u{efc3}#");
        assert_eq!(passed(b"\xe4\xb8\r\n\xad"), "\u{efe4}\u{efb8}\r\n\u{efad}#");
    }

    proptest! {
        #[test]
        fn as_if_read_at_once(bytes: Vec<u8>) {
            let mut whole = bytes.clone();
            whole.push(b'#');
            prop_assert_eq!(passed(&bytes), gpon::text::keep(&whole));
        }
    }
}
