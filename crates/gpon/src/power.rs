use std::fmt;

use serde::{Deserialize, Serialize};

/// An optical power in dBm, kept in thousandths so that it compares exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dbm {
    milli: i32,
}

impl Dbm {
    /// The power of `milli` thousandths of a dBm.
    pub const fn from_milli(milli: i32) -> Self {
        Self { milli }
    }

    /// Thousandths of a dBm.
    pub const fn milli(self) -> i32 {
        self.milli
    }

    /// dBm as a number, exact to three decimals.
    pub fn value(self) -> f64 {
        f64::from(self.milli) / 1000.0
    }
}

/// Two decimals, rounded half away from zero, as the contract prints powers: `-23.37`.
impl fmt::Display for Dbm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (i64::from(self.milli).abs() + 5) / 10;
        let sign = if self.milli < 0 && hundredths != 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_decimals() {
        for (milli, text) in [
            (-23_372, "-23.37"),
            (-18_735, "-18.74"),
            (2_276, "2.28"),
            (0, "0.00"),
            (-4, "0.00"),
            (-5, "-0.01"),
            (i32::MIN, "-2147483.65"),
        ] {
            assert_eq!(Dbm::from_milli(milli).to_string(), text);
        }
    }
}
