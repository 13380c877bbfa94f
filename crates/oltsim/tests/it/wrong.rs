//! An agent that is slow, new-born, broken or hostile.

use std::time::{Duration, Instant};

use oltsim::{Source, Value};
use rasn_snmp::v2::VarBindValue;

use crate::client::{Client, fault, small, small_with, start};

const SYS_DESCR: [u32; 9] = [1, 3, 6, 1, 2, 1, 1, 1, 0];

/// zxAnGponSrvOnuMgmtTable, the name (fact sheet, SNMP §6.5).
const NAME: [u32; 14] = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 3, 1];
const B: u32 = 285_278_465;

fn name_column() -> Vec<u32> {
    [&NAME[..], &[2]].concat()
}

#[tokio::test]
async fn the_agent_makes_so_many_values_a_second() {
    let simulator = small_with("speed = { all = 100, state = 20 }").await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let begun = Instant::now();
    client.bulk(0, 8, &[&name_column()]).await;
    let configuration = begun.elapsed();
    assert!(configuration >= Duration::from_millis(80), "8 values at 100/s: {configuration:?}");
    let state: &[u32] = &[1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 8, 1, 4];
    let begun = Instant::now();
    for _ in 0..2 {
        let request = client.bulk_request(0, 8, &[state]);
        client.send(request).await;
    }
    client.receive().await;
    client.receive().await;
    let state = begun.elapsed();
    assert!(state >= Duration::from_millis(800), "16 values at 20/s, one request after the other: {state:?}");
}

#[tokio::test]
async fn the_slow_agent_takes_a_second_for_150_values() {
    let simulator = start(Source::Scenario(oltsim::SLOW_AGENT.to_owned())).await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let begun = Instant::now();
    let values = client.bulk(0, 30, &[&name_column()]).await.bindings.len();
    assert!(begun.elapsed() >= Duration::from_secs_f64(values as f64 / 150.0), "{values} values");
}

#[tokio::test]
async fn an_olt_that_has_just_booted_answers_exceptions() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    for (what, system, tables) in [("all", false, false), ("system", false, true), ("trees", true, false)] {
        let json = format!(r#"{{"target":"snmp","kind":"booting","what":"{what}"}}"#);
        simulator.set_faults(vec![fault(&json)]).unwrap();
        let got = client.get(&[&SYS_DESCR]).await;
        assert_eq!(got.error_status, 0);
        assert_eq!(got.bindings[0].1 != VarBindValue::NoSuchObject, system, "{what}");
        let rows = client.bulk(0, 4, &[&name_column()]).await;
        assert_eq!(rows.bindings[0].1 != VarBindValue::EndOfMibView, tables, "{what}");
    }
    simulator.clear_faults();
    assert_ne!(client.get(&[&SYS_DESCR]).await.bindings[0].1, VarBindValue::NoSuchObject);
}

#[tokio::test]
async fn booting_ends_after_its_time() {
    let simulator = start(Source::Scenario(format!(
        "{}\n[[faults]]\ntarget = \"snmp\"\nkind = \"booting\"\nms = 400\n",
        oltsim::SMALL
    )))
    .await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let deadline = Instant::now() + Duration::from_secs(10);
    let mut booted_late = false;
    while client.get(&[&SYS_DESCR]).await.bindings[0].1 == VarBindValue::NoSuchObject {
        booted_late = true;
        assert!(Instant::now() < deadline, "it never boots");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(booted_late);
}

#[tokio::test]
async fn bulk_answers_jump_or_repeat_inside() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    let right = client.bulk(0, 8, &[&name_column()]).await.names();
    assert!(right.iter().all(|name| name.starts_with(&name_column())) && right.len() == 8);
    simulator.set_faults(vec![fault(r#"{"target":"snmp","kind":"jump"}"#)]).unwrap();
    let jumped = client.bulk(0, 8, &[&name_column()]).await.names();
    assert!(!jumped[4].starts_with(&name_column()));
    assert_eq!((&jumped[..4], &jumped[5..]), (&right[..4], &right[5..]));
    simulator.set_faults(vec![fault(r#"{"target":"snmp","kind":"repeat"}"#)]).unwrap();
    let repeated = client.bulk(0, 8, &[&name_column()]).await.names();
    assert_eq!((&repeated[3], &repeated[4], &repeated[5]), (&right[3], &right[3], &right[5]));
    // GETNEXT is right.
    assert_eq!(client.get_next(&[&right[3]]).await.names(), [right[4].clone()]);
}

#[tokio::test]
async fn columns_have_no_end() {
    let simulator = small().await;
    let mut client = Client::of(simulator.snmp_addr()).await;
    for (how, longer) in [("rows", false), ("deeper", true)] {
        let json = format!(r#"{{"target":"snmp","kind":"endless","how":"{how}"}}"#);
        simulator.set_faults(vec![fault(&json)]).unwrap();
        let (mut from, mut rows, mut longest) = (name_column(), 0, 0);
        while rows < 2000 {
            for (name, value) in client.bulk(0, 50, &[&from]).await.bindings {
                assert!(name > from && name.starts_with(&name_column()), "{name:?} after {from:?}");
                assert!(matches!(value, VarBindValue::Value(_)), "{value:?}");
                longest = longest.max(name.len());
                from = name;
                rows += 1;
            }
        }
        assert_eq!(longest > NAME.len() + 3, longer, "{how}: {longest}");
    }
    // Its own rows stand before those that are not there.
    simulator.clear_faults();
    let own = client.bulk(0, 8, &[&name_column()]).await.names();
    simulator.set_faults(vec![fault(r#"{"target":"snmp","kind":"endless"}"#)]).unwrap();
    assert_eq!(client.bulk(0, 8, &[&name_column()]).await.names(), own);
}

#[tokio::test]
async fn the_last_optics_are_kept_of_those_that_lost_light_or_power() {
    let simulator = small_with("offline_optics = \"kept\"").await;
    let rx = |id| {
        let oid = [&[1, 3, 6, 1, 4, 1, 3902, 1082, 500, 20, 2, 2, 2, 1, 10, B][..], &[id, 1]].concat();
        simulator.rows().into_iter().find(|(own, _)| *own == oid).map(|(_, value)| value)
    };
    for (id, kept) in [(1, true), (2, true), (3, true), (4, false), (5, false)] {
        let value = rx(id);
        assert_eq!(value.is_some(), kept, "{id}");
        assert_ne!(value, Some(Value::Integer(65_535)));
    }
}

#[tokio::test]
async fn versions_of_hardware_and_software_differ() {
    let simulator = small().await;
    let version = |table: &[u32]| {
        let oid = [&[1, 3, 6, 1, 4, 1, 3902][..], table].concat();
        simulator.rows().into_iter().find(|(own, _)| *own == oid).map(|(_, value)| value)
    };
    let hardware = Some(Value::text("V8.0"));
    assert_eq!(version(&[1082, 500, 20, 2, 1, 2, 1, 2, B, 1]), hardware);
    assert_eq!(version(&[1012, 3, 50, 11, 2, 1, 2, 268_501_248, 1]), hardware);
    let mut terminal = crate::terminal::Terminal::logged_in(&simulator).await;
    let software = terminal.ask("show remote-unit information gpon-olt_1/1/1 1", "SMALL#").await;
    assert!(software.contains("Vertag        : V8.0.10P1T3\r\n"), "{software}");
    let equip = terminal.ask("show gpon remote-onu equip gpon-onu_1/1/1:1", "SMALL#").await;
    assert!(equip.contains("Version:                   V8.0\r\n"), "{equip}");
}
