use std::fmt;
use std::sync::Arc;

use gpon::{OnuColumns, OnuRef, PonPort, VlanId};
use zte::MacsOf;

use super::subject::Kind;

/// What a kept reading is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The OLT's id.
    pub olt: Arc<str>,
    /// What was read.
    pub kind: Kind,
    /// Of which part.
    pub place: Place,
}

/// The part of an OLT that a reading is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// All of it.
    Olt,
    /// A PON port.
    Pon(PonPort),
    /// An ONU.
    Onu(OnuRef),
    /// A VLAN.
    Vlan(VlanId),
    /// These columns of the ONUs of a PON port, or of all.
    Columns(Option<PonPort>, OnuColumns),
}

/// In words, for errors: `onus of PON 1/1/1`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        match self.place {
            Place::Olt | Place::Columns(None, _) => Ok(()),
            Place::Pon(pon) | Place::Columns(Some(pon), _) => write!(f, " of PON {pon}"),
            Place::Onu(onu) => write!(f, " of ONU {onu}"),
            Place::Vlan(vlan) => write!(f, " of VLAN {vlan}"),
        }
    }
}

impl From<()> for Place {
    fn from((): ()) -> Self {
        Self::Olt
    }
}

impl From<PonPort> for Place {
    fn from(pon: PonPort) -> Self {
        Self::Pon(pon)
    }
}

impl From<Option<PonPort>> for Place {
    fn from(pon: Option<PonPort>) -> Self {
        pon.map_or(Self::Olt, Self::Pon)
    }
}

impl From<(Option<PonPort>, OnuColumns)> for Place {
    fn from((pon, columns): (Option<PonPort>, OnuColumns)) -> Self {
        Self::Columns(pon, columns)
    }
}

impl From<MacsOf> for Place {
    fn from(of: MacsOf) -> Self {
        match of {
            MacsOf::Onu(onu) => Self::Onu(onu),
            MacsOf::Pon(pon) => Self::Pon(pon),
            MacsOf::Vlan(vlan) => Self::Vlan(vlan),
        }
    }
}

impl From<OnuRef> for Place {
    fn from(onu: OnuRef) -> Self {
        Self::Onu(onu)
    }
}
