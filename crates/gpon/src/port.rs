use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, plain_number};

/// The place of a card: rack, shelf, slot, each counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CardRef {
    /// Rack, 1 on every chassis of this family.
    pub rack: u8,
    /// Shelf, 1 on every chassis of this family.
    pub shelf: u8,
    /// Slot on the shelf.
    pub slot: u8,
}

impl fmt::Display for CardRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.rack, self.shelf, self.slot)
    }
}

/// A PON port, `rack/slot/port`, each counted from 1 (`1/1/16`).
///
/// Whether a chassis has the port is for the device to say; the type only
/// keeps the numbers inside what a chassis of this family can have: rack 1,
/// slot 1..=32, port 1..=16.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PonPort {
    slot: u8,
    port: u8,
}

impl PonPort {
    /// Most PON ports on one card.
    pub const MAX_PORT: u8 = 16;
    /// Ports of the largest chassis: a C300 has 16 slots for cards of 16 ports, and one
    /// more on the largest shelf. What is bounded by the size of an OLT is so by this.
    pub const MOST: usize = 17 * Self::MAX_PORT as usize;
    /// Highest slot number of the largest chassis of the family, with room to spare.
    pub const MAX_SLOT: u8 = 32;

    const RULE: Invalid = Invalid::new(
        "pon_port",
        "a PON port is rack/slot/port such as 1/1/1 (rack 1, slot 1..32, port 1..16)",
    );

    /// The port `1/slot/port`.
    ///
    /// # Errors
    /// When the slot is not in 1..=32 or the port not in 1..=16.
    pub const fn new(slot: u8, port: u8) -> Result<Self, Invalid> {
        if slot == 0 || slot > Self::MAX_SLOT || port == 0 || port > Self::MAX_PORT {
            return Err(Self::RULE);
        }
        Ok(Self { slot, port })
    }

    /// Rack, always 1 in this family.
    pub const fn rack(self) -> u8 {
        1
    }

    /// Slot of the card (the API's `board`), 1..=32.
    pub const fn slot(self) -> u8 {
        self.slot
    }

    /// Port on the card (the API's `pon`), 1..=16.
    pub const fn port(self) -> u8 {
        self.port
    }
}

impl fmt::Display for PonPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1/{}/{}", self.slot, self.port)
    }
}

impl From<PonPort> for String {
    fn from(port: PonPort) -> Self {
        port.to_string()
    }
}

impl TryFrom<String> for PonPort {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

/// Takes `1/1/1`, `1-1-1`, and `n` for `1/1/n`.
impl FromStr for PonPort {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let byte = |part: &str| plain_number(part).and_then(|n| u8::try_from(n).ok());
        if let Some(port) = byte(text) {
            return Self::new(1, port);
        }
        let separator = if text.contains('/') { '/' } else { '-' };
        let mut parts = text.split(separator).map(byte);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Some(1)), Some(Some(slot)), Some(Some(port)), None) => Self::new(slot, port),
            _ => Err(Self::RULE),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings() {
        let port = PonPort::new(1, 7).unwrap();
        for text in ["1/1/7", "1-1-7", "7"] {
            assert_eq!(text.parse(), Ok(port), "{text}");
        }
        for text in [
            "", "0", "17", "01", "+1", "1e0", " 1", "1/1", "1/1/0", "1/1/17", "2/1/1", "1/33/1", "1/1-1",
            "1/1/1/1", "1/1/01", "1//1", "٣", "1/1/1\n", "256", "257",
        ] {
            assert!(text.parse::<PonPort>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn display_parses_back(slot in 1u8..=32, port in 1u8..=16) {
            let pon = PonPort::new(slot, port).unwrap();
            prop_assert_eq!(pon.to_string().parse::<PonPort>().unwrap(), pon);
            prop_assert_eq!(pon.to_string().replace('/', "-").parse::<PonPort>().unwrap(), pon);
        }

        #[test]
        fn never_panics(text in ".{0,20}") {
            let _ = text.parse::<PonPort>();
        }
    }
}
