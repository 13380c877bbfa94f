//! The tasks of the server that outlive the request which began them: owned,
//! named, counted, and ended in an order.
//!
//! The order: the server accepts nothing more and ends the requests under way, while
//! [`Tasks::drain`] waits for the writes under way as long as is configured and then has
//! them send no further line; then the command lines end the line under way and are logged
//! out of ([`crate::app::App::close_within`]); then [`Tasks::finish`] ends all others.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Before a task that panicked begins anew: what it trips over may pass, and a
/// task that always panics fills no log.
const RESTART: Duration = Duration::from_secs(1);

/// The tasks of a server. A cheap handle.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    /// How many writes are under way.
    writing: watch::Sender<usize>,
    /// No write begins any more.
    ending: CancellationToken,
    /// No write sends a further line.
    cut: CancellationToken,
    /// Ends everything but writes.
    end: CancellationToken,
    /// A task without which the process is of no use has ended.
    failed: CancellationToken,
}

#[derive(Default)]
struct State {
    next: u64,
    writes: BTreeMap<u64, Write>,
    counts: BTreeMap<&'static str, Count>,
}

/// A write under way.
#[derive(Debug, Clone)]
struct Write {
    name: &'static str,
    olt: Arc<str>,
    began: Instant,
}

#[derive(Default, Clone, Copy)]
struct Count {
    running: u64,
    panics: u64,
}

/// The tasks of one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskFigures {
    /// Their name.
    pub name: &'static str,
    /// How many run.
    pub running: u64,
    /// How many have panicked so far.
    pub panics: u64,
}

/// Why nothing is known of how a write ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteLost {
    /// It panicked: a bug of ours. What it sent to the OLT before stands.
    #[error("the write panicked")]
    Panicked,
    /// It did not begin, since the server is ending. Nothing was sent.
    #[error("the server is ending")]
    Ending,
}

/// A write under way. To await it is to wait for its end; to drop it leaves the
/// write as it is.
#[derive(Debug)]
pub struct WriteHandle<T>(Option<JoinHandle<Result<T, WriteLost>>>);

impl<T> Future for WriteHandle<T> {
    type Output = Result<T, WriteLost>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(handle) = &mut self.0 else { return Poll::Ready(Err(WriteLost::Ending)) };
        // Not joined: the runtime itself ends, and the task with it.
        Pin::new(handle).poll(context).map(|ended| ended.unwrap_or(Err(WriteLost::Panicked)))
    }
}

impl Tasks {
    /// Runs a task until it ends or the server does. A panic is reported.
    pub fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
        let tasks = self.clone();
        tokio::spawn(async move { tasks.0.end.run_until_cancelled(tasks.guarded(name, future)).await });
    }

    /// Runs a task for as long as the server: one that panics is reported and
    /// begins anew after a second. One that returns has done its work.
    pub fn keep<F>(&self, name: &'static str, mut begin: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let tasks = self.clone();
        tokio::spawn(async move {
            let kept = async {
                while tasks.guarded(name, begin()).await.is_none() {
                    tokio::time::sleep(RESTART).await;
                }
            };
            tasks.0.end.run_until_cancelled(kept).await;
        });
    }

    /// Runs a task without which the process is of no use, and that cannot
    /// begin anew: if it panics, [`Tasks::failed`] is cancelled.
    pub fn require(&self, name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
        let tasks = self.clone();
        self.spawn(name, async move {
            let failing = tasks.0.failed.clone().drop_guard();
            future.await;
            failing.disarm();
        });
    }

    /// Cancelled once a required task has panicked: the process shall end.
    pub fn failed(&self) -> &CancellationToken {
        &self.0.failed
    }

    /// Runs a write to an OLT to its end, whatever becomes of who waits for it.
    /// Once [`Tasks::drain`] was called none begins.
    pub fn write<T: Send + 'static>(
        &self,
        name: &'static str,
        olt: &Arc<str>,
        future: impl Future<Output = T> + Send + 'static,
    ) -> WriteHandle<T> {
        let Some(under_way) = self.begin_write(Write { name, olt: Arc::clone(olt), began: Instant::now() })
        else {
            return WriteHandle(None);
        };
        let (tasks, olt) = (self.clone(), Arc::clone(olt));
        WriteHandle(Some(tokio::spawn(async move {
            let ended = tasks.guarded(name, future).await;
            if ended.is_none() {
                tracing::error!(task = name, olt.id = &*olt, "nobody knows how far this write came");
            }
            drop(under_way);
            ended.ok_or(WriteLost::Panicked)
        })))
    }

    /// Cancelled once no write begins any more.
    pub fn ending(&self) -> &CancellationToken {
        &self.0.ending
    }

    /// Whether a write under way sends no further line.
    pub fn is_cut(&self) -> bool {
        self.0.cut.is_cancelled()
    }

    /// Waits at most so long for the writes under way; whether none is left. From now on
    /// no write begins, and once the time is over none sends a further line.
    pub async fn drain(&self, patience: Duration) -> bool {
        let writes = self.end_writes();
        if writes > 0 {
            tracing::info!(writes, stop_wait_s = patience.as_secs(), "writes are under way at the end");
        }
        // Nothing is sent in between the two where no time is given.
        if patience.is_zero() {
            self.0.cut.cancel();
        }
        let none_left = self.none_left(patience).await;
        self.0.cut.cancel();
        none_left
    }

    /// How many are under way, once none begins any more.
    fn end_writes(&self) -> usize {
        let state = self.0.state();
        self.0.ending.cancel();
        state.writes.len()
    }

    async fn none_left(&self, patience: Duration) -> bool {
        let mut count = self.0.writing.subscribe();
        tokio::time::timeout(patience, count.wait_for(|writes| *writes == 0)).await.is_ok()
    }

    /// The same, then says which writes are left, and ends every other task.
    pub async fn finish(&self, patience: Duration) {
        self.end_writes();
        if !self.none_left(patience).await {
            for Write { name, olt, began } in self.0.state().writes.values() {
                let duration_ms = began.elapsed().as_millis() as u64;
                tracing::error!(task = name, olt.id = &**olt, duration_ms, "this write was left under way");
            }
        }
        self.0.cut.cancel();
        self.0.end.cancel();
    }

    /// How many tasks of which name run, and how many have panicked.
    pub fn figures(&self) -> Vec<TaskFigures> {
        let of = |(name, count): (&&'static str, &Count)| TaskFigures {
            name,
            running: count.running,
            panics: count.panics,
        };
        self.0.state().counts.iter().map(of).collect()
    }

    /// Counts a task while it runs, and reports its panic: `None`.
    async fn guarded<T>(&self, name: &'static str, future: impl Future<Output = T>) -> Option<T> {
        let _running = Running::count(&self.0, name);
        match AssertUnwindSafe(future).catch_unwind().await {
            Ok(value) => Some(value),
            Err(panic) => {
                self.0.state().counts.entry(name).or_default().panics += 1;
                tracing::error!(task = name, error = words(&*panic), "a task panicked");
                None
            }
        }
    }

    fn begin_write(&self, write: Write) -> Option<UnderWay> {
        let mut state = self.0.state();
        if self.0.ending.is_cancelled() {
            return None;
        }
        state.next += 1;
        let id = state.next;
        state.writes.insert(id, write);
        self.0.writing.send_replace(state.writes.len());
        drop(state);
        Some(UnderWay { inner: Arc::clone(&self.0), id })
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing under the lock can leave the counts half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.figures()).finish()
    }
}

/// Whoever counts a task as running.
struct Running(Arc<Inner>, &'static str);

impl Running {
    fn count(inner: &Arc<Inner>, name: &'static str) -> Self {
        inner.state().counts.entry(name).or_default().running += 1;
        Self(Arc::clone(inner), name)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state().counts.entry(self.1).or_default().running -= 1;
    }
}

/// A write's place among those under way.
struct UnderWay {
    inner: Arc<Inner>,
    id: u64,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut state = self.inner.state();
        state.writes.remove(&self.id);
        self.inner.writing.send_replace(state.writes.len());
    }
}

/// What a panic said.
pub(crate) fn words(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (_, Some(words)) => words,
        _ => "without words",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::sync::oneshot;

    use super::*;

    fn figures(tasks: &Tasks, name: &str) -> (u64, u64) {
        let figures = tasks.figures();
        figures.iter().find(|one| one.name == name).map_or((0, 0), |one| (one.running, one.panics))
    }

    async fn until(mut holds: impl FnMut() -> bool) {
        let wait = async {
            while !holds() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_outlives_who_waits_for_it_and_is_waited_for() {
        let (tasks, done) = (Tasks::default(), Arc::new(AtomicU32::new(0)));
        let (go, gone) = oneshot::channel::<()>();
        let counted = Arc::clone(&done);
        drop(tasks.write("save", &"a".into(), async move {
            let _ = gone.await;
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        until(|| figures(&tasks, "save") == (1, 0)).await;
        let finishing = tokio::spawn({
            let tasks = tasks.clone();
            async move { tasks.finish(Duration::from_secs(60)).await }
        });
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(!finishing.is_finished(), "the write is under way");
        let late = tasks.write("save", &"a".into(), async {}).await;
        assert_eq!(late, Err(WriteLost::Ending));
        go.send(()).unwrap();
        finishing.await.unwrap();
        assert_eq!(done.load(Ordering::Relaxed), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_write_without_end_is_left() {
        let (tasks, begun) = (Tasks::default(), Instant::now());
        let _left = tasks.write("save", &"a".into(), std::future::pending::<()>());
        tasks.finish(Duration::from_secs(7)).await;
        assert_eq!(begun.elapsed().as_secs(), 7);
    }

    #[tokio::test]
    async fn a_write_that_panics_is_told_to_who_waits() {
        let tasks = Tasks::default();
        let write = tasks.write("save", &"a".into(), async { panic!("words") });
        assert_eq!(write.await.map(|(): ()| ()), Err(WriteLost::Panicked));
        assert_eq!(figures(&tasks, "save"), (0, 1));
        assert_eq!(tasks.write("save", &"a".into(), async { 7 }).await, Ok(7));
        tasks.finish(Duration::ZERO).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_begins_anew_and_ends_with_the_server() {
        let (tasks, begun) = (Tasks::default(), Arc::new(AtomicU32::new(0)));
        let counted = Arc::clone(&begun);
        tasks.keep("follow", move || {
            let nth = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                assert!(nth >= 2, "words");
                std::future::pending::<()>().await;
            }
        });
        until(|| figures(&tasks, "follow") == (1, 2)).await;
        assert!(!tasks.failed().is_cancelled());
        tasks.finish(Duration::ZERO).await;
        until(|| figures(&tasks, "follow") == (0, 2)).await;
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_required_task_that_panics_ends_the_process() {
        let tasks = Tasks::default();
        tasks.require("signals", async {});
        until(|| figures(&tasks, "signals") == (0, 0)).await;
        assert!(!tasks.failed().is_cancelled(), "it has done its work");
        tasks.require("signals", async { panic!("words") });
        tasks.failed().cancelled().await;
        until(|| figures(&tasks, "signals") == (0, 1)).await;
        tasks.finish(Duration::ZERO).await;
    }
}
