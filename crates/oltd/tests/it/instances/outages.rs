//! A store that is frozen, killed, or not what it should be.

use std::time::{Duration, Instant};

use super::{RedisServer, instance, is_here, two, two_with};

/// What a request may take that has lost 50 ms to a store that does not answer,
/// however busy the machine is; the benchmarks measure it.
const LOST: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_frozen_store_costs_one_answer_once() {
    let Some((_sim, redis, [a, _])) = two_with(RedisServer::settings).await else { return };
    redis.freeze();
    let began = Instant::now();
    assert_eq!(a.list(1).await.source, "live");
    let first = began.elapsed();
    assert!(first >= Duration::from_millis(45), "it was asked: {first:?}");
    assert!(first < LOST, "{first:?}");
    assert!(!a.is_up());
    let skipped = |figures: oltd::cache::CacheFigures| figures.redis.unwrap().skipped;
    let before = skipped(a.figures().await);
    for pon in 2..=10 {
        assert_eq!(a.list(pon).await.source, "live");
    }
    assert!(skipped(a.figures().await) >= before + 9, "nobody waits for it");
    assert_eq!(a.figures().await.redis.unwrap().errors, 1);
    assert_eq!(a.list(1).await.source, "cache", "it goes on from memory");
    let ready = || async {
        let answer = a.client.get(format!("{}/readyz", a.base)).send().await.unwrap();
        answer.json::<serde_json::Value>().await.unwrap()["data"].clone()
    };
    let told = ready().await;
    assert_eq!(
        (&told["ready"], &told["redis"]),
        (&true.into(), &false.into()),
        "told, and no reason to be unready"
    );
    redis.thaw();
    a.until_up(true).await;
    assert_eq!(ready().await["redis"], true);
}

#[tokio::test]
async fn killed_and_started_again_fails_nobody() {
    let Some((_sim, mut redis, [a, b])) = two().await else { return };
    a.list(1).await;
    redis.kill();
    for pon in 1..=8 {
        for instance in [&a, &b] {
            instance.list(pon).await;
        }
    }
    redis.start_again().await;
    a.until_up(true).await;
    b.until_up(true).await;
    assert_eq!(a.list(9).await.source, "live");
    assert_eq!(b.list(9).await.source, "cache", "shared again");
}

#[tokio::test]
async fn a_store_that_is_not_there_keeps_nobody_waiting() {
    let Some((sim, mut redis, _)) = two().await else { return };
    redis.kill();
    let began = Instant::now();
    let c = instance(&sim, redis.settings()).await;
    assert!(began.elapsed() < Duration::from_secs(2));
    assert_eq!(c.list(1).await.source, "live");
    redis.start_again().await;
    c.until_up(true).await;
}

#[tokio::test]
async fn a_store_without_room_refuses_and_is_no_outage() {
    let Some((_sim, redis, [a, b])) = two().await else { return };
    let mut raw = redis.connection().await;
    let set: redis::RedisResult<()> =
        redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg("1mb").query_async(&mut raw).await;
    set.unwrap();
    for instance in [&a, &b] {
        assert_eq!(instance.list(1).await.source, "live");
        assert!(instance.is_up());
        assert_eq!(instance.list(1).await.source, "cache", "from memory");
    }
    assert!(a.figures().await.redis.unwrap().errors > 0);
}

#[tokio::test]
async fn a_cluster_is_refused_by_name() {
    if !is_here() {
        return;
    }
    let cluster = RedisServer::with(|_, _| ["--cluster-enabled", "yes"].map(str::to_owned).to_vec()).await;
    let sim = oltsim::Simulator::start(oltsim::Options::new(oltsim::Source::Demo)).await.unwrap();
    let a = instance(&sim, cluster.settings()).await;
    assert!(!a.is_up());
    assert_eq!(a.list(1).await.source, "live");
}
