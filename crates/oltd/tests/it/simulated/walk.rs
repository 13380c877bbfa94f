//! A real device's recorded walk, read as the device would be.

use oltsim::Source;
use serde_json::{Value, json};

use super::{Rig, column};

/// ONUs of each PON of the recorded device.
const ONUS: [usize; 8] = [5, 0, 18, 39, 19, 9, 25, 10];

#[tokio::test]
async fn a_real_c320() {
    let Some(folder) = std::env::var_os("WALKS") else {
        println!("skipped: WALKS does not name a folder of recorded walks");
        return;
    };
    let path = std::path::Path::new(&folder).join("c320-v2.1.0-gtgo.snmprec");
    let rig = Rig::start(Source::Walk(path)).await;

    let cards = rig.body("/system/cards").await;
    assert_eq!(column(&cards, "card_type"), ["GTGOG", "PRAM", "SMXA"]);
    assert_eq!(column(&cards, "status"), ["INSERVICE"; 3]);
    assert_eq!(column(&cards, "cpu"), [11, 0, 8]);
    assert_eq!(column(&cards, "memory"), [26, 0, 25]);
    assert_eq!(column(&cards, "temperature"), [38, 37, 43]);
    assert_eq!(cards["data"][0]["description"], "8 ports GPON OLT line card.");

    let mut unknown = 0;
    for (pon, count) in (1..=8).zip(ONUS) {
        let list = rig.body(&format!("/board/1/pon/{pon}")).await;
        let rows = list["data"].as_array().unwrap();
        assert_eq!(rows.len(), count, "PON {pon}");
        assert!(rows.iter().all(|row| row["source"] == "distance" && row["name"].is_null()), "PON {pon}");
        unknown += rows.iter().filter(|row| row["distance"].is_null()).count();
        let info = rig.body(&format!("/board/1/pon/{pon}/info")).await;
        assert_eq!(info["data"]["operational_status"], if pon == 2 { "down" } else { "up" });
        // Who has no light stands in no table of this walk.
        assert_eq!(info["data"]["total_onus"], Value::Null, "PON {pon}: {info}");
        assert_eq!(list["partial"].is_array(), count == 0, "PON {pon}: {list}");
        for path in ["onu_id/empty", "onu/128"] {
            assert_eq!(rig.get(&format!("/board/1/pon/{pon}/{path}")).await.0, 422, "PON {pon} {path}");
        }
    }
    assert_eq!(unknown, 3);
    let first = column(&rig.body("/board/1/pon/1").await, "onu_id")[0].as_u64().unwrap();
    let onu = rig.body(&format!("/board/1/pon/1/onu/{first}")).await;
    assert_eq!(onu["data"]["source"], "distance");
    assert_eq!(rig.get("/board/1/pon/9").await.0, 404);

    let environment = rig.body("/system/environment").await;
    assert_eq!(environment["data"]["temperature"], 42);
    assert_eq!(environment["data"]["fans"].as_array().unwrap().len(), 2);
    let uplinks = rig.body("/system/uplinks").await;
    assert_eq!(column(&uplinks, "name"), ["gei_1/4/1", "xgei_1/4/2", "gei_1/4/3"]);
    // What the walk lacks is said.
    assert_eq!(rig.body("/onu/unconfigured").await["data"], json!([]));
    // Every OLT has the profile `default`, so that no row means no table.
    for path in ["/profiles/traffic", "/traffic/dba-profiles", "/vlan/service-ports"] {
        assert_eq!(rig.get(path).await.0, 422, "{path}");
    }
    assert!(!rig.body("/vlan").await["data"].as_array().unwrap().is_empty());
    assert_eq!(rig.body("/onus?limit=100").await["total_rows"], 125);
}
