//! A daemon under attack, at full size: others are served, its memory is
//! bounded, and it ends when told.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{connect_from, status_from, unread_streams};
use crate::commands::running::{Running, address};
use crate::config::ONE_OLT;

/// Memory in KiB that an attack of one client may take above the idle process.
const MOST: u64 = 64 << 10;
/// The same for several together, where the futures of an unoptimised build
/// take several times the room.
const MOST_TOGETHER: u64 = if cfg!(debug_assertions) { 128 << 10 } else { MOST };
/// How long others may wait meanwhile. Unoptimised, and beside other tests that
/// attack, the work of an attack takes several times as long.
const SOON: Duration = Duration::from_secs(if cfg!(debug_assertions) { 3 } else { 1 });
/// A token, of whose hash nobody has the text.
const TOKEN: &str = "[[auth.tokens]]\nname = 'noc'\n\
                     sha256 = '1111111111111111111111111111111111111111111111111111111111111111'\n";

/// The most memory that the process has used, in KiB.
fn memory(daemon: &Running) -> u64 {
    let status = daemon.proc("status");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

struct Attacked {
    daemon: Running,
    at: SocketAddr,
    idle: u64,
}

impl Attacked {
    fn start(file: &str) -> Self {
        let variables = [("OLTD_LISTEN", "127.0.0.1:0"), ("OLTD_LOG__FORMAT", "json")];
        let access = [("OLTD_LOG__ACCESS", "false")];
        let variables = [&variables[..], &access].concat();
        let mut daemon = Running::start(&[("oltd.toml", file)], &["serve"], &variables);
        let at = address(&mut daemon).parse().unwrap();
        let idle = memory(&daemon);
        Self { daemon, at, idle }
    }

    /// Asks as another client does.
    async fn must_serve_others(&self) {
        let begun = Instant::now();
        assert_eq!(status_from("127.0.0.200", self.at, "/healthz").await.unwrap(), "200");
        println!("/healthz after {:?}", begun.elapsed());
        assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    }

    /// The attack is over when this ends the daemon.
    fn end(mut self, name: &str, most: u64) {
        let above = memory(&self.daemon) - self.idle;
        println!("{name}: {} KiB idle, {above} KiB above", self.idle);
        assert!(above <= most, "{above} KiB");
        let begun = Instant::now();
        self.daemon.end("TERM");
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    }
}

/// One address of this machine for so many connections.
fn attacker(n: usize, each: usize) -> String {
    format!("127.0.1.{}", 1 + n / each)
}

/// Connections of one address: one client makes all of them, or five.
const ATTACKS: [(usize, u64); 2] = [(1_000, MOST), (200, MOST_TOGETHER)];

#[tokio::test]
async fn refused_requests_on_every_connection() {
    for (each, most) in ATTACKS {
        let attacked = Attacked::start(&format!("{TOKEN}{ONE_OLT}"));
        let mut held: Vec<TcpStream> = Vec::new();
        for n in 0..1_000 {
            let mut stream = connect_from(&attacker(n, each), attacked.at).await.unwrap();
            let request = b"GET /api/v1/onus HTTP/1.1\r\nhost: localhost\r\n\r\n";
            if stream.write_all(request).await.is_ok() {
                let _ = tokio::time::timeout(SOON, stream.read(&mut [0; 2048])).await;
            }
            held.push(stream);
            if n % 200 == 199 {
                attacked.must_serve_others().await;
            }
        }
        attacked.end("refused requests", most);
    }
}

#[tokio::test]
async fn closed_windows_on_every_stream() {
    for (path, file) in [("/healthz", format!("{TOKEN}{ONE_OLT}")), ("/api/v1/olts", ONE_OLT.to_owned())] {
        for (each, most) in ATTACKS {
            let attacked = Attacked::start(&file);
            let mut held: Vec<TcpStream> = Vec::new();
            for n in 0..1_000 {
                let mut stream = connect_from(&attacker(n, each), attacked.at).await.unwrap();
                let _ = stream.write_all(&unread_streams(path, 100)).await;
                held.push(stream);
                if n % 200 == 199 {
                    attacked.must_serve_others().await;
                }
            }
            attacked.end("closed windows", most);
        }
    }
}

/// A request with this body and its length, on a connection of its own.
fn post(length: usize, body: &str) -> String {
    format!(
        "POST /api/v1/config/backup/olt HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn heads_and_bodies_that_never_end() {
    let body = post(1_000_000, &" ".repeat(30_000));
    let head = format!("GET / HTTP/1.1\r\ncookie: {}", "x".repeat(19_000));
    for bytes in [&body, &head] {
        for (each, most) in ATTACKS {
            let attacked = Attacked::start(ONE_OLT);
            let mut held: Vec<TcpStream> = Vec::new();
            for n in 0..900 {
                let mut stream = connect_from(&attacker(n, each), attacked.at).await.unwrap();
                let _ = stream.write_all(bytes.as_bytes()).await;
                held.push(stream);
                if n % 300 == 299 {
                    attacked.must_serve_others().await;
                    let mut other = connect_from("127.0.0.201", attacked.at).await.unwrap();
                    let (begun, mut answer) = (Instant::now(), String::new());
                    other.write_all(post(2, "{}").as_bytes()).await.unwrap();
                    other.read_to_string(&mut answer).await.unwrap();
                    assert!(answer.starts_with("HTTP/1.1 501 ") && begun.elapsed() < SOON, "{answer}");
                }
            }
            attacked.end("heads and bodies", most);
        }
    }
}
