//! The control server.

use std::net::{Ipv4Addr, SocketAddr};

use oltsim::{Options, SimError, Simulator, Source};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::client::Client;
use crate::terminal::Terminal;

struct Control {
    simulator: Simulator,
    http: reqwest::Client,
    base: String,
}

impl Control {
    async fn start() -> Self {
        let control = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let source = Source::Scenario(oltsim::SMALL.to_owned());
        let simulator = Simulator::start(Options { control, ..Options::new(source) }).await.unwrap();
        let base = format!("http://{}", simulator.control_addr().unwrap());
        Self { simulator, http: reqwest::Client::builder().no_proxy().build().unwrap(), base }
    }

    async fn put(&self, body: &str) -> (StatusCode, Value) {
        let request = self.http.put(format!("{}/faults", self.base)).body(body.to_owned());
        let response = request.send().await.unwrap();
        (response.status(), response.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let response = self.http.get(format!("{}{path}", self.base)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }
}

#[tokio::test]
async fn counters_are_read_and_reset() {
    let control = Control::start().await;
    let mut client = Client::of(control.simulator.snmp_addr()).await;
    client.bulk(0, 5, &[&[1, 3]]).await;
    let counters = control.get("/counters").await;
    assert_eq!((&counters["get_bulk"], &counters["varbinds_out"]), (&json!(1), &json!(5)));
    let reset = control.http.post(format!("{}/counters/reset", control.base)).send().await.unwrap();
    assert_eq!(reset.json::<Value>().await.unwrap(), counters, "what they were");
    assert_eq!(control.get("/counters").await["packets_in"], 0);
}

#[tokio::test]
async fn faults_are_set_listed_and_cleared() {
    let control = Control::start().await;
    assert_eq!(control.get("/faults").await, json!([]));
    let one = json!({"target": "snmp", "kind": "drop", "probability": 1.0, "seed": 3});
    let (status, set) = control.put(&one.to_string()).await;
    assert_eq!((status, &set), (StatusCode::OK, &json!([one])));
    let delay = json!({"target": "snmp", "kind": "delay", "ms": 5, "order": "parallel"});
    let list = json!([delay, {"target": "snmp", "kind": "duplicate", "every": 2}]);
    assert_eq!(control.put(&list.to_string()).await, (StatusCode::OK, list.clone()));
    assert_eq!(control.get("/faults").await, list);

    let mut client = Client::of(control.simulator.snmp_addr()).await;
    client.bulk(0, 5, &[&[1, 3]]).await;
    client.bulk(0, 5, &[&[1, 3]]).await;
    client.receive().await;

    let cleared = control.http.delete(format!("{}/faults", control.base)).send().await.unwrap();
    assert_eq!(cleared.status(), StatusCode::NO_CONTENT);
    assert_eq!(control.get("/faults").await, json!([]));
}

#[tokio::test]
async fn nonsense_changes_nothing() {
    let control = Control::start().await;
    let fault = r#"{"target":"snmp","kind":"silence"}"#;
    control.put(fault).await;
    for (body, status, said) in [
        ("{", StatusCode::BAD_REQUEST, "EOF"),
        (r#"{"target":"snmp","kind":"drop","often":1}"#, StatusCode::BAD_REQUEST, "often"),
        (r#"[{"target":"snmp","kind":"explode"}]"#, StatusCode::BAD_REQUEST, "explode"),
        (r#"{"target":"snmp","kind":"delay"}"#, StatusCode::BAD_REQUEST, "needs ms"),
    ] {
        let (got, answer) = control.put(body).await;
        assert_eq!(got, status, "{body}");
        assert!(answer["error"].as_str().unwrap().contains(said), "{body}: {answer}");
    }
    assert_eq!(control.get("/faults").await.to_string(), format!("[{}]", json_of(fault)));
}

#[tokio::test]
async fn the_command_line_is_listed_stopped_and_started() {
    let control = Control::start().await;
    let mut terminal = Terminal::logged_in(&control.simulator).await;
    terminal.ask("end", "#").await;
    let listed = json!([{"session": 1, "line": "end"}]);
    assert_eq!(control.get("/commands").await, listed);
    let taken = control.http.delete(format!("{}/commands", control.base)).send().await.unwrap();
    assert_eq!(taken.json::<Value>().await.unwrap(), listed);
    assert_eq!(control.get("/commands").await, json!([]));
    for what in ["stop", "start"] {
        let answer = control.http.post(format!("{}/telnet/{what}", control.base)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
        let counters = control.get("/counters").await;
        assert_eq!(counters["cli_sessions"], 0, "{what}");
    }
    Terminal::logged_in(&control.simulator).await;
}

/// The status that a request gets with these headers, beside the client's own.
async fn status(control: &Control, headers: &[(&str, &str)]) -> StatusCode {
    let mut request = control.http.put(format!("{}/faults", control.base)).body("[]");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn pages_and_names_of_others_are_turned_away() {
    let control = Control::start().await;
    let port = control.simulator.control_addr().unwrap().port();
    let own = [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("LocalHost:{port}")];
    for host in &own {
        assert_eq!(status(&control, &[("Host", host)]).await, StatusCode::OK, "{host}");
        let origin = format!("http://{host}");
        assert_eq!(
            status(&control, &[("Host", host), ("Origin", &origin)]).await,
            StatusCode::OK,
            "{origin}"
        );
    }
    for host in
        ["evil.example", "127.0.0.1", "127.0.0.2", "[::1]", "localhost.evil.example", "127.0.0.1:1", ""]
    {
        let with_port = format!("{host}:{port}");
        assert_eq!(status(&control, &[("Host", host)]).await, StatusCode::MISDIRECTED_REQUEST, "{host:?}");
        if !host.contains("127.0.0.1") {
            let got = status(&control, &[("Host", &with_port)]).await;
            assert_eq!(got, StatusCode::MISDIRECTED_REQUEST, "{with_port}");
        }
    }
    let elsewhere = format!("http://evil.example:{port}");
    for origin in ["null", "http://evil.example", "http://127.0.0.1", "https://localhost", "", &elsewhere] {
        assert_eq!(status(&control, &[("Origin", origin)]).await, StatusCode::FORBIDDEN, "{origin:?}");
    }
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn it_listens_on_loopback_only() {
    let control = Some(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
    let error = Simulator::start(Options { control, ..Options::new(Source::Demo) }).await.unwrap_err();
    assert!(matches!(error, SimError::NotLoopback(_)), "{error}");
}
