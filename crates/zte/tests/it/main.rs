//! The driver against OLTs of a few lines.

#![allow(clippy::unwrap_used)]

mod terminal;
mod watch;
