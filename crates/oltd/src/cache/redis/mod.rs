//! The store that instances share.
//!
//! Redis holds three things for us: readings, short leases of readings that an
//! instance is making, and, for each OLT, the numbers of its invalidations
//! (generations), of which one reading's *stamp* is the highest that reaches
//! it. Scripts compare and change them in one step. A reading is served only
//! under the stamp it was leased with, so what an invalidation overtook is
//! never found, and a Redis that lost its data (another epoch) has nothing of us.
//!
//! An operation gets [`answer`](RedisSettings::answer) once; whatever fails puts the store out of use
//! until [`follow`] has joined it again, and nobody waits for it meanwhile.

mod follow;
mod settings;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use redis::aio::MultiplexedConnection;
use redis::{FromRedisValue, Script, ScriptInvocation};
use tokio::sync::Notify;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::scope::{Invalidations, Mark};
use super::{Key, Scope};
use follow::Owed;
pub use settings::{RedisError, RedisSettings};

use crate::tasks::Tasks;

/// Number of the form that readings are stored in, part of every key. A change
/// of any type in a reading needs the next number; a test sees to it.
pub const FORM: u32 = 3;
/// How long a lease lasts when its holder is gone, and how often it is
/// lengthened meanwhile.
const LEASE: (Duration, Duration) = (Duration::from_secs(2), Duration::from_millis(600));
/// A larger reading is not shared: sending it would hold up the connection. The
/// ONUs of a full OLT take about half as much. Neither is one taken, whoever left
/// it there: the scripts send nothing that is longer than what is ours.
const LARGEST: usize = 1 << 20;

/// A store that instances share. A cheap handle; the last one ends its task.
#[derive(Debug, Clone)]
pub struct Redis {
    inner: Arc<Inner>,
    _end: Arc<DropGuard>,
}

#[derive(Debug)]
struct Inner {
    settings: RedisSettings,
    client: redis::Client,
    /// There while the store is in use.
    connection: ArcSwapOption<MultiplexedConnection>,
    /// Tells the task that the connection failed.
    failed: Notify,
    /// Whether a refusal was logged since the store was joined.
    complained: AtomicBool,
    scripts: Scripts,
    invalidations: Arc<Invalidations>,
    olts: Vec<Arc<str>>,
    /// The name of this process among the instances.
    me: String,
    owed: Owed,
    errors: AtomicU64,
    skipped: AtomicU64,
}

#[derive(Debug)]
struct Scripts {
    look: Script,
    store: Script,
    hold: Script,
    invalidate: Script,
    numbers: Script,
}

impl Scripts {
    fn new() -> Self {
        Self {
            look: Script::new(include_str!("look.lua")),
            store: Script::new(include_str!("store.lua")),
            hold: Script::new(include_str!("hold.lua")),
            invalidate: Script::new(include_str!("invalidate.lua")),
            numbers: Script::new(include_str!("numbers.lua")),
        }
    }
}

/// What a look at the store finds.
pub(super) enum Look {
    /// A reading in its stored form, and its age.
    Found(Vec<u8>, Duration),
    /// Nothing: the caller makes the reading.
    Leased(Lease),
    /// Another instance makes the reading.
    Wait,
    /// The store is out of use.
    Unavailable,
}

/// The state of the shared store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisFigures {
    /// Whether it is in use.
    pub up: bool,
    /// Operations that failed.
    pub errors: u64,
    /// Operations that were not tried, since it was out of use.
    pub skipped: u64,
}

impl Redis {
    /// Joins the store and follows what other instances tell; waits for a
    /// moment so that a store in reach is in use when this returns.
    ///
    /// # Errors
    /// When the settings cannot be used.
    pub(super) async fn start(
        settings: RedisSettings,
        invalidations: Arc<Invalidations>,
        olts: Vec<Arc<str>>,
        tasks: &Tasks,
    ) -> Result<Self, RedisError> {
        let inner = Arc::new(Inner {
            client: settings.client()?,
            settings,
            connection: ArcSwapOption::empty(),
            failed: Notify::new(),
            complained: AtomicBool::new(false),
            scripts: Scripts::new(),
            invalidations,
            olts,
            me: name(),
            owed: Owed::default(),
            errors: AtomicU64::new(0),
            skipped: AtomicU64::new(0),
        });
        let end = CancellationToken::new();
        follow::spawn(Arc::clone(&inner), tasks, end.clone()).await;
        Ok(Self { inner, _end: Arc::new(end.drop_guard()) })
    }

    /// Whether it is in use.
    pub(super) fn is_up(&self) -> bool {
        self.inner.connection.load().is_some()
    }

    pub(super) fn figures(&self) -> RedisFigures {
        let inner = &self.inner;
        RedisFigures {
            up: self.is_up(),
            errors: inner.errors.load(Relaxed),
            skipped: inner.skipped.load(Relaxed),
        }
    }

    /// A reading of `key` that is at most `oldest`, or the lease to make it.
    pub(super) async fn look(&self, key: &Key, oldest: Duration, lifetime: Duration) -> Look {
        // What this instance has not told yet, the store cannot have heeded.
        if self.inner.owed.owes(&key.olt) {
            return Look::Unavailable;
        }
        let names = self.inner.names(key);
        let token = name();
        let mut invocation = self.inner.scripts.look.prepare_invoke();
        names.keys(&mut invocation);
        invocation.arg(millis(oldest.min(lifetime))).arg(&token).arg(millis(LEASE.0)).arg(name());
        invocation.arg(LARGEST);
        names.marks(&mut invocation);
        match self.inner.call::<(String, String, u64, Vec<u8>)>(&invocation).await {
            Some((word, _, age, reading)) if word == "found" => {
                Look::Found(reading, Duration::from_millis(age))
            }
            Some((word, stamp, ..)) if word == "leased" => Look::Leased(Lease {
                redis: self.clone(),
                name: format!("{}:{stamp}", names.lease),
                stamp,
                token,
            }),
            Some(_) => Look::Wait,
            None => Look::Unavailable,
        }
    }

    /// Tells every instance that `scope` has changed. What cannot be told now is
    /// told before the store is used again.
    pub(super) async fn invalidate(&self, olt: &Arc<str>, scope: Scope) {
        self.inner.owed.add(olt, scope);
        let (inner, olt) = (Arc::clone(&self.inner), Arc::clone(olt));
        // A task of its own: a caller who hangs up must not leave it half told.
        let told = tokio::spawn(async move {
            let Some(number) = inner.call(&inner.telling(&olt, scope)).await else { return };
            inner.owed.told(&olt, scope);
            let Some(mut connection) = inner.connection() else { return };
            let message = inner.message(&olt, scope, &number);
            let told =
                tokio::time::timeout(inner.settings.answer, message.query_async::<i64>(&mut connection));
            inner.judge(told.await);
        });
        // An error is a panic: what it left owed is told by the task that follows the store.
        let _ = told.await;
    }
}

/// The names of what belongs to a reading.
struct Names {
    reading: String,
    lease: String,
    generations: String,
    marks: Vec<Mark>,
}

impl Names {
    fn keys(&self, invocation: &mut ScriptInvocation<'_>) {
        invocation.key(&self.reading).key(&self.lease).key(&self.generations);
    }

    fn marks(&self, invocation: &mut ScriptInvocation<'_>) {
        for mark in &self.marks {
            invocation.arg(mark.to_string());
        }
    }
}

impl Inner {
    fn names(&self, key: &Key) -> Names {
        let base = self.base();
        let Key { olt, kind, place } = key;
        let place = match place {
            super::Place::Olt => String::from("all"),
            super::Place::Pon(pon) => pon.to_string(),
            super::Place::Onu(onu) => onu.to_string(),
            super::Place::Vlan(vlan) => format!("vlan={vlan}"),
            super::Place::Columns(pon, columns) => {
                let pon = pon.map_or_else(|| String::from("all"), |pon| pon.to_string());
                format!("{pon}+{}", columns.number())
            }
        };
        let name = format!("{olt}:{}:{place}", kind.name());
        Names {
            reading: format!("{base}:reading:{name}"),
            lease: format!("{base}:lease:{name}"),
            generations: self.generations(olt),
            marks: key.marks(),
        }
    }

    fn base(&self) -> String {
        format!("{}:{FORM}", self.settings.prefix)
    }

    /// Those of an OLT do not depend on the form of readings.
    fn generations(&self, olt: &str) -> String {
        format!("{}:generations:{olt}", self.settings.prefix)
    }

    /// Where instances tell each other about invalidations.
    fn channel(&self) -> String {
        format!("{}:invalidations", self.settings.prefix)
    }

    /// The connection, while the store is in use.
    fn connection(&self) -> Option<MultiplexedConnection> {
        let connection = self.connection.load();
        if connection.is_none() {
            self.skipped.fetch_add(1, Relaxed);
        }
        connection.as_deref().cloned()
    }

    /// Runs a script; `None` when the store is out of use, or fails now.
    async fn call<T: FromRedisValue>(&self, invocation: &ScriptInvocation<'_>) -> Option<T> {
        let mut connection = self.connection()?;
        self.judge(tokio::time::timeout(self.settings.answer, invocation.invoke_async(&mut connection)).await)
    }

    /// What an operation came to; a failure puts the store out of use.
    fn judge<T>(&self, outcome: Result<redis::RedisResult<T>, tokio::time::error::Elapsed>) -> Option<T> {
        let error = match outcome {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        self.errors.fetch_add(1, Relaxed);
        match error {
            // The server is well and refuses this one operation: out of memory, read-only, no permission.
            Some(error) if error.code().is_some() && !error.is_unrecoverable_error() => {
                if !self.complained.swap(true, Relaxed) {
                    tracing::warn!(%error, "Redis refuses an operation; readings are cached in memory only");
                }
            }
            error => {
                let why = error.map_or_else(
                    || format!("no answer within {} ms", self.settings.answer.as_millis()),
                    |error| error.to_string(),
                );
                self.give_up(&why);
                self.failed.notify_one();
            }
        }
        None
    }

    /// Puts the store out of use, until it is joined again.
    fn give_up(&self, why: &str) {
        if self.connection.swap(None).is_some() {
            tracing::warn!(error = why, "Redis is out of use; readings are cached in memory only");
        }
    }

    /// What numbers an invalidation in the store; its answer are the epoch and the number.
    fn telling(&self, olt: &str, scope: Scope) -> ScriptInvocation<'_> {
        let mut invocation = self.scripts.invalidate.prepare_invoke();
        invocation.key(self.generations(olt)).arg(name());
        invocation.arg(match scope {
            Scope::Olt => "all",
            Scope::Setup => "setup",
            Scope::Pon(_) | Scope::Onu(_) => "",
        });
        for mark in scope.marks().iter().filter(|mark| **mark != Mark::Any) {
            invocation.arg(mark.to_string());
        }
        invocation
    }

    /// What tells the other instances at once. Who misses it finds the number within seconds.
    fn message(&self, olt: &str, scope: Scope, (epoch, number): &(String, u64)) -> redis::Cmd {
        let mut command = redis::cmd("PUBLISH");
        command.arg(self.channel()).arg(format!("{} {olt} {epoch} {number} {scope}", self.me));
        command
    }
}

/// A name that no other has: of a process, a lease, an epoch.
fn name() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

/// The right to make a reading for all instances. It ends by itself soon after
/// its holder is gone.
pub(super) struct Lease {
    redis: Redis,
    name: String,
    stamp: String,
    token: String,
}

impl Lease {
    /// Holds the lease while `work` goes on.
    pub(super) async fn hold<T>(&self, work: impl Future<Output = T>) -> T {
        tokio::pin!(work);
        loop {
            match tokio::time::timeout(LEASE.1, &mut work).await {
                Ok(done) => return done,
                Err(_) => self.set(LEASE.0).await,
            }
        }
    }

    /// Gives the lease back without a reading.
    pub(super) async fn release(self) {
        self.set(Duration::ZERO).await;
    }

    async fn set(&self, length: Duration) {
        let mut invocation = self.redis.inner.scripts.hold.prepare_invoke();
        invocation.key(&self.name).arg(&self.token).arg(millis(length));
        let _: Option<i64> = self.redis.inner.call(&invocation).await;
    }

    /// Shares the reading, unless something invalidated it meanwhile.
    pub(super) async fn store(self, key: &Key, reading: &[u8], lifetime: Duration, age: Duration) {
        let left = lifetime.saturating_sub(age);
        if reading.len() > LARGEST || self.redis.inner.owed.owes(&key.olt) {
            return self.release().await;
        }
        let inner = &self.redis.inner;
        let names = inner.names(key);
        let mut invocation = inner.scripts.store.prepare_invoke();
        names.keys(&mut invocation);
        invocation.arg(&self.stamp).arg(&self.token).arg(millis(lifetime)).arg(millis(left)).arg(reading);
        names.marks(&mut invocation);
        let _: Option<i64> = inner.call(&invocation).await;
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
