//! The daemon is killed at a line of a batch, started again, and goes on with what is left of it:
//! then the device against what is told of each target.

use std::hash::{DefaultHasher, Hash, Hasher};

use oltsim::{AtLine, SMALL, Source, Stop};
use rig::every_step::{BATCHES, Batch, Calm, ManyMade, REBOOT_WAIT};
use rig::{simulator, until};
use serde_json::{Value, json};

use super::daemon::Home;
use super::every_step::{few_at_once, is_asked_for};

const UNDER_WAY: [&str; 3] = ["queued", "running", "pending"];

/// Killed at this line, which is done and whose answer nobody reads, or never comes to be done.
async fn killed(batch: Batch, calm: &Calm, at: usize, done: bool) {
    let sent = &calm.lines[at];
    let told = format!("{}: killed at line {at} `{}`, done: {done}", batch.name, sent.line);
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let serials = batch.prepare(&sim);
    let home = Home::new(&sim, "on");
    home.configure_with(&sim, "on", "", &format!("reboot_wait = '{}s'", REBOOT_WAIT.as_secs()));
    let daemon = home.start().await;
    if let Some((method, path, body)) = batch.first(&serials) {
        assert_eq!(daemon.send(method, &path, Some(body)).await.status, 200);
    }
    let before = sim.device(|device| device.configuration()).unwrap();
    let mut gate = sim.hold(Stop::Line(AtLine::Begins(sent.line.clone())));
    let (method, path, body) = batch.request(&serials);
    let (answer, ()) = tokio::join!(daemon.try_send(method, &path, body), async {
        for _ in 0..sent.before {
            gate.reached().await.unwrap();
            gate.go();
        }
        gate.reached().await.unwrap();
        if done {
            // It stands still, so that it neither reads the answer nor keeps it.
            daemon.signal("STOP");
            let replies = sim.counters().cli_replies;
            gate.go();
            until(async || sim.counters().cli_replies > replies).await;
        }
        daemon.signal("KILL");
    });
    assert!(answer.is_none(), "{told}: {answer:?}");
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&UNDER_WAY).await;
    let mut parts = Vec::new();
    for result in job["result"]["results"].as_array().unwrap_or_else(|| panic!("{told}: {job}")) {
        parts.push(match result["job"].as_str() {
            Some(part) => daemon.get(&format!("/jobs/{part}")).await.body["data"].clone(),
            None => Value::Null,
        });
    }
    let now = sim.device(|device| device.configuration()).unwrap();
    let (restarted, holds) = (batch.restarted(&sim, &serials), batch.holds(&daemon.get("/holds").await));
    let made = ManyMade { serials, job, parts, before, wished: calm.wished.clone(), now, restarted, holds };
    println!("{told}: {}", made.states());
    made.is_true(&told);
    // What had not begun is done all the same, and the ONUs are free again.
    made.harms_none_but(sent.target, &told);
    assert_eq!(daemon.get("/jobs?state=pending").await.body["data"], json!([]), "{told}");
    assert!(!home.log().contains("panicked"), "{told}: {}", home.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_batch_at_a_line() {
    few_at_once(BATCHES.iter().map(async |batch| {
        let calm = batch.calm().await;
        for done in [false, true] {
            let mut hasher = DefaultHasher::new();
            (batch.name, done).hash(&mut hasher);
            let at = usize::try_from(hasher.finish() % calm.lines.len() as u64).unwrap();
            killed(*batch, &calm, at, done).await;
        }
    }))
    .await;
}

/// At every line of every batch: `EVERY_STEP=1 cargo nextest run -p oltd killed_batches`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_matrix() {
    let each = BATCHES.iter().filter(|batch| is_asked_for(batch.name)).map(async |batch| {
        let calm = batch.calm().await;
        for at in 0..calm.lines.len() {
            for done in [false, true] {
                killed(*batch, &calm, at, done).await;
            }
        }
    });
    few_at_once(each).await;
}
