//! Whom the ends of jobs are told to.

use oltd::store::{AskedUnder, CallRow, CallState, JobState, PlanEnd, Store, StoreError, Tried, URL_MOST};
use secrecy::{ExposeSecret, SecretString};

use super::{DAY, at, fresh, job, secret};

const URL: &str = "https://billing.example.net/hook?token=hush";

async fn add(store: &Store, id: &str) {
    store.add_job_calling_back(&job(id, "head-end"), None, &SecretString::from(URL)).await.unwrap();
}

async fn end(store: &Store, id: &str, state: JobState) {
    let _ = store.end_job(id, state, &secret("{}"), at(9)).await.unwrap();
}

async fn call(store: &Store, id: &str) -> CallRow {
    store.call(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_end_is_due_until_it_is_told() {
    let (_folder, settings, store) = fresh().await;
    add(&store, "j1").await;
    store.add_job(&job("j2", "head-end")).await.unwrap();
    let waiting = call(&store, "j1").await;
    assert_eq!((waiting.state, waiting.ends, waiting.next_at), (CallState::Waiting, 0, None));
    assert_eq!(waiting.url.expose_secret(), URL);
    assert!(store.call("j2").await.unwrap().is_none());
    end(&store, "j1", JobState::Pending).await;
    end(&store, "j2", JobState::Done).await;
    store.has_ended().await;
    assert_eq!((store.take_ended(), store.take_ended()), (vec!["j1".to_owned()], vec![]));
    let mut due = call(&store, "j1").await;
    assert_eq!((due.state, due.ends, due.tries), (CallState::Due, 1, 0));
    due.tries = 3;
    let long = "é".repeat(1_000);
    assert!(store.tried(&due, Tried::Again { at: at(5), error: &long }).await.unwrap());
    // After a restart too.
    store.close().await.unwrap();
    let store = Store::open(&settings).await.unwrap();
    let again = store.calls_due(10).await.unwrap();
    assert_eq!((again[0].tries, again[0].next_at, again.len()), (3, Some(at(5)), 1));
    assert!(again[0].last_error.as_ref().unwrap().chars().all(|c| c == 'é'), "{again:?}");
    // It is settled while it is told: what is told of the older end says nothing of the newer.
    end(&store, "j1", JobState::Done).await;
    assert!(!store.tried(&again[0], Tried::Delivered).await.unwrap());
    let newest = call(&store, "j1").await;
    assert_eq!((newest.state, newest.ends, newest.tries, &newest.last_error), (CallState::Due, 2, 0, &None));
    assert!(store.tried(&newest, Tried::Delivered).await.unwrap());
    assert_eq!(call(&store, "j1").await.state, CallState::Delivered);
    assert!(store.calls_due(10).await.unwrap().is_empty());
    // It goes with its job.
    store.sweep(at(10) + 91 * DAY).await.unwrap();
    assert!(store.call("j1").await.unwrap().is_none());
}

#[tokio::test]
async fn an_end_is_due_without_space() {
    let (_folder, _, store) = fresh().await;
    let url = SecretString::from(format!("https://a.example/{}", "x".repeat(URL_MOST - 18)));
    for n in 0..40 {
        store.add_job_calling_back(&job(&format!("j{n}"), "head-end"), None, &url).await.unwrap();
    }
    let longer = SecretString::from(format!("{}x", url.expose_secret()));
    let under = AskedUnder { caller: "", name: "k", asked: b"x" };
    let refused = store.add_job_calling_back(&job("long", "head-end"), Some(under), &longer).await;
    assert!(matches!(refused, Err(StoreError::TooLong { .. })), "{refused:?}");
    assert!(store.job("long").await.unwrap().is_none());
    super::full::fill(&store).await;
    for n in 0..40 {
        end(&store, &format!("j{n}"), JobState::Cancelled).await;
    }
    let due = store.calls_due(100).await.unwrap();
    assert_eq!(due.len(), 40);
    for mut call in due {
        call.tries = 1_000;
        assert!(store.tried(&call, Tried::GivenUp { error: &"e".repeat(500) }).await.unwrap());
    }
    assert!(store.calls_due(100).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_a_crash_or_the_olt_makes_of_a_job_is_told_too() {
    let (_folder, settings, store) = fresh().await;
    for id in ["j1", "j2"] {
        add(&store, id).await;
    }
    drop(store.take_ended());
    store.close().await.unwrap();
    let store = Store::open(&settings).await.unwrap();
    assert!(store.calls_due(10).await.unwrap().is_empty(), "they have not begun");
    begun_again(&store, "j1", "p1").await;
    begun_again(&store, "j2", "p2").await;
    store.owe("p2", at(3)).await.unwrap();
    let _ = store.end("p2", PlanEnd::Ended, &secret("{}"), at(4)).await.unwrap();
    end(&store, "j2", JobState::Done).await;
    let done = call(&store, "j2").await;
    store.tried(&done, Tried::Delivered).await.unwrap();
    store.close().await.unwrap();
    let store = Store::open(&settings).await.unwrap();
    let due: Vec<String> = store.calls_due(10).await.unwrap().into_iter().map(|call| call.job).collect();
    assert_eq!(due, ["j1"], "it is pending");
    let gathered = oltd::store::NewJob { kind: "lost", object: "", ..job("lost", "head-end") };
    let lost = store.lose(at(1 << 30), &gathered, |_| secret("{}")).await.unwrap();
    assert!(lost.contains(&"j2".to_owned()), "{lost:?}");
    assert_eq!(call(&store, "j2").await.state, CallState::Due);
    assert_eq!(store.job("j2").await.unwrap().unwrap().state, JobState::Lost);
}

/// Begins a plan of a job that is there already.
async fn begun_again(store: &Store, job: &str, plan: &str) {
    let document = secret("lines");
    store.begin_new(&super::plan(plan, "head-end", &document), job, 2, at(1)).await.unwrap();
    store.start_job(job, at(2)).await.unwrap();
}
