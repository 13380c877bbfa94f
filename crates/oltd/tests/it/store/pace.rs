//! How long a step takes, measured against the disk under it.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use oltd::store::Way;

use super::{begun, fresh, step};

/// Steps of a plan, and times that the disk is asked.
const STEPS: u16 = 200;

/// Two syncs that take less are those of files in memory, or of a disk so fast that an
/// unoptimised build's own work shows beside it.
const NO_DISK: Duration = Duration::from_micros(500);

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Two blocks, each on the disk before the next.
fn two_syncs(file: &mut std::fs::File) -> Duration {
    let began = Instant::now();
    for _ in 0..2 {
        file.write_all(&[1; 4096]).unwrap();
        file.sync_data().unwrap();
    }
    began.elapsed()
}

/// In turns, so that both see the same load of the machine.
async fn measure(folder: &Path, store: &oltd::store::Store, plan: &str) -> (Duration, Duration) {
    let mut file = std::fs::File::create(folder.join("beside")).unwrap();
    let (mut steps, mut syncs) = (Vec::new(), Vec::new());
    for seq in 0..STEPS {
        syncs.push(two_syncs(&mut file));
        let began = Instant::now();
        step(store, plan, seq, Way::Forth, "[Successful]", seq % 2 == 0, 1).await;
        steps.push(began.elapsed());
    }
    (median(steps), median(syncs))
}

#[tokio::test]
async fn a_step_takes_one_and_a_half_times_two_syncs() {
    let (folder, _, store) = fresh().await;
    // The best of three: another process may take the disk for a while.
    let mut told = Vec::new();
    for round in 0..3 {
        let (job, plan) = (format!("j{round}"), format!("p{round}"));
        begun(&store, &job, &plan, STEPS).await;
        let (step, syncs) = measure(folder.path(), &store, &plan).await;
        if syncs < NO_DISK {
            return eprintln!("skipped: temporary files are not on a disk, or on one as fast as memory");
        }
        println!("a step {step:?}, two syncs {syncs:?}");
        if step <= syncs * 3 / 2 {
            return;
        }
        told.push((step, syncs));
    }
    panic!("a step and two syncs: {told:?}");
}
