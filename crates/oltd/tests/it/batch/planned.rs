//! A dry run sends nothing that changes anything.

use oltd::app::Site;
use oltd::writing::Writes;
use oltsim::SMALL;
use rig::{Writer, WriterOptions};
use serde_json::{Value, json};

use super::{NAMES, each, name, named, other, serial, with};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_would_be_done_is_told_of_each() {
    let site: fn(Site) -> Site = |site| Site { writes: Writes::Plan, ..site };
    let options = WriterOptions { site: Some(site), others: vec![other()], ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let on = |onu, name: &str| with(named(onu, name), json!({"olt": "sim", "ref": name}));
    let wish = json!({"targets": [
        on(1, "House 1"),
        on(1, &name(&writer.sim, 1)),
        on(9, "nobody"),
        {"serial_number": serial(&writer.others[0], 2), "name": "House 2"},
        {"serial_number": "ZTEGFFFFFFF0", "name": "nobody"},
    ]});
    let answer = writer.put(&format!("{NAMES}?dry_run=true"), wish).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(each(&answer, "will"), ["change", "unchanged", "cannot", "change", "cannot"]);
    assert_eq!(each(&answer, "olt"), [json!("sim"), json!("sim"), json!("sim"), json!("sim2"), Value::Null]);
    let lines = answer.body["data"]["results"][0]["lines"].as_array().unwrap();
    assert!(lines.iter().any(|line| line["line"] == "name House 1"), "{lines:?}");
    assert_eq!(answer.body["data"]["results"][0]["after"]["name"], "House 1", "{}", answer.body);
    assert_eq!(answer.body["data"]["results"][2]["error_code"], "onu_not_found", "{}", answer.body);
    for sim in [&writer.sim, &writer.others[0]] {
        assert!(sim.command_lines().iter().all(|line| !line.configures && line.line != "configure terminal"));
    }
    assert_eq!(writer.get("/jobs").await.body["data"], json!([]), "nothing is kept");
}
