//! ONUs that are registered together share a turn, and nothing that could mislead any of them.

use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::Writer;
use serde_json::{Value, json};

use super::{job, job_in};

fn wish(nr: u32) -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": format!("ZTEGB{nr:07X}"), "onu_type": "ZTE-F660",
        "name": format!("House {nr}"), "profile": {"dba_profile": "UP-10M", "vlan": 100},
    })
}

async fn registered(writer: &Writer, body: Value) -> Value {
    let answer = writer.post("/batch/register", body).await;
    job_in(writer, &job(&answer), &["done", "failed", "partial"]).await
}

/// As much of each as is configured, whoever said what.
fn stand(writer: &Writer) -> Vec<(String, usize)> {
    let stand = |device: &mut oltsim::device::Device| {
        let pon = device.pons().get(&"1/1/1".parse().unwrap()).unwrap();
        let ours = pon.onus().values().map(|onu| &onu.configured);
        let ours = ours.filter(|of| of.serial.to_string().starts_with("ZTEGB000000"));
        ours.map(|of| (String::from_utf8_lossy(&of.name).into_owned(), of.service_ports.len())).collect()
    };
    writer.sim.device(stand).unwrap()
}

fn whole() -> Vec<(String, usize)> {
    (1..=3).map(|nr| (format!("House {nr}"), 1)).collect()
}

/// Those before it were sent and wait to be read back; it is done over a new link.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_lost_in_the_middle_harms_none() {
    let writer = Writer::start(SMALL).await;
    writer.sim.set_line_faults(vec![LineFault::first("name House 3", LineEffect::CutAfter)]);
    let told = registered(&writer, json!({"targets": [wish(1), wish(2), wish(3)]})).await;
    assert_eq!(told["state"], "done", "{told}");
    let results = told["result"]["results"].as_array().unwrap();
    assert!(results.iter().all(|one| one["state"] == "applied"), "{told}");
    assert_eq!(stand(&writer), whole());
    let lines = writer.configured();
    let sent = |line: &str| lines.iter().filter(|one| *one == line).count();
    for line in ["name House 1", "name House 2", "name House 3"] {
        assert_eq!(sent(line), 1, "{lines:?}");
    }
}

/// An OLT that starts again forgets what was not saved: those that were sent before are made
/// once more, and not taken for what the OLT did not take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_olt_forgot_in_the_middle_is_made_once_more() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 3".into())));
    let body = json!({"targets": [wish(1), wish(2), wish(3)]});
    let (told, ()) = tokio::join!(registered(&writer, body), async {
        gate.reached().await.unwrap();
        writer.sim.reboot().await;
        drop(gate);
    });
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(stand(&writer), whole());
}

/// One that was taken and is not so is undone, the others stand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_back_otherwise_is_undone_alone() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 3".into())));
    let body = json!({"targets": [wish(1), wish(2), wish(3)]});
    let (told, ()) = tokio::join!(registered(&writer, body), async {
        gate.reached().await.unwrap();
        let first = writer.configured().into_iter().find(|line| line.starts_with("onu ")).unwrap();
        let id = first.split(' ').nth(1).unwrap();
        writer.sim.type_as_somebody(&[
            "configure terminal",
            &format!("interface gpon-onu_1/1/1:{id}"),
            "no service-port 1",
        ]);
        drop(gate);
    });
    let results = told["result"]["results"].as_array().unwrap();
    let states: Vec<&Value> = results.iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["rolled_back", "applied", "applied"], "{told}");
    assert_eq!(stand(&writer), whole()[1..]);
}

/// Where the command line does not say where a serial number is, the whole OLT is read; nobody
/// waits for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_while_the_whole_olt_is_read_for_a_serial_number() {
    let scenario = SMALL.replacen("[agent]", "[agent]\ndelay_ms = 300", 1);
    let writer = Writer::start(&scenario).await;
    let unknown = LineEffect::Refuse("%Error 20201: Invalid key word detected at '^' marker.\n".into());
    writer.sim.set_line_faults(vec![LineFault::begins("show gpon onu by sn", unknown)]);
    let asked =
        |what: &str| writer.sim.command_lines().iter().filter(|line| line.line.starts_with(what)).count();
    let (answer, other) = tokio::join!(writer.post("/onu/register", wish(1)), async {
        rig::until(async || asked("show gpon onu by sn") > 0).await;
        writer.put("/onu-management/description", super::named(1, "A")).await
    });
    assert_eq!((answer.status, other.status), (201, 200), "{} {}", answer.body, other.body);
    let lines = writer.configured();
    let at = |begin: &str| lines.iter().position(|line| line.starts_with(begin)).unwrap();
    assert!(at("name A") < at("onu "), "{lines:?}");
    assert_eq!(asked("show gpon onu by sn"), 2, "the place is decided in the turn that writes");
    // One reading is enough for a group, and finds who stands elsewhere.
    let mut elsewhere = wish(1);
    elsewhere["pon_port"] = json!("1/1/2");
    let answer = writer.post("/onu/register", elsewhere).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (409, &json!("serial_in_use")),
        "{}",
        answer.body
    );
    let before = asked("show running-config interface gpon-olt_1/1/1");
    let told = registered(&writer, json!({"targets": [wish(2), wish(3), wish(4)]})).await;
    assert_eq!(told["state"], "done", "{told}");
    assert_eq!(asked("show running-config interface gpon-olt_1/1/1"), before + 3);
}
