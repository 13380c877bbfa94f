//! Whether a job that could not begin is tried again.

use zte::{NotChanged, Trouble};

use super::NotDone;

/// Whether a job that could not begin is tried again, and therefore does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// Never: whoever asked decides.
    No,
    /// As a part of a batch.
    Part {
        /// Also where its OLT cannot be reached, or is held: until a certain time.
        until: bool,
        /// Where it stands was found by us: it may have been moved since.
        found: bool,
    },
}

impl Again {
    /// Whether this is a reason to try again.
    pub(super) fn is_for(self, why: &NotDone) -> bool {
        let Self::Part { until, found } = self else { return false };
        match why {
            // After the next start.
            NotDone::Ending => true,
            NotDone::Held(_) | NotDone::Locked { .. } => until,
            NotDone::Change(error) => match &error.why {
                NotChanged::NoSuchOnu(_) | NotChanged::IdentityMismatch { .. } => found,
                NotChanged::Olt(trouble) => is_crowded(trouble) || (until && is_away(trouble)),
                _ => false,
            },
            NotDone::Cancelled { .. }
            | NotDone::HeldByOwners { .. }
            | NotDone::NotHeld { .. }
            | NotDone::Lost => false,
        }
    }
}

/// Whether others are in the way.
fn is_crowded(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Busy { .. } | Trouble::Writing { .. })
}

/// Whether the OLT may come back.
pub(super) fn is_away(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Unreachable { .. }
            | Trouble::Network(_)
            | Trouble::Silent(_)
            | Trouble::Deadline(_)
            | Trouble::CliUnreachable { .. }
            | Trouble::LoginRefused { .. }
            | Trouble::Neither { .. }
    )
}
