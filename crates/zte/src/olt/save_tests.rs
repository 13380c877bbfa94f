use std::time::Duration;

use secrecy::SecretString;
use tokio::time::{Instant, sleep, timeout};

use super::*;
use crate::cli::scripted::{After, SAVED, Scripted, Typed};
use crate::{CliSettings, OltSettings, SnmpSettings, SnmpTransport};

async fn reached(cli: Option<CliSettings>) -> Olt {
    // Nobody is asked over SNMP.
    let snmp = SnmpSettings::new("127.0.0.1", 1, SecretString::from("x"));
    Olt::new(OltSettings::new("olt-1", snmp, cli), &SnmpTransport::bind().await.unwrap())
}

async fn olt(device: Scripted) -> (Olt, Typed) {
    let (cli, typed) = device.start().await;
    (reached(Some(cli)).await, typed)
}

#[tokio::test(start_paused = true)]
async fn what_the_olt_says_is_reported() {
    let code = "%Code 65535-X : no space\r\n";
    let none = "%Code 62310-GPONSRV : No related information to show.\r\n";
    let refusal = "   ^\r\n%Error 20200: Invalid input detected at '^' marker.\r\n";
    for (says, after, state, step) in [
        (vec![(2, SAVED)], After::Prompt, WriteState::Applied, StepState::Done),
        (
            vec![(2, "Writing..."), (400, "...[O\r\nK]\r\n")],
            After::Prompt,
            WriteState::Applied,
            StepState::Done,
        ),
        (vec![(0, refusal)], After::Prompt, WriteState::Refused, StepState::Refused),
        (vec![(0, "System is busy\r\n")], After::Prompt, WriteState::Refused, StepState::Refused),
        (vec![(2, "Writing...\r\n"), (0, code)], After::Prompt, WriteState::Unknown, StepState::Unknown),
        (vec![(0, none)], After::Prompt, WriteState::Unknown, StepState::Unknown),
        (vec![(2, "Writing...\r\n")], After::Prompt, WriteState::Unknown, StepState::Unknown),
        (vec![], After::Prompt, WriteState::Unknown, StepState::Unknown),
        (vec![(2, SAVED), (0, code)], After::Prompt, WriteState::Unknown, StepState::Unknown),
        (
            vec![(0, "Writing...\r\n"), (0, code), (2, SAVED)],
            After::Prompt,
            WriteState::Unknown,
            StepState::Unknown,
        ),
        (vec![(2, SAVED)], After::HangUp, WriteState::Unknown, StepState::Unknown),
        (vec![(2, "Writing...")], After::Silence, WriteState::Unknown, StepState::Unknown),
    ] {
        let what = format!("{says:?}, {after:?}");
        let (olt, typed) = olt(Scripted::saying(&says, after)).await;
        let report = olt.save().await.unwrap();
        assert_eq!((report.state, report.steps[0].state), (state, step), "{what}: {report:?}");
        assert_eq!((report.steps.len(), report.verified, report.steps[0].undone), (1, false, None));
        assert_eq!((report.steps[0].place.as_str(), report.steps[0].line.as_str()), ("#", "write"));
        assert_eq!(report.warnings.is_empty(), state != WriteState::Unknown, "{what}: {report:?}");
        sleep(Duration::from_secs(30)).await;
        assert_eq!(typed.count("write"), 1, "{what}: sent once");
    }
}

#[tokio::test(start_paused = true)]
async fn elsewhere_than_at_its_prompt_nothing_is_sent() {
    let (olt, typed) = olt(Scripted { sign: '>', ..Scripted::default() }).await;
    let report = olt.save().await.unwrap();
    assert_eq!((report.state, report.steps[0].state), (WriteState::Refused, StepState::NotSent));
    assert_eq!(report.steps[0].place, ">");
    assert_eq!(typed.count("write"), 0);
}

#[tokio::test(start_paused = true)]
async fn errors_are_of_what_was_not_sent() {
    let (closed, typed) = olt(Scripted::default()).await;
    closed.close().await;
    let error = closed.save().await.unwrap_err();
    assert!(matches!(error.trouble, Trouble::CliUnreachable { .. }), "{error}");
    assert_eq!(typed.count("write"), 0);
    let without = reached(None).await;
    assert!(matches!(without.save().await.unwrap_err().trouble, Trouble::NoCli));
}

#[tokio::test(start_paused = true)]
async fn whoever_leaves_stops_no_line() {
    let (olt, typed) = olt(Scripted::saying(&[(100, SAVED)], After::Prompt)).await;
    assert!(timeout(Duration::from_secs(80), olt.save()).await.is_err());
    let began = Instant::now();
    olt.close_within(Duration::from_secs(60)).await;
    let waited = began.elapsed().as_secs();
    assert!((19..=21).contains(&waited), "{waited}");
    assert_eq!(typed.all(), ["terminal length 0", "write", "exit"]);
}
