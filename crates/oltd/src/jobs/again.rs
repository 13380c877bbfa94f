//! Whether a job that could not begin is tried again.

use zte::{ChangeError, NotChanged, Trouble};

use super::journal::JobJournal;
use super::{Jobs, NotDone, Told, Writable};
use crate::store::JobState;

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
            | NotDone::Denied(_)
            | NotDone::Replaced { .. }
            | NotDone::HeldByOwners { .. }
            | NotDone::NotHeld { .. }
            | NotDone::Lost => false,
        }
    }
}

impl Jobs {
    /// Keeps why nothing of a job was sent, unless it is tried again.
    pub(super) async fn not_done(&self, olt: &Writable, job: &str, again: Again, why: NotDone) -> NotDone {
        if again.is_for(&why) {
            return why;
        }
        let told = Told::unsent(&why.failure(&olt.id, ""));
        let state = match why {
            NotDone::Cancelled { .. } | NotDone::Replaced { .. } | NotDone::Ending => JobState::Cancelled,
            _ => JobState::Failed,
        };
        self.end_job(job, state, &told).await;
        why
    }

    /// Why a change was not begun: the server may have come to end, or somebody to hold the
    /// OLT, while it waited for its turn.
    pub(super) fn why_not(&self, olt: &Writable, error: ChangeError) -> NotDone {
        if matches!(error.why, NotChanged::Journal(_)) {
            if self.0.tasks.ending().is_cancelled() {
                return NotDone::Ending;
            }
            if let Some(hold) = olt.gate.hold() {
                return NotDone::Held(hold);
            }
        }
        NotDone::Change(error)
    }

    /// What comes of changes; where none of them has begun, none begins once the server is ending.
    pub(super) async fn unless_it_ends<T>(
        &self,
        made: impl Future<Output = T>,
        journals: &[JobJournal],
    ) -> Result<T, NotDone> {
        let ending = async {
            self.0.tasks.ending().cancelled().await;
            if journals.iter().any(JobJournal::is_beginning) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            made = made => Ok(made),
            () = ending => Err(NotDone::Ending),
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
