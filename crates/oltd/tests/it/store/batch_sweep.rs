//! What is kept of batches for how long.

use std::time::SystemTime;

use oltd::store::{HowEnded, JobState, NewBatch, NewItem, NewJob, QueuedItem, Store};

use super::{DAY, at, fresh, secret};

fn job<'a>(id: &'a str, kind: &'a str, total: u32) -> NewJob<'a> {
    NewJob {
        id,
        kind,
        olt: "sim",
        caller: None,
        request_id: "r",
        reference: None,
        object: "",
        total,
        created_at: at(0),
    }
}

/// A batch of two: the first became a job, the second did not.
async fn batch(store: &Store, id: &str, ends: JobState) {
    let item = |nr: u32| NewItem {
        job: format!("{id}-{nr}"),
        olt: Some("sim".into()),
        place: Some(format!("1/1/1:{nr}")),
        serial: None,
        owner: Some("billing".into()),
        document: secret("{}"),
    };
    let new = NewBatch {
        job: job(id, "batch_suspend", 2),
        under: None,
        not_before: None,
        until: None,
        document: &secret("{}"),
        items: &[item(1), item(2)],
    };
    store.add_batch(&new, None).await.unwrap();
    let parts = [1, 2].map(|nr| format!("{id}-{nr}"));
    store.add_part(&job(&parts[0], "suspend", 1), id).await.unwrap();
    let _ = store.end_job(&parts[0], ends, &secret("{}"), at(1)).await.unwrap();
    for (nr, part) in (0..).zip(parts) {
        let queued = QueuedItem { parent: id.to_owned(), nr, job: part };
        let told = (nr == 1).then(|| secret("{}"));
        store.end_item(&queued, HowEnded::Told, told.as_ref()).await.unwrap();
    }
    let whole = if ends == JobState::Done { JobState::Done } else { JobState::Partial };
    let _ = store.end_job(id, whole, &secret("{}"), at(1)).await.unwrap();
}

async fn sweep(store: &Store, now: SystemTime) -> u64 {
    store.sweep(now).await.unwrap().jobs
}

#[tokio::test]
async fn a_batch_goes_with_all_of_its_jobs_once_each_is_settled() {
    let (_folder, _, store) = fresh().await;
    for (id, ends) in [("a", JobState::Done), ("b", JobState::Partial), ("c", JobState::Pending)] {
        batch(&store, id, ends).await;
    }
    let there = async |id: &str| {
        let parts = store.parts(id, 10).await.unwrap().len();
        let results = store.results(id, 0, 10).await.unwrap().len();
        (store.job(id).await.unwrap().is_some(), parts, results)
    };
    assert_eq!(sweep(&store, at(1) + 90 * DAY).await, 0);
    assert_eq!(there("a").await, (true, 1, 2));
    assert_eq!(sweep(&store, at(2) + 90 * DAY).await, 1);
    assert_eq!(there("a").await, (false, 0, 0));
    assert!(store.job("a-1").await.unwrap().is_none());
    for part in ["a-1", "a-2"] {
        assert!(store.result(part).await.unwrap().is_none(), "{part}");
    }
    assert!(store.batch("a").await.unwrap().is_none());
    // What waits for a person keeps the whole of it.
    assert_eq!((there("b").await, there("c").await), ((true, 1, 2), (true, 1, 2)));
    store.accept("b-1").await.unwrap();
    assert_eq!(sweep(&store, at(2) + 90 * DAY).await, 1);
    assert_eq!((there("b").await, there("c").await), ((false, 0, 0), (true, 1, 2)));
    // Nothing is left that would be looked for.
    assert!(!store.has_queued_holds("billing", "c").await.unwrap());
}
