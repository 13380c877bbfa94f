use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::request::Builder;
use axum::routing::{get, post};
use futures::StreamExt;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant as Clock;

use super::super::rules::{CorsRules, Hosts, Origins, Rate, Token};
use super::super::{ErrorCode, around};
use super::*;

const PAGE: &str = "https://noc.example.net";

/// Routes that tell what reaches them.
fn routes() -> Router {
    let caller = |caller: Option<Extension<Caller>>| async move {
        caller.map_or_else(|| "nobody".to_owned(), |Extension(caller)| caller.name.to_string())
    };
    let length = |body: Bytes| async move { body.len().to_string() };
    Router::new()
        .route("/", get("root"))
        .route("/healthz", get("alive"))
        .route("/readyz", get("ready"))
        .route("/metrics", get("numbers"))
        .route("/api/v1/caller", get(caller))
        .route("/api/v1/length", post(length).get(length))
        .route("/api/v1/config/backup/import", post(length))
}

fn edge(rules: Rules) -> Edge {
    around(routes(), &rules, Metrics::default())
}

fn token(name: &str, token: &str) -> Token {
    Token { name: name.into(), sha256: Sha256::digest(token).into(), write: false }
}

fn rate(per_second: u32, burst: u32) -> Option<Rate> {
    let number = |n| NonZeroU32::new(n).unwrap();
    Some(Rate { per_second: number(per_second), burst: number(burst) })
}

fn cors(origins: Origins) -> Option<CorsRules> {
    Some(CorsRules { origins, credentials: false, max_age: Duration::from_secs(300) })
}

struct Got {
    status: u16,
    headers: axum::http::HeaderMap,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The failure, which is in the envelope.
    fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(body["code"], self.status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        body["error_code"].as_str().unwrap().to_owned()
    }
}

async fn send(edge: &Edge, peer: &str, request: Request) -> Got {
    let peer = SocketAddr::new(peer.parse().unwrap(), 1);
    let local = SocketAddr::from(([192, 0, 2, 7], 8081));
    let (head, body) = edge.respond(request, Link { peer, local }).await.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Got { status: head.status.as_u16(), headers: head.headers, body }
}

fn request(path: &str) -> Builder {
    Request::get(path).header("host", "localhost")
}

/// A GET from `peer`, with these headers.
async fn fetch(edge: &Edge, peer: &str, path: &str, headers: &[(&str, &str)]) -> Got {
    let request = headers.iter().fold(request(path), |request, (name, value)| request.header(*name, *value));
    send(edge, peer, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn with_tokens_every_other_route_needs_one() {
    let tokens = vec![token("noc", "one"), token("billing", "two")];
    let closed = edge(Rules { tokens: tokens.clone(), ..Rules::default() });
    for path in ["/", "/healthz", "/healthz/", "/readyz"] {
        assert_eq!(fetch(&closed, "192.0.2.1", path, &[]).await.status, 200, "{path}");
    }
    for path in ["/api/v1/caller", "/metrics", "/x", "//", "/%68ealthz", "/healthz/x", "/api/v1/healthz"] {
        for headers in [&[][..], &[("x-api-key", "three")], &[("authorization", "Bearer ONE")]] {
            let got = fetch(&closed, "192.0.2.1", path, headers).await;
            assert_eq!((got.status, &*got.code()), (401, "unauthorized"), "{path} {headers:?}");
            assert_eq!(got.header("www-authenticate"), "Bearer realm=\"oltd\"");
            assert!(!got.body.contains("three") && !got.body.contains("ONE"), "{}", got.body);
        }
    }
    for (header, name) in [(("authorization", "Bearer one"), "noc"), (("x-api-key", "two"), "billing")] {
        assert_eq!(fetch(&closed, "192.0.2.1", "/api/v1/caller", &[header]).await.body, name);
        assert_eq!(fetch(&closed, "192.0.2.1", "/metrics", &[header]).await.status, 200);
    }
    let metrics = edge(Rules { tokens, metrics_public: true, ..Rules::default() });
    assert_eq!(fetch(&metrics, "192.0.2.1", "/metrics", &[]).await.status, 200);
    assert_eq!(fetch(&metrics, "192.0.2.1", "/api/v1/caller", &[]).await.status, 401);
    let open = edge(Rules::default());
    assert_eq!(fetch(&open, "192.0.2.1", "/api/v1/caller", &[("x-api-key", "one")]).await.body, "nobody");
}

#[tokio::test]
async fn one_client_does_not_use_up_the_share_of_another() {
    let cors = cors(Origins::These(vec![PAGE.to_owned()]));
    let edge = edge(Rules { rate: rate(1, 3), cors, ..Rules::default() });
    let origin = ("origin", PAGE);
    for remaining in ["2", "1", "0"] {
        let got = fetch(&edge, "192.0.2.1", "/api/v1/caller", &[origin]).await;
        let told = ["x-ratelimit-limit", "x-ratelimit-remaining"].map(|name| got.header(name).to_owned());
        assert_eq!((got.status, told), (200, ["3".to_owned(), remaining.to_owned()]));
    }
    let got = fetch(&edge, "192.0.2.1", "/api/v1/caller", &[origin]).await;
    assert_eq!((got.status, &*got.code()), (429, "rate_limited"));
    assert_eq!((got.header("retry-after"), got.header("x-ratelimit-remaining")), ("1", "0"));
    assert_eq!(got.header("x-ratelimit-reset"), "3");
    assert_eq!(got.header("access-control-allow-origin"), PAGE);
    assert!(got.header("access-control-expose-headers").contains("retry-after"), "{:?}", got.headers);
    for path in ["/healthz", "/readyz/", "/metrics"] {
        let got = fetch(&edge, "192.0.2.1", path, &[]).await;
        assert_eq!((got.status, got.header("x-ratelimit-limit")), (200, ""), "{path}");
    }
    assert_eq!(fetch(&edge, "192.0.2.2", "/api/v1/caller", &[origin]).await.status, 200);
    assert_eq!(fetch(&edge, "192.0.2.1", "/x", &[]).await.status, 429, "whatever the route");
    let unlimited = super::tests::edge(Rules { rate: None, ..Rules::default() });
    assert_eq!(fetch(&unlimited, "192.0.2.1", "/", &[]).await.header("x-ratelimit-limit"), "");
}

#[tokio::test]
async fn the_limit_is_of_the_client_behind_the_proxy() {
    let rules = Rules {
        rate: rate(1, 1),
        proxies: vec!["192.0.2.0/28".parse().unwrap()],
        tokens: vec![token("noc", "one")],
        ..Rules::default()
    };
    let edge = edge(rules);
    let asks = async |peer: &str, forwarded: &str, key: &str| {
        let headers = [("x-forwarded-for", forwarded), ("x-api-key", key)];
        fetch(&edge, peer, "/api/v1/caller", &headers).await.status
    };
    assert_eq!(asks("192.0.2.1", "203.0.113.1", "").await, 401);
    assert_eq!(asks("192.0.2.1", "203.0.113.1", "").await, 429);
    assert_eq!(
        asks("192.0.2.2", "10.0.0.1, 203.0.113.1", "x").await,
        429,
        "by another proxy, with a wrong token"
    );
    assert_eq!(asks("192.0.2.1", "203.0.113.2", "").await, 401);
    assert_eq!(asks("192.0.2.1", "203.0.113.1", "one").await, 200, "known by its token");
    assert_eq!(asks("192.0.2.1", "203.0.113.9", "one").await, 429, "wherever it comes from");
    assert_eq!(asks("198.51.100.1", "203.0.113.3", "").await, 401);
    assert_eq!(asks("198.51.100.1", "203.0.113.4", "").await, 429, "no proxy of ours: not believed");
}

#[tokio::test]
async fn pages_of_other_origins() {
    let rules =
        |origins| Rules { cors: cors(origins), tokens: vec![token("noc", "one")], ..Rules::default() };
    let some = edge(rules(Origins::These(vec![PAGE.to_owned()])));
    let preflight = |origin: &str| {
        Request::options("/api/v1/caller")
            .header("origin", origin)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "authorization,x-api-key")
            .body(Body::empty())
            .unwrap()
    };
    let got = send(&some, "192.0.2.1", preflight(PAGE)).await;
    assert_eq!((got.status, got.header("access-control-allow-origin")), (200, PAGE));
    assert_eq!(got.header("access-control-allow-headers"), "authorization,x-api-key");
    assert!(got.header("access-control-allow-methods").contains("PUT"));
    assert_eq!((got.header("access-control-max-age"), got.header("x-frame-options")), ("300", "DENY"));
    let got = send(&some, "192.0.2.1", preflight("https://evil.example")).await;
    assert_eq!(got.header("access-control-allow-origin"), "");

    let got = fetch(&some, "192.0.2.1", "/api/v1/caller", &[("origin", PAGE)]).await;
    assert_eq!((got.status, got.header("access-control-allow-origin")), (401, PAGE));
    assert!(got.header("vary").contains("origin"));
    let got = fetch(&some, "192.0.2.1", "/", &[("origin", "https://evil.example")]).await;
    assert_eq!((got.status, got.header("access-control-allow-origin")), (200, ""));
    let plain = Request::options("/").header("host", "localhost").body(Body::empty()).unwrap();
    let got = send(&some, "192.0.2.1", plain).await;
    assert_eq!((got.status, &*got.code()), (405, "method_not_allowed"));

    let any = edge(rules(Origins::Any));
    assert_eq!(fetch(&any, "192.0.2.1", "/", &[]).await.header("access-control-allow-origin"), "*");
    let none = edge(Rules::default());
    assert_eq!(
        fetch(&none, "192.0.2.1", "/", &[("origin", PAGE)]).await.header("access-control-allow-origin"),
        ""
    );
    assert_eq!(send(&none, "192.0.2.1", preflight(PAGE)).await.status, 421, "a request like all others");
}

#[tokio::test]
async fn only_its_own_names() {
    let edge = edge(Rules { hosts: Hosts::These(vec!["olt.example.net".to_owned()]), ..Rules::default() });
    for (host, status) in [
        ("localhost:8081", 200),
        ("192.0.2.7", 200),
        ("OLT.example.net", 200),
        ("evil.example", 421),
        ("192.0.2.8", 421),
        ("", 421),
    ] {
        let request = Request::get("/").header("host", host).body(Body::empty()).unwrap();
        let got = send(&edge, "192.0.2.1", request).await;
        assert_eq!(got.status, status, "{host}");
        if status == 421 {
            assert_eq!(got.code(), "unknown_host");
            assert_eq!(got.header("x-ratelimit-limit"), "", "before the limiter");
        }
    }
}

/// A body without a declared length, of chunks of 1 KiB.
fn chunked(chunks: usize) -> Body {
    let chunk = Bytes::from(vec![b' '; 1 << 10]);
    let chunks = std::iter::repeat_n(chunk, chunks).map(Ok::<_, Infallible>);
    Body::from_stream(futures::stream::iter(chunks))
}

#[tokio::test]
async fn bodies() {
    let edge = edge(Rules { rate: None, ..Rules::default() });
    let (json, form) = ("application/json; charset=utf-8", "multipart/form-data; boundary=x");
    let (length, import) = ("/api/v1/length", "/api/v1/config/backup/import");
    for (path, kind, body, answer) in [
        (length, json, Body::from("{}"), Ok("2")),
        (length, json, chunked(1 << 10), Ok("1048576")),
        (length, json, chunked((1 << 10) + 1), Err((413, "body_too_large"))),
        (length, json, Body::from(vec![b' '; (1 << 20) + 1]), Err((413, "body_too_large"))),
        (length, "", Body::empty(), Ok("0")),
        (length, "", chunked(0), Ok("0")),
        (length, "", Body::from("{}"), Err((415, "unsupported_media_type"))),
        (length, "", chunked(1), Err((415, "unsupported_media_type"))),
        (length, "text/plain", Body::from("{}"), Err((415, "unsupported_media_type"))),
        (length, "application/jsonx", Body::from("{}"), Err((415, "unsupported_media_type"))),
        (length, form, Body::from("{}"), Err((415, "unsupported_media_type"))),
        (import, form, Body::from("{}"), Ok("2")),
        (import, "APPLICATION/JSON", Body::from("{}"), Ok("2")),
        (import, "text/plain", Body::from("{}"), Err((415, "unsupported_media_type"))),
    ] {
        let request = Request::post(path).header("host", "localhost").header("content-type", kind);
        let got = send(&edge, "192.0.2.1", request.body(body).unwrap()).await;
        match answer {
            Ok(answer) => assert_eq!((got.status, &*got.body), (200, answer), "{kind}"),
            Err(refused) => assert_eq!((got.status, &*got.code()), refused, "{kind}"),
        }
    }
}

/// A body that begins and never ends.
fn stuck() -> Request {
    let begun = futures::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]);
    let body = Body::from_stream(begun.chain(futures::stream::pending()));
    let request = Request::post("/api/v1/length").header("host", "localhost");
    request.header("content-type", "application/json").body(body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_slow_body() {
    let begun = Clock::now();
    let got = send(&edge(Rules::default()), "192.0.2.1", stuck()).await;
    assert_eq!((got.status, &*got.code(), begun.elapsed().as_secs()), (408, "slow_request", 30));
}

/// A body that is not small and never ends.
fn stuck_and_large() -> Request {
    let begun = futures::stream::iter([Ok::<_, Infallible>(Bytes::from(vec![b' '; 20 << 10]))]);
    stuck().map(|_| Body::from_stream(begun.chain(futures::stream::pending())))
}

fn small() -> Request {
    request("/api/v1/length").header("content-type", "application/json").body("{}".into()).unwrap()
}

/// Status and seconds of requests that are sent one after another, a second apart.
async fn timed(edge: &Edge, requests: Vec<Request>) -> Vec<(u16, u64)> {
    let mut answers = Vec::new();
    for request in requests {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let begun = Clock::now();
        let got = send(edge, "192.0.2.1", request).await;
        answers.push((got.status, begun.elapsed().as_secs()));
    }
    answers
}

#[tokio::test(start_paused = true)]
async fn a_small_body_waits_for_no_other() {
    for stuck in [stuck, stuck_and_large] {
        let edge = edge(Rules { rate: None, ..Rules::default() });
        let slow = futures::future::join_all((0..64).map(|_| send(&edge, "192.0.2.1", stuck())));
        let (slow, quick) = tokio::join!(slow, timed(&edge, vec![small(), small()]));
        assert!(slow.iter().all(|got| got.status == 408));
        assert_eq!(quick, [(200, 0), (200, 0)]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_memory_of_bodies_is_bounded() {
    let edge = edge(Rules { rate: None, ..Rules::default() });
    let large = || small().map(|_| Body::from(vec![b' '; 1 << 20]));
    let slow = futures::future::join_all((0..32).map(|_| send(&edge, "192.0.2.1", stuck_and_large())));
    let (_, late) = tokio::join!(slow, timed(&edge, vec![large(), large()]));
    assert_eq!(late, [(200, 29), (200, 0)], "it waits for room and gets it, and all is given back");

    let begun = Clock::now();
    let ended = async |request| (send(&edge, "192.0.2.1", request).await.status, begun.elapsed().as_secs());
    let slow = futures::future::join_all((0..300).map(|_| ended(stuck())));
    let (slow, quick) = tokio::join!(slow, timed(&edge, vec![small()]));
    assert_eq!(quick, [(200, 0)]);
    let made_way = slow.iter().filter(|ended| **ended == (408, 0)).count();
    assert_eq!(made_way, 300 - 256, "those that began first");
    assert!(slow.iter().all(|(status, _)| *status == 408));
}

#[tokio::test]
async fn every_code_of_the_edge_has_its_words() {
    for (code, status, word) in [
        (ErrorCode::Unauthorized, 401, "unauthorized"),
        (ErrorCode::Forbidden, 403, "forbidden"),
        (ErrorCode::SlowRequest, 408, "slow_request"),
        (ErrorCode::UnsupportedMediaType, 415, "unsupported_media_type"),
        (ErrorCode::UnknownHost, 421, "unknown_host"),
        (ErrorCode::RateLimited, 429, "rate_limited"),
        (ErrorCode::HeadTooLarge, 431, "head_too_large"),
        (ErrorCode::MalformedRequest, 400, "malformed_request"),
    ] {
        assert_eq!((code.status().as_u16(), serde_json::to_value(code).unwrap()), (status, word.into()));
    }
}

#[tokio::test]
async fn new_tokens_take_the_place_of_the_old() {
    let rules = Rules { tokens: vec![token("noc", "one")], ..Rules::default() };
    let edge = edge(rules.clone());
    let ask = async |token| fetch(&edge, "192.0.2.1", "/api/v1/caller", &[("x-api-key", token)]).await;
    assert_eq!((&*ask("one").await.body, ask("two").await.status), ("noc", 401));
    rules.renewed.replace(vec![token("billing", "two")]);
    assert_eq!((ask("one").await.status, &*ask("two").await.body), (401, "billing"));
    rules.renewed.replace(Vec::new());
    assert_eq!(&*ask("one").await.body, "nobody", "without a token everybody may ask");
}

#[tokio::test]
async fn what_is_refused_is_marked() {
    let edge = edge(Rules {
        tokens: vec![token("noc", "one")],
        rate: rate(1, 4),
        hosts: Hosts::default(),
        ..Rules::default()
    });
    for (host, path, token, status, refused) in [
        ("localhost", "/healthz", "", 200, false),
        ("localhost", "/api/v1/caller", "", 401, true),
        ("localhost", "/api/v1/caller", "wrong", 401, true),
        ("evil.example", "/healthz", "", 421, true),
        ("localhost", "/api/v1/caller", "one", 200, false),
        ("localhost", "/nothing", "one", 404, false),
        ("localhost", "/healthz/x", "one", 404, false),
        ("localhost", "/nothing", "one", 404, false),
        ("localhost", "/api/v1/caller", "one", 429, true),
    ] {
        let asked = Request::get(path).header("host", host).header("x-api-key", token);
        let answer = edge.respond(asked.body(Body::empty()).unwrap(), Link::default()).await;
        let marked = answer.extensions().get::<Refused>().is_some();
        assert_eq!((answer.status().as_u16(), marked), (status, refused), "{host} {path} {token}");
    }
}

#[tokio::test]
async fn a_large_head_is_told_so() {
    let edge = edge(Rules::default());
    for (length, status) in [(15_000, 200), (17_000, 431)] {
        let got = fetch(&edge, "192.0.2.1", "/healthz", &[("cookie", &"x".repeat(length))]).await;
        assert_eq!(got.status, status);
        assert!(status == 200 || got.code() == "head_too_large");
    }
}
