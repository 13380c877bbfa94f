use std::fmt;
use std::sync::Arc;

use gpon::{OnuRef, PonPort};

pub use super::subject::Kind;

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
}

/// In words, for errors: `onus of PON 1/1/1`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        match self.place {
            Place::Olt => Ok(()),
            Place::Pon(pon) => write!(f, " of PON {pon}"),
            Place::Onu(onu) => write!(f, " of ONU {onu}"),
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

impl From<OnuRef> for Place {
    fn from(onu: OnuRef) -> Self {
        Self::Onu(onu)
    }
}
