use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::Invalid;

/// The serial number of an ONU: a vendor prefix of four letters or digits and
/// four bytes, written as `ZTEGC0000001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct SerialNumber {
    vendor: [u8; 4],
    number: [u8; 4],
}

impl SerialNumber {
    const RULE: Invalid = Invalid::new(
        "serial_number",
        "a serial number is a vendor prefix of 4 letters or digits and 8 hexadecimal digits, such as ZTEGC0000001",
    );

    /// The serial from the eight octets that devices carry: four ASCII, four binary.
    ///
    /// # Errors
    /// When the vendor prefix is not four ASCII letters or digits.
    pub fn from_octets(octets: [u8; 8]) -> Result<Self, Invalid> {
        let [a, b, c, d, number @ ..] = octets;
        let vendor = [a, b, c, d].map(|byte| byte.to_ascii_uppercase());
        if !vendor.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Self::RULE);
        }
        Ok(Self { vendor, number })
    }

    /// The serial from its sixteen hexadecimal digits, vendor prefix included, as
    /// some devices and forms show it: `5A544547C0000001`. `None` for other text.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits: &[u8; 16] = text.as_bytes().try_into().ok()?;
        let mut octets = [0; 8];
        for (octet, pair) in octets.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            *octet = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).ok()?;
        }
        Self::from_octets(octets).ok()
    }

    /// The eight octets that devices carry.
    pub const fn octets(self) -> [u8; 8] {
        let [a, b, c, d] = self.vendor;
        let [e, f, g, h] = self.number;
        [a, b, c, d, e, f, g, h]
    }

    /// The vendor prefix, four upper-case letters or digits.
    pub fn vendor(&self) -> String {
        self.vendor.iter().map(|byte| char::from(*byte)).collect()
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.vendor {
            write!(f, "{}", char::from(byte))?;
        }
        for byte in self.number {
            write!(f, "{byte:02X}")?;
        }
        Ok(())
    }
}

impl FromStr for SerialNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let bytes: &[u8; 12] = text.as_bytes().try_into().map_err(|_| Self::RULE)?;
        let (vendor, digits) = bytes.split_at(4);
        let mut octets = [0; 8];
        octets[..4].copy_from_slice(vendor);
        for (octet, pair) in octets[4..].iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
                return Err(Self::RULE);
            };
            *octet = (high * 16 + low) as u8;
        }
        Self::from_octets(octets)
    }
}

impl TryFrom<String> for SerialNumber {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl Serialize for SerialNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings() {
        let serial: SerialNumber = "ztegc8f12345".parse().unwrap();
        assert_eq!(serial.to_string(), "ZTEGC8F12345");
        assert_eq!(serial.octets(), [0x5a, 0x54, 0x45, 0x47, 0xc8, 0xf1, 0x23, 0x45]);
        assert_eq!("SU1000000001".parse::<SerialNumber>().unwrap().vendor(), "SU10");
        assert_eq!(SerialNumber::from_hex("5A544547c8f12345"), Some(serial));
        for text in ["", "5A544547C8F1234", "5A544547C8F123456", "5A544547C8F1234G", "00544547C8F12345"] {
            assert_eq!(SerialNumber::from_hex(text), None, "{text:?}");
        }
        for text in [
            "",
            "ZTEG1234567",
            "ZTEG123456789",
            "ZT-G12345678",
            "ZTEG1234567G",
            "ZTEG+1234567",
            "ZTÉ12345678",
        ] {
            assert!(text.parse::<SerialNumber>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn text_and_octets_agree(vendor in "[A-Z0-9]{4}", number in any::<[u8; 4]>()) {
            let mut octets = [0; 8];
            octets[..4].copy_from_slice(vendor.as_bytes());
            octets[4..].copy_from_slice(&number);
            let serial = SerialNumber::from_octets(octets).unwrap();
            prop_assert_eq!(serial.octets(), octets);
            prop_assert_eq!(serial.to_string().parse::<SerialNumber>().unwrap(), serial);
        }

        #[test]
        fn never_panics(octets in any::<[u8; 8]>(), text in ".{0,14}") {
            let _ = SerialNumber::from_octets(octets);
            let _ = text.parse::<SerialNumber>();
        }
    }
}
