//! `oltd serve`.

use std::net::SocketAddr;

use anyhow::Context;
use oltd::config::{self, Config};
use oltd::tasks::Tasks;
use oltd::{logging, server};
use tokio::net::{TcpListener, TcpSocket};

use super::configured::{Args, load_certificate, refuse_exposed, scheme};
use super::reload::Reload;
use super::shutdown;

/// Connections that wait to be accepted: a burst of as many clients as are
/// served at once. The system may allow fewer (net.core.somaxconn).
const BACKLOG: u32 = 1024;

pub(super) fn run(args: &Args) -> anyhow::Result<()> {
    let mut config = config::load(&config::gather(args.config.as_deref())?)?;
    refuse_exposed(&config, args.insecure)?;
    load_certificate(&mut config)?;
    logging::init(&config.log)?;
    super::block_on(serve(config, args.clone()))
}

async fn serve(config: Config, args: Args) -> anyhow::Result<()> {
    let tasks = Tasks::default();
    let shutdown = shutdown::on_signal(&tasks)?;
    Reload::new(args, &config).on_hangup(&tasks)?;
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
    let app = server::state(&config, tasks).await?;
    tracing::info!(%address, "listening on {scheme}://{address}");
    server::serve_to_the_end(app, listener, config.rules, shutdown, config.stop_wait).await?;
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
