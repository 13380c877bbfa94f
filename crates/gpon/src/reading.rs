use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// Longest that a reading is kept of which some lines were not understood.
const UNCERTAIN: Duration = Duration::from_secs(30);

/// What a device said, when it said it, and what it failed to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading<T> {
    /// The value; whatever is unknown in it is `None`.
    pub value: T,
    /// When the last answer that went into the value arrived.
    pub read_at: SystemTime,
    /// What is missing or odd, and why. Empty for a whole reading.
    pub problems: Vec<Problem>,
}

impl<T> Reading<T> {
    /// A whole reading, made now.
    pub fn now(value: T) -> Self {
        Self { value, read_at: SystemTime::now(), problems: Vec::new() }
    }

    /// The same reading with another value made of its value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Reading<U> {
        Reading { value: change(self.value), read_at: self.read_at, problems: self.problems }
    }

    /// Whether something is missing that a later reading may know.
    pub fn is_partial(&self) -> bool {
        self.problems.iter().any(|problem| problem.missing().is_some())
    }

    /// How long it may be kept where a whole one is kept for `whole`. What a
    /// request failed to bring may be there at the next; an answer that is not
    /// understood comes again, but nobody should build on it for long.
    pub fn lifetime(&self, whole: Duration) -> Duration {
        let of = |problem: &Problem| match problem {
            Problem::Failed { .. } => Duration::ZERO,
            Problem::Uncertain { .. } => UNCERTAIN.min(whole),
            Problem::Unsupported { .. } | Problem::Odd { .. } => whole,
        };
        self.problems.iter().map(of).min().unwrap_or(whole)
    }
}

/// The name of a field. An alias, since serde's derive takes a reference that it
/// sees for one into the text that is read.
type Name = &'static str;

/// Why something is missing from a [`Reading`], or odd in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// A request failed or timed out; the field may be known next time.
    Failed {
        /// The field's name in the API, for example `rx_power`.
        #[serde(deserialize_with = "field_name")]
        field: Name,
        /// One sentence for the operator.
        reason: String,
    },
    /// The answer held something that nobody understands, so that more may be
    /// there than was read. Asking again brings the same until somebody changes it.
    Uncertain {
        /// The field's name in the API.
        #[serde(deserialize_with = "field_name")]
        field: Name,
        /// Where and what, in the device's own words.
        reason: String,
    },
    /// This firmware or model has no source for the field, or the device
    /// answered that the whole column is absent or empty.
    Unsupported {
        /// The field's name in the API.
        #[serde(deserialize_with = "field_name")]
        field: Name,
    },
    /// The device gave a value that cannot be that field's, or behaved oddly;
    /// the rest of the reading stands.
    Odd {
        /// The field's name in the API, or `firmware`.
        #[serde(deserialize_with = "field_name")]
        field: Name,
        /// Where and what, with the value as it came.
        reason: String,
    },
}

impl Problem {
    /// The field that the problem is about.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Failed { field, .. }
            | Self::Uncertain { field, .. }
            | Self::Unsupported { field }
            | Self::Odd { field, .. } => field,
        }
    }

    /// The same problem of a field that is called otherwise.
    #[must_use]
    pub fn about(mut self, name: &'static str) -> Self {
        match &mut self {
            Self::Failed { field, .. }
            | Self::Uncertain { field, .. }
            | Self::Unsupported { field }
            | Self::Odd { field, .. } => *field = name,
        }
        self
    }

    /// The field and the reason where something may be there that was not read.
    pub fn missing(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Failed { field, reason } | Self::Uncertain { field, reason } => Some((field, reason)),
            Self::Unsupported { .. } | Self::Odd { .. } => None,
        }
    }
}

/// Most names of fields that come back from a store; the whole API has fewer.
const MOST_NAMES: usize = 512;
/// Longest of them, in bytes.
const LONGEST_NAME: usize = 64;

/// Names of fields are literals of the program. One that comes back from a
/// store is kept for good, once, so that it is as good as a literal.
fn field_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let name = String::deserialize(deserializer)?;
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name.as_str()) {
        return Ok(known);
    }
    if name.len() > LONGEST_NAME || names.len() >= MOST_NAMES {
        return Err(D::Error::custom("no field has this name"));
    }
    let kept: &'static str = Box::leak(name.into_boxed_str());
    names.insert(kept);
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_comes_back_from_a_store() {
        let problems = vec![
            Problem::Failed { field: "rx_power", reason: "timed out".into() },
            Problem::Unsupported { field: "ip_address" },
            Problem::Odd { field: "rx_power", reason: "7".into() },
        ];
        let reading = Reading { problems, ..Reading::now(vec![1, 2]) };
        let text = serde_json::to_string(&reading).unwrap();
        let [first, second]: [Reading<Vec<i32>>; 2] =
            [&text, &text].map(|t| serde_json::from_str(t).unwrap());
        assert_eq!(first, reading);
        assert_eq!(first.problems[0].field().as_ptr(), second.problems[2].field().as_ptr(), "kept once");
        let long = format!(r#"{{"Unsupported":{{"field":"{}"}}}}"#, "x".repeat(LONGEST_NAME + 1));
        assert!(serde_json::from_str::<Problem>(&long).is_err());
    }
}
