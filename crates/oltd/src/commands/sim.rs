//! `oltd sim`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use oltd::config::LogConfig;
use oltd::logging;
use oltd::tasks::Tasks;
use oltsim::{BUILT_IN, Options, Simulator, Source};

use super::shutdown;

/// A free port of this machine, not reachable from others.
const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What to simulate, and where.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A built-in scenario by its name, or one in TOML [default: demo, with this machine's clock]
    #[arg(long, value_name = "NAME|FILE")]
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
        (Some(scenario), _) => Source::Scenario(read(scenario)?),
        (None, Some(path)) => Source::Walk(path.clone()),
        (None, None) => Source::Demo,
    };
    logging::init(&LogConfig::default())?;
    super::block_on(simulate(source, args))
}

/// The text of a built-in scenario, or else of a file.
fn read(scenario: &Path) -> anyhow::Result<String> {
    let built_in = BUILT_IN.iter().find(|(name, _)| scenario == Path::new(name));
    if let Some((_, text)) = built_in {
        return Ok((*text).to_owned());
    }
    std::fs::read_to_string(scenario).with_context(|| {
        let names = BUILT_IN.map(|(name, _)| name).join(", ");
        format!("cannot read {}; the built-in scenarios are {names}", scenario.display())
    })
}

async fn simulate(source: Source, args: &Args) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal(&Tasks::default())?;
    let options = Options {
        // Who names no scenario wants to look around, and today's times are easier to read.
        host_clock: matches!(source, Source::Demo),
        source,
        snmp: args.snmp,
        telnet: args.telnet,
        control: args.control.or(Some(FREE)),
    };
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
    super::print(&format!("login    {}\n", logins(&simulator)));
    shutdown.cancelled().await;
    simulator.stop().await;
    Ok(())
}

/// What both faces accept. These protect nothing.
fn logins(simulator: &Simulator) -> String {
    let community = format!("community {}", simulator.community());
    match simulator.device(|device| device.cli.clone()) {
        Some(cli) => {
            let (user, password, enable) = (cli.user, cli.password, cli.enable_password);
            format!("{community}, user {user}, password {password}, enable password {enable}")
        }
        None => community,
    }
}
