//! From what was read to what is sent, until nothing is left to send.

use std::time::Duration;

use gpon::OnRefusal;
use tokio::time::Instant;

use super::{LINKS, Outcome, Run, Stop};
use crate::change::How;
use crate::change::effect::{self, Effect, Seen};
use crate::change::journal::Way;
use crate::change::takeover;

/// How far it has come.
struct Pursuit {
    how: How,
    way: Way,
    /// What was read, where nothing was sent since.
    known: Option<Seen>,
    /// Whether nothing at all was sent.
    untouched: bool,
    /// Whether the link was lost on the way.
    interrupted: bool,
    /// Whether all was sent, and is to be read back.
    made: bool,
    /// How many links were lost, and when the first was.
    links: u32,
    lost: Option<Instant>,
}

/// What follows a look.
enum Next {
    /// Lines were sent.
    Sent(Result<(), Stop>),
    /// What was seen calls for others.
    Again,
    /// Nothing does.
    Ended(Outcome),
}

impl Pursuit {
    /// It goes on over a new link.
    fn link_lost(&mut self) {
        self.interrupted = true;
        self.lost.get_or_insert_with(Instant::now);
        self.links += 1;
    }
}

impl Run<'_> {
    pub(super) async fn pursue(&mut self, how: How, known: Option<Seen>, patience: Duration) -> Outcome {
        // Whether nothing of it was sent before what is known was read.
        let untouched = known.is_some();
        self.pursue_from(how, known, untouched, None, patience).await
    }

    /// The same, from what is known by now; `sent` is how the lines ended that were sent just now.
    pub(super) async fn pursue_from(
        &mut self,
        how: How,
        known: Option<Seen>,
        untouched: bool,
        sent: Option<Result<(), Stop>>,
        patience: Duration,
    ) -> Outcome {
        let begun_back = self.progress.iter().any(|step| step.back.is_some());
        let way = match how {
            How::Undo => Way::Back,
            How::Auto if begun_back => Way::Back,
            How::Auto | How::Finish => Way::Forth,
        };
        let interrupted = known.is_none() && sent.is_none();
        let mut far = Pursuit { how, way, known, untouched, interrupted, made: false, links: 0, lost: None };
        let mut sent = sent;
        loop {
            let stopped = match sent.take() {
                Some(stopped) => stopped,
                None => match self.look_and_send(&mut far, patience).await {
                    Next::Sent(stopped) => stopped,
                    Next::Again => continue,
                    Next::Ended(outcome) => return outcome,
                },
            };
            if let Some(outcome) = self.go_on_after(&mut far, stopped).await {
                return outcome;
            }
        }
    }

    /// Looks at what is true, and sends what follows from it.
    async fn look_and_send(&mut self, far: &mut Pursuit, patience: Duration) -> Next {
        if self.is_over() {
            self.turn = None;
            return Next::Ended(self.pending(Vec::new()));
        }
        let until = far.lost.unwrap_or_else(Instant::now) + patience;
        let seen = match far.known.take() {
            Some(seen) => seen,
            None => match self.look(until).await {
                Ok(seen) => seen,
                Err(why) => {
                    if !self.is_over() {
                        self.warn(format!("what is true on the OLT could not be read: {why}"));
                    }
                    return Next::Ended(self.pending(Vec::new()));
                }
            },
        };
        let effects = self.effects(&seen, std::mem::take(&mut far.untouched));
        let mut foreign = effect::foreign(self.plan, &seen.config);
        foreign.extend(takeover::changed_there(self.plan, &self.progress, &seen));
        let stranger = effect::is_of_another(self.plan, &seen.config);
        if stranger {
            return Next::Ended(self.another_stands(foreign));
        }
        if far.interrupted && far.how == How::Auto && !far.made && !foreign.is_empty() {
            return Next::Ended(self.pending(foreign));
        }
        if effects.contains(&Effect::Unknown) {
            return Next::Ended(self.pending(Vec::new()));
        }
        if far.made {
            if let Some(outcome) = self.verdict(far.way, &seen, &effects) {
                return Next::Ended(outcome);
            }
            // What the OLT took is not so: it is taken back.
            (far.way, far.made) = (Way::Back, false);
            far.known = Some(seen);
            return Next::Again;
        }
        Next::Sent(match far.way {
            Way::Forth => self.forth(&effects).await,
            Way::Back => self.back(seen, &effects, until).await,
        })
    }

    /// What follows from how the lines ended; the outcome, where nothing does.
    async fn go_on_after(&mut self, far: &mut Pursuit, stopped: Result<(), Stop>) -> Option<Outcome> {
        match stopped {
            Ok(()) => far.made = true,
            Err(Stop::Refused) if far.way == Way::Forth && self.plan.0.on_refusal == OnRefusal::Undo => {
                far.way = Way::Back;
            }
            Err(Stop::Refused) => (far.way, far.made) = (Way::Back, true),
            Err(Stop::Later) => {
                if self.leave().await.is_err() {
                    self.turn = None;
                }
                return Some(self.pending(Vec::new()));
            }
            // What became of a line that was sent is looked at on a new link.
            Err(Stop::Lost) if far.links < LINKS => {
                self.turn = None;
                far.link_lost();
            }
            Err(Stop::Lost) => {
                self.turn = None;
                return Some(self.pending(Vec::new()));
            }
        }
        if far.made && self.leave().await.is_err() {
            self.turn = None;
            // What was done may be lost with the link, as in a restart of the OLT: then
            // it is finished rather than taken back.
            if far.way == Way::Forth && far.links < LINKS && !self.only_restarts() {
                far.made = false;
                far.link_lost();
                return None;
            }
        }
        (far.made && far.way == Way::Forth && self.only_restarts()).then(|| self.restarted())
    }
}
