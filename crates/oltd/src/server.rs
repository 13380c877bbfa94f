//! The server: joins the state, the routes and the rules around them, and ends
//! them in an order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use zte::{Olt, SnmpTransport};

use crate::answers::{self, AnswersError};
use crate::api;
use crate::app::{App, Parts, Site};
use crate::cache::{Cache, RedisError};
use crate::config::{Config, OltConfig};
use crate::http::{self, Edge, Rules};
use crate::store::{Store, StoreError};
use crate::strategies::{self, StrategiesError};
use crate::tasks::Tasks;
use crate::writing::Writes;

/// What the line under way of a write gets to end once the process shall, behind what
/// `stop_wait` gives its plan. An OLT that was told to save its configuration and loses
/// who told it leaves us not knowing what it did. Without a write under way the end takes
/// less than 5 s; service managers are told to wait longer than this
/// (`deploy/systemd/oltd.service`).
const LINES: Duration = Duration::from_secs(60);
/// What a plan gets to note how far it got, once its line has ended.
const NOTES: Duration = Duration::from_secs(2);
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
    /// The file of answers.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// The folder of strategies.
    #[error(transparent)]
    Strategies(#[from] StrategiesError),
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
    let store = store(config).await?;
    // A copy of a store knows nothing of what was written since it was made.
    let is_copy = store.as_ref().is_ok_and(Store::is_marked);
    if is_copy {
        tracing::warn!("the store is a copy: only dry runs are let through until `oltd store accept`");
    }
    let answers = config.answers_file.as_deref().map(answers::read).transpose()?.unwrap_or_default();
    let strategies = strategies::read(config.strategies_dir.as_deref())?;
    let mut olts = Vec::with_capacity(config.olts.len());
    for olt in &config.olts {
        tracing::info!(olt.id = olt.id(), host = olt.settings.snmp.host, "serving {}", olt.name);
        let OltConfig {
            name,
            charset,
            mut writes,
            writer,
            save,
            require_identity,
            accept_wait,
            mut settings,
        } = olt.clone();
        if is_copy && writes.may_send() {
            writes = Writes::Plan;
        }
        settings.answers = answers.clone();
        settings.registering.strategies = strategies.clone();
        let olt = Olt::new(settings, &transport);
        olts.push(Site { olt, name, charset, writes, writer, save, require_identity, accept_wait });
    }
    let app = App::from(Parts {
        olts,
        default: config.default.clone(),
        cache,
        limits: config.limits,
        tasks,
        store,
        save_times: config.save_times,
        callbacks: config.callbacks.clone(),
    });
    keep_writing(&app).await;
    Ok(app)
}

/// Goes on with what an earlier process left, and keeps what has to be done beside the
/// requests, see [`App::keep_writing`]; the ends of jobs are told as the API shows them.
pub async fn keep_writing(app: &App) {
    app.keep_writing().await;
    let of = app.clone();
    app.jobs().keep_calling_back(Arc::new(move |job| {
        let app = of.clone();
        Box::pin(async move { api::shown_job(&app, &job).await })
    }));
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

/// Serves until `shutdown`, then ends: from that moment on no write begins, and a plan under
/// way gets `stop_wait` and no more, whatever the requests do; the line under way its time in
/// any case; then the other tasks end, and the OLTs are logged out of. What did not come to
/// an end is settled at the next start.
///
/// # Errors
/// As of [`serve`].
pub async fn serve_to_the_end(
    app: App,
    listener: TcpListener,
    rules: Rules,
    shutdown: CancellationToken,
    stop_wait: Duration,
) -> io::Result<()> {
    let told = shutdown.clone();
    let serving = async {
        let served = serve(app.clone(), listener, rules, shutdown.clone()).await;
        shutdown.cancel();
        served
    };
    let writing = async {
        told.cancelled().await;
        app.tasks().drain(stop_wait).await
    };
    let (served, _) = tokio::join!(serving, writing);
    end(&app).await;
    served
}

async fn end(app: &App) {
    let ended = async {
        app.close_within(LINES).await;
        app.tasks().finish(NOTES).await;
    };
    if tokio::time::timeout(LINES + NOTES + LOGOUT, ended).await.is_err() {
        tracing::warn!("some command lines were left without logging out");
    }
    app.jobs().close().await;
}
