//! Several plans in one turn.

use std::time::Duration;

use super::{Outcome, Run, Stop};
use crate::change::effect::{Effect, Seen};
use crate::change::moves::Standing;
use crate::change::plan::Probe;
use crate::change::takeover;
use crate::change::{How, NotChanged};
use crate::cli::WriteTurn;

impl Run<'_> {
    /// Registers the ONU of a plan that does, and stops there: what it takes until its
    /// interface appears passes for others meanwhile. Gives the turn on, with where it stands.
    ///
    /// # Errors
    /// Where nothing was sent because it could not be kept.
    pub(crate) async fn authorise(
        &mut self,
        turn: &mut Option<WriteTurn>,
        standing: &mut Standing,
    ) -> Result<(), NotChanged> {
        self.journal.begin(self.plan).await?;
        let until = self.plan.registration().map_or(1, |at| at + 1);
        (self.turn, self.standing, self.until) = (turn.take(), *standing, until);
        let effects = vec![Effect::No; self.plan.0.steps.len()];
        self.authorised = Some(self.forth(&effects).await);
        self.until = usize::MAX;
        (*turn, *standing) = (self.turn.take(), self.standing);
        Ok(())
    }

    /// Makes a plan true that registers nothing, in a turn of several.
    ///
    /// # Errors
    /// Where nothing was sent because it could not be kept.
    pub(crate) async fn among(
        &mut self,
        turn: &mut Option<WriteTurn>,
        standing: &mut Standing,
        patience: Duration,
    ) -> Result<Outcome, NotChanged> {
        self.journal.begin(self.plan).await?;
        (self.turn, self.standing) = (turn.take(), *standing);
        let config = self.plan.0.have.clone();
        let seen = Seen { config, elsewhere: None, life: None };
        let outcome = Box::pin(self.pursue(How::Auto, Some(seen), patience)).await;
        (*turn, *standing) = (self.turn.take(), self.standing);
        if turn.is_none() {
            *standing = Standing::Exec;
        }
        Ok(outcome)
    }

    /// Does the rest of a plan whose ONU was registered so.
    pub(crate) async fn go_on(
        &mut self,
        turn: &mut Option<WriteTurn>,
        standing: &mut Standing,
        patience: Duration,
    ) -> Outcome {
        (self.turn, self.standing) = (turn.take(), *standing);
        let (registered, how) = match self.authorised.take() {
            Some(Ok(())) => (true, How::Auto),
            // What became of it is read, and that nothing of it stands.
            Some(Err(Stop::Refused)) => (false, How::Undo),
            _ => (false, How::Auto),
        };
        let known = registered.then(|| {
            // The OLT took the line; in the end it is read back with the rest.
            let mut config = self.plan.0.have.clone();
            let registered = self.plan.registration().and_then(|at| self.plan.0.steps.get(at));
            if let Some(Probe::Holds(_, Some(line))) = registered.map(|step| &step.probe) {
                config.registered = self.plan.0.want.registered;
                config.set((**line).clone());
            }
            Seen { config, elsewhere: takeover::gone_from(self.plan), life: None }
        });
        let outcome = Box::pin(self.pursue_from(how, known, false, patience)).await;
        (*turn, *standing) = (self.turn.take(), self.standing);
        if turn.is_none() {
            *standing = Standing::Exec;
        }
        outcome
    }
}
