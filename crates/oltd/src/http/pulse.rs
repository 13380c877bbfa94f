//! What a connection is used for, and when it is closed because it is used for nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::rules::Patience;
use super::stream::Flow;

/// An answer may move as slowly as it likes for so many times the wait for a
/// next request: the largest, some 1.5 MB, over 100 kbit/s.
const TAKING: u32 = 2;

/// One connection, as those see it who decide whether it may stay.
#[derive(Debug)]
pub(super) struct Pulse {
    state: Mutex<State>,
    /// Ends the connection when cancelled.
    pub(super) cut: CancellationToken,
}

#[derive(Debug)]
struct State {
    /// Requests that are being answered.
    under_way: usize,
    /// Whether anything was answered that was not refused.
    used: bool,
    /// When that was last; until then, when the connection was opened.
    last: Instant,
    /// Answers that the client has not taken whole.
    untaken: Vec<Answer>,
    next: u64,
    /// Since when the client takes no byte of what is written.
    stuck: Option<Instant>,
    /// Whether an answer went on.
    streamed: bool,
}

/// An answer that is being sent.
#[derive(Debug, Clone)]
struct Answer {
    id: u64,
    begun: Instant,
    /// When some of it was sent last.
    moved: Instant,
    /// Where it goes on: what says whether its client holds it up.
    stream: Option<Flow>,
}

impl Answer {
    /// Since when the client takes none of it.
    fn stuck(&self) -> Option<Instant> {
        match &self.stream {
            Some(stream) => stream.held_up_since(),
            None => Some(self.moved),
        }
    }
}

/// A request under way.
pub(super) struct Beat(Arc<Pulse>);

/// An answer under way.
#[derive(Debug)]
pub(super) struct Untaken {
    pulse: Arc<Pulse>,
    id: u64,
}

impl Pulse {
    pub(super) fn new() -> Self {
        let state = State {
            under_way: 0,
            used: false,
            last: Instant::now(),
            untaken: Vec::new(),
            next: 0,
            stuck: None,
            streamed: false,
        };
        Self { state: Mutex::new(state), cut: CancellationToken::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has come in.
    pub(super) fn beat(pulse: &Arc<Self>) -> Beat {
        pulse.state().under_way += 1;
        Beat(Arc::clone(pulse))
    }

    /// Whether the client took what was written, or some of it.
    pub(super) fn wrote(&self, taken: bool) {
        let mut state = self.state();
        match (taken, state.stuck) {
            (true, Some(_)) => state.stuck = None,
            (false, None) => state.stuck = Some(Instant::now()),
            _ => {}
        }
    }

    /// What is compared to find the connection that is missed least: nothing
    /// under way comes first, then whoever asked nothing of use for longest.
    pub(super) fn worth(&self) -> (bool, Instant) {
        let state = self.state();
        (state.under_way > 0 || state.streams(), state.last)
    }

    /// How long the answer that is stuck for longest has not moved; `None` where none is sent.
    pub(super) fn stuck_since(&self) -> Option<Instant> {
        self.state().untaken.iter().filter_map(Answer::stuck).min()
    }

    /// Whether it was used for an answer that goes on, and nothing is being answered.
    pub(super) fn only_streamed(&self) -> bool {
        let state = self.state();
        state.streamed && state.under_way == 0
    }

    /// Returns when the connection is of no use any more, and says why. Looked
    /// at now and then: what comes of it is up to one wait for a reader late.
    pub(super) async fn silence(&self, patience: &Patience) -> &'static str {
        loop {
            let now = Instant::now();
            let end = match self.state().end(patience) {
                Ok(end) if end > now => end,
                Ok(_) => return "nothing of use was asked on it",
                Err(()) => return "what was sent is not read",
            };
            tokio::time::sleep_until(end.min(now + patience.reader)).await;
        }
    }
}

impl State {
    fn streams(&self) -> bool {
        self.untaken.iter().any(|answer| answer.stream.is_some())
    }

    /// When the connection ends unless something happens; an error where
    /// nobody reads.
    fn end(&self, patience: &Patience) -> Result<Instant, ()> {
        let now = Instant::now();
        let stuck = self.stuck.into_iter().chain(self.untaken.iter().filter_map(Answer::stuck));
        let whole = self.untaken.iter().filter(|answer| answer.stream.is_none());
        let slow = whole.map(|answer| answer.begun);
        let late = |since: Instant, bound| now.duration_since(since) >= bound;
        if stuck.into_iter().any(|since| late(since, patience.reader))
            || slow.into_iter().any(|since| late(since, patience.next * TAKING))
        {
            return Err(());
        }
        if self.under_way > 0 || !self.untaken.is_empty() {
            return Ok(now + patience.reader);
        }
        Ok(self.last + if self.used { patience.next } else { patience.first })
    }
}

impl Beat {
    /// It is answered; `refused` where that shall not keep the connection.
    #[cfg(test)]
    pub(super) fn answered(self, refused: bool) -> Untaken {
        self.answers(refused, None)
    }

    /// It is answered; `refused` where that shall not keep the connection, and
    /// `stream` where the answer goes on.
    pub(super) fn answers(self, refused: bool, stream: Option<Flow>) -> Untaken {
        let now = Instant::now();
        let mut state = self.0.state();
        if !refused {
            (state.used, state.last) = (true, now);
        }
        state.next += 1;
        let id = state.next;
        state.streamed |= stream.is_some();
        state.untaken.push(Answer { id, begun: now, moved: now, stream });
        drop(state);
        Untaken { pulse: Arc::clone(&self.0), id }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        self.0.state().under_way -= 1;
    }
}

impl Untaken {
    /// Some of it was taken.
    pub(super) fn moved(&self) {
        let id = self.id;
        if let Some(answer) = self.pulse.state().untaken.iter_mut().find(|answer| answer.id == id) {
            answer.moved = Instant::now();
        }
    }
}

impl Drop for Untaken {
    fn drop(&mut self) {
        self.pulse.state().untaken.retain(|answer| answer.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const PATIENCE: Patience = Patience::USUAL;

    /// How long a connection lasts on which a request is answered at these seconds.
    async fn lasts(requests: &[(u64, u64)], refused: bool) -> (u64, &'static str) {
        let (pulse, begun) = (Arc::new(Pulse::new()), Instant::now());
        let use_it = async {
            for (begin, end) in requests {
                tokio::time::sleep_until(begun + Duration::from_secs(*begin)).await;
                let beat = Pulse::beat(&pulse);
                tokio::time::sleep_until(begun + Duration::from_secs(*end)).await;
                drop(beat.answered(refused));
            }
            std::future::pending::<()>().await;
        };
        let why = tokio::select! {
            why = pulse.silence(&PATIENCE) => why,
            () = use_it => "",
        };
        (begun.elapsed().as_secs(), why)
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_lasts_while_something_is_asked() {
        for (requests, lasted) in [
            (&[][..], 30),
            (&[(31, 32)], 30),
            (&[(10, 12)], 72),
            (&[(10, 89)], 149),
            (&[(29, 200)], 260),
            (&[(10, 11), (60, 61)], 121),
        ] {
            let (seconds, why) = lasts(requests, false).await;
            assert!((lasted..lasted + 2).contains(&seconds), "{requests:?}: {seconds}, not {lasted}");
            assert_eq!(why, "nothing of use was asked on it");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_refused_does_not_keep_it() {
        for requests in [&[(1, 1), (5, 5), (29, 29)][..], &[(10, 12)]] {
            assert_eq!(lasts(requests, true).await.0, 30, "{requests:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_must_move_and_end() {
        for (step, lasted) in [(0, 20..=40), (19, 120..=140), (1, 120..=140)] {
            let (pulse, begun) = (Arc::new(Pulse::new()), Instant::now());
            let untaken = Pulse::beat(&pulse).answered(false);
            let read = async {
                if step == 0 {
                    std::future::pending::<()>().await;
                }
                loop {
                    tokio::time::sleep(Duration::from_secs(step)).await;
                    untaken.moved();
                }
            };
            let why = tokio::select! {
                why = pulse.silence(&PATIENCE) => why,
                () = read => "",
            };
            assert_eq!(why, "what was sent is not read");
            assert!(lasted.contains(&begun.elapsed().as_secs()), "{step}: {:?}", begun.elapsed());
        }
        let (pulse, begun) = (Arc::new(Pulse::new()), Instant::now());
        pulse.wrote(false);
        assert_eq!(pulse.silence(&PATIENCE).await, "what was sent is not read");
        assert!((20..=40).contains(&begun.elapsed().as_secs()));
    }
}
