//! What became of it all.

use gpon::{OnRefusal, StepState, WriteReport, WriteState};

use super::{Outcome, Run};
use crate::change::effect::{self, Effect, Seen};
use crate::change::journal::{Progress, Way};
use crate::change::plan::Probe;

/// What is said of a restart that nothing shows.
const UNSEEN: &str =
    "the line that restarts the ONU was sent, and its history does not show that it restarted";

impl Run<'_> {
    /// What became of it, by what stands now; `None` where what was taken is not so
    /// and has to be taken back.
    pub(super) fn verdict(&mut self, way: Way, seen: &Seen, effects: &[Effect]) -> Option<Outcome> {
        if way == Way::Forth {
            let missing = effect::missing(self.plan, seen, effects);
            if missing.is_empty() {
                for name in effect::left_out(self.plan, &self.progress, effects) {
                    self.warn(format!(
                        "the OLT took the line of `{name}`, which is optional, but shows nothing of it"
                    ));
                }
                let state =
                    if self.plan.0.steps.is_empty() { WriteState::Unchanged } else { WriteState::Applied };
                // That it came back, its history shows later.
                return Some(self.outcome(state, Vec::new(), self.plan.0.life.is_none()));
            }
            for name in missing {
                self.warn(format!("the OLT took the lines, but `{name}` is not as it was wished for"));
            }
            let deletes = self.plan.0.steps.iter().any(|step| step.probe == Probe::Gone);
            // A customer is not brought back because some of him is still there.
            if self.plan.0.on_refusal == OnRefusal::Undo && !deletes {
                return None;
            }
        }
        let remaining = effect::remaining(self.plan, &self.progress, seen, effects, way);
        let begun = |step: &Progress| step.forth == Some(StepState::Done) || step.back.is_some();
        let taken: Vec<usize> =
            self.progress.iter().enumerate().filter(|(_, step)| begun(step)).map(|(at, _)| at).collect();
        for at in &taken {
            self.undone(*at, effects.get(*at) != Some(&Effect::Yes));
        }
        let state = match (remaining.is_empty(), taken.is_empty()) {
            (false, _) => WriteState::Partial,
            (true, true) => WriteState::Refused,
            (true, false) => WriteState::RolledBack,
        };
        for foreign in effect::foreign(self.plan, &seen.config) {
            self.warn(format!("somebody else changed it meanwhile, and it was left alone: {foreign}"));
        }
        let unseen = self.is_unseen(effects);
        if unseen {
            self.warn(UNSEEN.to_owned());
        }
        Some(self.outcome(state, remaining, !unseen))
    }

    /// Whether the ONU may have been told to start again, and nothing shows that it has. That
    /// is no proof that it has not: a history begins anew with the OLT.
    fn is_unseen(&self, effects: &[Effect]) -> bool {
        let told = |step: &Progress| matches!(step.forth, Some(StepState::Done | StepState::Unknown));
        let steps = self.plan.0.steps.iter().zip(&self.progress).zip(effects);
        steps.into_iter().any(|((step, progress), effect)| {
            step.probe == Probe::Restarted && told(progress) && *effect != Effect::Yes
        })
    }

    /// Another ONU stands at the place, and nothing of it is touched. Where the OLT has taken no
    /// line of the plan, nothing of it can stand anywhere: that is its end.
    pub(super) fn another_stands(&mut self, foreign: Vec<String>) -> Outcome {
        let untaken = |step: &Progress| {
            step.back.is_none() && matches!(step.forth, None | Some(StepState::NotSent | StepState::Refused))
        };
        if !self.progress.iter().all(untaken) {
            return self.pending(foreign);
        }
        for what in foreign {
            self.warn(what);
        }
        self.outcome(WriteState::Refused, Vec::new(), true)
    }

    pub(super) fn pending(&mut self, foreign: Vec<String>) -> Outcome {
        let mut outcome = self.outcome(WriteState::Unknown, Vec::new(), false);
        for what in &foreign {
            outcome.report.warnings.push(format!("neither the plan nor what stood before explains: {what}"));
        }
        Outcome { is_pending: true, foreign, ..outcome }
    }

    pub(super) fn outcome(&mut self, state: WriteState, remaining: Vec<String>, verified: bool) -> Outcome {
        let report = std::mem::take(&mut self.report);
        let in_use = |step: &gpon::WriteStep| {
            step.state == StepState::Refused
                && step.answer.lines().any(|line| line.trim().starts_with(self.changes.id_in_use))
        };
        // What it did before it was told so, at the other place of its ONU, is undone.
        let stands_as_before = state == WriteState::Refused
            || (state == WriteState::RolledBack && self.plan.taken_from().is_some());
        let id_in_use = stands_as_before && self.plan.registers() && report.steps.iter().any(in_use);
        let report =
            WriteReport { state, steps: report.steps, remaining, warnings: report.warnings, verified };
        Outcome {
            report,
            progress: std::mem::take(&mut self.progress),
            is_pending: false,
            foreign: Vec::new(),
            id_in_use,
        }
    }
}
