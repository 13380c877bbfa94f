//! What is missing from a reading or odd in it.

use gpon::{Field, Problem};

use crate::Trouble;
use crate::snmp::walk::End;

/// What was read, and what is missing from it or odd in it; or why there is nothing.
pub(crate) type Told<T> = Result<(T, Problems), Trouble>;

/// Most oddities that a reading reports one by one; a device that sends
/// nonsense sends it a thousand times.
const MOST_ODDITIES: usize = 20;

/// Longest reason of an oddity, in bytes; what it quotes may be a text of any length.
const LONGEST_REASON: usize = 300;

fn shortened(mut reason: String) -> String {
    if reason.len() > LONGEST_REASON {
        let end = (0..=LONGEST_REASON).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or(0);
        reason.truncate(end);
        reason.push_str("...");
    }
    reason
}

/// The problems of a reading under way.
#[derive(Debug, Clone, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn odd(&mut self, field: Field, reason: String) {
        let oddities = self.0.iter().filter(|problem| matches!(problem, Problem::Odd { .. })).count();
        if oddities < MOST_ODDITIES {
            self.0.push(Problem::Odd { field, reason: shortened(reason) });
        }
    }

    pub(crate) fn unsupported(&mut self, field: Field) {
        let problem = Problem::Unsupported { field };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn failed(&mut self, field: Field, reason: String) {
        let problem = Problem::Failed { field, reason };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    pub(crate) fn uncertain(&mut self, field: Field, reason: String) {
        let problem = Problem::Uncertain { field, reason };
        let noted = self.0.iter().filter(|problem| matches!(problem, Problem::Uncertain { .. })).count();
        if noted < MOST_ODDITIES && !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// Whether nothing, or not all, is known of a field.
    pub(crate) fn lacks(&self, field: Field) -> bool {
        let lost = |problem: &Problem| problem.field() == field && !matches!(problem, Problem::Odd { .. });
        self.0.iter().any(lost)
    }

    /// Whether something may be there that was not read.
    pub(crate) fn is_partial(&self) -> bool {
        self.0.iter().any(|problem| problem.missing().is_some())
    }

    /// Why it is not known whether something exists that was not found; `None`
    /// where all was read in which it would be.
    pub(crate) fn hides(&self, what: &str) -> Option<Trouble> {
        let (_, reason) = self.0.iter().find_map(Problem::missing)?;
        Some(Trouble::UnexpectedReply(format!("whether there is {what} is not known: {reason}")))
    }

    /// Takes note of what else was noted.
    pub(crate) fn append(&mut self, other: Self) {
        for problem in other.0 {
            if !self.0.contains(&problem) {
                self.0.push(problem);
            }
        }
    }

    /// Forgets what is missing of these fields: it is known now.
    pub(crate) fn found(&mut self, fields: &[Field]) {
        self.0.retain(|problem| !fields.contains(&problem.field()) || matches!(problem, Problem::Odd { .. }));
    }

    /// Takes what the command line answered for fields that SNMP lacks: they are
    /// known now, or it is noted why not. A command that the device does not
    /// have leaves things as they were.
    pub(crate) fn told<T>(&mut self, fields: &[Field], answer: Result<T, Trouble>) -> Option<T> {
        match answer {
            Ok(rows) => {
                self.found(fields);
                Some(rows)
            }
            Err(Trouble::NoCli | Trouble::Refused { .. }) => None,
            Err(trouble) => {
                self.found(fields);
                fields.iter().for_each(|field| self.failed(*field, trouble.to_string()));
                None
            }
        }
    }

    /// A field that is another one where one ONU is read.
    pub(crate) fn rename(&mut self, from: Field, to: Field) {
        for problem in std::mem::take(&mut self.0) {
            self.0.push(if problem.field() == from { problem.about(to) } else { problem });
        }
    }

    /// Notes how the reading of a column ended; says whether all of it was read.
    pub(crate) fn ended(&mut self, field: Field, end: &End<Trouble>) -> bool {
        match end {
            End::Complete => return true,
            End::Failed(trouble) => self.failed(field, trouble.to_string()),
        }
        false
    }
}
