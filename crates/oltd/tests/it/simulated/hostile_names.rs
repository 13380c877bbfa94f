//! Names and descriptions that look like what ends, pages or refuses an answer.

use gpon::{OnuId, OnuRef, PonPort};
use oltsim::NO_OPTICS;
use serde_json::{Value, json};
use zte::{Olt, ShowLine};

use super::{Rig, cli_of, column, olt_with};

/// The n-th is the name and the description of the n-th ONU.
const HOSTILE: [&str; 20] = [
    "Toko #1",
    "NO-OPTICS#",
    "NO-OPTICS(config)#",
    "NO-OPTICS>",
    "NO-OPTICS#exit",
    "OTHER#",
    "OTHER#show card",
    "OTHER(config-if)#",
    "%Error 20200: x",
    "%Code 62310-GPONSRV : No related information to show.",
    "% Invalid input",
    "--More--",
    "more --More-- to come",
    "$ is cut off $",
    "Username:",
    "Are you sure? [yes/no]:",
    "exactly 64 characters # > $ so that lines wrap at column eighty.",
    // Behind a label of 23 columns the last word begins the next line.
    "a prompt begins the next row, where this one wraps......:NO-OPTICS#",
    "a refusal begins the next row, where this one wraps.....:%Error 20200: x",
    "a page ends in the next row, where this one wraps.......: --More--",
];

fn texts() -> impl Iterator<Item = (OnuRef, &'static str)> {
    let pon = PonPort::new(1, 1).unwrap();
    (1..).zip(HOSTILE).map(move |(id, text)| (OnuRef { pon, id: OnuId::new(id).unwrap() }, text))
}

async fn rig(scenario: &str) -> Rig {
    let rig = Rig::both(scenario, |_| {}).await;
    let rename = |device: &mut oltsim::device::Device| {
        for (at, text) in texts() {
            let onu = device.onu_mut(at).unwrap();
            (onu.configured.name, onu.configured.description) =
                (text.as_bytes().to_vec(), text.as_bytes().to_vec());
        }
    };
    rig.sim.device(rename).unwrap();
    rig
}

/// What is wrong with a command about each of them.
async fn wrong(olt: &Olt, command: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (at, text) in texts() {
        let line = ShowLine::parse(&format!("{command} gpon-onu_{at}")).unwrap();
        let shown = match olt.show(&line).await {
            Ok(reading) => reading.value,
            Err(error) => {
                wrong.push(format!("{text:?}: {error}"));
                continue;
            }
        };
        let onu = if let Value::Array(onus) = &shown.rows { &onus[0] } else { &shown.rows };
        if (&onu["name"], &onu["description"]) != (&json!(text), &json!(text)) || !shown.unknown.is_empty() {
            wrong.push(format!("{text:?}: {onu} {:?} in\n{}", shown.unknown, shown.text));
        }
    }
    wrong
}

#[tokio::test]
async fn the_command_line_shows_them_as_they_are() {
    // With the pager off, and turned by hand.
    let low = format!("{NO_OPTICS}[cli]\nprivilege = 1\npage_lines = 5\n");
    for scenario in [NO_OPTICS, &low] {
        let rig = rig(scenario).await;
        let olt = olt_with("other", &rig.sim, Some(cli_of(&rig.sim))).await;
        for command in ["show running-config interface", "show gpon onu detail-info"] {
            let wrong = wrong(&olt, command).await;
            assert!(wrong.is_empty(), "{command}: {}", wrong.join("\n"));
        }
        assert_eq!(olt.stats().cli.unwrap().logins, 1, "no answer cost a session");
    }
}

#[tokio::test]
async fn the_api_is_not_fooled() {
    let rig = rig(NO_OPTICS).await;
    let list = rig.body("/board/1/pon/1").await;
    assert_eq!(column(&list, "name")[..HOSTILE.len()], HOSTILE.map(|text| json!(text)));
    for (at, text) in texts() {
        let id = at.id;
        let onu = rig.body(&format!("/board/1/pon/1/onu/{id}")).await;
        assert_eq!(
            (&onu["data"]["name"], &onu["data"]["description"]),
            (&json!(text), &json!(text)),
            "{onu}"
        );
        let watched = rig.body(&format!("/monitoring/onu/1-1-1/{id}")).await;
        for field in ["rx_power", "tx_power", "olt_rx_power", "temperature"] {
            assert!(watched["data"]["optical"][field].is_number(), "{text}: {field}: {watched}");
        }
        let services = rig.body(&format!("/vlan/onu/1-1-1/{id}")).await;
        assert_eq!(services["data"]["service_ports"][0]["svlan"], json!(100), "{text}: {services}");
        for body in [onu, watched, services] {
            assert!(body.get("partial").is_none(), "{text}: {body}");
            // The software of an ONU that was asked for its light waits for the next reading.
            let odd = body["problems"].as_array().into_iter().flatten();
            assert!(odd.clone().all(|problem| problem["field"] == "firmware_version"), "{text}: {body}");
        }
    }
    assert_eq!(rig.sim.counters().cli_logins, 1);
}
