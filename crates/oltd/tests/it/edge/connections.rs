//! Which connections stay, with bounds and waits scaled down.

use std::time::{Duration, Instant};

use oltd::http::{Patience, Rules};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{connect_from, serve, status_from, unread_streams};

/// Longest time that anything here may take on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// Whether the server closes the connection within [`SOON`].
async fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = [0; 4096];
    let read = async {
        while let Ok(read) = stream.read(&mut rest).await
            && read > 0
        {}
    };
    tokio::time::timeout(SOON, read).await.is_ok()
}

/// Whether a request on the connection is answered.
async fn asks(stream: &mut TcpStream, path: &str) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut answer = [0; 4096];
    stream.write_all(request.as_bytes()).await.is_ok()
        && matches!(stream.read(&mut answer).await, Ok(read) if read > 0)
}

#[tokio::test]
async fn a_client_has_its_share_of_the_connections() {
    let rules = Rules {
        connections: 40,
        connections_per_client: Some(16),
        proxies: vec!["127.0.0.9/32".parse().unwrap()],
        rate: None,
        ..Rules::default()
    };
    let (at, _end) = serve(rules).await;
    let mut greedy = Vec::new();
    for _ in 0..40 {
        let mut stream = connect_from("127.0.0.1", at).await.unwrap();
        // Only the newest of its own make way, and none that was just used.
        assert!(asks(&mut stream, "/healthz").await);
        greedy.push(stream);
    }
    assert!(is_closed(&mut greedy[0]).await, "its own idlest makes way");
    assert!(asks(&mut greedy[39], "/healthz").await, "the newest stays");
    let mut proxied = Vec::new();
    for _ in 0..20 {
        proxied.push(connect_from("127.0.0.9", at).await.unwrap());
        assert!(asks(proxied.last_mut().unwrap(), "/healthz").await);
    }
    assert!(asks(&mut proxied[0], "/healthz").await, "a proxy has no share of its own");
}

#[tokio::test]
async fn the_idlest_makes_way_for_a_newcomer() {
    let rules = Rules { connections: 16, connections_per_client: None, rate: None, ..Rules::default() };
    let (at, _end) = serve(rules).await;
    let mut good = connect_from("127.0.0.2", at).await.unwrap();
    let mut idle = Vec::new();
    for n in 0..60 {
        idle.push(connect_from("127.0.0.1", at).await.unwrap());
        assert!(n % 8 != 0 || asks(&mut good, "/healthz").await, "one that is used stays: {n}");
    }
    let begun = Instant::now();
    assert_eq!(status_from("127.0.0.3", at, "/healthz").await.unwrap(), "200");
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert!(is_closed(&mut idle[0]).await);
}

#[tokio::test]
async fn refusals_do_not_keep_a_connection() {
    let short = Patience { first: Duration::from_millis(500), next: SOON, reader: SOON };
    let (at, _end) = serve(Rules { patience: short, rate: None, ..Rules::default() }).await;
    for (path, lasts) in [("/nothing", false), ("/healthz", true)] {
        let (begun, mut stream) = (Instant::now(), connect_from("127.0.0.1", at).await.unwrap());
        while begun.elapsed() < Duration::from_secs(2) && asks(&mut stream, path).await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(begun.elapsed() >= Duration::from_secs(2), lasts, "{path}: {:?}", begun.elapsed());
    }
}

#[tokio::test]
async fn who_never_reads_does_not_hold_up_the_end() {
    let (at, end) = serve(Rules::default()).await;
    let mut streams = connect_from("127.0.0.1", at).await.unwrap();
    streams.write_all(&unread_streams("/healthz", 10)).await.unwrap();
    let mut begun = [0; 9];
    streams.read_exact(&mut begun).await.unwrap();
    let asked = Instant::now();
    drop(end);
    assert!(is_closed(&mut streams).await);
    assert!(
        asked.elapsed() < Duration::from_millis(2_500),
        "before the grace is over: {:?}",
        asked.elapsed()
    );
}

#[tokio::test]
async fn who_never_reads_is_closed() {
    let short = Patience { first: SOON * 3, next: SOON * 3, reader: Duration::from_millis(300) };
    let (at, _end) = serve(Rules { patience: short, rate: None, ..Rules::default() }).await;

    let mut streams = connect_from("127.0.0.1", at).await.unwrap();
    streams.write_all(&unread_streams("/healthz", 10)).await.unwrap();
    assert!(is_closed(&mut streams).await, "HTTP/2 with closed windows");

    // More than the buffers of both sides hold; what is not sent is not answered.
    let request = "GET /api/v1/openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let mut stream = connect_from("127.0.0.1", at).await.unwrap();
    let (begun, mut asked) = (Instant::now(), 0);
    let write = async {
        for _ in 0..2_000 {
            stream.write_all(request.as_bytes()).await?;
            asked += 1;
        }
        // It takes no more once it is closed.
        while stream.write_all(b"GET ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok::<_, std::io::Error>(())
    };
    assert!(tokio::time::timeout(SOON, write).await.is_ok(), "HTTP/1.1: open after {asked} requests");
    assert!(begun.elapsed() >= Duration::from_millis(300));
}
