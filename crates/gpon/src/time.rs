use std::fmt;
use std::time::SystemTime;

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// A moment on the device's own clock, without a time zone.
///
/// These clocks are often wrong, sometimes by years: only moments of one and
/// the same device may be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClockTime(DateTime);

impl ClockTime {
    /// The moment with these parts; `None` when there is no such moment.
    pub fn new(year: i16, month: i8, day: i8, hour: i8, minute: i8, second: i8) -> Option<Self> {
        DateTime::new(year, month, day, hour, minute, second, 0).ok().map(Self)
    }

    /// What a clock shows at `moment` that is set to UTC.
    pub fn utc(moment: SystemTime) -> Option<Self> {
        let moment = jiff::Timestamp::try_from(moment).ok()?;
        moment.to_zoned(TimeZone::UTC).datetime().with().subsec_nanosecond(0).build().ok().map(Self)
    }

    /// What the clock shows so many seconds later, or earlier where they are
    /// negative; `None` beyond year 9999.
    pub fn plus_seconds(self, seconds: i64) -> Option<Self> {
        self.0.checked_add(SignedDuration::from_secs(seconds)).ok().map(Self)
    }

    /// Seconds from `other` to `self`, negative when `other` is later.
    pub fn seconds_after(self, other: Self) -> i64 {
        self.0.duration_since(other.0).as_secs()
    }

    /// The time from `earlier` to `self`; `None` when `earlier` is later.
    pub fn since(self, earlier: Self) -> Option<Span> {
        let seconds = self.0.duration_since(earlier.0).as_secs();
        u64::try_from(seconds).ok().map(Span::from_seconds)
    }
}

/// `2026-08-16 05:45:43`
impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.0;
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }
}

/// A length of time in whole seconds, printed the way operators read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    seconds: u64,
}

impl Span {
    /// A span of so many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// Whole seconds.
    pub const fn seconds(self) -> u64 {
        self.seconds
    }
}

/// `5 days 13 hours 10 minutes 50 seconds`
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = self.seconds;
        write!(f, "{} days {} hours {} minutes {} seconds", s / 86_400, s / 3_600 % 24, s / 60 % 60, s % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_printed_whole() {
        let down = ClockTime::new(2026, 8, 10, 16, 34, 53).unwrap();
        let up = ClockTime::new(2026, 8, 16, 5, 45, 43).unwrap();
        assert_eq!(up.to_string(), "2026-08-16 05:45:43");
        assert_eq!(up.since(down).unwrap().to_string(), "5 days 13 hours 10 minutes 50 seconds");
        assert_eq!(down.since(up), None);
        assert_eq!(ClockTime::new(2026, 2, 30, 0, 0, 0), None);
    }
}
