//! What is kept for how long.

use oltd::store::{JobState, PlanEnd, Store, Swept};

use super::{DAY, at, begun, fresh, plan, secret};

async fn there(store: &Store, jobs: &[&str]) -> String {
    let mut left = String::new();
    for id in jobs {
        let (job, plan) = (store.job(id).await.unwrap(), store.plan(&format!("p-{id}")).await.unwrap());
        let steps = store.steps(&format!("p-{id}")).await.unwrap().len();
        assert_eq!((job.is_some(), steps), (plan.is_some(), if plan.is_some() { 2 } else { 0 }), "{id}");
        left.extend(job.map(|_| *id));
    }
    left
}

#[tokio::test]
async fn what_ended_goes_after_90_days_and_what_nobody_accepted_stays() {
    let (_folder, _, store) = fresh().await;
    let ends = [
        ("a", JobState::Done),
        ("b", JobState::Failed),
        ("c", JobState::Partial),
        ("d", JobState::Lost),
        ("e", JobState::Pending),
        ("f", JobState::Running),
    ];
    for (id, state) in ends {
        let plan = format!("p-{id}");
        begun(&store, id, &plan, 1).await;
        match state {
            JobState::Running => continue,
            JobState::Pending => drop(store.end(&plan, PlanEnd::Pending, &secret(""), at(1)).await.unwrap()),
            _ => drop(store.end(&plan, PlanEnd::Ended, &secret(""), at(1)).await.unwrap()),
        }
        let _ = store.end_job(id, state, &secret("result"), at(1)).await.unwrap();
    }
    store.add_record("head-end", "save", &secret(""), at(1)).await.unwrap();
    let all = ["a", "b", "c", "d", "e", "f"];
    assert_eq!(store.sweep(at(1) + 90 * DAY).await.unwrap(), Swept::default());
    assert_eq!(there(&store, &all).await, "abcdef");
    let swept = store.sweep(at(2) + 90 * DAY).await.unwrap();
    assert_eq!(swept, Swept { plans: 2, jobs: 2, records: 1 });
    assert_eq!(there(&store, &all).await, "cdef");
    assert!(store.result("a").await.unwrap().is_none());
    for id in ["c", "d", "e"] {
        store.accept(id).await.unwrap();
        assert!(store.job(id).await.unwrap().unwrap().accepted);
    }
    store.sweep(at(2) + 900 * DAY).await.unwrap();
    assert_eq!(there(&store, &all).await, "ef");
}

#[tokio::test]
async fn drafts_say_that_they_expired_for_a_week() {
    let (_folder, _, store) = fresh().await;
    for n in 0..450 {
        store.keep_plan(&plan(&format!("p{n}"), "head-end", &secret(""))).await.unwrap();
    }
    assert_eq!(store.sweep(at(0) + 14 * DAY).await.unwrap(), Swept::default());
    assert_eq!(store.sweep(at(1) + 14 * DAY).await.unwrap(), Swept { plans: 450, ..Swept::default() });
    assert!(store.plan("p0").await.unwrap().is_none());
}
