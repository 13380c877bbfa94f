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
use crate::jobs::SaveTimes;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;
use crate::writing::{SaveMode, Writes};

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
    /// The store.
    #[error("the store cannot be used")]
    Store(#[source] StoreError),
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
        let (save, require_identity) = (SaveMode::default(), true);
        let olt = Olt::new(settings, &transport);
        olts.push(Site { olt, name, charset, writes, writer, save, require_identity });
    }
    let store = store(config).await?;
    let app = App::from(Parts {
        olts,
        default: config.default.clone(),
        cache,
        limits: config.limits,
        tasks,
        store,
        save_times: SaveTimes::default(),
    });
    app.keep_writing().await;
    Ok(app)
}

/// Where writes are kept. Whoever writes to no OLT needs none; where it cannot be used
/// now, reading goes on, and every write says why it is refused.
async fn store(config: &Config) -> Result<Result<Store, String>, StartError> {
    if config.olts.iter().all(|olt| olt.writes == Writes::Off) {
        return Ok(Err("no OLT is written to (olts[].writes)".to_owned()));
    }
    match Store::open(&config.store).await {
        Ok(store) => Ok(Ok(store)),
        // A person has to see to it before anything is right.
        Err(
            error @ (StoreError::Locked { .. }
            | StoreError::NoKey { .. }
            | StoreError::KeyMissing { .. }
            | StoreError::WrongKey
            | StoreError::Newer { .. }),
        ) => Err(StartError::Store(error)),
        Err(error) => {
            tracing::error!(%error, "the store cannot be used: nothing is written to any OLT");
            Ok(Err(error.to_string()))
        }
    }
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
