//! Who holds which ONUs, in lists and of one.

use serde_json::json;

use super::{Case, fails, is};

#[tokio::test]
async fn lists_and_filters_show_who_holds() {
    let case = Case::new().await;
    let list = async |query: &str| case.writer.get(&format!("/onus?limit=100&{query}")).await;
    let before = list("with=suspended_by,admin_state").await;
    let rows = before.body["data"].as_array().unwrap();
    assert!(rows.iter().all(|row| row["suspended_by"] == json!([])), "{}", before.body);
    assert!(list("").await.body["data"][0].get("suspended_by").is_none());
    let none = list("suspended_by=billing").await;
    assert_eq!(none.body["data"], json!([]), "{}", none.body);
    case.suspend("billing", "unpaid").await;
    case.suspend("abuse", "spam").await;
    for query in ["suspended_by=billing", "suspended_by=abuse"] {
        let held = list(query).await;
        assert_eq!(held.body["data"].as_array().unwrap().len(), 1, "{}", held.body);
        assert_eq!(held.body["data"][0]["serial_number"], json!(case.serial));
        assert_eq!(held.body["data"][0]["suspended_by"], json!(["billing", "abuse"]));
    }
    let shut = list("suspended_by=billing&admin_state=disabled").await;
    assert_eq!(shut.status, 200, "{}", shut.body);
    let of_pon = case.writer.get("/board/1/pon/1?suspended_by=billing").await;
    assert_eq!(of_pon.body["data"].as_array().unwrap().len(), 1, "{}", of_pon.body);
    fails(&list("suspended_by=%07").await, 400, "invalid_parameter");
}

/// Of the store at the time of the answer, never of a cached reading.
#[tokio::test]
async fn one_onu_shows_who_holds_it_and_why() {
    let case = Case::new().await;
    let path = "/board/1/pon/1/onu/1";
    let client = reqwest::Client::new();
    let etag = async || {
        let answer = client.get(format!("{}/api/v1{path}", case.writer.base)).send().await.unwrap();
        answer.headers()["etag"].clone()
    };
    assert!(case.writer.get(path).await.body["data"].get("suspended_by").is_none());
    case.suspend("billing", "unpaid").await;
    let one = case.writer.get(path).await.body["data"]["suspended_by"].clone();
    assert_eq!((&one[0]["owner"], &one[0]["reason"]), (&json!("billing"), &json!("unpaid")), "{one}");
    assert_eq!((&one[0]["by"], &one[0]["stays_shut"]), (&json!("shutdown"), &json!(false)), "{one}");
    let first = etag().await;
    assert_eq!(first, etag().await);
    // Nothing is sent to the OLT for it, so that no reading becomes too old.
    is(&case.suspend("abuse", "spam").await, "unchanged", json!(["billing", "abuse"]));
    assert_ne!(first, etag().await);
    let owners = case.writer.get(path).await.body["data"]["suspended_by"].clone();
    assert_eq!(owners.as_array().unwrap().len(), 2, "{owners}");
}
