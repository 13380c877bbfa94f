use std::collections::BTreeMap;

use futures::poll;
use gpon::{OnuChange, OnuTarget, OnuWish};
use zte::{Olt, OltSettings, SnmpSettings, SnmpTransport};

use super::change::Work;
use super::*;
use crate::cache::{Cache, CacheTimes};
use crate::store::{JobFilter, JobState, NewPlan, StepState, StoreSettings, Way};
use crate::writing::{Gate, SaveMode, Writes};

/// Longer than anything takes that is waited for here.
const PATIENCE: Duration = Duration::from_secs(60);

struct Case {
    _folder: tempfile::TempDir,
    store: Store,
    jobs: Jobs,
    olt: Writable,
    at: OnuRef,
}

impl Case {
    /// An OLT that has no command line: what is asked of it fails at once.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&StoreSettings::new(folder.path())).await.unwrap();
        let transport = SnmpTransport::bind().await.unwrap();
        let snmp = SnmpSettings::new("127.0.0.1", 9, "public".into());
        let olt = Olt::new(OltSettings::new("a", snmp, None), &transport);
        let id: Arc<str> = "a".into();
        let gate = Arc::new(Gate::new(Arc::clone(&id)));
        let cache = Cache::from(CacheTimes::default());
        let (save, writes) = (SaveMode::Manual, Writes::On);
        let (accept_wait, limits) = (Duration::ZERO, crate::limits::OpticalLimits::default());
        let olt = Writable { id, olt, gate, cache, save, writes, accept_wait, limits };
        let tasks = Tasks::default();
        let jobs =
            Jobs::new(Ok(store.clone()), ["a"], SaveTimes::default(), CallbackSettings::default(), tasks);
        Self { _folder: folder, store, jobs, olt, at: place("1/1/1:1").unwrap() }
    }

    async fn states(&self) -> Vec<JobState> {
        let jobs = self.store.jobs(&JobFilter::default()).await.unwrap();
        jobs.into_iter().map(|job| job.state).collect()
    }

    async fn until_all_have_ended(&self) {
        let ended = async {
            while self
                .states()
                .await
                .iter()
                .any(|state| matches!(state, JobState::Queued | JobState::Running))
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, ended).await;
        assert!(ended.is_ok(), "{:?}", self.states().await);
    }

    async fn run(
        &self,
        work: &Work,
        made: impl Future<Output = Result<End, NotDone>> + Send + 'static,
    ) -> Answered {
        let of = work.clone();
        let add = async move { of.jobs.add(&of.olt, &of.job, "describe", "1/1/1:1", &asked(), None).await };
        self.jobs.run(&work.olt, Some(work.at), &work.job, PATIENCE, add, made).await.unwrap()
    }

    fn work(&self) -> Work {
        Work {
            jobs: self.jobs.clone(),
            olt: self.olt.clone(),
            job: new_id(),
            at: self.at,
            undoes: false,
            again: super::again::Again::No,
        }
    }
}

fn asked() -> Asked {
    let wait = Duration::from_secs(20);
    Asked { caller: None, request_id: "r".into(), reference: None, wait, key: None, callback: None }
}

/// Polls what a request does so often, then hangs up. Whether it had ended by then.
async fn polled<T>(request: impl Future<Output = T>, times: usize) -> bool {
    let mut request = std::pin::pin!(request);
    for _ in 0..times {
        if poll!(request.as_mut()).is_ready() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    false
}

#[tokio::test]
async fn whoever_hangs_up_at_whichever_point_leaves_no_job_that_nobody_ends() {
    let case = Case::new().await;
    let wish = || OnuWish::Describe { name: Some("A".parse().unwrap()), description: None };
    let change = || OnuChange::new(OnuTarget::Place(case.at), wish());
    for times in 1.. {
        let ended = polled(case.jobs.change(&case.olt, change(), case.at, asked()), times).await;
        let saved = polled(case.jobs.save_asked(&case.olt, asked(), PATIENCE), times).await;
        case.until_all_have_ended().await;
        if ended && saved {
            break;
        }
    }
    assert!(case.states().await.iter().all(|state| *state == JobState::Failed));
}

#[tokio::test]
async fn a_panic_before_anything_was_sent_ends_its_job() {
    let case = Case::new().await;
    let work = case.work();
    let answered = case.run(&work, async { panic!("words") }).await;
    assert!(matches!(answered, Answered::Ended { end: Err(NotDone::Lost), .. }), "{answered:?}");
    assert_eq!(case.states().await, [JobState::Failed]);
    assert_eq!(case.jobs.lock_of("a", case.at), None);
}

#[tokio::test]
async fn a_panic_behind_the_first_line_leaves_it_pending_and_locked() {
    let case = Case::new().await;
    let work = case.work();
    let (store, of) = (case.store.clone(), work.clone());
    let (go, gone) = tokio::sync::oneshot::channel::<()>();
    let begun = Arc::new(Notify::new());
    let begins = Arc::clone(&begun);
    let made = async move {
        let id = of.job.clone();
        let _alone = of.jobs.alone("a", of.at, &id).await;
        let now = SystemTime::now();
        let plan = NewPlan {
            id: "p",
            job: Some(&id),
            olt: "a",
            object: "1/1/1:1",
            kind: "describe",
            fingerprint: "f",
            document: &b"{}".to_vec().into(),
            created_at: now,
            expires_at: now,
        };
        store.begin_new(&plan, &id, 1, now).await.unwrap();
        store.sending("p", 0, Way::Forth, now).await.unwrap();
        begins.notify_one();
        gone.await.unwrap();
        panic!("words")
    };
    // Whoever waits behind it finds it locked at once.
    let behind = async {
        begun.notified().await;
        let mut turn = std::pin::pin!(case.jobs.alone("a", case.at, "second"));
        assert!(poll!(turn.as_mut()).is_pending());
        go.send(()).unwrap();
        let _turn = turn.await;
        case.jobs.lock_of("a", case.at)
    };
    let (answered, locked) = tokio::join!(case.run(&work, made), behind);
    assert_eq!(locked, Some(work.job.clone()));
    assert!(matches!(answered, Answered::Ended { end: Err(NotDone::Lost), .. }), "{answered:?}");
    assert_eq!(case.states().await, [JobState::Pending]);
    assert_eq!(case.jobs.lock_of("a", case.at), Some(work.job.clone()));
    let pending = case.store.pending(Some("a")).await.unwrap();
    assert_eq!(pending[0].steps[0].state, StepState::Sent);
    // And a person can free it.
    let olts = BTreeMap::from([("a".to_owned(), case.olt.clone())]);
    let accepted =
        case.jobs.settle(&work.job, &olts, Wanted::Accept, None, Duration::MAX).await.unwrap().unwrap();
    assert!(accepted.is_ok(), "{accepted:?}");
    assert_eq!((case.states().await, case.jobs.lock_of("a", case.at)), (vec![JobState::Partial], None));
}

#[tokio::test]
async fn once_the_server_is_ending_nothing_is_begun_nor_kept() {
    let case = Case::new().await;
    case.jobs.0.tasks.drain(Duration::ZERO).await;
    let wish = OnuWish::Describe { name: Some("A".parse().unwrap()), description: None };
    let change = OnuChange::new(OnuTarget::Place(case.at), wish);
    let answered = case.jobs.change(&case.olt, change, case.at, asked()).await;
    assert!(matches!(answered, Err(NotBegun::Ending)), "{answered:?}");
    assert_eq!(case.states().await, []);
}

/// What is asked in several threads at once waits for none of the others.
#[test]
fn no_two_locks_are_held_at_once() {
    let jobs = Jobs::new(
        Err("none".into()),
        ["a"],
        SaveTimes::default(),
        CallbackSettings::default(),
        Tasks::default(),
    );
    let at = place("1/1/1:1").unwrap();
    let (done, ended) = std::sync::mpsc::channel();
    let asks: [fn(&Jobs, OnuRef); 2] = [
        |jobs, at| {
            jobs.lock("a", at, "job");
            jobs.unlock("a", "job");
        },
        |jobs, _| {
            jobs.is_waiting_of("a");
        },
    ];
    for ask in asks {
        let (jobs, done) = (jobs.clone(), done.clone());
        std::thread::spawn(move || {
            for _ in 0..100_000 {
                ask(&jobs, at);
            }
            done.send(()).unwrap();
        });
    }
    for _ in asks {
        ended.recv_timeout(PATIENCE).unwrap();
    }
}
