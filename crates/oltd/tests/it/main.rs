//! Integration tests.

// The lint's own allowance covers test functions, not the functions they share.
#![allow(clippy::unwrap_used)]

mod commands;
mod config;
mod edge;
mod house;
mod server;
mod simulated;
