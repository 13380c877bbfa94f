//! A command line that breaks off, shows what it should not, refuses, or falls silent.

use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use gpon::{OnuId, OnuRef, PonPort};
use serde_json::{Value, json};

use super::{NO_OPTICS, Rig};
use oltsim::V1_2;

/// What an ONU's light is read from, where SNMP shows none.
const LIGHT: [&str; 6] = ["rx_power", "tx_power", "olt_rx_power", "temperature", "voltage", "bias_current"];

/// How soon a command line that works again is in use.
const BACK: Duration = Duration::from_secs(10);

/// The scenario without the tables of ONUs' optics and T-CONTs: both are the command line's alone.
pub(super) fn cli_only() -> String {
    let absent = "absent = [\n    \"1.3.6.1.4.1.3902.1082.500.10.2.3.4.1\",";
    NO_OPTICS.replacen("absent = [", absent, 1)
}

/// A server that is asked about another ONU each time, since what was just read is not read again.
struct Asked {
    rig: Rig,
    last: AtomicU8,
}

async fn asked() -> Asked {
    let asked = Asked::new().await;
    // The first reading learns what SNMP lacks.
    asked.assert_whole("before any fault").await;
    asked
}

fn onu(id: u8) -> OnuRef {
    OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() }
}

impl Asked {
    async fn new() -> Self {
        Self { rig: Rig::both(&cli_only(), |_| {}).await, last: AtomicU8::new(0) }
    }

    fn set(&self, json: &str) {
        self.rig.sim.set_faults(serde_json::from_str(json).unwrap()).unwrap();
    }

    fn next(&self) -> u8 {
        self.last.fetch_add(1, Ordering::Relaxed) % 64 + 1
    }

    /// What the ONU's light is in truth, in the order of [`LIGHT`].
    fn light(&self, id: u8) -> [f64; 6] {
        let optics = self.rig.sim.device(|device| device.onu(onu(id)).unwrap().optics).unwrap();
        let raw = [
            optics.rx,
            optics.tx,
            optics.olt_rx,
            optics.milli_celsius,
            optics.millivolts,
            optics.microamperes,
        ];
        raw.map(|thousandths| f64::from(thousandths) / 1000.0)
    }

    async fn onu(&self) -> (u8, Value) {
        let id = self.next();
        let body = self.rig.body(&format!("/monitoring/onu/1-1-1/{id}")).await;
        assert_eq!(
            (&body["data"]["onu_id"], &body["data"]["online_status"]),
            (&json!(id), &json!(1)),
            "{body}"
        );
        (id, body)
    }

    async fn tcont(&self) -> reqwest::Response {
        let path = format!("/traffic/tcont/1-1-1/{}/1", self.next());
        self.rig.client.get(format!("{}/api/v1{path}", self.rig.base)).send().await.unwrap()
    }

    async fn assert_whole(&self, what: &str) {
        let (id, body) = self.onu().await;
        assert!(body.get("partial").is_none(), "{what}: {body}");
        self.assert_honest(id, &body, what);
        let answer = self.tcont().await;
        assert_eq!(answer.status().as_u16(), 200, "{what}");
        let body: Value = answer.json().await.unwrap();
        assert!(body.get("partial").is_none() && body["data"]["profile"] == "UP-100M", "{what}: {body}");
    }

    /// Each value is the true one, or it is null and the answer says so.
    fn assert_honest(&self, id: u8, body: &Value, what: &str) {
        for (field, truth) in LIGHT.iter().zip(self.light(id)) {
            let value = &body["data"]["optical"][field];
            let named = |missing: &Value| missing["field"].as_str().is_some_and(|name| name.ends_with(field));
            match value.as_f64() {
                // The device prints two or three digits.
                Some(value) => assert!((value - truth).abs() < 0.006, "{what}: {field} is {truth}: {body}"),
                None => assert!(
                    body["partial"].as_array().is_some_and(|missing| missing.iter().any(named)),
                    "{what}: {field} vanished without a word: {body}"
                ),
            }
        }
    }

    /// What it means when the command line cannot be used at all.
    async fn assert_without(&self, error_code: &str, what: &str) {
        let (id, body) = self.onu().await;
        self.assert_honest(id, &body, what);
        for field in LIGHT {
            assert_eq!(body["data"]["optical"][field], Value::Null, "{what}: {field}: {body}");
        }
        let answer = self.tcont().await;
        assert_eq!(answer.status().as_u16(), 503, "{what}");
        assert!(answer.headers().contains_key("retry-after"), "{what}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error_code"], error_code, "{what}: {body}");
    }

    /// Waits until the command line is in use again.
    async fn assert_back(&self, what: &str) {
        let began = Instant::now();
        while self.tcont().await.status().as_u16() != 200 {
            assert!(began.elapsed() < BACK, "{what}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.assert_whole(what).await;
    }
}

#[tokio::test]
async fn a_connection_that_ends_once_is_not_noticed() {
    let asked = asked().await;
    for kind in ["close", "reset"] {
        for bytes in [0, 1, 80, 300] {
            let what = format!("{kind} after {bytes} bytes");
            asked.rig.sim.reset_counters();
            asked.set(&format!(r#"[{{"target":"cli","kind":"{kind}","bytes":{bytes},"next":1}}]"#));
            asked.assert_whole(&what).await;
            let counters = asked.rig.sim.counters();
            assert_eq!(counters.cli_logins, 1, "{what}: once more, on a new session: {counters:?}");
        }
    }
}

#[tokio::test]
async fn a_connection_that_always_ends_leaves_snmp() {
    for kind in ["close", "reset"] {
        let asked = asked().await;
        asked.set(&format!(r#"[{{"target":"cli","kind":"{kind}","bytes":9}}]"#));
        asked.assert_without("olt_unreachable", kind).await;
        asked.rig.sim.clear_faults();
        asked.assert_back(kind).await;
    }
}

#[tokio::test]
async fn lines_and_bytes_that_belong_to_nobody_change_no_value() {
    let asked = asked().await;
    asked.set(r#"[{"target":"cli","kind":"log"}]"#);
    for _ in 0..3 {
        // A line of its own costs no value; what else it may have cost is not denied.
        let (id, body) = asked.onu().await;
        asked.assert_honest(id, &body, "log");
        let body: Value = asked.tcont().await.json().await.unwrap();
        assert_eq!((&body["data"]["profile"], &body["data"]["gemports"]), (&json!("UP-100M"), &json!([1])));
        let partial = body["partial"].as_array().unwrap();
        assert!(partial.iter().any(|missing| missing["field"] == "tconts"), "{body}");
    }
    for bytes in [1, 2, 3, 5, 8, 13, 21, 200] {
        let fault = format!(r#"[{{"target":"cli","kind":"garbage","bytes":{bytes}}}]"#);
        asked.set(&fault);
        let (id, body) = asked.onu().await;
        asked.assert_honest(id, &body, &fault);
    }
    asked.rig.sim.clear_faults();
    asked.assert_whole("after the garbage").await;
}

#[tokio::test]
async fn an_answer_that_is_cut_gives_no_half_values() {
    let asked = asked().await;
    for bytes in (1..1_000).step_by(17) {
        let fault = format!(r#"[{{"target":"cli","kind":"truncate","bytes":{bytes}}}]"#);
        asked.set(&fault);
        let (id, body) = asked.onu().await;
        asked.assert_honest(id, &body, &fault);
    }
    asked.rig.sim.clear_faults();
    asked.assert_whole("after the cuts").await;
}

#[tokio::test]
async fn an_empty_answer_now_and_then_is_asked_again() {
    let asked = asked().await;
    for when in [r#""next":1"#, r#""every":3"#] {
        asked.set(&format!(r#"[{{"target":"cli","kind":"empty",{when}}}]"#));
        asked.assert_whole(when).await;
    }
    asked.set(r#"[{"target":"cli","kind":"empty"}]"#);
    let (id, body) = asked.onu().await;
    asked.assert_honest(id, &body, "empty");
    assert!(body["partial"].is_array(), "{body}");
    assert_eq!(asked.tcont().await.status().as_u16(), 502, "an answer without a word is none");
    asked.rig.sim.clear_faults();
    asked.assert_whole("after the empty answers").await;
}

#[tokio::test]
async fn a_slow_command_line_is_waited_for() {
    let asked = asked().await;
    for order in ["parallel", "serial"] {
        asked.set(&format!(r#"[{{"target":"cli","kind":"delay","ms":60,"order":"{order}"}}]"#));
        asked.assert_whole(order).await;
    }
}

/// The device locks out who tries often: one try, however many ask.
#[tokio::test]
async fn a_refused_login_is_tried_once() {
    let asked = Asked::new().await;
    asked.set(r#"[{"target":"cli","kind":"refuse_login"}]"#);
    for (id, body) in futures::future::join_all((0..12).map(|_| asked.onu())).await {
        asked.assert_honest(id, &body, "refused");
    }
    asked.assert_without("login_refused", "refused").await;
    let counters = asked.rig.sim.counters();
    assert_eq!((counters.cli_failed_logins, counters.cli_logins), (1, 0), "{counters:?}");
    assert_eq!(counters.cli_connections, 1, "{counters:?}");
}

#[tokio::test]
async fn lines_that_are_all_busy_are_tried_again() {
    let asked = Asked::new().await;
    asked.set(r#"[{"target":"cli","kind":"busy"}]"#);
    asked.assert_without("olt_unreachable", "busy").await;
    asked.rig.sim.clear_faults();
    asked.assert_back("busy").await;
}

/// A command line that says nothing at all. The time in which that shows is not waited for here.
#[tokio::test]
async fn a_silent_command_line_is_given_up() {
    let mut asked = asked().await;
    asked.rig.client = reqwest::Client::new();
    asked.rig.sim.reset_counters();
    asked.assert_whole("before the silence").await;
    asked.rig.sim.reset_counters();
    let (_, _) = asked.onu().await;
    let requests = asked.rig.sim.reset_counters().requests;

    asked.set(r#"[{"target":"cli","kind":"silence"}]"#);
    let onu = asked.onu();
    tokio::pin!(onu);
    let began = Instant::now();
    while asked.rig.sim.counters().requests < requests {
        assert!(began.elapsed() < BACK, "SNMP was not asked");
        let wait = tokio::time::timeout(Duration::from_millis(20), &mut onu).await;
        assert!(wait.is_err(), "an answer before the silence was noticed");
    }
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(26)).await;
    tokio::time::resume();
    let (id, body) = onu.await;
    asked.assert_honest(id, &body, "silence");
    assert!(body["partial"].is_array(), "{body}");
    assert!(began.elapsed() < BACK);
    asked.rig.sim.clear_faults();
    asked.assert_back("silence").await;
}

/// A caller that has gone leaves a command half answered behind; the next one
/// gets its own answer, over the same session.
#[tokio::test]
async fn a_caller_that_hangs_up_leaves_the_session_clean() {
    let asked = asked().await;
    let sim = &asked.rig.sim;
    let logins = sim.counters().cli_logins;
    asked.set(r#"[{"target":"cli","kind":"delay","ms":300}]"#);
    for _ in 0..3 {
        let path = format!("{}/api/v1/monitoring/onu/1-1-1/{}", asked.rig.base, asked.next());
        sim.reset_command_lines();
        let caller = tokio::spawn(asked.rig.client.get(path).send());
        let began = Instant::now();
        while sim.command_lines().is_empty() {
            assert!(began.elapsed() < BACK, "no command arrived");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        asked.assert_whole("after a caller that hung up").await;
    }
    assert_eq!(sim.counters().cli_logins, logins);
}

/// V1.2 has no table of service ports. A half answer is not a shorter list.
#[tokio::test]
async fn service_ports_are_all_there_or_missing() {
    let rig = Rig::both(&V1_2.replacen("count = 4", "count = 100", 1), |_| {}).await;
    let truth = rig.body("/vlan/onu/1-1-1/100").await["data"]["service_ports"].clone();
    assert_eq!(truth.as_array().unwrap().len(), 1, "{truth}");
    let mut wrong = Vec::new();
    let cuts = (0..340).step_by(11).map(|bytes| ("truncate", bytes));
    let garbage = [1, 2, 3, 5, 8, 13, 21, 200].map(|bytes| ("garbage", bytes));
    for (id, (kind, bytes)) in (4..).zip(cuts.chain(garbage)) {
        let fault = format!(r#"[{{"target":"cli","kind":"{kind}","bytes":{bytes}}}]"#);
        rig.sim.set_faults(serde_json::from_str(&fault).unwrap()).unwrap();
        let (status, body) = rig.get(&format!("/vlan/onu/1-1-1/{id}")).await;
        let whole = body["data"]["service_ports"] == truth;
        let said = body["partial"].is_array() || status >= 500;
        if !whole && !said {
            wrong.push(format!("{kind} {bytes}: {status} {body}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A row that garbage fell into is lost; the list says that something is.
#[tokio::test]
async fn a_garbled_list_is_partial() {
    let asked = asked().await;
    asked.set(r#"[{"target":"cli","kind":"garbage","bytes":16}]"#);
    let body = asked.rig.body("/monitoring/pon/1-1-1").await;
    let onus = body["data"]["onus"].as_array().unwrap();
    assert_eq!(onus.len(), 64);
    let lost = onus.iter().any(|onu| LIGHT[..3].iter().any(|field| onu["optical"][field].is_null()));
    assert!(lost, "the garbage did no harm: {body}");
    assert!(body["partial"].is_array(), "{}", body["partial"]);
}

/// One answer that is nothing at all costs its own field, and no other command.
#[tokio::test]
async fn an_answer_of_nothing_costs_one_field() {
    let asked = asked().await;
    asked.rig.sim.reset_command_lines();
    asked.set(r#"[{"target":"cli","kind":"empty","next":2}]"#);
    let body = asked.rig.body("/monitoring/pon/1-1-1").await;
    let partial = body["partial"].as_array().unwrap();
    assert_eq!((partial.len(), &partial[0]["field"]), (1, &json!("onus.rx_power")), "{body}");
    assert!(body["data"]["onus"][0]["optical"]["olt_rx_power"].is_number(), "{body}");
    let lines = asked.rig.sim.command_lines();
    let sent: Vec<&str> = lines.iter().filter_map(|line| line.line.split_whitespace().nth(3)).collect();
    assert_eq!(sent, ["onu-rx", "onu-rx", "onu-tx", "olt-rx"]);
}
