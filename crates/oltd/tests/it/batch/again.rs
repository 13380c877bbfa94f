//! What is found in the store of an earlier process.

use oltsim::{AtLine, SMALL, Source, Stop};
use reqwest::Method;
use rig::{configured, simulator};
use serde_json::json;

use super::{NAMES, named};
use crate::writes::daemon::Home;

/// One that was cancelled right before the server was killed stays cancelled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_cancelled_does_not_go_on() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name A".into())));
    let wish = json!({"targets": [named(1, "A"), named(2, "B")]});
    let (_, ()) = tokio::join!(daemon.try_send(Method::PUT, NAMES, Some(wish)), async {
        gate.reached().await.unwrap();
        let jobs = daemon.get("/jobs").await.body["data"].clone();
        let cancel = format!("/jobs/{}/cancel", jobs[0]["id"].as_str().unwrap());
        let (_, ()) = tokio::join!(daemon.try_send(Method::POST, &cancel, None), async {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            daemon.signal("KILL");
        });
    });
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!(job["result"]["results"][1]["state"], "cancelled", "{job}");
    assert!(!configured(&sim).iter().any(|line| line == "name B"));
}
