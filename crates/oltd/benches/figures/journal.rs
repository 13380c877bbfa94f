//! What the journal of a change takes.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use oltd::store::{
    DRAFT_KEPT, JobState, NewJob, NewPlan, PlanEnd, StepEnd, StepState, Store, StoreSettings, Way,
};
use oltsim::SMALL;
use rig::Writer;
use secrecy::SecretSlice;
use serde_json::json;

use crate::table::Table;

const STEPS: u16 = 1_000;
const PLANS: usize = 10_000;
/// Tells the process that is killed what it is for.
const WRITES: &str = "write-plans-until-killed";
const READY: &str = "ready";

fn secret(text: &str) -> SecretSlice<u8> {
    SecretSlice::from(text.as_bytes().to_vec())
}

async fn begun(store: &Store, number: usize, steps: u16) -> (String, String) {
    let (job, plan) = (format!("{number:032}"), format!("{number:031}p"));
    let now = SystemTime::now();
    let new = NewJob {
        id: &job,
        kind: "describe",
        olt: "head-end",
        caller: Some("billing"),
        request_id: "0198f3a2c4d47e8f9a0b1c2d3e4f5a6b",
        reference: None,
        object: "1/1/1:4",
        total: 1,
        created_at: now,
    };
    store.add_job(&new).await.unwrap();
    store.start_job(&job, now).await.unwrap();
    // As long as a plan of one step, with what stood before.
    let document = secret(&"d".repeat(1_200));
    let new = NewPlan {
        id: &plan,
        job: Some(&job),
        olt: "head-end",
        object: "1/1/1:4",
        kind: "describe",
        fingerprint: "0123456789abcdef",
        document: &document,
        created_at: now,
        expires_at: now + DRAFT_KEPT,
    };
    store.begin_new(&new, &job, steps, now).await.unwrap();
    (job, plan)
}

async fn step(store: &Store, plan: &str, seq: u16) {
    let answer = secret("");
    let end = StepEnd { state: StepState::Done, answer: &answer, took: Duration::from_millis(48) };
    store.sending(plan, seq, Way::Forth, SystemTime::now()).await.unwrap();
    store.answered(plan, seq, Way::Forth, end, true, SystemTime::now()).await.unwrap();
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

/// The commits of a step and its time, against two syncs of the same disk in turns.
pub(crate) async fn journal_step(table: &mut Table) {
    let writer = Writer::start(SMALL).await;
    let commits = async |asked: serde_json::Value| {
        let store = writer.app.jobs().store().unwrap().clone();
        let before = store.commits();
        let answer = writer.put("/onu-management/description", asked).await;
        assert_eq!(answer.body["data"]["state"], "applied", "{}", answer.body);
        store.commits() - before
    };
    let texts = |text: &str| json!({"pon_port": "1/1/1", "onu_id": 1, "name": text, "description": text});
    // The first change that is not saved is noted beside it, once.
    let store = writer.app.jobs().store().unwrap().clone();
    commits(texts("first")).await;
    rig::until(async || store.owed().await.unwrap().iter().all(|owed| owed.boot.is_some())).await;
    let one = commits(json!({"pon_port": "1/1/1", "onu_id": 1, "name": "one"})).await;
    let two = commits(texts("two")).await;

    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreSettings::new(folder.path())).await.unwrap();
    let (_, plan) = begun(&store, 0, STEPS).await;
    let mut file = std::fs::File::create(folder.path().join("beside")).unwrap();
    let (mut steps, mut syncs) = (Vec::new(), Vec::new());
    for seq in 0..STEPS {
        let began = Instant::now();
        for _ in 0..2 {
            file.write_all(&[1; 4096]).unwrap();
            file.sync_data().unwrap();
        }
        syncs.push(began.elapsed());
        let began = Instant::now();
        step(&store, &plan, seq).await;
        steps.push(began.elapsed());
    }
    let (step, sync) = (median(steps), median(syncs));
    table.add(
        "journal: commits and time of a step, against two syncs in the same folder in turns",
        format!("{} commits; {step:.0} us, two syncs {sync:.0} us: {:.2} x", two - one, step / sync),
        "2 commits, at most 1.5 x",
        two - one == 2 && step <= 1.5 * sync,
    );
}

/// Writes plans into a folder and says when there are enough, for the process that is killed.
pub(crate) fn write_until_killed(arguments: &[String]) -> bool {
    let [word, folder] = arguments else { return false };
    if word != WRITES {
        return false;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = Store::open(&StoreSettings::new(folder)).await.unwrap();
        let outcome = secret(&"o".repeat(400));
        for number in 0.. {
            let (job, plan) = begun(&store, number, 1).await;
            step(&store, &plan, 0).await;
            if number >= PLANS {
                // They are left in the middle.
                continue;
            }
            let _ = store.end(&plan, PlanEnd::Ended, &outcome, SystemTime::now()).await.unwrap();
            let _ = store.end_job(&job, JobState::Done, &outcome, SystemTime::now()).await.unwrap();
            if number % 1_000 == 999 {
                store.saved("head-end", SystemTime::now(), SystemTime::now()).await.unwrap();
            }
            if number + 1 == PLANS {
                println!("{READY}");
            }
        }
    });
    true
}

/// The size of ten thousand plans, and how soon they are open after a kill.
pub(crate) async fn journal_size(table: &mut Table) {
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings::new(folder.path().join("data"));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([WRITES, settings.folder.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), READY);
    let sizes: u64 = std::fs::read_dir(&settings.folder)
        .unwrap()
        .map(Result::unwrap)
        // What is held back is of one size, however many plans there are.
        .filter(|entry| entry.file_name() != "store.reserve")
        .map(|entry| entry.metadata().unwrap().len())
        .sum();
    // Some more, which are cut off.
    tokio::time::sleep(Duration::from_millis(200)).await;
    child.kill().unwrap();
    child.wait().unwrap();
    let began = Instant::now();
    let store = Store::open(&settings).await.unwrap();
    let opened = began.elapsed();
    let pending = store.pending(None).await.unwrap().len();
    table.add(
        "journal: 10,000 plans of a step, and opening after a kill",
        format!(
            "{:.1} MB; open after {:.0} ms with {pending} pending",
            sizes as f64 / 1e6,
            opened.as_secs_f64() * 1e3
        ),
        "at most 60 MB, at most 1 s",
        sizes <= 60_000_000 && opened <= Duration::from_secs(1) && pending > 0,
    );
}
