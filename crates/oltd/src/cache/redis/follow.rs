//! The task that joins the store, keeps up with the invalidations of other
//! instances, and tells those of this one that could not be told in time.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{FutureExt as _, StreamExt as _};
use redis::AsyncConnectionConfig;
use redis::aio::{MultiplexedConnection, PubSub};
use tokio::sync::oneshot;
use tokio::time::{Instant, MissedTickBehavior, timeout};
use tokio_util::sync::CancellationToken;

use super::{Inner, Scope};
use crate::cache::scope::Mark;
use crate::tasks::Tasks;

/// What joining takes at most; nobody waits for it but the start of the process.
const JOIN: Duration = Duration::from_secs(1);
/// Before the next try to join a store that is out of use.
const REJOIN: Duration = Duration::from_millis(500);
/// How often the numbers of invalidations are compared, should a message have
/// been lost: twice in the 10 s that are promised.
const COMPARE: Duration = Duration::from_secs(4);
/// How long our invalidations are remembered while the store is well, to be told
/// again should it lose its data: other instances compare numbers more often.
const RECENT: Duration = Duration::from_secs(30);
/// More invalidations of one OLT are one of the whole OLT.
const MOST: usize = 256;
/// Failures to join are logged at once, and then once in this time.
const REMIND: Duration = Duration::from_secs(60);

/// Invalidations of this instance that others must hear of, by OLT.
#[derive(Debug, Default)]
pub(super) struct Owed(Mutex<HashMap<Arc<str>, Debts>>);

#[derive(Debug, Default)]
struct Debts {
    /// Not told yet.
    pending: Vec<Scope>,
    /// All of late, told or not.
    recent: Vec<(Instant, Scope)>,
}

impl Owed {
    pub(super) fn add(&self, olt: &Arc<str>, scope: Scope) {
        let mut debts = self.lock();
        let Debts { pending, recent } = debts.entry(Arc::clone(olt)).or_default();
        pending.push(scope);
        if pending.len() > MOST {
            *pending = vec![Scope::Olt];
        }
        recent.push((Instant::now(), scope));
        if recent.len() > MOST {
            *recent = vec![(Instant::now(), Scope::Olt)];
        }
    }

    /// One debt of this kind is paid.
    pub(super) fn told(&self, olt: &Arc<str>, scope: Scope) {
        if let Some(Debts { pending, .. }) = self.lock().get_mut(olt)
            && let Some(at) = pending.iter().position(|owed| *owed == scope)
        {
            pending.swap_remove(at);
        }
    }

    /// Whether something of the OLT was not told yet.
    pub(super) fn owes(&self, olt: &str) -> bool {
        self.lock().get(olt).is_some_and(|debts| !debts.pending.is_empty())
    }

    fn pending(&self) -> Vec<(Arc<str>, Scope)> {
        let debts = self.lock();
        let of_olt = |(olt, debts): (&Arc<str>, &Debts)| {
            debts.pending.iter().map(|scope| (Arc::clone(olt), *scope)).collect::<Vec<_>>()
        };
        debts.iter().flat_map(of_olt).collect()
    }

    /// Owes the recent invalidations of the OLT once more.
    fn again(&self, olt: &Arc<str>) {
        if let Some(Debts { pending, recent }) = self.lock().get_mut(olt) {
            for (_, scope) in recent {
                if !pending.contains(scope) {
                    pending.push(*scope);
                }
            }
        }
    }

    /// Forgets what every other instance has noticed by now. Only while the store is well.
    fn age(&self) {
        for debts in self.lock().values_mut() {
            debts.recent.retain(|(at, _)| at.elapsed() <= RECENT);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Debts>> {
        // Nothing under the lock can leave the debts half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was seen of an OLT's generations last.
#[derive(Debug, Default)]
struct Seen {
    epoch: String,
    number: u64,
}

/// Starts the task, and waits until the first try to join has ended.
pub(super) async fn spawn(inner: Arc<Inner>, tasks: &Tasks, end: CancellationToken) {
    let (tried, first_try) = oneshot::channel();
    let mut tried = Some(tried);
    tasks.keep("redis", move || {
        let (inner, tried, end) = (Arc::clone(&inner), tried.take(), end.clone());
        async move {
            end.run_until_cancelled(follow(inner, tried)).await;
        }
    });
    let _ = first_try.await;
}

/// How a session came to its end.
enum Ended {
    /// The store could not be joined.
    Unjoined(String),
    /// It failed while it was in use.
    Lost(String),
}

async fn follow(inner: Arc<Inner>, mut tried: Option<oneshot::Sender<()>>) {
    let mut seen = HashMap::new();
    let mut reminded: Option<Instant> = None;
    loop {
        let ended = inner.session(&mut seen, &mut tried).await;
        drop(tried.take());
        match ended {
            Ended::Lost(why) => inner.give_up(&why),
            Ended::Unjoined(why) if reminded.is_none_or(|at| at.elapsed() >= REMIND) => {
                reminded = Some(Instant::now());
                let place = inner.settings.place();
                tracing::warn!(
                    redis = place,
                    error = why,
                    "Redis cannot be joined; readings are cached in memory only"
                );
            }
            Ended::Unjoined(_) => {}
        }
        tokio::time::sleep(REJOIN).await;
    }
}

impl Inner {
    /// From joining the store until it fails.
    async fn session(
        &self,
        seen: &mut HashMap<Arc<str>, Seen>,
        tried: &mut Option<oneshot::Sender<()>>,
    ) -> Ended {
        let (connection, listener) = match self.join(seen).await {
            Ok(joined) => joined,
            Err(why) => return Ended::Unjoined(why),
        };
        // What was said of an earlier connection says nothing of this one.
        let _ = self.failed.notified().now_or_never();
        self.complained.store(false, Relaxed);
        self.connection.store(Some(Arc::clone(&connection)));
        tracing::info!(redis = self.settings.place(), "Redis is in use");
        drop(tried.take());

        let mut messages = listener.into_on_message();
        let mut compare = tokio::time::interval_at(Instant::now() + COMPARE, COMPARE);
        compare.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let kept_up = tokio::select! {
                message = messages.next() => match message {
                    Some(message) => {
                        let text = message.get_payload::<String>().unwrap_or_default();
                        if self.heard(&text, seen) { Ok(()) } else { self.catch_up(&connection, seen).await }
                    }
                    None => Err(String::from("it closed the connection")),
                },
                _ = compare.tick() => {
                    self.owed.age();
                    self.catch_up(&connection, seen).await
                }
                () = self.failed.notified() => Err(String::from("an operation failed")),
            };
            // A debt may be left of a moment when the store was in use and failed.
            let well = match kept_up {
                Ok(()) => self.settle(&connection).await,
                lost => lost,
            };
            if let Err(why) = well {
                return Ended::Lost(why);
            }
        }
    }

    /// Connects, takes in what others have told, and tells what is owed: all
    /// that must be before the store is used.
    async fn join(
        &self,
        seen: &mut HashMap<Arc<str>, Seen>,
    ) -> Result<(Arc<MultiplexedConnection>, PubSub), String> {
        let (connection, listener, info) = asked(async {
            let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
            let mut connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
            // A user without the right to ask for it is no reason to stay away.
            let info: redis::RedisResult<String> =
                redis::cmd("INFO").arg("server").query_async(&mut connection).await;
            let mut listener = self.client.get_async_pubsub().await?;
            listener.subscribe(self.channel()).await?;
            Ok((connection, listener, info.unwrap_or_default()))
        })
        .await?;
        if let Some(kind) = unsupported(&info) {
            return Err(format!(
                "it is part of a Redis {kind}, which is not supported yet: name a single server"
            ));
        }
        let connection = Arc::new(connection);
        self.catch_up(&connection, seen).await?;
        self.settle(&connection).await?;
        Ok((connection, listener))
    }

    /// Takes in a message of another instance. False when one before it was missed.
    fn heard(&self, text: &str, seen: &mut HashMap<Arc<str>, Seen>) -> bool {
        let words: Vec<&str> = text.split(' ').collect();
        let [from, olt, epoch, number, scope] = words.as_slice() else { return true };
        let Some(olt) = self.olts.iter().find(|id| &***id == *olt) else { return true };
        let (Ok(number), Ok(scope)) = (number.parse::<u64>(), scope.parse::<Scope>()) else { return true };
        if *from != self.me {
            // At once, whatever else was missed.
            self.invalidations.invalidate(olt, &scope.marks());
        }
        let seen = seen.entry(Arc::clone(olt)).or_default();
        let next = seen.epoch == *epoch && number == seen.number + 1;
        if next {
            seen.number = number;
        }
        next || seen.epoch == *epoch && number <= seen.number
    }

    /// Compares the numbers of all OLTs and takes in what was missed.
    async fn catch_up(
        &self,
        connection: &MultiplexedConnection,
        seen: &mut HashMap<Arc<str>, Seen>,
    ) -> Result<(), String> {
        for olt in &self.olts {
            let mut connection = connection.clone();
            let known = seen.entry(Arc::clone(olt)).or_default();
            let mut numbers = self.scripts.numbers.prepare_invoke();
            numbers.key(self.generations(olt)).arg(super::name()).arg(&known.epoch).arg(known.number);
            let (epoch, number, missed): (String, u64, Vec<String>) =
                asked(numbers.invoke_async(&mut connection)).await?;
            let missed: Vec<Mark> = missed.iter().filter_map(|mark| mark.parse().ok()).collect();
            if !missed.is_empty() {
                self.invalidations.invalidate(olt, &missed);
            }
            if known.epoch != epoch && !known.epoch.is_empty() {
                // The store has lost its data, and with it what we told it lately.
                self.owed.again(olt);
            }
            *known = Seen { epoch, number };
        }
        Ok(())
    }

    /// Tells what is owed.
    async fn settle(&self, connection: &MultiplexedConnection) -> Result<(), String> {
        for (olt, scope) in self.owed.pending() {
            let mut connection = connection.clone();
            let number = asked(self.telling(&olt, scope).invoke_async(&mut connection)).await?;
            self.owed.told(&olt, scope);
            let message = self.message(&olt, scope, &number);
            // Who may not publish has told it all the same: the others compare numbers.
            if let Ok(Err(error)) = timeout(JOIN, message.query_async::<i64>(&mut connection)).await {
                tracing::debug!(%error, "an invalidation could not be published");
            }
        }
        Ok(())
    }
}

/// What an operation comes to that no request waits for.
async fn asked<T>(operation: impl Future<Output = redis::RedisResult<T>>) -> Result<T, String> {
    match timeout(JOIN, operation).await {
        Ok(done) => done.map_err(|error| error.to_string()),
        Err(_) => Err(format!("no answer within {} s", JOIN.as_secs())),
    }
}

/// `Cluster` or `Sentinel`, where the server says that it is one of those.
fn unsupported(info: &str) -> Option<&'static str> {
    let mode = info.lines().find_map(|line| line.trim().strip_prefix("redis_mode:"))?;
    match mode {
        "cluster" => Some("Cluster"),
        "sentinel" => Some("Sentinel"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debts_are_bounded_and_paid_one_by_one() {
        let owed = Owed::default();
        let olt: Arc<str> = "a".into();
        let pon = |port| Scope::Pon(gpon::PonPort::new(1, port).unwrap());
        owed.add(&olt, pon(1));
        owed.add(&olt, pon(1));
        owed.told(&olt, pon(1));
        assert!(owed.owes("a") && !owed.owes("b"));
        owed.told(&olt, pon(1));
        assert!(!owed.owes("a"));
        owed.again(&olt);
        assert_eq!(owed.pending(), [(Arc::clone(&olt), pon(1))], "once for all alike");
        for port in (1..=16).cycle().take(3 * MOST) {
            owed.add(&olt, pon(port));
        }
        assert!(owed.pending().len() <= MOST);
        assert!(owed.pending().iter().any(|(_, scope)| *scope == Scope::Olt), "none is forgotten");
        assert!(owed.lock()["a"].recent.len() <= MOST);
    }

    #[test]
    fn kinds_of_servers() {
        assert_eq!(unsupported("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n"), None);
        assert_eq!(unsupported("redis_mode:cluster\r\n"), Some("Cluster"));
        assert_eq!(unsupported("redis_mode:sentinel\r\n"), Some("Sentinel"));
        assert_eq!(unsupported(""), None);
    }
}
