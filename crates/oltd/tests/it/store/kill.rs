//! A process that is killed in the middle of its writing.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use oltd::store::{PlanState, StepState, Store, StoreSettings, Way};

use super::{at, begun, fresh, step};

/// Names the folder that the other process writes to.
const FOLDER: &str = "TEST_STORE_FOLDER";

/// The process that is killed: it says what is durable, once it is.
#[tokio::test]
async fn writes_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let store = Store::open(&StoreSettings::new(folder)).await.unwrap();
    for plan in 0.. {
        let id = format!("p{plan}");
        begun(&store, &format!("j{plan}"), &id, 10).await;
        for seq in 0..10 {
            store.sending(&id, seq, Way::Forth, at(1)).await.unwrap();
            println!("durable {plan} {seq} sent");
            step(&store, &id, seq, Way::Forth, "ok", true, 1).await;
            println!("durable {plan} {seq} done");
        }
    }
}

#[tokio::test]
async fn what_was_durable_is_there_after_a_kill() {
    let (_folder, settings, store) = fresh().await;
    store.close().await.unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "store::kill::writes_until_it_is_killed", "--nocapture"]);
    let mut child = command.env(FOLDER, &settings.folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut last = (0, 0, String::new());
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let Some(at) = line.find("durable ") else { continue };
        let words: Vec<&str> = line[at..].split_whitespace().collect();
        let (plan, seq): (u32, u16) = (words[1].parse().unwrap(), words[2].parse().unwrap());
        last = (plan, seq, words[3].to_owned());
        if (plan, seq) == (7, 5) {
            child.kill().unwrap();
        }
    }
    child.wait().unwrap();
    assert!(last.0 >= 7, "{last:?}");

    let began = Instant::now();
    let store = Store::open(&settings).await.unwrap();
    assert!(began.elapsed().as_millis() <= 1_000, "{:?}", began.elapsed());
    let pending = store.pending(None).await.unwrap();
    let (plan, seq, word) = last;
    assert!(pending.len() as u32 > plan);
    assert!(pending.iter().all(|one| one.plan.state == PlanState::Pending && one.steps.len() == 20));
    let told = pending.iter().find(|one| one.plan.id == format!("p{plan}")).unwrap();
    for step in told.steps.iter().filter(|step| step.way == Way::Forth && step.seq <= seq) {
        match step.seq < seq || word == "done" {
            true => assert_eq!(step.state, StepState::Done, "{}", step.seq),
            false => assert!(matches!(step.state, StepState::Sent | StepState::Done), "{}", step.seq),
        }
    }
    assert_eq!(store.owed().await.unwrap()[0].jobs.len(), plan as usize + 1);
}
