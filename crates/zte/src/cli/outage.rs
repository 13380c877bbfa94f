//! When a command line that fails is tried again.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::broken::Broken;
use crate::Trouble;

/// The first pause after a failure; each further one doubles it.
const SHORTEST: Duration = Duration::from_millis(500);
/// The longest pause: an OLT that comes back is in use again within 10 s.
const LONGEST: Duration = Duration::from_secs(5);
/// After a refused login: the device locks out those who try often (fact sheet,
/// CLI §1.1), and the password will not become right by itself.
const REFUSED: Duration = Duration::from_secs(60);
/// How long a link that was lost is waited for: an OLT drops a session now and then, and
/// is there again at once. Whoever waits is told within the 20 s that a request waits.
pub(crate) const LINK: Duration = Duration::from_secs(10);
/// The longest pause after refused logins.
const REFUSED_LONGEST: Duration = Duration::from_secs(900);

/// Whether the command line works, and if not, until when nobody tries it.
#[derive(Debug)]
pub(crate) struct Outage {
    host: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    down: Option<(Instant, Broken)>,
    /// When it stopped to answer, where it did before.
    lost: Option<Instant>,
    reachable: Option<bool>,
    last_contact: Option<SystemTime>,
}

impl Outage {
    pub(crate) fn new(host: &str) -> Self {
        Self { host: host.to_owned(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// # Errors
    /// The trouble of the last try, while it is too early for the next.
    pub(crate) fn check(&self) -> Result<(), Trouble> {
        let state = self.state();
        match &state.down {
            Some((until, broken)) if *until > Instant::now() => Err(trouble(broken, *until)),
            _ => Ok(()),
        }
    }

    /// The trouble of the last try, where none has gone well since.
    pub(crate) fn last(&self) -> Option<Trouble> {
        self.state().down.as_ref().map(|(until, broken)| trouble(broken, *until))
    }

    /// Until when nobody tries it, where the link was lost so short a time ago that it is
    /// worth waiting for: not where it never answered, or has refused the login. `None` once
    /// it may be tried: what fails then without a new pause is no lost link.
    pub(crate) fn pause(&self) -> Option<Instant> {
        let state = self.state();
        let (until, broken) = state.down.as_ref()?;
        let is_short = state.lost.is_some_and(|lost| lost.elapsed() < LINK);
        (is_short && !broken.is_refusal() && *until > Instant::now()).then_some(*until)
    }

    /// A login has failed, or a session in its first command.
    pub(crate) fn failed(&self, broken: &Broken) -> Trouble {
        let mut state = self.state();
        let refused = broken.is_refusal();
        let (shortest, longest) = if refused { (REFUSED, REFUSED_LONGEST) } else { (SHORTEST, LONGEST) };
        if let Some((until, last)) = &state.down {
            let same = refused == last.is_refusal();
            if same && *until > Instant::now() {
                // Sessions that fail together are one failure.
                return trouble(broken, *until);
            }
            if !same {
                state.failures = 0;
            }
        }
        let pause = shortest.saturating_mul(1 << state.failures.min(16)).min(longest);
        let until = Instant::now() + pause;
        state.failures += 1;
        let trouble = trouble(broken, until);
        if state.reachable == Some(true) {
            state.lost = Some(Instant::now());
        }
        // A line for each outage, not for each try.
        if state.reachable != Some(false) || state.failures == 1 {
            tracing::warn!(host = %self.host, reason = %trouble, "the OLT's command line cannot be used");
        }
        state.reachable = Some(false);
        state.down = Some((until, broken.clone()));
        trouble
    }

    /// The OLT has answered.
    pub(crate) fn answered(&self) {
        let mut state = self.state();
        (state.failures, state.down, state.lost) = (0, None, None);
        if state.reachable == Some(false) {
            tracing::info!(host = %self.host, "the OLT's command line answers again");
        }
        state.reachable = Some(true);
        state.last_contact = Some(SystemTime::now());
    }

    pub(crate) fn contact(&self) -> (Option<bool>, Option<SystemTime>) {
        let state = self.state();
        (state.reachable, state.last_contact)
    }
}

/// What a broken session is to the caller who may try again at `until`.
pub(crate) fn trouble(broken: &Broken, until: Instant) -> Trouble {
    let retry_after = until.saturating_duration_since(Instant::now());
    match broken {
        Broken::LoginRefused(line) => Trouble::LoginRefused { line: line.clone(), retry_after },
        Broken::Unexpected(what) => Trouble::UnexpectedReply(what.clone()),
        other => Trouble::CliUnreachable { why: other.to_string(), retry_after },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::broken::Said;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_end() {
        let outage = Outage::new("192.0.2.1");
        assert_eq!((outage.check(), outage.contact()), (Ok(()), (None, None)));
        let closed = Broken::Closed { doing: "answering", said: Said::default() };
        let mut waited = Duration::ZERO;
        for pause in [500, 1000, 2000, 4000, 5000, 5000] {
            outage.failed(&closed);
            assert!(matches!(outage.check(), Err(Trouble::CliUnreachable { .. })));
            tokio::time::advance(Duration::from_millis(pause)).await;
            assert_eq!(outage.check(), Ok(()), "after {pause} ms");
            waited += Duration::from_millis(pause);
        }
        outage.answered();
        assert_eq!(outage.contact().0, Some(true));
        outage.failed(&Broken::LoginRefused("%Error 20209: No username or bad password".into()));
        tokio::time::advance(Duration::from_secs(59)).await;
        let Err(Trouble::LoginRefused { line, retry_after }) = outage.check() else { panic!() };
        assert_eq!((line.as_str(), retry_after.as_secs()), ("%Error 20209: No username or bad password", 1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_that_was_lost_is_waited_for() {
        let outage = Outage::new("192.0.2.1");
        let closed = Broken::Closed { doing: "answering", said: Said::default() };
        outage.failed(&closed);
        assert_eq!(outage.pause(), None, "it never answered");
        outage.answered();
        assert_eq!(outage.pause(), None);
        outage.failed(&closed);
        assert_eq!(outage.pause(), Some(Instant::now() + SHORTEST));
        tokio::time::advance(SHORTEST).await;
        assert_eq!(outage.pause(), None, "it may be tried");
        tokio::time::advance(LINK - SHORTEST - Duration::from_secs(1)).await;
        outage.failed(&closed);
        assert!(outage.pause().is_some());
        tokio::time::advance(Duration::from_secs(1)).await;
        outage.failed(&closed);
        assert_eq!(outage.pause(), None, "it is down");
        outage.answered();
        outage.failed(&Broken::LoginRefused("no".into()));
        assert_eq!(outage.pause(), None, "it is there");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_inherits_no_pause_and_counts_once() {
        let outage = Outage::new("192.0.2.1");
        for _ in 0..8 {
            outage.failed(&Broken::Closed { doing: "answering", said: Said::default() });
            tokio::time::advance(LONGEST).await;
        }
        for _ in 0..10 {
            outage.failed(&Broken::LoginRefused("no".into()));
        }
        tokio::time::advance(REFUSED).await;
        assert_eq!(outage.check(), Ok(()));
    }
}
