//! A disk that fills up while a plan runs.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use oltd::store::{JobState, Kept, PlanEnd, PlanState, Store, StoreError, StoreSettings, Way};

use super::{at, begun, plan, secret, step};

/// Names the small disk to the process that has it.
const DISK: &str = "TEST_STORE_DISK";

/// Takes all the space that a disk has left.
fn fill(disk: &Path) {
    let mut file = File::options().create(true).append(true).open(disk.join("filler")).unwrap();
    for size in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// Runs in a process of its own, where the folder is a disk of 24 MiB.
#[tokio::test]
async fn on_the_small_disk() {
    let Some(disk) = std::env::var_os(DISK) else { return };
    let disk = Path::new(&disk);
    let settings = StoreSettings::new(disk.join("data"));
    let store = Store::open(&settings).await.unwrap();
    begun(&store, "j0", "p0", 1).await;
    begun(&store, "j1", "p1", 100).await;
    step(&store, "p1", 0, Way::Forth, "ok", true, 1).await;
    fill(disk);
    for seq in 1..100 {
        step(&store, "p1", seq, Way::Forth, "ok", true, 1).await;
        step(&store, "p1", seq, Way::Back, "ok", true, 1).await;
    }
    assert_eq!(store.end("p1", PlanEnd::Ended, &secret("rolled_back"), at(2)).await.unwrap(), Kept::Whole);
    assert_eq!(store.end_job("j1", JobState::Done, &secret("result"), at(2)).await.unwrap(), Kept::Whole);
    // Nothing new is begun before there is space to hold back again; what can be read is read.
    fill(disk);
    let begun_again = store.begin_new(&plan("p2", "head-end", &secret("lines")), "j1", 1, at(3)).await;
    assert!(matches!(begun_again, Err(StoreError::Full)), "{begun_again:?}");
    assert_eq!(store.plan("p1").await.unwrap().unwrap().state, PlanState::Ended);
    drop(store);

    // With a little space, though not enough to hold back, it is opened and what was left is seen.
    let filler = File::options().write(true).open(disk.join("filler")).unwrap();
    filler.set_len(filler.metadata().unwrap().len() - (1 << 20)).unwrap();
    let store = Store::open(&settings).await.unwrap();
    assert_eq!(store.pending(None).await.unwrap().len(), 1);
    let refused = store.begin_new(&plan("p2", "head-end", &secret("lines")), "j1", 1, at(3)).await;
    assert!(matches!(refused, Err(StoreError::Full)), "{refused:?}");
    filler.set_len(0).unwrap();
    begun(&store, "j3", "p3", 1).await;
    println!("went on");
}

#[test]
fn what_was_begun_is_told_to_its_end_on_a_full_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c"]);
    command.arg("mount -t tmpfs -o size=24m tmpfs \"$TEST_STORE_DISK\" || exit 77; exec \"$@\"").arg("sh");
    command.arg(std::env::current_exe().unwrap());
    command.args(["--exact", "store::disk::on_the_small_disk", "--nocapture"]);
    let Ok(output) = command.env(DISK, folder.path()).output() else {
        return eprintln!("skipped: there is no unshare");
    };
    let (said, complained) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(77) || complained.starts_with("unshare: ") {
        return eprintln!("skipped: no disk can be mounted here: {complained}");
    }
    assert!(said.contains("went on"), "{said}{complained}");
}
