//! `oltd serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use oltd::app::{App, Site};
use oltd::config::{self, Config, OltConfig};
use tokio::net::TcpListener;
use zte::{Olt, SnmpTransport};

use super::shutdown;
use crate::logging;

/// Where the configuration is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The configuration file [default: $OLTD_CONFIG, else oltd.toml where there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let config = config::load(&config::gather(args.config.as_deref())?)?;
    logging::init(&config.log)?;
    super::block_on(serve(config))
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal()?;
    let listener = bind(config.listen).await?;
    let address = listener.local_addr()?;
    for note in &config.notes {
        tracing::warn!(variable = note.variable, "{note}");
    }
    let app = App::new(sites(config.olts).await?, config.default, config.cache).with_limits(config.limits);
    tracing::info!(%address, "listening on http://{address}");
    shutdown::bounded(
        oltd::http::serve(app.clone(), listener, oltd::http::Rules::default(), shutdown.clone()),
        &shutdown,
    )
    .await?;
    app.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Binds the address that the API is served on.
pub(super) async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Makes the handles of the OLTs. No OLT is asked anything before a request needs it.
pub(super) async fn sites(olts: Vec<OltConfig>) -> anyhow::Result<Vec<Site>> {
    let transport = SnmpTransport::bind().await.context("cannot open a UDP socket for SNMP")?;
    let site = |olt: OltConfig| {
        tracing::info!(olt.id = olt.id(), host = olt.settings.snmp.host, "serving {}", olt.name);
        Site { olt: Olt::new(olt.settings, &transport), name: olt.name }
    };
    Ok(olts.into_iter().map(site).collect())
}
