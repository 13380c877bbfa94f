//! What was configured is saved, so that it survives a restart of the OLT.

use std::time::{Duration, SystemTime};

use gpon::{WriteReport, WriteState};
use serde_json::json;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::told::report;
use super::why::of_save;
use super::{Asked, Jobs, NotBegun, SAVE, Told, Writable, new_id, unknown};
use crate::store::{JobState, Owed, Store, StoreError};
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

    /// Saves what was configured on an OLT, by whomever, as a job, which is waited for as
    /// long as who asked waits; without a store there is none, and it is waited for `at_most`.
    pub async fn save_asked(
        &self,
        olt: &Writable,
        asked: Asked,
        at_most: Duration,
    ) -> (Option<String>, Option<Result<WriteReport, NotSaved>>) {
        let saved = self.save_in_a_task(olt, asked, None, at_most).await;
        // Without a plan nothing keeps it from being begun.
        saved.unwrap_or((None, Some(Err(NotSaved::Lost(WriteLost::Panicked)))))
    }

    /// The same, which may apply this plan. The task adds the job itself, so that what
    /// stands in the store is ended by it, and is counted as a write, so that how it ended
    /// is kept before the store is closed.
    ///
    /// # Errors
    /// Where the job does not get the plan.
    pub(super) async fn save_in_a_task(
        &self,
        olt: &Writable,
        asked: Asked,
        plan: Option<&str>,
        at_most: Duration,
    ) -> Result<(Option<String>, Option<Result<WriteReport, NotSaved>>), NotBegun> {
        let (id, wait) = (self.store().is_ok().then(new_id), asked.wait);
        let (tell, added) = oneshot::channel();
        let task = {
            let (jobs, olt, plan) = (self.clone(), olt.clone(), plan.map(str::to_owned));
            async move {
                let job = match jobs.add_save(&olt, id, plan.as_deref(), asked).await {
                    Ok(job) => job,
                    Err(why) => {
                        let _ = tell.send(Err(why));
                        return Err(NotSaved::Lost(WriteLost::Ending));
                    }
                };
                // Whoever has left looks at the job.
                let _ = tell.send(Ok(job.clone()));
                jobs.save_as_job(&olt, job.as_deref(), plan.as_deref()).await
            }
        };
        let mut saving = self.0.tasks.write("save for somebody", &olt.id, task);
        let Ok(added) = added.await else {
            let ended = (&mut saving).await.unwrap_or_else(|lost| Err(NotSaved::Lost(lost)));
            return Ok((None, Some(ended)));
        };
        let job = added?;
        let wait = if job.is_some() { wait } else { at_most };
        let ended = self.waited(wait, saving).await;
        Ok((job, ended.map(|ended| ended.unwrap_or_else(|lost| Err(NotSaved::Lost(lost))))))
    }

    /// The job of a save; none where it cannot be kept, unless it has to get a plan.
    async fn add_save(
        &self,
        olt: &Writable,
        id: Option<String>,
        plan: Option<&str>,
        asked: Asked,
    ) -> Result<Option<String>, NotBegun> {
        let Some(id) = id else { return Ok(None) };
        match (self.add(olt, &id, SAVE, "", &asked, None).await, plan) {
            (Ok(()), Some(plan)) => self.claim(self.store()?, plan, &id).await?,
            (Ok(()), None) => {}
            (Err(why), Some(_)) => return Err(why),
            (Err(error), None) => {
                // What is on the OLT is better saved than not.
                tracing::error!(olt.id = &*olt.id, %error, "a job for a save could not be kept");
                return Ok(None);
            }
        }
        Ok(Some(id))
    }

    async fn save_as_job(
        &self,
        olt: &Writable,
        job: Option<&str>,
        plan: Option<&str>,
    ) -> Result<WriteReport, NotSaved> {
        let Some(id) = job else { return self.save_as(olt, false).await };
        if let Ok(store) = self.store()
            && let Err(error) = store.start_job(id, SystemTime::now()).await
        {
            tracing::error!(olt.id = &*olt.id, job = id, %error, "that a job runs could not be kept");
        }
        let saved = self.save_as(olt, false).await;
        let (state, told) = match &saved {
            Ok(report) if report.state == WriteState::Applied => (JobState::Done, report.clone()),
            Ok(report) => (JobState::Failed, report.clone()),
            Err(NotSaved::Lost(WriteLost::Panicked)) => (JobState::Failed, unknown()),
            Err(NotSaved::Lost(WriteLost::Ending)) => (JobState::Cancelled, report(WriteState::Unchanged)),
            Err(_) => (JobState::Failed, report(WriteState::Unchanged)),
        };
        let told = Told::from(told).said(&of_save(&saved, &olt.id));
        if let Some(plan) = plan {
            let sent = told.state == "unknown" || told.steps.iter().any(|step| step.state != "not_sent");
            self.rest(plan, &told, sent).await;
        }
        self.end_job(id, state, &told).await;
        saved
    }

    /// One that can wait lets people write before it.
    async fn save_as(&self, olt: &Writable, can_wait: bool) -> Result<WriteReport, NotSaved> {
        let begun = SystemTime::now();
        let (jobs, of) = (self.clone(), olt.clone());
        let save = move || async move {
            let saved = of.olt.save_unless(jobs.0.tasks.ending(), can_wait).await;
            if saved.as_ref().is_ok_and(|report| report.state == WriteState::Applied) {
                jobs.note_save(&of, begun).await;
            }
            saved
        };
        match olt.gate.save(&self.0.tasks, save).await {
            // Nothing was sent.
            Err(NotSaved::Olt(_)) if self.0.tasks.ending().is_cancelled() => {
                Err(NotSaved::Lost(WriteLost::Ending))
            }
            saved => saved,
        }
    }

    /// Nothing that was changed before is owed any more. What the OLT had lost by then is not
    /// saved: that is found out first.
    async fn note_save(&self, olt: &Writable, begun: SystemTime) {
        let Ok(store) = self.store() else { return };
        if let Ok(Some(owed)) = owed_by(store, olt).await {
            self.has_started_again(store, olt, &owed).await;
        }
        if let Err(error) = store.saved(&olt.id, begun, SystemTime::now()).await {
            tracing::error!(olt.id = &*olt.id, %error, "that the OLT was saved could not be kept; it will be saved again");
        }
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

    async fn save_all(self, olt: Writable) {
        let (Some(news), Ok(store)) = (self.0.news.get(&*olt.id), self.store()) else { return };
        // Whether the others who are logged in were waited for already.
        let mut waited = false;
        // When it was last looked whether the OLT has started again, and how many sessions
        // had been opened by then: it closes all of them when it does.
        let mut looked: Option<(Instant, u64)> = None;
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
            let sessions = olt.olt.stats().cli.map_or(0, |cli| cli.logins);
            if !looked.is_some_and(|(at, then)| at.elapsed() < LOOK && then == sessions) {
                looked = Some((Instant::now(), sessions));
                if self.has_started_again(store, &olt, &owed).await {
                    continue;
                }
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
        // The clock has gone back: how long ago it was is not known.
        if owed.last > SystemTime::now() && olt.save != SaveMode::Manual {
            return Some(Duration::ZERO);
        }
        let latest = owed.since + times.at_most;
        let mut due = match olt.save {
            SaveMode::Manual => return None,
            SaveMode::Immediate => owed.last,
            SaveMode::Coalesced => (owed.last + times.quiet).min(latest),
        };
        // What is being settled may still change, for a while.
        if self.is_waiting_of(&olt.id) {
            due = due.max(latest.min(SystemTime::now() + LOOK));
        }
        Some(due.duration_since(SystemTime::now()).unwrap_or_default())
    }

    async fn record(
        &self,
        store: &Store,
        olt: &Writable,
        owed: &Owed,
        saved: &Result<WriteReport, NotSaved>,
        others: Result<Vec<String>, String>,
    ) {
        let (state, is_saved) = match saved {
            Ok(report) => (super::spelt(report.state).to_owned(), report.state == WriteState::Applied),
            Err(error) => (error.to_string(), false),
        };
        let (olt_id, jobs, logged_in) =
            (&*olt.id, owed.jobs.len(), others.as_deref().unwrap_or_default().join(", "));
        if is_saved {
            tracing::info!(olt.id = olt_id, jobs, others = logged_in, "what was changed is saved");
        } else {
            tracing::warn!(
                olt.id = olt_id,
                jobs,
                others = logged_in,
                state,
                "what was changed could not be saved"
            );
        }
        let document = json!({ "state": state, "jobs": owed.jobs, "others": others });
        let document = secrecy::SecretSlice::from(document.to_string().into_bytes());
        if let Err(error) = store.add_record(&olt.id, SAVE, &document, SystemTime::now()).await {
            tracing::error!(olt.id = &*olt.id, %error, "the record of a save could not be kept");
        }
    }
}

/// What an OLT owes, if anything; a store that cannot tell is told of in the log.
async fn owed_by(store: &Store, olt: &Writable) -> Result<Option<Owed>, StoreError> {
    let owed = store.owed_by(&olt.id).await;
    if let Err(error) = &owed {
        tracing::error!(olt.id = &*olt.id, %error, "what the OLT has not saved could not be read");
    }
    owed
}
