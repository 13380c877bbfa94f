//! Integration tests.

// The lint's own allowance covers test functions, not the functions they share.
#![expect(clippy::unwrap_used)]

mod batch;
mod commands;
mod config;
mod deploy;
mod edge;
mod exposition;
mod holds;
mod house;
mod instances;
mod server;
mod simulated;
#[cfg(unix)]
mod store;
mod writes;
