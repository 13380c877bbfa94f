use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, OnuId, PonPort};

/// A MAC address, written as `8c:dc:02:00:00:01`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MacAddress([u8; 6]);

impl MacAddress {
    const RULE: Invalid =
        Invalid::new("mac", "a MAC address is 12 hexadecimal digits such as 8c:dc:02:00:00:01");

    /// The address of these octets.
    pub const fn new(octets: [u8; 6]) -> Self {
        Self(octets)
    }

    /// Its twelve hexadecimal digits in lower case, and nothing between them.
    pub fn digits(self) -> String {
        self.0.iter().fold(String::with_capacity(12), |mut text, octet| {
            use fmt::Write as _;
            let _ = write!(text, "{octet:02x}");
            text
        })
    }

    /// The digits of an address, or of a part of one, however people separate
    /// them: `8C:DC:02`, `8c-dc-02`, `8cdc.02`, `8cdc02`. `None` for other text.
    pub fn part(text: &str) -> Option<String> {
        let digits: String = text
            .chars()
            .filter(|c| !matches!(c, ':' | '-' | '.' | ' '))
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        (hexadecimal && (1..=12).contains(&digits.len())).then_some(digits)
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02x}:{b:02x}:{c:02x}:{d:02x}:{e:02x}:{g:02x}")
    }
}

/// Takes every usual spelling; see [`MacAddress::part`].
impl FromStr for MacAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let digits = Self::part(text).filter(|digits| digits.len() == 12).ok_or(Self::RULE)?;
        let mut octets = [0; 6];
        for (octet, at) in octets.iter_mut().zip((0..12).step_by(2)) {
            *octet = u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| Self::RULE)?;
        }
        Ok(Self(octets))
    }
}

/// A MAC address that an OLT has learnt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LearntMac {
    /// The address.
    pub mac: MacAddress,
    /// The VLAN that it was learnt in; 0 is none.
    pub vlan: Option<u16>,
    /// How it came there, in the device's own word (`Dynamic`).
    pub kind: String,
    /// Where it was learnt, as the device names the port.
    pub port: String,
    /// The PON port, where it is one.
    pub pon: Option<PonPort>,
    /// The ONU on it.
    pub onu: Option<OnuId>,
    /// The virtual port of the ONU.
    pub vport: Option<u32>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings() {
        let mac = MacAddress::new([0x8c, 0xdc, 2, 0, 0, 1]);
        assert_eq!((mac.to_string().as_str(), mac.digits().as_str()), ("8c:dc:02:00:00:01", "8cdc02000001"));
        for text in
            ["8CDC.0200.0001", "8c-dc-02-00-00-01", "8c:dc:02:00:00:01", "8cdc02000001", "8cdc 0200 0001"]
        {
            assert_eq!(text.parse(), Ok(mac), "{text}");
        }
        for text in ["", "8cdc.0200.000", "8cdc.0200.00011", "8cdc.0200.000g", "8cdc_0200_0001"] {
            assert!(text.parse::<MacAddress>().is_err(), "{text}");
        }
        assert_eq!(MacAddress::part("8C:DC").as_deref(), Some("8cdc"));
        assert_eq!(
            (MacAddress::part("::"), MacAddress::part("budi"), MacAddress::part("é")),
            (None, None, None)
        );
    }

    proptest! {
        #[test]
        fn text_and_octets_agree(octets: [u8; 6]) {
            let mac = MacAddress::new(octets);
            prop_assert_eq!(mac.to_string().parse(), Ok(mac));
            prop_assert_eq!(mac.digits().parse(), Ok(mac));
        }

        #[test]
        fn never_panics(text in ".{0,20}") {
            let _ = text.parse::<MacAddress>();
        }
    }
}
