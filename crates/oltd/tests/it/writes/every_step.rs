//! Each thing that can happen, once to each write, at a step that the two of them choose.

use std::hash::{DefaultHasher, Hash, Hasher};

use futures::StreamExt;
use rig::every_step::{Happening, OPERATIONS, Operation, RESUME};

fn every() -> impl Iterator<Item = Operation> {
    OPERATIONS.iter().copied().chain([RESUME])
}

async fn once(operation: Operation, happening: Happening) {
    let lines = operation.lines().await;
    let mut hasher = DefaultHasher::new();
    (operation.name, happening).hash(&mut hasher);
    let at = usize::try_from(hasher.finish() % lines.len() as u64).unwrap();
    let what = format!("{}: {happening:?} at `{}`", operation.name, lines[at]);
    operation.made(at, happening).await.is_true(&what);
}

/// Each has an OLT and a server of its own: more of them than this keep a small machine from
/// answering in time.
pub(super) async fn few_at_once<T>(each: impl IntoIterator<Item = impl Future<Output = T>>) {
    futures::stream::iter(each).buffer_unordered(5).collect::<Vec<_>>().await;
}

macro_rules! happenings {
    ($($name:ident: $happening:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            few_at_once(every().map(|operation| once(operation, $happening))).await;
        }
    )+};
}

happenings! {
    refused: Happening::Refused;
    refused_and_its_undo: Happening::RefusedAndItsUndo;
    a_log_line: Happening::LogLine;
    cut_before: Happening::CutBefore;
    cut_behind: Happening::CutBehind;
    cut_in_the_answer: Happening::CutIn;
    cut_in_the_prompt: Happening::CutInPrompt;
    the_olt_restarts: Happening::OltRestarts;
    somebody_else: Happening::SomebodyElse;
    the_store_is_full: Happening::StoreFull;
}

/// What cannot be taken back because the OLT refuses that too is named.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_undo_leaves_a_part_that_is_named() {
    let second = [("name and description", "description"), ("reboot by its interface", "no shutdown")];
    for (name, begins) in second {
        let operation = OPERATIONS.iter().find(|operation| operation.name == name).unwrap();
        let at = operation.lines().await.iter().position(|line| line.starts_with(begins)).unwrap();
        let made = operation.made(at, Happening::RefusedAndItsUndo).await;
        made.is_true(name);
        assert_eq!(made.answer.body["data"]["state"], "partial", "{}", made.answer.body);
    }
}

/// That an ONU did not start again, nothing proves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_that_nothing_shows_is_not_verified() {
    let operation = OPERATIONS.iter().find(|operation| operation.name == "reboot by OMCI").unwrap();
    let at = operation.lines().await.iter().position(|line| line == "yes").unwrap();
    let made = operation.made(at, Happening::CutBefore).await;
    made.is_true(operation.name);
    let data = &made.answer.body["data"];
    assert_eq!((&data["state"], &data["verified"]), (&"refused".into(), &false.into()), "{data}");
    assert!(data["warnings"].to_string().contains("does not show that it restarted"), "{data}");
    let body = &made.answer.body;
    assert_eq!(body["error_code"], "outcome_unknown", "the OLT refused nothing: {body}");
    assert!(!body["message"].as_str().unwrap().contains("refused"), "{body}");
}

/// Whether the whole matrix of a write is to be run: `EVERY_STEP` is `1`, or a part of its name.
pub(super) fn is_asked_for(name: &str) -> bool {
    let asked = std::env::var("EVERY_STEP").unwrap_or_default();
    let is = asked == "1" || (!asked.is_empty() && name.contains(&asked));
    if !is {
        eprintln!("skipped: {name}: EVERY_STEP does not ask for it");
    }
    is
}

/// Everything at every line: `EVERY_STEP=1 cargo nextest run -p oltd every_step`, or of the
/// writes alone whose name holds a word: `EVERY_STEP=register`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_matrix() {
    let chosen = every().filter(|operation| is_asked_for(operation.name));
    let mut cases = Vec::new();
    for operation in chosen {
        let lines = operation.lines().await.into_iter().enumerate();
        cases.extend(
            lines.flat_map(|(at, line)| Happening::ALL.map(|each| (operation, at, line.clone(), each))),
        );
    }
    // Most of the time goes by waiting: for links, for settling, for an OLT that keeps silent.
    let each = cases.into_iter().map(async |(operation, at, line, happening)| {
        let made = operation.made(at, happening).await;
        let (status, state) = (made.answer.status, &made.answer.body["data"]["state"]);
        println!("{:26} line {at} `{line}` {happening:?}: {status} {state}", operation.name);
        made.is_true(&format!("{}: {happening:?} at line {at} `{line}`", operation.name));
    });
    few_at_once(each).await;
}
