//! A job in a task of its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use gpon::OnuRef;
use tokio::sync::oneshot;

use super::{Answered, End, Jobs, NotBegun, NotDone, Writable};
use crate::tasks::WriteLost;

/// What is left of the time that requests get once the server is ending (`http`), for the
/// answer that the job goes on.
const ANSWERED: Duration = Duration::from_secs(2);

impl Jobs {
    /// Runs a job in a task of its own, and waits for it as long as who asked. The task adds
    /// the job itself: what stands in the store is ended by it, whoever hangs up when.
    pub(super) async fn run(
        &self,
        olt: &Writable,
        at: Option<OnuRef>,
        job: &str,
        wait: Duration,
        add: impl Future<Output = Result<(), NotBegun>> + Send + 'static,
        made: impl Future<Output = Result<End, NotDone>> + Send + 'static,
    ) -> Result<Answered, NotBegun> {
        let (tell, added) = oneshot::channel();
        let (jobs, of, id) = (self.clone(), Arc::clone(&olt.id), job.to_owned());
        let task = async move {
            let added = add.await;
            let is_added = added.is_ok();
            // Whoever has left looks at the job.
            let _ = tell.send(added);
            if !is_added {
                return Err(NotDone::Lost);
            }
            match AssertUnwindSafe(made).catch_unwind().await {
                Ok(end) => end,
                Err(panic) => {
                    jobs.end_panicked(&of, at, &id).await;
                    std::panic::resume_unwind(panic)
                }
            }
        };
        let mut handle = self.0.tasks.write("change", &olt.id, task);
        match added.await {
            Ok(added) => added?,
            // It was not begun, or has panicked before it was told.
            Err(_) => {
                let ended = (&mut handle).await;
                return Err(match ended {
                    Err(WriteLost::Ending) => NotBegun::Ending,
                    _ => NotBegun::Store("a fault of the server; see its log".to_owned()),
                });
            }
        }
        let job = job.to_owned();
        Ok(match self.waited(wait, handle).await {
            Some(Ok(end)) => Answered::Ended { job, end },
            Some(Err(WriteLost::Ending)) => Answered::Ended { job, end: Err(NotDone::Ending) },
            Some(Err(WriteLost::Panicked)) => Answered::Ended { job, end: Err(NotDone::Lost) },
            None => Answered::GoesOn { job },
        })
    }

    /// Waits for a task for so long, and once the server is ending no longer than there is
    /// time for an answer.
    pub(super) async fn waited<T>(&self, wait: Duration, task: impl Future<Output = T>) -> Option<T> {
        let ending = async {
            self.0.tasks.ending().cancelled().await;
            tokio::time::sleep(ANSWERED).await;
        };
        tokio::select! {
            biased;
            ended = tokio::time::timeout(wait, task) => ended.ok(),
            () = ending => None,
        }
    }
}
