//! What goes wrong on purpose.

use std::time::{Duration, Instant};

use oltsim::{Effect, Fault, Order, Pick};

use crate::client::{Client, fault, small, small_with};

const SYS_DESCR: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 1, 0];

#[tokio::test]
async fn dropped_exchanges_are_counted_and_not_answered() {
    let simulator = small().await;
    simulator.set_faults(vec![Fault::snmp(Effect::Drop).only(Pick::Next(2))]).unwrap();
    let mut client = Client::of(simulator.snmp_addr()).await;
    for _ in 0..2 {
        let request = client.bulk_request(0, 1, &[&[1, 3]]);
        client.send(request).await;
    }
    client.get(&[&SYS_DESCR]).await;
    assert!(client.is_quiet());
    let counters = simulator.counters();
    assert_eq!((counters.requests, counters.dropped, counters.packets_out), (3, 2, 1));
}

#[tokio::test]
async fn silence_lasts_until_it_is_cleared() {
    let simulator = small().await;
    simulator.set_faults(vec![fault(r#"{"target":"snmp","kind":"silence"}"#)]).unwrap();
    let mut client = Client::of(simulator.snmp_addr()).await;
    let request = client.bulk_request(0, 1, &[&[1, 3]]);
    client.send(request).await;
    assert_eq!(simulator.wait_for_requests(1).await.unwrap().packets_out, 0);
    simulator.clear_faults();
    client.get(&[&SYS_DESCR]).await;
    assert!(client.is_quiet());
}

#[tokio::test]
async fn duplicated_answers_come_twice() {
    let simulator = small().await;
    simulator.set_faults(vec![fault(r#"{"target":"snmp","kind":"duplicate"}"#)]).unwrap();
    let mut client = Client::of(simulator.snmp_addr()).await;
    let first = client.get(&[&SYS_DESCR]).await;
    let second = client.receive().await;
    assert_eq!(first.request_id, second.request_id);
    let counters = simulator.counters();
    assert_eq!((counters.packets_out, counters.duplicated), (2, 1));
}

#[tokio::test]
async fn truncated_answers_end_early() {
    let simulator = small().await;
    simulator.set_faults(vec![fault(r#"{"target":"snmp","kind":"truncate","bytes":20}"#)]).unwrap();
    let mut client = Client::of(simulator.snmp_addr()).await;
    let request = client.bulk_request(0, 5, &[&[1, 3]]);
    client.send(request).await;
    assert_eq!(client.receive_bytes().await.len(), 20);
    assert_eq!(simulator.counters().truncated, 1);
}

/// Sends `count` requests at once and gives back how long the last answer took.
async fn all_answers(client: &mut Client, count: usize) -> Duration {
    let begun = Instant::now();
    for _ in 0..count {
        let request = client.bulk_request(0, 1, &[&[1, 3]]);
        client.send(request).await;
    }
    for _ in 0..count {
        client.receive().await;
    }
    begun.elapsed()
}

#[tokio::test]
async fn delays_are_parallel_or_serial() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let by = Duration::from_millis(100);
    let delay = |order| vec![Fault::snmp(Effect::Delay { by, order })];
    simulator.set_faults(delay(Order::Parallel)).unwrap();
    let parallel = all_answers(&mut client, 10).await;
    assert!(parallel >= by, "{parallel:?}");
    simulator.set_faults(delay(Order::Serial)).unwrap();
    let serial = all_answers(&mut client, 10).await;
    assert!(serial >= by * 10, "{serial:?}");
    assert!(parallel < serial, "{parallel:?} and {serial:?}");
}

#[tokio::test]
async fn a_scenario_can_be_slow_by_itself() {
    let simulator = small_with("delay_ms = 50\ndelay_order = \"serial\"").await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let took = all_answers(&mut client, 3).await;
    assert!(took >= Duration::from_millis(150), "{took:?}");
}
