//! The telnet protocol, without I/O: what is data, and what the peer's offers
//! are answered (fact sheet, CLI §1.1).

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const ECHO: u8 = 1;
const SUPPRESS_GO_AHEAD: u8 = 3;

#[derive(Debug, Clone, Copy)]
enum State {
    Data,
    Iac,
    /// After IAC and one of WILL, WONT, DO, DONT.
    Option(u8),
    Subnegotiation,
    /// After IAC inside a subnegotiation.
    SubnegotiationIac,
}

/// Takes the protocol out of a stream of bytes, however it is cut.
#[derive(Debug)]
pub(crate) struct Telnet {
    state: State,
    /// Options that were answered already, by command; a peer that asks again
    /// and again is not answered again and again.
    answered: [[bool; 256]; 2],
}

impl Default for Telnet {
    fn default() -> Self {
        Self { state: State::Data, answered: [[false; 256]; 2] }
    }
}

impl Telnet {
    /// Appends the data of `input` to `data`, and what must be answered to `replies`.
    ///
    /// The server's echo and its suppressed go-ahead are accepted, as the device
    /// does both whatever one says; all else is refused, which works (§1.1).
    pub(crate) fn filter(&mut self, input: &[u8], data: &mut Vec<u8>, replies: &mut Vec<u8>) {
        for &byte in input {
            self.state = match (self.state, byte) {
                (State::Data, IAC) => State::Iac,
                (State::Data, byte) => {
                    data.push(byte);
                    State::Data
                }
                (State::Iac, IAC) => {
                    data.push(IAC);
                    State::Data
                }
                (State::Iac, WILL | WONT | DO | DONT) => State::Option(byte),
                (State::Iac, SB) => State::Subnegotiation,
                (State::Iac, _) => State::Data,
                (State::Option(command), option) => {
                    self.offered(command, option, replies);
                    State::Data
                }
                (State::Subnegotiation, IAC) => State::SubnegotiationIac,
                // A subnegotiation belongs to an option that we refused: skipped.
                (State::SubnegotiationIac, SE) => State::Data,
                (State::Subnegotiation | State::SubnegotiationIac, _) => State::Subnegotiation,
            };
        }
    }

    fn offered(&mut self, command: u8, option: u8, replies: &mut Vec<u8>) {
        let (table, answer) = match (command, option) {
            (WILL, ECHO | SUPPRESS_GO_AHEAD) => (0, DO),
            (WILL, _) => (0, DONT),
            (DO, _) => (1, WONT),
            // Nothing was ever enabled that could be disabled.
            _ => return,
        };
        if !std::mem::replace(&mut self.answered[table][usize::from(option)], true) {
            replies.extend([IAC, answer, option]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(input: &[u8]) -> (Vec<u8>, Vec<u8>) {
        let (mut data, mut replies) = (Vec::new(), Vec::new());
        Telnet::default().filter(input, &mut data, &mut replies);
        (data, replies)
    }

    #[test]
    fn the_fifteen_bytes() {
        let greeting = [255, 251, 1, 255, 251, 31, 255, 251, 24, 255, 253, 32, 255, 253, 3];
        let (data, replies) = whole(&greeting);
        assert_eq!(data, b"");
        assert_eq!(replies, [255, 253, 1, 255, 254, 31, 255, 254, 24, 255, 252, 32, 255, 252, 3]);
        assert_eq!(whole(&[greeting, greeting].concat()).1, replies, "asked twice, answered once");
    }

    #[test]
    fn data_among_commands() {
        assert_eq!(whole(b"a\xff\xffb\xff\xfa\x18\x01\xff\xff\xff\xf0c\xff\xf1d").0, b"a\xffbcd");
    }

    proptest! {
        #[test]
        fn cuts_change_nothing(input: Vec<u8>, cut in 1usize..8) {
            let (mut data, mut replies) = (Vec::new(), Vec::new());
            let mut telnet = Telnet::default();
            for chunk in input.chunks(cut) {
                telnet.filter(chunk, &mut data, &mut replies);
            }
            prop_assert!(data.len() <= input.len() && replies.len() <= input.len());
            prop_assert_eq!((data, replies), whole(&input));
        }
    }
}
