//! What an instance has invalidated, no instance serves.

use std::time::{Duration, Instant};

use oltd::cache::Scope;
use rig::Instance;

use super::{RedisServer, delay, instance, patient, rename, two, two_with};

#[tokio::test]
async fn nothing_older_here_at_once_and_there_soon() {
    let Some((sim, _redis, [a, b])) = two().await else { return };
    for round in 0..10 {
        let name = format!("round {round}");
        rename(&sim, 1, &name);
        a.invalidate(1).await;
        let told = Instant::now();
        assert_eq!(a.name(1).await.0, name, "nothing older once the answer is out");
        while b.name(1).await.0 != name {
            // Far less by itself, far more without a message.
            assert!(told.elapsed() < Duration::from_secs(2), "the other still serves the older one");
        }
        // The other is asked next, so that both have it in memory.
        assert_eq!(b.name(1).await, (name, "cache".to_owned()));
    }
}

/// While the invalidation is on its way to the store, the store still has what
/// was good before: who reads then must not keep it for those who come later.
#[tokio::test]
async fn nothing_older_is_kept_by_readers_in_between() {
    let Some((sim, _redis, [a, b])) = two().await else { return };
    for round in 0..20 {
        // Both levels hold the older one.
        b.name(8).await;
        let name = format!("round {round}");
        rename(&sim, 8, &name);
        let answered = std::cell::Cell::new(false);
        let invalidation = async {
            a.invalidate(8).await;
            answered.set(true);
        };
        let readers = (0..4).map(|_| async {
            while !answered.get() {
                a.name(8).await;
            }
        });
        futures::join!(invalidation, futures::future::join_all(readers));
        assert_eq!(a.name(8).await.0, name);
    }
}

#[tokio::test]
async fn a_list_of_the_olt_is_as_old_as_its_onus() {
    let Some((sim, _redis, [a, b])) = two().await else { return };
    let search = "/onus?q=renamed";
    for instance in [&a, &b] {
        assert_eq!(instance.get(search).await.body["total_rows"], 0);
    }
    rename(&sim, 2, "renamed");
    a.invalidate(2).await;
    assert_eq!(a.get(search).await.body["total_rows"], 1);
    super::until(async || b.get(search).await.body["total_rows"] == 1).await;
    // The cards have nothing to do with it.
    a.get("/system/cards").await;
    a.invalidate(2).await;
    assert_eq!(a.get("/system/cards").await.source, "cache");
}

/// A reading that began before the invalidation answers those who asked for it
/// before, and nobody after.
#[tokio::test]
async fn a_reading_under_way_is_kept_in_no_instance() {
    let Some((sim, redis, [a, b])) = two().await else { return };
    rename(&sim, 3, "before");
    delay(&sim, 40);
    sim.reset_counters();
    let invalidated = async {
        sim.wait_for_requests(2).await.unwrap();
        rename(&sim, 3, "after");
        b.invalidate(3).await;
    };
    let (under_way, ()) = tokio::join!(a.list(3), invalidated);
    assert_eq!(under_way.source, "live");
    let mut raw = redis.connection().await;
    let stored: bool =
        redis::cmd("EXISTS").arg("oltd:2:reading:sim:onus:1/1/3").query_async(&mut raw).await.unwrap();
    assert!(!stored, "the store refused it");
    assert_eq!(b.name(3).await, ("after".into(), "live".into()));
    super::until(async || a.name(3).await.0 == "after").await;
}

#[tokio::test]
async fn a_lost_message_is_made_up_for_within_ten_seconds() {
    let Some((sim, redis, [a, b])) = two().await else { return };
    forbid_messages(&redis).await;
    for instance in [&a, &b] {
        instance.list(4).await;
    }
    rename(&sim, 4, "told by nobody");
    a.invalidate(4).await;
    let told = Instant::now();
    assert_eq!(a.name(4).await.0, "told by nobody");
    while b.name(4).await.0 != "told by nobody" {
        assert!(told.elapsed() < Duration::from_secs(10), "the other still serves the older one");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(a.figures().await.redis.unwrap().errors > 0, "or nothing was suppressed");
}

/// From now on nobody may publish: an operation that is refused, in an instance
/// that is otherwise well.
async fn forbid_messages(redis: &RedisServer) {
    let mut raw = redis.connection().await;
    let done: redis::RedisResult<()> =
        redis::cmd("ACL").arg("SETUSER").arg("default").arg("-publish").query_async(&mut raw).await;
    done.unwrap();
}

#[tokio::test]
async fn what_could_not_be_told_is_told_later() {
    let Some((sim, redis, [a, b])) = two_with(RedisServer::settings).await else { return };
    for instance in [&a, &b] {
        instance.list(5).await;
    }
    redis.freeze();
    rename(&sim, 5, "told late");
    a.invalidate(5).await;
    assert_eq!(a.name(5).await, ("told late".into(), "live".into()));
    assert_ne!(b.name(5).await.0, "told late", "it goes on from memory");
    redis.thaw();
    super::until(async || b.name(5).await.0 == "told late").await;
    a.until_up(true).await;
    assert_eq!(a.name(5).await.0, "told late");
}

/// The other missed the message, and then the store lost its memory of it.
#[tokio::test]
async fn a_store_that_lost_its_data_is_told_again() {
    let Some((sim, mut redis, [a, b])) = two().await else { return };
    forbid_messages(&redis).await;
    for instance in [&a, &b] {
        instance.list(6).await;
    }
    rename(&sim, 6, "lost");
    a.invalidate(6).await;
    redis.kill();
    assert_ne!(b.name(6).await.0, "lost", "or nothing was suppressed");
    redis.start_again().await;
    super::until(async || b.name(6).await.0 == "lost").await;
}

#[tokio::test]
async fn other_prefixes_are_other_stores() {
    let Some((sim, redis, [a, _])) = two().await else { return };
    let mut settings = patient(&redis);
    settings.prefix = "another".into();
    let c = instance(&sim, settings).await;
    a.list(7).await;
    assert_eq!(c.list(7).await.source, "live");
    a.invalidate(7).await;
    assert_eq!(c.list(7).await.source, "cache");
}

/// One new profile drops no ONU, neither here nor there.
#[tokio::test]
async fn the_set_up_of_an_olt_is_no_list_of_onus() {
    let Some((sim, _redis, [a, b])) = two().await else { return };
    let (profiles, onus) = ("/traffic/dba-profiles", ["/board/1/pon/8", "/onus?limit=1"]);
    for instance in [&a, &b] {
        for path in onus.into_iter().chain([profiles]) {
            assert_eq!(instance.get(path).await.status, 200, "{path}");
        }
    }
    sim.device(|device| device.profiles.bandwidth[0].name = "NEW".into()).unwrap();
    let is_new = async |instance: &Instance| {
        let rows = instance.get(profiles).await.body["data"].as_array().unwrap().clone();
        rows.iter().any(|row| row["name"] == "NEW")
    };
    assert!(!is_new(&a).await && !is_new(&b).await, "kept");
    a.app.olt(None).unwrap().invalidate(Scope::Setup).await;
    assert!(is_new(&a).await, "at once");
    super::until(async || is_new(&b).await).await;
    for path in onus {
        for instance in [&a, &b] {
            assert_eq!(instance.get(path).await.source, "cache", "{path}");
        }
    }
    // A change of an ONU reaches what lists it, and nothing of the set-up.
    a.invalidate(8).await;
    assert_eq!(a.get(profiles).await.source, "cache");
    assert_eq!(a.get(onus[1]).await.source, "live");
}
