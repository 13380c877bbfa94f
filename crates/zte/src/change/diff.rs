//! From what stands and what is wanted to the lines that make the one of the other.

use gpon::UndoClass;

use super::NotChanged;
use super::config::{ConfigLine, OnuConfig, Slot};
use super::plan::{Probe, Step, UndoLine};
use crate::cli::Line;
use crate::cli::text::SecretText;
use crate::firmware::dialect::Block;

/// The steps from `have` to `want`; none where they are the same. What is removed
/// goes in the reverse of the order in which it stands, then what is set in its own
/// (fact sheet, CLI §5.1, §5.2).
///
/// # Errors
/// [`NotChanged::OwnedByProfile`]; [`NotChanged::NotPossible`] for what cannot be
/// removed or typed.
pub(crate) fn diff(have: &OnuConfig, want: &OnuConfig) -> Result<Vec<Step>, NotChanged> {
    if have.registered.is_some() && want.registered.is_none() {
        return deletion(have).map(|step| vec![step]);
    }
    let mut steps = Vec::new();
    for line in have.all().rev() {
        let wanted = want.get(&line.slot);
        if wanted.is_none_or(|wanted| !wanted.is_met_by(line.typed()) && !line.slot.over) {
            steps.push(removal(have, line)?);
        }
    }
    for line in want.all() {
        let standing = have.get(&line.slot);
        if standing.is_none_or(|standing| !line.is_met_by(standing.typed())) {
            steps.push(setting(have, line, standing)?);
        }
    }
    Ok(steps)
}

fn owned(line: &ConfigLine) -> Result<(), NotChanged> {
    match &line.set_by_profile {
        Some(profile) => Err(NotChanged::OwnedByProfile {
            profile: profile.clone(),
            line: line.text.shown().trim().into(),
        }),
        None => Ok(()),
    }
}

fn removal(have: &OnuConfig, line: &ConfigLine) -> Result<Step, NotChanged> {
    owned(line)?;
    let name = line.slot.name();
    let removed_by = line
        .slot
        .removed_by()
        .ok_or_else(|| NotChanged::NotPossible { what: format!("no line is known that removes `{name}`") })?;
    let class = if line.slot.over { UndoClass::Exact } else { UndoClass::ReCreated };
    let (undo, class) = typed_again(have, line, class);
    Ok(Step {
        place: line.slot.block.place(have.at),
        line: sendable(removed_by)?,
        name,
        probe: Probe::Holds(Box::new(line.slot.clone()), None),
        undo,
        class,
        confirm: false,
        optional: false,
        goes_along: false,
    })
}

pub(super) fn setting(
    have: &OnuConfig,
    line: &ConfigLine,
    standing: Option<&ConfigLine>,
) -> Result<Step, NotChanged> {
    standing.map_or(Ok(()), owned)?;
    let place = line.slot.block.place(have.at);
    let (undo, class) = match standing.filter(|_| line.slot.over) {
        Some(before) => typed_again(have, before, UndoClass::Exact),
        // What was removed for its sake is brought back by the step that removed it.
        None => match line.slot.removed_by().map(sendable) {
            Some(Ok(line)) => (vec![UndoLine { place, line }], UndoClass::Exact),
            _ => (Vec::new(), UndoClass::Impossible),
        },
    };
    Ok(Step {
        place,
        line: sendable(line.typed())?,
        name: line.slot.name(),
        probe: Probe::Holds(Box::new(line.slot.clone()), Some(Box::new(line.clone()))),
        undo,
        class,
        confirm: false,
        optional: false,
        goes_along: false,
    })
}

/// `no onu N` takes with it all that stands about the ONU (fact sheet, CLI §5.1).
fn deletion(have: &OnuConfig) -> Result<Step, NotChanged> {
    let line = have.lines(Block::PonPort).iter().find(|line| !line.slot.over);
    let removed_by = line.and_then(|line| line.slot.removed_by()).ok_or_else(|| NotChanged::NotPossible {
        what: "the line that registers the ONU is not understood".into(),
    })?;
    // All or nothing: half a customer is worse than none.
    let undo: Option<Vec<UndoLine>> =
        have.all().filter(|line| line.set_by_profile.is_none()).map(|line| retyped(have, line)).collect();
    let class = if undo.is_some() { UndoClass::ReCreated } else { UndoClass::Impossible };
    Ok(Step {
        place: Block::PonPort.place(have.at),
        line: sendable(removed_by)?,
        name: "onu".into(),
        probe: Probe::Gone,
        undo: undo.unwrap_or_default(),
        class,
        // On the devices seen it does not ask; one that asks is told what was asked for (CLI §1.6).
        confirm: true,
        optional: false,
        goes_along: false,
    })
}

/// A line that stood there, for being typed again; `None` for one that cannot be: it
/// holds a key of the terminal, `?`, or what a profile sets.
fn retyped(have: &OnuConfig, line: &ConfigLine) -> Option<UndoLine> {
    let typed = sendable(line.typed()).ok()?;
    Some(UndoLine { place: line.slot.block.place(have.at), line: typed })
}

fn typed_again(have: &OnuConfig, line: &ConfigLine, class: UndoClass) -> (Vec<UndoLine>, UndoClass) {
    match retyped(have, line) {
        Some(undo) => (vec![undo], class),
        None => (Vec::new(), UndoClass::Impossible),
    }
}

/// A text that the command line takes as it is.
pub(super) fn sendable(text: &str) -> Result<SecretText, NotChanged> {
    let line = SecretText::of(text);
    match Line::new(text) {
        Ok(_) => Ok(line),
        Err(why) => {
            Err(NotChanged::NotPossible { what: format!("`{}` cannot be typed: {why}", line.shown()) })
        }
    }
}

/// The slot that a line sets, with the line.
pub(super) fn line(
    changes: &crate::firmware::dialect::Changes,
    block: Block,
    text: &str,
) -> Result<ConfigLine, NotChanged> {
    Ok(ConfigLine::of(changes, block, sendable(text)?, None))
}

/// The slot that a line like this sets.
pub(super) fn slot(changes: &crate::firmware::dialect::Changes, block: Block, text: &str) -> Slot {
    ConfigLine::of(changes, block, SecretText::of(text), None).slot
}
