//! When a connection is closed because nothing is asked on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// A client that sends no request in this time holds a connection for nothing.
const FIRST: Duration = Duration::from_secs(30);
/// As long a connection is kept for the next request, and for an answer to be
/// taken: the largest, some 1.5 MB, over the slowest link that deserves the name.
const NEXT: Duration = Duration::from_secs(60);

/// Requests of a connection: how many were begun, and how many answered.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    begun: AtomicU64,
    answered: AtomicU64,
}

/// A request under way.
pub(super) struct Beat(Arc<Pulse>);

impl Pulse {
    pub(super) fn beat(pulse: &Arc<Self>) -> Beat {
        pulse.begun.fetch_add(1, Ordering::Relaxed);
        Beat(Arc::clone(pulse))
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Ordering::Relaxed);
    }
}

/// Returns once nothing was asked for too long. A clock read now and then
/// instead of with each request: what comes of it is up to twice the time.
pub(super) async fn silence(pulse: &Pulse) {
    let mut before = 0;
    let mut patience = FIRST;
    loop {
        let looked = Instant::now();
        tokio::time::sleep_until(looked + patience).await;
        let answered = pulse.answered.load(Ordering::Relaxed);
        let under_way = pulse.begun.load(Ordering::Relaxed) != answered;
        if !under_way && answered == before {
            return;
        }
        (before, patience) = (answered, NEXT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lasts(pulse: &Arc<Pulse>, begin_s: u64, end_s: u64) -> u64 {
        let begun = Instant::now();
        let request = async {
            tokio::time::sleep(Duration::from_secs(begin_s)).await;
            let beat = Pulse::beat(pulse);
            tokio::time::sleep(Duration::from_secs(end_s - begin_s)).await;
            drop(beat);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = silence(pulse) => {}
            () = request => {}
        }
        begun.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_lasts_while_something_is_asked() {
        for (begin, end, lasted) in [(31, 32, 30), (10, 12, 90), (10, 89, 150), (29, 200, 270)] {
            assert_eq!(lasts(&Arc::default(), begin, end).await, lasted, "{begin} {end}");
        }
    }
}
