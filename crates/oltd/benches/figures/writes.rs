//! What a change takes, and whether many of them at once are true.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use oltsim::SMALL;
use rig::Writer;
use rig::every_step::{Happening, OPERATIONS};
use rig::load::{Fleet, FleetOptions, Kind, Script, Sizes};
use serde_json::json;

use crate::table::Table;

/// What the command line of the OLT takes for a line, and what its reader may add.
pub(crate) const LINE: Duration = Duration::from_millis(50);
pub(crate) const SETTLING: Duration = Duration::from_millis(15);
const CHANGES: u64 = 20;

/// The time of changes, against all lines that the OLT received for them.
pub(crate) async fn line_time(table: &mut Table) {
    let scenario = format!("{SMALL}\n[cli]\ndelay_ms = {}\n", LINE.as_millis());
    let writer = Writer::start(&scenario).await;
    let change = async |number: u64| {
        let asked = json!({
            "pon_port": "1/1/1", "onu_id": 1,
            "name": format!("name {number}"), "description": format!("text {number}"),
        });
        let began = Instant::now();
        let answer = writer.put("/onu-management/description", asked).await;
        assert_eq!(answer.body["data"]["state"], "applied", "{}", answer.body);
        began.elapsed()
    };
    // It logs in, and learns what the OLT is.
    change(0).await;
    let before = writer.sim.counters().cli_commands;
    let mut took = Duration::ZERO;
    for number in 1..=CHANGES {
        took += change(number).await;
    }
    let lines = writer.sim.counters().cli_commands - before;
    let ideal = (LINE + SETTLING).as_secs_f64() * lines as f64;
    let ratio = took.as_secs_f64() / ideal;
    table.add(
        "a change of name and description at 50 ms a line, mean of 20",
        format!(
            "{:.0} ms, {:.1} lines sent with the reads, {:.1} ms a line, {ratio:.2} x lines x 65 ms",
            took.as_secs_f64() * 1e3 / CHANGES as f64,
            lines as f64 / CHANGES as f64,
            took.as_secs_f64() * 1e3 / lines as f64,
        ),
        "at most 1.1 x lines x (50 ms + 15 ms)",
        ratio <= 1.1,
    );
}

/// Everything that can happen to every line of every operation.
pub(crate) async fn every_step(table: &mut Table) {
    let (mut states, mut tried) = (BTreeMap::<String, usize>::new(), 0);
    for operation in OPERATIONS {
        for at in 0..operation.lines().await.len() {
            for happening in Happening::ALL {
                let made = operation.made(at, happening).await;
                let state = made.answer.body["data"]["state"].as_str().unwrap_or_default().to_owned();
                eprintln!("{}: {happening:?} at line {at}: {state}", operation.name);
                made.is_true(&format!("{}: {happening:?} at line {at}", operation.name));
                *states.entry(state).or_default() += 1;
                tried += 1;
            }
        }
    }
    let told: Vec<_> = states.iter().map(|(state, count)| format!("{state} {count}")).collect();
    table.add(
        "everything that can happen to each line of each write",
        format!("{tried} tried, each report true of the device: {}", told.join(", ")),
        "every report true",
        tried > 0,
    );
}

/// What the seed decides is the same in every run.
const SEED: u64 = 12;
const SIZES: Sizes = Sizes { clients: 200, writes: 10_000, silences: 27 };
/// Each kind of fault happens so often at least.
const LEAST: usize = 100;

/// Many clients at once, on 64 PONs of two OLTs.
pub(crate) async fn load(table: &mut Table) {
    let fleet = Fleet::start(FleetOptions { onus: 32, ..FleetOptions::default() }).await;
    let script = Script::new(SEED, SIZES, &fleet.configurations());
    let kinds = script.spoilt();
    let spoilt: usize = kinds.values().sum();
    let enough = Kind::ALL.iter().all(|kind| kinds.get(kind).is_some_and(|count| *count >= LEAST));
    let ended = script.run(&fleet).await;
    for problem in &ended.problems {
        eprintln!("{problem}");
    }
    table.add(
        "200 clients, 10,000 writes on 64 PONs of 2 OLTs",
        format!("{ended}; {spoilt} of the writes spoilt: {kinds:?}"),
        "40 to 50 % spoilt, each kind 100 times; all as foretold, nothing else changed; pending is only what waits for a person",
        enough && (40..=50).contains(&(100 * spoilt / SIZES.writes)) && ended.problems.is_empty(),
    );
}
