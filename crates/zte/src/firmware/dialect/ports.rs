//! What ports are called (fact sheet, CLI §3).

use gpon::{OnuRef, PonPort};

/// What stands before the numbers of a port: `gpon-olt_1/1/1`, `gpon-onu_1/1/1:4`.
#[derive(Debug)]
pub(crate) struct PortNames {
    pub(crate) pon: &'static str,
    pub(crate) onu: &'static str,
}

impl PortNames {
    /// The name of a PON port.
    pub(crate) fn pon(&self, pon: PonPort) -> String {
        format!("{}{pon}", self.pon)
    }

    /// The name of an ONU.
    pub(crate) fn onu(&self, onu: OnuRef) -> String {
        format!("{}{onu}", self.onu)
    }

    /// The name of all PON ports of a slot in rack 1.
    pub(crate) fn slot(&self, slot: u8) -> String {
        format!("{}1/{slot}", self.pon)
    }

    /// The numbers in the name of a PON port, or of a slot.
    pub(crate) fn numbers_of_pon<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(self.pon)
    }

    /// The numbers in the name of an ONU.
    pub(crate) fn numbers_of_onu<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(self.onu)
    }
}
