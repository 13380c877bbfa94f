use serde::{Deserialize, Serialize};

/// What the agent of an OLT that has just booted does not show yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Booting {
    /// Nothing is there.
    #[default]
    All,
    /// The system group is not.
    System,
    /// All but the system group is not.
    Trees,
}

/// How a column goes on that has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endless {
    /// By rows like its own, from port to port.
    #[default]
    Rows,
    /// By rows with longer and longer indexes.
    Deeper,
}
