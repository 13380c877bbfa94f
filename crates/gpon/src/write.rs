//! What became of a write.

use std::time::Duration;

/// What became of a write as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteState {
    /// All of it was done.
    Applied,
    /// Nothing had to be done.
    Unchanged,
    /// The OLT refused, and nothing changed.
    Refused,
    /// The OLT refused a part, and what was done before is undone.
    RolledBack,
    /// Some of it remains.
    Partial,
    /// The link was lost on the way: nobody knows.
    Unknown,
}

/// What became of one line of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// The OLT took it.
    Done,
    /// The OLT refused it.
    Refused,
    /// It was sent, and no answer came.
    Unknown,
    /// It was not sent.
    NotSent,
}

/// One line of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteStep {
    /// The mode of the command line that the line was sent in, as its prompt shows it.
    pub place: String,
    /// The line, its secrets masked.
    pub line: String,
    /// What the OLT answered, its secrets masked; empty where it said nothing.
    pub answer: String,
    /// From the line to the prompt.
    pub duration: Duration,
    /// What became of it.
    pub state: StepState,
    /// Whether it was undone afterwards; `None` where nothing called for it.
    pub undone: Option<bool>,
}

/// What a write did, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteReport {
    /// What became of it as a whole.
    pub state: WriteState,
    /// Its lines, in the order in which they were sent.
    pub steps: Vec<WriteStep>,
    /// What of the change stands on the OLT though the whole of it does not, a sentence each.
    pub remaining: Vec<String>,
    /// What a person should know besides, a sentence each.
    pub warnings: Vec<String>,
    /// Whether what the OLT holds now was read and is what was wished for.
    pub verified: bool,
}
