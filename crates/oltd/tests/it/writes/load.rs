//! Many clients at once, with faults of every kind.

use rig::load::{Fleet, FleetOptions, Kind, Script, Sizes};

/// What the seed decides is the same in every run.
const SEED: u64 = 12;

async fn as_foretold(onus: usize, sizes: Sizes, least: usize) {
    let fleet = Fleet::start(FleetOptions { onus, ..FleetOptions::default() }).await;
    let script = Script::new(SEED, sizes, &fleet.configurations());
    let (writes, kinds) = (script.writes().count(), script.spoilt());
    let spoilt: usize = kinds.values().sum();
    println!("{writes} writes, {spoilt} of them spoilt: {kinds:?}");
    assert_eq!(writes, sizes.writes);
    assert!((40..=50).contains(&(100 * spoilt / writes)), "{spoilt} of {writes}: {kinds:?}");
    let wanted = Kind::ALL.iter().filter(|kind| **kind != Kind::Silence || sizes.silences > 0);
    for kind in wanted {
        assert!(kinds.get(kind).is_some_and(|count| *count >= least), "{kind:?}: {kinds:?}");
    }
    let ended = script.run(&fleet).await;
    println!("{ended}");
    for problem in &ended.problems {
        println!("{problem}\n");
    }
    assert_eq!(ended.problems.len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_ends_as_it_was_foretold() {
    as_foretold(16, Sizes { clients: 200, writes: 500, silences: 0 }, 5).await;
}

/// As many as are wished for, with silences of the OLT, as the benchmark has it:
/// `LOAD=10000 cargo nextest run -p oltd as_many_writes`, which takes most of an hour.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_writes_as_are_wished_for() {
    let Some(writes) = std::env::var("LOAD").ok().and_then(|number| number.parse().ok()) else {
        eprintln!("skipped: LOAD is no number of writes");
        return;
    };
    as_foretold(32, Sizes { clients: 200, writes, silences: 27 }, writes / 100).await;
}
