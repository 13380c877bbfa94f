//! Several owners hold one ONU.

use futures::future::join_all;
use reqwest::Method;
use serde_json::json;

use super::{Case, fails, is};

#[tokio::test]
async fn service_returns_when_the_last_hold_is_lifted() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    assert_eq!((case.is_enabled(), case.sent()), (false, vec!["shutdown".to_owned()]));
    let abuse = case.suspend("abuse", "spam").await;
    is(&abuse, "unchanged", json!(["billing", "abuse"]));
    let lifted = case.resume("billing").await;
    is(&lifted, "unchanged", json!(["abuse"]));
    assert!(lifted.body["data"]["warnings"].to_string().contains("abuse"), "{}", lifted.body);
    assert!(lifted.body["message"].as_str().unwrap().contains("warnings say why"), "{}", lifted.body);
    assert_eq!((case.is_enabled(), case.sent()), (false, vec![]));
    is(&case.resume("abuse").await, "applied", json!([]));
    assert_eq!((case.is_enabled(), case.sent()), (true, vec!["no shutdown".to_owned()]));
    assert_eq!(case.owners().await, [""; 0]);
}

#[tokio::test]
async fn the_same_owner_again_changes_the_reason_alone() {
    let case = Case::new().await;
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    let again = case.suspend("billing", "unpaid for two months").await;
    is(&again, "unchanged", json!(["billing"]));
    assert!(again.body["data"]["warnings"].to_string().contains("the reason was"), "{}", again.body);
    let holds = case.writer.get("/holds?owner=billing&olt=sim").await.body["data"].clone();
    assert_eq!((holds.as_array().unwrap().len(), &holds[0]["reason"]), (1, &json!("unpaid for two months")));
    assert_eq!((&holds[0]["state"], &holds[0]["onu"]), (&json!("held"), &json!(case.serial)));
    is(&case.resume("billing").await, "applied", json!([]));
    assert!(case.is_enabled());
}

#[tokio::test]
async fn who_holds_nothing_opens_nothing() {
    let case = Case::new().await;
    case.by_hand("shutdown");
    fails(&case.resume("billing").await, 409, "not_held");
    is(&case.suspend("abuse", "spam").await, "unchanged", json!(["abuse"]));
    let none = case.resume("billing").await;
    fails(&none, 409, "not_held");
    assert!(none.body["error"].as_str().unwrap().contains("abuse"), "{}", none.body);
    assert!(!case.is_enabled());
    assert_eq!(case.owners().await, ["abuse"]);
}

#[tokio::test]
async fn an_unblock_of_a_held_onu_names_who_holds_it() {
    let case = Case::new().await;
    case.suspend("billing", "unpaid").await;
    case.sent();
    let unblocked = case.onu("unblock").await;
    fails(&unblocked, 409, "held_by_owners");
    assert!(
        unblocked.body["error"].as_str().unwrap().contains("\"billing\" (\"unpaid\")"),
        "{}",
        unblocked.body
    );
    fails(&case.onu("unblock?dry_run=true").await, 409, "held_by_owners");
    assert_eq!((case.is_enabled(), case.sent()), (false, vec![]));
    let jobs = case.writer.get("/jobs?kind=suspend").await.body["data"].clone();
    assert_eq!((&jobs[0]["owner"], &jobs[0]["reason"]), (&json!("billing"), &json!("unpaid")), "{jobs}");
}

/// A plan to unblock that was made before the ONU was suspended.
#[tokio::test]
async fn no_plan_of_before_opens_what_is_held() {
    let case = Case::new().await;
    case.by_hand("shutdown");
    let planned = case.onu("unblock?dry_run=true").await;
    let path = format!("/plans/{}/apply", planned.body["data"]["plan"]["id"].as_str().unwrap());
    is(&case.suspend("billing", "unpaid").await, "unchanged", json!(["billing"]));
    fails(&case.writer.send(Method::POST, &path, None).await, 409, "held_by_owners");
    assert!(!case.is_enabled());
}

#[tokio::test]
async fn a_deleted_onu_is_held_no_more() {
    let case = Case::new().await;
    case.suspend("billing", "unpaid").await;
    let deleted = case.writer.delete(&format!("/onu/sn/{}", case.serial)).await;
    assert_eq!(deleted.status, 200, "{}", deleted.body);
    assert!(deleted.body["data"]["warnings"].to_string().contains("billing"), "{}", deleted.body);
    assert_eq!(case.owners().await, [""; 0]);
}

/// Refused by the OLT, a suspension is none.
#[tokio::test]
async fn what_is_refused_is_not_held() {
    let case = Case::new().await;
    let no = oltsim::LineEffect::Refuse("%Code 62330-GPONSRV : Parameter exceeds range\n".into());
    case.writer.sim.set_line_faults(vec![oltsim::LineFault::first("shutdown", no.clone())]);
    fails(&case.suspend("billing", "unpaid").await, 422, "olt_refused");
    assert_eq!(case.owners().await, [""; 0]);
    is(&case.suspend("billing", "unpaid").await, "applied", json!(["billing"]));
    case.writer.sim.set_line_faults(vec![oltsim::LineFault::first("no shutdown", no)]);
    fails(&case.resume("billing").await, 422, "olt_refused");
    assert_eq!((case.owners().await, case.is_enabled()), (vec!["billing".to_owned()], false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_owners_at_once_end_in_the_right_state() {
    let case = Case::new().await;
    // Of one ONU so many may wait at a time; who is sent away comes again.
    let again = async |owner: &str, resumes: bool| {
        loop {
            let answer = if resumes { case.resume(owner).await } else { case.suspend(owner, "r").await };
            if answer.status != 503 {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    let owners: Vec<_> = (0..20).map(|n| format!("owner {n:02}")).collect();
    let suspended = join_all(owners.iter().map(|owner| again(owner, false))).await;
    assert!(suspended.iter().all(|answer| answer.status == 200), "{suspended:?}");
    assert_eq!((case.sent(), case.owners().await.len()), (vec!["shutdown".to_owned()], 20));
    let (stay, go) = owners.split_at(1);
    let resumed = join_all(go.iter().map(|owner| again(owner, true))).await;
    assert!(resumed.iter().all(|answer| answer.body["data"]["state"] == "unchanged"), "{resumed:?}");
    assert_eq!((case.sent(), case.owners().await, case.is_enabled()), (vec![], stay.to_vec(), false));
    is(&case.resume(&stay[0]).await, "applied", json!([]));
    assert!(case.is_enabled());
}

/// Each suspends and resumes as it likes: nobody holds it in the end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_who_come_and_go_leave_nothing_behind() {
    let case = Case::new().await;
    let both = async |owner: String| {
        assert_eq!(case.suspend(&owner, "r").await.status, 200);
        assert!(!case.is_enabled(), "{owner} holds it");
        assert_eq!(case.resume(&owner).await.status, 200);
    };
    join_all((0..10).map(|n| both(format!("owner {n}")))).await;
    assert_eq!((case.owners().await, case.is_enabled()), (vec![], true));
}

#[tokio::test]
async fn an_owner_need_not_be_named() {
    let case = Case::new().await;
    let path = "/onu/1-1-1/1/suspend";
    let asked = json!({"reason": "unpaid", "expect_serial": case.serial});
    is(&case.writer.post(path, asked).await, "applied", json!(["anonymous"]));
    fails(&case.writer.post("/onu/1-1-1/1/resume", json!({})).await, 400, "identity_required");
    let other = json!({"expect_serial": "ZTEG00000000"});
    fails(&case.writer.post("/onu/1-1-1/1/resume", other).await, 409, "not_held");
    let asked = json!({"expect_serial": case.serial});
    is(&case.writer.post("/onu/1-1-1/1/resume", asked).await, "applied", json!([]));
}
