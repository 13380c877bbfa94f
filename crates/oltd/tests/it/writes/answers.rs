//! Answers whose meaning an operator has told, in a file that is read at the start.

use oltsim::{LineEffect, LineFault, SMALL, Simulator, Source};
use reqwest::Method;
use rig::every_step::onu;
use rig::{Answer, simulator};
use serde_json::json;

use super::daemon::{Daemon, Home};

/// An answer that begins as refusals do.
const SAID: &str = "%Code 70001-X : The profile is shared";

fn text(sim: &Simulator) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    sim.device(|device| {
        let configured = &device.onu(onu()).unwrap().configured;
        (text(&configured.name), text(&configured.description))
    })
    .unwrap()
}

async fn describe(daemon: &Daemon<'_>, name: &str) -> (Answer, String) {
    let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": name, "description": format!("of {name}")});
    let answer = daemon.send(Method::PUT, "/onu-management/description", Some(body)).await;
    let told = answer.body["data"]["state"].as_str();
    let told = format!("{} {}", answer.status, told.unwrap_or_default());
    (answer, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_answer_means_is_told_in_a_file() {
    let sim = simulator(Source::Scenario(SMALL.to_owned())).await;
    let home = Home::new(&sim, "on");
    let known = |means: &str| {
        let text = format!(
            "[[answers]]\nbegins = '{SAID}'\nmeans = '{means}'\n[[answers]]\nbegins = 'Nope'\nmeans = 'refused'\n"
        );
        std::fs::write(home.path().join("answers.toml"), text).unwrap();
    };
    let fault = |line: &str, effect| sim.set_line_faults(vec![LineFault::first(line, effect)]);
    let said = || format!("{SAID} by 3\n");
    let before = text(&sim);

    // Without the file it is a refusal, whatever the line did.
    let daemon = home.start().await;
    fault("description", LineEffect::Say(said()));
    let (answer, told) = describe(&daemon, "A").await;
    assert_eq!((told.as_str(), text(&sim)), ("422 rolled_back", before.clone()), "{}", answer.body);
    daemon.kill();

    // A remark: the plan goes on where the line took effect, with a warning, and only there.
    home.configure_with(&sim, "on", "answers_file = 'answers.toml'", "");
    known("remark");
    let daemon = home.start().await;
    fault("name", LineEffect::Say(said()));
    let (answer, told) = describe(&daemon, "B").await;
    assert_eq!((told.as_str(), text(&sim)), ("200 applied", ("B".into(), "of B".into())), "{}", answer.body);
    assert!(answer.body["data"]["warnings"].to_string().contains(SAID), "{}", answer.body);
    let held = text(&sim);
    for (line, ended) in [("name", "422 refused"), ("description", "422 rolled_back")] {
        fault(line, LineEffect::Refuse(said()));
        let (answer, told) = describe(&daemon, "C").await;
        assert_eq!((told.as_str(), text(&sim)), (ended, held.clone()), "{line}: {}", answer.body);
    }
    // A refusal that nobody else would know as one.
    fault("description", LineEffect::Say("Nope, not so\n".to_owned()));
    let (answer, told) = describe(&daemon, "D").await;
    assert_eq!((told.as_str(), text(&sim)), ("422 rolled_back", held.clone()), "{}", answer.body);
    assert!(answer.body["error"].as_str().unwrap().contains("Nope, not so"), "{}", answer.body);

    // What is changed holds from the next start on.
    known("refused");
    fault("name", LineEffect::Say(said()));
    assert_eq!(describe(&daemon, "E").await.1, "200 applied");
    daemon.kill();
    let daemon = home.start().await;
    let held = text(&sim);
    fault("name", LineEffect::Say(said()));
    let (answer, told) = describe(&daemon, "F").await;
    assert_eq!((told.as_str(), text(&sim)), ("422 rolled_back", held), "{}", answer.body);
}
