//! The steps of a plan, forth and back.

use std::time::Duration;

use gpon::{StepState, UndoClass};
use secrecy::SecretString;
use tokio::time::{Instant, sleep};

use super::typing::Sent;
use super::{AGAIN, APPEARS, Run, Stop};
use crate::change::effect::{self, Effect, Seen};
use crate::change::journal::{StepEnd, StepMark, Way};
use crate::change::plan::Probe;
use crate::change::takeover;
use crate::change::verdict::Verdict;
use crate::cli::text::SecretText;
use crate::firmware::dialect::Place;

impl Run<'_> {
    /// Sends every step that is not in effect, in order.
    pub(super) async fn forth(&mut self, effects: &[Effect]) -> Result<(), Stop> {
        let plan = self.plan;
        for (at, step) in plan.0.steps.iter().enumerate().take(self.until) {
            if effects.get(at) == Some(&Effect::Yes) || (step.optional && self.was_refused(at)) {
                continue;
            }
            // What makes an ONU start again is never sent twice.
            if matches!(step.probe, Probe::Restarted) && self.has_begun(at) {
                return Err(Stop::Refused);
            }
            let appears = plan.registers() && step.probe != Probe::Left;
            self.go(step.place, appears).await?;
            let mark = StepMark { step: at, way: Way::Forth };
            if let Err(lost) = self.journal.sending(mark).await {
                self.warn(format!("{lost}; `{}` was not sent", step.line.shown()));
                return Err(Stop::Refused);
            }
            let sent = self.send(&step.line, step.confirm).await;
            if let Some(place) = self.report.forth.get_mut(at) {
                *place = self.report.steps.len().checked_sub(1);
            }
            let (state, answer) = match sent {
                Sent::Said(Verdict::Taken, answer) => (StepState::Done, answer),
                Sent::Said(Verdict::Refused(line), answer) if self.is_tolerated(&line) => {
                    (self.probed(at, &line).await?, answer)
                }
                Sent::Said(Verdict::Refused(_), answer) => (StepState::Refused, answer),
                Sent::Said(Verdict::Odd(line), answer) => (self.probed(at, &line).await?, answer),
                Sent::Lost { sent } => {
                    let state = if sent { StepState::Unknown } else { StepState::NotSent };
                    self.mark(at, Way::Forth, state);
                    if !sent {
                        let end = StepEnd { state, answer: SecretString::default(), took: Duration::ZERO };
                        let _ = self.journal.answered(mark, end).await;
                    }
                    return Err(Stop::Lost);
                }
            };
            self.mark(at, Way::Forth, state);
            let took = self.report.steps.last().map(|step| step.duration).unwrap_or_default();
            let kept = self.journal.answered(mark, StepEnd { state, answer, took }).await;
            match state {
                StepState::Done => {}
                StepState::Unknown => return Err(Stop::Later),
                StepState::Refused if step.optional => {
                    self.warn(format!("the OLT refused `{}`, which is optional", step.line.shown()));
                }
                StepState::Refused | StepState::NotSent => return Err(Stop::Refused),
            }
            if let Err(lost) = kept {
                self.warn(format!("{lost}; nothing further was sent"));
                return Err(Stop::Refused);
            }
        }
        Ok(())
    }

    pub(super) fn has_begun(&self, at: usize) -> bool {
        self.progress.get(at).is_some_and(|step| !matches!(step.forth, None | Some(StepState::NotSent)))
    }

    fn was_refused(&self, at: usize) -> bool {
        self.progress.get(at).is_some_and(|step| step.forth == Some(StepState::Refused))
    }

    fn is_tolerated(&self, line: &str) -> bool {
        self.changes.tolerated.iter().any(|code| line.starts_with(code))
    }

    /// Whether a step took effect whose answer means nothing by itself.
    async fn probed(&mut self, at: usize, said: &str) -> Result<StepState, Stop> {
        self.mark(at, Way::Forth, StepState::Unknown);
        let seen = match self.try_look(Instant::now() + AGAIN).await {
            Ok(seen) => seen,
            Err(_) => return Err(Stop::Lost),
        };
        let effect = effect::of(self.plan, &self.progress, at, &seen, false);
        let state = match effect {
            Effect::Yes => StepState::Done,
            // An ONU that was told to restart shows it later. Of an ONU that another one has
            // taken the place of, nothing shows whether it took the line before.
            Effect::Unknown => StepState::Unknown,
            Effect::Foreign if effect::is_of_another(self.plan, &seen.config) => StepState::Unknown,
            Effect::No | Effect::Foreign => StepState::Refused,
        };
        let line = self.plan.0.steps.get(at).map(|step| step.line.shown()).unwrap_or_default();
        let what = match state {
            StepState::Done => "it took effect all the same",
            StepState::Unknown => "whether it took effect is seen later",
            StepState::Refused | StepState::NotSent => "it did not take effect",
        };
        self.report
            .warnings
            .push(format!("to `{line}` the OLT said `{}`; {what}", SecretText::of(said).shown()));
        if let Some(step) = self.report.steps.last_mut() {
            step.state = state;
        }
        Ok(state)
    }

    /// Sends a line that takes a step back; where the OLT minds that the place of an ONU was
    /// given up just now, again (fact sheet, CLI §9.2).
    async fn send_back(&mut self, line: &SecretText) -> Sent {
        let mut tries = APPEARS;
        loop {
            tries -= 1;
            match self.send(line, true).await {
                Sent::Said(Verdict::Refused(said), _)
                    if tries > 0 && said.starts_with(self.changes.too_soon) =>
                {
                    sleep(AGAIN).await;
                }
                sent => return sent,
            }
        }
    }

    /// Takes back every step that is in effect, the last first, each behind a look that
    /// what it removes is this plan's.
    pub(super) async fn back(&mut self, seen: Seen, effects: &[Effect], until: Instant) -> Result<(), Stop> {
        let plan = self.plan;
        let (mut seen, mut effects) = (Some(seen), effects.to_vec());
        for (at, step) in plan.0.steps.iter().enumerate().rev() {
            if effects.get(at) != Some(&Effect::Yes)
                || step.goes_along
                || self.progress.get(at).is_none_or(|step| step.forth.is_none())
            {
                continue;
            }
            let looked = match seen.take() {
                Some(seen) => seen,
                None => self.try_look(until).await.map_err(|_| Stop::Lost)?,
            };
            effects = self.effects(&looked, false);
            if effects.get(at) != Some(&Effect::Yes) {
                continue;
            }
            if plan.registration() == Some(at) {
                let others = effect::others_work(plan, self.changes, &looked.config);
                if !others.is_empty() {
                    self.warn(format!(
                        "the ONU stays registered, for somebody else has configured it meanwhile: {}",
                        others.join(", ")
                    ));
                    self.undone(at, false);
                    continue;
                }
            }
            if step.probe == Probe::Left
                && let Some(why) = takeover::stays_away(plan, &looked)
            {
                self.warn(why);
                self.undone(at, false);
                continue;
            }
            if step.undo.is_empty() || step.class == UndoClass::Impossible {
                self.undone(at, false);
                continue;
            }
            let mark = StepMark { step: at, way: Way::Back };
            if let Err(lost) = self.journal.sending(mark).await {
                self.warn(format!("{lost}; it is undone all the same"));
            }
            let mut state = StepState::Done;
            let mut said = SecretString::default();
            let mut registered = false;
            for (nr, undo) in step.undo.iter().enumerate() {
                match self.go(undo.place, registered).await {
                    Ok(()) => {}
                    Err(Stop::Refused) => {
                        state = StepState::Refused;
                        break;
                    }
                    Err(stop) => return Err(stop),
                }
                match self.send_back(&undo.line).await {
                    Sent::Said(Verdict::Taken | Verdict::Odd(_), answer) => said = answer,
                    Sent::Said(Verdict::Refused(_), answer) => {
                        (state, said) = (StepState::Refused, answer);
                        // Where an ONU is not registered again, another one may stand.
                        if nr == 0 {
                            break;
                        }
                    }
                    Sent::Lost { .. } => {
                        self.mark(at, Way::Back, StepState::Unknown);
                        return Err(Stop::Lost);
                    }
                }
                registered |= matches!(undo.place, Place::PonPort(_));
            }
            self.mark(at, Way::Back, state);
            let took = self.report.steps.last().map(|step| step.duration).unwrap_or_default();
            // What it is kept for is looked at anew after a restart in any case.
            let _ = self.journal.answered(mark, StepEnd { state, answer: said, took }).await;
        }
        Ok(())
    }
}
