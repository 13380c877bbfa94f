//! Which lines of the access log stand for many.
//!
//! A request that is refused, or that asks for nothing which a token or the rate
//! limit guards, costs its sender nothing. A line for each would let anybody fill
//! the disk, so only the first ones of a client are written, and then their number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::time::Instant;

use super::super::limiter::Key;

/// Lines of one client and status in a [`PERIOD`]: enough to see what it does,
/// and more than health checks and scrapes need.
const WRITTEN: u32 = 10;
/// When the lines that were left out are summed up, and counting begins anew.
const PERIOD: Duration = Duration::from_secs(10);
/// Pairs of client and status that are told apart in a period; all further ones
/// share what one client has. With [`WRITTEN`] it bounds a log that everybody
/// writes to at once: some 70 lines a second.
const PAIRS: usize = 64;

/// Counts the lines of all clients. A cheap handle.
#[derive(Clone, Default)]
pub(in super::super) struct Sampling(Arc<Mutex<Period>>);

struct Period {
    began: Instant,
    seen: HashMap<Of, Seen>,
    /// Whether somebody waits for its end.
    watched: bool,
}

/// The client, unless it is one of too many, and what it was answered.
type Of = (Option<Key>, StatusCode);

#[derive(Default)]
struct Seen {
    written: u32,
    left_out: u64,
}

impl Default for Period {
    fn default() -> Self {
        Self { began: Instant::now(), seen: HashMap::new(), watched: false }
    }
}

impl Sampling {
    /// Whether the line of this answer is written.
    pub(super) fn admits(&self, client: Key, status: StatusCode) -> bool {
        let mut period = self.lock();
        let ended = (period.began.elapsed() >= PERIOD).then(|| std::mem::take(&mut *period));
        let admitted = period.admits(client, status);
        if !admitted && !std::mem::replace(&mut period.watched, true) {
            tokio::spawn(watch(Arc::downgrade(&self.0), period.began));
        }
        drop(period);
        ended.into_iter().for_each(Period::tell);
        admitted
    }

    /// Sums up what was left out so far, at the end of the server.
    pub(in super::super) fn tell(&self) {
        let ended = std::mem::take(&mut *self.lock());
        ended.tell();
    }

    fn lock(&self) -> MutexGuard<'_, Period> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sums a period up even if nobody asks any more.
async fn watch(sampling: Weak<Mutex<Period>>, began: Instant) {
    tokio::time::sleep_until(began + PERIOD).await;
    let Some(sampling) = sampling.upgrade().map(Sampling) else { return };
    if sampling.lock().began == began {
        sampling.tell();
    }
}

impl Period {
    fn admits(&mut self, client: Key, status: StatusCode) -> bool {
        let mut of = (Some(client), status);
        if self.seen.len() >= PAIRS && !self.seen.contains_key(&of) {
            of.0 = None;
        }
        let seen = self.seen.entry(of).or_default();
        let admitted = seen.written < WRITTEN;
        match admitted {
            true => seen.written += 1,
            false => seen.left_out += 1,
        }
        admitted
    }

    fn tell(self) {
        for ((client, status), Seen { left_out, .. }) in self.seen {
            if left_out > 0 {
                tracing::info!(
                    client = client.map(tracing::field::display),
                    http.status = status.as_u16(),
                    lines = left_out,
                    within_s = PERIOD.as_secs(),
                    "more requests of this kind"
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::ErrorCode;
    use super::*;

    fn client(n: u32) -> Key {
        Key::of(None, std::net::Ipv4Addr::from_bits(n).into())
    }

    /// How many of so many lines are written.
    fn written(sampling: &Sampling, client: &Key, lines: u32) -> usize {
        (0..lines).filter(|_| sampling.admits(client.clone(), ErrorCode::RateLimited.status())).count()
    }

    fn left_out(sampling: &Sampling) -> u64 {
        sampling.lock().seen.values().map(|seen| seen.left_out).sum()
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_lines_of_a_client_are_written_in_each_period() {
        let sampling = Sampling::default();
        assert_eq!(written(&sampling, &client(1), 1_000), WRITTEN as usize);
        assert!(
            sampling.admits(client(1), ErrorCode::Unauthorized.status()),
            "another status is another kind"
        );
        assert_eq!(written(&sampling, &client(2), 3), 3, "another client");
        assert_eq!(left_out(&sampling), 1_000 - u64::from(WRITTEN));
        tokio::time::sleep(PERIOD + Duration::from_millis(1)).await;
        assert_eq!(sampling.lock().seen.len(), 0, "summed up although nobody asked any more");
        assert_eq!(written(&sampling, &client(1), 1_000), WRITTEN as usize);
    }

    #[tokio::test(start_paused = true)]
    async fn many_clients_do_not_write_more() {
        let sampling = Sampling::default();
        let lines: usize = (0..100_000).map(|n| written(&sampling, &client(n), 1)).sum();
        assert_eq!(lines, PAIRS + WRITTEN as usize);
        assert_eq!(left_out(&sampling) as usize, 100_000 - lines);
        assert!(sampling.lock().seen.len() <= PAIRS + 1);
        // A client that was seen in time keeps its own lines.
        assert_eq!(written(&sampling, &client(0), 100), WRITTEN as usize - 1);
    }
}
