use std::collections::VecDeque;

use serde::Serialize;

/// How many lines are kept unless somebody wants more: more than most tests send between
/// two looks at them.
const KEPT: usize = 10_000;

/// A command line that the command line received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandLine {
    /// The session it came by: 1 for the first connection, and so on.
    pub session: u64,
    /// What was typed.
    pub line: String,
    /// The mode it was typed in, as the prompt has it: `(config-if)`, empty in EXEC,
    /// `[yes/no]` for an answer to the question of a change.
    pub mode: String,
    /// Whether it was to configure something: typed in a mode that configures, and neither
    /// a `show` nor a way from one mode to another.
    pub configures: bool,
}

/// The latest command lines.
#[derive(Debug)]
pub(crate) struct Record {
    lines: VecDeque<CommandLine>,
    most: usize,
}

impl Default for Record {
    fn default() -> Self {
        Self { lines: VecDeque::new(), most: KEPT }
    }
}

impl Record {
    pub(crate) fn add(&mut self, line: CommandLine) {
        let over = (self.lines.len() + 1).saturating_sub(self.most.max(1));
        self.lines.drain(..over.min(self.lines.len()));
        self.lines.push_back(line);
    }

    /// Keeps so many from now on.
    pub(crate) fn keep(&mut self, most: usize) {
        self.most = most;
    }

    pub(crate) fn list(&self) -> Vec<CommandLine> {
        self.lines.iter().cloned().collect()
    }

    pub(crate) fn take(&mut self) -> Vec<CommandLine> {
        std::mem::take(&mut self.lines).into()
    }
}
