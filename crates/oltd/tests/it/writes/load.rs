//! Many clients at once, with faults of every kind.

use rig::load::{Fleet, FleetOptions, Kind, Script, Sizes};

/// What the seed decides is the same in every run.
const SEED: u64 = 12;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_ends_as_it_was_foretold() {
    let fleet = Fleet::start(FleetOptions { onus: 16, ..FleetOptions::default() }).await;
    let devices: Vec<_> =
        fleet.sims.iter().map(|sim| sim.device(|device| device.configuration()).unwrap()).collect();
    let script = Script::new(SEED, Sizes { clients: 200, writes: 500, silences: 0 }, &devices);
    let (writes, kinds) = (script.writes().count(), script.spoilt());
    let spoilt: usize = kinds.values().sum();
    println!("{writes} writes, {spoilt} of them spoilt: {kinds:?}");
    assert_eq!(writes, 500);
    assert!((40..=50).contains(&(100 * spoilt / writes)), "{spoilt} of {writes}: {kinds:?}");
    assert!(Kind::ALL.iter().all(|kind| *kind == Kind::Silence || kinds[kind] >= 5), "{kinds:?}");
    let ended = script.run(&fleet).await;
    println!(
        "{:?}; outcomes {:?}; {} waiting; sent away {} times, one of them {} times; slowest {:?}",
        ended.took,
        ended.outcomes,
        ended.waiting.len(),
        ended.sent_away,
        ended.most_sent_away,
        ended.each.last(),
    );
    for problem in &ended.problems {
        println!("{problem}\n");
    }
    assert_eq!(ended.problems.len(), 0);
}
