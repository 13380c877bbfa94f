//! Which serial numbers were registered from here a moment ago.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use gpon::SerialNumber;
use tokio::time::Instant;

/// How long it is remembered: longer than the slowest reading of a whole OLT is of use.
const REMEMBERED: Duration = Duration::from_secs(900);

/// The serial numbers that were registered, each with when that began or ended.
#[derive(Debug, Default)]
pub(crate) struct Registered(Mutex<VecDeque<(SerialNumber, Instant)>>);

/// A registration under way. Dropped, it has ended.
pub(crate) struct UnderWay<'a>(&'a Registered, Option<SerialNumber>);

impl Registered {
    /// A serial number is registered from now on until the handle is dropped.
    pub(crate) fn begin(&self, serial: Option<SerialNumber>) -> UnderWay<'_> {
        self.note(serial);
        UnderWay(self, serial)
    }

    /// Whether a serial number was registered since, or that ended since.
    pub(crate) fn has_been(&self, serial: SerialNumber, since: Instant) -> bool {
        let noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        noted.iter().any(|(of, at)| *of == serial && *at >= since)
    }

    fn note(&self, serial: Option<SerialNumber>) {
        let Some(serial) = serial else { return };
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while noted.front().is_some_and(|(_, at)| at.elapsed() > REMEMBERED) {
            noted.pop_front();
        }
        noted.push_back((serial, Instant::now()));
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_ended_since_counts_though_it_began_before() {
        let (registered, serial) = (Registered::default(), "ZTEGC0FFEE01".parse().unwrap());
        let under_way = registered.begin(Some(serial));
        tokio::time::advance(Duration::from_secs(1)).await;
        let since = Instant::now();
        assert!(!registered.has_been(serial, since));
        drop(under_way);
        assert!(registered.has_been(serial, since));
        assert!(!registered.has_been("ZTEGC0FFEE02".parse().unwrap(), since));
        tokio::time::advance(2 * REMEMBERED).await;
        drop(registered.begin(Some("ZTEGC0FFEE02".parse().unwrap())));
        assert!(!registered.has_been(serial, since), "it is not remembered for ever");
    }
}
