//! Changes of an ONU that exists, each as it is when nothing goes wrong.

use gpon::OnuRef;
use oltsim::SMALL;
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
