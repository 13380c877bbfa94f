//! The server ends while an ONU is awaited.

use oltsim::{SMALL, Simulator, Source};
use reqwest::Method;
use rig::{simulator, until};
use serde_json::{Value, json};

use super::daemon::{Daemon, Home};

/// A box that is not plugged in.
fn body() -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": "ZTEGD8240001", "onu_type": "ZTE-F660",
        "profile": {"dba_profile": "UP-10M", "vlan": 100}, "wait_for": "online",
    })
}

async fn home() -> (Simulator, Home) {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    home.configure_with(&sim, "on", "", "accept_wait = '600s'");
    (sim, home)
}

/// Until its ONU is looked at.
async fn looked_at(sim: &Simulator) {
    let looks = || sim.command_lines().iter().any(|line| line.line.starts_with("show gpon onu detail-info"));
    until(async || looks()).await;
}

async fn registered(daemon: &Daemon<'_>) -> Option<rig::Answer> {
    daemon.try_send(Method::POST, "/onu/register", Some(body())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_told_to_end_says_that_he_waits_no_longer() {
    let (sim, home) = home().await;
    let daemon = home.start().await;
    let (answer, ()) = tokio::join!(registered(&daemon), async {
        looked_at(&sim).await;
        daemon.signal("TERM");
    });
    let answer = answer.expect("whoever waits is told");
    assert_eq!(answer.status, 201, "{}", answer.body);
    let warnings = answer.body["data"]["warnings"].to_string();
    assert!(warnings.contains("the server ends, and waited no longer"), "{warnings}");
    assert!(!warnings.contains("within 600 s"), "{warnings}");
    daemon.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_looked_at_is_told_after_the_next_start() {
    let (sim, home) = home().await;
    let daemon = home.start().await;
    let (answer, ()) = tokio::join!(registered(&daemon), async {
        looked_at(&sim).await;
        daemon.signal("KILL");
    });
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!((&job["state"], &job["result"]["state"]), (&json!("done"), &json!("applied")), "{job}");
    assert!(job["result"]["warnings"].to_string().contains("was not looked at any more"), "{job}");
}
