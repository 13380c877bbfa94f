//! The server in front of agents whose tables have no end.

use std::time::{Duration, Instant};

use super::running::{Running, address, get};

#[expect(dead_code)]
#[path = "../../../../zte/tests/it/agent.rs"]
mod agent;

use agent::{Agent, Mib, Name, Request, Value};

/// Most memory that two readings of such agents take above an idle server.
const MEMORY: u64 = 64 << 20;
/// Longest that a server under such readings lets a caller wait. The bar is 100
/// ms for a release build on a machine of its own; tests run beside others.
const ALIVE: Duration = Duration::from_millis(700);

fn zte(arcs: &[u32]) -> Name {
    [&[1, 3, 6, 1, 4, 1, 3902], arcs].concat()
}

/// An OLT with 32 PONs, which says who it is.
fn honest() -> Mib {
    let mut mib = Mib::default();
    let mut put = |name: &[u32], value| mib.put(name, value);
    put(&[1, 3, 6, 1, 2, 1, 1, 1, 0], Value::Text(b"C320 Version V2.1.0 Software".to_vec()));
    put(&[1, 3, 6, 1, 2, 1, 1, 2, 0], Value::Name(zte(&[1082, 1001, 320, 2, 1])));
    put(&[1, 3, 6, 1, 2, 1, 1, 3, 0], Value::Ticks(640_000_000));
    for (slot, port) in (1..=2).flat_map(|slot| (1..=16).map(move |port| (slot, port))) {
        let name = format!("gpon_1/{slot}/{port}").into_bytes();
        put(&[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1, 0x1101_0000 | slot << 8 | port], Value::Text(name));
    }
    mib
}

type Rows = Vec<(Name, Value)>;
type Reply = fn(&Request) -> Rows;

/// One more number each time, in the last place of what was asked.
fn counts_on(request: &Request) -> Rows {
    let mut rows = Vec::new();
    for repetition in 1..=request.repetitions as u32 {
        for name in &request.names {
            let mut name = name.clone();
            *name.last_mut().unwrap() += repetition;
            rows.push((name, Value::Text(vec![b'x'; 200])));
        }
    }
    rows
}

/// Ever longer names.
fn deepens(request: &Request) -> Rows {
    let mut rows = Vec::new();
    for repetition in 1..=request.repetitions {
        for name in &request.names {
            rows.push(([&name[..], &vec![1; repetition]].concat(), Value::Integer(1)));
        }
    }
    rows
}

/// ONUs and service ports as they are numbered, with long texts, on every PON there could be.
fn pretends(request: &Request) -> Rows {
    let mut rows = Vec::new();
    let mut names = request.names.clone();
    for _ in 0..request.repetitions {
        for name in &mut names {
            let column = if name.get(7) == Some(&1012) { 13 } else { 15 };
            name.resize(name.len().max(column), 0);
            let mut index = name.split_off(column);
            match *index.as_slice() {
                [] => index = vec![0x1101_0101, 1],
                [pon] => index = vec![pon, 1],
                [pon, id, ..] => index = if id < 128 { vec![pon, id + 1] } else { vec![pon + 1, 1] },
            }
            name.extend(index);
            rows.push((name.clone(), Value::Text(vec![b'\x01'; 255])));
        }
    }
    rows
}

/// Service ports without an end, numbered as they should be.
fn serves(request: &Request) -> Rows {
    let mut rows = Vec::new();
    let mut names = request.names.clone();
    for _ in 0..request.repetitions {
        for name in &mut names {
            let prefix = name.len().min(14);
            let index = name.split_off(prefix);
            let (pon, sub) = match index.as_slice() {
                [pon, sub] => (*pon, *sub),
                _ => (0x1101_0101, 0x1801_0000),
            };
            let sub = if sub & 0xff00 == 0xff00 { (sub & 0xffff_0000) + 0x1_0100 } else { sub + 0x100 };
            name.extend([pon, sub]);
            rows.push((name.clone(), if prefix % 2 == 0 { Value::Integer(100) } else { Value::EndOfView }));
        }
    }
    rows
}

async fn hostile(answer: Reply) -> Agent {
    let mib = honest();
    Agent::start(move |request| {
        let table = request.bulk && request.names[0].starts_with(&zte(&[]));
        let mut rows = if table { answer(request) } else { mib.answer(request) };
        // What fits into a datagram.
        rows.truncate(150);
        Some(rows)
    })
    .await
}

fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[test]
fn two_agents_without_an_end_take_little_memory_and_delay_nobody() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let agents: [(Reply, bool); 4] = [(counts_on, false), (deepens, false), (pretends, true), (serves, true)];
    for (answer, may_be_true) in agents {
        let agents: Vec<Agent> = [answer, answer].map(|answer| runtime.block_on(hostile(answer))).into();
        let olt = |(number, agent): (usize, &Agent)| {
            let (host, port) = (agent.at.ip(), agent.at.port());
            format!(
                "[[olts]]\nid = 'olt{number}'\n[olts.snmp]\nhost = '{host}'\nport = {port}\ncommunity = 'public'\n"
            )
        };
        let file: String = agents.iter().enumerate().map(olt).collect();
        let variables =
            [("OLTD_LISTEN", "127.0.0.1:0"), ("OLTD_LOG__FORMAT", "json"), ("OLTD_LOG__ACCESS", "false")];
        let mut serve = Running::start(&[("oltd.toml", &file)], &["serve"], &variables);
        let address = address(&mut serve);
        assert!(get(&format!("http://{address}/healthz")).starts_with("HTTP/1.1 200 "));
        let idle = memory(serve.id());
        let readings: Vec<_> = (0..2)
            .flat_map(|olt| {
                ["onus?limit=100", "vlan/service-ports", "system/environment", "profiles/vlan"]
                    .map(|path| format!("http://{address}/api/v1/olts/olt{olt}/{path}"))
            })
            .map(|url| std::thread::spawn(move || get(&url)))
            .collect();
        let mut slowest = Duration::ZERO;
        let began = Instant::now();
        while !readings.iter().all(|reading| reading.is_finished()) {
            let asked = Instant::now();
            assert!(get(&format!("http://{address}/healthz")).starts_with("HTTP/1.1 200 "));
            slowest = slowest.max(asked.elapsed());
            assert!(began.elapsed() < Duration::from_secs(60), "no end");
            std::thread::sleep(Duration::from_millis(20));
        }
        for reading in readings {
            let answer = reading.join().unwrap();
            // What no OLT can hold is no whole list of one.
            let whole = answer.starts_with("HTTP/1.1 200 ") && !answer.contains("\"partial\":");
            let lists = answer.contains("\"total_rows\":");
            assert!(may_be_true || !(lists && whole), "{}", &answer[..answer.len().min(600)]);
        }
        let took = memory(serve.id()).saturating_sub(idle);
        assert!(took <= MEMORY, "{} MiB above idle", took >> 20);
        assert!(slowest <= ALIVE, "alive after {slowest:?}");
        // It ends while it reads, too.
        let url = format!("http://{address}/api/v1/olts/olt0/onus?nocache=true");
        let last = std::thread::spawn(move || drop(std::panic::catch_unwind(|| get(&url))));
        let ended = Instant::now();
        serve.end("TERM");
        assert!(ended.elapsed() <= Duration::from_secs(5), "ended after {:?}", ended.elapsed());
        last.join().unwrap();
    }
}
