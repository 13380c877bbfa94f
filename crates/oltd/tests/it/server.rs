//! The server on a loopback port: connections, not routes.

use std::net::SocketAddr;
use std::time::Duration;

use oltd::app::{App, CacheTimes};
use oltd::http::Rules;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A server without an OLT.
struct Server {
    at: SocketAddr,
    end: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let end = CancellationToken::new();
        let app = App::new(vec![], None, CacheTimes::default());
        let task = tokio::spawn(oltd::server::serve(app, listener, Rules::default(), end.clone()));
        Self { at, end, task }
    }

    /// Ends the server; it must not need its grace.
    async fn end(self) {
        self.end.cancel();
        tokio::time::timeout(Duration::from_secs(3), self.task).await.unwrap().unwrap().unwrap();
    }

    /// Sends bytes and reads until the server closes.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        tokio::time::timeout(Duration::from_secs(3), read).await.unwrap().unwrap();
        String::from_utf8(answer).unwrap()
    }
}

#[tokio::test]
async fn an_idle_connection_does_not_hold_up_the_end() {
    let server = Server::start().await;
    let client = reqwest::Client::new();
    let answer = client.get(format!("http://{}/healthz", server.at)).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    let silent = TcpStream::connect(server.at).await.unwrap();
    let at = server.at;
    server.end().await;
    assert!(TcpStream::connect(at).await.is_err(), "the port is free");
    drop((client, silent));
}

#[tokio::test]
async fn odd_requests_are_answered_in_the_envelope() {
    let server = Server::start().await;
    for (request, status, code) in [
        ("OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n", "400", "invalid_path"),
        (
            "GET http://localhost/healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            "200",
            "alive",
        ),
        (
            "GET /api/v1/\u{e4} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
            "404",
            "route_not_found",
        ),
        ("GET /api/v1/onus HTTP/1.0\r\n\r\n", "400", "olt_required"),
        (
            "POST /x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9999999\r\nconnection: close\r\n\r\n",
            "413",
            "body_too_large",
        ),
    ] {
        let answer = server.say(request.as_bytes()).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}\n{answer}");
        assert!(answer.contains(code) && answer.contains("x-request-id: "), "{request}\n{answer}");
    }
    server.end().await;
}

#[tokio::test]
async fn head_has_no_body() {
    let server = Server::start().await;
    for path in ["/healthz", "/nothing"] {
        let request = format!("HEAD {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        let answer = server.say(request.as_bytes()).await;
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "", "{answer}");
    }
    server.end().await;
}
