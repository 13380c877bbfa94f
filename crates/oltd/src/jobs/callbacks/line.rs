//! Which end is told when.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use secrecy::ExposeSecret;

use super::post::Poster;
use crate::jobs::Jobs;
use crate::store::{CallRow, CallState, Store, Tried};

/// Most that are told at once, and most to one host: one that hangs leaves room for others.
const AT_ONCE: usize = 8;
const AT_A_HOST: usize = 2;
/// Most that wait in memory; further ones wait in the store until these are told.
const LINE: usize = 10_000;
/// Longest pause without a look at the clock, which may be set.
const LOOK: Duration = Duration::from_secs(60);
/// Most bytes of a body. What is longer is told without its plans, then without its result.
const BODY_MOST: usize = 256 << 10;

/// A job as `GET /jobs/{id}` shows it; `None` where it is gone or cannot be read.
pub type Shown = Arc<dyn Fn(String) -> BoxFuture<'static, Option<serde_json::Value>> + Send + Sync>;

/// How long after a failure an end is told again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallPauses {
    /// After the first failure, the second, and so on; the last one from then on.
    pub pauses: Vec<Duration>,
    /// How long after the end of the job it is given up.
    pub give_up: Duration,
}

impl Default for CallPauses {
    fn default() -> Self {
        Self {
            pauses: [1, 5, 30, 2 * 60, 10 * 60, 60 * 60].map(Duration::from_secs).to_vec(),
            give_up: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl CallPauses {
    /// The pause after so many failures, up to a fifth shorter or longer by `chance` (from 0 to
    /// 1), so that what failed together is not told together.
    fn after(&self, failures: u32, chance: f64) -> Duration {
        let which = usize::try_from(failures.max(1) - 1).unwrap_or(usize::MAX);
        let pause = self.pauses.get(which).or(self.pauses.last()).copied().unwrap_or(LOOK);
        pause.mul_f64(0.8 + 0.4 * chance)
    }
}

/// From 0 to 1, from the random bits of a new id.
fn chance() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}

/// One that waits.
struct Waits {
    call: CallRow,
    at: SystemTime,
    host: String,
}

/// All that is to be told.
struct Line {
    jobs: Jobs,
    store: Store,
    shown: Shown,
    waiting: BTreeMap<String, Waits>,
    /// The jobs that are told now, with their hosts.
    under_way: BTreeMap<String, String>,
    /// Whether the store may hold more than waits here.
    more: bool,
}

impl Jobs {
    /// Keeps telling the ends of jobs. A copy of a store tells nothing: the ends in it were
    /// told by its original.
    pub fn keep_calling_back(&self, shown: Shown) {
        let Ok(store) = self.store() else { return };
        if store.is_marked() {
            return;
        }
        let (jobs, store) = (self.clone(), store.clone());
        self.0.tasks.keep("call back", move || {
            let poster = Poster::new(jobs.0.callbacks.clone());
            let (jobs, store, shown) = (jobs.clone(), store.clone(), Arc::clone(&shown));
            let (waiting, under_way) = (BTreeMap::new(), BTreeMap::new());
            Line { jobs, store, shown, waiting, under_way, more: true }.run(poster)
        });
    }
}

impl Line {
    async fn run(mut self, poster: Poster) {
        let mut trying = FuturesUnordered::new();
        loop {
            self.fill().await;
            for call in self.due(SystemTime::now()) {
                let shown = Arc::clone(&self.shown);
                let poster = &poster;
                trying.push(async move {
                    let tried = attempt(poster, &shown, &call).await;
                    (call, tried)
                });
            }
            self.count();
            let mut pause = pin!(tokio::time::sleep(self.pause(SystemTime::now())));
            let store = self.store.clone();
            tokio::select! {
                Some((call, tried)) = trying.next(), if !trying.is_empty() => self.tried(call, tried).await,
                () = store.has_ended() => {}
                () = &mut pause => {}
            }
        }
    }

    /// Takes in what came to be due.
    async fn fill(&mut self) {
        for job in self.store.take_ended() {
            match self.store.call(&job).await {
                Ok(Some(call)) => self.wait(call),
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(job, %error, "a callback could not be read; it is looked for again");
                    self.more = true;
                }
            }
        }
        if self.more && self.waiting.is_empty() {
            match self.store.calls_due(LINE as u32).await {
                Ok(calls) => {
                    self.more = calls.len() >= LINE;
                    calls.into_iter().for_each(|call| self.wait(call));
                }
                Err(error) => tracing::error!(%error, "what is to be told could not be read"),
            }
        }
    }

    fn wait(&mut self, call: CallRow) {
        if call.state != CallState::Due {
            return;
        }
        if self.waiting.len() >= LINE {
            self.more = true;
            return;
        }
        let at = call.next_at.unwrap_or(SystemTime::UNIX_EPOCH);
        let url = call.url.expose_secret();
        let host = reqwest::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
        let host = host.unwrap_or_default();
        self.waiting.insert(call.job.clone(), Waits { call, at, host });
    }

    /// What is told now. Of one job nothing is told while something of it is.
    fn due(&mut self, now: SystemTime) -> Vec<CallRow> {
        // What lies further ahead than any pause was set by a clock that has gone back since.
        let ahead = now + 2 * self.longest();
        let mut due: Vec<_> = self.waiting.values().filter(|one| one.at <= now || one.at > ahead).collect();
        due.sort_by_key(|one| one.at);
        let mut begun = Vec::new();
        for Waits { call, host, .. } in due {
            let at_host = self.under_way.values().filter(|other| *other == host).count();
            if self.under_way.len() < AT_ONCE
                && at_host < AT_A_HOST
                && !self.under_way.contains_key(&call.job)
            {
                self.under_way.insert(call.job.clone(), host.clone());
                begun.push(call.job.clone());
            }
        }
        begun.iter().filter_map(|job| self.waiting.remove(job)).map(|one| one.call).collect()
    }

    fn longest(&self) -> Duration {
        let pauses = &self.jobs.0.callbacks.pauses.pauses;
        pauses.iter().copied().max().unwrap_or_default().max(LOOK)
    }

    /// Until the next one may be due; who waits for a place is begun when one is free.
    fn pause(&self, now: SystemTime) -> Duration {
        let ahead = self.waiting.values().filter_map(|one| one.at.duration_since(now).ok());
        ahead.min().unwrap_or(LOOK).clamp(Duration::from_millis(10), LOOK)
    }

    fn count(&self) {
        let waiting = (self.waiting.len() + self.under_way.len()) as u64;
        self.jobs.0.called.waiting.store(waiting, Ordering::Relaxed);
    }

    async fn tried(&mut self, mut call: CallRow, tried: Result<(), String>) {
        self.under_way.remove(&call.job);
        call.tries = call.tries.saturating_add(1);
        let (now, settings, counts) = (SystemTime::now(), &self.jobs.0.callbacks, &self.jobs.0.called);
        let age = call.since.and_then(|since| now.duration_since(since).ok()).unwrap_or_default();
        let (count, outcome) = match &tried {
            Ok(()) => (&counts.delivered, Tried::Delivered),
            Err(error) if age >= settings.pauses.give_up => (&counts.given_up, Tried::GivenUp { error }),
            Err(error) => {
                let at = now + settings.pauses.after(call.tries, chance());
                (&counts.failed, Tried::Again { at, error })
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
        if let Tried::GivenUp { error } = outcome {
            tracing::error!(job = call.job, tries = call.tries, error, "a callback is given up");
        }
        // Where it cannot be kept, it may be told once more after a restart.
        let is_newest = self.store.tried(&call, outcome).await.unwrap_or_else(|error| {
            tracing::error!(job = call.job, %error, "how a callback came out could not be kept");
            true
        });
        if let (true, Tried::Again { at, .. }) = (is_newest, outcome)
            // The job may have ended again meanwhile.
            && !self.waiting.contains_key(&call.job)
        {
            call.next_at = Some(at);
            self.wait(call);
        }
    }
}

/// Tells the end of a job once.
async fn attempt(poster: &Poster, shown: &Shown, call: &CallRow) -> Result<(), String> {
    let job = shown(call.job.clone()).await.ok_or("the job cannot be read")?;
    let delivery = format!("{}-{}", call.job, call.ends);
    poster.post(call, &delivery, body(&delivery, job)).await
}

/// What is told of a job.
fn body(delivery: &str, mut job: serde_json::Value) -> Vec<u8> {
    let state = job["state"].as_str().unwrap_or_default().to_owned();
    let told = |job: &serde_json::Value, truncated: bool| {
        let told = serde_json::json!({
            "delivery": delivery, "event": format!("job.{state}"), "truncated": truncated, "job": job,
        });
        told.to_string().into_bytes()
    };
    let whole = told(&job, false);
    if whole.len() <= BODY_MOST {
        return whole;
    }
    job["plans"] = serde_json::json!([]);
    let shorter = told(&job, true);
    if shorter.len() <= BODY_MOST {
        return shorter;
    }
    job["result"] = serde_json::Value::Null;
    job["error"] = serde_json::Value::Null;
    told(&job, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_at_the_longest() {
        let usual = CallPauses::default();
        let seconds: Vec<u64> = (1..=8).map(|failures| usual.after(failures, 0.5).as_secs()).collect();
        assert_eq!(seconds, [1, 5, 30, 120, 600, 3_600, 3_600, 3_600]);
        let minute = |chance| usual.after(4, chance).as_secs();
        assert_eq!((minute(0.0), minute(1.0)), (96, 144));
        assert!((0.0..=1.0).contains(&chance()));
    }

    #[test]
    fn a_long_body_is_told_without_its_plans_and_then_without_its_result() {
        let of = |plans: usize, result: usize| {
            let job = serde_json::json!({
                "state": "done", "plans": ["x".repeat(plans)], "result": "y".repeat(result), "error": null,
            });
            let body = body("d", job);
            assert!(body.len() <= BODY_MOST, "{}", body.len());
            serde_json::from_slice::<serde_json::Value>(&body).unwrap()
        };
        let whole = of(1_000, 1_000);
        assert_eq!((&whole["truncated"], &whole["event"]), (&false.into(), &"job.done".into()));
        let shorter = of(BODY_MOST, 1_000);
        assert_eq!((&shorter["truncated"], &shorter["job"]["plans"]), (&true.into(), &serde_json::json!([])));
        assert_ne!(shorter["job"]["result"], serde_json::Value::Null);
        assert_eq!(of(1, BODY_MOST)["job"]["result"], serde_json::Value::Null);
    }
}
