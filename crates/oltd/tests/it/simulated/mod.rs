//! The real server in front of the real driver in front of the simulator.

use oltsim::{C300, FULL, NO_OPTICS, SMALL, Simulator, Source};
pub(crate) use rig::Rig;
use rig::{PATIENCE, cli_of, column, olt_of, olt_with, serve, simulator};

mod answers;
mod asks;
mod both_sides;
mod charsets;
mod cli_faults;
mod cli_logins;
mod costs;
mod faults;
mod hostile;
mod hostile_names;
mod macs;
mod metrics;
mod monitoring;
mod openapi;
mod replay;
mod saves;
mod shows;
mod slow;
mod sound;
mod sources;
mod stats;
mod unknown;
mod v1_2;
mod walk;
