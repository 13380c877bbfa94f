//! Every kind of batch, and all that its answer says.

use oltsim::SMALL;
use reqwest::Method;
use rig::Writer;
use serde_json::{Value, json};

use super::{NAMES, at, each, job, name, named, place, serial, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_named() {
    let writer = Writer::start(SMALL).await;
    let wish = json!({"targets": [
        with(named(1, "House 1"), json!({"ref": "first", "description": "ground floor"})),
        {"serial_number": serial(&writer.sim, 2), "name": "House 2"},
        named(1, "House 1"),
    ]});
    let answer = writer.put(NAMES, wish).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!((name(&writer.sim, 1), name(&writer.sim, 2)), ("House 1".into(), "House 2".into()));
    assert_eq!(each(&answer, "state"), ["applied", "applied", "unchanged"]);
    let whole = job(&answer);
    let mut body = answer.body;
    body["data"]["execution_time_ms"] = Value::from(0);
    body["data"]["job"] = "job".into();
    for (nr, result) in body["data"]["results"].as_array_mut().unwrap().iter_mut().enumerate() {
        result["job"] = format!("job {nr}").into();
    }
    insta::assert_json_snapshot!("many_are_named", body);
    // Its job tells the same, and the jobs of its targets stand below it alone.
    let told = writer.get(&format!("/jobs/{whole}")).await.body["data"].clone();
    assert_eq!((&told["kind"], &told["state"]), (&json!("batch_describe"), &json!("done")), "{told}");
    assert_eq!(told["progress"], json!({"done": 3, "total": 3}));
    assert_eq!(told["result"]["results"][1]["serial_number"], serial(&writer.sim, 2));
    assert_eq!(told["plans"].as_array().unwrap().len(), 2, "{told}");
    let listed = writer.get("/jobs").await.body["data"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    let parts = writer.get(&format!("/jobs?parent={whole}")).await.body["data"].clone();
    assert_eq!(parts.as_array().unwrap().len(), 3, "{parts}");
    assert_eq!((&parts[0]["kind"], &parts[0]["parent"]), (&json!("describe"), &json!(whole)), "{parts}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_blocked_and_unblocked() {
    let writer = Writer::start(SMALL).await;
    let targets: Vec<Value> =
        [1, 2, 3].iter().map(|onu| json!({"serial_number": serial(&writer.sim, *onu)})).collect();
    let admin = |onu| writer.sim.device(|device| device.onu(place(onu)).unwrap().configured.enabled).unwrap();
    for (path, before, after, state) in
        [("/batch/block", "enabled", "disabled", false), ("/batch/unblock", "disabled", "enabled", true)]
    {
        let answer = writer.post(path, json!({"onus": targets})).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        for result in answer.body["data"]["results"].as_array().unwrap() {
            assert_eq!(result["before"]["admin_state"], before, "{result}");
            assert_eq!(result["after"]["admin_state"], after, "{result}");
        }
        assert_eq!([1, 2, 3].map(admin), [state; 3]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_restarted() {
    let writer = Writer::start(SMALL).await;
    let online = writer.sim.device(|device| {
        device.onus().filter(|(_, onu)| onu.is_online()).map(|(at, _)| at).collect::<Vec<_>>()
    });
    let target = |at: &gpon::OnuRef| json!({"pon_port": at.pon.to_string(), "onu_id": at.id.get()});
    let targets: Vec<Value> = online.unwrap().iter().map(target).collect();
    let answer = writer.post("/batch/reboot", json!({"targets": targets, "via": "omci"})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(each(&answer, "state").iter().all(|state| state == "applied"), "{}", answer.body);
    let asked = writer.configured().into_iter().filter(|line| line == "reboot").count();
    assert_eq!(asked, targets.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_are_deleted() {
    let writer = Writer::start(SMALL).await;
    let targets: Vec<Value> =
        [3, 4].iter().map(|onu| json!({"serial_number": serial(&writer.sim, *onu)})).collect();
    let answer = writer.post("/batch/delete", json!({"targets": targets})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer, "after"), [Value::Null, Value::Null]);
    assert_eq!(answer.body["data"]["results"][0]["before"]["admin_state"], "enabled");
    let left = |onu| writer.sim.device(|device| device.onu(place(onu)).is_some()).unwrap();
    assert_eq!([2, 3, 4].map(left), [true, false, false]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_key_gets_the_first_answer() {
    let writer = Writer::start(SMALL).await;
    let client = reqwest::Client::new();
    let ask = async |name: &str| {
        let request = client.request(Method::PUT, format!("{}/api/v1{NAMES}", writer.base));
        let wish = json!({"targets": [named(1, name), named(2, "B")]});
        let answer = request.header("idempotency-key", "k").json(&wish).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let (first, again, another) = (ask("A").await, ask("A").await, ask("C").await);
    assert_eq!((first.0, &first.1["data"]), (200, &again.1["data"]), "{first:?} {again:?}");
    assert_eq!((another.0, &another.1["error_code"]), (409, &json!("key_reused")), "{another:?}");
    assert_eq!(writer.configured(), ["name A", "name B"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_wait_sees_how_far_it_is() {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(oltsim::Stop::Line(oltsim::AtLine::Begins("name B".into())));
    let request = reqwest::Client::new().put(format!("{}/api/v1{NAMES}", writer.base));
    let wish = json!({"targets": [named(1, "A"), named(2, "B"), named(3, "C")]});
    let answer = request.header("prefer", "respond-async").json(&wish).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    let location = answer.headers()["location"].to_str().unwrap().trim_start_matches("/api/v1").to_owned();
    gate.reached().await.unwrap();
    let told = writer.get(&location).await.body["data"].clone();
    assert_eq!((&told["state"], &told["progress"]["done"]), (&json!("running"), &json!(1)), "{told}");
    let results = &told["result"]["results"];
    assert_eq!([0, 1, 2].map(|nr| results[nr]["state"].clone()), ["applied", "running", "queued"], "{told}");
    drop(gate);
    super::job_in(&writer, told["id"].as_str().unwrap(), &["done"]).await;
    let _ = at(1);
}
