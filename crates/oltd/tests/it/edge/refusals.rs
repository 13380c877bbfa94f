//! What the HTTP library refuses by itself, as the client sees it.

use std::net::SocketAddr;
use std::time::Duration;

use oltd::app::{App, CacheTimes};
use oltd::http::Rules;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::serve;

/// Sends bytes and reads until the server closes.
async fn say(at: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(10), read).await.unwrap().unwrap();
    String::from_utf8(answer).unwrap()
}

/// Status and error code of an answer that is an envelope with the usual headers.
fn envelope(answer: &str) -> (&str, String) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    for line in [
        "content-type: application/json",
        "x-content-type-options: nosniff",
        "x-frame-options: DENY",
        "content-security-policy: default-src 'self'",
        "cache-control: no-store",
        "connection: close",
        &format!("content-length: {}", body.len()),
    ] {
        assert!(head.lines().any(|there| there == line), "{line}: {answer}");
    }
    let id = head.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["request_id"], id);
    let status = head.split(' ').nth(1).unwrap();
    assert_eq!(body["code"].to_string(), status);
    (status, body["error_code"].as_str().unwrap().to_owned())
}

const HOST: &str = "host: localhost\r\n";

#[tokio::test]
async fn malformed_and_oversized_heads_are_answered_in_the_envelope() {
    let (at, _end) = serve(Rules::default()).await;
    let get = |more: &str| format!("GET /healthz HTTP/1.1\r\n{HOST}{more}\r\n\r\n");
    let (cookie, path) = ("x".repeat(20_000), "x".repeat(10_000));
    for (bytes, status, code) in [
        ("nonsense\r\n\r\n".to_owned(), "400", "malformed_request"),
        ("\u{16}\u{3}\u{1}\0\u{5}hello\r\n\r\n".to_owned(), "400", "malformed_request"),
        ("GET /healthz HTTP/7.7\r\n\r\n".to_owned(), "400", "malformed_request"),
        ("GET /a b HTTP/1.1\r\n\r\n".to_owned(), "400", "malformed_request"),
        (get("no colon"), "400", "malformed_request"),
        (get("a b: c"), "400", "malformed_request"),
        (get("content-length: x"), "400", "malformed_request"),
        (get("content-length: 1\r\ncontent-length: 2"), "400", "malformed_request"),
        (get("transfer-encoding: x"), "400", "malformed_request"),
        (get(&"a: b\r\n".repeat(150)), "431", "head_too_large"),
        (get(&format!("cookie: {cookie}\r\nconnection: close")), "431", "head_too_large"),
        (get(&format!("cookie: {}", cookie.repeat(10))), "431", "head_too_large"),
        (format!("GET /{path} HTTP/1.1\r\n{HOST}connection: close\r\n\r\n"), "414", "path_too_long"),
        (format!("GET /{} HTTP/1.1\r\n\r\n", path.repeat(20)), "431", "head_too_large"),
    ] {
        let answer = say(at, bytes.as_bytes()).await;
        assert_eq!(envelope(&answer), (status, code.to_owned()), "{:.99}", bytes);
    }
    // Behind a request that is answered, and behind one that is refused by us.
    for first in ["/healthz", "/nothing"] {
        let answer = say(at, format!("GET {first} HTTP/1.1\r\n{HOST}\r\nnonsense\r\n\r\n").as_bytes()).await;
        let second = answer.rfind("HTTP/1.1 ").unwrap();
        assert!(second > 0 && answer.contains(if first == "/healthz" { "alive" } else { "route_not_found" }));
        assert_eq!(envelope(&answer[second..]), ("400", "malformed_request".to_owned()), "{answer}");
    }
}

#[tokio::test]
async fn a_large_head_over_http_2() {
    let (at, _end) = serve(Rules::default()).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    for length in [20_000, 50_000] {
        let asked = client.get(format!("http://{at}/healthz")).header("cookie", "x".repeat(length));
        let answer = asked.send().await.unwrap();
        assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 431));
        assert_eq!(answer.json::<Value>().await.unwrap()["error_code"], "head_too_large");
    }
}

#[tokio::test]
async fn they_are_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (at, end) = (listener.local_addr().unwrap(), CancellationToken::new());
    let app = App::new(vec![], None, CacheTimes::default());
    tokio::spawn(oltd::server::serve(app, listener, Rules::default(), end.clone()));
    let _end = end.drop_guard();
    for _ in 0..3 {
        say(at, b"nonsense\r\n\r\n").await;
    }
    let metrics = reqwest::get(format!("http://{at}/metrics")).await.unwrap().text().await.unwrap();
    let line = r#"oltd_http_requests_total{route="none",method="other",status="400"} 3"#;
    assert!(metrics.contains(line), "{metrics}");
}
