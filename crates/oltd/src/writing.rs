//! Which writes are let through.

mod gate;

use std::collections::BTreeSet;

use gpon::PonPort;

pub use gate::{Gate, Hold, NotSaved};

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

/// When what was configured on an OLT is saved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SaveMode {
    /// Behind every change.
    Immediate,
    /// Once nothing was changed for a while, and at the latest a while after the first change.
    #[default]
    Coalesced,
    /// When somebody asks for it.
    Manual,
}

/// Whether who asks may write at all, to an OLT or to what the server keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// A token to write with, or a server that asks for none and says that everybody may.
    Granted,
    /// A token to read with.
    ReadOnly,
    /// No token.
    NoToken,
}

/// What a write is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Objects on one PON.
    Pon(PonPort),
    /// Objects of the whole OLT: profiles, VLANs.
    Olt,
    /// Saving what was configured, by whom ever.
    Save,
}

/// Why a write is not let through. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// The token is one to read with.
    ReadOnly,
    /// There is no token.
    NoToken,
    /// The OLT is not written to.
    Off,
    /// Only dry runs are let through.
    PlansOnly,
    /// Only other PONs are written to.
    OtherPons(PonPort),
    /// Only objects of some PONs are written to.
    SomePons,
    /// Another instance writes to this OLT.
    NotWriter,
    /// Somebody holds the OLT.
    Held(Hold),
}

impl Permission {
    /// Whether who asks may write at all.
    ///
    /// # Errors
    /// [`Denied::ReadOnly`], [`Denied::NoToken`].
    pub const fn check(self) -> Result<(), Denied> {
        match self {
            Self::Granted => Ok(()),
            Self::ReadOnly => Err(Denied::ReadOnly),
            Self::NoToken => Err(Denied::NoToken),
        }
    }
}

impl Writes {
    /// Whether anything may be sent at all, dry runs apart.
    pub const fn may_send(&self) -> bool {
        matches!(self, Self::On | Self::OnPons(_))
    }

    /// Whether a write about this is let through, in earnest or as a dry run.
    ///
    /// # Errors
    /// [`Denied::Off`], [`Denied::PlansOnly`], [`Denied::OtherPons`], [`Denied::SomePons`].
    pub fn check(&self, extent: Extent, dry_run: bool) -> Result<(), Denied> {
        match (self, extent) {
            (Self::Off, _) => Err(Denied::Off),
            (Self::Plan, _) if !dry_run => Err(Denied::PlansOnly),
            (Self::OnPons(pons), Extent::Pon(pon)) if !pons.contains(&pon) => Err(Denied::OtherPons(pon)),
            (Self::OnPons(_), Extent::Olt) => Err(Denied::SomePons),
            (Self::Plan | Self::On | Self::OnPons(_), _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_writes_of_an_olt_let_through() {
        let pon = |port| PonPort::new(1, port).unwrap();
        let some = Writes::OnPons([pon(1)].into());
        let extents = [Extent::Pon(pon(1)), Extent::Pon(pon(2)), Extent::Olt, Extent::Save];
        let yes = || Ok(());
        for (writes, sent, dry) in [
            (Writes::Off, [(); 4].map(|()| Err(Denied::Off)), [(); 4].map(|()| Err(Denied::Off))),
            (Writes::Plan, [(); 4].map(|()| Err(Denied::PlansOnly)), [(); 4].map(|()| yes())),
            (Writes::On, [(); 4].map(|()| yes()), [(); 4].map(|()| yes())),
            (
                some,
                [yes(), Err(Denied::OtherPons(pon(2))), Err(Denied::SomePons), yes()],
                [yes(), Err(Denied::OtherPons(pon(2))), Err(Denied::SomePons), yes()],
            ),
        ] {
            assert_eq!(extents.map(|extent| writes.check(extent, false)), sent, "{writes:?}");
            assert_eq!(extents.map(|extent| writes.check(extent, true)), dry, "{writes:?}");
        }
        assert_eq!(Writes::default(), Writes::Off);
    }
}
