use serde::{Deserialize, Serialize};

use crate::{ClockTime, PonPort, SerialNumber};

/// A box that is lit on a PON and not configured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnconfiguredOnu {
    /// The port it was seen on.
    pub pon: PonPort,
    /// Its serial number.
    pub serial: Option<SerialNumber>,
    /// The model it reports.
    pub model: Option<String>,
    /// The LOID it reports, where the firmware has a source for it.
    pub loid: Option<String>,
    /// The password it reports.
    pub password: Option<String>,
    /// Its software version.
    pub software: Option<String>,
    /// When it was discovered, on the device's clock.
    pub discovered_at: Option<ClockTime>,
}
