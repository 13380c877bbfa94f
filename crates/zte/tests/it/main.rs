//! The driver against OLTs of a few lines.

#![allow(clippy::unwrap_used)]

mod proof;
mod terminal;
mod watch;
