//! Why a customer is down, or bad, in one sentence.

use gpon::{OfflineReason, OnuId, OnuRef, OnuState, PonPort};
use oltsim::V1_2;
use oltsim::device::{Onu, Unconfigured};
use rig::{Writer, until};
use serde_json::{Value, json};

use super::{Rig, SMALL};

/// Commands for an ONU that is online, at most.
const COMMANDS: usize = 7;

fn at(id: u8) -> OnuRef {
    OnuRef { pon: PonPort::new(1, 1).unwrap(), id: OnuId::new(id).unwrap() }
}

async fn rig() -> Rig {
    Rig::both(SMALL, |_| {}).await
}

async fn diagnosis(rig: &Rig, id: u8) -> Value {
    rig.body(&format!("/onu/1-1-1/{id}/diagnosis")).await["data"].take()
}

async fn code(rig: &Rig, id: u8) -> String {
    let told = diagnosis(rig, id).await;
    let (code, sentence) = (&told["verdict"]["code"], told["verdict"]["sentence"].as_str().unwrap());
    println!("{id}: {code} {sentence} also {} unknown {}", told["also"], told["unknown"]);
    assert!(sentence.ends_with('.'), "{told}");
    code.as_str().unwrap().to_owned()
}

fn change(rig: &Rig, id: u8, act: impl FnOnce(&mut Onu)) {
    rig.sim.device(|device| act(device.onu_mut(at(id)).unwrap())).unwrap();
}

/// Puts these into a phase at the same moment.
fn put(rig: &Rig, ids: &[u8], phase: OnuState, reason: OfflineReason) {
    rig.sim.device(|device| ids.iter().for_each(|id| assert!(device.set_phase(at(*id), phase, reason))));
}

#[tokio::test]
async fn each_phase_of_the_scenario_has_its_verdict() {
    let rig = rig().await;
    for (id, expected) in [
        (1, "nothing_seen"),
        (2, "drop_fibre"),
        (3, "power_lost"),
        (5, "auth_failed"),
        (6, "signing_on"),
        (7, "signing_on"),
        (9, "not_registered"),
        (128, "nothing_seen"),
    ] {
        assert_eq!(code(&rig, id).await, expected, "{id}");
    }
    let (status, body) = rig.get("/onu/1-1-3/1/diagnosis").await;
    assert_eq!((status, &body["error_code"]), (404, &json!("pon_not_found")), "{body}");
}

#[tokio::test]
async fn the_answer_as_it_is_told() {
    let rig = rig().await;
    let mut told = diagnosis(&rig, 1).await;
    for piece in told["evidence"].as_array_mut().unwrap() {
        assert!(piece["age"].take().as_u64().unwrap() < 60, "{piece}");
    }
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn few_commands_are_sent_and_none_for_what_is_kept() {
    let rig = rig().await;
    // Who it is and what its clock says are read once.
    rig.body("/onu/1-1-1/1/diagnosis").await;
    for (id, most) in [(1, COMMANDS), (2, 2)] {
        rig.sim.reset_command_lines();
        rig.body(&format!("/onu/1-1-1/{id}/diagnosis?nocache=true")).await;
        let lines = rig.sim.command_lines();
        assert!(lines.len() <= most, "{id}: {lines:?}");
        assert!(lines.iter().all(|line| !line.configures), "{lines:?}");
    }
    let answer = rig.client.get(format!("{}/api/v1/onu/1-1-1/2/diagnosis", rig.base)).send().await.unwrap();
    assert_eq!(answer.headers()["x-data-source"], "cache");
    assert!(answer.headers().contains_key("age"), "{:?}", answer.headers());
}

#[tokio::test]
async fn shut_at_the_olt() {
    let rig = rig().await;
    change(&rig, 1, |onu| onu.configured.enabled = false);
    assert_eq!(code(&rig, 1).await, "shut");
}

#[tokio::test]
async fn fibre_by_who_went_with_it() {
    let rig = rig().await;
    put(&rig, &[4, 5, 6, 7], OnuState::Online, OfflineReason::Unknown);
    put(&rig, &[1], OnuState::Los, OfflineReason::Losi);
    assert_eq!(code(&rig, 1).await, "drop_fibre");
    let rig = self::rig().await;
    put(&rig, &[4, 5, 6, 7], OnuState::Online, OfflineReason::Unknown);
    put(&rig, &[1, 4, 5], OnuState::Los, OfflineReason::Losi);
    let told = diagnosis(&rig, 1).await;
    assert_eq!(told["verdict"]["code"], "distribution_fibre", "{told}");
    assert_eq!((&told["neighbours"]["lost_with_it"], &told["neighbours"]["online"]), (&json!(2), &json!(3)));
    let rig = self::rig().await;
    put(&rig, &[4, 5, 6, 7], OnuState::Online, OfflineReason::Unknown);
    put(&rig, &[1, 4, 5, 6, 7, 128], OnuState::Los, OfflineReason::Losi);
    assert_eq!(code(&rig, 1).await, "pon_down");
}

#[tokio::test]
async fn power_of_a_whole_street() {
    let rig = rig().await;
    put(&rig, &[4, 6], OnuState::Online, OfflineReason::Unknown);
    put(&rig, &[1, 4, 6], OnuState::DyingGasp, OfflineReason::PowerOff);
    let told = diagnosis(&rig, 1).await;
    assert_eq!(told["verdict"]["code"], "power_lost", "{told}");
    // And the one that the scenario begins with.
    assert_eq!(told["neighbours"]["power_lost_with_it"], 3, "{told}");
    assert!(told["verdict"]["sentence"].as_str().unwrap().contains("3 of its neighbours"), "{told}");
}

#[tokio::test]
async fn a_box_that_was_plugged_in_elsewhere() {
    let rig = rig().await;
    put(&rig, &[1], OnuState::Offline, OfflineReason::Losi);
    rig.sim.device(|device| {
        let (serial, seen) = (device.onu(at(1)).unwrap().configured.serial, device.time());
        let [model, version, password] = ["F660", "V1", ""].map(str::to_owned);
        let pon = device.pon_mut(PonPort::new(1, 2).unwrap()).unwrap();
        pon.unconfigured.push(Unconfigured { serial, model, version, password, seen });
    });
    let told = diagnosis(&rig, 1).await;
    assert_eq!(told["verdict"]["code"], "elsewhere", "{told}");
    assert!(told["verdict"]["sentence"].as_str().unwrap().contains("PON 1/1/2"), "{told}");
    // Where it left is dark: that is told besides.
    assert_eq!(told["also"][0]["code"], "drop_fibre", "{told}");
}

#[tokio::test]
async fn what_its_service_lacks() {
    let rig = rig().await;
    change(&rig, 1, |onu| onu.optics.rx = -28_500);
    assert_eq!(code(&rig, 1).await, "weak_light");
    let rig = self::rig().await;
    change(&rig, 1, |onu| onu.configured.service_ports.clear());
    assert_eq!(code(&rig, 1).await, "no_service_port");
    let rig = self::rig().await;
    change(&rig, 1, |onu| onu.configured.gem_ports.clear());
    assert!(["no_gem_port", "no_service_port"].contains(&code(&rig, 1).await.as_str()));
    let rig = self::rig().await;
    change(&rig, 1, |onu| onu.ip_host = None);
    assert_eq!(code(&rig, 1).await, "no_mac");
}

/// Without a command line little is known of the service, and nobody says that all is well with it.
#[tokio::test]
async fn what_could_not_be_read_is_told() {
    let rig = Rig::small().await;
    let told = diagnosis(&rig, 1).await;
    let unknown: Vec<_> = told["unknown"].as_array().unwrap().iter().map(|gap| &gap["what"]).collect();
    for what in ["macs", "config_state", "wans"] {
        assert!(unknown.contains(&&json!(what)), "{told}");
    }
    assert_eq!(told["verdict"]["code"], "nothing_seen", "{told}");
    let sentence = told["verdict"]["sentence"].as_str().unwrap();
    assert!(sentence.contains("in what could be read. Not known: "), "{sentence}");
    // Of one that is out of service the tables tell all that matters.
    assert_eq!(code(&rig, 3).await, "power_lost");
}

/// V1.2 has no configuration state: nobody says that the configuration has reached the box.
#[tokio::test]
async fn what_a_firmware_does_not_tell_is_not_known() {
    let rig = Rig::both(V1_2, |_| {}).await;
    let online = rig.body("/onus?status=Online&limit=1").await["data"][0].take();
    let [board, pon, id] = ["board", "pon", "onu_id"].map(|field| online[field].as_u64().unwrap());
    let told = rig.body(&format!("/onu/1-{board}-{pon}/{id}/diagnosis")).await["data"].take();
    let unknown: Vec<_> = told["unknown"].as_array().unwrap().iter().map(|gap| &gap["what"]).collect();
    assert!(unknown.contains(&&json!("config_state")), "{told}");
    let sentence = told["verdict"]["sentence"].as_str().unwrap();
    assert!(told["verdict"]["code"] != "nothing_seen" || sentence.contains("config_state"), "{told}");
}

/// The ONU of a serial number, wherever it stands, also where there is no command line.
#[tokio::test]
async fn by_its_serial_number() {
    for rig in [rig().await, Rig::small().await] {
        let serial = rig.sim.device(|device| device.onu(at(2)).unwrap().configured.serial).unwrap();
        let told = rig.body(&format!("/onu/sn/{serial}/diagnosis")).await["data"].take();
        assert_eq!((&told["verdict"]["code"], &told["onu_id"]), (&json!("drop_fibre"), &json!(2)), "{told}");
        for (serial, status, code) in
            [("ZTEGFFFFFFFF", 404, "onu_not_found"), ("ZTEG", 400, "invalid_parameter")]
        {
            let (got, body) = rig.get(&format!("/onu/sn/{serial}/diagnosis")).await;
            assert_eq!((got, &body["error_code"]), (status, &json!(code)), "{body}");
        }
    }
}

/// A server that has registered a box on 1/1/2 which behaves so, with this WAN.
async fn registered(behaviour: &str, wan: Value) -> Writer {
    let waits =
        format!("[[unconfigured]]\npon = \"1/1/2\"\nserial = \"ZTEGD8240001\"\nbehaviour = {behaviour}\n");
    let writer = Writer::start(&format!("{SMALL}\n{waits}")).await;
    let wish = json!({
        "pon_port": "1/1/2", "serial_number": "ZTEGD8240001", "onu_type": "ZTE-F660", "name": "House 7",
        "profile": {"dba_profile": "UP-10M", "vlan": 100}, "wan": wan,
    });
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    writer
}

const PATH: &str = "/onu/sn/ZTEGD8240001/diagnosis?nocache=true";

/// What it is diagnosed with once it is online and its verdict is this one.
async fn diagnosed(writer: &Writer, code: &str) -> Value {
    until(async || writer.get(PATH).await.body["data"]["verdict"]["code"] == code).await;
    writer.get(PATH).await.body["data"].clone()
}

fn evidence<'a>(told: &'a Value, what: &str) -> &'a str {
    let all = told["evidence"].as_array().unwrap();
    let piece = all.iter().find(|piece| piece["what"] == what).unwrap_or_else(|| panic!("{what}: {told}"));
    assert_eq!(piece["source"], "cli", "{piece}");
    piece["value"].as_str().unwrap()
}

/// What a box is told while it signs on it refuses later, when nobody waits for its answer any more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_box_that_refuses_its_configuration() {
    let wan = json!({"mode": "dhcp", "vlan_profile": "PPPOE"});
    let writer = registered("{ omci = \"refuses\", mac = false }", wan.clone()).await;
    let told = diagnosed(&writer, "config_refused").await;
    let sentence = told["verdict"]["sentence"].as_str().unwrap();
    assert_eq!(sentence, "It is online, but its box has refused its configuration (OMCI).");
    assert_eq!((evidence(&told, "config_state"), evidence(&told, "macs")), ("fail", "0"), "{told}");
    // One behind which somebody speaks is not down, whatever the OLT says of its configuration.
    let writer = registered("{ omci = \"refuses\" }", wan).await;
    let learnt = json!("1");
    until(async || {
        let told = writer.get(PATH).await.body["data"]["evidence"].clone();
        told.as_array().unwrap().iter().any(|piece| piece["what"] == "macs" && piece["value"] == learnt)
    })
    .await;
    let told = writer.get(PATH).await.body["data"].clone();
    assert_eq!(evidence(&told, "config_state"), "fail", "{told}");
    assert_ne!(told["verdict"]["code"], "config_refused", "{told}");
}

/// A box whose login is refused is in service, and its customer is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wan_that_is_down() {
    let wan = json!({"mode": "pppoe", "username": "user7", "password": "s3cret"});
    let writer = registered("{ wan = \"authentication failure\" }", wan).await;
    let told = diagnosed(&writer, "wan_down").await;
    let sentence = told["verdict"]["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("not connected") && sentence.contains("`authentication failure`"),
        "{sentence}"
    );
    assert!(evidence(&told, "wans").contains("authentication failure"), "{told}");
    assert_eq!((&told["also"], evidence(&told, "config_state")), (&json!([]), "success"), "{told}");
    assert!(!told.to_string().contains("s3cret"), "{told}");
}
