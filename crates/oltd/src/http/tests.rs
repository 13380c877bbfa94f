use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Method, Request};
use axum::routing::get;
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt;
use zte::{Olt, OltSettings, SnmpSettings, SnmpTransport};

use super::*;
use crate::app::{App, CacheTimes, Site};
use crate::server::router;

/// A router over an OLT that nothing may reach.
async fn app() -> Router {
    let snmp = SnmpSettings::new("127.0.0.1", 1, SecretString::from("public"));
    let transport = SnmpTransport::bind().await.unwrap();
    let olt = Olt::new(OltSettings::new("a", snmp, None), &transport);
    router(App::new(vec![Site::new(olt, "A")], None, CacheTimes::default()), &Rules::default())
}

struct Got {
    status: u16,
    body: Value,
    response: axum::http::response::Parts,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.response.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn code(&self) -> &str {
        self.body["error_code"].as_str().unwrap_or_default()
    }
}

/// Routes of a test alone, under the usual rules.
fn alone(routes: Router) -> Router {
    Router::new().fallback_service(around(routes, &Rules::default(), Metrics::default()))
}

/// Asks as this machine does, unless the request says otherwise.
async fn ask(router: &Router, mut request: Request<Body>) -> Got {
    request.headers_mut().entry("host").or_insert(HeaderValue::from_static("localhost"));
    let (response, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let got = Got { status: response.status.as_u16(), body, response };
    got.must_be_an_envelope();
    got
}

async fn fetch(router: &Router, path: &str) -> Got {
    ask(router, Request::get(path).body(Body::empty()).unwrap()).await
}

impl Got {
    fn must_be_an_envelope(&self) {
        assert_eq!(self.header("content-type"), "application/json");
        assert!(!self.header("x-request-id").is_empty());
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.body["code"], self.status);
        assert!(self.body["status"].is_string());
        if self.status < 400 {
            assert!(self.body.get("data").is_some());
        } else {
            assert_eq!(self.body["request_id"], self.header("x-request-id"));
            for field in ["message", "error", "error_code"] {
                assert!(!self.body[field].as_str().unwrap().is_empty(), "{field}");
            }
        }
    }
}

#[tokio::test]
async fn health_and_links() {
    let app = app().await;
    for path in ["/", "/healthz", "/healthz/", "/readyz"] {
        assert_eq!(fetch(&app, path).await.status, 200, "{path}");
    }
    assert_eq!(fetch(&app, "/healthz").await.body["data"]["alive"], true);
}

#[tokio::test]
async fn unknown_routes_and_methods() {
    let app = app().await;
    for path in ["/x", "/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1//onus", "/api/v1/monitoring", "//"]
    {
        let got = fetch(&app, path).await;
        assert_eq!((got.status, got.code()), (404, "route_not_found"), "{path}");
    }
    let request = Request::post("/api/v1/board/1/pon/1").body(Body::empty()).unwrap();
    let got = ask(&app, request).await;
    assert_eq!((got.status, got.code(), got.header("allow")), (405, "method_not_allowed", "GET,HEAD,DELETE"));
}

#[tokio::test]
async fn request_ids() {
    let app = app().await;
    let long = "x".repeat(129);
    for (sent, kept) in [("abc-1 2", true), (&*"x".repeat(128), true), (&*long, false), ("", false)] {
        let request = Request::get("/healthz").header("x-request-id", sent).body(Body::empty()).unwrap();
        assert_eq!(ask(&app, request).await.header("x-request-id") == sent, kept, "{sent}");
    }
    let one = fetch(&app, "/healthz").await;
    let two = fetch(&app, "/healthz").await;
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[tokio::test]
async fn bad_paths_reach_no_handler() {
    let app = app().await;
    let long = format!("/api/v1/onu/unconfigured/{}", "a".repeat(10_000));
    for (path, status, code) in [
        ("/api/v1/onu/unconfigured/1%0Aenable%0A", 400, "invalid_path"),
        ("/api/v1/onu/unconfigured/%ff", 400, "invalid_path"),
        ("/api/v1/board/1%2F1/pon/1", 400, "invalid_path"),
        (&*long, 414, "path_too_long"),
    ] {
        let got = fetch(&app, path).await;
        assert_eq!((got.status, got.code()), (status, code), "{path}");
    }
}

#[tokio::test]
async fn bad_numbers_name_their_field() {
    let app = app().await;
    for (path, field) in [
        ("board/01/pon/1", "board"),
        ("board/0/pon/1", "board"),
        ("board/33/pon/1", "board"),
        ("board/+1/pon/1", "board"),
        ("board/1e0/pon/1", "board"),
        ("board/%20/pon/1", "board"),
        ("board/%201/pon/1", "board"),
        ("board/1/pon/17", "pon"),
        ("board/1/pon/-1", "pon"),
        ("board/1/pon/1.0", "pon"),
        ("board/1/pon/99999999999999999999", "pon"),
        ("board/1/pon/1/onu/0", "onu_id"),
        ("board/1/pon/1/onu/129", "onu_id"),
        ("board/1/pon/1/onu/1%31111", "onu_id"),
        ("board/1/pon/%D9%A1", "pon"),
        ("onu/unconfigured/1-1-17", "pon_port"),
        ("onu/unconfigured/1/1/17", "pon_port"),
        ("onu/unconfigured/register", "pon_port"),
        ("vlan/onu/1/0", "onu_id"),
        ("vlan/onu/1/1/1/0", "onu_id"),
        ("system/cards/0/1/1", "rack"),
        ("system/cards/1/256/1", "shelf"),
        ("system/cards/1/1/33", "slot"),
        ("profiles/traffic/x", "profile_id"),
        ("paginate/board/1/pon/1?page=0", "page"),
        ("paginate/board/1/pon/1?page=+1", "page"),
        ("paginate/board/1/pon/1?page=", "page"),
        ("paginate/board/1/pon/1?limit=101", "limit"),
        ("paginate/board/1/pon/1?limit=0", "limit"),
        ("onus?status=Gone", "status"),
        ("onus?pon=1/1", "pon"),
        ("onus?page=1&page=2", "page"),
        ("onus?max_age=-1", "max_age"),
        ("onus?nocache=perhaps", "nocache"),
    ] {
        let got = fetch(&app, &format!("/api/v1/{path}")).await;
        assert_eq!((got.status, got.code()), (400, "invalid_parameter"), "{path}");
        assert!(
            got.body["error"].as_str().unwrap().starts_with(&format!("{field}: ")),
            "{path}: {}",
            got.body
        );
    }
}

#[tokio::test]
async fn too_large_a_body() {
    let request = Request::post("/api/v1/config/backup/olt").header("content-length", (1 << 20) + 1);
    let got = ask(&app().await, request.body(Body::empty()).unwrap()).await;
    assert_eq!((got.status, got.code()), (413, "body_too_large"));
}

#[tokio::test]
async fn backups_are_promised() {
    let app = app().await;
    let got = fetch(&app, "/api/v1/config/backups").await;
    assert_eq!((got.status, got.body["data"].clone()), (200, serde_json::json!([])));
    for (method, path) in [
        (Method::POST, "backup/olt"),
        (Method::POST, "backup/onu/1/1/1/5"),
        (Method::POST, "backup/onu/1-1-1/5"),
        (Method::GET, "backup/7"),
        (Method::DELETE, "backup/7"),
        (Method::GET, "backup/7/export"),
        (Method::POST, "backup/import"),
        (Method::POST, "restore/7"),
    ] {
        let path = format!("/api/v1/config/{path}");
        let request = Request::builder().method(method).uri(&path).body(Body::empty()).unwrap();
        let got = ask(&app, request).await;
        assert_eq!((got.status, got.code()), (501, "not_implemented"), "{path}");
    }
}

#[tokio::test]
async fn olts_by_id() {
    let app = app().await;
    let got = fetch(&app, "/api/v1/olts/nobody/onus").await;
    assert_eq!((got.status, got.code()), (404, "olt_not_found"));
    let got = fetch(&app, "/api/v1/olts/nobody").await;
    assert_eq!((got.status, got.code()), (404, "olt_not_found"));
    let none = router(App::new(vec![], None, CacheTimes::default()), &Rules::default());
    let got = fetch(&none, "/api/v1/onus").await;
    assert_eq!((got.status, got.code()), (400, "olt_required"));
    assert_eq!(fetch(&none, "/api/v1/olts").await.body["data"], serde_json::json!([]));
}

#[tokio::test(start_paused = true)]
async fn a_silent_olt_is_told_soon() {
    let app = app().await;
    let begun = tokio::time::Instant::now();
    let got = fetch(&app, "/api/v1/board/1/pon/1").await;
    assert!(
        matches!((got.status, got.code()), (503, "olt_unreachable") | (504, "deadline_passed")),
        "{}",
        got.body
    );
    assert!(begun.elapsed().as_secs() <= 10);

    let begun = tokio::time::Instant::now();
    let got = fetch(&app, "/api/v1/board/1/pon/1/info").await;
    assert_eq!((got.status, got.code()), (503, "olt_unreachable"));
    assert_ne!(got.header("retry-after"), "");
    let olt = fetch(&app, "/api/v1/olts/a").await.body["data"].clone();
    assert_eq!((&olt["model"], &olt["reachable"]["snmp"]), (&Value::Null, &Value::Bool(false)), "{olt}");
    assert_eq!(fetch(&app, "/readyz").await.body["data"]["olts"][0]["reachable"], false);
    assert!(begun.elapsed().as_millis() <= 100);
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    async fn burst() {
        panic!("secret words");
    }
    let got = fetch(&alone(Router::new().route("/burst", get(burst))), "/burst").await;
    assert_eq!((got.status, got.code()), (500, "internal"));
    assert!(!got.body.to_string().contains("secret"), "no internals");
}

#[tokio::test(start_paused = true)]
async fn ninety_seconds_are_enough() {
    let stuck = Router::new().route("/stuck", get(std::future::pending::<()>));
    let begun = tokio::time::Instant::now();
    let got = fetch(&alone(stuck), "/stuck").await;
    assert_eq!((got.status, got.code()), (504, "deadline_passed"));
    assert_eq!(begun.elapsed().as_secs(), 90);
}

/// A route with a reading's headers and a body worth compressing.
fn a_reading() -> Edge {
    let answer = async || {
        let body = std::sync::Arc::new(crate::cache::Rendered::new(r#"{"onu_id":1}"#.repeat(1000)));
        let headers = [("age", "7"), ("cache-control", "private, max-age=293")];
        (headers, axum::Extension(body))
    };
    around(Router::new().route("/list", get(answer)), &Rules::default(), Metrics::default())
}

async fn list_with(headers: &[(&str, &str)], method: Method) -> axum::http::Response<bytes::Bytes> {
    let request = headers.iter().fold(
        Request::builder().method(method).uri("/list").header("host", "localhost"),
        |request, (name, value)| request.header(*name, *value),
    );
    let response = a_reading().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    axum::http::Response::from_parts(parts, to_bytes(body, usize::MAX).await.unwrap())
}

#[tokio::test]
async fn who_has_the_answer_gets_none() {
    let first = list_with(&[], Method::GET).await;
    let tag = first.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!((first.status().as_u16(), first.body().len()), (200, 12_000));
    assert_eq!(first.headers()["vary"], "accept-encoding");
    for known in [&tag, "*", &format!("W/{tag}, \"x\"")] {
        let again = list_with(&[("if-none-match", known)], Method::GET).await;
        assert_eq!((again.status().as_u16(), again.body().len()), (304, 0), "{known}");
        for header in ["etag", "age", "cache-control", "x-request-id"] {
            assert!(again.headers().contains_key(header), "{header}");
        }
    }
    assert_eq!(list_with(&[("if-none-match", "\"other\"")], Method::GET).await.status().as_u16(), 200);
}

#[tokio::test]
async fn compressed_for_who_asks() {
    let plain = list_with(&[], Method::GET).await;
    let gzip = list_with(&[("accept-encoding", "br, gzip")], Method::GET).await;
    assert_eq!(gzip.headers()["content-encoding"], "gzip");
    assert_ne!(gzip.headers()["etag"], plain.headers()["etag"], "other bytes, another tag");
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip.body()[..]), &mut text).unwrap();
    assert_eq!(text, &plain.body()[..]);
    assert!(gzip.body().len() < plain.body().len() / 4);
    let tag = gzip.headers()["etag"].to_str().unwrap();
    let again = list_with(&[("accept-encoding", "gzip"), ("if-none-match", tag)], Method::GET).await;
    assert_eq!(again.status().as_u16(), 304);
    assert_eq!(again.headers()["etag"], tag);
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let head = list_with(&[], Method::HEAD).await;
    assert_eq!((head.body().len(), head.headers()["content-length"].to_str().unwrap()), (0, "12000"));
    assert!(head.headers().contains_key("etag"));
}

#[tokio::test]
async fn what_is_no_reading_is_not_stored() {
    let app = app().await;
    for path in ["/healthz", "/api/v1/olts", "/nothing"] {
        let got = fetch(&app, path).await;
        assert_eq!(got.header("cache-control"), "no-store", "{path}");
        assert_eq!(got.header("etag"), "", "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn every_path_is_answered_in_the_envelope(
        tree in prop_oneof![Just("/"), Just("/api/v1/"), Just("/api/v1/olts/"), Just("/api/v1/board/1/pon/")],
        path in r"(/|[0-9]{1,3}|%[0-9A-F]{2}|[!-~]|onu|onus|vlan|info|onu_id|empty|board|pon|olts){0,10}",
        query in r"(&|=|page|limit|status|pon|q|max_age|nocache|[0-9]|%[0-9A-F]{2}|\+|[!-~]){0,12}",
        method in prop_oneof![Just("GET"), Just("DELETE"), Just("POST"), Just("OPTIONS"), Just("BREW")],
    ) {
        let Ok(uri) = axum::http::Uri::try_from(format!("{tree}{path}?{query}")) else { return Ok(()) };
        let request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
        // Paused: waiting for an OLT that nothing reaches takes no time.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async { ask(&app().await, request).await });
    }
}
