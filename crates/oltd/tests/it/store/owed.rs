//! What OLTs owe.

use std::time::{Duration, SystemTime};

use oltd::store::{JobState, NewJob, PlanEnd, Way};
use secrecy::ExposeSecret;

use super::journal::reopened;
use super::{at, begun, fresh, job, plan, secret, step};

fn started(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

#[tokio::test]
async fn a_save_is_owed_until_it_is_made() {
    let (_folder, settings, store) = fresh().await;
    begun(&store, "j1", "p1", 3).await;
    assert!(store.owed().await.unwrap().is_empty());
    step(&store, "p1", 0, Way::Forth, "", false, 10).await;
    assert!(store.owed().await.unwrap().is_empty());
    step(&store, "p1", 1, Way::Forth, "", true, 20).await;
    step(&store, "p1", 2, Way::Forth, "", true, 30).await;
    let _ = store.end("p1", PlanEnd::Ended, &secret(""), at(31)).await.unwrap();
    begun(&store, "j2", "p2", 2).await;
    step(&store, "p2", 0, Way::Forth, "", true, 40).await;
    store.add_job(&job("j3", "other")).await.unwrap();
    store.begin_new(&plan("p3", "other", &secret("")), "j3", 1, at(1)).await.unwrap();
    step(&store, "p3", 0, Way::Forth, "", true, 5).await;
    store.set_boot("head-end", started(1_700_000_000)).await.unwrap();
    // It outlives the process.
    drop(store);
    let store = reopened(&settings).await;
    let owed = store.owed().await.unwrap();
    assert_eq!(owed.iter().map(|one| one.olt.as_str()).collect::<Vec<_>>(), ["head-end", "other"]);
    assert_eq!((owed[0].since, owed[0].last, owed[0].boot), (at(20), at(40), Some(started(1_700_000_000))));
    assert_eq!((owed[0].jobs.clone(), owed[1].boot), (vec!["j1".to_owned(), "j2".to_owned()], None));

    // What came while the save was under way is still owed.
    store.saved("head-end", at(40), at(1_000)).await.unwrap();
    let owed = store.owed().await.unwrap();
    assert_eq!((owed[0].since, owed[0].jobs.clone()), (at(40), vec!["j2".to_owned()]));
    store.saved("head-end", at(41), at(1_000)).await.unwrap();
    assert_eq!(store.owed().await.unwrap().len(), 1);
    step(&store, "p2", 1, Way::Forth, "", true, 60).await;
    let owed = store.owed().await.unwrap();
    assert_eq!((owed[0].since, owed[0].jobs.clone()), (at(60), vec!["j2".to_owned()]));
}

#[tokio::test]
async fn a_job_that_goes_on_owes_from_the_save() {
    let (_folder, _, store) = fresh().await;
    begun(&store, "j1", "p1", 2).await;
    step(&store, "p1", 0, Way::Forth, "", true, 10).await;
    step(&store, "p1", 1, Way::Forth, "", true, 30).await;
    store.saved("head-end", at(20), at(1_000)).await.unwrap();
    let owed = store.owed().await.unwrap();
    assert_eq!((owed[0].since, owed[0].last), (at(20), at(30)));
}

#[tokio::test]
async fn a_restart_of_the_olt_loses_what_was_not_saved() {
    let (_folder, _, store) = fresh().await;
    for (n, save) in [(1, false), (2, true), (3, true)] {
        let (job, plan) = (format!("j{n}"), format!("p{n}"));
        begun(&store, &job, &plan, 1).await;
        step(&store, &plan, 0, Way::Forth, "", save, n).await;
        let _ = store.end(&plan, PlanEnd::Ended, &secret(""), at(9)).await.unwrap();
        let _ = store.end_job(&job, JobState::Done, &secret(""), at(9)).await.unwrap();
    }
    // One that is under way finds out by itself.
    begun(&store, "j4", "p4", 2).await;
    step(&store, "p4", 0, Way::Forth, "", true, 10).await;
    // This one was made once the OLT had started again.
    begun(&store, "j5", "p5", 1).await;
    step(&store, "p5", 0, Way::Forth, "", true, 30).await;
    let _ = store.end("p5", PlanEnd::Ended, &secret(""), at(31)).await.unwrap();
    let _ = store.end_job("j5", JobState::Done, &secret(""), at(31)).await.unwrap();
    let lose = async |id: &str| {
        let gathered = NewJob { kind: "lost", ..job(id, "head-end") };
        store.lose(at(20), &gathered, |lost| secret(&lost.join(","))).await.unwrap()
    };
    assert_eq!(lose("gathered").await, ["j2", "j3", "j4"]);
    let gathered = store.job("gathered").await.unwrap().unwrap();
    assert_eq!((gathered.state, gathered.total), (JobState::Lost, 3));
    let result = store.result("gathered").await.unwrap().unwrap();
    assert_eq!(result.expose_secret(), b"j2,j3,j4");
    let mut states = Vec::new();
    for id in ["j1", "j2", "j3", "j4", "j5"] {
        states.push(store.job(id).await.unwrap().unwrap().state);
    }
    assert_eq!(states, [JobState::Done, JobState::Lost, JobState::Lost, JobState::Running, JobState::Done]);
    assert_eq!(store.owed_by("head-end").await.unwrap().unwrap().jobs, ["j5"]);
    assert!(lose("again").await.is_empty());
    assert_eq!(store.job("again").await.unwrap(), None);
    step(&store, "p4", 1, Way::Forth, "", true, 40).await;
    assert_eq!(store.owed_by("head-end").await.unwrap().unwrap().jobs, ["j5", "j4"]);
    assert_eq!(store.owed_by("other").await.unwrap(), None);
}

#[tokio::test]
async fn the_start_of_an_olt_is_noted() {
    let (_folder, _, store) = fresh().await;
    assert_eq!(store.boot("head-end").await.unwrap(), None);
    for boot in [1_700_000_000, 1_700_000_100].map(started) {
        store.set_boot("head-end", boot).await.unwrap();
        assert_eq!(store.boot("head-end").await.unwrap(), Some(boot));
    }
}
