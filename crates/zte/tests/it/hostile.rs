//! OLTs that answer what no OLT should: tables without an end, jumps, repeats,
//! values of any size; and one that has just started.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gpon::{Field, PonPort, Problem};
use zte::Trouble;

use crate::agent::{Agent, Mib, Name, Request, Shared, Value};

/// The enterprise's part of a name.
fn zte(arcs: &[u32]) -> Name {
    [&[1, 3, 6, 1, 4, 1, 3902], arcs].concat()
}

const SYSTEM: [u32; 7] = [1, 3, 6, 1, 2, 1, 1];
const IF_NAME: [u32; 11] = [1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1];
/// gpon 1/1/1 and 1/1/2 in encoding B (fact sheet, SNMP §2.3).
const PONS: [u32; 2] = [285_278_465, 285_278_466];

pub(crate) fn pon(port: u8) -> PonPort {
    PonPort::new(1, port).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.as_bytes().to_vec())
}

fn below(name: &[u32], arcs: &[u32]) -> Name {
    [name, arcs].concat()
}

pub(crate) fn system(mib: &mut Mib, ticks: u32) {
    mib.put(&below(&SYSTEM, &[1, 0]), text("C320 Version V2.1.0 Software"));
    mib.put(&below(&SYSTEM, &[2, 0]), Value::Name(zte(&[1082, 1001, 320, 2, 1])));
    mib.put(&below(&SYSTEM, &[3, 0]), Value::Ticks(ticks));
    mib.put(&below(&SYSTEM, &[5, 0]), text("olt"));
}

/// The row of a port in IF-MIB.
pub(crate) fn port(mib: &mut Mib, index: u32, name: &str) {
    mib.put(&below(&IF_NAME, &[index]), text(name));
}

/// Name, type, serial, phase and Rx of these ONUs, all online.
pub(crate) fn onus(mib: &mut Mib, pon: u32, ids: impl IntoIterator<Item = u32>) {
    for id in ids {
        let mut put = |column: &[u32], tail: &[u32], value| {
            mib.put(&below(&below(&zte(column), &[pon, id]), tail), value);
        };
        put(&[1082, 500, 10, 2, 3, 3, 1, 1], &[], text("F609"));
        put(&[1082, 500, 10, 2, 3, 3, 1, 2], &[], text(&format!("ONU {id}")));
        put(&[1082, 500, 10, 2, 3, 3, 1, 6], &[], Value::Text([b"ZTEG\0\0\0", &[id as u8][..]].concat()));
        put(&[1082, 500, 10, 2, 3, 8, 1, 4], &[], Value::Integer(4));
        put(&[1082, 500, 20, 2, 2, 2, 1, 10], &[1], Value::Integer(3406));
    }
}

/// An OLT of two PONs, with ten ONUs on the first and three on the second.
pub(crate) fn honest() -> Mib {
    let mut mib = Mib::default();
    system(&mut mib, 640_000_000);
    for (port, index) in PONS.iter().enumerate() {
        self::port(&mut mib, *index, &format!("gpon_1/1/{}", port + 1));
    }
    onus(&mut mib, PONS[0], 1..=10);
    onus(&mut mib, PONS[1], 1..=3);
    mib
}

/// The honest OLT, whose answers to GETBULK are spoiled.
async fn spoiled(mut spoil: impl FnMut(&Request, &mut Vec<(Name, Value)>) + Send + 'static) -> Agent {
    let mib = honest();
    Agent::start(move |request| {
        let mut rows = mib.answer(request);
        // Only what is asked of ONUs.
        if request.bulk && request.names[0].starts_with(&zte(&[])) {
            spoil(request, &mut rows);
        }
        Some(rows)
    })
    .await
}

pub(crate) fn failed(problems: &[Problem]) -> Vec<(Field, &str)> {
    let failed = |problem| match problem {
        &Problem::Failed { field, ref reason } => Some((field, reason.as_str())),
        _ => None,
    };
    problems.iter().filter_map(failed).collect()
}

#[tokio::test]
async fn an_honest_agent_is_read_whole() {
    let agent = spoiled(|_, _| {}).await;
    let olt = agent.olt().await;
    let list = olt.onus(pon(1)).await.unwrap();
    assert_eq!((list.value.len(), failed(&list.problems)), (10, vec![]));
    assert_eq!(list.value[9].name.as_deref(), Some("ONU 10"));
    assert_eq!(olt.all_onus().await.unwrap().value.len(), 13);
}

type Spoil = fn(&Request, &mut Vec<(Name, Value)>);

/// What was asked, and what stands there: one more than the last, for ever.
fn endless(request: &Request, rows: &mut Vec<(Name, Value)>) {
    rows.clear();
    for repetition in 1..=request.repetitions as u32 {
        for name in &request.names {
            let mut name = name.clone();
            let last = name.last_mut().unwrap();
            *last += repetition;
            rows.push((name, Value::Integer(4)));
        }
    }
}

#[tokio::test]
async fn a_broken_column_has_not_ended() {
    let spoils: [(&str, Spoil); 7] = [
        ("repeats a row", |request, rows| {
            let width = request.names.len();
            for at in 2 * width..rows.len().min(3 * width) {
                rows[at] = rows[at - width].clone();
            }
        }),
        ("goes back", |request, rows| {
            let width = request.names.len();
            for at in 3 * width..rows.len().min(4 * width) {
                rows[at] = rows[at - 2 * width].clone();
            }
        }),
        ("goes out of the column and comes back", |request, rows| {
            let width = request.names.len();
            for at in width..rows.len().min(2 * width) {
                rows[at].0 = zte(&[9999, 1]);
            }
        }),
        ("jumps to ids that no ONU has", |request, rows| {
            let width = request.names.len();
            for (name, _) in rows.iter_mut().skip(2 * width) {
                // Behind the column and the PON.
                if let Some(arc) = name.get_mut(16) {
                    *arc += 1_000;
                }
            }
        }),
        ("has deeper and deeper rows", |request, rows| {
            rows.clear();
            for _ in 0..request.repetitions {
                for name in &request.names {
                    let deeper =
                        rows.iter().rev().map(|(name, _)| name).find(|row: &&Name| row.starts_with(name));
                    let deeper = below(deeper.unwrap_or(name), &[1]);
                    rows.push((deeper, Value::Integer(4)));
                }
            }
            rows.truncate(48);
        }),
        ("has no end", endless),
        ("sends more than it was asked for", |_, rows| {
            let more = rows.clone();
            rows.extend(more.iter().cloned());
            rows.extend(more);
        }),
    ];
    for (what, spoil) in spoils {
        let agent = spoiled(spoil).await;
        let olt = agent.olt().await;
        let began = Instant::now();
        match olt.onus(pon(1)).await {
            Ok(list) => assert!(list.is_partial() || list.value.len() == 10, "{what}: {list:?}"),
            Err(error) => assert!(matches!(error.trouble, Trouble::UnexpectedReply(_)), "{what}: {error}"),
        }
        let all = olt.all_onus().await;
        assert!(
            all.as_ref().map_or(true, |all| all.is_partial() || all.value.len() == 13),
            "{what}: {all:?}"
        );
        assert!(began.elapsed() < Duration::from_secs(20), "{what}: {:?}", began.elapsed());
    }
}

/// Columns that jump over rows which another column shows.
#[tokio::test]
async fn a_column_that_is_left_too_early_has_failed() {
    // The names end behind the third ONU: the agent goes on to the phases, past
    // the serial numbers that it shows in the same answer.
    let agent = spoiled(|_, rows| {
        let name = zte(&[1082, 500, 10, 2, 3, 3, 1, 2]);
        for (row, value) in rows.iter_mut() {
            if row.starts_with(&name) && row.last() > Some(&3) {
                *row = below(&zte(&[1082, 500, 10, 2, 3, 8, 1, 5]), &[PONS[0], *row.last().unwrap()]);
                *value = Value::Integer(1);
            }
        }
    })
    .await;
    let olt = agent.olt().await;
    let list = olt.onus(pon(1)).await.unwrap();
    // The other management columns name them all.
    assert_eq!(list.value.len(), 10);
    let failed = failed(&list.problems);
    assert!(
        failed.iter().any(|(field, reason)| *field == Field::Name && reason.contains("left out")),
        "{failed:?}"
    );
}

#[tokio::test]
async fn tables_without_an_end_have_one() {
    // Service ports: eight for each of 4,096 ONUs is what the largest chassis holds.
    let agent = spoiled(|request, rows| {
        endless(request, rows);
        for (_, value) in rows.iter_mut() {
            *value = Value::Integer(100);
        }
    })
    .await;
    let olt = agent.olt().await;
    let ports = olt.service_ports().await;
    assert!(ports.as_ref().map_or(true, |ports| ports.is_partial()), "{ports:?}");
    for reading in
        [olt.cards().await.map(|_| ()), olt.vlans().await.map(|_| ()), olt.dba_profiles().await.map(|_| ())]
    {
        assert!(reading.is_err() || agent.asked() > 0);
    }
    assert!(agent.asked() < 4_000, "{}", agent.asked());
}

#[tokio::test]
async fn a_value_of_any_size_costs_itself_alone() {
    let agent = spoiled(|_, rows| {
        for (name, value) in rows.iter_mut() {
            if name.last() == Some(&7) {
                *value = Value::Text(vec![b'x'; 2_000]);
            }
        }
        rows.truncate(20);
    })
    .await;
    let olt = agent.olt().await;
    let list = olt.onus(pon(1)).await.unwrap();
    assert_eq!(list.value.len(), 10);
    assert_eq!((list.value[6].name.as_deref(), list.value[5].name.as_deref()), (None, Some("ONU 6")));
    for problem in &list.problems {
        let Problem::Odd { reason, .. } = problem else { panic!("{problem:?}") };
        assert!(reason.len() <= 310, "{}", reason.len());
    }
}

/// Its system group and trees answer exceptions until it is up.
#[tokio::test]
async fn an_olt_that_starts_is_asked_again_at_the_next_question() {
    let mut starting = Mib::default();
    for (port, index) in PONS.iter().enumerate() {
        self::port(&mut starting, *index, &format!("gpon_1/1/{}", port + 1));
    }
    let mib: Shared = Arc::new(Mutex::new(starting));
    let shown = Arc::clone(&mib);
    let agent = Agent::start(move |request| Some(shown.lock().unwrap().answer(request))).await;
    let olt = agent.olt().await;
    let identity = olt.identity().await.unwrap();
    assert!(identity.is_partial(), "kept by nobody: {identity:?}");
    if let Ok(list) = olt.onus(pon(1)).await {
        assert!(list.is_partial(), "{list:?}");
    }
    // It knows by now who it is, and shows its tables a while later.
    system(&mut mib.lock().unwrap(), 1_000);
    let identity = olt.identity().await.unwrap();
    assert_eq!((identity.value.firmware.as_deref(), identity.problems.as_slice()), (Some("V2.1.0"), &[][..]));
    let early = olt.onus(pon(1)).await;
    assert!(early.as_ref().map_or(true, |list| list.is_partial() || list.value.is_empty()), "{early:?}");
    *mib.lock().unwrap() = honest();
    let list = olt.onus(pon(1)).await.unwrap();
    assert_eq!((list.value.len(), list.problems.as_slice()), (10, &[][..]));
    assert!(list.value.iter().all(|onu| onu.rx.is_some() && onu.state.is_some()));
}

/// Its trees answer exceptions for a while, though it says who it is and for how long it has run.
#[tokio::test]
async fn what_an_olt_lacks_while_it_lacks_everything_is_not_learned() {
    let mib: Shared = Arc::new(Mutex::new(honest()));
    let shown = Arc::clone(&mib);
    let agent = Agent::start(move |request| Some(shown.lock().unwrap().answer(request))).await;
    let olt = agent.olt().await;
    assert_eq!(olt.onus(pon(1)).await.unwrap().value.len(), 10);
    let mut bare = Mib::default();
    system(&mut bare, 640_001_000);
    *mib.lock().unwrap() = bare;
    let error = olt.service_ports().await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::UnexpectedReply(_)), "{error}");
    let mut whole = honest();
    // Service port 1 of ONU 1: tagged, VLAN 100 (fact sheet, SNMP §2.5, §6.7).
    for (column, value) in [(4, 4), (5, 1), (8, 100), (18, 100), (19, 0)] {
        whole.put(&zte(&[1082, 110, 5, 2, 2, 1, column, PONS[0], 402_718_976]), Value::Integer(value));
    }
    *mib.lock().unwrap() = whole;
    assert_eq!(olt.service_ports().await.unwrap().value.len(), 1);
}

#[tokio::test]
async fn an_olt_that_was_upgraded_while_silent_is_learned_again() {
    let mib: Shared = Arc::new(Mutex::new(honest()));
    let silent = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (shown, quiet) = (Arc::clone(&mib), Arc::clone(&silent));
    let agent = Agent::start(move |request| {
        (!quiet.load(std::sync::atomic::Ordering::SeqCst)).then(|| shown.lock().unwrap().answer(request))
    })
    .await;
    let olt = agent.olt_with(|snmp| snmp.deadline = Duration::from_millis(500)).await;
    assert_eq!(olt.identity().await.unwrap().value.firmware.as_deref(), Some("V2.1.0"));
    silent.store(true, std::sync::atomic::Ordering::SeqCst);
    let error = olt.onus(pon(1)).await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::Unreachable { .. }), "{error}");
    system(&mut mib.lock().unwrap(), 6_000);
    mib.lock().unwrap().put(&below(&SYSTEM, &[1, 0]), text("C320 Version V2.1.9 Software"));
    silent.store(false, std::sync::atomic::Ordering::SeqCst);
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        match olt.identity().await {
            // Before the probe notices, what it said before is all there is.
            Ok(identity) if identity.value.firmware.as_deref() == Some("V2.1.9") => return,
            Ok(_) | Err(_) => assert!(Instant::now() < until, "still believed"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn the_light_of_another_port_of_an_onu_is_not_its_own() {
    let mut mib = honest();
    let rx = zte(&[1082, 500, 20, 2, 2, 2, 1, 10]);
    // Behind the index of an ONU stands the number of its port; 1 is the one on the PON.
    for id in (1..=10).chain([20]) {
        mib.put(&below(&rx, &[PONS[0], id, 2]), Value::Integer(5000));
    }
    let mut unnamed = Mib(mib.0.clone());
    let of_management = zte(&[1082, 500, 10]);
    unnamed.0.retain(|name, _| !name.starts_with(&of_management));
    let lights =
        |onus: Vec<gpon::Onu>| -> Vec<_> { onus.iter().map(|onu| (onu.at.id.get(), onu.rx)).collect() };
    let own: Vec<_> = (1..=10).map(|id| (id, Some(gpon::Dbm::from_milli(-23_188)))).collect();
    let agent = Agent::start(move |request| Some(mib.answer(request))).await;
    let olt = agent.olt().await;
    assert_eq!(lights(olt.onus(pon(1)).await.unwrap().value), own);
    // Where only light names ONUs, it names none by the other port.
    let agent = Agent::start(move |request| Some(unnamed.answer(request))).await;
    assert_eq!(lights(agent.olt().await.onus(pon(1)).await.unwrap().value), own);
}

#[tokio::test]
async fn an_overload_of_the_command_line_is_said_of_service_ports() {
    // Its tables have a service port, so that only the overload keeps it back.
    let mut mib = honest();
    mib.put(&below(&zte(&[1082, 110, 5, 2, 2, 1, 1]), &[PONS[0], 0x1801_0100]), text("internet"));
    let agent = Agent::start(move |request| Some(mib.answer(request))).await;
    // Takes connections and says nothing, so that whoever has the session keeps it.
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut cli = zte::CliSettings::new("127.0.0.1", mute.local_addr().unwrap().port(), "zte", "zte".into());
    cli.queue = 1;
    let snmp = zte::SnmpSettings::new(agent.at.ip().to_string(), agent.at.port(), "public".into());
    let transport = zte::SnmpTransport::bind().await.unwrap();
    let olt = zte::Olt::new(zte::OltSettings::new("olt", snmp, Some(cli)), &transport);
    let mut readings = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let olt = olt.clone();
        readings.spawn(async move {
            olt.onu_service_ports(gpon::OnuRef { pon: pon(1), id: gpon::OnuId::new(1).unwrap() }).await
        });
    }
    let first = tokio::time::timeout(Duration::from_secs(5), readings.join_next()).await.unwrap();
    let trouble = first.unwrap().unwrap().unwrap_err().trouble;
    assert!(matches!(trouble, Trouble::Busy { waiting: 1 }), "{trouble}");
}
