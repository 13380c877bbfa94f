//! The server: joins the state, the routes and the rules around them, and ends
//! them in an order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use zte::{Olt, SnmpTransport};

use crate::api;
use crate::app::{App, Parts, Site};
use crate::cache::{Cache, RedisError};
use crate::config::{Config, OltConfig};
use crate::http::{self, Edge, Rules};
use crate::tasks::Tasks;

/// What writes under way get to end once the process shall. An OLT that was
/// told to save its configuration and loses who told it leaves us not knowing
/// what it did. Without a write under way the end takes less than 5 s; service
/// managers are told to wait longer than this (`deploy/systemd/oltd.service`).
const WRITES: Duration = Duration::from_secs(60);
/// Time to log out of the OLTs, which happens at once where they answer.
const LOGOUT: Duration = Duration::from_millis(1_000);

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No socket.
    #[error("cannot open a UDP socket for SNMP")]
    Snmp(#[source] io::Error),
    /// The shared cache.
    #[error(transparent)]
    Redis(#[from] RedisError),
}

/// The state of the server that is configured so. No OLT is asked anything
/// before a request needs it.
///
/// # Errors
/// When a socket cannot be opened, or the settings of Redis cannot be used.
pub async fn state(config: &Config, tasks: Tasks) -> Result<App, StartError> {
    let mut cache = Cache::new(config.cache, config.cache_memory_mib << 20);
    if let Some(redis) = &config.redis {
        let olts: Vec<Arc<str>> = config.olts.iter().map(|olt| olt.id().into()).collect();
        cache = cache.shared(redis.clone(), &olts, &tasks).await?;
    }
    let transport = SnmpTransport::bind().await.map_err(StartError::Snmp)?;
    let mut olts = Vec::with_capacity(config.olts.len());
    for olt in &config.olts {
        tracing::info!(olt.id = olt.id(), host = olt.settings.snmp.host, "serving {}", olt.name);
        let OltConfig { name, charset, writes, writer, settings } = olt.clone();
        olts.push(Site { olt: Olt::new(settings, &transport), name, charset, writes, writer });
    }
    Ok(App::from(Parts { olts, default: config.default.clone(), cache, limits: config.limits, tasks }))
}

/// The whole server as a service: every path it is given is answered in the envelope.
pub fn router(app: App, rules: &Rules) -> Router {
    // As a fallback: routing must see the path only after it was rewritten.
    Router::new().fallback_service(edge(app, rules))
}

fn edge(app: App, rules: &Rules) -> Edge {
    let metrics = app.metrics().clone();
    http::around(api::routes(app), rules, metrics)
}

/// Serves until `shutdown`, then at most 3 s longer for the requests under way.
///
/// # Errors
/// None at present: failures to accept are logged and outlived.
pub async fn serve(
    app: App,
    listener: TcpListener,
    rules: Rules,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let tasks = app.tasks().clone();
    http::serve(edge(app, &rules), listener, rules, &tasks, shutdown).await
}

/// Ends what outlives the requests, once [`serve`] has returned: waits for the
/// writes under way, ends the other tasks, and logs out of the OLTs.
pub async fn end(app: &App) {
    app.tasks().finish(WRITES).await;
    if tokio::time::timeout(LOGOUT, app.close()).await.is_err() {
        let timeout_ms = LOGOUT.as_millis() as u64;
        tracing::warn!(timeout_ms, "some command lines were left without logging out");
    }
}
