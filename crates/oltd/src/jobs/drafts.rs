//! Plans that are only drawn up.

use std::time::SystemTime;

use gpon::{OnuChange, WritePlan};
use zte::{ChangeError, Plan};

use super::journal::{plan_of, sealed};
use super::{Jobs, NotBegun, Writable, new_id};
use crate::store::{DRAFT_KEPT, NewPlan};

/// A plan that was kept.
#[derive(Debug)]
pub struct KeptPlan {
    /// Its id.
    pub id: String,
    /// Its OLT.
    pub olt: String,
    /// What it would do.
    pub shown: WritePlan,
    /// Until when it may be applied.
    pub expires_at: SystemTime,
    /// The job that applied it.
    pub applied_by: Option<String>,
}

impl Jobs {
    /// Plans a change, and keeps the plan.
    ///
    /// # Errors
    /// [`ChangeError`] inside; outside that the store cannot keep it.
    pub async fn plan(
        &self,
        olt: &Writable,
        change: &OnuChange,
    ) -> Result<Result<KeptPlan, ChangeError>, NotBegun> {
        let store = self.store()?;
        let plan = match olt.olt.plan(change).await {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
        let now = SystemTime::now();
        let kept = KeptPlan {
            id: new_id(),
            olt: olt.id.to_string(),
            shown: plan.shown(),
            expires_at: now + DRAFT_KEPT,
            applied_by: None,
        };
        let document = sealed(&plan.document());
        let new = NewPlan {
            id: &kept.id,
            job: None,
            olt: &olt.id,
            object: &plan.at().to_string(),
            kind: plan.kind(),
            fingerprint: &kept.shown.fingerprint,
            document: &document,
            created_at: now,
            expires_at: kept.expires_at,
        };
        store.keep_plan(&new).await?;
        Ok(Ok(kept))
    }

    /// A plan that was kept.
    ///
    /// # Errors
    /// [`NotBegun::NoSuchPlan`], [`NotBegun::Store`].
    pub async fn kept(&self, id: &str) -> Result<(KeptPlan, Plan), NotBegun> {
        let row = self.store()?.plan(id).await?;
        let row = row.ok_or_else(|| NotBegun::NoSuchPlan(id.to_owned()))?;
        let plan = plan_of(&row.document).map_err(NotBegun::Store)?;
        let (shown, expires_at, applied_by) = (plan.shown(), row.expires_at, row.applied_by);
        Ok((KeptPlan { id: row.id, olt: row.olt, shown, expires_at, applied_by }, plan))
    }
}
