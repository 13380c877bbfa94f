//! What is known of the lines of a block besides their words: which profile
//! set them, and which may not be whole.

use serde::Serialize;

use super::secret_text::SecretText;

/// What is to be known of a line before anybody sends it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Mark {
    /// Its place among the other lines of its block, from 0; `None` for the line that begins the block.
    pub(crate) index: Option<usize>,
    /// The line.
    pub(crate) text: SecretText,
    /// The profile that set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set_by_profile: Option<String>,
    /// `undecided`: it is as wide as the terminal, and nothing tells whether the
    /// line behind it is its rest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wrap: Option<&'static str>,
}

/// The lines of a block that have no field of their own, byte for byte, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct OtherLines {
    /// The lines.
    pub(crate) other: Vec<SecretText>,
    /// Those of them that a profile set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) marks: Vec<Mark>,
}

/// A line of a block as it stands there, whatever is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StandingLine {
    /// The line.
    pub(crate) text: SecretText,
    /// The profile that set it.
    pub(crate) set_by_profile: Option<String>,
}

impl Mark {
    /// Of a line at `index` of which nobody knows whether it is whole.
    pub(in crate::cli) fn undecided(index: Option<usize>, text: SecretText) -> Self {
        Self { index, text, set_by_profile: None, wrap: Some("undecided") }
    }
}

impl OtherLines {
    /// Keeps a line that `profile` set.
    pub(in crate::cli) fn keep(&mut self, text: SecretText, profile: Option<&str>) {
        if profile.is_some() {
            let (index, set_by_profile) = (Some(self.other.len()), profile.map(str::to_owned));
            self.marks.push(Mark { index, text: text.clone(), set_by_profile, wrap: None });
        }
        self.other.push(text);
    }
}

impl std::ops::Deref for OtherLines {
    type Target = [SecretText];

    fn deref(&self) -> &[SecretText] {
        &self.other
    }
}

/// The frame around the lines that a profile sets: `==Configured by profile: X==`
/// to `==End==` (fact sheet, CLI §4.5, §9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Frame<'a> {
    Begin(&'a str),
    End,
}

impl<'a> Frame<'a> {
    pub(in crate::cli) fn of(text: &'a str) -> Option<Self> {
        let inside = text.trim().strip_prefix("==")?.strip_suffix("==")?.trim();
        if inside == "End" {
            return Some(Self::End);
        }
        inside.strip_prefix("Configured by profile:").map(|name| Self::Begin(name.trim()))
    }
}
