//! `oltd sim`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Context;
use oltd::config::LogConfig;
use oltsim::{Options, Simulator, Source};

use super::shutdown;
use crate::logging;

/// A free port of this machine, not reachable from others.
const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What to simulate, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A scenario in TOML [default: the demo scenario]
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// A recorded walk (.snmprec) to replay as it is
    #[arg(long, value_name = "FILE", conflicts_with = "scenario")]
    walk: Option<PathBuf>,
    /// Address of the SNMP agent [default: a free loopback port]
    #[arg(long, value_name = "ADDR")]
    snmp: Option<SocketAddr>,
    /// Address of the command line [default: a free loopback port]
    #[arg(long, value_name = "ADDR")]
    telnet: Option<SocketAddr>,
    /// Address of the control server: counters and faults [default: a free loopback port]
    #[arg(long, value_name = "ADDR")]
    control: Option<SocketAddr>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let source = match (&args.scenario, &args.walk) {
        (Some(path), _) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Source::Scenario(text)
        }
        (None, Some(path)) => Source::Walk(path.clone()),
        (None, None) => Source::Demo,
    };
    logging::init(&LogConfig::default())?;
    super::block_on(simulate(source, args))
}

async fn simulate(source: Source, args: &Args) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal()?;
    let options =
        Options { source, snmp: args.snmp, telnet: args.telnet, control: args.control.or(Some(FREE)) };
    let simulator = Simulator::start(options).await.context("cannot start the simulator")?;
    super::print(&format!("snmp     {}\n", simulator.snmp_addr()));
    match (simulator.telnet_addr(), args.telnet) {
        (Some(telnet), _) => super::print(&format!("telnet   {telnet}\n")),
        (None, Some(telnet)) => {
            super::print(&format!("telnet   {telnet} stays closed: a walk has no command line\n"));
        }
        (None, None) => {}
    }
    if let Some(control) = simulator.control_addr() {
        super::print(&format!("control  http://{control}/counters, /faults, /commands\n"));
    }
    shutdown.cancelled().await;
    simulator.stop().await;
    Ok(())
}
