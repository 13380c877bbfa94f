//! The real server in front of the real driver in front of the simulator.

use std::time::Duration;

use oltsim::{C300, FULL, NO_OPTICS, SMALL, Simulator, Source};
pub(crate) use rig::Rig;
use rig::{PATIENCE, cli_of, column, olt_at, olt_of, olt_with, serve, simulator, snmp_at};
use zte::{CliSettings, Olt, SnmpSettings};

mod answers;
mod asks;
mod both_sides;
mod charsets;
mod cli_faults;
mod cli_logins;
mod costs;
mod diagnosis;
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

/// How long the OLTs of a test that waits for silence are waited for.
const BRIEF: Duration = Duration::from_secs(2);

/// An OLT that is soon taken for silent.
async fn brief_olt(id: &str, sim: &Simulator, cli: Option<CliSettings>) -> Olt {
    olt_at(id, SnmpSettings { deadline: BRIEF, ..snmp_at(sim.snmp_addr()) }, cli).await
}

/// The server in front of an OLT with a command line that is soon taken for silent over SNMP.
async fn brief_rig(scenario: &str) -> Rig {
    let sim = simulator(Source::Scenario(scenario.to_owned())).await;
    let olt = brief_olt("sim", &sim, Some(cli_of(&sim))).await;
    Rig::of(sim, vec![olt]).await
}
