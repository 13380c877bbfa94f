//! Targets that are chosen by what the OLTs say of their ONUs.

use oltd::app::Site;
use oltd::writing::Writes;
use oltsim::{Effect, Fault, SMALL};
use reqwest::Method;
use rig::{Answer, Writer, WriterOptions};
use serde_json::{Value, json};

use super::{each, place, serial, two};

async fn dry(writer: &Writer, path: &str, wish: Value) -> Answer {
    writer.send(Method::POST, &format!("{path}?dry_run=true"), Some(wish)).await
}

#[track_caller]
fn fails(answer: &Answer, status: u16, code: &str, detail: &str) {
    assert_eq!((answer.status, &answer.body["error_code"]), (status, &json!(code)), "{}", answer.body);
    let error = answer.body["error"].as_str().unwrap();
    assert!(error.contains(detail), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_many_as_were_expected_or_none() {
    let writer = Writer::start(SMALL).await;
    let wish = |filter: Value, expect: Value| json!({"filter": filter, "expect": expect});
    let filter = json!({"pon_port": "1/1/1", "state": ["LOS", "dying_gasp"]});
    // A dry run tells how many there are, and who.
    let told = dry(&writer, "/batch/block", json!({"filter": filter})).await;
    assert_eq!((told.status, &told.body["data"]["total"]), (200, &json!(2)), "{}", told.body);
    assert_eq!(each(&told, "onu_id"), [2, 3]);
    assert_eq!(each(&told, "will"), ["change", "change"], "{}", told.body);
    fails(&writer.post("/batch/block", json!({"filter": filter})).await, 400, "invalid_parameter", "expect:");
    let other = writer.post("/batch/block", wish(filter.clone(), json!(3))).await;
    fails(&other, 409, "plan_stale", "3 ONUs were expected, and 2 meet the filter: sim 1/1/1:2");
    let none = writer.post("/batch/block", wish(json!({"onu_type": "NO-SUCH"}), json!(1))).await;
    fails(&none, 409, "plan_stale", "1 ONUs were expected, and 0 meet the filter");
    let none = dry(&writer, "/batch/block", json!({"filter": {"onu_type": "NO-SUCH"}})).await;
    assert_eq!((none.status, &none.body["data"]["total"]), (200, &json!(0)), "{}", none.body);
    assert!(writer.configured().is_empty());
    let done = writer.post("/batch/block", wish(filter.clone(), json!(2))).await;
    assert_eq!((done.status, each(&done, "state")), (200, vec!["applied".into(); 2]), "{}", done.body);
    let who = [2, 3].map(|onu| json!(serial(&writer.sim, onu)));
    assert_eq!(each(&done, "serial_number"), who, "{}", done.body);
    // What was read a moment ago is not what is chosen by now.
    writer.get("/onus?with=admin_state").await;
    writer.sim.type_as_somebody(&["configure terminal", "interface gpon-onu_1/1/1:2", "no shutdown"]);
    let shut = json!({"filter": {"admin_state": "disabled"}, "expect": 1});
    let done = writer.post("/batch/unblock", shut).await;
    assert_eq!((done.status, each(&done, "onu_id")), (200, vec![json!(3)]), "{}", done.body);
    for wrong in [
        json!({"filter": {"status": "LOS"}, "expect": 1}),
        json!({"filter": {"state": "asleep"}, "expect": 1}),
        json!({"filter": {"pon_port": []}, "expect": 1}),
        json!({"filter": {}, "targets": [], "expect": 1}),
        json!({"expect": 1}),
        json!({"filter": {}, "expect": 0}),
    ] {
        let answer = writer.post("/batch/block", wrong).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
    }
    let gone = writer.post("/batch/block", json!({"filter": {"pon_port": "1/1/9"}, "expect": 1})).await;
    assert_eq!(gone.status, 404, "{}", gone.body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_who_holds_them_and_over_several_olts() {
    let writer = two().await;
    let olts = [&writer.sim, &writer.others[0]];
    let targets: Vec<Value> = olts.iter().map(|sim| json!({"serial_number": serial(sim, 1)})).collect();
    let wish = json!({"targets": targets, "owner": "billing", "reason": "unpaid"});
    assert_eq!(writer.post("/batch/suspend", wish).await.status, 200);
    let resume = |filter: Value, expect: u32| {
        let wish = json!({"filter": filter, "expect": expect, "owner": "billing"});
        let writer = &writer;
        async move { writer.post("/batch/resume", wish).await }
    };
    let held = json!({"suspended_by": "billing"});
    let one = resume(json!({"suspended_by": "billing", "olt": "sim"}), 2).await;
    fails(&one, 409, "plan_stale", "and 1 meet the filter: sim 1/1/1:1");
    let none = resume(json!({"suspended_by": "abuse"}), 1).await;
    fails(&none, 409, "plan_stale", "and 0 meet");
    let all = resume(held, 2).await;
    assert_eq!((all.status, each(&all, "olt")), (200, vec![json!("sim"), json!("sim2")]), "{}", all.body);
    for sim in olts {
        assert!(sim.device(|device| device.onu(place(1)).unwrap().configured.enabled).unwrap());
    }
    let below = json!({"filter": {"olt": "sim2"}, "expect": 1});
    let other = writer.post("/olts/sim/batch/block", below).await;
    fails(&other, 400, "invalid_parameter", "filter.olt");
}

/// Nobody is left out because something could not be read, or may not be written to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_cannot_be_told_to_be_meant_ends_it() {
    let site: fn(Site) -> Site = |site| match site.olt.id() {
        "sim2" => Site { writes: Writes::Off, ..site },
        _ => site,
    };
    let options =
        WriterOptions { others: vec![super::other()], site: Some(site), ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let off = json!({"filter": {"state": "LOS"}, "expect": 1});
    fails(&writer.post("/batch/reboot", off).await, 403, "forbidden", "sim2");
    let mut known = json!({"filter": {"olt": "sim", "state": "LOS"}, "expect": 1});
    let answer = dry(&writer, "/batch/reboot", known.clone()).await;
    assert_eq!((answer.status, &answer.body["data"]["total"]), (200, &json!(1)), "{}", answer.body);
    writer.sim.set_faults(vec![Fault::snmp(Effect::Silence)]).unwrap();
    let answer = writer.post("/batch/reboot", known.clone()).await;
    assert!([503, 504].contains(&answer.status), "{}", answer.body);
    writer.sim.set_faults(Vec::new()).unwrap();
    known["filter"]["olt"] = json!("nowhere");
    assert_eq!(writer.post("/batch/reboot", known).await.status, 404);
    assert!(writer.configured().is_empty());
}

/// Asked again under its key it is told again, however many meet the filter by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_before_is_not_chosen_anew() {
    let writer = Writer::start(SMALL).await;
    let ask = async || {
        let wish = json!({"filter": {"state": "LOS", "admin_state": "enabled"}, "expect": 1});
        let request = reqwest::Client::new().post(format!("{}/api/v1/batch/block", writer.base));
        let answer = request.header("idempotency-key", "k").json(&wish).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["data"]["job"].clone())
    };
    let first = ask().await;
    assert_eq!(first.0, 200);
    assert_eq!(ask().await, first);
}
