//! The plan of a registration: an ONU that is made, or completed.

use std::collections::BTreeSet;

use gpon::{Difference, ExpectedSerial, OnuRef, Registration, UndoClass};

use super::NotChanged;
use super::config::{ConfigLine, OnuConfig};
use super::diff::{self, sendable};
use super::lines::{Chosen, WishedLine, registering, wished};
use super::plan::{Body, Plan, Probe, Step, UndoLine, lines};
use super::wish::SHUTDOWN;
use crate::firmware::dialect::{Block, Changes, Dialect};
use crate::strategy::ServiceModel;

/// The blocks of an ONU that a registration touches besides its registration.
pub(crate) const BLOCKS: [Block; 2] = [Block::Interface, Block::Remote];

/// The name of the wish in jobs and journals.
pub(crate) const KIND: &str = "register";

/// The plan of a registration of an ONU that stands so, or does not stand at all.
///
/// # Errors
/// [`NotChanged::Differs`] for an ONU that is configured in another way; and as of other plans.
pub(crate) fn plan(
    dialect: &Dialect,
    changes: &Changes,
    wish: &Registration,
    chosen: &Chosen<'_>,
    have: OnuConfig,
    (mut checks, mut warnings): (Vec<String>, Vec<String>),
) -> Result<Plan, NotChanged> {
    let at = have.at;
    let serial = ExpectedSerial::Serial(wish.serial);
    let first = registering(changes, wish, &chosen.onu_type, at.id)?;
    let first = WishedLine { line: first, optional: false };
    let all: Vec<WishedLine> = std::iter::once(first).chain(wished(changes, wish, chosen)?).collect();
    let mut want = have.clone();
    want.registered = Some(serial);
    let is_new = have.registered.is_none();
    let (mut steps, mut differences) = (Vec::new(), Vec::new());
    for WishedLine { line, optional } in all {
        if meets(&have, &line) {
            continue;
        }
        if let Some(standing) = other_value(&have, &line).or_else(|| same_vlans(&have, &line)) {
            differences.push(difference(&line, standing));
            continue;
        }
        let mut step = diff::setting(&have, &line, None)?;
        step.optional = optional;
        match steps.is_empty() {
            true if is_new => step = registration(step, at)?,
            // It goes with the registration, which takes all with it (fact sheet, CLI §5.1).
            _ if is_new => (step.undo, step.class, step.goes_along) = (Vec::new(), UndoClass::Exact, true),
            _ => {}
        }
        want.set(line);
        steps.push(step);
    }
    if !differences.is_empty() {
        return Err(NotChanged::Differs { at, differences });
    }
    let model = chosen.strategy.model();
    if let Some(stands) = model_of(&have).filter(|stands| *stands != model) {
        let (wished, stands) = (model.as_str().to_owned(), stands.as_str().to_owned());
        let differences = vec![Difference { what: "service_model".to_owned(), wished, stands }];
        return Err(NotChanged::Differs { at, differences });
    }
    checks.push(format!("strategy {}: {}", chosen.strategy.name(), chosen.strategy.about()));
    let kept: Vec<String> = steps
        .iter()
        .filter(|step| step.class == UndoClass::Impossible)
        .map(|step| format!("`{}`", step.line.shown()))
        .collect();
    if !kept.is_empty() {
        warnings.push(format!("no line is known that takes back {}", kept.join(", ")));
    }
    if have.lines(Block::Interface).iter().any(|line| line.typed() == SHUTDOWN) {
        warnings.push("the ONU is shut at the OLT, and stays so until somebody unblocks it".to_owned());
    }
    if steps.is_empty() {
        checks.push("all of it is so already".to_owned());
    }
    let shown = lines(dialect, &steps);
    Ok(Plan(Body {
        lines: shown,
        kind: KIND.to_owned(),
        act: format!("register ONU {} at {at}", wish.serial),
        life: None,
        have,
        want,
        from: None,
        steps,
        on_refusal: wish.on_refusal,
        checks,
        warnings,
        names: BTreeSet::new(),
    }))
}

/// How an ONU is configured on its own side, by what stands there (fact sheet, CLI §5.3);
/// `None` where nothing says so.
pub(crate) fn model_of(config: &OnuConfig) -> Option<ServiceModel> {
    config.lines(Block::Remote).iter().find_map(|line| match line.typed().split_whitespace().next() {
        Some("service") => Some(ServiceModel::Service),
        Some("flow") => Some(ServiceModel::Flow),
        _ => None,
    })
}

/// The step that registers; `no onu` takes it back, with all that stands on it.
fn registration(step: Step, at: OnuRef) -> Result<Step, NotChanged> {
    let removed_by = match &step.probe {
        Probe::Holds(slot, _) => slot.removed_by(),
        Probe::Gone | Probe::Left | Probe::Restarted => None,
    };
    let undo = UndoLine { place: Block::PonPort.place(at), line: sendable(removed_by.unwrap_or_default())? };
    Ok(Step { name: "onu".to_owned(), undo: vec![undo], class: UndoClass::Exact, ..step })
}

/// Whether what a line sets is so already. A number or a name of a mapping is no part of
/// what it does: the same pair of VLANs twice is refused (66669; fact sheet, CLI §2).
fn meets(have: &OnuConfig, line: &ConfigLine) -> bool {
    let lines = have.lines(line.slot.block);
    lines.iter().any(|standing| {
        line.slot == standing.slot && line.is_met_by(standing.typed())
            || tail(line).is_some_and(|wished| tail(standing) == Some(wished))
    })
}

/// What a mapping does, without its number or name.
fn tail(line: &ConfigLine) -> Option<&str> {
    let mut words = line.typed().splitn(3, ' ');
    let first = words.next()?;
    let numbered =
        matches!((line.slot.block, first), (Block::Interface, "service-port") | (Block::Remote, "service"));
    words.next()?;
    words.next().map(str::trim).filter(|_| numbered)
}

/// What stands there in the place of a line that is another one.
fn other_value<'a>(have: &'a OnuConfig, line: &ConfigLine) -> Option<&'a ConfigLine> {
    have.get(&line.slot).filter(|standing| !line.is_met_by(standing.typed()))
}

/// A service port that stands there and maps the pair of VLANs of another one that is wished:
/// the OLT takes a pair once for an ONU (66669; fact sheet, CLI §2).
fn same_vlans<'a>(have: &'a OnuConfig, line: &ConfigLine) -> Option<&'a ConfigLine> {
    let wished = vlans(line)?;
    have.lines(line.slot.block).iter().find(|standing| vlans(standing).as_ref() == Some(&wished))
}

/// The VLAN on the customer's side and the one on the network's that a service port maps.
fn vlans(line: &ConfigLine) -> Option<(&str, &str)> {
    let behind = |name: &str| {
        let mut words = line.typed().split_whitespace().skip_while(|word| *word != name);
        words.nth(1)
    };
    let is_one = line.slot.block == Block::Interface && line.typed().starts_with("service-port ");
    let (user, vlan) = (behind("user-vlan")?, behind("vlan")?);
    is_one.then_some((user, vlan))
}

/// How what stands there is another value than the wished one; secrets that differ look the same.
fn difference(wished: &ConfigLine, standing: &ConfigLine) -> Difference {
    let (what, stands) = (wished.slot.name(), standing.text.shown().trim().to_owned());
    let wished = match wished.text.shown() {
        shown if shown.trim() == stands => "another password".to_owned(),
        shown => shown.to_owned(),
    };
    Difference { what, wished, stands }
}
