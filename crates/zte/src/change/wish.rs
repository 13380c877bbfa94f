//! What is wished for an ONU, as the configuration that it is to have. Whatever a
//! wish does not name stays.

use std::collections::BTreeSet;

use gpon::{ExpectedSerial, OnuChange, OnuWish, RebootVia, UndoClass};

use super::NotChanged;
use super::config::OnuConfig;
use super::diff::{diff, line, sendable, slot};
use super::plan::{Body, Plan, Probe, Step, UndoLine, lines};
use super::survey::Life;
use crate::firmware::dialect::{Block, Changes, Dialect};

/// The blocks that have to be read for a wish besides the registration.
pub(crate) fn blocks(wish: &OnuWish) -> &'static [Block] {
    match wish {
        OnuWish::Describe { .. } | OnuWish::Block | OnuWish::Unblock => &[Block::Interface],
        OnuWish::Reboot(RebootVia::Shutdown) => &[Block::Interface],
        OnuWish::Reboot(RebootVia::Omci) | OnuWish::FactoryReset => &[],
        OnuWish::Delete => &[Block::Interface, Block::Remote],
    }
}

/// Whether the ONU's life has to be read: it tells whether it was away.
pub(crate) const fn restarts(wish: &OnuWish) -> bool {
    matches!(wish, OnuWish::Reboot(_) | OnuWish::FactoryReset)
}

/// The plan of a change of an ONU that stands so.
///
/// # Errors
/// [`NotChanged`]: nothing was sent.
pub(crate) fn plan(
    dialect: &Dialect,
    changes: &Changes,
    change: &OnuChange,
    have: OnuConfig,
    life: Option<Life>,
) -> Result<Plan, NotChanged> {
    let at = have.at;
    let found = have.registered.ok_or(NotChanged::NoSuchOnu(at))?;
    let mut checks = vec![match found {
        ExpectedSerial::Serial(serial) => format!("ONU {at} is registered with the serial number {serial}"),
        ExpectedSerial::Without => format!("ONU {at} is registered without a serial number"),
    }];
    if let Some(expected) = change.identity().filter(|expected| *expected != found) {
        return Err(NotChanged::IdentityMismatch { at, expected, found });
    }
    let mut warnings = Vec::new();
    let (want, steps) = wished(changes, &change.wish, &have, life.as_ref(), &mut warnings)?;
    let lost: Vec<String> = steps
        .iter()
        .filter(|step| {
            step.class == UndoClass::Impossible && matches!(step.probe, Probe::Holds(..) | Probe::Gone)
        })
        .map(|step| step.name.clone())
        .filter(|name| !change.accept_loss.contains(name))
        .collect();
    if let [_, ..] = lost.as_slice() {
        return Err(NotChanged::WouldBeLost { names: lost });
    }
    if steps.is_empty() {
        checks.push("all of it is so already".to_owned());
    }
    let lines = lines(dialect, &steps);
    Ok(Plan(Body {
        lines,
        kind: change.wish.kind().to_owned(),
        act: format!("{} ONU {at}", change.wish.act()),
        life: life.filter(|_| restarts(&change.wish)),
        have,
        want,
        from: None,
        steps,
        on_refusal: change.on_refusal,
        checks,
        warnings,
        names: BTreeSet::new(),
    }))
}

fn wished(
    changes: &Changes,
    wish: &OnuWish,
    have: &OnuConfig,
    life: Option<&Life>,
    warnings: &mut Vec<String>,
) -> Result<(OnuConfig, Vec<Step>), NotChanged> {
    let mut want = have.clone();
    match wish {
        OnuWish::Describe { name, description } => {
            for (word, text) in [("name", name), ("description", description)] {
                if let Some(text) = text {
                    want.set(line(changes, Block::Interface, &format!("{word} {text}"))?);
                }
            }
        }
        OnuWish::Block => want.set(line(changes, Block::Interface, SHUTDOWN)?),
        OnuWish::Unblock => want.unset(&slot(changes, Block::Interface, SHUTDOWN)),
        OnuWish::Delete => want.clear(),
        OnuWish::Reboot(RebootVia::Omci) => {
            offline(life, warnings);
            let step = told(have, changes.reboot, "reboot")?;
            return Ok((want, vec![step]));
        }
        OnuWish::FactoryReset => {
            offline(life, warnings);
            let step = told(have, changes.factory_reset, "factory_reset")?;
            return Ok((want, vec![step]));
        }
        OnuWish::Reboot(RebootVia::Shutdown) => {
            let mut down = have.clone();
            down.set(line(changes, Block::Interface, SHUTDOWN)?);
            let steps = [diff(have, &down)?, diff(&down, have)?].concat();
            if steps.len() < 2 {
                return Err(NotChanged::Blocked(have.at));
            }
            return Ok((want, steps));
        }
    }
    let steps = diff(have, &want)?;
    Ok((want, steps))
}

/// The line that disables an ONU (fact sheet, CLI §5.1).
pub(super) const SHUTDOWN: &str = "shutdown";

/// A line that makes an ONU start again.
fn told(have: &OnuConfig, line: &str, name: &str) -> Result<Step, NotChanged> {
    Ok(Step {
        place: Block::Remote.place(have.at),
        line: sendable(line)?,
        name: name.to_owned(),
        probe: Probe::Restarted,
        undo: Vec::<UndoLine>::new(),
        class: UndoClass::Impossible,
        confirm: true,
        optional: false,
        goes_along: false,
    })
}

/// Over OMCI only an ONU in service can be told anything; the OLT refuses (fact sheet, CLI §2).
fn offline(life: Option<&Life>, warnings: &mut Vec<String>) {
    if let Some(phase) = life.and_then(|life| life.phase).filter(|phase| *phase != gpon::OnuState::Online) {
        warnings.push(format!("the ONU is not online but {phase:?}: the OLT is expected to refuse"));
    }
}
