//! `oltd demo`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use gpon::{OnuState, PonPort};
use oltd::app::ChosenOlt;
use oltd::cache::{Freshness, Onus};
use oltd::config::{self, Config};
use oltd::store::StoreSettings;
use oltd::tasks::Tasks;
use oltd::{logging, server};
use oltsim::device::CliAccess;
use oltsim::{Options, Simulator, Source};
use zte::CliSettings;

use super::configured::{load_certificate, scheme};
use super::{serve, shutdown};

/// Longest time to look for an ONU to show; the simulator answers within milliseconds.
const LOOK: Duration = Duration::from_secs(2);

/// Where to serve.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The address to serve on [default: $OLTD_LISTEN, else 127.0.0.1:8081]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let mut config = config::load_demo(&config::gather_variables()?)?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    // Whatever is written is gone with the simulator.
    config.rules.open_writes = true;
    load_certificate(&mut config)?;
    logging::init(&config.log)?;
    super::block_on(demo(config))
}

async fn demo(mut config: Config) -> anyhow::Result<()> {
    let tasks = Tasks::default();
    let shutdown = shutdown::on_signal(&tasks)?;
    let listener = serve::bind(config.listen)?;
    for note in &config.notes {
        tracing::warn!(variable = note.variable, "{note}");
    }
    if config.is_exposed() {
        tracing::warn!("everybody who reaches this machine may ask; what they see is simulated");
    }
    let options = Options { host_clock: true, ..Options::new(Source::Demo) };
    let simulator = Simulator::start(options).await.context("cannot start the simulator")?;
    let cli = command_line(&simulator);
    for olt in &mut config.olts {
        olt.settings.snmp.host = simulator.snmp_addr().ip().to_string();
        olt.settings.snmp.port = simulator.snmp_addr().port();
        olt.settings.cli = cli.clone().map(settings);
    }
    // It is gone with what was written.
    let folder = tempfile::tempdir().context("cannot make a folder for the store")?;
    config.store = StoreSettings::new(folder.path());
    let base = base(scheme(&config), listener.local_addr()?);
    let app = server::state(&config, tasks).await?;
    let shown = tokio::time::timeout(LOOK, online_onu(app.olts().next())).await.ok().flatten();
    let (board, port, onu) = shown.unwrap_or((1, 1, 1));
    super::print(&format!(
        "A simulated C320 is served at {base}/\n\
         Its SNMP agent is at {snmp}, community public.\n\
         {cli}\
         \n\
         \x20 curl {base}/api/v1/board/{board}/pon/{port}\n\
         \x20 curl {base}/api/v1/board/{board}/pon/{port}/onu/{onu}\n\
         \x20 curl {base}/api/v1/system/cards\n\
         \n\
         Ctrl-C ends it.\n",
        snmp = simulator.snmp_addr(),
        cli = cli.as_ref().map(telnet).unwrap_or_default(),
    ));
    server::serve_to_the_end(app, listener, config.rules, shutdown, config.stop_wait).await?;
    Ok(())
}

/// How to reach the simulator's command line, with the login of the demo scenario.
fn command_line(simulator: &Simulator) -> Option<(SocketAddr, CliAccess)> {
    Some((simulator.telnet_addr()?, simulator.device(|device| device.cli.clone())?))
}

fn settings((address, access): (SocketAddr, CliAccess)) -> CliSettings {
    let mut cli =
        CliSettings::new(address.ip().to_string(), address.port(), access.user, access.password.into());
    cli.enable_password = Some(access.enable_password.into());
    cli
}

/// The line about the command line. The password is the simulator's and protects nothing.
fn telnet((address, access): &(SocketAddr, CliAccess)) -> String {
    let (ip, port, CliAccess { user, password, .. }) = (address.ip(), address.port(), access);
    format!("Its command line is at telnet {ip} {port}, user {user}, password {password}.\n")
}

/// Board, PON and id of the first ONU that is online, so that the lines to try show values.
async fn online_onu(olt: Option<ChosenOlt>) -> Option<(u8, u8, u8)> {
    let olt = olt?;
    for port in 1..=PonPort::MAX_PORT {
        let onus = olt.read::<Onus>(PonPort::new(1, port).ok()?, Freshness::default()).await.ok()?;
        let online = onus.entry.reading().value.iter().find(|onu| onu.state == Some(OnuState::Online));
        if let Some(onu) = online {
            return Some((1, port, onu.at.id.get()));
        }
    }
    None
}

/// The URL of this machine, where every address is listened on its loopback one.
fn base(scheme: &str, address: SocketAddr) -> String {
    let ip = match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other.ip(),
    };
    format!("{scheme}://{}", SocketAddr::new(ip, address.port()))
}
