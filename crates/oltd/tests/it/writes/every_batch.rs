//! Each thing that can happen, once to each batch, at a step that the two of them choose: what
//! is told of each target against the device, and one of them harms no other.

use std::hash::{DefaultHasher, Hash, Hasher};

use rig::every_step::{BATCHES, Batch, Calm, Happening};

use super::every_step::{few_at_once, is_asked_for};

/// Makes it while this happens to a line of its own, and looks at the device.
async fn made(batch: Batch, calm: &Calm, at: usize, happening: Happening) {
    let sent = &calm.lines[at];
    let what =
        format!("{}: {happening:?} at line {at} `{}` of target {}", batch.name, sent.line, sent.target);
    let made = batch.made(calm, at, happening).await;
    println!("{what}: {}", made.states());
    made.is_true(&what);
    // Where the OLT itself starts again, or nothing more can be noted, the others suffer too.
    if !matches!(happening, Happening::OltRestarts | Happening::StoreFull) {
        made.harms_none_but(sent.target, &what);
    }
}

async fn once(batch: Batch, happening: Happening) {
    let calm = batch.calm().await;
    let mut hasher = DefaultHasher::new();
    (batch.name, happening).hash(&mut hasher);
    let at = usize::try_from(hasher.finish() % calm.lines.len() as u64).unwrap();
    made(batch, &calm, at, happening).await;
}

macro_rules! happenings {
    ($($name:ident: $happening:expr;)+) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            few_at_once(BATCHES.iter().map(|batch| once(*batch, $happening))).await;
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

/// Everything at every line of every batch: `EVERY_STEP=1 cargo nextest run -p oltd every_batch`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_whole_matrix() {
    let each = BATCHES.iter().filter(|batch| is_asked_for(batch.name)).map(async |batch| {
        let calm = batch.calm().await;
        for at in 0..calm.lines.len() {
            for happening in Happening::ALL {
                made(*batch, &calm, at, happening).await;
            }
        }
    });
    few_at_once(each).await;
}
