//! The driver against OLTs of a few lines.

#![expect(clippy::unwrap_used)]

mod agent;
mod hostile;
mod monitor;
mod proof;
mod slow;
mod terminal;
