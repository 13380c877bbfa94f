//! The OLT's own clock: told by its command line, carried on by its SNMP agent.

use std::time::{Duration, SystemTime};

use async_snmp::Value;
use gpon::{ClockTime, Field};
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, timeout, timeout_at};

use super::{Inner, Problems, oid};
use crate::Trouble;
use crate::cli::show::ShowClock;

/// How long the clock is carried on before it is asked again: somebody may have set it.
const BELIEVED: Duration = Duration::from_secs(600);
/// How long nobody asks again after a failure, so that a thousand details do not each wait for it.
const AGAIN: Duration = Duration::from_secs(30);
/// Longest wait for the command line; what else is asked of it is more urgent.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much the agent's time and ours may differ over ten minutes before the
/// agent is taken for one that has started anew.
const SLACK: Duration = Duration::from_secs(30);

/// sysUpTime: hundredths of a second since the agent started, modulo 2^32 (497 days).
pub(crate) const SYS_UP_TIME: (&[u32], &[u32]) = (&[1, 3, 6, 1, 2, 1, 1, 3], &[0]);

/// A time of the agent, in hundredths of a second, modulo 2^32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticks(u32);

impl Ticks {
    pub(crate) const fn of(value: &Value) -> Option<Self> {
        match value {
            Value::TimeTicks(ticks) => Some(Self(*ticks)),
            _ => None,
        }
    }

    /// Seconds from `other` to this, which are less than 248 days apart; negative
    /// where `other` is later.
    const fn seconds_after(self, other: Self) -> i64 {
        self.0.wrapping_sub(other.0) as i32 as i64 / 100
    }

    /// How long ago the agent started, unless it has been running for over 497 days.
    pub(crate) const fn since_start(self) -> Duration {
        Duration::from_millis(self.0 as u64 * 10)
    }
}

/// What the clock showed at a time of the agent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    shown: ClockTime,
    ticks: Ticks,
    /// The same moment here.
    here: Instant,
    /// How far ahead of UTC, as this host has it, it was; negative where it was behind.
    offset_s: i64,
}

impl Clock {
    pub(crate) const fn offset_s(&self) -> i64 {
        self.offset_s
    }

    /// What it shows at another time of the agent; `None` where the agent has
    /// started anew since, so that its time tells nothing.
    fn at(&self, ticks: Ticks) -> Option<ClockTime> {
        let agent = ticks.seconds_after(self.ticks);
        let here = i64::try_from(self.here.elapsed().as_secs()).ok()?;
        let same = (agent - here).unsigned_abs() <= SLACK.as_secs();
        if same { self.shown.plus_seconds(agent) } else { None }
    }
}

/// The clock of an OLT, as it is remembered.
pub(crate) type Remembered = tokio::sync::Mutex<Option<(Instant, Result<Clock, Trouble>)>>;

/// How far an OLT's clock is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OltClock {
    /// By how many seconds it is ahead of UTC as this host has it; negative where
    /// it is behind. A clock that is set to local time shows its zone here.
    pub offset_s: i64,
}

impl OltClock {
    /// What it shows at `moment`.
    pub fn at(self, moment: SystemTime) -> Option<ClockTime> {
        let seconds = Duration::from_secs(self.offset_s.unsigned_abs());
        let moved = if self.offset_s < 0 { moment.checked_sub(seconds) } else { moment.checked_add(seconds) };
        ClockTime::utc(moved?)
    }
}

/// What the clock showed when the agent's time was `ticks`.
///
/// # Errors
/// [`Trouble::NoCli`], and as every command.
pub(crate) async fn at(olt: &Inner, ticks: Ticks, deadline: Instant) -> Result<ClockTime, Trouble> {
    if let Some(time) = known(olt, deadline, false).await?.at(ticks) {
        return Ok(time);
    }
    let moved = || Trouble::UnexpectedReply("its clock and its agent's time do not go together".to_owned());
    known(olt, deadline, true).await?.at(ticks).ok_or_else(moved)
}

impl Inner {
    /// How far the clock was off when it was last read; nothing is asked.
    pub(crate) fn clock_offset(&self) -> Option<OltClock> {
        let remembered = self.clock.try_lock().ok()?;
        let (_, clock) = remembered.as_ref()?;
        clock.as_ref().ok().map(|clock| OltClock { offset_s: clock.offset_s })
    }
}

/// The clock as it was read in the last ten minutes, or is read now. Callers wait
/// for one another.
pub(crate) async fn known(olt: &Inner, deadline: Instant, anew: bool) -> Result<Clock, Trouble> {
    if olt.cli.is_none() {
        return Err(Trouble::NoCli);
    }
    let late = || Trouble::Deadline(PATIENCE);
    let mut remembered = timeout_at(deadline, olt.clock.lock()).await.map_err(|_| late())?;
    if let Some((at, clock)) = &*remembered {
        let believed = if clock.is_ok() { BELIEVED } else { AGAIN };
        // Whoever waited here for somebody else's question has its answer.
        if at.elapsed() < if anew { Duration::from_secs(1) } else { believed } {
            return clock.clone();
        }
    }
    let read = timeout(PATIENCE, ask(olt, deadline)).await.unwrap_or_else(|_| Err(late()));
    *remembered = Some((Instant::now(), read.clone()));
    read
}

async fn ask(olt: &Inner, deadline: Instant) -> Result<Clock, Trouble> {
    let clock = olt.ask(&ShowClock, &[Field::Clock], &mut Problems::default()).await?;
    let here = Instant::now();
    let utc = ClockTime::utc(SystemTime::now());
    let strange = |what: &str| Trouble::UnexpectedReply(format!("`show clock`: {what}"));
    let shown = clock.time.ok_or_else(|| strange("no time in the answer"))?;
    let (column, index) = SYS_UP_TIME;
    let values = olt.snmp.get(&[oid(column, index)], deadline.max(here + Duration::from_secs(5))).await?;
    let ticks = values.first().and_then(Ticks::of).ok_or_else(|| strange("the agent has no sysUpTime"))?;
    // The agent's time was asked a moment later.
    let shown = shown.plus_seconds(here.elapsed().as_secs() as i64).unwrap_or(shown);
    let offset_s = utc.map_or(0, |utc| shown.seconds_after(utc));
    Ok(Clock { shown, ticks, here: Instant::now(), offset_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_is_carried_on_over_a_wrap_and_not_over_a_restart() {
        let shown = ClockTime::new(2026, 11, 22, 23, 59, 0).unwrap();
        let ticks = Ticks(u32::MAX - 2999);
        let clock = Clock { shown, ticks, here: Instant::now(), offset_s: 0 };
        tokio::time::advance(Duration::from_secs(90)).await;
        assert_eq!(clock.at(Ticks(6000)), ClockTime::new(2026, 11, 23, 0, 0, 30));
        assert_eq!(clock.at(Ticks(500_000)), None, "the agent is ahead of us");
        let before = Clock { here: Instant::now(), ..clock };
        let earlier = before.at(Ticks(u32::MAX - 2999 - 500));
        assert_eq!(earlier, ClockTime::new(2026, 11, 22, 23, 58, 55), "asked a moment before the clock was");
        assert_eq!(clock.at(Ticks(u32::MAX - 9000)), None, "the agent has started anew");
    }
}
