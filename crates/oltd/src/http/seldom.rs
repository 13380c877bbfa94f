//! A line of the log that an attack cannot repeat at will.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Often enough to see that it goes on.
const EVERY: Duration = Duration::from_secs(60);

/// When a line was written last, and what was left out since.
#[derive(Debug, Default)]
pub(super) struct Seldom(Mutex<Option<(Instant, u64)>>);

impl Seldom {
    /// The number of times that were not told before this one, where it is to be told.
    pub(super) fn tell(&self) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match &mut *last {
            Some((told, untold)) if now.duration_since(*told) < EVERY => {
                *untold += 1;
                None
            }
            last => {
                let untold = last.map_or(0, |(_, untold)| untold);
                *last = Some((now, 0));
                Some(untold)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_flood_is_a_line_a_minute() {
        let seldom = Seldom::default();
        assert_eq!([seldom.tell(), seldom.tell(), seldom.tell()], [Some(0), None, None]);
        tokio::time::advance(EVERY - Duration::from_millis(1)).await;
        assert_eq!(seldom.tell(), None);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!([seldom.tell(), seldom.tell()], [Some(3), None]);
    }
}
