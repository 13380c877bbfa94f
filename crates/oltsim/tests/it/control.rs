//! The control server.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use oltsim::{Options, SimError, Simulator, Source};
use rasn_smi::v2::{ApplicationSyntax, ObjectSyntax};
use rasn_snmp::v2::VarBindValue;
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
    let listed = json!([{"session": 1, "line": "end", "mode": "", "configures": false}]);
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

#[tokio::test]
async fn a_reboot_is_a_reboot() {
    const SYS_UP_TIME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 3, 0];
    let control = Control::start().await;
    let simulator = &control.simulator;
    let at = gpon::OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(1).unwrap() };
    let mut client = Client::of(simulator.snmp_addr()).await;
    let name = async || {
        let mut terminal = Terminal::logged_in(simulator).await;
        terminal.ask("show running-config interface gpon-onu_1/1/1:1", "SMALL#").await
    };
    let state = || {
        let state = |device: &mut oltsim::device::Device| {
            let now = device.time();
            let online = device.onus().filter_map(|(_, onu)| device.online_for(onu)).max().unwrap();
            (now, online, device.onu(at).unwrap().upstream.octets(Duration::ZERO))
        };
        simulator.device(state).unwrap()
    };
    let ticks = async |client: &mut Client| match client.get(&[SYS_UP_TIME]).await.bindings.remove(0).1 {
        VarBindValue::Value(ObjectSyntax::ApplicationWide(ApplicationSyntax::Ticks(ticks))) => ticks.0,
        other => panic!("{other:?}"),
    };
    let minute = Duration::from_secs(60);

    let mut sessions = [Terminal::logged_in(simulator).await, Terminal::logged_in(simulator).await];
    let first = &mut sessions[0];
    for line in ["configure terminal", "interface gpon-onu_1/1/1:1", "name kept", "end", "write"] {
        first.ask(line, "#").await;
    }
    for line in ["configure terminal", "interface gpon-onu_1/1/1:1", "name lost"] {
        first.ask(line, "#").await;
    }
    assert!(name().await.contains("  name lost\r\n"));
    assert!(ticks(&mut client).await > 6000);
    let (before, online, octets) = state();
    assert!(online > minute && octets > 0, "{online:?} {octets}");

    let answer = control.http.post(format!("{}/reboot", control.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(control.get("/counters").await["cli_sessions"], 0);
    for session in &mut sessions {
        let (said, end) = session.rest().await;
        assert!(said.is_empty() && end.is_ok(), "{said:?} {end:?}");
    }
    assert!(name().await.contains("  name kept\r\n"));
    assert!(ticks(&mut client).await < 6000);
    let (after, online, octets) = state();
    assert!(after >= before, "the clock goes on");
    assert!(online < minute && octets == 0, "{online:?} {octets}");
}

#[tokio::test]
async fn others_are_logged_in_and_type() {
    let control = Control::start().await;
    let send = async |put: bool, path: &str, body: Value| {
        let url = format!("{}{path}", control.base);
        let request = if put { control.http.put(url) } else { control.http.post(url) };
        request.body(body.to_string()).send().await.unwrap()
    };
    let people = json!([{"user": "noc", "address": "192.0.2.7"}]);
    assert_eq!(send(true, "/people", people).await.status(), StatusCode::NO_CONTENT);
    let mut terminal = Terminal::logged_in(&control.simulator).await;
    assert!(terminal.tell("show users").await.ends_with("  self  192.0.2.7\n"));
    let lines = ["configure terminal", "interface gpon-onu_1/1/1:1", "name theirs"];
    let answer = send(false, "/lines", json!({ "lines": lines })).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let answers = answer.json::<Value>().await.unwrap();
    assert_eq!(answers["answers"][2], "name theirs\r\nSMALL(config-if)#");
    assert!(
        terminal.tell("show running-config interface gpon-onu_1/1/1:1").await.contains("  name theirs\n")
    );
    for (put, path, body) in
        [(true, "/people", json!([{"user": 1}])), (false, "/lines", json!({"line": "x"}))]
    {
        assert_eq!(send(put, path, body).await.status(), StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn a_recording_cannot_reboot() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.snmprec");
    std::fs::write(&path, "1.3.6.1.2.1.1.3.0|67|1\n").unwrap();
    let control = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let simulator = Simulator::start(Options { control, ..Options::new(Source::Walk(path)) }).await.unwrap();
    let address = format!("http://{}/reboot", simulator.control_addr().unwrap());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http.post(address).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
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

#[tokio::test]
async fn boxes_are_plugged_in_and_fibres_cut() {
    let control = Control::start().await;
    let send = async |method: &str, path: &str, body: Value| {
        let url = format!("{}{path}", control.base);
        let request = control.http.request(method.parse().unwrap(), url).body(body.to_string());
        request.send().await.unwrap().status()
    };
    let new = json!({"pon": "1/1/2", "serial": "HWTC0000AB01", "model": "EG8041V5", "rx": -27.5,
        "behaviour": {"omci": "needs_flow"}});
    assert_eq!(send("POST", "/boxes", new).await, StatusCode::NO_CONTENT);
    let listed = control.simulator.type_as_somebody(&["show pon onu uncfg"]);
    assert!(listed[0].contains("gpon-olt_1/1/2      EG8041V5             HWTC0000AB01"), "{listed:?}");
    let away = json!({"pon": "1/1/2", "serial": "HWTC0000AB01"});
    assert_eq!(send("DELETE", "/boxes", away.clone()).await, StatusCode::NO_CONTENT);
    assert_eq!(send("DELETE", "/boxes", away).await, StatusCode::UNPROCESSABLE_ENTITY);
    let first = |control: &Control| {
        control.simulator.device(|device| {
            let onu = device.onus().next().unwrap().1;
            (onu.phase(), onu.reason, onu.optics.rx, onu.behaviour.mac)
        })
    };
    let cut = json!({"pon": "1/1/1", "serial": "ZTEGC0000001", "lost": "fibre"});
    assert_eq!(send("DELETE", "/boxes", cut).await, StatusCode::NO_CONTENT);
    let reason = first(&control).unwrap().1;
    assert_eq!(reason, gpon::OfflineReason::Losi);
    let change = json!({"at": "1/1/1:1", "phase": "online", "rx": -29.0, "behaviour": {"mac": false}});
    assert_eq!(send("PUT", "/onus", change).await, StatusCode::NO_CONTENT);
    let now = first(&control).unwrap();
    assert_eq!((now.0, now.2, now.3), (gpon::OnuState::Online, -29_000, false));
    for (method, path, body, status) in [
        (
            "POST",
            "/boxes",
            json!({"pon": "1/9/1", "serial": "HWTC0000AB01"}),
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        ("POST", "/boxes", json!({"pon": "1/1/2", "serial": "HWTC"}), StatusCode::BAD_REQUEST),
        (
            "POST",
            "/boxes",
            json!({"pon": "1/1/2", "serial": "HWTC0000AB01", "colour": 1}),
            StatusCode::BAD_REQUEST,
        ),
        ("POST", "/boxes", json!({"pon": "x", "serial": "HWTC0000AB01"}), StatusCode::BAD_REQUEST),
        ("PUT", "/onus", json!({"at": "1/1/1:99", "rx": 1.0}), StatusCode::UNPROCESSABLE_ENTITY),
        ("PUT", "/onus", json!({"at": "1/1/1", "rx": 1.0}), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(send(method, path, body.clone()).await, status, "{body}");
    }
}
