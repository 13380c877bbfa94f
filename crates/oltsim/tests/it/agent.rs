//! How the agent answers, whatever it shows.

use oltsim::Value;
use rasn_snmp::v2::{self, Pdus, VarBindValue};

use crate::client::{Client, small, small_with};

const SYS_DESCR: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 1, 0];
const SYS_UP_TIME: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 3, 0];
const ONU_NAMES: [u32; 14] = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 3, 1];
const PON_1_1_1: u32 = 285_278_465;

const TOO_BIG: u32 = 1;
const NO_ACCESS: u32 = 6;
const NOT_WRITABLE: u32 = 17;

fn onu_name(onu: u32) -> Vec<u32> {
    [&ONU_NAMES[..], &[2, PON_1_1_1, onu]].concat()
}

#[tokio::test]
async fn get_gives_values_and_exceptions() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let no_such_row = onu_name(99);
    let no_such_column = [&ONU_NAMES[..], &[77, PON_1_1_1, 1]].concat();
    let answer = client.get(&[&SYS_DESCR, &onu_name(1), &no_such_row, &no_such_column, &[1, 3]]).await;
    assert_eq!(answer.error_status, 0);
    let [descr, name, row, column, top] = &answer.bindings[..] else { panic!("{answer:?}") };
    assert!(matches!(descr.1, VarBindValue::Value(_)));
    assert!(matches!(name.1, VarBindValue::Value(_)));
    assert_eq!(*row, (no_such_row, VarBindValue::NoSuchInstance));
    assert_eq!(*column, (no_such_column, VarBindValue::NoSuchObject));
    assert_eq!(top.1, VarBindValue::NoSuchObject);
}

#[tokio::test]
async fn get_next_goes_in_order_to_the_end() {
    let simulator = small().await;
    simulator.device(|device| device.clock.hold()).unwrap();
    let rows = simulator.rows();
    assert!(rows.is_sorted_by(|a, b| a.0 < b.0), "strictly sorted");
    let mut client = Client::of(simulator.snmp_addr()).await;
    let mut from = vec![1, 0];
    for (oid, _) in rows.iter().take(300) {
        let answer = client.get_next(&[&from]).await;
        assert_eq!(answer.bindings[0].0, *oid);
        from.clone_from(oid);
    }
    let last = &rows.last().unwrap().0;
    let answer = client.get_next(&[last, &SYS_DESCR]).await;
    assert_eq!(answer.bindings[0], (last.clone(), VarBindValue::EndOfMibView));
    assert_eq!(answer.bindings[1].0[7], 2, "the others go on");
}

#[tokio::test]
async fn every_row_is_found_by_get() {
    let simulator = small().await;
    simulator.device(|device| device.clock.hold()).unwrap();
    let mut client = Client::of(simulator.snmp_addr()).await;
    let names: Vec<Vec<u32>> = simulator.rows().into_iter().map(|(oid, _)| oid).collect();
    for chunk in names.chunks(10) {
        let asked: Vec<&[u32]> = chunk.iter().map(Vec::as_slice).collect();
        let answer = client.get(&asked).await;
        assert_eq!(answer.names(), chunk);
        let found = |(_, value): &(Vec<u32>, VarBindValue)| matches!(value, VarBindValue::Value(_));
        assert!(answer.bindings.iter().all(found), "{answer:?}");
    }
}

#[tokio::test]
async fn bulk_repeats_row_by_row() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let types = [&ONU_NAMES[..], &[1, PON_1_1_1]].concat();
    let names = [&ONU_NAMES[..], &[2, PON_1_1_1]].concat();
    let answer = client.bulk(1, 3, &[&[1, 3, 6, 1, 2, 1, 1, 1], &types, &names]).await;
    let expected = [
        SYS_DESCR.to_vec(),
        [&types[..], &[1]].concat(),
        onu_name(1),
        [&types[..], &[2]].concat(),
        onu_name(2),
        [&types[..], &[3]].concat(),
        onu_name(3),
    ];
    assert_eq!(answer.names(), expected);
}

#[tokio::test]
async fn bulk_ends_with_the_view() {
    let simulator = small().await;
    let last = simulator.rows().last().unwrap().0.clone();
    let mut client = Client::of(simulator.snmp_addr()).await;
    let answer = client.bulk(0, 50, &[&last]).await;
    assert_eq!(answer.bindings, [(last, VarBindValue::EndOfMibView)]);
    assert!(client.bulk(0, 50, &[]).await.bindings.is_empty());
}

#[tokio::test]
async fn bulk_fills_an_answer_up_to_the_limit() {
    for limit in [484, 1472, 4000] {
        let simulator = small_with(&format!("max_answer_bytes = {limit}")).await;
        let mut client = Client::of(simulator.snmp_addr()).await;
        let answer = client.bulk(0, 1000, &[&[1, 3]]).await;
        assert!(answer.length <= limit, "{} of {limit}", answer.length);
        // The next binding did not fit: it would have made the answer longer than the limit.
        let next = client.bulk(0, 1, &[&answer.names().last().unwrap()[..]]).await;
        let frame = client.bulk(0, 1, &[&[2, 9]]).await;
        let of_one = next.length - (frame.length - 7);
        assert!(answer.length + of_one + 8 > limit, "{} + {of_one} of {limit}", answer.length);
    }
}

#[tokio::test]
async fn what_does_not_fit_is_too_big() {
    let simulator = small_with("max_answer_bytes = 484").await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let names = [&SYS_DESCR[..]; 40];
    for answer in [client.get(&names).await, client.get_next(&names).await] {
        assert_eq!((answer.error_status, answer.error_index), (TOO_BIG, 0));
        assert!(answer.bindings.is_empty());
    }
    assert_eq!(simulator.counters().too_big, 2);
    let answer = client.bulk(0, 1, &names).await;
    assert_eq!(answer.error_status, 0, "a GETBULK is cut");
}

#[tokio::test]
async fn an_agent_may_refuse_instead_of_cutting() {
    let simulator = small_with("bulk_overflow = \"too_big\"").await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    assert_eq!(client.bulk(0, 1000, &[&[1, 3]]).await.error_status, TOO_BIG);
    assert_eq!(client.bulk(0, 5, &[&[1, 3]]).await.bindings.len(), 5);
}

#[tokio::test]
async fn zero_repetitions_are_never_answered() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let request = client.bulk_request(0, 0, &[&[1, 3]]);
    client.send(request).await;
    client.get(&[&SYS_DESCR]).await;
    assert!(client.is_quiet());
    assert_eq!(simulator.counters().zero_repetitions, 1);

    let simulator = small_with("zero_repetitions = \"answer\"").await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    assert_eq!(client.bulk(1, 0, &[&SYS_DESCR, &SYS_DESCR]).await.bindings.len(), 1);
}

#[tokio::test]
async fn nothing_can_be_written() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let answer = client.set(&[&onu_name(1)]).await;
    assert_eq!((answer.error_status, answer.error_index), (NOT_WRITABLE, 1));
    assert_eq!(answer.names(), [onu_name(1)]);
    assert_eq!(client.set(&[&[1, 3, 9, 9]]).await.error_status, NO_ACCESS);
    assert_eq!(simulator.counters().set, 2);
}

#[tokio::test]
async fn strangers_and_noise_are_met_with_silence() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let mut stranger = Client::of(simulator.snmp_addr()).await;
    stranger.community = "private";
    let request = stranger.bulk_request(0, 5, &[&[1, 3]]);
    stranger.send(request).await;
    for noise in [&b""[..], b"\x30", b"\x30\x82\xff\xff", b"GET / HTTP/1.0\r\n\r\n", &[0xff; 2000]] {
        client.send_bytes(noise).await;
    }
    let pdu = v2::Pdu { request_id: 1, error_status: 0, error_index: 0, variable_bindings: Vec::new() };
    client.send(Pdus::Response(v2::Response(pdu))).await;
    client.get(&[&SYS_UP_TIME]).await;
    assert!(client.is_quiet() && stranger.is_quiet());
    let counters = simulator.counters();
    assert_eq!((counters.wrong_community, counters.malformed, counters.unsupported), (1, 5, 1));
    assert_eq!((counters.packets_in, counters.packets_out, counters.requests), (8, 1, 1));
}

#[tokio::test]
async fn counters_count_bytes_and_bindings() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let first = client.bulk(0, 7, &[&[1, 3]]).await;
    let second = client.get(&[&SYS_DESCR, &SYS_UP_TIME]).await;
    let counters = simulator.reset_counters();
    assert_eq!((counters.get_bulk, counters.get, counters.get_next), (1, 1, 0));
    assert_eq!((counters.varbinds_in, counters.varbinds_out), (3, 9));
    assert_eq!(counters.bytes_out, u64::try_from(first.length + second.length).unwrap());
    assert_eq!(simulator.counters(), oltsim::Counters::default());
}

#[tokio::test]
async fn a_scenario_can_take_trees_columns_and_rows_away() {
    let prefixes = r#"absent = ["1.3.6.1.4.1.3902.1012", "1.3.6.1.4.1.3902.1082.500.10.2.3.3.1.2",
        "1.3.6.1.4.1.3902.1082.500.10.2.3.3.1.3.285278465.1", "1.3.6.1.2.1.1.1.0"]"#;
    let whole = small().await.rows();
    let simulator = small_with(prefixes).await;
    let gone = |oid: &[u32]| {
        oid.starts_with(&[1, 3, 6, 1, 4, 1, 3902, 1012])
            || oid.starts_with(&[&ONU_NAMES[..], &[2]].concat())
            || oid == [&ONU_NAMES[..], &[3, PON_1_1_1, 1]].concat()
            || oid == SYS_DESCR
    };
    let expected: Vec<_> = whole.into_iter().map(|(oid, _)| oid).filter(|oid| !gone(oid)).collect();
    let rows: Vec<_> = simulator.rows().into_iter().map(|(oid, _)| oid).collect();
    assert_eq!(rows, expected);
    let mut client = Client::of(simulator.snmp_addr()).await;
    let row = [&ONU_NAMES[..], &[3, PON_1_1_1, 1]].concat();
    let answer = client.get(&[&onu_name(1), &row]).await;
    assert_eq!(answer.bindings[0].1, VarBindValue::NoSuchObject, "the column is gone");
    assert_eq!(answer.bindings[1].1, VarBindValue::NoSuchInstance, "the row is gone");
}

#[tokio::test]
async fn a_large_device_costs_no_more_per_request() {
    let simulator = crate::client::start(oltsim::Source::Scenario(oltsim::FULL.to_owned())).await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    client.get(&[&SYS_DESCR]).await;
    let begun = std::time::Instant::now();
    let mut seen = 0;
    let mut from = [&ONU_NAMES[..], &[2]].concat();
    while seen < 4096 {
        let answer = client.bulk(0, 50, &[&from]).await;
        seen += answer.bindings.len();
        from.clone_from(&answer.names()[answer.bindings.len() - 1]);
    }
    // About 140 requests, each a few hundred microseconds unoptimised; rebuilding
    // the view for each of them takes minutes.
    let took = begun.elapsed();
    assert!(took < std::time::Duration::from_secs(5), "{seen} rows in {took:?}");
}

#[tokio::test]
async fn a_change_shows_at_once() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let at = "1/1/1:1";
    let found = simulator.device(|device| {
        let (at, _) = device.onus().find(|(onu, _)| onu.to_string() == at).unwrap();
        device.onu_mut(at).unwrap().configured.name = b"renamed".to_vec();
        at
    });
    let answer = client.get(&[&onu_name(1)]).await;
    let VarBindValue::Value(value) = &answer.bindings[0].1 else { panic!("{answer:?}") };
    assert_eq!(*value, rasn::types::OctetString::from_static(b"renamed").into());
    simulator.device(|device| device.remove_onu(found.unwrap()).unwrap()).unwrap();
    assert_eq!(client.get(&[&onu_name(1)]).await.bindings[0].1, VarBindValue::NoSuchInstance);
    assert!(!simulator.rows().contains(&(onu_name(1), Value::text("renamed"))));
}
