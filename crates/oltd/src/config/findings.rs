//! What reading a configuration brings to light.

use std::fmt;

/// One thing wrong with a configuration, as one sentence that names its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    place: String,
    key: String,
    text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.text)
    }
}

/// Everything wrong with a configuration, one sentence a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// The sentences.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// Whether one of them is about a key that begins so.
    pub fn concern(&self, keys: &str) -> bool {
        self.0.iter().any(|problem| problem.key.starts_with(keys))
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let newline = if n == 0 { "" } else { "\n" };
            write!(f, "{newline}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// What an operator should know about a variable, a key or a file: that it is
/// not used and why, what it does other than elsewhere, or what is risky about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The variable, the key or the file.
    pub variable: String,
    /// One sentence about it.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.text)
    }
}

/// Problems and notes, gathered so that all are told at once.
#[derive(Default)]
pub(super) struct Findings {
    problems: Vec<Problem>,
    notes: Vec<Note>,
}

impl Findings {
    /// A problem of the key, which stands at a place: a variable, or a key of a file.
    pub(super) fn problem(&mut self, place: &str, key: &str, text: impl Into<String>) {
        self.problems.push(Problem { place: place.to_owned(), key: key.to_owned(), text: text.into() });
    }

    pub(super) fn note(&mut self, variable: &str, text: impl Into<String>) {
        self.notes.push(Note { variable: variable.to_owned(), text: text.into() });
    }

    pub(super) fn notes(&mut self, notes: &[Note]) {
        self.notes.extend_from_slice(notes);
    }

    pub(super) fn not_used(&mut self, variable: &str, why: &str) {
        self.note(variable, format!("not used: {why}"));
    }

    /// Whether the key, or the table it stands in, has a problem already.
    pub(super) fn knows(&self, key: &str) -> bool {
        self.problems.iter().any(|known| {
            let rest = key.strip_prefix(known.key.as_str());
            !known.key.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// Whether there is a problem.
    pub(super) fn any(&self) -> bool {
        !self.problems.is_empty()
    }

    /// All of it, each once and in order.
    pub(super) fn all(mut self) -> (Problems, Vec<Note>) {
        self.problems.sort();
        self.problems.dedup();
        self.notes.sort();
        (Problems(self.problems), self.notes)
    }

    /// What was made of the inputs, unless there is a problem.
    pub(super) fn outcome<T>(self, value: Option<T>) -> Result<(T, Vec<Note>), Problems> {
        match (value, self.all()) {
            (Some(value), (problems, notes)) if problems.0.is_empty() => Ok((value, notes)),
            (_, (problems, _)) => Err(problems),
        }
    }
}
