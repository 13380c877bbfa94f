use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::Field;

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

/// Why something is missing from a [`Reading`], or odd in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    /// A request failed or timed out; the field may be known next time.
    Failed {
        /// The field that is unknown.
        field: Field,
        /// One sentence for the operator.
        reason: String,
    },
    /// The answer held something that nobody understands, so that more may be
    /// there than was read. Asking again brings the same until somebody changes it.
    Uncertain {
        /// The field that it is about.
        field: Field,
        /// Where and what, in the device's own words.
        reason: String,
    },
    /// This firmware or model has no source for the field, or the device
    /// answered that the whole column is absent or empty.
    Unsupported {
        /// The field that it is about.
        field: Field,
    },
    /// The device gave a value that cannot be that field's, or behaved oddly;
    /// the rest of the reading stands.
    Odd {
        /// The field that is odd.
        field: Field,
        /// Where and what, with the value as it came.
        reason: String,
    },
}

impl Problem {
    /// The field that the problem is about.
    pub const fn field(&self) -> Field {
        match self {
            Self::Failed { field, .. }
            | Self::Uncertain { field, .. }
            | Self::Unsupported { field }
            | Self::Odd { field, .. } => *field,
        }
    }

    /// The same problem of another field.
    #[must_use]
    pub fn about(mut self, other: Field) -> Self {
        match &mut self {
            Self::Failed { field, .. }
            | Self::Uncertain { field, .. }
            | Self::Unsupported { field }
            | Self::Odd { field, .. } => *field = other,
        }
        self
    }

    /// The field and the reason where something may be there that was not read.
    pub fn missing(&self) -> Option<(Field, &str)> {
        match self {
            Self::Failed { field, reason } | Self::Uncertain { field, reason } => Some((*field, reason)),
            Self::Unsupported { .. } | Self::Odd { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_comes_back_from_a_store() {
        let problems = vec![
            Problem::Failed { field: Field::RxPower, reason: "timed out".into() },
            Problem::Unsupported { field: Field::IpAddress },
            Problem::Odd { field: Field::RxPower, reason: "7".into() },
        ];
        let reading = Reading { problems, ..Reading::now(vec![1, 2]) };
        let text = serde_json::to_string(&reading).unwrap();
        assert_eq!(serde_json::from_str::<Reading<Vec<i32>>>(&text).unwrap(), reading);
    }
}
