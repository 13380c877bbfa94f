//! What can be changed, and how well it is taken back, for the page that tells operators.

use std::collections::{BTreeMap, BTreeSet};

use gpon::{ExpectedSerial, OnuChange, OnuId, OnuRef, OnuTarget, OnuWish, PonPort, RebootVia, UndoClass};

use super::config::OnuConfig;
use super::survey::Life;
use super::wish;
use crate::cli::text::{SecretText, StandingLine};
use crate::firmware::dialect::{Block, Dialect};
use crate::firmware::named;

/// An operation, by what its plans say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Its name in jobs, with the way where it has several.
    pub operation: &'static str,
    /// How well its steps are undone, by firmware; `None` where it is refused (422
    /// `unsupported_by_firmware`), since no transcript shows how that one answers.
    pub undo: BTreeMap<&'static str, Option<BTreeSet<UndoClass>>>,
}

/// Every operation on every firmware that is known.
pub fn offered() -> Vec<Offered> {
    let text = || "x".parse().ok();
    let wishes = [
        ("describe", OnuWish::Describe { name: text(), description: text() }),
        ("block", OnuWish::Block),
        ("unblock", OnuWish::Unblock),
        ("reboot (omci)", OnuWish::Reboot(RebootVia::Omci)),
        ("reboot (shutdown)", OnuWish::Reboot(RebootVia::Shutdown)),
        ("factory_reset", OnuWish::FactoryReset),
        ("delete", OnuWish::Delete),
    ];
    let mut offered = Vec::new();
    for (operation, wish) in wishes {
        let undo = named().map(|(name, dialect)| (name, classes(dialect, &wish))).collect();
        offered.push(Offered { operation, undo });
    }
    offered
}

/// How well a wish is undone for an ONU that has a name and a service.
fn classes(dialect: &Dialect, wish: &OnuWish) -> Option<BTreeSet<UndoClass>> {
    let changes = dialect.changes?;
    let at = OnuRef { pon: PonPort::new(1, 1).ok()?, id: OnuId::new(1).ok()? };
    let mut have = OnuConfig::new(at, Some(ExpectedSerial::Serial("ZTEGC0000001".parse().ok()?)));
    let standing = |text: &str| StandingLine { text: SecretText::of(text), set_by_profile: None };
    have.read(changes, Block::PonPort, vec![standing("onu 1 type ZTE-F660 sn ZTEGC0000001")]);
    let blocked = (*wish == OnuWish::Unblock).then(|| standing("shutdown"));
    have.read(changes, Block::Interface, blocked.into_iter().chain([standing("name A")]).collect());
    have.read(changes, Block::Remote, vec![standing("service 1 gemport 1 vlan 100")]);
    let life = Life { phase: Some(gpon::OnuState::Online), last: None, sessions: Vec::new() };
    let change = OnuChange::new(OnuTarget::Place(at), wish.clone());
    let plan = wish::plan(dialect, changes, &change, have, Some(life)).ok()?;
    Some(plan.0.steps.iter().map(|step| step.class).collect())
}
