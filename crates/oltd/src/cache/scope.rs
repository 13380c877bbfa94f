//! What an invalidation reaches, and which readings are older than one.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use gpon::{OnuRef, PonPort};

use super::{Key, Place};

/// More marks of one OLT are one of the whole OLT: whoever changed so many ONUs has
/// changed nearly all of them.
const MOST_MARKS: usize = OnuRef::MOST;

/// The part of an OLT that has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// All of it.
    Olt,
    /// What belongs to the OLT itself: its VLANs and profiles. No ONU.
    Setup,
    /// A PON port and the ONUs on it.
    Pon(PonPort),
    /// An ONU.
    Onu(OnuRef),
}

/// Where an invalidation leaves its number, for readings to look it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Mark {
    /// The whole OLT has changed.
    Olt,
    /// Some PON or ONU of the OLT has changed.
    Any,
    /// The VLANs or profiles of the OLT have changed.
    Setup,
    /// The PON has changed with everything on it.
    Pon(PonPort),
    /// An ONU on the PON has changed.
    InPon(PonPort),
    /// The ONU has changed.
    Onu(OnuRef),
}

impl Scope {
    /// The marks that it leaves.
    pub(super) fn marks(self) -> Vec<Mark> {
        match self {
            Self::Olt => vec![Mark::Any, Mark::Olt],
            Self::Setup => vec![Mark::Setup],
            Self::Pon(pon) => vec![Mark::Any, Mark::Pon(pon)],
            Self::Onu(onu) => vec![Mark::Any, Mark::InPon(onu.pon), Mark::Onu(onu)],
        }
    }
}

impl Key {
    /// The marks of the invalidations that reach what it names. A list of ONUs
    /// is reached by a change of any of them, the cards are not.
    pub(super) fn marks(&self) -> Vec<Mark> {
        match (self.place, self.kind.holds_onus()) {
            (Place::Olt | Place::Columns(None, _), true) => vec![Mark::Any],
            (Place::Olt | Place::Columns(None, _), false) if self.kind.is_setup() => {
                vec![Mark::Olt, Mark::Setup]
            }
            (Place::Olt | Place::Columns(None, _), false) => vec![Mark::Olt],
            // Whose addresses are in a VLAN is not known.
            (Place::Vlan(_), _) => vec![Mark::Any],
            (Place::Pon(pon) | Place::Columns(Some(pon), _), true) => {
                vec![Mark::Olt, Mark::Pon(pon), Mark::InPon(pon)]
            }
            (Place::Pon(pon) | Place::Columns(Some(pon), _), false) => vec![Mark::Olt, Mark::Pon(pon)],
            (Place::Onu(onu), _) => vec![Mark::Olt, Mark::Pon(onu.pon), Mark::Onu(onu)],
        }
    }
}

/// The name of the mark, as instances tell each other.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Olt => f.write_str("olt"),
            Self::Any => f.write_str("any"),
            Self::Setup => f.write_str("setup"),
            Self::Pon(pon) => write!(f, "pon={pon}"),
            Self::InPon(pon) => write!(f, "in={pon}"),
            Self::Onu(onu) => write!(f, "onu={onu}"),
        }
    }
}

impl FromStr for Mark {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let pon = |text: &str| text.parse::<PonPort>().map_err(drop);
        match text.split_once('=') {
            None if text == "olt" => Ok(Self::Olt),
            None if text == "any" => Ok(Self::Any),
            None if text == "setup" => Ok(Self::Setup),
            Some(("pon", text)) => pon(text).map(Self::Pon),
            Some(("in", text)) => pon(text).map(Self::InPon),
            Some(("onu", text)) => {
                let (port, id) = text.split_once(':').ok_or(())?;
                Ok(Self::Onu(OnuRef { pon: pon(port)?, id: id.parse().map_err(drop)? }))
            }
            _ => Err(()),
        }
    }
}

/// The scope is told by the narrowest of its marks.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Olt => Mark::Olt.fmt(f),
            Self::Setup => Mark::Setup.fmt(f),
            Self::Pon(pon) => Mark::Pon(pon).fmt(f),
            Self::Onu(onu) => Mark::Onu(onu).fmt(f),
        }
    }
}

impl FromStr for Scope {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text.parse()? {
            Mark::Olt => Ok(Self::Olt),
            Mark::Setup => Ok(Self::Setup),
            Mark::Pon(pon) => Ok(Self::Pon(pon)),
            Mark::Onu(onu) => Ok(Self::Onu(onu)),
            Mark::Any | Mark::InPon(_) => Err(()),
        }
    }
}

type Marks = HashMap<Mark, u64>;

/// The invalidations that this process knows of, numbered in their order.
///
/// A reading carries the number of the last one before it began; it is good
/// while no later one reaches it. So invalidating costs the same however much is
/// kept, and a reading under way is judged like one that is kept.
#[derive(Debug, Default)]
pub(super) struct Invalidations {
    latest: AtomicU64,
    marks: RwLock<HashMap<Arc<str>, Marks>>,
}

impl Invalidations {
    /// The number that a reading carries which begins now.
    pub(super) fn now(&self) -> u64 {
        self.latest.load(Ordering::SeqCst)
    }

    /// Makes every reading that these marks reach, and that began before, too old.
    pub(super) fn invalidate(&self, olt: &Arc<str>, changed: &[Mark]) {
        let mut marks = self.marks.write().unwrap_or_else(PoisonError::into_inner);
        let number = self.latest.load(Ordering::SeqCst) + 1;
        let of_olt = marks.entry(Arc::clone(olt)).or_default();
        let all = [Mark::Any, Mark::Olt];
        let changed = if changed.contains(&Mark::Olt) || of_olt.len() >= MOST_MARKS {
            of_olt.clear();
            &all
        } else {
            changed
        };
        of_olt.extend(changed.iter().map(|mark| (*mark, number)));
        // Last: who sees the number sees the marks.
        self.latest.store(number, Ordering::SeqCst);
    }

    /// Whether nothing has reached what `key` names since number `began`.
    pub(super) fn allow(&self, key: &Key, began: u64) -> bool {
        if self.now() == began {
            return true;
        }
        let marks = self.marks.read().unwrap_or_else(PoisonError::into_inner);
        let Some(of_olt) = marks.get(&*key.olt) else { return true };
        key.marks().iter().all(|mark| of_olt.get(mark).is_none_or(|number| *number <= began))
    }
}

#[cfg(test)]
mod tests {
    use gpon::{OnuColumns, OnuId, VlanId};
    use proptest::prelude::*;

    use super::*;
    use crate::cache::Kind;
    use zte::MacsOf;

    fn pon(port: u8) -> PonPort {
        PonPort::new(1, port).unwrap()
    }

    fn onu(port: u8, id: u8) -> OnuRef {
        OnuRef { pon: pon(port), id: OnuId::new(id).unwrap() }
    }

    fn key(kind: Kind, place: impl Into<Place>) -> Key {
        Key { olt: "a".into(), kind, place: place.into() }
    }

    #[test]
    fn an_invalidation_reaches_what_holds_it() {
        let keys = [
            key(Kind::OneOnu, onu(1, 4)),
            key(Kind::OneOnu, onu(1, 5)),
            key(Kind::Onus, pon(1)),
            key(Kind::Pon, pon(1)),
            key(Kind::Onus, pon(2)),
            key(Kind::OnusOfAll, ()),
            key(Kind::Unconfigured, None),
            key(Kind::Cards, ()),
            key(Kind::Vlans, ()),
            key(Kind::OnuColumnsOf, (Some(pon(1)), OnuColumns::default())),
            key(Kind::OnuColumnsOf, (None, OnuColumns::default())),
            key(Kind::Macs, MacsOf::Vlan(VlanId::new(100).unwrap())),
            key(Kind::Dba, ()),
            key(Kind::VlanProfiles, ()),
            key(Kind::TrafficProfiles, ()),
        ];
        let with = |onus: [bool; 12], profiles| {
            let mut all = [profiles; 15];
            all[..12].copy_from_slice(&onus);
            all
        };
        for (scope, reached) in [
            (
                Scope::Onu(onu(1, 4)),
                with([true, false, true, false, false, true, true, false, false, true, true, true], false),
            ),
            (
                Scope::Pon(pon(1)),
                with([true, true, true, true, false, true, true, false, false, true, true, true], false),
            ),
            (
                Scope::Setup,
                with(
                    [8].into_iter().fold([false; 12], |mut reached, vlans| {
                        reached[vlans] = true;
                        reached
                    }),
                    true,
                ),
            ),
            (Scope::Olt, [true; 15]),
        ] {
            let invalidations = Invalidations::default();
            let before = invalidations.now();
            invalidations.invalidate(&"a".into(), &scope.marks());
            let gone = keys.each_ref().map(|key| !invalidations.allow(key, before));
            assert_eq!(gone, reached, "{scope}");
            let after = invalidations.now();
            assert!(keys.iter().all(|key| invalidations.allow(key, after)), "what began later stays");
            invalidations.invalidate(&"b".into(), &Scope::Olt.marks());
            assert!(keys.iter().all(|key| invalidations.allow(key, after)), "another OLT");
        }
    }

    #[test]
    fn marks_are_bounded() {
        let invalidations = Invalidations::default();
        let (id, began) = ("a".into(), invalidations.now());
        let places = (1..=32)
            .flat_map(|slot| (1..=16).flat_map(move |port| (1..=128).map(move |id| (slot, port, id))));
        for (slot, port, onu) in places {
            let pon = PonPort::new(slot, port).unwrap();
            invalidations.invalidate(&id, &Scope::Onu(OnuRef { pon, id: OnuId::new(onu).unwrap() }).marks());
        }
        assert!(invalidations.marks.read().unwrap()["a"].len() <= MOST_MARKS + 3);
        assert!(!invalidations.allow(&key(Kind::OneOnu, onu(1, 1)), began), "none is forgotten");
    }

    proptest! {
        #[test]
        fn scopes_are_told_and_understood(port in 1u8..=16, id in 1u8..=128) {
            for scope in [Scope::Olt, Scope::Setup, Scope::Pon(pon(port)), Scope::Onu(onu(port, id))] {
                prop_assert_eq!(scope.to_string().parse(), Ok(scope));
                for mark in scope.marks() {
                    prop_assert_eq!(mark.to_string().parse(), Ok(mark));
                }
            }
        }

        #[test]
        fn never_panics(text in "(olt|any|setup|pon|in|onu|=|:|/|[0-9]|[ -~]){0,8}") {
            let _ = text.parse::<Scope>();
            let _ = text.parse::<Mark>();
        }
    }
}
