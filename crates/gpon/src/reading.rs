use std::time::SystemTime;

/// What a device said, when it said it, and what it failed to say.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Whether requests failed, so that a later reading may know more.
    pub fn is_partial(&self) -> bool {
        self.problems.iter().any(|problem| matches!(problem, Problem::Failed { .. }))
    }
}

/// Why something is missing from a [`Reading`], or odd in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// A request failed or timed out; the field may be known next time.
    Failed {
        /// The field's name in the API, for example `rx_power`.
        field: &'static str,
        /// One sentence for the operator.
        reason: String,
    },
    /// This firmware or model has no source for the field, or the device
    /// answered that the whole column is absent or empty.
    Unsupported {
        /// The field's name in the API.
        field: &'static str,
    },
    /// The device gave a value that cannot be that field's, or behaved oddly;
    /// the rest of the reading stands.
    Odd {
        /// The field's name in the API, or `firmware`.
        field: &'static str,
        /// Where and what, with the value as it came.
        reason: String,
    },
}

impl Problem {
    /// The field that the problem is about.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::Failed { field, .. } | Self::Unsupported { field } | Self::Odd { field, .. } => field,
        }
    }
}
