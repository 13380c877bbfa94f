use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use oltd::http::{Rate, Rules};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::serve;

/// Sends bytes and reads until the server closes.
async fn say(at: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(at).await.unwrap();
    // What is refused early is not read to its end.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn a_chunked_body_is_counted() {
    let (at, _end) = serve(Rules::default()).await;
    let head = "POST /api/v1/config/backup/olt HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
                content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let fits = say(at, format!("{head}{}0\r\n\r\n", chunk.repeat(16)).as_bytes()).await;
    assert!(status(&fits) == "400" && fits.contains("olt_required"), "it reaches its route: {fits}");
    let one_more = say(at, format!("{head}{}1\r\n \r\n0\r\n\r\n", chunk.repeat(16)).as_bytes()).await;
    assert!(status(&one_more) == "413" && one_more.contains("body_too_large"), "{one_more}");
}

#[tokio::test]
async fn hosts_on_the_wire() {
    let (at, _end) = serve(Rules::default()).await;
    for (head, wanted) in [
        (format!("GET /healthz HTTP/1.1\r\nhost: {at}\r\n"), "200"),
        ("GET /healthz HTTP/1.0\r\n".to_owned(), "200"),
        ("GET /healthz HTTP/1.1\r\n".to_owned(), "421"),
        ("GET /healthz HTTP/1.1\r\nhost: evil.example\r\n".to_owned(), "421"),
        ("GET /healthz HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n".to_owned(), "421"),
        ("GET http://evil.example/healthz HTTP/1.1\r\nhost: localhost\r\n".to_owned(), "421"),
    ] {
        let answer = say(at, format!("{head}connection: close\r\n\r\n").as_bytes()).await;
        assert_eq!(status(&answer), wanted, "{head}\n{answer}");
        assert!(wanted == "200" || answer.contains("unknown_host"), "{answer}");
    }
}

#[tokio::test]
async fn http_2_without_tls_by_prior_knowledge() {
    let (at, _end) = serve(Rules::default()).await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let answer = client.get(format!("http://{at}/healthz")).send().await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    let answer = client.get(format!("http://{at}/nothing")).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 404);
    assert_eq!(answer.json::<serde_json::Value>().await.unwrap()["error_code"], "route_not_found");
}

#[tokio::test]
async fn a_client_over_its_limit_is_told_when_to_come_back() {
    let number = |n| NonZeroU32::new(n).unwrap();
    let rate = Some(Rate { per_second: number(1), burst: number(2) });
    let (at, _end) = serve(Rules { rate, ..Rules::default() }).await;
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let answer = reqwest::get(format!("http://{at}/")).await.unwrap();
        statuses.push((answer.status().as_u16(), answer.headers().contains_key("retry-after")));
    }
    assert_eq!(statuses, [(200, false), (200, false), (429, true)]);
    assert_eq!(reqwest::get(format!("http://{at}/healthz")).await.unwrap().status().as_u16(), 200);
}

/// It is sent in pieces, so that what is not taken is known.
#[tokio::test]
async fn a_large_answer_comes_whole() {
    let (at, _end) = serve(Rules::default()).await;
    let mut texts = Vec::new();
    for client in [reqwest::Client::builder(), reqwest::Client::builder().http2_prior_knowledge()] {
        let url = format!("http://{at}/api/v1/openapi.json");
        let answer = client.build().unwrap().get(url).send().await.unwrap();
        let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let text = answer.text().await.unwrap();
        assert!(text.len() == length && length > 64 << 10, "{length}");
        assert!(serde_json::from_str::<serde_json::Value>(&text).unwrap()["paths"].is_object());
        texts.push(text);
    }
    assert_eq!(texts[0], texts[1]);
}
