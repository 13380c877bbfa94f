/// WILL ECHO, WILL NAWS, WILL TTYPE, DO TERMINAL-SPEED, DO SGA: the first bytes
/// that a device sends (fact sheet, CLI §1.1).
pub(crate) const GREETING: [u8; 15] =
    [IAC, WILL, 0x01, IAC, WILL, 0x1f, IAC, WILL, 0x18, IAC, DO, 0x20, IAC, DO, 0x03];

const IAC: u8 = 0xff;
const DONT: u8 = 0xfe;
const DO: u8 = 0xfd;
const WILL: u8 = 0xfb;
const SB: u8 = 0xfa;
const SE: u8 = 0xf0;

/// A key as it was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// CR, or LF of its own.
    Enter,
    /// LF right behind a CR: at the prompt a second Enter (fact sheet, CLI §1.2).
    SecondEnter,
    /// Any other byte.
    Byte(u8),
}

/// Takes the telnet protocol out of what a client sends. Whatever a client
/// answers to the negotiation is accepted and changes nothing.
#[derive(Debug, Default)]
pub(crate) struct Telnet {
    state: State,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    #[default]
    Text,
    AfterCr,
    Command,
    Option,
    Subnegotiation,
    SubnegotiationCommand,
}

impl Telnet {
    /// Forgets a CR, so that a LF stands for itself.
    pub(crate) fn forget_cr(&mut self) {
        if matches!(self.state, State::AfterCr) {
            self.state = State::Text;
        }
    }

    /// The key that `byte` completes.
    pub(crate) fn key(&mut self, byte: u8) -> Option<Key> {
        let (state, key) = match (self.state, byte) {
            (State::Text | State::AfterCr, IAC) => (State::Command, None),
            (State::AfterCr, b'\n') => (State::Text, Some(Key::SecondEnter)),
            (State::Text | State::AfterCr, 0) => (State::Text, None),
            (State::Text | State::AfterCr, b'\r') => (State::AfterCr, Some(Key::Enter)),
            (State::Text, b'\n') => (State::Text, Some(Key::Enter)),
            (State::Text | State::AfterCr, byte) => (State::Text, Some(Key::Byte(byte))),
            (State::Command, IAC) => (State::Text, Some(Key::Byte(IAC))),
            (State::Command, SB) => (State::Subnegotiation, None),
            (State::Command, WILL..=DONT) => (State::Option, None),
            (State::Command | State::Option, _) => (State::Text, None),
            (State::Subnegotiation, IAC) => (State::SubnegotiationCommand, None),
            (State::SubnegotiationCommand, SE) => (State::Text, None),
            (State::Subnegotiation | State::SubnegotiationCommand, _) => (State::Subnegotiation, None),
        };
        self.state = state;
        key
    }
}

/// Doubles what telnet would take for its own.
pub(crate) fn escape(bytes: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(bytes.len());
    for byte in bytes {
        escaped.push(*byte);
        if *byte == IAC {
            escaped.push(IAC);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut telnet = Telnet::default();
        bytes.iter().filter_map(|byte| telnet.key(*byte)).collect()
    }

    #[test]
    fn ends_of_lines() {
        assert_eq!(keys(b"\r\n"), [Key::Enter, Key::SecondEnter]);
        assert_eq!(keys(b"\r\0\r\0"), [Key::Enter, Key::Enter]);
        assert_eq!(keys(b"\n\n"), [Key::Enter, Key::Enter]);
        assert_eq!(keys(b"\ra\n"), [Key::Enter, Key::Byte(b'a'), Key::Enter]);
    }

    #[test]
    fn negotiation_is_no_text() {
        let sent = b"\xff\xfd\x01a\xff\xfa\x1f\x01\xf4\xff\xff\x00\xff\xf0b\xff\xff\xff\xf1c";
        assert_eq!(keys(sent), [b'a', b'b', 0xff, b'c'].map(Key::Byte));
        assert_eq!(escape(b"a\xffb"), b"a\xff\xffb");
    }
}
