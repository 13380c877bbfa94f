//! Why a write does not become a job.

use gpon::OnuRef;

use crate::store::StoreError;
use crate::writing::Denied;

/// Why a write was not begun.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotBegun {
    /// The store cannot keep it.
    #[error("{0}")]
    Store(String),
    /// What it is about is locked by a job whose end is not known.
    #[error("{object} is locked by job {job}, whose end is not known yet")]
    Locked {
        /// The job.
        job: String,
        /// What it has begun to change.
        object: OnuRef,
    },
    /// It would bring an ONU into service that is suspended.
    #[error("ONU {object} is suspended by {by}: it comes into service again once they resume it")]
    HeldByOwners {
        /// The ONU.
        object: OnuRef,
        /// Who holds it, and why.
        by: String,
    },
    /// It would change a PON port that is not written to.
    #[error("{olt}: nothing was sent")]
    Denied {
        /// The OLT.
        olt: String,
        /// Why.
        denied: Denied,
    },
    /// It would lift a hold that is not there.
    #[error("{} does not hold ONU {object}; {}", gpon::quoted(.owner), held(.by))]
    NotHeld {
        /// The ONU.
        object: OnuRef,
        /// Whose hold.
        owner: String,
        /// Who holds it, and why; empty where nobody does.
        by: String,
    },
    /// Too many wait to write to the OLT already.
    #[error("too many writes wait for {olt} already")]
    Busy {
        /// The OLT.
        olt: String,
    },
    /// Something else was asked under the same key.
    #[error("Idempotency-Key: something else was asked under it, as job {job}")]
    KeyReused {
        /// The job.
        job: String,
    },
    /// There is no such plan.
    #[error("there is no plan {0}")]
    NoSuchPlan(String),
    /// It was applied before.
    #[error("the plan was applied by job {0}")]
    Applied(String),
    /// It is too old.
    #[error("the plan has expired")]
    Expired,
    /// The server is ending.
    #[error("the server is ending: nothing was sent")]
    Ending,
    /// What is to be saved by now is not what it was drawn up from.
    #[error("{why}: {}", .jobs.join(", "))]
    Stale {
        /// What these jobs have to do with it.
        why: &'static str,
        /// By which it differs.
        jobs: Vec<String>,
    },
}

fn held(by: &str) -> String {
    if by.is_empty() { "nobody does".to_owned() } else { format!("it is suspended by {by}") }
}

impl From<StoreError> for NotBegun {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}
