//! How the text of answers and of configurations becomes values: lines, columns,
//! labels, blocks. Nothing here knows a command; those are in `show`.

pub(super) mod answer;
pub(super) mod columns;
pub(super) mod config_blocks;
pub(super) mod config_heads;
pub(super) mod config_line;
pub(super) mod config_marks;
pub(super) mod config_reader;
pub(super) mod config_words;
pub(super) mod delimited;
pub(super) mod json;
pub(super) mod labelled;
pub(super) mod labels;
pub(super) mod onu_config;
pub(super) mod password;
pub(super) mod pon_config;
pub(super) mod remote_config;
pub(super) mod secret_text;
pub(super) mod secret_words;
pub(super) mod service_port;
pub(super) mod switchport;
pub(super) mod table;
pub(super) mod uplink_config;
pub(super) mod values;
pub(super) mod visible;
pub(super) mod wraps;

pub(crate) use config_blocks::{TcontProfile, TrafficProfile};
pub(crate) use config_marks::StandingLine;
pub(crate) use onu_config::{GemportConfig, InterfaceConfig, TcontConfig};
pub(crate) use pon_config::{PonConfig, PonOnuConfig};
pub(crate) use secret_text::SecretText;
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
