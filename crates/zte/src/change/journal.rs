//! Who keeps what a plan did, before it does more.

use std::time::Duration;

use futures::future::BoxFuture;
use gpon::StepState;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::plan::Plan;

/// Which way a step goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is made.
    Forth,
    /// It is taken back.
    Back,
}

/// A step of a plan, on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StepMark {
    /// Its number in the plan, from 0.
    pub step: usize,
    /// Which way it goes.
    pub way: Way,
}

/// What became of a step's line.
#[derive(Debug, Clone)]
pub struct StepEnd {
    /// What the OLT made of it.
    pub state: StepState,
    /// Its answer, secrets included: to be sealed before it is kept.
    pub answer: SecretString,
    /// From the line to the prompt.
    pub took: Duration,
}

/// What was not kept: nothing that depends on it is sent.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the journal cannot be written: {0}")]
pub struct JournalLost(pub String);

/// Keeps what a plan does. Each method returns once what it was told is durable.
pub trait Journal: Send + Sync {
    /// The plan, before its first line is sent, with room for all of its steps and
    /// for taking them back. Told again when a plan goes on after it was interrupted.
    fn begin<'a>(&'a self, plan: &'a Plan) -> BoxFuture<'a, Result<(), JournalLost>>;

    /// That the line of a step is about to be sent.
    fn sending(&self, mark: StepMark) -> BoxFuture<'_, Result<(), JournalLost>>;

    /// What became of it.
    fn answered(&self, mark: StepMark, end: StepEnd) -> BoxFuture<'_, Result<(), JournalLost>>;

    /// Whether who keeps it is ending: no further line is sent, and what is under way stays
    /// as it is until it is settled. Asked before every line.
    fn is_over(&self) -> bool;
}

/// What is known of a step of a plan that was interrupted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// What became of its line; `None` where it was never about to be sent.
    pub forth: Option<StepState>,
    /// What became of taking it back.
    pub back: Option<StepState>,
}
