//! Log lines that tear what is read back behind a write.

use oltsim::{AtLine, LineEffect, LineFault, SMALL, Stop};
use rig::Writer;
use rig::every_step::onu;
use serde_json::json;

const SHOW: &str = "show running-config interface gpon-onu_";
const LOG: &str = "%Alarm 18433 occurred level 6 sent by CLI";

/// A name is set, and every reading behind it is torn at first; what the OLT holds then, and
/// what is told.
async fn torn(behind: &str, with: &str) -> (String, String) {
    let writer = Writer::start(SMALL).await;
    let mut gate = writer.sim.hold(Stop::Line(AtLine::Begins("name House 7".into())));
    let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7"});
    let (answer, ()) = tokio::join!(writer.put("/onu-management/description", body), async {
        gate.reached().await.unwrap();
        let effect = LineEffect::Tear { behind: behind.to_owned(), with: with.to_owned() };
        writer.sim.set_line_faults(vec![LineFault::first(SHOW, effect)]);
        drop(gate);
    });
    assert_eq!(writer.sim.line_faults(), [], "it came to that");
    let name = writer.sim.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap();
    let told = format!("{} {}", answer.status, answer.body["data"]);
    (String::from_utf8_lossy(&name).into_owned(), told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_name_is_nobody_elses() {
    for (behind, with) in [
        // In lines of its own.
        ("name Hou", format!("\n{LOG}\n")),
        // Without the end of the line before it, behind it, and either.
        ("name Hou", format!("{LOG}\n")),
        ("name Hou", format!("\n{LOG}")),
        ("name Hou", LOG.to_owned()),
        ("na", format!("\n{LOG}\n")),
        ("name House 7", LOG.to_owned()),
        ("  ", format!("{LOG}\n")),
    ] {
        let (name, told) = torn(behind, &with).await;
        assert_eq!(name, "House 7", "{behind:?} {with:?}: {told}");
        assert!(
            told.starts_with("200 ") && told.contains("\"verified\":true"),
            "{behind:?} {with:?}: {told}"
        );
        assert!(!told.contains("somebody"), "{behind:?} {with:?}: {told}");
    }
}

/// What a name is brought back to is what it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_torn_name_is_no_old_value() {
    let writer = Writer::start(SMALL).await;
    for query in ["?dry_run=true", ""] {
        let effect = LineEffect::Tear { behind: "name Budi".to_owned(), with: format!("\n{LOG}\n") };
        let refuse = LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".to_owned());
        writer
            .sim
            .set_line_faults(vec![LineFault::first(SHOW, effect), LineFault::first("description", refuse)]);
        let body = json!({"pon_port": "1/1/1", "onu_id": 1, "name": "House 7", "description": "first floor"});
        let answer = writer.put(&format!("/onu-management/description{query}"), body).await;
        if query.is_empty() {
            assert_eq!(answer.body["data"]["state"], "rolled_back", "{}", answer.body);
        } else {
            let undo = answer.body["data"]["plan"]["undo"].to_string();
            assert!(undo.contains("\"name Budi Santoso\""), "{}", answer.body);
        }
        let name = writer.sim.device(|device| device.onu(onu()).unwrap().configured.name.clone()).unwrap();
        assert_eq!(name, b"Budi Santoso", "{}", answer.body);
    }
}
