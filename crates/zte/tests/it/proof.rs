//! "No related information to show.", and when it means that there is nothing.

use serde_json::json;
use zte::{ShowLine, Trouble};

use crate::terminal::{Scripted, fixture};

const NONE: &str = "%Code 62310-GPONSRV : No related information to show.\n";
const UNCFG: &str = "show gpon onu uncfg";
const ON_A_PON: &str = "show gpon onu uncfg gpon-olt_1/1/1";
const STATE: &str = "show gpon onu state gpon-olt_1/1/1";
const PROOF: &str = "show gpon profile tcont";

async fn shown(rig: &Scripted, command: &str) -> Result<serde_json::Value, Trouble> {
    let line = ShowLine::parse(command).unwrap();
    rig.olt.show(&line).await.map(|reading| reading.value.rows).map_err(|error| error.trouble)
}

fn unproven(command: &str) -> Trouble {
    Trouble::UnprovenNone { command: command.to_owned(), answer: NONE.trim_end().to_owned() }
}

#[tokio::test]
async fn what_is_said_of_everything_proves_nothing() {
    for (proof, what) in [(NONE, "empty"), ("%Error 20203: Incomplete command.\n", "refused")] {
        let everything = [UNCFG, STATE, "show pon onu uncfg", PROOF];
        let mut script = everything.map(|command| (command, NONE.to_owned()));
        script[3].1 = proof.to_owned();
        let rig = Scripted::start(&script).await;
        for command in &everything[..3] {
            assert_eq!(shown(&rig, command).await, Err(unproven(command)), "{what}");
        }
        assert_eq!(
            rig.commands(),
            [UNCFG, PROOF, STATE, "show pon onu uncfg"],
            "the proof is asked for once"
        );
    }
}

#[tokio::test]
async fn a_profile_that_is_shown_proves_it_for_the_session() {
    let rig = Scripted::start(&[
        (UNCFG, NONE.to_owned()),
        (ON_A_PON, NONE.to_owned()),
        (PROOF, fixture("show-gpon-profile-tcont")),
    ])
    .await;
    for command in [UNCFG, ON_A_PON, UNCFG] {
        assert_eq!(shown(&rig, command).await, Ok(json!([])), "{command}");
    }
    assert_eq!(rig.commands(), [UNCFG, PROOF, ON_A_PON, UNCFG]);
}

#[tokio::test]
async fn a_row_shown_before_is_proof_enough() {
    let rig = Scripted::start(&[(UNCFG, NONE.to_owned()), (STATE, fixture("show-gpon-onu-state"))]).await;
    assert_ne!(shown(&rig, STATE).await, Ok(json!([])));
    assert_eq!(shown(&rig, UNCFG).await, Ok(json!([])));
    assert_eq!(rig.commands(), [STATE, UNCFG]);
}

/// What other commands show says nothing about the service that answers 62310.
#[tokio::test]
async fn other_commands_and_messages_are_no_proof() {
    let log = "%LOG 1 2026-11-27 10:00:00: somebody logged in from 192.0.2.1\n";
    let rig = Scripted::start(&[
        (UNCFG, NONE.to_owned()),
        (STATE, format!("{log}{NONE}{log}")),
        ("show fan", fixture("show-fan")),
        (PROOF, NONE.to_owned()),
    ])
    .await;
    shown(&rig, "show fan").await.unwrap();
    // Lines of somebody's beside it: no list without rows that looks whole.
    let line = ShowLine::parse(STATE).unwrap();
    assert_eq!(rig.olt.show(&line).await.unwrap().value.unknown.len(), 3);
    assert_eq!(shown(&rig, UNCFG).await, Err(unproven(UNCFG)));
}
