//! A store without space: what was begun can be told to its end, and nothing new is begun.

use std::time::Duration;

use oltd::store::{
    JobState, Kept, NewJob, NewPlan, PlanEnd, PlanState, StepEnd, StepState, Store, StoreError, Way,
};
use proptest::test_runner::{Config, TestRunner};

use super::{at, begun, done, fresh, job, plain, plan, secret, step};

/// Takes all the space that is left, also that inside of pages.
pub(super) async fn fill(store: &Store) {
    store.limit_pages(None).await.unwrap();
    for size in [3_000, 300, 30, 1] {
        let document = secret(&"x".repeat(size));
        while store.add_record("head-end", "filler", &document, at(1)).await.is_ok() {}
    }
    let error = loop {
        let id = uuid::Uuid::new_v4().to_string();
        if let Err(error) = store.add_job(&job(&id, "head-end")).await {
            break error;
        }
    };
    assert!(matches!(error, StoreError::Full), "{error}");
}

#[tokio::test]
async fn what_was_begun_is_told_to_its_end_without_space() {
    let (_folder, settings, store) = fresh().await;
    // Others stand around it, so that no page is its own.
    for n in 0..30 {
        begun(&store, &format!("a{n}"), &format!("pa{n}"), 2).await;
    }
    begun(&store, "j1", "p1", 40).await;
    for n in 0..30 {
        begun(&store, &format!("b{n}"), &format!("pb{n}"), 3).await;
    }
    fill(&store).await;
    let full = store.begin_new(&plan("p2", "head-end", &secret("lines")), "j1", 20, at(2)).await;
    assert!(matches!(full, Err(StoreError::Full)), "{full:?}");
    assert!(store.plan("p2").await.unwrap().is_none());

    let answer = "x".repeat(2_000);
    for way in [Way::Forth, Way::Back] {
        for seq in 0..40 {
            store.sending("p1", seq, way, at(u64::from(seq))).await.unwrap();
            let answer = secret(&answer);
            let end =
                StepEnd { state: StepState::Unknown, answer: &answer, took: Duration::from_secs(1 << 40) };
            store.answered("p1", seq, way, end, true, at(4)).await.unwrap();
        }
    }
    store.progress("j1", u32::MAX).await.unwrap();
    // It is left pending, by us and by the end of the process, and then ended by another one.
    let outcome = secret(&"x".repeat(1_000));
    assert_eq!(store.end("p1", PlanEnd::Pending, &outcome, at(5)).await.unwrap(), Kept::Whole);
    let _ = store.end_job("j1", JobState::Pending, &secret("result"), at(6)).await.unwrap();
    drop(store);
    let settings = oltd::store::StoreSettings { max_pages: Some(1), ..settings };
    let store = Store::open(&settings).await.unwrap();
    assert_eq!(store.pending(None).await.unwrap().len(), 61);
    for seq in 0..40 {
        step(&store, "p1", seq, Way::Back, &answer, true, 1 << 20).await;
    }
    let outcome = secret(&"y".repeat(1_000));
    assert_eq!(store.end("p1", PlanEnd::Ended, &outcome, at(9)).await.unwrap(), Kept::Whole);
    assert_eq!(plain(&store.plan("p1").await.unwrap().unwrap().outcome.unwrap()), "y".repeat(1_000));
    let _ = store.end_job("j1", JobState::Partial, &secret(&"z".repeat(90_000)), at(9)).await.unwrap();
    assert_eq!(store.job("j1").await.unwrap().unwrap().state, JobState::Partial);
    let owed = store.owed().await.unwrap();
    assert_eq!(owed[0].jobs, ["j1"]);
    store.saved("head-end", at(1 << 30), at(1 << 30)).await.unwrap();
    assert!(store.owed().await.unwrap().is_empty());
    // What needs more room than was reserved is left out, and said to be.
    let long = secret(&"z".repeat(90_000));
    fill(&store).await;
    assert_eq!(store.end("pa3", PlanEnd::Ended, &long, at(9)).await.unwrap(), Kept::StateOnly);
    assert_eq!(store.end_job("a3", JobState::Done, &long, at(9)).await.unwrap(), Kept::StateOnly);
    let (ended, job) = (store.plan("pa3").await.unwrap().unwrap(), store.job("a3").await.unwrap().unwrap());
    assert_eq!((ended.state, job.state), (PlanState::Ended, JobState::Done));
    assert!(ended.outcome.is_none() && store.result("a3").await.unwrap().is_none());
    // Once there is space again, all is as before.
    store.limit_pages(Some(1 << 30)).await.unwrap();
    begun(&store, "j9", "p9", 1).await;
}

/// What an OLT owes for many jobs takes more than a page, and has its room too.
#[tokio::test]
async fn every_job_can_owe_a_save_without_space() {
    let (_folder, _, store) = fresh().await;
    let ids: Vec<(String, String)> = (0..300).map(|n| (format!("j{n}"), format!("p{n}"))).collect();
    for (job, plan) in &ids {
        begun(&store, job, plan, 1).await;
    }
    fill(&store).await;
    for (_, plan) in &ids {
        step(&store, plan, 0, Way::Forth, "ok", true, 1).await;
    }
    assert_eq!(store.owed().await.unwrap()[0].jobs.len(), ids.len());
    // Saved while they go on, they can owe another one.
    store.saved("head-end", at(2), at(1_000)).await.unwrap();
    assert!(store.owed().await.unwrap().is_empty());
    fill(&store).await;
    for (_, plan) in &ids {
        step(&store, plan, 0, Way::Back, "ok", true, 3).await;
    }
    assert_eq!(store.owed().await.unwrap()[0].jobs.len(), ids.len());
}

/// A row that would not fit on its page could not be changed in a full store.
#[tokio::test]
async fn texts_are_as_long_as_a_page_allows() {
    let (_folder, _, store) = fresh().await;
    let long = |id: &str, rest: usize| "x".repeat(2_000 - id.len() - rest);
    let known = "reboothead-endbillingr-11/1/1:4".len();
    for (id, more) in [("j1", 0), ("j2", 1)] {
        let reference = long(id, known) + &"x".repeat(more);
        let added = store.add_job(&NewJob { reference: Some(&reference), ..job(id, "head-end") }).await;
        assert_eq!(matches!(added, Err(StoreError::TooLong { .. })), more > 0, "{added:?}");
    }
    let document = secret("lines");
    let fingerprint = long("p1", "head-end1/1/1:4reboot".len());
    let longest = NewPlan { fingerprint: &fingerprint, ..plan("p1", "head-end", &document) };
    store.begin_new(&longest, "j1", 2, at(1)).await.unwrap();
    fill(&store).await;
    store.start_job("j1", at(2)).await.unwrap();
    let outcome = secret(&"o".repeat(1_000));
    assert_eq!(store.end("p1", PlanEnd::Ended, &outcome, at(3)).await.unwrap(), Kept::Whole);
    let _ = store.end_job("j1", JobState::Cancelled, &outcome, at(4)).await.unwrap();
    let fingerprint = fingerprint + "x";
    let longer = NewPlan { fingerprint: &fingerprint, ..plan("p2", "head-end", &document) };
    assert!(matches!(store.keep_plan(&longer).await, Err(StoreError::TooLong { .. })));
}

/// Whatever the sizes of the plans and the order in which they are carried out.
#[test]
fn any_mixture_of_plans_is_told_to_its_end_without_space() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    let plans = proptest::collection::vec((1_u16..30, 0_usize..3_000, 0_usize..600), 1..12);
    let ran = runner.run(&plans, |plans| {
        runtime.block_on(async {
            let (_folder, _, store) = fresh().await;
            for (n, (steps, document, _)) in plans.iter().enumerate() {
                let (job_id, plan_id) = (format!("j{n}"), format!("p{n}"));
                store.add_job(&job(&job_id, "head-end")).await.unwrap();
                store.start_job(&job_id, at(1)).await.unwrap();
                let document = secret(&"d".repeat(*document));
                store
                    .begin_new(&plan(&plan_id, "head-end", &document), &job_id, *steps, at(2))
                    .await
                    .unwrap();
            }
            fill(&store).await;
            let most = plans.iter().map(|(steps, ..)| *steps).max().unwrap();
            for seq in 0..most {
                for (n, (_, _, answer)) in plans.iter().enumerate().filter(|(_, (steps, ..))| seq < *steps) {
                    let (id, answer) = (format!("p{n}"), "a".repeat(*answer));
                    step(&store, &id, seq, Way::Forth, &answer, true, 1).await;
                    step(&store, &id, seq, Way::Back, &answer, true, 1 << 30).await;
                }
            }
            for n in 0..plans.len() {
                let (job_id, plan_id) = (format!("j{n}"), format!("p{n}"));
                let outcome = secret(&"o".repeat(n * 80));
                assert_eq!(store.end(&plan_id, PlanEnd::Ended, &outcome, at(9)).await.unwrap(), Kept::Whole);
                let _ = store.end_job(&job_id, JobState::Done, &outcome, at(9)).await.unwrap();
            }
        });
        Ok(())
    });
    ran.unwrap();
}

/// A refusal of space leaves the connection in order, whether SQLite rolled back by itself or not.
#[tokio::test]
async fn a_full_store_goes_on_as_soon_as_there_is_space() {
    let (_folder, _, store) = fresh().await;
    begun(&store, "j1", "p1", 1).await;
    store.limit_pages(None).await.unwrap();
    for round in 0..20 {
        let big = secret(&"x".repeat(200_000));
        let full = store.add_record("head-end", "filler", &big, at(1)).await;
        assert!(matches!(full, Err(StoreError::Full)), "{round}: {full:?}");
        let full = store.keep_plan(&plan(&format!("p{round}-"), "head-end", &big)).await;
        assert!(matches!(full, Err(StoreError::Full)), "{round}: {full:?}");
        let answer = secret("ok");
        store.sending("p1", 0, Way::Forth, at(round)).await.unwrap();
        let end = StepEnd { state: StepState::Unknown, ..done(&answer) };
        store.answered("p1", 0, Way::Forth, end, true, at(round)).await.unwrap();
    }
}
