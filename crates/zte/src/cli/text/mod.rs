//! How the text of an answer becomes rows: tables, labels, configurations, values.
//! Which command printed it is not known here.

pub(crate) mod answer;
pub(crate) mod columns;
pub(crate) mod config_heads;
pub(crate) mod config_line;
pub(crate) mod config_marks;
pub(crate) mod config_words;
pub(crate) mod delimited;
pub(crate) mod json;
pub(crate) mod labelled;
pub(crate) mod labels;
pub(crate) mod password;
pub(crate) mod secret_words;
pub(crate) mod table;
pub(crate) mod values;
pub(crate) mod wraps;

use serde::Serialize;

/// What an answer held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Parsed<T> {
    /// The rows.
    pub(crate) rows: T,
    /// Lines that no rule knows, with the reason where a value was not understood.
    pub(crate) unknown: Vec<UnknownLine>,
}

/// A line of an answer that no rule knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownLine {
    /// Its number in the answer, from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
    /// What is wrong with it.
    pub reason: String,
}
