//! Several plans in one turn.

use std::time::Duration;

use super::{Outcome, Run, Stop};
use crate::change::effect::{Effect, Seen};
use crate::change::moves::Standing;
use crate::change::plan::Probe;
use crate::change::takeover;
use crate::change::{How, NotChanged};
use crate::cli::WriteTurn;
use crate::cli::text::PonConfig;

/// The turn of several plans, which one hands on to the next.
pub(crate) struct Baton {
    /// `None` while the link is lost.
    turn: Option<WriteTurn>,
    standing: Standing,
    /// How their PON port is configured, where no line was sent since that was read.
    pon: Option<PonConfig>,
    /// How many links there were before this one.
    link: u32,
}

impl Baton {
    pub(crate) fn new(turn: WriteTurn) -> Self {
        Self { turn: Some(turn), standing: Standing::Exec, pon: None, link: 0 }
    }

    fn hand_to(&mut self, run: &mut Run<'_>) {
        (run.turn, run.standing) = (self.turn.take(), self.standing);
        (run.pon, run.relinked) = (self.pon.take(), false);
    }

    fn take_from(&mut self, run: &mut Run<'_>) {
        (self.turn, self.standing, self.pon) = (run.turn.take(), run.standing, run.pon.take());
        if self.turn.is_none() {
            self.standing = Standing::Exec;
        }
        if self.turn.is_none() || run.relinked {
            self.link += 1;
        }
        run.link = self.link;
    }
}

impl Run<'_> {
    /// Registers the ONU of a plan that does, and stops there: what it takes until its
    /// interface appears passes for others meanwhile.
    ///
    /// # Errors
    /// Where nothing was sent because it could not be kept.
    pub(crate) async fn authorise(&mut self, baton: &mut Baton) -> Result<(), NotChanged> {
        self.journal.begin(self.plan).await?;
        if self.plan.registers() {
            baton.hand_to(self);
            self.until = self.plan.registration().map_or(1, |at| at + 1);
            let effects = vec![Effect::No; self.plan.0.steps.len()];
            self.sent = Some(self.forth(&effects).await);
            self.until = usize::MAX;
            baton.take_from(self);
        }
        Ok(())
    }

    /// Sends the rest of a plan whose ONU is registered. Whether it is left to be read back,
    /// which waits until all have come so far; else it has to be brought to its end at once.
    pub(crate) async fn configure(&mut self, baton: &mut Baton) -> bool {
        if self.plan.registers() && !matches!(self.sent, Some(Ok(()))) {
            return false;
        }
        baton.hand_to(self);
        let mut config = self.plan.0.have.clone();
        let registered = self.plan.registration().and_then(|at| self.plan.0.steps.get(at));
        if let Some(Probe::Holds(_, Some(line))) = registered.map(|step| &step.probe) {
            // The OLT took the line; in the end it is read back with the rest.
            config.registered = self.plan.0.want.registered;
            config.set((**line).clone());
        }
        let seen = Seen { config, elsewhere: takeover::gone_from(self.plan), life: None };
        let effects = self.effects(&seen, !self.plan.registers());
        self.sent = Some(self.forth(&effects).await);
        baton.take_from(self);
        matches!(self.sent, Some(Ok(())))
    }

    /// Brings it to its end, from how its lines ended.
    pub(crate) async fn finish(&mut self, baton: &mut Baton, patience: Duration) -> Outcome {
        // What was sent may be lost with its link, as in a restart of the OLT, and what became
        // of a line without an answer is not known: then what stands is read first of all.
        let is_doubtful = self.link != baton.link || matches!(self.sent, Some(Err(Stop::Lost)));
        let (how, sent) = match self.sent.take() {
            Some(Err(Stop::Refused)) if is_doubtful => (How::Undo, None),
            sent => (How::Auto, sent.filter(|_| !is_doubtful)),
        };
        baton.hand_to(self);
        let outcome = Box::pin(self.pursue_from(how, None, false, sent, patience)).await;
        baton.take_from(self);
        outcome
    }
}
