use serde::{Deserialize, Serialize};

/// Which line of the command line is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AtLine {
    /// The line of this number in its session, from 1.
    Nth(u64),
    /// Every line that begins so.
    Begins(String),
    /// The first line that begins so; the fault ends with it.
    First(String),
}

impl AtLine {
    pub(crate) fn is(&self, number: u64, line: &str) -> bool {
        match self {
            Self::Nth(nth) => *nth == number,
            Self::Begins(text) | Self::First(text) => line.starts_with(text.as_str()),
        }
    }
}

/// What goes wrong at a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEffect {
    /// The connection is closed before the line does anything.
    Cut,
    /// The line does what it does, and the connection is closed before its answer.
    CutAfter,
    /// The line does nothing, and neither answer nor prompt comes.
    Silent,
    /// A log line stands in the middle of the answer.
    Log,
    /// The line does what it does, and these lines, each ending `\n`, stand before its answer.
    Say(String),
    /// The line does nothing, and these lines, each ending `\n`, are its answer.
    Refuse(String),
}

/// A fault of single lines of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineFault {
    /// Where.
    pub at: AtLine,
    /// What.
    pub effect: LineEffect,
}

impl LineFault {
    /// At the line of this number in its session, from 1.
    pub fn nth(number: u64, effect: LineEffect) -> Self {
        Self { at: AtLine::Nth(number), effect }
    }

    /// At the first line that begins with `text`.
    pub fn first(text: &str, effect: LineEffect) -> Self {
        Self { at: AtLine::First(text.to_owned()), effect }
    }

    /// At every line that begins with `text`.
    pub fn begins(text: &str, effect: LineEffect) -> Self {
        Self { at: AtLine::Begins(text.to_owned()), effect }
    }
}
