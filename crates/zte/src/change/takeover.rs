//! An ONU that is taken from another place of the OLT: its deletion there stands before its
//! registration here, in one plan, so that both are made or neither, whatever interrupts it.

use gpon::{Elsewhere, ExpectedSerial, OnuRef, quoted};

use super::config::{ConfigLine, OnuConfig};
use super::effect::{Effect, Seen};
use super::journal::Progress;
use super::plan::{Plan, Probe, Step, lines};
use crate::firmware::dialect::Dialect;

impl Plan {
    /// The plan with the deletion of its ONU at another place before its own steps.
    pub(crate) fn taking_over(self, dialect: &Dialect, deletion: Self, place: &Elsewhere) -> Self {
        let (mut body, there) = (self.0, deletion.0);
        let from = there.have.at;
        let leaving = there.steps.into_iter().map(|step| Step {
            name: format!("onu {from}"),
            probe: Probe::Left,
            ..step
        });
        body.steps = leaving.chain(body.steps).collect();
        body.lines = lines(dialect, &body.steps);
        body.act = format!("{}, taken from {from}", body.act);
        let name = place.name.as_deref().map_or_else(String::new, |name| format!(" ({})", quoted(name)));
        let since = place.offline_since.as_deref().map_or_else(String::new, |at| format!(" since {at}"));
        body.checks.extend(there.checks);
        body.checks.push(format!("{from}{name} is offline{since}, and is deleted there"));
        body.warnings.extend(there.warnings);
        body.from = Some(there.have);
        Self(body)
    }

    /// The place that it takes its ONU from.
    pub fn taken_from(&self) -> Option<OnuRef> {
        self.0.from.as_ref().map(|from| from.at)
    }

    /// Every place that it changes, that of the ONU first.
    pub fn places(&self) -> Vec<OnuRef> {
        std::iter::once(self.at()).chain(self.taken_from()).collect()
    }

    /// Who stood at the place that the ONU is taken from.
    fn stood_there(&self) -> Option<ExpectedSerial> {
        self.0.from.as_ref()?.registered
    }
}

/// Whether the ONU is registered at its other place no longer. Who else stands there by now is
/// none of this plan's.
pub(super) fn left(plan: &Plan, seen: &Seen) -> Effect {
    match &seen.elsewhere {
        None => Effect::Unknown,
        Some(there) if there.registered.is_some() && there.registered == plan.stood_there() => Effect::No,
        Some(_) => Effect::Yes,
    }
}

/// Whether it has gone from there with all that stood about it.
pub(super) fn has_left(plan: &Plan, seen: &Seen) -> bool {
    let rest = |there: &OnuConfig| there.registered.is_none() && there.all().next().is_some();
    left(plan, seen) == Effect::Yes && !seen.elsewhere.as_ref().is_some_and(rest)
}

/// Why the ONU is not brought back to where it was taken from, if it is not: it would stand in
/// two places, or in that of another.
pub(super) fn stays_away(plan: &Plan, seen: &Seen) -> Option<String> {
    let from = plan.taken_from()?;
    let by = |config: &OnuConfig| config.registered;
    match seen.elsewhere.as_ref().and_then(by) {
        Some(by) => Some(format!("the ONU is not brought back to {from}: {by} is registered there by now")),
        None if seen.config.registered.is_some() => {
            let at = plan.at();
            Some(format!("the ONU is not brought back to {from}: {at} stays registered"))
        }
        None => None,
    }
}

/// What of leaving its other place stands though the whole does not.
pub(super) fn remaining(plan: &Plan, step: Option<&Progress>, seen: &Seen) -> Option<String> {
    let (from, there) = (plan.0.from.as_ref()?, seen.elsewhere.as_ref()?);
    let at = from.at;
    match there.registered {
        _ if step.is_none_or(|step| step.forth.is_none()) => None,
        None => Some(format!("the ONU is not registered at {at} any more")),
        now if now != from.registered => {
            let by = now.map(|by| by.to_string()).unwrap_or_default();
            Some(format!("the ONU is not registered at {at} any more, where {by} is by now"))
        }
        // What differs of one that never left, is somebody else's work.
        _ if step.is_none_or(|step| step.back.is_none()) => None,
        _ => {
            let lost: Vec<_> = differing(from, there).map(|line| line.text.shown().trim()).collect();
            let lost = lost.join(", ");
            (!lost.is_empty()).then(|| format!("the ONU is registered at {at} again without: {lost}"))
        }
    }
}

/// The lines that stood there and do not stand there now.
fn differing<'a>(before: &'a OnuConfig, now: &'a OnuConfig) -> impl Iterator<Item = &'a ConfigLine> {
    before.all().filter(|line| now.get(&line.slot).is_none_or(|now| now.typed() != line.typed()))
}

/// What somebody has changed of the ONU at its other place since it was planned to leave it:
/// nobody takes that along without a word.
pub(super) fn changed_there(plan: &Plan, progress: &[Progress], seen: &Seen) -> Option<String> {
    let (from, there) = (plan.0.from.as_ref()?, seen.elsewhere.as_ref()?);
    let comes_back = progress.iter().any(|step| step.back.is_some());
    let other = differing(from, there).next().is_some() || differing(there, from).next().is_some();
    let is_there = left(plan, seen) == Effect::No;
    (is_there && other && !comes_back)
        .then(|| format!("ONU {} is configured in another way than it was", from.at))
}

/// What is read where the ONU has just left its other place.
pub(super) fn gone_from(plan: &Plan) -> Option<OnuConfig> {
    let mut there = plan.0.from.clone()?;
    there.clear();
    Some(there)
}
