//! Logins over bad networks, into odd devices, and what a session may believe.

use std::time::{Duration, Instant};

use gpon::{OnuId, OnuRef, PonPort};
use oltsim::SMALL;
use zte::{CliSettings, Olt, ShowLine, Trouble};

use super::cli_faults::cli_only;
use super::{Simulator, Source, cli_of, olt_with, simulator};

/// The small scenario with these keys of its command line.
fn with_cli(keys: &str) -> String {
    format!("{SMALL}\n[cli]\n{keys}\n")
}

async fn both(scenario: String, adjust: impl FnOnce(&mut CliSettings)) -> (Simulator, Olt) {
    let sim = simulator(Source::Scenario(scenario)).await;
    let mut cli = cli_of(&sim);
    cli.enable_password = Some("zxr10".into());
    adjust(&mut cli);
    let olt = olt_with("sim", &sim, Some(cli)).await;
    (sim, olt)
}

async fn shown(olt: &Olt, command: &str) -> Result<serde_json::Value, Trouble> {
    let shown = olt.show(&ShowLine::parse(command).unwrap()).await;
    shown.map(|reading| reading.value.rows).map_err(|error| error.trouble)
}

fn fault(sim: &Simulator, json: &str) {
    sim.set_faults(vec![serde_json::from_str(json).unwrap()]).unwrap();
}

#[tokio::test]
async fn a_bad_network_refuses_nobody() {
    let mut waits = Vec::new();
    for kind in ["split_line_ends", "nul", "late_lf", "trickle"] {
        let scenario =
            with_cli("privilege = 1\nbanner = \"Hello\\n\"\nempty_user = \"again\"\ncr_lf = \"one\"");
        waits.push(async move {
            let (sim, olt) = both(scenario, |_| {}).await;
            let ms = if kind == "trickle" { 20 } else { 25 };
            fault(&sim, &format!(r#"{{"target":"cli","kind":"{kind}","ms":{ms}}}"#));
            let clock = shown(&olt, "show clock").await;
            assert!(clock.is_ok(), "{kind}: {clock:?}");
            let counters = sim.counters();
            assert_eq!((counters.cli_logins, counters.cli_failed_logins), (1, 0), "{kind}: {counters:?}");
        });
    }
    futures::future::join_all(waits).await;
}

#[tokio::test]
async fn logins_are_worded_by_many() {
    for words in [
        "login_prompt = \"   login:\"\npassword_prompt = \" PASSWORD: \"\nprivilege = 1",
        "login_prompt = \"User Name:\"\nweak_password = true",
    ] {
        let (_sim, olt) = both(with_cli(words), |_| {}).await;
        shown(&olt, "show clock").await.unwrap();
    }
    for name in ["OLT/1", "OLT(2)", "admin@OLT", "site:3"] {
        let scenario = SMALL.replace("name = \"SMALL\"", &format!("name = \"{name}\""));
        let (_sim, olt) = both(scenario, |_| {}).await;
        shown(&olt, "show clock").await.unwrap();
    }
}

/// Where nobody can go on, what the OLT says is told.
#[tokio::test]
async fn what_the_olt_says_is_told() {
    let refusal = "% Username or password error";
    let cases = [
        (format!("login_refusal = \"{refusal}\""), refusal),
        ("change_password = {}".to_owned(), "its last line: `New password:`"),
        ("password_prompt = \"Passwort:\"".to_owned(), "its last line: `Passwort:`"),
    ];
    let tries = cases.map(|(words, told)| async move {
        let (_sim, olt) = both(with_cli(&words), |settings| {
            if words.contains(refusal) {
                settings.password = "wrong".into();
            }
        })
        .await;
        let text = shown(&olt, "show clock").await.unwrap_err().to_string();
        assert!(text.contains(told) && !text.contains("host and port"), "{text}");
    });
    futures::future::join_all(tries).await;
}

#[tokio::test]
async fn nothing_to_show_is_none_only_where_something_was_shown() {
    let command = "show gpon onu uncfg gpon-olt_1/1/2";
    for (lasts, terminal_length) in [(true, true), (true, false), (false, true)] {
        let (sim, olt) = both(SMALL.to_owned(), |settings| settings.terminal_length = terminal_length).await;
        if lasts {
            fault(&sim, r#"{"target":"cli","kind":"nothing_to_show"}"#);
        }
        let rows = shown(&olt, command).await;
        if lasts && terminal_length {
            assert!(matches!(rows, Err(Trouble::UnprovenNone { .. })), "{rows:?}");
        } else {
            assert_eq!(rows, Ok(serde_json::json!([])), "{lasts} {terminal_length}");
        }
    }
}

#[tokio::test]
async fn floods_end_soon() {
    for of in [
        "empty_lines",
        "lines",
        "one_line",
        "backspaces",
        "returns",
        "escapes",
        "endless_escape",
        "nuls",
        "bells",
        "negotiation",
        "subnegotiation",
    ] {
        for at in ["login", "answer"] {
            let (sim, olt) = both(cli_only(), |_| {}).await;
            fault(
                &sim,
                &format!(r#"{{"target":"cli","kind":"flood","of":"{of}","at":"{at}","bytes":1073741824}}"#),
            );
            let began = Instant::now();
            let shown = bandwidth(&olt).await;
            assert!(matches!(shown, Err(Trouble::UnexpectedReply(_))), "{of} {at}: {shown:?}");
            assert!(began.elapsed() < Duration::from_secs(10), "{of} {at}: {:?}", began.elapsed());
        }
    }
}

/// What only the command line knows, within the bounds of readings.
async fn bandwidth(olt: &Olt) -> Result<(), Trouble> {
    let onu = OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(1).unwrap() };
    olt.onu_bandwidth(onu).await.map(drop).map_err(|error| error.trouble)
}
