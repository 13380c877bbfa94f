//! How much the store takes, and how soon it is open.

use std::time::Instant;

use oltd::store::{JobState, PlanEnd, Store, Way};

use super::{at, begun, fresh, secret, step};

/// Ten thousand may take 60 MB; a fifth of them a fifth of it, with all that is there once.
#[tokio::test]
async fn plans_of_a_step_take_6_kb_each() {
    const PLANS: u64 = 2_000;
    let (_folder, settings, store) = fresh().await;
    // What stands in such a plan and its result, as they are written in answers.
    let outcome = secret(&"o".repeat(400));
    for n in 0..PLANS {
        let (job, plan) = (
            format!("{:08}-0000-4000-8000-000000000000", n),
            format!("{:08}-0000-4000-9000-000000000000", n),
        );
        begun(&store, &job, &plan, 1).await;
        step(&store, &plan, 0, Way::Forth, "[Successful]", true, 1).await;
        let _ = store.end(&plan, PlanEnd::Ended, &outcome, at(2)).await.unwrap();
        let _ = store.end_job(&job, JobState::Done, &outcome, at(2)).await.unwrap();
        if n % 1_000 == 999 {
            store.saved("head-end", at(3), at(1_000)).await.unwrap();
        }
    }
    let sizes: u64 = std::fs::read_dir(&settings.folder)
        .unwrap()
        .map(Result::unwrap)
        // What is held back is of one size, however many plans there are.
        .filter(|entry| entry.file_name() != "store.reserve")
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    assert!(sizes <= PLANS * 6_000, "{sizes} bytes");
    println!("{PLANS} plans of a step: {:.1} MB", sizes as f64 / 1e6);
    // Without an end of the connections, as after a kill.
    drop(store);
    let began = Instant::now();
    Store::open(&settings).await.unwrap();
    assert!(began.elapsed().as_millis() <= 1_000, "{:?}", began.elapsed());
}
