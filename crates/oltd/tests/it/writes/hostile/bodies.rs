//! Text that means harm, in every field below the first level of the bodies that put ONUs into
//! service, and in those of batches: it is refused before anything is sent, or it arrives byte
//! for byte.

use futures::{StreamExt, stream};
use oltsim::SMALL;
use oltsim::device::OnuConfig;
use reqwest::Method;
use rig::{Answer, Writer};
use serde_json::{Value, json};

use super::AT_ONCE;
use super::strings::hostile;

const SERIAL: &str = "ZTEGD824CDF3";
/// Of the texts that batches take, one of so many is written: the same rules read them.
const ONE_OF: usize = 5;

/// A registration with every text that it may have.
fn registration() -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": SERIAL, "onu_type": "ZTE-F660", "name": "House 7",
        "description": "first floor", "strategy": "service", "ref": "order 7",
        "services": [{
            "name": "HSI", "dba_profile": "UP-10M", "vlan": 100, "user_vlan": "untagged",
            "traffic_limit": {"upstream": "DOWN-50M", "downstream": "DOWN-50M"}, "ports": ["eth_0/1"],
        }],
    })
}

/// One with a login.
fn with_login() -> Value {
    let mut body = registration();
    body["services"][0]["user_vlan"] = json!(100);
    body["wan"] =
        json!({"mode": "pppoe", "username": "user7", "password": "s3cret", "vlan_profile": "PPPOE"});
    body
}

/// One by `profile`, with a fixed address.
fn with_address() -> Value {
    let mut body = registration();
    body.as_object_mut().unwrap().remove("services");
    body["profile"] =
        json!({"dba_profile": "UP-10M", "vlan": 100, "user_vlan": 100, "traffic_profile": "DOWN-50M"});
    body["wan"] = json!({"mode": "static", "ip_address": "192.0.2.9", "mask": "255.255.255.0",
        "ip_profile": "ST", "vlan_profile": "PPPOE"});
    body
}

/// Whether a device holds what this text stands for.
type Arrives = fn(&OnuConfig, &str) -> bool;

/// Fields that are given the same text, with one that is right, and what it does where any of
/// the texts is.
type Fields = (fn() -> Value, &'static [&'static str], Option<(&'static str, Arrives)>);

/// The port that is meant has several names.
fn is_the_port(text: &str) -> bool {
    ["1", "1/1/1", "1-1-1"].contains(&text)
}

fn names(onu: &OnuConfig, text: &str) -> bool {
    onu.name == text.as_bytes() && onu.description == text.as_bytes()
}

fn service(onu: &OnuConfig, text: &str) -> bool {
    onu.remote.iter().any(|line| line.text == format!("service {text} gemport 1 untag"))
}

fn login(onu: &OnuConfig, text: &str) -> bool {
    let line = format!("wan-ip 1 mode pppoe username {text} password {text} vlan-profile PPPOE host 1");
    onu.remote.iter().any(|other| other.text == line)
}

const FIELDS: &[Fields] = &[
    (registration, &["/name", "/description"], Some(("House-7", names))),
    (registration, &["/services/0/name"], Some(("House-7", service))),
    (with_login, &["/wan/username", "/wan/password"], Some(("House-7", login))),
    (registration, &["/ref"], Some(("House-7", |_, _| true))),
    (registration, &["/pon_port"], Some(("1", |_, text| is_the_port(text)))),
    (registration, &["/serial_number"], None),
    (registration, &["/onu_type"], None),
    (registration, &["/strategy"], None),
    (registration, &["/services/0/dba_profile"], None),
    (registration, &["/services/0/user_vlan"], None),
    (registration, &["/services/0/traffic_limit/upstream"], None),
    (registration, &["/services/0/traffic_limit/downstream"], None),
    (registration, &["/services/0/ports/0"], None),
    (with_login, &["/wan/mode"], None),
    (with_login, &["/wan/vlan_profile"], None),
    (with_address, &["/wan/ip_address"], None),
    (with_address, &["/wan/mask"], None),
    (with_address, &["/wan/ip_profile"], None),
    (with_address, &["/profile/dba_profile"], None),
    (with_address, &["/profile/user_vlan"], None),
    (with_address, &["/profile/traffic_profile"], None),
];

fn with(mut body: Value, fields: &[&str], text: &str) -> Value {
    for field in fields {
        let place = body.pointer_mut(field);
        *place.unwrap_or_else(|| panic!("there is no {field}")) = json!(text);
    }
    body
}

/// The ONU of the registration, which is taken away again.
fn taken(writer: &Writer) -> Option<OnuConfig> {
    writer
        .sim
        .device(|device| {
            let found = {
                let mut onus = device.onus().filter(|(_, onu)| onu.configured.serial.to_string() == SERIAL);
                onus.next().map(|(at, onu)| (at, onu.configured.clone()))
            };
            found.map(|(at, onu)| {
                device.running().unregister(at);
                onu
            })
        })
        .unwrap()
}

/// That what was sent changed nothing, or made the text arrive, by as many lines as another
/// text in its place does.
fn judged(writer: &Writer, answer: &Answer, made: bool, arrives: Option<Arrives>, usual: usize, text: &str) {
    let told = format!("{text:?}: {}", answer.body);
    let lines: Vec<_> = writer.sim.reset_command_lines().into_iter().filter(|line| line.configures).collect();
    let stands = taken(writer);
    assert!([200, 201, 400, 409, 422].contains(&answer.status), "{told}");
    assert_eq!(made, stands.is_some(), "{told}");
    match (stands, arrives) {
        (Some(onu), Some(arrives)) => {
            assert!(arrives(&onu, text), "{told}: {onu:?}");
            assert_eq!(lines.len(), usual, "{told}: {lines:?}");
        }
        (Some(onu), None) => panic!("{told}: {onu:?}"),
        (None, _) => assert!(lines.is_empty(), "{told}: {lines:?}"),
    }
}

/// A list of profiles that is empty would prove nothing of any name.
const IP_PROFILE: &str = "[[ip_profiles]]\nname = \"ST\"\ngateway = \"192.0.2.1\"\n\
    primary_dns = \"192.0.2.53\"\nsecondary_dns = \"192.0.2.54\"\n";

async fn in_registrations((body, fields, arrives): &Fields) {
    let writer = Writer::start(&format!("{SMALL}{IP_PROFILE}")).await;
    let usual = match arrives {
        Some((text, arrives)) => {
            let made = writer.post("/onu/register", with(body(), fields, text)).await;
            assert_eq!(made.status, 201, "{}", made.body);
            assert!(taken(&writer).is_some_and(|onu| arrives(&onu, text)), "{}", made.body);
            writer.sim.reset_command_lines().into_iter().filter(|line| line.configures).count()
        }
        None => 0,
    };
    let mut refused = 0;
    for (nr, text) in hostile().into_iter().enumerate() {
        let one = with(body(), fields, &text);
        let answer = writer.post("/onu/register", one.clone()).await;
        let is_made = answer.status == 201;
        refused += usize::from(answer.status == 400);
        judged(&writer, &answer, is_made, arrives.map(|(_, arrives)| arrives), usual, &text);
        if is_made && nr % ONE_OF != 0 {
            continue;
        }
        // Among many it is the same.
        let many = writer.post("/batch/register", json!({"targets": [one]})).await;
        assert_eq!(many.status == 400, answer.status == 400, "{text:?}: {}", many.body);
        judged(&writer, &many, is_made, arrives.map(|(_, arrives)| arrives), usual, &text);
    }
    assert!(refused > 100, "{fields:?}: {refused}");
    assert!(writer.app.tasks().figures().iter().all(|task| task.panics == 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_all_that_a_registration_names() {
    stream::iter(FIELDS).for_each_concurrent(AT_ONCE, in_registrations).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_what_many_are_called() {
    let writer = Writer::start(SMALL).await;
    let at = rig::every_step::onu();
    for (nr, text) in hostile().into_iter().enumerate() {
        let target = json!({"pon_port": "1/1/1", "onu_id": 1, "name": text, "description": text});
        let dry = nr % ONE_OF != 0;
        let path = if dry { "/batch/descriptions?dry_run=true" } else { "/batch/descriptions" };
        let answer = writer.send(Method::PUT, path, Some(json!({"targets": [target]}))).await;
        let onu = writer.sim.device(|device| device.onu(at).unwrap().configured.clone()).unwrap();
        let sent = writer.sim.reset_command_lines().into_iter().filter(|line| line.configures).count();
        match answer.status {
            200 if dry => {
                let lines = answer.body["data"]["results"][0]["lines"].to_string();
                let shown = serde_json::to_string(&format!("description {text}")).unwrap();
                assert!(sent == 0 && lines.contains(&shown), "{text:?}: {}", answer.body);
            }
            200 => assert!(sent == 2 && names(&onu, &text), "{text:?}: {} {onu:?}", answer.body),
            status => assert_eq!((status, sent), (400, 0), "{text:?}: {}", answer.body),
        }
    }
}

/// Owners and reasons never reach the OLT; they are told as they were said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_owners_and_reasons_of_many() {
    let writer = Writer::start(SMALL).await;
    let serial = writer.sim.device(|device| device.onu(rig::every_step::onu()).unwrap().configured.serial);
    let targets = json!([{"serial_number": serial.unwrap()}]);
    let first = json!({"targets": targets, "owner": "first", "reason": "unpaid"});
    assert_eq!(writer.post("/batch/suspend", first).await.status, 200);
    writer.sim.reset_command_lines();
    // Answers show no character that stands for a byte.
    let shown = |text: &String| !text.chars().any(|c| ('\u{ef80}'..='\u{efff}').contains(&c));
    for text in hostile().into_iter().filter(shown) {
        let answer =
            writer.post("/batch/suspend", json!({"targets": targets, "owner": text, "reason": text})).await;
        let holds = writer.get("/holds").await.body["data"].clone();
        let held =
            holds.as_array().unwrap().iter().any(|hold| hold["owner"] == *text && hold["reason"] == *text);
        match answer.status {
            200 => {
                assert!(held, "{text:?}: {holds}");
                let answer = writer.post("/batch/resume", json!({"targets": targets, "owner": text})).await;
                assert_eq!(answer.status, 200, "{text:?}: {}", answer.body);
            }
            status => {
                assert_eq!((status, holds.as_array().unwrap().len()), (400, 1), "{text:?}: {}", answer.body)
            }
        }
    }
    assert!(!writer.sim.reset_command_lines().iter().any(|line| line.configures));
}

/// What names the targets of batches, and what is wished of all of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_what_names_many() {
    let writer = Writer::start(SMALL).await;
    let serial = writer.sim.device(|device| device.onu(rig::every_step::onu()).unwrap().configured.serial);
    let serial = serial.unwrap().to_string();
    let body = json!({
        "targets": [{"olt": "sim", "pon_port": "1/1/1", "onu_id": 1, "serial_number": serial}],
        "on_refusal": "undo",
    });
    let fields = ["/targets/0/olt", "/targets/0/pon_port", "/targets/0/serial_number", "/on_refusal"];
    for path in ["/batch/reboot", "/batch/block", "/batch/delete"] {
        let path = format!("{path}?dry_run=true");
        let right = writer.post(&path, body.clone()).await;
        assert_eq!(right.status, 200, "{path}: {}", right.body);
        for (field, text) in
            fields.iter().flat_map(|field| hostile().into_iter().map(move |text| (field, text)))
        {
            let answer = writer.post(&path, with(body.clone(), &[field], &text)).await;
            // Some of the texts are right in the one field or the other.
            let is_right = match *field {
                "/targets/0/olt" => text == "sim",
                "/targets/0/pon_port" => is_the_port(&text),
                "/targets/0/serial_number" => {
                    text.parse().is_ok_and(|one: gpon::SerialNumber| one.to_string() == serial)
                }
                _ => ["undo", "keep"].contains(&text.as_str()),
            };
            let told = format!("{path} {field} {text:?}: {}", answer.body);
            assert!(is_right || [400, 404].contains(&answer.status), "{told}");
        }
    }
    assert!(!writer.sim.reset_command_lines().iter().any(|line| line.configures));
}
