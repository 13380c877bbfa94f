//! Two terminals that mean no good, in front of one server: what they may cost it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::running::{Running, address, get};

/// What is sent without an end.
const FLOODS: [&[u8]; 12] = [
    b"\r\n",
    b"\0",
    b"\x08",
    b"\x1b[K",
    b"\x1b[1;1",
    b"\xff\xfb\x01",
    b"\xff\xfa\x18",
    b"\xf0\x9f\n",
    b"x",
    b"OLT#\r\n",
    b" --More--\r\n",
    b"Profile name :x\r\n",
];

/// How many bytes a connection of theirs may send before it has to be left.
const ENOUGH: usize = 32 << 20;

/// How long the floods go on. A debug build reads some ten of them in that time.
const LASTS: Duration = Duration::from_secs(4);

/// What the terminals did.
#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    endless: AtomicBool,
}

/// How a terminal floods.
#[derive(Clone, Copy, PartialEq)]
enum How {
    /// While it greets.
    Greets,
    /// In the answer to a command.
    Answers,
    /// By answers that end, as long as they may be, of which nothing can be understood.
    Ends,
}

/// A terminal that floods, each time with something else.
fn terminal(first: usize, seen: &Arc<Seen>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::clone(seen);
    std::thread::spawn(move || {
        for (at, stream) in (first..).zip(listener.incoming()) {
            seen.connections.fetch_add(1, Ordering::Relaxed);
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || {
                let flood = FLOODS[at % FLOODS.len()].repeat(8 << 10);
                // An error is what has to come.
                let how = [How::Greets, How::Answers, How::Ends][at % 3];
                if flooded(stream.unwrap(), how, &flood).is_ok() && how != How::Ends {
                    seen.endless.store(true, Ordering::Relaxed);
                }
            });
        }
    });
    port
}

fn flooded(mut stream: TcpStream, how: How, flood: &[u8]) -> std::io::Result<()> {
    let script: [&[u8]; 4] = [b"Username:", b"x\r\nPassword:", b"\r\nOLT#", b"terminal length 0\r\nOLT#"];
    for say in script.iter().take_while(|_| how != How::Greets) {
        stream.write_all(say)?;
        let mut byte = [0];
        while byte != [b'\n'] {
            stream.read_exact(&mut byte)?;
        }
    }
    // The echo of what is asked.
    stream.write_all(b"show gpon profile traffic\r\n")?;
    if how == How::Ends {
        stream.write_all("Profile nonsense of so many characters: \u{e9}\r\n".repeat(60_000).as_bytes())?;
        stream.write_all(b"OLT#")?;
        // The next command gets another flood, on another connection.
        return stream.read(&mut [0; 256]).map(drop);
    }
    for _ in 0..ENOUGH.div_ceil(flood.len()) {
        stream.write_all(flood)?;
    }
    Ok(())
}

/// The memory of a process, in MiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[test]
fn two_at_once_cost_little_and_hold_up_nobody() {
    let seen = Arc::new(Seen::default());
    let olts: String = ["a", "b"]
        .into_iter()
        .zip([0, 5])
        .map(|(id, first)| {
            let port = terminal(first, &seen);
            format!(
                "[[olts]]\nid = '{id}'\n[olts.snmp]\nhost = '127.0.0.1'\nport = 9\ncommunity = 'x'\ndeadline = '1s'\n\
                 [olts.cli]\nport = {port}\nusername = 'x'\npassword = 'x'\n"
            )
        })
        .collect();
    let variables = [
        ("OLTD_LISTEN", "127.0.0.1:0"),
        ("OLTD_LOG__FORMAT", "json"),
        ("OLTD_LOG__LEVEL", "info,oltd::http::access=error,zte=error"),
        ("OLTD_HTTP__RATE_LIMIT", "0"),
    ];
    let mut serve = Running::start(&[("oltd.toml", &olts)], &["serve"], &variables);
    let address = address(&mut serve);
    let health = format!("http://{address}/healthz");
    (0..20).for_each(|_| assert!(get(&health).starts_with("HTTP/1.1 200 ")));
    let idle = memory(serve.id());

    let over = Arc::new(AtomicBool::new(false));
    let askers: Vec<_> = ["a", "b"]
        .map(|id| {
            let (url, over) = (
                format!("http://{address}/api/v1/olts/{id}/traffic/profiles?nocache=true"),
                Arc::clone(&over),
            );
            std::thread::spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let answer = get(&url);
                    // Cut off by the end of the server, an honest failure, or what is known.
                    let failed = ["200", "502", "503", "504"]
                        .iter()
                        .any(|status| answer.starts_with(&format!("HTTP/1.1 {status} ")));
                    assert!(answer.is_empty() || failed || over.load(Ordering::Relaxed), "{answer}");
                }
            })
        })
        .into();
    let began = Instant::now();
    let (mut most, mut waits) = (0, Vec::new());
    while began.elapsed() < LASTS {
        let asked = Instant::now();
        assert!(get(&health).starts_with("HTTP/1.1 200 "));
        waits.push(asked.elapsed());
        most = most.max(memory(serve.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    waits.sort();
    let usual = waits[waits.len() * 9 / 10];
    let connections = seen.connections.load(Ordering::Relaxed);
    println!("{connections} connections, {idle} MiB idle, {most} MiB, {usual:?}, {:?}", waits.last());
    assert!(connections > 3, "{connections}");
    assert!(!seen.endless.load(Ordering::Relaxed), "a flood was read to its end");
    assert!(most < idle + 64, "{idle} MiB idle, {most} MiB with two hostile terminals");
    // Tests run beside each other on few cores: the usual answer is held to the bar.
    assert!(usual < Duration::from_millis(100), "{usual:?} of {waits:?}");

    let told = Instant::now();
    over.store(true, Ordering::Relaxed);
    serve.end("TERM");
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
    for asker in askers {
        drop(asker.join());
    }
}
