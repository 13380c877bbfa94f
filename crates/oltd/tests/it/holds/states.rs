//! A hold follows its job, whatever becomes of that.

use std::time::SystemTime;

use oltd::store::{
    HoldAct, HoldFilter, HoldState, HoldWish, JobState, Lifting, NewJob, Store, StoreSettings,
};
use secrecy::SecretSlice;

const ONU: &str = "ZTEG09639794";

async fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&StoreSettings::new(folder.path())).await.unwrap();
    (folder, store)
}

/// A job about the hold of this owner that has begun.
async fn job(store: &Store, id: &str, act: HoldAct, owner: &str) -> Option<Lifting> {
    let wish = HoldWish {
        act,
        olt: "sim".into(),
        onu: "1/1/1:1".into(),
        owner: owner.into(),
        reason: if act == HoldAct::Suspend { "unpaid".into() } else { String::new() },
        caller: None,
    };
    let now = SystemTime::now();
    let job = NewJob {
        id,
        kind: act.as_str(),
        olt: "sim",
        caller: None,
        request_id: "r",
        reference: None,
        object: "1/1/1:1",
        total: 1,
        created_at: now,
    };
    store.add_job_wishing(&job, None, &wish, None).await.unwrap();
    match act {
        HoldAct::Suspend => {
            store.begin_hold(id, ONU, now).await.unwrap();
            None
        }
        HoldAct::Resume => Some(store.begin_resume(id, ONU).await.unwrap()),
    }
}

async fn end(store: &Store, id: &str, state: JobState) {
    let told = SecretSlice::from(b"{}".to_vec());
    let _ = store.end_job(id, state, &told, SystemTime::now()).await.unwrap();
}

/// The owners of the ONU, and what is known of their holds.
async fn holds(store: &Store) -> Vec<(String, HoldState)> {
    let filter = HoldFilter { onu: Some(ONU.into()), ..HoldFilter::default() };
    store.holds(&filter).await.unwrap().into_iter().map(|hold| (hold.owner, hold.state)).collect()
}

fn one(owner: &str, state: HoldState) -> Vec<(String, HoldState)> {
    vec![(owner.to_owned(), state)]
}

#[tokio::test]
async fn one_that_is_made() {
    use JobState::{Cancelled, Done, Failed, Lost, Partial, Pending};
    for (ends, known) in [
        (&[Done][..], Some(HoldState::Held)),
        (&[Failed], None),
        (&[Cancelled], None),
        (&[Pending], Some(HoldState::Unknown)),
        (&[Pending, Done], Some(HoldState::Held)),
        (&[Pending, Failed], None),
        (&[Partial], Some(HoldState::Unknown)),
        (&[Done, Lost], Some(HoldState::Unknown)),
        (&[Done, Lost, Done], Some(HoldState::Held)),
        (&[Done, Lost, Failed], None),
    ] {
        let (_folder, store) = store().await;
        job(&store, "j", HoldAct::Suspend, "billing").await;
        assert_eq!(holds(&store).await, one("billing", HoldState::BeingMade));
        for state in ends {
            end(&store, "j", *state).await;
        }
        let expected = known.map_or_else(Vec::new, |known| one("billing", known));
        assert_eq!(holds(&store).await, expected, "{ends:?}");
        if ends == [Partial] || ends == [Done, Lost] {
            store.accept("j").await.unwrap();
            // What was lost is shut by nobody.
            let known = if ends == [Partial] { HoldState::Held } else { HoldState::Unknown };
            assert_eq!(holds(&store).await, one("billing", known), "{ends:?}");
        }
    }
}

#[tokio::test]
async fn one_that_is_lifted() {
    use JobState::{Done, Failed, Lost, Partial, Pending};
    for (ends, known) in [
        (&[Done][..], None),
        (&[Failed], Some(HoldState::Held)),
        (&[Pending], Some(HoldState::Unknown)),
        (&[Pending, Done], None),
        (&[Pending, Failed], Some(HoldState::Held)),
        (&[Partial], Some(HoldState::Unknown)),
        // Taken back, it is there again.
        (&[Done, Lost, Failed], Some(HoldState::Held)),
    ] {
        let (_folder, store) = store().await;
        job(&store, "s", HoldAct::Suspend, "billing").await;
        end(&store, "s", Done).await;
        // Nothing was sent for it: somebody had shut the ONU before.
        assert_eq!(job(&store, "r", HoldAct::Resume, "billing").await, Some(Lifting::StaysShut));
        for state in ends {
            end(&store, "r", *state).await;
        }
        let expected = known.map_or_else(Vec::new, |known| one("billing", known));
        assert_eq!(holds(&store).await, expected, "{ends:?}");
    }
}

/// Of the same owner again, and failed: the hold of before stays, with its reason.
#[tokio::test]
async fn one_that_was_there() {
    let (_folder, store) = store().await;
    job(&store, "a", HoldAct::Suspend, "billing").await;
    end(&store, "a", JobState::Done).await;
    job(&store, "b", HoldAct::Suspend, "billing").await;
    assert_eq!(holds(&store).await, one("billing", HoldState::Held));
    end(&store, "b", JobState::Failed).await;
    assert_eq!(holds(&store).await, one("billing", HoldState::Held));
    // Who holds nothing lifts nothing, and puts nothing back.
    assert!(
        matches!(job(&store, "c", HoldAct::Resume, "abuse").await, Some(Lifting::NotHeld(by)) if by.len() == 1)
    );
    end(&store, "c", JobState::Failed).await;
    assert_eq!(holds(&store).await, one("billing", HoldState::Held));
}
