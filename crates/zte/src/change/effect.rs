//! Whether a step is in effect, by what stands now.

use super::config::{ConfigLine, OnuConfig, begins};
use super::journal::{Progress, Way};
use super::plan::{Plan, Probe};
use super::survey::Life;
use super::takeover;
use crate::firmware::dialect::Changes;
use gpon::StepState;

/// What was read.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) config: OnuConfig,
    /// The place that the ONU is taken from.
    pub(crate) elsewhere: Option<OnuConfig>,
    pub(crate) life: Option<Life>,
}

/// Whether a step is in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Yes,
    No,
    /// Something stands there that neither the plan nor what was before explains.
    Foreign,
    /// It is seen later.
    Unknown,
}

/// Whether the step of this number is in effect; `overdue` says that a restart of the ONU
/// would show by now.
pub(crate) fn of(plan: &Plan, progress: &[Progress], at: usize, seen: &Seen, overdue: bool) -> Effect {
    let Some(step) = plan.0.steps.get(at) else { return Effect::No };
    let started = |at: usize| {
        progress.get(at).is_some_and(|step| !matches!(step.forth, None | Some(StepState::NotSent)))
    };
    match &step.probe {
        Probe::Gone => match (seen.config.registered, plan.0.have.registered) {
            (None, _) => Effect::Yes,
            (now, was) if now == was => Effect::No,
            _ => Effect::Foreign,
        },
        Probe::Left => takeover::left(plan, seen),
        Probe::Restarted => match (&seen.life, &plan.0.life) {
            _ if !started(at) => Effect::No,
            _ if progress.get(at).is_some_and(|step| step.forth == Some(StepState::Refused)) => Effect::No,
            (Some(now), Some(then)) if now.has_restarted_since(then) => Effect::Yes,
            _ if !overdue => Effect::Unknown,
            _ => Effect::No,
        },
        Probe::Holds(slot, value) => {
            let same = |other: usize| matches!(plan.0.steps.get(other).map(|step| &step.probe), Some(Probe::Holds(of, _)) if of == slot);
            // A later step of the same slot that is in effect stands on this one.
            let later = (at + 1..plan.0.steps.len()).find(|later| same(*later) && started(*later));
            if let Some(later) = later
                && of(plan, progress, later, seen, overdue) == Effect::Yes
            {
                return Effect::Yes;
            }
            let now = seen.config.get(slot).map(|line| line.typed());
            let wanted = value.as_ref().map(|line| line.typed());
            let before = plan.0.have.get(slot).map(|line| line.typed());
            let repeats = (0..at).any(same);
            let disabled = progress.first().is_some_and(|step| step.forth == Some(StepState::Done));
            let whole = plan.0.want.get(slot).map(|line| line.typed());
            match () {
                // It was disabled for a restart and is enabled again, by whomever: nobody
                // cuts that customer off once more.
                () if plan.must_be_finished() && disabled && now == whole => Effect::Yes,
                // What it sets stood there before the earlier step as well.
                () if repeats && !started(at) => Effect::No,
                () if now == wanted || met(value.as_deref(), now) => Effect::Yes,
                () if now == before || (0..at).any(|earlier| same(earlier) && started(earlier)) => Effect::No,
                () => Effect::Foreign,
            }
        }
    }
}

/// Whether the line that stands there is the wished one.
fn met(wanted: Option<&ConfigLine>, now: Option<&str>) -> bool {
    wanted.zip(now).is_some_and(|(wanted, now)| wanted.is_met_by(now))
}

/// Whether another ONU stands at the place: nothing of it is touched.
pub(crate) fn is_of_another(plan: &Plan, now: &OnuConfig) -> bool {
    now.registered.is_some()
        && now.registered != plan.0.have.registered
        && !(plan.registers() && now.registered == plan.0.want.registered)
}

/// What somebody else has set of an ONU that this plan registers, a line each: it would go
/// with the registration.
pub(crate) fn others_work(plan: &Plan, changes: &Changes, now: &OnuConfig) -> Vec<String> {
    let planned =
        |line: &ConfigLine| plan.0.want.get(&line.slot).is_some_and(|wanted| wanted.is_met_by(line.typed()));
    let automatic = |line: &ConfigLine| {
        changes
            .automatic
            .iter()
            .any(|(block, words)| *block == line.slot.block && begins(words, line.typed()))
    };
    now.all()
        .filter(|line| !planned(line) && !automatic(line))
        .map(|line| line.text.shown().trim().to_owned())
        .collect()
}

/// What stands that neither the plan nor what was before explains, by name and value.
pub(crate) fn foreign(plan: &Plan, now: &OnuConfig) -> Vec<String> {
    let mut foreign = Vec::new();
    if is_of_another(plan, now) {
        let by = now.registered.map(|by| by.to_string()).unwrap_or_default();
        foreign.push(format!("the ONU is another one, registered by {by}"));
    }
    if now.registered.is_none()
        && !plan.registers()
        && !plan.0.steps.iter().any(|step| step.probe == Probe::Gone)
    {
        foreign.push("the ONU is not registered any more".to_owned());
    }
    for step in &plan.0.steps {
        let Probe::Holds(slot, _) = &step.probe else { continue };
        let value = now.get(slot).map(|line| line.typed());
        let explained = |config: &OnuConfig| config.get(slot).map(|line| line.typed()) == value;
        let by_a_step = plan.0.steps.iter().any(|step| {
            matches!(&step.probe, Probe::Holds(of, wanted) if of == slot
                && (wanted.as_ref().map(|line| line.typed()) == value || met(wanted.as_deref(), value)))
        });
        if now.registered.is_some() && !by_a_step && !explained(&plan.0.have) {
            let shown = now.get(slot).map(|line| line.text.shown().trim().to_owned());
            let said =
                shown.map_or_else(|| format!("`{}` is not set", step.name), |line| format!("`{line}`"));
            if !foreign.contains(&said) {
                foreign.push(said);
            }
        }
    }
    foreign
}

/// What the plan wished for and what is not so, by name.
pub(crate) fn missing(plan: &Plan, seen: &Seen, effects: &[Effect]) -> Vec<String> {
    let now = &seen.config;
    let mut missing: Vec<String> = Vec::new();
    for (at, step) in plan.0.steps.iter().enumerate() {
        let so = match &step.probe {
            _ if step.optional => true,
            Probe::Holds(slot, _) => {
                let stands = now.get(slot).map(|line| line.typed());
                let wanted = plan.0.want.get(slot);
                let so = stands == wanted.map(|line| line.typed()) || met(wanted, stands);
                now.registered == plan.0.want.registered && so
            }
            // The cascade as well (fact sheet, CLI §5.1).
            Probe::Gone => now.registered.is_none() && now.all().next().is_none(),
            Probe::Left => takeover::has_left(plan, seen),
            Probe::Restarted => effects.get(at) == Some(&Effect::Yes),
        };
        if !so && !missing.contains(&step.name) {
            missing.push(step.name.clone());
        }
    }
    missing
}

/// The optional steps that the OLT took and that are not in effect, by name.
pub(crate) fn left_out(plan: &Plan, progress: &[Progress], effects: &[Effect]) -> Vec<String> {
    let steps = plan.0.steps.iter().zip(progress).zip(effects);
    let left_out = steps.filter(|((step, progress), effect)| {
        step.optional && progress.forth == Some(StepState::Done) && **effect != Effect::Yes
    });
    left_out.map(|((step, _), _)| step.name.clone()).collect()
}

/// What of the plan stands though it should not, a sentence each.
pub(crate) fn remaining(
    plan: &Plan,
    progress: &[Progress],
    seen: &Seen,
    effects: &[Effect],
    way: Way,
) -> Vec<String> {
    let now = &seen.config;
    let mut remaining = Vec::new();
    for (at, step) in plan.0.steps.iter().enumerate() {
        let begun = progress.get(at).is_some_and(|step| step.forth.is_some());
        let said = match &step.probe {
            Probe::Holds(slot, _) => {
                let of = |config: &OnuConfig| config.get(slot).map(|line| line.typed().to_owned());
                let as_before = of(now) == of(&plan.0.have);
                (begun && effects.get(at) == Some(&Effect::Yes) && !as_before).then(|| match now.get(slot) {
                    Some(line) => format!("`{}` stands", line.text.shown().trim()),
                    None => format!("`{}` is not set", step.name),
                })
            }
            Probe::Gone if now.registered.is_none() && way == Way::Forth => {
                let left: Vec<_> = now.all().map(|line| line.text.shown().trim()).collect();
                (!left.is_empty()).then(|| format!("of the ONU stands still: {}", left.join(", ")))
            }
            Probe::Gone if now.registered.is_none() => Some("the ONU is not registered".to_owned()),
            // It came back, but not with all that it had.
            Probe::Gone => {
                let lost: Vec<_> = plan
                    .0
                    .have
                    .all()
                    .filter(|line| now.get(&line.slot).is_none_or(|now| now.typed() != line.typed()))
                    .collect();
                (begun && !lost.is_empty()).then(|| {
                    let lost: Vec<_> = lost.iter().map(|line| line.text.shown().trim()).collect();
                    format!("the ONU is registered again without: {}", lost.join(", "))
                })
            }
            Probe::Left => takeover::remaining(plan, progress.get(at), seen),
            Probe::Restarted => {
                (effects.get(at) == Some(&Effect::Yes)).then(|| "the ONU was restarted".to_owned())
            }
        };
        remaining.extend(said.filter(|said| !remaining.contains(said)));
    }
    remaining
}
