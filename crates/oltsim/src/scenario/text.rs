use jiff::civil::DateTime;
use serde::Deserialize;

use super::ScenarioError;

/// A text of a scenario: a string, or bytes that are no text.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Text {
    Plain(String),
    Bytes(Bytes),
}

/// `{ hex = "4a6f73e9" }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bytes {
    hex: String,
}

impl Text {
    /// Its bytes. In a string, `{slot}`, `{port}` and `{id}` become those numbers.
    pub(super) fn bytes(&self, slot: u8, port: u8, id: u8) -> Option<Vec<u8>> {
        match self {
            Self::Plain(text) => {
                let text = text
                    .replace("{slot}", &slot.to_string())
                    .replace("{port}", &port.to_string())
                    .replace("{id}", &id.to_string());
                Some(text.into_bytes())
            }
            Self::Bytes(bytes) => hex(&bytes.hex),
        }
    }
}

/// The bytes that pairs of hexadecimal digits stand for.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect()
}

/// Reads `2026-11-23 08:00:00`.
pub(super) fn moment(place: impl std::fmt::Display, text: &str) -> Result<DateTime, ScenarioError> {
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text)
        .map_err(|_| ScenarioError::at(place, format_args!("{text:?} is not like 2026-11-23 08:00:00")))
}
