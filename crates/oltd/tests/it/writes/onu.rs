//! Changes of an ONU that exists, each as it is when nothing goes wrong.

use gpon::OnuRef;
use oltsim::{LineEffect, LineFault, SMALL};
use rig::Writer;
use serde_json::{Value, json};

fn at(id: u16) -> OnuRef {
    OnuRef { pon: "1/1/1".parse().unwrap(), id: id.to_string().parse().unwrap() }
}

/// The lines of a write that were sent.
fn lines(body: &Value) -> Vec<&str> {
    body["data"]["steps"].as_array().unwrap().iter().map(|step| step["line"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_onu_is_named() {
    let writer = Writer::start(SMALL).await;
    let serial = writer.sim.device(|device| device.onu(at(1)).unwrap().configured.serial).unwrap();
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
    let answer = writer.put("/onu-management/description", asked.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let data = &answer.body["data"];
    assert_eq!(
        (&data["state"], &data["verified"], &data["saved"]),
        (&json!("applied"), &json!(true), &json!("pending"))
    );
    assert_eq!(
        lines(&answer.body),
        [
            "configure terminal",
            "interface gpon-onu_1/1/1:1",
            "name House 7",
            "description first floor",
            "end"
        ]
    );
    let shown = writer.sim.device(|device| device.onu(at(1)).unwrap().configured.clone()).unwrap();
    assert_eq!((shown.name, shown.description), (b"House 7".to_vec(), b"first floor".to_vec()));
    // The same again has nothing to do, and says so.
    let answer = writer.put("/onu-management/description", asked).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("unchanged")), "{}", answer.body);
    assert_eq!(lines(&answer.body), [""; 0]);
    // By its serial number, wherever it stands.
    let asked = json!({"serial_number": serial.to_string(), "name": "House 8"});
    let answer = writer.put("/onu-management/description", asked).await;
    assert_eq!((answer.status, &answer.body["data"]["onu_id"]), (200, &json!(1)), "{}", answer.body);
    let job = answer.body["data"]["job"].as_str().unwrap();
    let job = writer.get(&format!("/jobs/{job}")).await;
    assert_eq!((job.status, &job.body["data"]["state"]), (200, &json!("done")), "{}", job.body);
    assert_eq!(job.body["data"]["plans"][0]["steps"][0]["line"], "name House 8");
}

/// The serial number of an ONU of the PON.
fn serial(writer: &Writer, id: u16) -> String {
    writer.sim.device(|device| device.onu(at(id)).unwrap().configured.serial.to_string()).unwrap()
}

#[tokio::test]
async fn an_onu_is_blocked_and_unblocked() {
    let writer = Writer::start(SMALL).await;
    let serial = serial(&writer, 1);
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "expect_serial": serial});
    let enabled = || writer.sim.device(|device| device.onu(at(1)).unwrap().configured.enabled).unwrap();
    let answer = writer.post("/onu-management/block", asked.clone()).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
    assert_eq!(lines(&answer.body), ["configure terminal", "interface gpon-onu_1/1/1:1", "shutdown", "end"]);
    assert!(!enabled());
    let answer = writer.post("/onu-management/block", asked.clone()).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("unchanged")), "{}", answer.body);
    let answer =
        writer.post("/onu-management/reboot", json!({"serial_number": serial, "via": "shutdown"})).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (409, &json!("onu_blocked")), "{}", answer.body);
    let answer = writer.post("/onu-management/unblock", asked).await;
    assert_eq!((answer.status, &answer.body["data"]["verified"]), (200, &json!(true)), "{}", answer.body);
    assert!(enabled());
}

#[tokio::test]
async fn a_place_is_no_customer() {
    let writer = Writer::start(SMALL).await;
    for path in ["block", "unblock", "factory-reset"] {
        let answer =
            writer.post(&format!("/onu-management/{path}"), json!({"pon_port": "1/1/1", "onu_id": 1})).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (400, &json!("identity_required")),
            "{}",
            answer.body
        );
    }
    for path in ["/onu/1-1-1/1", "/onu-management/1-1-1/1"] {
        let answer = writer.delete(path).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (400, &json!("identity_required")),
            "{}",
            answer.body
        );
        let answer = writer.delete(&format!("{path}?expect_serial=ZTEG00000000")).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (409, &json!("identity_mismatch")),
            "{}",
            answer.body
        );
        let answer = writer.delete(&format!("{path}?expect_serial=none")).await;
        assert_eq!(
            (answer.status, &answer.body["error_code"]),
            (409, &json!("identity_mismatch")),
            "{}",
            answer.body
        );
    }
    let answer = writer.delete("/onu/sn/ZTEG00000000").await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (404, &json!("onu_not_found")),
        "{}",
        answer.body
    );
    assert_eq!(writer.configured(), [""; 0], "nothing was sent");
}

#[tokio::test]
async fn an_onu_is_deleted_with_all_that_stood() {
    let writer = Writer::start(SMALL).await;
    let serial = serial(&writer, 1);
    let answer = writer.delete(&format!("/onu/sn/{serial}")).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
    assert_eq!(lines(&answer.body), ["configure terminal", "interface gpon-olt_1/1/1", "no onu 1", "end"]);
    assert_eq!(answer.body["data"]["verified"], true);
    assert!(writer.sim.device(|device| device.onu(at(1)).is_none()).unwrap());
    let answer = writer.delete(&format!("/onu/1-1-1/1?expect_serial={serial}")).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (404, &json!("onu_not_found")),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_dry_run_sends_nothing_and_can_be_applied_once() {
    let writer = Writer::start(SMALL).await;
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 9"});
    let dry = writer.put("/onu-management/description?dry_run=true", asked).await;
    assert_eq!(dry.status, 200, "{}", dry.body);
    let plan = &dry.body["data"]["plan"];
    assert_eq!(plan["lines"][2]["line"], "name House 9");
    assert_eq!(
        (&plan["lines"][2]["place"], &plan["undo"][0]["class"]),
        (&json!("(config-if)#"), &json!("exact"))
    );
    assert_eq!(writer.configured(), [""; 0], "nothing was sent");
    let path = format!("/plans/{}", plan["id"].as_str().unwrap());
    let kept = writer.get(&path).await;
    assert_eq!(kept.body["data"], dry.body["data"]);
    let applied = writer.send(reqwest::Method::POST, &format!("{path}/apply"), None).await;
    assert_eq!(
        (applied.status, &applied.body["data"]["state"]),
        (200, &json!("applied")),
        "{}",
        applied.body
    );
    let planned: Vec<_> =
        plan["lines"].as_array().unwrap().iter().map(|line| line["line"].as_str().unwrap()).collect();
    assert_eq!(lines(&applied.body), planned, "exactly its lines");
    let again = writer.send(reqwest::Method::POST, &format!("{path}/apply"), None).await;
    assert_eq!((again.status, &again.body["error_code"]), (409, &json!("plan_applied")), "{}", again.body);
}

#[tokio::test]
async fn a_plan_that_somebody_overtook_is_stale() {
    let writer = Writer::start(SMALL).await;
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 9"});
    let dry = writer.put("/onu-management/description?dry_run=true", asked).await;
    let path = format!("/plans/{}", dry.body["data"]["plan"]["id"].as_str().unwrap());
    let typed =
        |text: &str| writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:1", text]);
    // What the plan does not touch is nothing to it.
    typed("description by hand");
    typed("name by hand");
    let stale = writer.send(reqwest::Method::POST, &format!("{path}/apply"), None).await;
    assert_eq!((stale.status, &stale.body["error_code"]), (409, &json!("plan_stale")), "{}", stale.body);
    assert!(stale.body["error"].as_str().unwrap().contains("[\"name\"]"), "{}", stale.body);
    typed("no name");
    let stale = writer.send(reqwest::Method::POST, &format!("{path}/apply"), None).await;
    assert_ne!(stale.body["error_code"], "plan_applied", "a stale plan can be applied later");
}

#[tokio::test]
async fn a_restart_is_verified_by_the_history() {
    let writer = Writer::start(SMALL).await;
    let online =
        writer.sim.device(|device| device.onus().find(|(_, onu)| onu.is_online()).unwrap().0).unwrap();
    let asked = json!({"pon_port": online.pon.to_string(), "onu_id": online.id.get()});
    let answer = writer.post("/onu-management/reboot", asked).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
    assert_eq!(answer.body["data"]["verified"], false);
    let offline =
        writer.sim.device(|device| device.onus().find(|(_, onu)| !onu.is_online()).unwrap().0).unwrap();
    let asked = json!({"pon_port": offline.pon.to_string(), "onu_id": offline.id.get()});
    let answer = writer.post("/onu-management/reboot", asked).await;
    assert_eq!((answer.status, &answer.body["error_code"]), (422, &json!("olt_refused")), "{}", answer.body);
    assert!(answer.body["error"].as_str().unwrap().contains("63987"), "{}", answer.body);
    assert!(answer.body["data"]["warnings"][0].as_str().unwrap().contains("not online"), "{}", answer.body);
}

#[tokio::test]
async fn what_was_done_may_stay_where_a_part_is_refused() {
    let writer = Writer::start(SMALL).await;
    let refuse = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    writer.sim.set_line_faults(vec![LineFault::begins("description", refuse)]);
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A", "description": "b", "on_refusal": "keep", "ref": "order 7"});
    let answer = writer.put("/onu-management/description", asked).await;
    assert_eq!(
        (answer.status, &answer.body["error_code"]),
        (500, &json!("partial_change")),
        "{}",
        answer.body
    );
    let data = &answer.body["data"];
    assert_eq!((&data["remaining"], &data["ref"]), (&json!(["`name A` stands"]), &json!("order 7")));
    assert!(answer.body["error"].as_str().unwrap().contains("62330"), "{}", answer.body);
    let name = writer.sim.device(|device| device.onu(at(1)).unwrap().configured.name.clone()).unwrap();
    assert_eq!(name, b"A");
    let job = writer.get(&format!("/jobs/{}", data["job"].as_str().unwrap())).await;
    assert_eq!(job.body["data"]["state"], "partial");
}

#[tokio::test]
async fn what_was_read_before_is_read_anew() {
    let writer = Writer::start(SMALL).await;
    let name = async || {
        let list = writer.get("/board/1/pon/1").await.body;
        let rows = list["data"].as_array().unwrap().iter().find(|row| row["onu_id"] == 1).cloned();
        rows.unwrap()["name"].clone()
    };
    assert_ne!(name().await, "A");
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A"});
    assert_eq!(writer.put("/onu-management/description", asked).await.status, 200);
    assert_eq!(name().await, "A");
}

/// A restart is seen by the history of the ONU, a while after the answer.
#[tokio::test]
async fn the_job_tells_whether_an_onu_came_back() {
    let writer = Writer::start(SMALL).await;
    let online =
        writer.sim.device(|device| device.onus().find(|(_, onu)| onu.is_online()).unwrap().0).unwrap();
    let asked = json!({"pon_port": online.pon.to_string(), "onu_id": online.id.get()});
    let answer = writer.post("/onu-management/reboot", asked).await;
    let job = format!("/jobs/{}", answer.body["data"]["job"].as_str().unwrap());
    rig::until(async || writer.get(&job).await.body["data"]["result"]["verified"] == true).await;
    assert_eq!(answer.body["data"]["saved"], true, "nothing is to be saved");
}

/// A plan that was kept knows nothing of the restarts since: one behind its own line counts.
#[tokio::test]
async fn a_kept_plan_is_verified_by_no_earlier_restart() {
    let writer = Writer::start(SMALL).await;
    let online =
        writer.sim.device(|device| device.onus().find(|(_, onu)| onu.is_online()).unwrap().0).unwrap();
    let asked = json!({"pon_port": online.pon.to_string(), "onu_id": online.id.get()});
    let dry = writer.post("/onu-management/reboot?dry_run=true", asked).await;
    let id = dry.body["data"]["plan"]["id"].as_str().unwrap();
    let kept = async || match writer.app.jobs().kept(id).await.unwrap().1 {
        oltd::jobs::Drawn::Change(plan) => *plan,
        oltd::jobs::Drawn::Save(_) => panic!("it is no save"),
    };
    let olt = rig::olt_with("sim", &writer.sim, Some(rig::cli_of(&writer.sim))).await;
    let interface = format!("interface gpon-onu_{}:{}", online.pon, online.id);
    writer.sim.type_as_somebody(&["configure terminal", &interface, "shutdown", "no shutdown"]);
    let planned = kept().await;
    rig::until(async || olt.has_restarted(&planned).await.unwrap()).await;

    // The OLT takes the line, and the box does nothing.
    writer.sim.set_line_faults(vec![LineFault::begins("reboot", LineEffect::Refuse(String::new()))]);
    let looks = || {
        let lines = writer.sim.command_lines().into_iter();
        lines.filter(|line| line.line.starts_with("show gpon onu detail-info")).count()
    };
    let applied = writer.send(reqwest::Method::POST, &format!("/plans/{id}/apply"), None).await;
    let (state, verified) = (&applied.body["data"]["state"], &applied.body["data"]["verified"]);
    assert_eq!((state, verified), (&json!("applied"), &json!(false)), "{}", applied.body);
    let before = looks();
    assert!(!olt.has_restarted(&kept().await).await.unwrap(), "what stands in the journal is compared with");
    rig::until(async || looks() >= before + 3).await;
    let job = writer.get(&format!("/jobs/{}", applied.body["data"]["job"].as_str().unwrap())).await;
    assert_eq!(job.body["data"]["result"]["verified"], false, "{}", job.body);
}

/// A remark proves nothing: what the line was to do is looked at.
#[tokio::test]
async fn a_remark_is_told_and_the_device_is_looked_at() {
    let writer = Writer::start(SMALL).await;
    let said = LineEffect::Say("Warning: shared profile\n".into());
    writer.sim.set_line_faults(vec![LineFault::first("name", said)]);
    let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "A"});
    let answer = writer.put("/onu-management/description", asked).await;
    assert_eq!((answer.status, &answer.body["data"]["state"]), (200, &json!("applied")), "{}", answer.body);
    assert!(
        answer.body["data"]["warnings"][0].as_str().unwrap().contains("Warning: shared profile"),
        "{}",
        answer.body
    );
}
