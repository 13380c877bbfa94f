//! Saving, the first write: the real server in front of the simulator's command line.

use std::time::{Duration, SystemTime};

use oltd::app::{App, CacheTimes, Site};
use oltd::http::Rules;
use oltd::writing::{Hold, Writes};
use oltsim::{AtLine, Effect, Fault, Pick, SMALL, Simulator, Source, Stop};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{PATIENCE, cli_of, olt_with, simulator};

/// A server in which everybody may write.
struct Writer {
    sim: Simulator,
    app: App,
    base: String,
    stop: CancellationToken,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Writer {
    async fn start() -> Self {
        let sim = simulator(Source::Scenario(SMALL.into())).await;
        let olt = olt_with("sim", &sim, Some(cli_of(&sim))).await;
        let site = Site { writes: Writes::On, ..Site::new(olt, "Sim") };
        let app = App::new(vec![site], None, CacheTimes::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let rules = Rules { open_writes: true, ..Rules::default() };
        tokio::spawn(oltd::server::serve(app.clone(), listener, rules, stop.clone()));
        Self { sim, app, base, stop }
    }

    async fn save(&self) -> (u16, Value) {
        let client = reqwest::Client::builder().build().unwrap();
        let answer = client.post(format!("{}/api/v1/system/save", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }
}

#[tokio::test]
async fn what_was_configured_is_saved() {
    let writer = Writer::start().await;
    let (status, body) = writer.save().await;
    let data = &body["data"];
    assert_eq!((status, &body["code"], &body["status"]), (200, &json!(200), &json!("OK")), "{body}");
    assert_eq!(
        (&data["success"], &data["state"], &data["saved"]),
        (&json!(true), &json!("applied"), &json!(true))
    );
    assert_eq!(
        (&data["job"], &data["verified"], &data["warnings"]),
        (&Value::Null, &json!(false), &json!([]))
    );
    let steps = data["steps"].as_array().unwrap();
    assert_eq!((steps.len(), &steps[0]["state"], &steps[0]["undone"]), (1, &json!("done"), &Value::Null));
    assert!(steps[0]["answer"].as_str().unwrap().contains("[OK]"), "{body}");
    assert!(steps[0]["duration_ms"].is_u64() && steps[0]["place"].is_string());
    assert!(body["message"].is_string() && body.get("ignored").is_none());
}

#[tokio::test]
async fn a_link_that_is_lost_leaves_nobody_knowing() {
    let writer = Writer::start().await;
    assert_eq!(writer.save().await.0, 200);
    // The session is there: the next command is the save itself.
    writer.sim.set_faults(vec![Fault::cli(Effect::Close { bytes: 20 }).only(Pick::Next(1))]).unwrap();
    let (status, body) = writer.save().await;
    assert_eq!((status, &body["error_code"]), (504, &json!("outcome_unknown")), "{body}");
    let data = &body["data"];
    assert_eq!(
        (&data["success"], &data["state"], &data["saved"]),
        (&json!(false), &json!("unknown"), &json!("manual"))
    );
    assert_eq!(data["steps"][0]["state"], "unknown");
    assert!(!data["warnings"].as_array().unwrap().is_empty());
    writer.sim.set_faults(Vec::new()).unwrap();
    // A new login waits a while after a lost one; then the next save is one of its own.
    let next = async {
        while writer.save().await.0 != 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, next).await.unwrap();
}

#[tokio::test]
async fn a_command_line_that_lets_nobody_in_was_sent_nothing() {
    let writer = Writer::start().await;
    writer.sim.set_faults(vec![Fault::cli(Effect::RefuseLogin)]).unwrap();
    let (status, body) = writer.save().await;
    assert_eq!((status, &body["error_code"]), (503, &json!("login_refused")), "{body}");
    assert_eq!((&body["data"]["state"], &body["data"]["steps"]), (&json!("unchanged"), &json!([])));
}

#[tokio::test]
async fn an_olt_that_is_held_is_sent_nothing() {
    let writer = Writer::start().await;
    let hold = Hold { reason: None, by: None, since: SystemTime::UNIX_EPOCH };
    writer.app.olt(Some("sim")).unwrap().gate().set_hold(hold);
    let (status, body) = writer.save().await;
    assert_eq!((status, &body["error_code"]), (503, &json!("held")), "{body}");
    writer.app.olt(Some("sim")).unwrap().gate().release();
    assert_eq!(writer.save().await.0, 200);
}

#[tokio::test]
async fn a_save_that_takes_long_is_answered_and_goes_on() {
    let writer = Writer::start().await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("write".to_owned())));
    let began = Instant::now();
    let long = async {
        gate.reached().await.unwrap();
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(81)).await;
        tokio::time::resume();
    };
    let ((status, body), ()) = tokio::join!(writer.save(), long);
    assert_eq!((status, &body["error_code"]), (504, &json!("outcome_unknown")), "{body}");
    let data = &body["data"];
    assert_eq!((&data["saved"], &data["state"]), (&json!("pending"), &json!("unknown")), "{body}");
    assert!((80..85).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
    // The line that goes on is its own: whoever asks now has another one.
    let (saved, ()) = tokio::join!(writer.save(), async { drop(gate) });
    assert_eq!((saved.0, &saved.1["data"]["state"]), (200, &json!("applied")), "{}", saved.1);
    let lines = writer.sim.command_lines();
    assert_eq!(lines.iter().filter(|line| line.line == "write").count(), 2, "{lines:?}");
}
