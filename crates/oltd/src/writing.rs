//! Which writes are let through.

use std::collections::BTreeSet;

use gpon::PonPort;

/// Which writes of an OLT are let through. A write is what may send a line that
/// configures, or saves what was configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Writes {
    /// None.
    #[default]
    Off,
    /// Dry runs: what would be sent is planned and shown, nothing is sent.
    Plan,
    /// All.
    On,
    /// Those of objects on these PONs, and saving. Objects of the whole OLT are not written.
    OnPons(BTreeSet<PonPort>),
}
