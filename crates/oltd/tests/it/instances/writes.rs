//! What one instance has changed is no older in another one.

use oltsim::{LineEffect, LineFault, SMALL};
use rig::{RedisServer, Writer, WriterOptions, is_here, until};
use serde_json::json;

use super::{instance, patient};

/// A write that holds, one that is taken back, and one of which a part remains: each of
/// them makes what the other instance kept too old.
#[tokio::test]
async fn a_write_is_seen_in_every_instance() {
    if !is_here() {
        return;
    }
    let redis = RedisServer::start().await;
    let options = WriterOptions { redis: Some(patient(&redis)), ..WriterOptions::default() };
    let writer = Writer::with(SMALL, options).await;
    let other = instance(&writer.sim, patient(&redis)).await;
    let no = || LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    let interface = "gpon-onu_1/1/1:1";
    for (name, refused, state, holds) in [
        ("House 7", vec![], "applied", "House 7"),
        ("House 8", vec!["description first floor"], "rolled_back", "House 7"),
        ("House 9", vec!["description first floor", "name House 7"], "partial", "House 9"),
    ] {
        until(async || other.name(1).await.1 == "cache").await;
        for line in &refused {
            writer.sim.add_line_fault(LineFault::once(interface, line, no()));
        }
        let description = if refused.is_empty() { "ground floor" } else { "first floor" };
        let asked = json!({"pon_port": "1/1/1", "onu_id": 1, "name": name, "description": description});
        let answer = writer.put("/onu-management/description", asked).await;
        assert_eq!(answer.body["data"]["state"], state, "{}", answer.body);
        // It is told a moment later.
        until(async || other.name(1).await == (holds.to_owned(), "live".to_owned())).await;
    }
}
