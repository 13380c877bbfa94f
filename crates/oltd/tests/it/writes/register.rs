//! Putting ONUs into service, each as it is when nothing goes wrong, and what stands in the way.

use gpon::OnuRef;
use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::{Writer, WriterOptions};
use serde_json::{Value, json};

const SERIAL: &str = "ZTEGD824CDF3";

fn at(id: u16) -> OnuRef {
    OnuRef { pon: "1/1/1".parse().unwrap(), id: id.to_string().parse().unwrap() }
}

/// The whole body: name, T-CONT, GEM port with limit, service port, service, PPPoE.
fn body(serial: &str) -> Value {
    json!({
        "pon_port": "1/1/1", "serial_number": serial, "onu_type": "ZTE-F660", "name": "House 7",
        "description": "first floor",
        "profile": {"dba_profile": "UP-10M", "vlan": 100, "traffic_profile": "DOWN-50M"},
        "wan": {"mode": "pppoe", "username": "user7@isp", "password": "s3cret", "vlan_profile": "PPPOE"},
    })
}

fn lines(body: &Value) -> Vec<&str> {
    body["data"]["steps"].as_array().unwrap().iter().map(|step| step["line"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_onu_is_put_into_service() {
    let writer = Writer::start(SMALL).await;
    let answer = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!((&data["state"], &data["verified"]), (&json!("applied"), &json!(true)), "{data}");
    assert_eq!((&data["pon_port"], &data["onu_id"]), (&json!("1/1/1"), &json!(8)));
    assert_eq!((&data["serial_number"], &data["service_port_id"]), (&json!(SERIAL), &json!(1)));
    assert_eq!(
        lines(&answer.body),
        [
            "configure terminal",
            "interface gpon-olt_1/1/1",
            "onu 8 type ZTE-F660 sn ZTEGD824CDF3",
            "exit",
            "interface gpon-onu_1/1/1:8",
            "name House 7",
            "description first floor",
            "sn-bind enable sn",
            "tcont 1 profile UP-10M",
            "gemport 1 tcont 1",
            "gemport 1 traffic-limit downstream DOWN-50M",
            "service-port 1 vport 1 user-vlan 100 vlan 100",
            "exit",
            "pon-onu-mng gpon-onu_1/1/1:8",
            "service 1 gemport 1 vlan 100",
            "wan-ip 1 mode pppoe username user7@isp password *** vlan-profile PPPOE host 1",
            "wan 1 service internet host 1",
            "end",
        ]
    );
    let configured = writer.sim.device(|device| device.onu(at(8)).unwrap().configured.clone()).unwrap();
    assert_eq!(configured.serial.to_string(), SERIAL);
    // The same again has nothing to do.
    let again = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((again.status, &again.body["data"]["state"]), (200, &json!("unchanged")), "{}", again.body);
    assert_eq!(again.body["data"]["onu_id"], 8);
    assert!(!writer.configured().iter().any(|line| line.contains("s3cret") && line.starts_with("show")));
    let job = writer.get(&format!("/jobs/{}", data["job"].as_str().unwrap())).await;
    assert!(!job.body.to_string().contains("s3cret"), "{}", job.body);
    assert_eq!(job.body["data"]["state"], "done");
}

#[tokio::test]
async fn a_half_made_onu_is_completed_and_another_way_is_left_alone() {
    let writer = Writer::start(SMALL).await;
    writer.sim.type_as_somebody(&[
        "configure terminal",
        "interface gpon-olt_1/1/1",
        "onu 20 type ZTE-F660 sn ZTEGD824CDF3",
        "exit",
        "interface gpon-onu_1/1/1:20",
        "name House 7",
        "tcont 1 profile UP-10M",
    ]);
    let answer = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (201, &json!(20)), "{}", answer.body);
    let sent = lines(&answer.body);
    assert!(
        !sent
            .iter()
            .any(|line| line.starts_with("onu ") || line.starts_with("tcont ") || line.starts_with("name ")),
        "{sent:?}"
    );
    assert!(sent.contains(&"gemport 1 tcont 1"), "{sent:?}");
    // Another name is another wish.
    let mut other = body(SERIAL);
    other["name"] = json!("House 8");
    let before = writer.configured().len();
    let answer = writer.post("/onu/register", other).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (409, &json!("differs")), "{}", answer.body);
    let differences = &answer.body["data"]["differences"];
    assert_eq!(
        differences[0],
        json!({"what": "name", "wished": "name House 8", "stands": "name House 7"}),
        "{differences}"
    );
    let mut other = body(SERIAL);
    other["onu_id"] = json!(21);
    let answer = writer.post("/onu/register", other).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (409, &json!("differs")), "{}", answer.body);
    assert_eq!(writer.configured().len(), before);
}

#[tokio::test]
async fn what_the_olt_lacks_is_named_before_anything_is_sent() {
    let writer = Writer::start(SMALL).await;
    let mut wish = body(SERIAL);
    wish["profile"] = json!({"dba_profile": "UP-99M", "vlan": 300, "svlan": 301, "traffic_profile": "NONE"});
    wish["onu_type"] = json!("F999");
    wish["wan"]["vlan_profile"] = json!("NOPE");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (409, &json!("not_on_olt")), "{}", answer.body);
    let missing = answer.body["data"]["missing"].to_string();
    for name in ["UP-99M", "300", "301", "NONE", "F999", "NOPE"] {
        assert!(missing.contains(name), "{missing}");
    }
    assert_eq!(writer.configured(), [""; 0]);
    // A number and a serial number that are taken.
    let mut wish = body(SERIAL);
    wish["onu_id"] = json!(3);
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (409, &json!("onu_id_in_use")),
        "{}",
        answer.body
    );
    let mut wish = body("ZTEGC0000001");
    wish["pon_port"] = json!("1/1/2");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (409, &json!("serial_in_use")),
        "{}",
        answer.body
    );
    assert_eq!(answer.body["data"]["place"]["onu_id"], 1, "{}", answer.body);
    assert_eq!(writer.configured(), [""; 0]);
}

#[tokio::test]
async fn the_type_follows_the_model() {
    let with_types = WriterOptions {
        olt: Some(|olt| olt.registering.types = vec![("F672".into(), "ZTE-F660".parse().unwrap())]),
        ..WriterOptions::default()
    };
    let writer = Writer::with(SMALL, with_types).await;
    let mut wish = body(SERIAL);
    wish["onu_type"] = json!("auto");
    let answer = writer.post("/onu/register", wish.clone()).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert!(lines(&answer.body).contains(&"onu 8 type ZTE-F660 sn ZTEGD824CDF3"));
    wish["serial_number"] = json!("HWTC00000077");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (409, &json!("model_unknown")),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_registration_is_planned_and_its_plan_applied() {
    let writer = Writer::start(SMALL).await;
    let planned = writer.post("/onu/register?dry_run=true", body(SERIAL)).await;
    assert_eq!(planned.status, 200, "{}", planned.body);
    let plan = &planned.body["data"]["plan"];
    assert_eq!((&plan["onu_id"], &plan["serial_number"]), (&json!(8), &json!(SERIAL)), "{plan}");
    assert_eq!(plan["undo"], json!([{"line": "no onu 8", "class": "exact"}]));
    assert_eq!(writer.configured(), [""; 0]);
    let applied = writer
        .send(reqwest::Method::POST, &format!("/plans/{}/apply", plan["id"].as_str().unwrap()), None)
        .await;
    assert_eq!(
        (applied.status, &applied.body["data"]["state"]),
        (201, &json!("applied")),
        "{}",
        applied.body
    );
    let stale = writer.post("/onu/register?dry_run=true", body("ZTEGD8240001")).await;
    let id = stale.body["data"]["plan"]["id"].as_str().unwrap().to_owned();
    assert_eq!(writer.post("/onu/register", body("ZTEGD8240001")).await.status, 201);
    let answer = writer.send(reqwest::Method::POST, &format!("/plans/{id}/apply"), None).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (409, &json!("plan_stale")), "{}", answer.body);
}

/// What somebody else did to the ONU meanwhile would go with its registration: it stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_else_did_meanwhile_is_not_undone() {
    let writer = Writer::start(SMALL).await;
    let no = LineEffect::Refuse("%Code 62397-GPONSRV: The entry is not existed.\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("service 1", no)]);
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("service 1".into())));
    let (answer, ()) = tokio::join!(writer.post("/onu/register", body(SERIAL)), async {
        gate.reached().await.unwrap();
        writer.sim.type_as_somebody(&[
            "configure terminal",
            "interface gpon-onu_1/1/1:8",
            "tcont 2 profile UP-10M",
        ]);
        drop(gate);
    });
    assert_eq!((answer.status, &answer.body["data"]["state"]), (500, &json!("partial")), "{}", answer.body);
    assert!(answer.body["data"]["warnings"].to_string().contains("tcont 2"), "{}", answer.body);
    let tconts = writer.sim.device(|device| device.onu(at(8)).unwrap().configured.tconts.len()).unwrap();
    assert_eq!(tconts, 2);
}

/// Where the OLT refuses a part, all of it is taken back.
#[tokio::test]
async fn what_is_refused_leaves_no_half_onu() {
    let writer = Writer::start(SMALL).await;
    let before = writer.sim.device(|device| device.configuration()).unwrap();
    let no = LineEffect::Refuse("%Code 63990-GPONRM : ONT return error:command processing error\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("wan-ip", no)]);
    let answer = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (422, &json!("rolled_back")), "{}", answer.body);
    assert!(lines(&answer.body).contains(&"no onu 8"), "{}", answer.body);
    assert!(writer.sim.device(|device| device.configuration()).unwrap() == before);
    // An optional line may be refused.
    let no = LineEffect::Refuse("%Error 20201: Invalid input\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("wan 1", no)]);
    let answer = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    assert!(answer.body["data"]["warnings"].to_string().contains("which is optional"), "{}", answer.body);
}

/// What is read for a registration: the session, the PON, the serial number, what it names, and
/// in the end the ONU; of a second one in the same session what is its own.
#[tokio::test]
async fn few_lines_are_read_for_it() {
    let writer = Writer::start(SMALL).await;
    let mut sent = 0;
    for (serial, most) in [(SERIAL, 11), ("ZTEGD8240001", 5)] {
        let answer = writer.post("/onu/register", body(serial)).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        let all: Vec<String> = writer.sim.command_lines().into_iter().map(|line| line.line).collect();
        let read = all.len() - sent - lines(&answer.body).len();
        println!("{serial}: {read} lines beside its own: {:?}", &all[sent..]);
        assert!(read <= most, "{read}: {:?}", &all[sent..]);
        sent = all.len();
    }
}

/// A number that every list leaves out and the OLT refuses (62391) costs that number alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_that_no_list_shows_costs_that_number() {
    let writer = Writer::start(SMALL).await;
    let hidden = |ids: [u16; 2]| {
        writer
            .sim
            .device(|device| {
                for id in ids {
                    let serial = format!("HWTC{id:08X}").parse().unwrap();
                    device.running().register(at(id), oltsim::device::OnuConfig::new(serial, "ZTE-F660"));
                    device.onu_mut(at(id)).unwrap().unlisted.push(oltsim::device::List::Configuration);
                }
            })
            .unwrap();
    };
    hidden([8, 9]);
    let answer = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (201, &json!(10)), "{}", answer.body);
    let tried: Vec<String> =
        writer.configured().into_iter().filter(|line| line.starts_with("onu ")).collect();
    assert_eq!(tried.len(), 3, "{tried:?}");
    // One that was asked for is told.
    let mut wish = body("ZTEGD8240001");
    wish["onu_id"] = json!(8);
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (409, &json!("onu_id_in_use")),
        "{}",
        answer.body
    );
    // Four in a row are an OLT that nobody understands.
    hidden([11, 12]);
    hidden([13, 14]);
    let answer = writer.post("/onu/register", body("ZTEGD8240001")).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (422, &json!("olt_refused")), "{}", answer.body);
}

/// What the OLT writes beside what was typed says nothing of what was not wished.
#[tokio::test]
async fn words_that_the_olt_adds_are_no_difference() {
    let writer = Writer::start(&format!("{SMALL}\n[writes]\nnumber_names = true\n")).await;
    let answer = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((answer.status, &answer.body["data"]["verified"]), (201, &json!(true)), "{}", answer.body);
    let shown = writer.sim.type_as_somebody(&["show running-config interface gpon-onu_1/1/1:8"]).concat();
    assert!(shown.contains("tcont 1 name 1 profile UP-10M"), "{shown}");
    let again = writer.post("/onu/register", body(SERIAL)).await;
    assert_eq!((again.status, &again.body["data"]["state"]), (200, &json!("unchanged")), "{}", again.body);
}

/// The answer says how far the ONU came, and never that what was not read is not there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_onu_is_awaited() {
    let site: fn(oltd::app::Site) -> oltd::app::Site =
        |site| oltd::app::Site { accept_wait: std::time::Duration::from_secs(4), ..site };
    let writer = Writer::with(SMALL, WriterOptions { site: Some(site), ..WriterOptions::default() }).await;
    let mut wish = body(SERIAL);
    wish["wait_for"] = json!("service");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!(data["onu_state"], "Online", "{data}");
    assert!(data["report"]["rx_power"].is_number() && data["report"]["distance"].is_number(), "{data}");
    assert_eq!(data["report"]["mac"].as_array().map(Vec::len), Some(1), "{data}");
    // A box that is not plugged in stays registered, and is said to be away.
    let mut wish = body("ZTEGD8240001");
    wish["wait_for"] = json!("online");
    let answer = writer.post("/onu/register", wish).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (201, &json!("applied")), "{}", answer.body);
    let warnings = answer.body["data"]["warnings"].to_string();
    assert!(warnings.contains("within 4 s: the ONU is not online but Offline; it stays"), "{warnings}");
    // What cannot be read is not told to be absent.
    let no = LineEffect::Refuse("%Error 20200: Invalid input detected at '^' marker.\n".into());
    writer.sim.set_line_faults(vec![LineFault::begins("show mac", no)]);
    let mut wish = body(SERIAL);
    wish["wait_for"] = json!("service");
    wish.as_object_mut().unwrap().remove("wan");
    let answer = writer.post("/onu/register", wish).await;
    let warnings = answer.body["data"]["warnings"].to_string();
    assert!(warnings.contains("whether a MAC address was learnt could not be read"), "{}", answer.body);
}

/// What a strategy has no step for is no success without it.
#[tokio::test]
async fn nothing_of_a_wish_is_left_out_without_a_word() {
    let writer = Writer::start(SMALL).await;
    let flow = |key: &str, value: Value| {
        let mut wish = body("HWTC1A2B3C4D");
        wish["strategy"] = json!("flow");
        wish.as_object_mut().unwrap().remove("wan");
        match key {
            "wan" => wish["wan"] = value,
            "services" => {
                wish["services"] = value;
                wish.as_object_mut().unwrap().remove("profile");
            }
            key => wish["profile"][key] = value,
        }
        wish
    };
    let service = |ports: &str| json!([{"dba_profile": "UP-10M", "vlan": 100, "ports": [ports]}]);
    let pppoe = json!({"mode": "pppoe", "username": "a", "password": "b", "vlan_profile": "PPPOE"});
    for (key, value, what) in [
        ("user_vlan", json!("untagged"), "service without a tag"),
        ("services", service("eth_0/1"), "VLAN of a port"),
        ("wan", pppoe, "WAN but by DHCP"),
    ] {
        let answer = writer.post("/onu/register", flow(key, value)).await;
        assert_eq!(answer.status, 422, "{key}: {}", answer.body);
        assert_eq!(answer.body["error_code"], "unsupported_by_firmware", "{}", answer.body);
        assert!(answer.body["error"].as_str().unwrap().contains(what), "{}", answer.body);
    }
    assert_eq!(writer.configured(), [""; 0]);
}
