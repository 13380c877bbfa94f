//! Recorded walks.

use std::path::PathBuf;

use oltsim::{Source, Value};
use rasn_snmp::v2::VarBindValue;

use crate::client::{Client, start};

/// Unsorted, with a duplicate, as files in the wild are.
const RECORDING: &str = "\
1.3.6.1.2.1.1.5.0|4|second\r
1.3.6.1.2.1.1.3.0|67|42

1.3.6.1.2.1.1.5.0|4|duplicate
1.0.8802.1.1.2.1.1.1.0|2|30
1.3.6.1.2.1.31.1.1.1.6.1|70|18446744073709551615
1.3.6.1.4.1.8072.9999.1.0|68x|9f780442280000
1.3.6.1.4.1.8072.9999.2.0|5|
1.3.6.1.4.1.8072.9999.3.0|64|192.0.2.1
";

#[tokio::test]
async fn a_recording_is_shown_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.snmprec");
    std::fs::write(&path, RECORDING).unwrap();
    let simulator = start(Source::Walk(path)).await;
    assert_eq!(simulator.device(|_| ()), None);
    let rows = simulator.rows();
    assert_eq!(rows.len(), 7);
    assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
    assert!(rows.contains(&(vec![1, 3, 6, 1, 2, 1, 1, 5, 0], Value::text("second"))), "the first of two");

    let mut client = Client::of(simulator.snmp_addr()).await;
    let walked: Vec<_> = client.walk().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(walked, rows.into_iter().map(|(name, _)| name).collect::<Vec<_>>());
    let answer = client.get(&[&[1, 3, 6, 1, 2, 1, 1, 5, 1], &[1, 3, 6, 1, 2, 1, 99, 1, 1]]).await;
    assert_eq!(answer.bindings[0].1, VarBindValue::NoSuchInstance);
    assert_eq!(answer.bindings[1].1, VarBindValue::NoSuchObject);
}

/// The recorded walk of a real C320, where the folder of walks is given.
#[tokio::test]
async fn the_walk_of_a_real_device() {
    let Some(folder) = std::env::var_os("WALKS") else {
        println!("skipped: WALKS does not name the folder of recorded walks");
        return;
    };
    let path = PathBuf::from(folder).join("c320-v2.1.0-gtgo.snmprec");
    let simulator = start(Source::Walk(path)).await;
    let rows = simulator.rows();
    assert_eq!(rows.len(), 2806, "2,809 lines, three of which say again what another said");
    let mut client = Client::of(simulator.snmp_addr()).await;
    let walked: Vec<_> = client.walk().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(walked, rows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());

    let distances = [1, 3, 6, 1, 4, 1, 3902, 1012, 3, 11, 4, 1, 2];
    assert_eq!(rows.iter().filter(|(name, _)| name.starts_with(&distances)).count(), 125);
    let started = [1, 3, 6, 1, 4, 1, 3902, 1082, 10, 1, 2, 4, 1, 25, 1, 1, 1];
    let started = rows.iter().find(|(name, _)| *name == started).map(|(_, value)| value.clone());
    assert_eq!(started, Some(Value::text([0x07, 0xe5, 0x0b, 0x06, b'\r', b'*', 0x15, 0x06])));
}

/// The simulated shelf against the recorded one: the same cards in the same slots.
#[tokio::test]
async fn the_simulated_shelf_is_like_the_recorded_one() {
    let Some(folder) = std::env::var_os("WALKS") else {
        println!("skipped: WALKS does not name the folder of recorded walks");
        return;
    };
    const ENTITY: [u32; 11] = [1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1];
    // What is a serial number, or nobody understands, is each device's own.
    let compared = |simulator: oltsim::Simulator| {
        let rows = simulator.rows().into_iter().filter(|(oid, _)| oid.starts_with(&ENTITY));
        rows.filter(|(oid, _)| ![11, 17].contains(&oid[11])).collect::<Vec<_>>()
    };
    let walk = PathBuf::from(folder).join("c320-v2.1.0-gtgo.snmprec");
    let recorded = compared(start(Source::Walk(walk)).await);
    let simulated = compared(crate::client::small().await);
    assert!(!recorded.is_empty());
    for (mine, theirs) in simulated.iter().zip(&recorded) {
        if mine.0 != [&ENTITY[..], &[2, 10]].concat() {
            assert_eq!(mine, theirs);
        }
    }
    assert_eq!(simulated.len(), recorded.len());
}
