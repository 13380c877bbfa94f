//! Every show command that is known, at the simulated OLT.

use oltsim::{DEMO, SMALL, Simulator, Source, V1_2};
use serde_json::Value;
use zte::{Olt, ShowLine, Shown};

use super::{cli_of, olt_with, simulator};

/// The forms of the known show commands, as the refusal of an unknown one lists them.
fn forms() -> Vec<String> {
    let listed = ShowLine::parse("reboot").unwrap_err().to_string();
    let forms: Vec<String> =
        listed.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect();
    assert!(forms.len() >= 45, "{listed}");
    forms
}

/// What the simulator does not print, or not of this ONU: it has no address on a WAN.
const REFUSED: [&str; 1] = ["show gpon remote-onu wan-ip"];

/// So that each list of profiles has one.
const IP_PROFILE: &str = "[[ip_profiles]]\nname = \"MGMT\"\ngateway = \"10.0.0.1\"\nprimary_dns = \"10.0.0.2\"\nsecondary_dns = \"10.0.0.3\"\n";

/// The command of a form about the first ONU and the first uplink with a module of the OLT.
fn typed(form: &str, sim: &Simulator) -> String {
    let (at, serial, uplink) = sim
        .device(|device| {
            let (at, onu) = device.onus().find(|(_, onu)| onu.is_online()).unwrap();
            let uplink = device.uplinks.iter().find(|uplink| uplink.module.is_some()).unwrap();
            (at, onu.configured.serial.to_string(), uplink.name.clone())
        })
        .unwrap();
    form.replace("<pon>", &format!("gpon-olt_{}", at.pon))
        .replace("<onu>", &format!("gpon-onu_{at}"))
        .replace("<slot>", "gpon-olt_1/1")
        .replace("<onu-id>", &at.id.to_string())
        .replace("<onu-ids>", &format!("{}-128", at.id))
        .replace("<sn>", &serial)
        .replace("<vlan>", "100")
        .replace("<uplink>", &uplink)
}

/// The demo's device, with a command line that answers at once.
fn prompt_demo() -> String {
    let (before, rest) = DEMO.split_once("[cli]").unwrap();
    let (_, after) = rest.split_once("\n[").unwrap();
    format!("{before}[{after}\n")
}

async fn both(scenario: &str) -> (Simulator, Olt) {
    let sim = simulator(Source::Scenario(scenario.to_owned())).await;
    // What counts the time since the start shows the same on every OLT of the scenario.
    sim.device(|device| device.clock.hold_at(std::time::Duration::from_secs(60)));
    let olt = olt_with("sim", &sim, Some(cli_of(&sim))).await;
    (sim, olt)
}

async fn every(sim: &Simulator, olt: &Olt) -> Vec<(String, Result<Shown, String>)> {
    let mut shown = Vec::new();
    for form in forms() {
        let line = ShowLine::parse(&typed(&form, sim)).unwrap();
        let reading = olt.show(&line).await.map(|reading| reading.value).map_err(|error| error.to_string());
        shown.push((line.line().to_owned(), reading));
    }
    shown
}

/// Whether there is nothing in it.
fn hollow(rows: &Value) -> bool {
    match rows {
        Value::Null => true,
        Value::Array(rows) => rows.is_empty(),
        Value::Object(fields) => fields.values().all(hollow),
        _ => false,
    }
}

#[tokio::test]
async fn every_show_command_is_understood_to_the_last_line() {
    for scenario in [SMALL, &prompt_demo()] {
        let (sim, olt) = both(&format!("{scenario}{IP_PROFILE}")).await;
        let mut wrong = Vec::new();
        for (line, shown) in every(&sim, &olt).await {
            match shown {
                Err(_) if REFUSED.iter().any(|refused| line.starts_with(refused)) => {}
                Err(error) => wrong.push(error),
                Ok(shown) if !shown.unknown.is_empty() => wrong.push(format!("{line}: {:?}", shown.unknown)),
                Ok(shown) if hollow(&shown.rows) => wrong.push(format!("{line}: nothing: {:?}", shown.text)),
                Ok(_) => {}
            }
        }
        assert_eq!(wrong, Vec::<String>::new());
    }
}

/// A user who may not switch the pager off sees the same.
#[tokio::test]
async fn pages_turned_by_hand_change_nothing() {
    for scenario in [SMALL, V1_2] {
        let (sim, olt) = both(scenario).await;
        let whole = every(&sim, &olt).await;
        let (sim, olt) = both(&format!("{scenario}[cli]\nprivilege = 1\npage_lines = 7\n")).await;
        let paged = every(&sim, &olt).await;
        assert_eq!(whole.len(), paged.len());
        for ((line, whole), (_, paged)) in whole.iter().zip(&paged) {
            let rows = |shown: &Result<Shown, String>| {
                shown.as_ref().map(|shown| shown.rows.clone()).map_err(Clone::clone)
            };
            assert_eq!(rows(whole), rows(paged), "{line}");
        }
    }
}

/// An answer of nothing is asked for once more, and then an error: not an empty list.
#[tokio::test]
async fn nothing_is_no_empty_list() {
    let (sim, olt) = both(SMALL).await;
    let card = ShowLine::parse("show card").unwrap();
    let empty = |next: u32| {
        let fault = format!(r#"[{{"target":"cli","kind":"empty","next":{next}}}]"#);
        sim.set_faults(serde_json::from_str(&fault).unwrap()).unwrap();
    };
    empty(1);
    assert!(!hollow(&olt.show(&card).await.unwrap().value.rows));
    empty(2);
    let error = olt.show(&card).await.unwrap_err().to_string();
    assert!(error.ends_with("nothing at all in answer to `show card`, twice"), "{error}");
    // What the OLT says of a list without rows is what it printed.
    let none = ShowLine::parse("show gpon onu state gpon-olt_1/1/2").unwrap();
    let shown = olt.show(&none).await.unwrap().value;
    assert!(shown.text.starts_with("%Code 62310") && hollow(&shown.rows), "{shown:?}");
}
