//! Plans that are kept until somebody applies them.

use std::time::SystemTime;

use gpon::{OnuChange, UndoClass, WritePlan, WriteReport};
use secrecy::{ExposeSecret, SecretSlice};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zte::{ChangeError, OltError, Plan};

use super::abandoned::SAVE_CUT_OFF;
use super::change::document;
use super::holds::names;
use super::journal::{plan_of, sealed};
use super::{Asked, Jobs, NotBegun, SAVE, Told, Writable, new_id};
use crate::store::{Claim, DRAFT_KEPT, JobState, NewPlan, PlanEnd, PlanState, Store, StoreError};
use crate::writing::NotSaved;

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
    /// Who would hold the ONU then, for one that makes or lifts a hold.
    pub suspended_by: Option<Vec<String>>,
}

/// What a plan applies.
#[derive(Debug)]
pub enum Drawn {
    /// A change of an ONU.
    Change(Box<Plan>),
    /// A save of the OLT.
    Save(SavePlan),
}

/// What a plan to save knows.
#[derive(Debug, Serialize, Deserialize)]
pub struct SavePlan {
    /// The jobs whose changes it saves.
    jobs: Vec<String>,
    lines: Vec<(String, String)>,
    checks: Vec<String>,
    warnings: Vec<String>,
}

/// So many jobs at most are described by a plan to save; of the rest their number is told.
const DESCRIBED: usize = 50;

impl SavePlan {
    fn shown(&self) -> WritePlan {
        let line = |(place, line): &(String, String)| {
            let (place, line) = (place.clone(), line.clone());
            gpon::PlannedLine { place, line }
        };
        let undo = gpon::PlannedUndo { line: String::new(), class: UndoClass::Impossible };
        let whole = format!("{:?} {:?}", self.lines, self.jobs);
        let hash: String = Sha256::digest(whole).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        WritePlan {
            at: None,
            serial: None,
            lines: self.lines.iter().map(line).collect(),
            undo: vec![undo],
            checks: self.checks.clone(),
            warnings: self.warnings.clone(),
            fingerprint: hash,
        }
    }
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
        match self.draw(olt, change).await? {
            Ok(plan) => Ok(Ok(self.keep_plan(olt, &plan).await?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// Plans a change; nothing is kept.
    ///
    /// # Errors
    /// As of [`plan`](Self::plan).
    pub(super) async fn draw(
        &self,
        olt: &Writable,
        change: &OnuChange,
    ) -> Result<Result<Plan, ChangeError>, NotBegun> {
        match olt.olt.plan(change).await {
            Ok(plan) => Ok(Ok(self.unless_held(olt, plan).await?)),
            Err(error) => Ok(Err(error)),
        }
    }

    /// A plan, unless it would bring into service what is suspended.
    pub(super) async fn unless_held(&self, olt: &Writable, plan: Plan) -> Result<Plan, NotBegun> {
        let by = self.held_against(self.store()?, &olt.id, "", &plan, true).await?;
        match by.is_empty() {
            true => Ok(plan),
            false => Err(NotBegun::HeldByOwners { object: plan.at(), by: names(&by) }),
        }
    }

    pub(super) async fn keep_plan(&self, olt: &Writable, plan: &Plan) -> Result<KeptPlan, NotBegun> {
        let (object, kind) = (plan.at().to_string(), plan.kind());
        let document = sealed(&plan.document());
        Ok(keep(self.store()?, olt, new_id(), (&object, kind), &document, plan.shown()).await?)
    }

    /// Plans a save, and keeps the plan: what it would save of what was changed from here,
    /// and who else may be in the middle of something.
    ///
    /// # Errors
    /// [`OltError`] inside; outside that the store cannot keep it.
    pub async fn plan_save(&self, olt: &Writable) -> Result<Result<KeptPlan, OltError>, NotBegun> {
        let store = self.store()?;
        let planned = match olt.olt.plan_save().await {
            Ok(planned) => planned,
            Err(error) => return Ok(Err(error)),
        };
        let jobs = owed(store, olt).await?;
        let mut checks = Vec::new();
        for id in jobs.iter().take(DESCRIBED) {
            let what = store
                .job(id)
                .await?
                .map_or_else(String::new, |job| format!(", `{}` of {}", job.kind, job.object));
            checks.push(format!("job {id}{what}, is not saved yet"));
        }
        match jobs.len() {
            0 => checks.push("all that was changed from here is saved".to_owned()),
            owed if owed > DESCRIBED => {
                checks.push(format!("{} further jobs are not saved yet", owed - DESCRIBED))
            }
            _ => {}
        }
        let mut warnings = planned.warnings;
        let pending = self.pending_jobs_of(&olt.id);
        let warning = |job: &String| {
            format!("the end of job {job} is not known yet: what stands of it by then is saved with the rest")
        };
        warnings.extend(pending.iter().take(DESCRIBED).map(warning));
        let lines = planned.lines.into_iter().map(|line| (line.place, line.line)).collect();
        let plan = SavePlan { jobs, lines, checks, warnings };
        let document = SecretSlice::from(serde_json::to_vec(&plan).unwrap_or_default());
        Ok(Ok(keep(store, olt, new_id(), ("", SAVE), &document, plan.shown()).await?))
    }

    /// A plan that was kept.
    ///
    /// # Errors
    /// [`NotBegun::NoSuchPlan`], [`NotBegun::Store`].
    pub async fn kept(&self, id: &str) -> Result<(KeptPlan, Drawn), NotBegun> {
        let row = self.store()?.plan(id).await?;
        let row = row.ok_or_else(|| NotBegun::NoSuchPlan(id.to_owned()))?;
        let (shown, drawn) = if row.kind == SAVE {
            let plan: SavePlan = serde_json::from_slice(row.document.expose_secret())
                .map_err(|error| NotBegun::Store(error.to_string()))?;
            (plan.shown(), Drawn::Save(plan))
        } else {
            let plan = plan_of(&row.document).map_err(NotBegun::Store)?;
            (plan.shown(), Drawn::Change(Box::new(plan)))
        };
        let (expires_at, applied_by) = (row.expires_at, row.applied_by);
        let suspended_by = self.would_hold(&row.id).await?;
        Ok((KeptPlan { id: row.id, olt: row.olt, shown, expires_at, applied_by, suspended_by }, drawn))
    }

    /// Applies a plan to save that was kept.
    ///
    /// # Errors
    /// [`NotBegun`]; [`NotBegun::Stale`] where more is to be saved by now than it was drawn up
    /// from, or the OLT has lost some of that.
    pub async fn apply_save(
        &self,
        olt: &Writable,
        id: &str,
        plan: &SavePlan,
        asked: Asked,
    ) -> Result<(String, Option<Result<WriteReport, NotSaved>>), NotBegun> {
        let store = self.store()?;
        let row = store.plan(id).await?.ok_or_else(|| NotBegun::NoSuchPlan(id.to_owned()))?;
        if let Some(job) = row.applied_by {
            return Err(NotBegun::Applied(job));
        }
        if let Some(owed) = store.owed_by(&olt.id).await? {
            self.has_started_again(store, olt, &owed).await;
        }
        let mut lost = Vec::new();
        for id in &plan.jobs {
            let job = store.job(id).await?.filter(|job| job.state == JobState::Lost);
            lost.extend(job.map(|job| job.id));
        }
        if !lost.is_empty() {
            let why = "the OLT has started again since the plan was made, and lost what these jobs changed";
            return Err(NotBegun::Stale { why, jobs: lost });
        }
        let since: Vec<_> =
            owed(store, olt).await?.into_iter().filter(|job| !plan.jobs.contains(job)).collect();
        if !since.is_empty() {
            let why = "these jobs have changed the OLT since the plan was made";
            return Err(NotBegun::Stale { why, jobs: since });
        }
        let wait = asked.wait;
        let (job, ended) = self.save_in_a_task(olt, asked, Some(id), wait).await?;
        // A save that applies a plan is a job, or nothing.
        Ok((job.unwrap_or_default(), ended))
    }

    /// Gives a plan to the job that applies it; a job that does not get it has ended.
    pub(super) async fn claim(&self, store: &Store, id: &str, job: &str) -> Result<(), NotBegun> {
        let why = match store.claim_plan(id, job, SystemTime::now()).await {
            Ok(Claim::Claimed) => return Ok(()),
            Ok(Claim::AlreadyApplied { job }) => NotBegun::Applied(job),
            Ok(Claim::Expired) => NotBegun::Expired,
            Err(error) => error.into(),
        };
        self.end_job(job, JobState::Failed, &Told::unsent(&why.clone().into())).await;
        Err(why)
    }

    /// Keeps how the plan of a save came to rest: as good as new where nothing was sent.
    pub(super) async fn rest(&self, plan: &str, told: &Told, sent: bool) {
        let Ok(store) = self.store() else { return };
        let kept = match sent {
            true => store.end(plan, PlanEnd::Ended, &document(told), SystemTime::now()).await.map(drop),
            false => store.release_plan(plan).await,
        };
        if let Err(error) = kept {
            tracing::error!(plan, %error, "how the plan of a save ended could not be kept");
        }
    }

    /// Ends the jobs of an earlier process that had a plan and had not begun it: nothing was
    /// sent, and the plan is as good as new. Once a save ran, nobody knows whether the OLT
    /// saved, for its command is no step, and there is nothing to settle.
    pub(super) async fn end_claimed(&self, store: &Store) -> Result<(), StoreError> {
        for pending in store.pending_objects(None).await? {
            let plan = store.plan(&pending.plan).await?;
            let Some(plan) = plan.filter(|plan| plan.state == PlanState::Running) else { continue };
            let ran = store.job(&pending.job).await?.is_some_and(|job| job.state == JobState::Running);
            if plan.kind != SAVE || !ran {
                store.release_plan(&plan.id).await?;
                let why = "the server ended before anything of it was sent; the plan can be applied again";
                self.end_job(&pending.job, JobState::Failed, &Told::failed(why).cut_off()).await;
                continue;
            }
            let told = Told::not_known(SAVE_CUT_OFF).cut_off();
            let _ = store.end(&plan.id, PlanEnd::Ended, &document(&told), SystemTime::now()).await?;
            self.end_job(&pending.job, JobState::Failed, &told).await;
        }
        Ok(())
    }
}

pub(super) async fn keep(
    store: &Store,
    olt: &Writable,
    id: String,
    (object, kind): (&str, &str),
    document: &SecretSlice<u8>,
    shown: WritePlan,
) -> Result<KeptPlan, StoreError> {
    let now = SystemTime::now();
    let (olt_id, expires_at) = (olt.id.to_string(), now + DRAFT_KEPT);
    let kept = KeptPlan { id, olt: olt_id, shown, expires_at, applied_by: None, suspended_by: None };
    let new = NewPlan {
        id: &kept.id,
        job: None,
        olt: &olt.id,
        object,
        kind,
        fingerprint: &kept.shown.fingerprint,
        document,
        created_at: now,
        expires_at: kept.expires_at,
    };
    store.keep_plan(&new).await?;
    Ok(kept)
}

/// The jobs whose changes an OLT has not saved.
async fn owed(store: &Store, olt: &Writable) -> Result<Vec<String>, StoreError> {
    let owed = store.owed_by(&olt.id).await?;
    Ok(owed.map_or_else(Vec::new, |owed| owed.jobs))
}
