//! A batch goes on where the server was ended in the middle of it.

use oltsim::{AtLine, SMALL, Simulator, Source, Stop};
use reqwest::Method;
use rig::{configured, simulator, until};
use serde_json::{Value, json};

use super::later::in_seconds;
use super::{NAMES, name, named};
use crate::writes::daemon::{Daemon, Home};

async fn small() -> Simulator {
    simulator(Source::Scenario(SMALL.to_owned())).await
}

fn wish() -> Value {
    json!({"targets": [named(1, "A"), named(2, "B"), named(3, "C")]})
}

async fn done(daemon: &Daemon<'_>, sim: &Simulator) {
    let job = daemon.job_beyond(&["queued", "running", "pending"]).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(job["progress"], json!({"done": 3, "total": 3}), "{job}");
    assert_eq!([1, 2, 3].map(|onu| name(sim, onu)), ["A", "B", "C"]);
    // None of them twice.
    let mut lines = configured(sim);
    lines.dedup();
    assert_eq!(lines, ["name A", "name B", "name C"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name B".into())));
    let (answer, ()) = tokio::join!(daemon.try_send(Method::PUT, NAMES, Some(wish())), async {
        gate.reached().await.unwrap();
        daemon.signal("KILL");
    });
    assert!(answer.is_none(), "{answer:?}");
    daemon.kill();
    drop(gate);
    let daemon = home.start().await;
    done(&daemon, &sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn told_to_end_in_the_middle() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut gate = sim.hold(Stop::Line(AtLine::Begins("name B".into())));
    let (answer, ()) = tokio::join!(daemon.try_send(Method::PUT, NAMES, Some(wish())), async {
        gate.reached().await.unwrap();
        daemon.signal("TERM");
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        drop(gate);
    });
    daemon.ends().await;
    assert!(answer.is_none_or(|answer| answer.status == 202));
    assert!(!configured(&sim).iter().any(|line| line == "name C"), "nothing new is begun");
    let daemon = home.start().await;
    done(&daemon, &sim).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn put_off_beyond_a_restart() {
    let sim = small().await;
    let home = Home::new(&sim, "on");
    let daemon = home.start().await;
    let mut wish = wish();
    wish["not_before"] = in_seconds(4).into();
    let under = ("k", (Method::PUT, NAMES, Some(wish)));
    let asked = daemon.send_under(under.0, under.1);
    let (_, ()) = tokio::join!(asked, async {
        until(async || daemon.get("/jobs").await.body["data"][0]["state"] == "queued").await;
        daemon.signal("KILL");
    });
    daemon.kill();
    assert!(sim.command_lines().is_empty());
    let daemon = home.start().await;
    done(&daemon, &sim).await;
}
