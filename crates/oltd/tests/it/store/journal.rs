//! What is written is read again, and each call is the commits that it says.

use oltd::store::{
    ANSWER_MOST, Claim, JobFilter, JobState, Kept, PlanEnd, PlanState, StepEnd, StepState, Store, StoreError,
    Way,
};

use super::{DAY, at, begun, done, fresh, job, plain, plan, secret, step};

#[tokio::test]
async fn a_job_from_its_beginning_to_its_end() {
    let (_folder, _, store) = fresh().await;
    store.add_job(&job("j1", "head-end")).await.unwrap();
    let queued = store.job("j1").await.unwrap().unwrap();
    assert_eq!(
        (queued.state, queued.started_at, queued.caller.as_deref()),
        (JobState::Queued, None, Some("billing"))
    );
    store.start_job("j1", at(5)).await.unwrap();
    store.progress("j1", 1).await.unwrap();
    assert!(store.result("j1").await.unwrap().is_none());
    assert_eq!(store.end_job("j1", JobState::Pending, &secret("first"), at(9)).await.unwrap(), Kept::Whole);
    // Settled later.
    assert_eq!(store.end_job("j1", JobState::Done, &secret("then"), at(11)).await.unwrap(), Kept::Whole);
    let ended = store.job("j1").await.unwrap().unwrap();
    assert_eq!((ended.state, ended.done, ended.total), (JobState::Done, 1, 1));
    assert_eq!((ended.started_at, ended.finished_at), (Some(at(5)), Some(at(11))));
    assert_eq!(plain(&store.result("j1").await.unwrap().unwrap()), "then");

    assert!(store.job("j2").await.unwrap().is_none());
    for error in [
        store.start_job("j1", at(5)).await.unwrap_err(),
        store.start_job("j2", at(5)).await.unwrap_err(),
        store.end_job("j2", JobState::Done, &secret(""), at(5)).await.unwrap_err(),
        store.accept("j2").await.unwrap_err(),
    ] {
        assert!(matches!(error, StoreError::Unknown { what: "job", .. }), "{error}");
    }
    assert!(store.add_job(&job("j1", "head-end")).await.is_err());
}

#[tokio::test]
async fn jobs_are_listed_newest_first() {
    let (_folder, _, store) = fresh().await;
    for (id, olt) in [("a", "one"), ("b", "two"), ("c", "one"), ("d", "one")] {
        store.add_job(&job(id, olt)).await.unwrap();
    }
    store.start_job("c", at(1)).await.unwrap();
    let listed = async |filter: JobFilter| {
        store.jobs(&filter).await.unwrap().into_iter().map(|job| job.id).collect::<String>()
    };
    assert_eq!(listed(JobFilter::default()).await, "dcba");
    assert_eq!(listed(JobFilter { limit: 2, ..JobFilter::default() }).await, "dc");
    assert_eq!(listed(JobFilter { olt: Some("one".into()), ..JobFilter::default() }).await, "dca");
    let queued = JobFilter { olt: Some("one".into()), state: Some(JobState::Queued), ..JobFilter::default() };
    assert_eq!(listed(queued).await, "da");
    assert_eq!(listed(JobFilter { kind: Some("delete".into()), ..JobFilter::default() }).await, "");
}

#[tokio::test]
async fn a_draft_is_applied_by_one() {
    let (_folder, _, store) = fresh().await;
    store.keep_plan(&plan("p1", "head-end", &secret("name X"))).await.unwrap();
    let draft = store.plan("p1").await.unwrap().unwrap();
    assert_eq!(
        (draft.state, draft.applied_by.as_deref(), plain(&draft.document)),
        (PlanState::Draft, None, "name X".into())
    );

    let claims =
        futures::future::join_all(["j1", "j2", "j3"].map(|job| store.claim_plan("p1", job, at(1)))).await;
    let claims: Vec<Claim> = claims.into_iter().map(Result::unwrap).collect();
    let taken = claims.iter().filter(|claim| **claim == Claim::Claimed).count();
    assert_eq!(taken, 1, "{claims:?}");
    let by = store.plan("p1").await.unwrap().unwrap().applied_by.unwrap();
    assert_eq!(store.claim_plan("p1", "j4", at(1)).await.unwrap(), Claim::AlreadyApplied { job: by.clone() });

    // It turns out to be stale, and is drawn up no more; another may still try.
    store.release_plan("p1").await.unwrap();
    assert_eq!(store.claim_plan("p1", "j4", at(2)).await.unwrap(), Claim::Claimed);
    // Nobody but the job that claimed it begins it, and that once, as it knows it then.
    let begun = secret("name Y");
    assert!(matches!(store.begin("p1", "j5", &begun, 1, at(3)).await, Err(StoreError::Unknown { .. })));
    store.begin("p1", "j4", &begun, 1, at(3)).await.unwrap();
    assert!(matches!(store.begin("p1", "j4", &begun, 1, at(3)).await, Err(StoreError::Unknown { .. })));
    assert!(matches!(store.release_plan("p1").await, Err(StoreError::Unknown { .. })));
    let of_job = store.plans_of("j4").await.unwrap();
    assert_eq!((of_job.len(), plain(&of_job[0].document)), (1, "name Y".into()));

    store.keep_plan(&plan("p2", "head-end", &secret(""))).await.unwrap();
    assert_eq!(store.claim_plan("p2", "j4", at(0) + 7 * DAY).await.unwrap(), Claim::Expired);
    assert!(matches!(
        store.claim_plan("p3", "j4", at(1)).await,
        Err(StoreError::Unknown { what: "plan", .. })
    ));
}

#[tokio::test]
async fn a_step_is_two_commits() {
    let (_folder, _, store) = fresh().await;
    store.add_job(&job("j1", "head-end")).await.unwrap();
    let before = store.commits();
    store.begin_new(&plan("p1", "head-end", &secret("lines")), "j1", 20, at(0)).await.unwrap();
    assert_eq!(store.commits() - before, 1);
    for seq in 0..20 {
        let before = store.commits();
        step(&store, "p1", seq, Way::Forth, "ok", seq % 2 == 0, 1).await;
        assert_eq!(store.commits() - before, 2);
    }
    let before = store.commits();
    let _ = store.end("p1", PlanEnd::Ended, &secret("applied"), at(2)).await.unwrap();
    assert_eq!(store.commits() - before, 1);
    // What is refused is no commit.
    assert!(store.sending("p1", 20, Way::Forth, at(1)).await.is_err());
    store.job("j1").await.unwrap();
}

#[tokio::test]
async fn what_is_known_of_each_step_is_told() {
    let (_folder, settings, store) = fresh().await;
    begun(&store, "j1", "p1", 4).await;
    step(&store, "p1", 0, Way::Forth, "", true, 10).await;
    store.sending("p1", 1, Way::Forth, at(20)).await.unwrap();
    let refusal = secret("%Code 1");
    let refused = StepEnd { state: StepState::Refused, ..done(&refusal) };
    store.answered("p1", 1, Way::Forth, refused, false, at(21)).await.unwrap();
    store.sending("p1", 0, Way::Back, at(30)).await.unwrap();
    // Neither what was never reserved nor an answer to what was never sent.
    assert!(matches!(store.sending("p1", 4, Way::Forth, at(1)).await, Err(StoreError::Unknown { .. })));
    let early = store.answered("p1", 2, Way::Forth, done(&refusal), false, at(1)).await;
    assert!(matches!(early, Err(StoreError::Unknown { what: "step", .. })));
    // What runs is not pending as long as its process does.
    assert!(store.pending(None).await.unwrap().is_empty());
    drop(store);

    let store = reopened(&settings).await;
    assert!(store.pending(Some("elsewhere")).await.unwrap().is_empty());
    let pending = store.pending(Some("head-end")).await.unwrap();
    assert_eq!(pending.len(), 1);
    assert_eq!((pending[0].plan.state, pending[0].plan.epoch, store.epoch()), (PlanState::Pending, 1, 2));
    let known: Vec<_> = pending[0].steps.iter().map(|step| (step.seq, step.way, step.state)).collect();
    use {StepState::*, Way::*};
    assert_eq!(
        known,
        [
            (0, Forth, Done),
            (0, Back, Sent),
            (1, Forth, Refused),
            (1, Back, Waiting),
            (2, Forth, Waiting),
            (2, Back, Waiting),
            (3, Forth, Waiting),
            (3, Back, Waiting),
        ]
    );
    let objects = store.pending_objects(Some("head-end")).await.unwrap();
    let [held] = objects.as_slice() else { panic!("{objects:?}") };
    assert_eq!((held.object.as_str(), held.plan.as_str(), held.job.as_str()), ("1/1/1:4", "p1", "j1"));
    assert!(store.pending_objects(Some("elsewhere")).await.unwrap().is_empty());
    let refused = &pending[0].steps[2];
    assert_eq!(plain(refused.answer.as_ref().unwrap()), "%Code 1");
    assert_eq!((refused.sent_at, refused.took.unwrap().as_millis()), (Some(at(20)), 48));
    assert_eq!(store.job("j1").await.unwrap().unwrap().state, JobState::Pending);

    // Settling goes on where the other process ended.
    store.answered("p1", 0, Way::Back, done(&secret("")), true, at(50)).await.unwrap();
    assert_eq!(store.end("p1", PlanEnd::Ended, &secret("rolled_back"), at(60)).await.unwrap(), Kept::Whole);
    assert!(store.pending(None).await.unwrap().is_empty());
    let ended = store.plan("p1").await.unwrap().unwrap();
    assert_eq!((ended.state, ended.ended_at), (PlanState::Ended, Some(at(60))));
    assert_eq!(plain(&ended.outcome.unwrap()), "rolled_back");
    assert!(matches!(
        store.end("p1", PlanEnd::Ended, &secret(""), at(61)).await,
        Err(StoreError::Unknown { .. })
    ));
}

#[tokio::test]
async fn what_was_claimed_and_not_begun_waits_as_it_is() {
    let (_folder, settings, store) = fresh().await;
    store.add_job(&job("j1", "head-end")).await.unwrap();
    store.keep_plan(&plan("p1", "head-end", &secret("lines"))).await.unwrap();
    store.keep_plan(&plan("p2", "head-end", &secret("lines"))).await.unwrap();
    assert_eq!(store.claim_plan("p1", "j1", at(1)).await.unwrap(), Claim::Claimed);
    drop(store);
    let store = reopened(&settings).await;
    let pending = store.pending(None).await.unwrap();
    assert_eq!(
        pending.iter().map(|one| (one.plan.id.as_str(), one.steps.len())).collect::<Vec<_>>(),
        [("p1", 0)]
    );
    assert_eq!(store.job("j1").await.unwrap().unwrap().state, JobState::Queued);
    store.release_plan("p1").await.unwrap();
    assert!(store.pending(None).await.unwrap().is_empty());
    assert_eq!(store.plan("p2").await.unwrap().unwrap().state, PlanState::Draft);
}

#[tokio::test]
async fn a_plan_left_pending_is_told_in_the_same_process() {
    let (_folder, _, store) = fresh().await;
    begun(&store, "j1", "p1", 1).await;
    store.sending("p1", 0, Way::Forth, at(20)).await.unwrap();
    assert_eq!(store.end("p1", PlanEnd::Pending, &secret("unknown"), at(21)).await.unwrap(), Kept::Whole);
    let pending = store.pending(None).await.unwrap();
    assert_eq!(pending[0].steps[0].state, StepState::Sent);
    assert_eq!(pending[0].plan.ended_at, None);
}

#[tokio::test]
async fn a_long_answer_is_cut_between_characters() {
    let (_folder, _, store) = fresh().await;
    begun(&store, "j1", "p1", 4).await;
    for (seq, answer) in [
        (0, "x".repeat(ANSWER_MOST)),
        (1, "x".repeat(ANSWER_MOST + 1)),
        (2, "€".repeat(400)),
        (3, "🙂".repeat(400)),
    ] {
        step(&store, "p1", seq, Way::Forth, &answer, false, 1).await;
    }
    let steps = store.steps("p1").await.unwrap();
    let kept: Vec<String> = steps.iter().filter_map(|step| step.answer.as_ref()).map(plain).collect();
    assert_eq!(kept[0], "x".repeat(ANSWER_MOST));
    assert_eq!(kept[1], "x".repeat(ANSWER_MOST - 3) + "...");
    assert_eq!(kept[2], "€".repeat(169) + "...");
    assert_eq!(kept[3], "🙂".repeat(127) + "...");
}

#[tokio::test]
async fn records_are_told_newest_first() {
    let (_folder, _, store) = fresh().await;
    for (kind, text, ms) in
        [("save", "one", 1), ("save", "two", 3), ("login", "three", 2), ("save", "four", 3)]
    {
        store.add_record("head-end", kind, &secret(text), at(ms)).await.unwrap();
    }
    let records = store.records("head-end", "save", 2).await.unwrap();
    assert_eq!(records.iter().map(|record| plain(&record.document)).collect::<Vec<_>>(), ["four", "two"]);
    assert!(store.records("elsewhere", "save", 2).await.unwrap().is_empty());
}

/// A caller who leaves in the middle of a call leaves nothing half done, and nobody waits for him.
#[tokio::test]
async fn who_leaves_leaves_nothing_behind() {
    let (_folder, _, store) = fresh().await;
    for round in 0..60 {
        let id = format!("p{round}");
        let document = secret("lines");
        let plan = plan(&id, "head-end", &document);
        let mut call = Box::pin(store.begin_new(&plan, "j1", 3, at(1)));
        // Left after so many steps of the future, which are those of the calls below it.
        for _ in 0..round {
            if futures::poll!(call.as_mut()).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
            std::thread::sleep(std::time::Duration::from_micros(100));
        }
        drop(call);
        store.set_boot("head-end", at(1)).await.unwrap();
        let there = store.plan(&id).await.unwrap().map(|plan| plan.state);
        let steps = store.steps(&id).await.unwrap().len();
        assert!(matches!((there, steps), (None, 0) | (Some(PlanState::Running), 6)), "{there:?} {steps}");
    }
}

/// Opens again what was dropped a moment ago: its connections end in threads of their own.
pub(super) async fn reopened(settings: &oltd::store::StoreSettings) -> Store {
    Store::open(settings).await.unwrap()
}

/// Nobody is told that nothing of a job stands while a plan of it is begun and has not ended.
#[tokio::test]
async fn a_job_does_not_fail_over_what_it_has_begun() {
    let (_folder, _, store) = fresh().await;
    begun(&store, "j1", "p1", 1).await;
    for state in [JobState::Failed, JobState::Cancelled] {
        let _ = store.end_job("j1", state, &secret("nothing was sent"), at(3)).await.unwrap();
        assert_eq!(store.job("j1").await.unwrap().unwrap().state, JobState::Pending);
        assert!(store.result("j1").await.unwrap().is_none());
    }
    assert!(store.add_part(&job("j1", "head-end"), "whole").await.is_err(), "it is not tried again");
    let _ = store.end("p1", PlanEnd::Ended, &secret(""), at(4)).await.unwrap();
    let _ = store.end_job("j1", JobState::Failed, &secret("it was undone"), at(5)).await.unwrap();
    assert_eq!(store.job("j1").await.unwrap().unwrap().state, JobState::Failed);
}
