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
    /// The first line that is this one, at this interface; the fault ends with it.
    Once {
        /// The interface, as the line that leads there names it: `gpon-onu_1/1/1:7`; empty
        /// where it is typed at none.
        within: String,
        /// The line.
        line: String,
    },
}

/// A line as it is typed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed<'a> {
    /// Its number in its session, from 1.
    pub(crate) number: u64,
    /// The interface that it is typed at; empty for none.
    pub(crate) within: &'a str,
    pub(crate) line: &'a str,
}

impl AtLine {
    pub(crate) fn is(&self, typed: Typed<'_>) -> bool {
        let Typed { number, within: here, line } = typed;
        match self {
            Self::Nth(nth) => *nth == number,
            Self::Once { within, line: text } => within == here && text == line,
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
    /// The line does what it does, and the connection is closed once half of its answer has
    /// come; of a line that answers nothing, half of the prompt.
    CutIn,
    /// The line does what it does, and the connection is closed once all has come but the
    /// last character of the prompt.
    CutInPrompt,
    /// The line does nothing, and neither answer nor prompt comes.
    Silent,
    /// A log line stands in the middle of the answer.
    Log,
    /// The line does what it does, and these lines, each ending `\n`, stand before its answer.
    Say(String),
    /// The line does what it does, and another text breaks into its answer.
    Tear {
        /// Behind this, where it first stands in the answer.
        behind: String,
        /// The text; `\n` in it ends a line.
        with: String,
    },
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

impl LineEffect {
    /// How many of the bytes that answer a line come before the connection is closed.
    pub(crate) fn cut_in(&self, answer: usize) -> Option<usize> {
        match self {
            Self::CutIn => Some(answer / 2),
            Self::CutInPrompt => Some(answer.saturating_sub(1)),
            _ => None,
        }
    }
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

    /// At the first line that is `line`, at the interface `within`; see [`AtLine::Once`].
    pub fn once(within: &str, line: &str, effect: LineEffect) -> Self {
        Self { at: AtLine::Once { within: within.to_owned(), line: line.to_owned() }, effect }
    }

    /// At every line that begins with `text`.
    pub fn begins(text: &str, effect: LineEffect) -> Self {
        Self { at: AtLine::Begins(text.to_owned()), effect }
    }
}
