//! Who has the serial number already that is to be registered.

use serde::{Deserialize, Serialize};

use crate::{OnuRef, OnuState};

/// What is done when the serial number of an ONU to be registered stands on another PON port
/// of the OLT. What stands on its own port in another way is left alone in any case, and so is a
/// number that another ONU has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnConflict {
    /// Nothing is registered.
    #[default]
    Refuse,
    /// Where it is known to be offline there, it is deleted there and registered here, both or
    /// neither.
    TakeOver,
}

/// Where else a serial number is registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The place.
    pub at: OnuRef,
    /// Its name there.
    pub name: Option<String>,
    /// Its phase there; `None` where that is not known.
    pub phase: Option<OnuState>,
    /// Since when it is offline, by the OLT's clock.
    pub offline_since: Option<String>,
}

impl Elsewhere {
    /// Whether it is online there; `None` where that is not known.
    pub fn online(&self) -> Option<bool> {
        self.phase.map(|phase| phase == OnuState::Online)
    }

    /// Whether it is known that nothing is heard of it there. One that signs on, or is being
    /// configured, is there.
    pub fn is_offline(&self) -> bool {
        matches!(self.phase, Some(OnuState::Los | OnuState::DyingGasp | OnuState::Offline))
    }
}
