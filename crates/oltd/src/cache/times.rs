//! How long readings are kept, and how soon they are read again.

use std::time::Duration;

/// No reading is asked for again sooner: clients that ask for fresh data in a
/// loop then cost the OLT no more than one reading in this time.
pub const FLOOR: Duration = Duration::from_secs(2);

/// How long readings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheTimes {
    /// ONUs and what hangs on them.
    pub onus: Duration,
    /// PON ports, uplinks, cards and environment.
    pub pon_info: Duration,
    /// Profiles, VLANs and the OLT's identity.
    pub profiles: Duration,
}

impl Default for CacheTimes {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        Self { onus: minutes(5), pon_info: minutes(10), profiles: minutes(60) }
    }
}
