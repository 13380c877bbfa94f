//! Plans to suspend and to resume, and the store behind them.

use oltd::store::{HoldFilter, Store, StoreSettings};
use reqwest::Method;
use serde_json::json;

use super::{Case, fails, is};

impl Case {
    /// A plan to do this; the path to apply it by.
    async fn planned(&self, what: &str, body: serde_json::Value, suspended_by: serde_json::Value) -> String {
        let path = format!("/onu/sn/{}/{what}?dry_run=true", self.serial);
        let dry = self.writer.post(&path, body).await;
        assert_eq!(dry.status, 200, "{}", dry.body);
        let plan = &dry.body["data"]["plan"];
        assert_eq!(plan["suspended_by"], suspended_by, "{plan}");
        format!("/plans/{}/apply", plan["id"].as_str().unwrap())
    }
}

#[tokio::test]
async fn a_kept_plan_makes_the_hold_and_another_lifts_it() {
    let case = Case::new().await;
    let wish = json!({"owner": "billing", "reason": "unpaid"});
    let suspend = case.planned("suspend", wish, json!(["billing"])).await;
    assert_eq!((case.owners().await, case.sent()), (vec![], vec![]), "nothing is done yet");
    let apply = async |path: &str| case.writer.send(Method::POST, path, None).await;
    is(&apply(&suspend).await, "applied", json!(["billing"]));
    assert_eq!((case.owners().await, case.is_enabled()), (vec!["billing".to_owned()], false));
    fails(&apply(&suspend).await, 409, "plan_applied");
    let resume = case.planned("resume", json!({"owner": "billing"}), json!([])).await;
    is(&case.suspend("abuse", "spam").await, "unchanged", json!(["billing", "abuse"]));
    // It would have opened what somebody else holds by now.
    let stale = apply(&resume).await;
    fails(&stale, 409, "plan_stale");
    assert!(stale.body["error"].as_str().unwrap().contains("suspended_by"), "{}", stale.body);
    assert_eq!((case.owners().await.len(), case.is_enabled()), (2, false));
    let resume = case.planned("resume", json!({"owner": "billing"}), json!(["abuse"])).await;
    is(&apply(&resume).await, "unchanged", json!(["abuse"]));
    let path = format!("/onu/sn/{}/resume?dry_run=true", case.serial);
    fails(&case.writer.post(&path, json!({"owner": "billing"})).await, 409, "not_held");
    let last = case.planned("resume", json!({"owner": "abuse"}), json!([])).await;
    is(&apply(&last).await, "applied", json!([]));
    assert!(case.is_enabled());
}

/// One without lines, of which it is not known any more whether it has none.
#[tokio::test]
async fn a_plan_without_lines_is_looked_at_again() {
    let case = Case::new().await;
    case.by_hand("shutdown");
    let suspend = case.planned("suspend", json!({"owner": "b", "reason": "r"}), json!(["b"])).await;
    case.by_hand("no shutdown");
    fails(&case.writer.send(Method::POST, &suspend, None).await, 409, "plan_stale");
    assert_eq!((case.owners().await, case.is_enabled()), (vec![], true));
}

/// Holds outlive the server.
#[tokio::test]
async fn holds_are_kept() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    case.writer.app.jobs().store().unwrap().close().await.unwrap();
    let store = Store::open(&StoreSettings::new(case.writer.folder())).await.unwrap();
    let holds = store.holds(&HoldFilter::default()).await.unwrap();
    assert_eq!((holds.len(), holds[0].owner.as_str(), holds[0].onu.as_str()), (1, "billing", &*case.serial));
}
