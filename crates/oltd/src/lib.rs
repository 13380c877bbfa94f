//! The daemon: a REST server in front of ZTE C3xx OLTs.

pub mod answers;
pub mod api;
pub mod app;
pub mod cache;
pub mod charset;
pub mod config;
pub mod failure;
#[doc(hidden)]
pub mod fuzz;
pub mod http;
pub mod jobs;
pub mod limits;
pub mod logging;
pub mod metrics;
pub mod server;
pub mod store;
pub mod strategies;
pub mod tasks;
pub mod writing;
