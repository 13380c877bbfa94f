//! `oltd serve`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use oltd::app::{App, Site};
use oltd::cache::Cache;
use oltd::config::{self, Config, OltConfig};
use oltd::http::Tls;
use tokio::net::{TcpListener, TcpSocket};
use zte::{Olt, SnmpTransport};

use super::reload::Reload;
use super::shutdown;
use crate::logging;

/// Connections that wait to be accepted: a burst of as many clients as are
/// served at once. The system may allow fewer (net.core.somaxconn).
const BACKLOG: u32 = 1024;

/// Where the configuration is.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The configuration file [default: $OLTD_CONFIG, else oltd.toml where there is one]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Let everybody who reaches this machine in, although no token is configured
    #[arg(long)]
    pub(super) insecure: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let mut config = config::load(&config::gather(args.config.as_deref())?)?;
    refuse_exposed(&config, args.insecure)?;
    load_certificate(&mut config)?;
    logging::init(&config.log)?;
    super::block_on(serve(config, args.clone()))
}

/// Refuses to serve other machines without asking who they are.
pub(super) fn refuse_exposed(config: &Config, insecure: bool) -> anyhow::Result<()> {
    if config.is_exposed() && !insecure {
        anyhow::bail!(
            "{} is reached from other machines, and no token is configured: run `oltd token` and add the \
             [[auth.tokens]] that it prints, or listen on 127.0.0.1 only, or let everybody in with --insecure",
            config.listen
        );
    }
    Ok(())
}

/// Reads the certificate, where one is configured, so that it is part of the rules.
pub(super) fn load_certificate(config: &mut Config) -> anyhow::Result<()> {
    config.rules.tls = config.tls.clone().map(Tls::load).transpose().context("cannot serve TLS")?;
    config.notes.extend(config.tls.as_ref().and_then(|files| config::read_by_all(&files.key)));
    Ok(())
}

/// How a URL of the server begins.
pub(super) fn scheme(config: &Config) -> &'static str {
    if config.tls.is_some() { "https" } else { "http" }
}

async fn serve(config: Config, args: Args) -> anyhow::Result<()> {
    let shutdown = shutdown::on_signal()?;
    Reload::new(args, &config).on_hangup()?;
    let listener = bind(config.listen)?;
    let address = listener.local_addr()?;
    for note in &config.notes {
        tracing::warn!(variable = note.variable, "{note}");
    }
    if config.is_exposed() {
        tracing::warn!(%address, "everybody who reaches this machine may ask: no token is configured");
    } else if config.rules.tokens.is_empty() && !config.rules.proxies.is_empty() {
        tracing::warn!("everybody whom the proxy lets in may ask: no token is configured");
    }
    let scheme = scheme(&config);
    let cache = cache(&config).await?;
    let app = App::new(sites(config.olts).await?, config.default, cache).with_limits(config.limits);
    tracing::info!(%address, "listening on {scheme}://{address}");
    oltd::http::serve(app.clone(), listener, config.rules, shutdown).await?;
    shutdown::close(&app).await;
    tracing::info!("stopped");
    Ok(())
}

/// Binds the address that the API is served on.
pub(super) fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let bind = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // Connections of the process before this one may still be ending.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bind().with_context(|| format!("cannot listen on {address}"))
}

/// Makes the cache, and joins the store that instances share where one is configured.
pub(super) async fn cache(config: &Config) -> anyhow::Result<Cache> {
    let cache = Cache::new(config.cache, config.cache_memory_mib << 20);
    let Some(redis) = &config.redis else { return Ok(cache) };
    let olts: Vec<Arc<str>> = config.olts.iter().map(|olt| olt.id().into()).collect();
    Ok(cache.shared(redis.clone(), &olts).await?)
}

/// Makes the handles of the OLTs. No OLT is asked anything before a request needs it.
pub(super) async fn sites(olts: Vec<OltConfig>) -> anyhow::Result<Vec<Site>> {
    let transport = SnmpTransport::bind().await.context("cannot open a UDP socket for SNMP")?;
    let site = |olt: OltConfig| {
        tracing::info!(olt.id = olt.id(), host = olt.settings.snmp.host, "serving {}", olt.name);
        let OltConfig { name, charset, writes, writer, settings } = olt;
        Site { olt: Olt::new(settings, &transport), name, charset, writes, writer }
    };
    Ok(olts.into_iter().map(site).collect())
}
