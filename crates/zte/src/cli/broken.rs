//! What ends a session.

use std::fmt;
use std::time::Duration;

/// Why a session is of no more use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    /// Nobody answers there.
    #[error("{0} (check olts[].cli.host and port)")]
    Unreached(String),
    #[error("{why}{said}")]
    Network { why: String, said: Said },
    #[error("the OLT closed the connection while {doing}{said}")]
    Closed { doing: &'static str, said: Said },
    /// Nothing was heard for as long as anything takes.
    #[error("nothing was heard for {} s while {doing}{said}", seconds(waited))]
    Silent { doing: &'static str, waited: Duration, said: Said },
    /// Something was heard, and not all of it in time.
    #[error("not done within {} s while {doing}{said}", seconds(waited))]
    Late { doing: &'static str, waited: Duration, said: Said },
    /// The OLT's own words.
    #[error("{0}")]
    LoginRefused(String),
    /// It waits for what nobody here may type.
    #[error("the OLT waits for something that only a person can type, while {doing}{said}")]
    Asked { doing: &'static str, said: Said },
    #[error("{0}")]
    Unexpected(String),
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::Network { why: error.to_string(), said: Said::default() }
    }
}

impl Broken {
    /// The same, with what was said last.
    pub(super) fn said(mut self, line: Said) -> Self {
        if let Self::Network { said, .. }
        | Self::Closed { said, .. }
        | Self::Silent { said, .. }
        | Self::Late { said, .. }
        | Self::Asked { said, .. } = &mut self
        {
            *said = line;
        }
        self
    }

    /// Whether it takes a person to mend it: tried again after long.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self, Self::LoginRefused(_) | Self::Asked { .. })
    }

    /// Whether it says something about one answer only, and nothing about the OLT.
    pub(super) fn is_of_one_answer(&self) -> bool {
        matches!(self, Self::Unexpected(_) | Self::Late { .. })
    }
}

/// In tenths.
fn seconds(time: &Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}

/// Longest line that is quoted.
const LONGEST: usize = 80;

/// The last line of an OLT, if it may be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said(Option<String>);

impl Said {
    /// A line that may be told.
    pub(super) fn new(line: &str, secrets: &[&str]) -> Self {
        let line = told(line, secrets);
        Self((!line.is_empty()).then_some(line))
    }
}

/// A line without what is secret, and not too long.
pub(super) fn told(line: &str, secrets: &[&str]) -> String {
    let mut line = line.replace(char::is_control, "").trim().to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        line = line.replace(*secret, "***");
    }
    // What is echoed behind the question, though the network has cut it.
    let question = line.to_ascii_lowercase().find("password:").map(|at| at + "password:".len());
    if let Some(end) = question.filter(|end| *end < line.len()) {
        line.truncate(end);
        line.push_str("***");
    }
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
    }
    line
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(line) => write!(f, "; its last line: `{line}`"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_told() {
        let said = |line: &str| Said::new(line, &["hunter2", ""]).to_string();
        assert_eq!(said("  New password: \u{7}"), "; its last line: `New password:`");
        assert_eq!(said("Password:hunter2"), "; its last line: `Password:***`");
        assert_eq!(said("Password:hun"), "; its last line: `Password:***`");
        assert_eq!(said(""), "");
        assert!(said(&"x".repeat(500)).len() < 120);
    }
}
