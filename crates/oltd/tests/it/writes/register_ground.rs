//! What a registration rests on: names, numbers and boxes as the OLT shows them, and what
//! became of them by the time at which it is made.

use gpon::OnuRef;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use reqwest::Method;
use rig::{Answer, Writer, WriterOptions, until};
use serde_json::{Value, json};

const SERIAL: &str = "ZTEGD824CDF3";
const REGISTER: &str = "/onu/register";
const DESCRIBE: &str = "/onu-management/description";
/// The box of [`SERIAL`] is registered, and nothing else of it.
const HALF: [&str; 3] =
    ["configure terminal", "interface gpon-olt_1/1/1", "onu 20 type ZTE-F660 sn ZTEGD824CDF3"];

fn at(id: u8) -> OnuRef {
    OnuRef { pon: "1/1/1".parse().unwrap(), id: gpon::OnuId::new(id).unwrap() }
}

fn body(serial: &str) -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": serial, "onu_type": "ZTE-F660", "name": "House 7",
        "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
        "wan": {"mode": "pppoe", "username": "user7", "password": "s3cret", "vlan_profile": "PPPOE"},
    })
}

fn is(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, &answer.body["error_code"]), (status, &json!(code)), "{}", answer.body);
}

fn warnings(answer: &Answer) -> String {
    answer.body["data"]["warnings"].to_string()
}

fn no() -> LineEffect {
    LineEffect::Refuse("%Error 20200: Invalid input detected at '^' marker.\n".into())
}

/// The path by which the plan of this registration is applied.
async fn planned(writer: &Writer, body: Value) -> String {
    let planned = writer.post(&format!("{REGISTER}?dry_run=true"), body).await;
    assert_eq!(planned.status, 200, "{}", planned.body);
    format!("/plans/{}/apply", planned.body["data"]["plan"]["id"].as_str().unwrap())
}

/// What a kept plan names is looked up again, and not in what was seen a moment ago.
#[tokio::test]
async fn a_plan_whose_names_have_gone_is_stale() {
    let writer = Writer::start(SMALL).await;
    let apply = planned(&writer, body(SERIAL)).await;
    let profiles = writer.sim.device(|device| device.running().profiles().clone()).unwrap();
    let with = |profiles: oltsim::device::Profiles| {
        writer.sim.device(|device| *device.running().profiles() = profiles).unwrap();
    };
    let mut gone = Vec::new();
    // Another one stands in its place: an empty list is no proof.
    for (what, act) in [
        ("vlan 100", (|all| drop(all.vlans.remove(&100))) as fn(&mut oltsim::device::Profiles)),
        ("dba_profile UP-10M", |all| all.bandwidth[0].name = "OTHER".into()),
        ("traffic_profile DOWN-50M", |all| all.traffic[0].name = "OTHER".into()),
        ("vlan_profile PPPOE", |all| all.onu_vlan[0].name = "OTHER".into()),
    ] {
        let mut without = profiles.clone();
        act(&mut without);
        with(without);
        let stale = writer.send(Method::POST, &apply, None).await;
        is(&stale, 409, "plan_stale");
        assert!(stale.body["error"].as_str().unwrap().contains(what), "{what}: {}", stale.body);
        gone.push(what);
    }
    assert_eq!((gone.len(), writer.configured()), (4, vec![]));
    // A list that is not to be had proves nothing: the OLT refuses what it lacks.
    with(profiles);
    writer.sim.set_line_faults(vec![LineFault::begins("show vlan summary", no())]);
    let applied = writer.send(Method::POST, &apply, None).await;
    assert_eq!(
        (applied.status, &applied.body["data"]["state"]),
        (201, &json!("applied")),
        "{}",
        applied.body
    );
}

#[tokio::test]
async fn a_plan_whose_number_somebody_took_is_stale() {
    let writer = Writer::start(SMALL).await;
    let apply = planned(&writer, body(SERIAL)).await;
    let onu = ["configure terminal", "interface gpon-olt_1/1/1", "onu 8 type ZTE-F660 sn HWTC00000008"];
    writer.sim.type_as_somebody(&onu);
    writer.sim.reset_command_lines();
    is(&writer.send(Method::POST, &apply, None).await, 409, "plan_stale");
    assert_eq!(writer.configured(), [""; 0]);
}

/// What an optional line was to set is looked at as all else is, and its lack is no failure.
#[tokio::test]
async fn an_optional_line_that_is_taken_and_does_not_stand_is_told() {
    let writer = Writer::start(SMALL).await;
    let nothing = LineEffect::Refuse(String::new());
    writer.sim.set_line_faults(vec![LineFault::first("wan 1 service", nothing)]);
    let answer = writer.post(REGISTER, body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    assert!(warnings(&answer).contains("which is optional, but shows nothing of it"), "{}", answer.body);
}

/// That a list could not be read says nothing of what stands in it.
#[tokio::test]
async fn profiles_that_cannot_be_read_are_not_missing() {
    for unread in [no(), LineEffect::Refuse("%Code 62310-GPONSRV : No related information to show.\n".into())]
    {
        let writer = Writer::start(SMALL).await;
        writer.sim.set_line_faults(vec![LineFault::begins("show gpon onu profile vlan", unread)]);
        let mut unnamed = body(SERIAL);
        unnamed["wan"].as_object_mut().unwrap().remove("vlan_profile");
        let answer = writer.post(REGISTER, unnamed).await;
        is(&answer, 422, "unsupported_by_firmware");
        assert!(
            answer.body["error"].as_str().unwrap().contains("could not be read: name"),
            "{}",
            answer.body
        );
        assert_eq!(writer.configured(), [""; 0]);
        let answer = writer.post(REGISTER, body(SERIAL)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let told = "whether the OLT has vlan_profile PPPOE could not be read";
        assert!(warnings(&answer).contains(told), "{}", answer.body);
    }
}

/// An ONU of which it is not known what became of a job about it is not completed by another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_onu_whose_job_is_pending_is_locked() {
    let writer = Writer::start(SMALL).await;
    writer.sim.type_as_somebody(&HALF);
    writer.sim.set_line_faults(vec![LineFault::first("description first", LineEffect::Cut)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("description first".into())));
    let wish = json!({"pon_port": "1/1/1", "onu_id": 20, "name": "House 7", "description": "first floor"});
    let (answer, ()) = tokio::join!(writer.put(DESCRIBE, wish), async {
        gate.reached().await.unwrap();
        // What somebody typed meanwhile leaves the job to a person.
        let interface = "interface gpon-onu_1/1/1:20";
        writer.sim.type_as_somebody(&["configure terminal", interface, "description by hand"]);
        drop(gate);
    });
    is(&answer, 504, "outcome_unknown");
    let job = answer.body["data"]["job"].as_str().unwrap();
    writer.sim.reset_command_lines();
    for query in ["?dry_run=true", ""] {
        let locked = writer.post(&format!("{REGISTER}{query}"), body(SERIAL)).await;
        is(&locked, 409, "locked");
        assert!(locked.body.to_string().contains(job), "{}", locked.body);
    }
    assert_eq!(writer.configured(), [""; 0]);
    let accepted = writer.post(&format!("/jobs/{job}/settle"), json!({"how": "accept"})).await;
    assert_eq!(accepted.status, 200, "{}", accepted.body);
    let completed = writer.post(REGISTER, body(SERIAL)).await;
    assert_eq!(
        (completed.status, &completed.body["data"]["onu_id"]),
        (201, &json!(20)),
        "{}",
        completed.body
    );
}

/// Nor one whose turn another job has that waits for the OLT.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_onu_whose_turn_another_job_has_is_locked() {
    let writer = Writer::start(SMALL).await;
    writer.sim.type_as_somebody(&HALF);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name first".into())));
    let named = |onu: u8, name: &str| json!({"pon_port": "1/1/1", "onu_id": onu, "name": name});
    let jobs = async |many: usize| {
        until(async || writer.get("/jobs").await.body["data"].as_array().unwrap().len() == many).await;
        // Its turn is asked for.
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    let (first, (registered, second)) = tokio::join!(writer.put(DESCRIBE, named(1, "first")), async {
        gate.reached().await.unwrap();
        let (registered, (second, ())) = tokio::join!(writer.post(REGISTER, body(SERIAL)), async {
            jobs(2).await;
            tokio::join!(writer.put(DESCRIBE, named(20, "second")), async {
                jobs(3).await;
                // Both wait behind the first.
                drop(gate);
            })
        });
        (registered, second)
    });
    assert_eq!((first.status, second.status), (200, 200), "{} {}", first.body, second.body);
    is(&registered, 409, "locked");
    let job = second.body["data"]["job"].as_str().unwrap();
    assert!(registered.body.to_string().contains(job), "{}", registered.body);
}

/// The ONU that is looked at is the one that was registered, not whoever stands there by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_onu_at_its_place_is_not_taken_for_it() {
    let site: fn(oltd::app::Site) -> oltd::app::Site =
        |site| oltd::app::Site { accept_wait: std::time::Duration::from_secs(3), ..site };
    let writer = Writer::with(SMALL, WriterOptions { site: Some(site), ..WriterOptions::default() }).await;
    let look = "show gpon onu detail-info gpon-onu_1/1/1:8";
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins(look.into())));
    let mut wish = body(SERIAL);
    wish["wait_for"] = json!("online");
    let (answer, ()) = tokio::join!(writer.post(REGISTER, wish), async {
        gate.reached().await.unwrap();
        let other = "onu 8 type ZTE-F660 sn ZTEGC0000099";
        let lines = ["configure terminal", "interface gpon-olt_1/1/1", "no onu 8", other];
        writer.sim.type_as_somebody(&lines);
        drop(gate);
    });
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    let told = warnings(&answer);
    assert!(told.contains("another ONU stands at 1/1/1:8: ZTEGC0000099"), "{told}");
    let report = &answer.body["data"]["report"];
    assert!(
        report["rx_power"].is_null() && answer.body["data"].get("onu_state").is_none(),
        "{}",
        answer.body
    );
    until(async || writer.sim.device(|device| device.onu(at(8)).is_some()).unwrap()).await;
}

/// The list of boxes that wait counts them behind `:`, whatever stands under these numbers.
#[tokio::test]
async fn the_number_of_a_box_that_waits_is_no_number_of_an_onu() {
    let serials = ["ZTEGD8240001", "ZTEGD8240002", "ZTEGD8240003"];
    let waits = serials.map(|serial| format!("[[unconfigured]]\npon = \"1/1/2\"\nserial = \"{serial}\"\n"));
    let writer = Writer::start(&format!("{SMALL}\n{}", waits.concat())).await;
    let shown = writer.sim.type_as_somebody(&["show gpon onu uncfg gpon-olt_1/1/2"]).concat();
    assert!(shown.contains("gpon-onu_1/1/2:3"), "{shown}");
    let listed = writer.get("/onu/unconfigured/1-1-2").await;
    let rows = listed.body["data"].as_array().unwrap();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.get("onu_id").is_none()), "{}", listed.body);
    for (serial, number) in serials.into_iter().rev().zip(1..) {
        let mut wish = body(serial);
        wish["pon_port"] = json!("1/1/2");
        let answer = writer.post(REGISTER, wish).await;
        assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (201, &json!(number)), "{}", answer.body);
    }
}
