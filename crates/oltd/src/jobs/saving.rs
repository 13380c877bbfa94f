//! What was configured is saved, so that it survives a restart of the OLT.

use std::time::{Duration, SystemTime};

use gpon::{WriteReport, WriteState};
use serde_json::json;

use super::settling::unknown;
use super::told::report;
use super::why::of_save;
use super::{Asked, Jobs, LOST, SAVE, Told, Writable, locked, new_id};
use crate::store::{JobState, NewJob, Owed, Store, StoreError};
use crate::tasks::WriteLost;
use crate::writing::{NotSaved, SaveMode};

/// How long saving waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SaveTimes {
    /// For so long nothing was changed.
    pub quiet: Duration,
    /// So long after the first change at the latest.
    pub at_most: Duration,
    /// So long once, for others that are logged in: their work may be half done.
    pub wait_for_others: Duration,
}

impl Default for SaveTimes {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self { quiet: minutes(2), at_most: minutes(15), wait_for_others: minutes(2) }
    }
}

/// Whether what an OLT holds is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is, or nothing was changed.
    Yes,
    /// It will be.
    Pending,
    /// A person has to see to it.
    Manual,
}

/// Before the next try where a save failed, and between two looks at whether the OLT
/// has started again while it owes a save.
const AGAIN: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(30);
/// A clock that is off by less is no restart.
const TOLERANCE: Duration = Duration::from_secs(120);
/// sysUpTime begins anew after 2^32 hundredths of a second (fact sheet, SNMP §13).
const WRAP: Duration = Duration::from_secs(42_949_672);

impl Writable {
    /// Who saves what was changed on it.
    pub fn unsaved(&self) -> Saved {
        match self.save {
            SaveMode::Manual => Saved::Manual,
            SaveMode::Immediate | SaveMode::Coalesced => Saved::Pending,
        }
    }
}

impl Jobs {
    /// Something of an OLT was changed just now.
    pub(super) fn owed_now(&self, olt: &Writable) -> Saved {
        if let Some(news) = self.0.news.get(&*olt.id) {
            news.owed.notify_one();
        }
        olt.unsaved()
    }

    /// Whether the OLT holds what is not saved; `None` where it is not known.
    pub async fn owes(&self, olt: &str) -> Option<bool> {
        self.store().ok()?.owes(olt).await.ok()
    }

    /// Whether what it holds is saved, whoever changed it from here. Where that is not
    /// known, nobody is told that it is.
    pub async fn saved(&self, olt: &Writable) -> Saved {
        match self.owes(&olt.id).await {
            Some(false) => Saved::Yes,
            Some(true) | None => olt.unsaved(),
        }
    }

    /// Saves what was configured on an OLT, by whomever.
    ///
    /// # Errors
    /// When it could not be told to save, or nobody knows whether it was.
    pub async fn save(&self, olt: &Writable) -> Result<WriteReport, NotSaved> {
        self.save_as(olt, false).await
    }

    /// The same as a job, which is waited for as long as who asked waits; without a store
    /// there is none, and it is waited for `at_most`.
    pub async fn save_asked(
        &self,
        olt: &Writable,
        asked: Asked,
        at_most: Duration,
    ) -> (Option<String>, Option<Result<WriteReport, NotSaved>>) {
        let mut job = self.store().is_ok().then(new_id);
        if let Some(id) = &job
            && let Err(error) = self.add(olt, id, SAVE, "", &asked).await
        {
            // What is on the OLT is better saved than not.
            tracing::error!(olt.id = &*olt.id, %error, "a job for a save could not be kept");
            job = None;
        }
        drop(asked.key);
        let wait = if job.is_some() { asked.wait } else { at_most };
        let ended = self.save_as_job(olt, job.as_deref(), None, wait).await;
        (job, ended)
    }

    /// Saves as this job, if there is one, which may apply this plan, and waits for its end
    /// for so long.
    pub(super) async fn save_as_job(
        &self,
        olt: &Writable,
        job: Option<&str>,
        plan: Option<&str>,
        wait: Duration,
    ) -> Option<Result<WriteReport, NotSaved>> {
        let (give, given) = tokio::sync::oneshot::channel();
        let (jobs, olt, id) = (self.clone(), olt.clone(), job.map(str::to_owned));
        let plan = plan.map(str::to_owned);
        self.0.tasks.spawn("save for somebody", async move {
            if let (Some(id), Ok(store)) = (&id, jobs.store())
                && let Err(error) = store.start_job(id, SystemTime::now()).await
            {
                tracing::error!(job = id, %error, "that a job runs could not be kept");
            }
            let saved = jobs.save(&olt).await;
            if let Some(id) = &id {
                let (state, told) = match &saved {
                    Ok(report) if report.state == WriteState::Applied => (JobState::Done, report.clone()),
                    Ok(report) => (JobState::Failed, report.clone()),
                    Err(NotSaved::Lost(WriteLost::Panicked)) => (JobState::Failed, unknown()),
                    Err(_) => (JobState::Failed, report(WriteState::Unchanged)),
                };
                let told = Told::from(told).said(&of_save(&saved, &olt.id));
                if let Some(plan) = &plan {
                    let sent =
                        told.state == "unknown" || told.steps.iter().any(|step| step.state != "not_sent");
                    jobs.rest(plan, &told, sent).await;
                }
                jobs.end_job(id, state, &told).await;
            }
            // Who has left looks at the job.
            let _ = give.send(saved);
        });
        match tokio::time::timeout(wait, given).await {
            Ok(Ok(saved)) => Some(saved),
            Ok(Err(_)) => Some(Err(NotSaved::Lost(WriteLost::Ending))),
            Err(_) => None,
        }
    }

    /// One that can wait lets people write before it.
    async fn save_as(&self, olt: &Writable, can_wait: bool) -> Result<WriteReport, NotSaved> {
        let begun = SystemTime::now();
        let handle = olt.olt.clone();
        let save =
            move || async move { if can_wait { handle.save_later().await } else { handle.save().await } };
        let saved = olt.gate.save(&self.0.tasks, save).await;
        if let (Ok(report), Ok(store)) = (&saved, self.store())
            && report.state == WriteState::Applied
            && let Err(error) = store.saved(&olt.id, begun).await
        {
            tracing::error!(olt.id = &*olt.id, %error, "that the OLT was saved could not be kept; it will be saved again");
        }
        saved
    }

    /// Keeps saving what OLTs owe.
    pub fn keep_saving(&self, olts: impl IntoIterator<Item = Writable>) {
        if self.store().is_err() {
            return;
        }
        for olt in olts {
            let jobs = self.clone();
            self.0.tasks.keep("save", move || jobs.clone().save_all(olt.clone()));
        }
    }

    /// Looks whether the OLT has started again since something was changed on it that is
    /// not saved: before the next change, which is not lost with the others.
    pub(super) async fn look_for_a_restart(&self, olt: &Writable) {
        let Ok(store) = self.store() else { return };
        if let Ok(Some(owed)) = owed_by(store, olt).await {
            self.has_started_again(store, olt, &owed).await;
        }
    }

    async fn save_all(self, olt: Writable) {
        let (Some(news), Ok(store)) = (self.0.news.get(&*olt.id), self.store()) else { return };
        // Whether the others who are logged in were waited for already.
        let mut waited = false;
        loop {
            let owed = match owed_by(store, &olt).await {
                Ok(Some(owed)) => owed,
                Ok(None) => {
                    waited = false;
                    news.owed.notified().await;
                    continue;
                }
                Err(_) => {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            };
            if self.has_started_again(store, &olt, &owed).await {
                continue;
            }
            let left = self.until_due(&olt, &owed);
            if let Some(left) = left.map(|left| left.min(LOOK)).filter(|left| !left.is_zero()) {
                let _ = tokio::time::timeout(left, news.owed.notified()).await;
                continue;
            }
            if left.is_none() || olt.gate.hold().is_some() {
                let _ = tokio::time::timeout(LOOK, news.owed.notified()).await;
                continue;
            }
            let others = olt.olt.others_logged_in().await;
            if !waited && others.as_ref().is_ok_and(|others| !others.is_empty()) {
                waited = true;
                tokio::time::sleep(self.0.times.wait_for_others).await;
                continue;
            }
            let overdue = owed.since + self.0.times.at_most <= SystemTime::now();
            let saved = self.save_as(&olt, !overdue).await;
            self.record(store, &olt, &owed, &saved, others.map_err(|error| error.to_string())).await;
            if !saved.is_ok_and(|report| report.state == WriteState::Applied) {
                tokio::time::sleep(AGAIN).await;
            }
            waited = false;
        }
    }

    /// How long until a save is due; `None` where nobody but a person saves.
    fn until_due(&self, olt: &Writable, owed: &Owed) -> Option<Duration> {
        let times = self.0.times;
        let latest = owed.since + times.at_most;
        let mut due = match olt.save {
            SaveMode::Manual => return None,
            SaveMode::Immediate => owed.last,
            SaveMode::Coalesced => (owed.last + times.quiet).min(latest),
        };
        // What is being settled may still change, for a while.
        let is_settling = {
            let left = locked(&self.0.left);
            locked(&self.0.locks).iter().any(|((of, _), job)| **of == *olt.id && !left.contains(job))
        };
        if is_settling {
            due = due.max(latest.min(SystemTime::now() + LOOK));
        }
        Some(due.duration_since(SystemTime::now()).unwrap_or_default())
    }

    /// Whether the OLT has started again since it was changed: what was not saved is lost.
    async fn has_started_again(&self, store: &Store, olt: &Writable, owed: &Owed) -> bool {
        let Ok(uptime) = olt.olt.uptime().await else { return false };
        let boot = SystemTime::now().checked_sub(uptime).unwrap_or(SystemTime::UNIX_EPOCH);
        let seconds = |time: SystemTime| {
            time.duration_since(SystemTime::UNIX_EPOCH)
                .ok()
                .and_then(|since| i64::try_from(since.as_secs()).ok())
        };
        let Some(now) = seconds(boot) else { return false };
        // Known since the first change that is not saved, else nothing is lost by what is read first.
        let known = owed.boot.filter(|known| Some(*known) <= seconds(owed.since));
        let Some(known) = known else {
            let before = seconds(owed.since).is_none_or(|since| now <= since);
            if before && let Err(error) = store.set_boot(&olt.id, now).await {
                tracing::error!(olt.id = &*olt.id, %error, "when the OLT started could not be kept");
            }
            // It has started after the change, and nobody had noted when it did before.
            return !before && self.lose(store, olt, now).await;
        };
        let later = Duration::from_secs(u64::try_from(now - known).unwrap_or_default());
        if later < TOLERANCE {
            return false;
        }
        let expected = seconds(SystemTime::now()).map_or(0, |now| now - known);
        if u64::try_from(expected).is_ok_and(|expected| expected >= WRAP.as_secs()) {
            let _ = store.set_boot(&olt.id, now).await;
            return false;
        }
        self.lose(store, olt, now).await
    }

    async fn lose(&self, store: &Store, olt: &Writable, boot: i64) -> bool {
        let lost = match store.lose(&olt.id).await {
            Ok(lost) => lost,
            Err(error) => {
                tracing::error!(olt.id = &*olt.id, %error, "that the OLT has lost changes could not be kept");
                return false;
            }
        };
        let _ = store.set_boot(&olt.id, boot).await;
        // Somebody else has seen it, and has gathered them.
        if lost.is_empty() {
            return true;
        }
        self.gather(store, olt, &lost).await;
        olt.invalidate(crate::cache::Scope::Olt).await;
        tracing::error!(
            olt.id = &*olt.id,
            jobs = lost.join(","),
            "the OLT has started again without having saved what these jobs changed"
        );
        true
    }

    /// One job for all that was lost, which makes it anew when somebody settles it so.
    async fn gather(&self, store: &Store, olt: &Writable, lost: &[String]) {
        let id = new_id();
        let job = NewJob {
            id: &id,
            kind: LOST,
            olt: &olt.id,
            caller: None,
            request_id: "",
            reference: None,
            object: "",
            total: u32::try_from(lost.len()).unwrap_or(u32::MAX),
            created_at: SystemTime::now(),
        };
        let mut told = Told::failed("the OLT has started again without having saved what these jobs changed");
        told.remaining = lost.to_vec();
        if let Err(error) = store.add_job(&job).await {
            tracing::error!(olt.id = &*olt.id, %error, "a job for what was lost could not be kept");
        }
        self.end_job(&id, JobState::Lost, &told).await;
    }

    async fn record(
        &self,
        store: &Store,
        olt: &Writable,
        owed: &Owed,
        saved: &Result<WriteReport, NotSaved>,
        others: Result<Vec<String>, String>,
    ) {
        let state = match saved {
            Ok(report) => super::spelt(report.state).to_owned(),
            Err(error) => error.to_string(),
        };
        tracing::info!(olt.id = &*olt.id, state, others = ?others, "what was changed is saved");
        let document = json!({ "state": state, "jobs": owed.jobs, "others": others });
        let document = secrecy::SecretSlice::from(document.to_string().into_bytes());
        if let Err(error) = store.add_record(&olt.id, SAVE, &document, SystemTime::now()).await {
            tracing::error!(olt.id = &*olt.id, %error, "the record of a save could not be kept");
        }
    }
}

/// What an OLT owes, if anything; a store that cannot tell is told of in the log.
async fn owed_by(store: &Store, olt: &Writable) -> Result<Option<Owed>, StoreError> {
    match store.owed().await {
        Ok(owed) => Ok(owed.into_iter().find(|owed| *owed.olt == *olt.id)),
        Err(error) => {
            tracing::error!(olt.id = &*olt.id, %error, "what the OLT has not saved could not be read");
            Err(error)
        }
    }
}
