use std::num::NonZeroU32;
use std::time::SystemTime;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use gpon::PonPort;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use zte::{Olt, OltSettings, SnmpSettings, SnmpTransport};

use super::*;
use crate::app::{CacheTimes, Site};
use crate::http::{CorsRules, Origins, Rate, Rules, Token};
use crate::server::router;
use crate::writing::{Hold, Writes};

fn pon(port: u8) -> PonPort {
    PonPort::new(1, port).unwrap()
}

/// Sites without a command line: what is let through to one is 422 `unsupported_by_firmware`.
async fn app(ids: &[&str], default: Option<&str>, writes: &Writes, writer: bool) -> App {
    let transport = SnmpTransport::bind().await.unwrap();
    let site = |id: &&str| {
        let snmp = SnmpSettings::new("127.0.0.1".to_owned(), 9, "public".into());
        let olt = Olt::new(OltSettings::new(*id, snmp, None), &transport);
        Site { writes: writes.clone(), writer, ..Site::new(olt, "Site") }
    };
    let sites = ids.iter().map(site).collect();
    App::new(sites, default.map(str::to_owned), CacheTimes::default())
}

fn hold() -> Hold {
    Hold { reason: Some("card 3 is changed".into()), by: Some("noc".into()), since: SystemTime::UNIX_EPOCH }
}

/// A token to read with, and one to write with.
fn tokens() -> Vec<Token> {
    let token = |name: &str, write| Token { name: name.into(), sha256: Sha256::digest(name).into(), write };
    vec![token("monitoring", false), token("noc", true)]
}

struct Got {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Got {
    fn told(&self) -> (u16, &str) {
        (self.status, self.body["error_code"].as_str().unwrap_or("none"))
    }
}

struct Ask<'a> {
    method: &'a str,
    path: &'a str,
    token: Option<&'a str>,
    headers: &'a [(&'a str, &'a str)],
    body: &'a str,
}

impl<'a> Ask<'a> {
    fn post(path: &'a str) -> Self {
        Self { method: "POST", path, token: Some("noc"), headers: &[], body: "" }
    }

    async fn of(self, router: &Router) -> Got {
        let mut request = Request::builder().method(self.method).uri(format!("/api/v1{}", self.path));
        request = request.header("host", "localhost");
        if let Some(token) = self.token {
            request = request.header("x-api-key", token);
        }
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        if !self.body.is_empty() && !self.headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        let request = request.body(Body::from(self.body.to_owned())).unwrap();
        let (head, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Got { status: head.status.as_u16(), headers: head.headers, body }
    }
}

async fn noc(app: App) -> Router {
    router(app, &Rules { tokens: tokens(), rate: None, ..Rules::default() })
}

/// What the contract says to a write; `None` where it is let through.
fn expected(
    permission: Permission,
    (writes, writer, held): (&Writes, bool, bool),
    extent: Extent,
    dry_run: bool,
) -> Option<(u16, &'static str)> {
    let open = match (writes, extent) {
        (Writes::Off, _) => false,
        (Writes::Plan, _) => dry_run,
        (Writes::On, _) | (Writes::OnPons(_), Extent::Save) => true,
        (Writes::OnPons(pons), Extent::Pon(pon)) => pons.contains(&pon),
        (Writes::OnPons(_), Extent::Olt) => false,
    };
    match () {
        () if permission != Permission::Granted || !open => Some((403, "forbidden")),
        () if !writer => Some((503, "not_writer")),
        () if held => Some((503, "held")),
        () => None,
    }
}

fn each_setting() -> impl Iterator<Item = (Writes, bool, bool)> {
    let writes =
        [Writes::Off, Writes::Plan, Writes::On, Writes::OnPons([pon(1)].into()), Writes::OnPons([].into())];
    let each = move |writes: Writes| [false, true].map(|writer| (writes.clone(), writer));
    let each = writes.into_iter().flat_map(each);
    each.flat_map(|(writes, writer)| [false, true].map(|held| (writes.clone(), writer, held)))
}

#[tokio::test]
async fn who_may_write_what() {
    let (mut seen, mut through) = (0, 0);
    for (writes, writer, held) in each_setting() {
        let app = app(&["a"], None, &writes, writer).await;
        if held {
            app.olt(Some("a")).unwrap().gate().set_hold(hold());
        }
        for permission in [Permission::Granted, Permission::ReadOnly, Permission::NoToken] {
            for extent in [Extent::Pon(pon(1)), Extent::Pon(pon(2)), Extent::Olt, Extent::Save] {
                for dry_run in [false, true] {
                    let uri = format!("/x?dry_run={dry_run}");
                    let (mut parts, ()) = Request::builder().uri(uri).body(()).unwrap().into_parts();
                    parts.extensions.insert(permission);
                    let target = Writing::from_request_parts(&mut parts, &app).await;
                    let target = target.and_then(|writing| writing.to(extent, &[]));
                    let told = target.as_ref().err().map(|failure| {
                        (failure.code.status().as_u16(), serde_json::to_value(failure.code).unwrap())
                    });
                    let expected = expected(permission, (&writes, writer, held), extent, dry_run);
                    let expected = expected.map(|(status, code)| (status, json!(code)));
                    let case = format!("{permission:?} {writes:?} {writer} {held} {extent:?} {dry_run}");
                    assert_eq!(told, expected, "{case}");
                    if let Ok(target) = target {
                        assert_eq!((target.dry_run, target.olt()), (dry_run, "a"), "{case}");
                        through += 1;
                    }
                    seen += 1;
                }
            }
        }
    }
    // Plan: 4 dry runs; On: 4 of both kinds; a PON and saving of both kinds; saving of both kinds.
    assert_eq!((seen, through), (20 * 3 * 8, 4 + 8 + 4 + 2));
    // A request that no edge has seen.
    let (mut parts, ()) = Request::builder().uri("/x").body(()).unwrap().into_parts();
    let app = app(&["a"], None, &Writes::On, true).await;
    assert_eq!(Writing::from_request_parts(&mut parts, &app).await.unwrap_err().code, ErrorCode::Forbidden);
}

#[tokio::test]
async fn who_may_save() {
    // Whose token, whether the server has any, whether everybody may write: `--insecure` is a server without.
    for (token, tokens, open_writes, permission) in [
        (Some("noc"), tokens(), false, Permission::Granted),
        (Some("noc"), tokens(), true, Permission::Granted),
        (Some("monitoring"), tokens(), false, Permission::ReadOnly),
        (Some("monitoring"), tokens(), true, Permission::ReadOnly),
        (None, vec![], false, Permission::NoToken),
        (Some("noc"), vec![], false, Permission::NoToken),
        (None, vec![], true, Permission::Granted),
    ] {
        for (writes, writer, held) in each_setting() {
            let app = app(&["a"], None, &writes, writer).await;
            if held {
                app.olt(Some("a")).unwrap().gate().set_hold(hold());
            }
            let rules = Rules { tokens: tokens.clone(), open_writes, rate: None, ..Rules::default() };
            let router = router(app, &rules);
            for (dry_run, query) in [(false, ""), (false, "?dry_run=false"), (true, "?dry_run=true")] {
                for tree in ["", "/olts/a"] {
                    let path = format!("{tree}/system/save{query}");
                    let got = Ask { token, ..Ask::post(&path) }.of(&router).await;
                    let expected = expected(permission, (&writes, writer, held), Extent::Save, dry_run);
                    // Without a store no plan is kept, and without a command line nothing is saved.
                    let through =
                        if dry_run { (503, "store_unavailable") } else { (422, "unsupported_by_firmware") };
                    assert_eq!(
                        got.told(),
                        expected.unwrap_or(through),
                        "{permission:?} {writes:?} {writer} {held} {path}"
                    );
                    assert_eq!(got.headers.contains_key("retry-after"), got.status == 503);
                }
            }
        }
    }
    let closed = noc(app(&["a"], None, &Writes::On, true).await).await;
    for token in [None, Some("other")] {
        let got = Ask { token, ..Ask::post("/system/save") }.of(&closed).await;
        assert_eq!(got.told(), (401, "unauthorized"));
    }
}

#[tokio::test]
async fn a_write_names_its_olt_where_there_are_several() {
    let router = noc(app(&["a", "b"], Some("a"), &Writes::On, true).await).await;
    assert_eq!(Ask::post("/system/save").of(&router).await.told(), (400, "olt_required"));
    assert_eq!(Ask::post("/olts/b/system/save").of(&router).await.told(), (422, "unsupported_by_firmware"));
    assert_eq!(Ask::post("/olts/c/system/save").of(&router).await.told(), (404, "olt_not_found"));
}

#[tokio::test]
async fn a_route_that_writes_ignores_nothing() {
    let router = noc(app(&["a"], None, &Writes::On, true).await).await;
    let key = [("idempotency-key", "k-1")];
    for (path, headers, field) in [
        ("/system/save?now=true", &[][..], "\"now\": "),
        ("/system/save?dry_run=1", &[], "dry_run: "),
        ("/system/save?dry_run=true&dry_run=false", &[], "dry_run: "),
        ("/olts/a/hold?dry_run=true", &[], "\"dry_run\": "),
        ("/olts/a/release?x", &[], "\"x\": "),
        ("/olts/a/hold", &key, "Idempotency-Key: "),
    ] {
        let got = Ask { headers, ..Ask::post(path) }.of(&router).await;
        assert_eq!(got.told(), (400, "invalid_parameter"), "{path}");
        assert!(got.body["error"].as_str().unwrap().starts_with(field), "{path}: {}", got.body);
    }
    assert_eq!(
        Ask { method: "GET", ..Ask::post("/board/1/pon/1?x=1&max_age=x") }.of(&router).await.status,
        400
    );
}

#[tokio::test]
async fn an_olt_is_held_and_released() {
    let app = app(&["a", "b"], None, &Writes::On, true).await;
    let router = noc(app.clone()).await;
    let hold = Ask { body: r#"{"reason": "card 3 is changed"}"#, ..Ask::post("/olts/a/hold") };
    let Got { status, body, .. } = hold.of(&router).await;
    let data = &body["data"];
    assert_eq!((status, &data["olt"], &data["held"]), (200, &json!("a"), &json!(true)));
    assert_eq!((&data["reason"], &data["by"]), (&json!("card 3 is changed"), &json!("noc")));
    assert_eq!(data["survives_restart"], false);
    assert!(data["since"].is_string() && body["message"].is_string() && body.get("ignored").is_none());
    let got = Ask::post("/olts/a/system/save").of(&router).await;
    assert_eq!((got.told(), got.headers["retry-after"].to_str().unwrap()), ((503, "held"), "60"));
    assert_eq!(got.body["error"], "a: held by \"noc\": \"card 3 is changed\"");
    // The other one is not, and neither are readings.
    assert_eq!(Ask::post("/olts/b/system/save").of(&router).await.status, 422);
    assert_eq!(Ask { method: "DELETE", ..Ask::post("/olts/a/board/1/pon/1") }.of(&router).await.status, 200);
    // Without a body at all, and once more.
    for (held, reason, message) in [
        (false, json!("card 3 is changed"), "The OLT may be written to again"),
        (false, Value::Null, "The OLT was not held"),
    ] {
        let got = Ask::post("/olts/a/release").of(&router).await;
        assert_eq!((got.status, &got.body["data"]["held"]), (200, &json!(held)));
        assert_eq!(got.body["data"]["reason"], reason);
        assert!(got.body["message"].as_str().unwrap().starts_with(message), "{}", got.body);
    }
    assert_eq!(Ask::post("/olts/a/system/save").of(&router).await.status, 422);
    assert!(app.olt(Some("a")).unwrap().gate().hold().is_none());
}

#[tokio::test]
async fn holding_needs_a_token_to_write_with_and_nothing_of_the_olt() {
    for (path, token, tokens, told) in [
        ("/olts/a/hold", None, tokens(), (401, "unauthorized")),
        ("/olts/a/hold", Some("monitoring"), tokens(), (403, "forbidden")),
        ("/olts/a/release", Some("monitoring"), tokens(), (403, "forbidden")),
        ("/olts/a/hold", None, vec![], (403, "forbidden")),
        ("/olts/b/hold", Some("noc"), tokens(), (404, "olt_not_found")),
        ("/olts/a/hold", Some("noc"), tokens(), (200, "none")),
        ("/hold", Some("noc"), tokens(), (404, "route_not_found")),
        ("/olts/a/olts/a/hold", Some("noc"), tokens(), (404, "route_not_found")),
    ] {
        let app = app(&["a"], None, &Writes::Off, false).await;
        let router = router(app, &Rules { tokens, rate: None, ..Rules::default() });
        assert_eq!(Ask { token, ..Ask::post(path) }.of(&router).await.told(), told, "{path} {token:?}");
    }
}

#[tokio::test]
async fn the_rules_of_every_route_hold_for_those_that_write() {
    let app = app(&["a"], None, &Writes::On, true).await;
    let router_ = noc(app.clone()).await;
    let long = format!(r#"{{"reason": "{}"}}"#, "x".repeat(1 << 20));
    let text = [("content-type", "text/plain")];
    for (headers, body, told) in [
        (&[][..], "{", (400, "invalid_parameter")),
        (&[], r#"{"reason": 1}"#, (400, "invalid_parameter")),
        (&[], r#"{"reason": "a\u0007"}"#, (400, "invalid_parameter")),
        (&[], r#"{"cause": "x"}"#, (400, "invalid_parameter")),
        (&[], r#"{"reason": "a", "reason": "b"}"#, (400, "invalid_parameter")),
        (&text, "{}", (415, "unsupported_media_type")),
        (&[], &long, (413, "body_too_large")),
        (&[], "{}", (200, "none")),
    ] {
        let got = Ask { headers, body, ..Ask::post("/olts/a/hold") }.of(&router_).await;
        assert_eq!(got.told(), told, "{}", got.body);
    }
    for method in ["GET", "PUT", "DELETE", "PATCH"] {
        for path in ["/system/save", "/olts/a/system/save", "/olts/a/hold", "/olts/a/release"] {
            let got = Ask { method, ..Ask::post(path) }.of(&router_).await;
            assert_eq!(got.told(), (405, "method_not_allowed"), "{method} {path}");
            assert_eq!(got.headers["allow"], "POST");
        }
    }
    let one = NonZeroU32::MIN;
    let rate = Some(Rate { per_second: one, burst: one });
    let slow = router(app.clone(), &Rules { tokens: tokens(), rate, ..Rules::default() });
    assert_eq!(Ask::post("/olts/a/release").of(&slow).await.status, 200);
    assert_eq!(Ask::post("/olts/a/release").of(&slow).await.told(), (429, "rate_limited"));
}

#[tokio::test]
async fn pages_of_other_origins_ask_before_they_write() {
    let origins = Origins::These(vec!["https://noc.example.net".into()]);
    let cors = CorsRules { origins, credentials: false, max_age: std::time::Duration::from_secs(300) };
    let app = app(&["a"], None, &Writes::On, true).await;
    let router = router(app, &Rules { tokens: tokens(), cors: Some(cors), ..Rules::default() });
    for (origin, allowed) in [("https://noc.example.net", true), ("https://evil.example.net", false)] {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "content-type,x-api-key"),
        ];
        let ask = Ask { method: "OPTIONS", token: None, headers: &headers, ..Ask::post("/system/save") };
        let got = ask.of(&router).await;
        assert_eq!(got.status, 200);
        let methods = got.headers.get("access-control-allow-methods").map(|value| value.to_str().unwrap());
        assert!(methods.is_some_and(|methods| methods.contains("POST")));
        assert_eq!(got.headers.contains_key("access-control-allow-origin"), allowed, "{origin}");
    }
    // A form of another page carries no token, and a cookie is none.
    let headers = [("origin", "https://evil.example.net"), ("cookie", "token=noc; x-api-key=noc")];
    let got = Ask { token: None, headers: &headers, ..Ask::post("/system/save?token=noc") }.of(&router).await;
    assert_eq!(got.told(), (401, "unauthorized"));
}
