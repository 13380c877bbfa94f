//! A job that waits for its turn can be cancelled: nothing of it has been sent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use tokio_util::sync::CancellationToken;

use super::alone::Alone;
use super::change::Work;
use super::journal::JobJournal;
use super::{Jobs, NotBegun, NotDone, SAVE, Told, locked};
use crate::store::JobState;

/// The jobs that have not begun.
pub(super) type Waiting = Mutex<BTreeMap<String, Wait>>;

/// A job that has not begun, for who cancels it.
#[derive(Debug, Clone, Default)]
pub(super) struct Wait {
    cancelled: CancellationToken,
    why: Arc<OnceLock<NotDone>>,
    /// Nothing of it is under way any more.
    ended: CancellationToken,
}

/// A job's place among those that have not begun. It ends with its handle.
pub(super) struct Cancellable {
    jobs: Jobs,
    job: String,
    wait: Wait,
}

/// Why a job is not cancelled.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotCancelled {
    /// There is no such job.
    #[error("there is no job {0}")]
    NoSuchJob(String),
    /// Others may have asked for the same save.
    #[error("the job saves the OLT, for all who asked for it")]
    Save,
    /// Lines of it may have been sent.
    #[error("the job is running")]
    Running,
    /// It is for a person to settle.
    #[error("the job is {0}")]
    Unsettled(&'static str),
    /// It has ended.
    #[error("the job is {0}")]
    Ended(&'static str),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] NotBegun),
}

impl Jobs {
    /// A place for a job that is about to be added.
    pub(super) fn cancellable(&self, job: &str) -> Cancellable {
        let wait = Wait::default();
        locked(&self.0.waiting).insert(job.to_owned(), wait.clone());
        Cancellable { jobs: self.clone(), job: job.to_owned(), wait }
    }

    /// Whether a job begins now: from here on nobody cancels it. `false` where somebody has.
    pub(super) fn begins(&self, job: &str) -> bool {
        locked(&self.0.waiting).remove(job).is_some()
    }

    /// Cancels a job of which nothing was sent. When this returns, nothing of it is under way.
    ///
    /// # Errors
    /// [`NotCancelled`].
    pub async fn cancel(&self, id: &str, by: Option<&Arc<str>>) -> Result<(), NotCancelled> {
        if self.cancel_batch(id, by).await? {
            return Ok(());
        }
        self.cancel_one(id, NotDone::Cancelled { by: by.cloned() }).await
    }

    /// Cancels a job that is no batch, as [`cancel`](Self::cancel) does, and tells it why.
    pub(super) async fn cancel_one(&self, id: &str, why: NotDone) -> Result<(), NotCancelled> {
        let wait = {
            let mut waiting = locked(&self.0.waiting);
            let wait = waiting.remove(id);
            if let Some(wait) = &wait {
                // Under the lock: who begins afterwards knows of it.
                let _ = wait.why.set(why.clone());
                wait.cancelled.cancel();
            }
            wait
        };
        let wins = wait.is_some();
        if let Some(wait) = wait {
            wait.ended.cancelled().await;
        }
        let row = self.store()?.job(id).await.map_err(NotBegun::from)?;
        let row = row.ok_or_else(|| NotCancelled::NoSuchJob(id.to_owned()))?;
        match row.state {
            JobState::Cancelled if wins => Ok(()),
            // It waits for another try.
            JobState::Queued if row.parent.is_some() => {
                let told = Told::unsent(&why.failure(&row.olt, ""));
                self.end_job(id, JobState::Cancelled, &told).await;
                Ok(())
            }
            state if self.store()?.is_batch(id).await.map_err(NotBegun::from)? => {
                Err(NotCancelled::Ended(state.as_str()))
            }
            JobState::Queued | JobState::Running if row.kind == SAVE => Err(NotCancelled::Save),
            JobState::Queued | JobState::Running => Err(NotCancelled::Running),
            JobState::Pending => Err(NotCancelled::Unsettled(row.state.as_str())),
            JobState::Partial | JobState::Lost if !row.accepted => {
                Err(NotCancelled::Unsettled(row.state.as_str()))
            }
            JobState::Partial | JobState::Lost | JobState::Done | JobState::Failed | JobState::Cancelled => {
                Err(NotCancelled::Ended(row.state.as_str()))
            }
        }
    }
}

impl Cancellable {
    /// Who cancelled the job, if somebody did before it began.
    pub(super) fn cancelled(&self) -> Option<NotDone> {
        self.wait.cancelled.is_cancelled().then(|| self.why())
    }

    fn why(&self) -> NotDone {
        // It is set before it is told to anybody.
        self.wait.why.get().cloned().unwrap_or(NotDone::Cancelled { by: None })
    }

    /// Does this unless somebody cancels the job before it begins; then, who did.
    pub(super) async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<T, NotDone> {
        let done = tokio::select! {
            biased;
            () = self.wait.cancelled.cancelled() => None,
            done = work => Some(done),
        };
        match done {
            Some(done) if !self.wait.cancelled.is_cancelled() => Ok(done),
            _ => Err(self.why()),
        }
    }
}

impl Work {
    /// What comes of a change once it is its turn at the ONU, unless somebody cancels it, or
    /// the server ends, before it begins.
    pub(super) async fn in_turn<T>(
        &self,
        made: impl Future<Output = T>,
        journal: &JobJournal,
        place: &Cancellable,
    ) -> Result<(Alone, T), NotDone> {
        let made = async {
            let alone = self.begin().await?;
            match self.jobs.unless_it_ends(made, std::slice::from_ref(journal)).await {
                Ok(made) => Ok((alone, made)),
                Err(why) => Err(self.not_done(why).await),
            }
        };
        match place.unless_cancelled(made).await {
            Ok(done) => done,
            Err(why) => Err(self.not_done(why).await),
        }
    }
}

impl Drop for Cancellable {
    fn drop(&mut self) {
        locked(&self.jobs.0.waiting).remove(&self.job);
        self.wait.ended.cancel();
    }
}
