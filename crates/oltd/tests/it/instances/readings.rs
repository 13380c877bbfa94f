//! What one instance has read, the others need not.

use std::time::{Duration, Instant};

use futures::future::join_all;
use oltd::cache::{FORM, Freshness, Level, Onus};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::{RedisServer, delay, instance, is_here, patient, two};

#[tokio::test]
async fn what_one_has_read_the_other_serves() {
    let Some((sim, _redis, [a, b])) = two().await else { return };
    let reads = async || {
        let reads = b.figures().await.reads;
        let of = |level| reads.iter().find(|(kind, at, _)| *kind == "onus" && *at == level).unwrap().2;
        [of("redis"), of("memory"), of("olt"), of("joined")]
    };
    let before = reads().await;
    let first = a.list(1).await;
    assert_eq!(first.source, "live");
    // It is shared a moment after it is answered: the other waits for it at most.
    sim.reset_counters();
    let second = b.list(1).await;
    assert_eq!((second.source.as_str(), &second.body), ("cache", &first.body));
    assert_eq!(second.tag, first.tag, "one body, one tag, in every instance");
    assert_eq!(b.list(1).await.source, "cache");
    assert_eq!(sim.counters().packets_in, 0);
    let after = reads().await;
    let counted: Vec<u64> = after.iter().zip(before).map(|(after, before)| after - before).collect();
    assert_eq!(counted, [1, 1, 0, 0]);
}

#[tokio::test]
async fn two_hundred_callers_on_each_are_one_reading() {
    let Some((sim, _redis, [a, b])) = two().await else { return };
    a.list(1).await;
    let one = sim.reset_counters().requests;
    delay(&sim, 10);
    let (a, b) = (&a, &b);
    let calls = (0..400).map(|n| async move { if n % 2 == 0 { a.list(2).await } else { b.list(2).await } });
    let answers = join_all(calls).await;
    assert!(answers.iter().all(|got| got.body["data"].as_array().unwrap().len() == 128));
    let both = sim.counters().requests;
    assert!(both <= one + 1, "{both} packets, one reading takes {one}");
}

#[tokio::test]
async fn what_is_not_whole_is_not_shared() {
    let Some((sim, redis, [a, b])) = two().await else { return };
    sim.reset_counters();
    delay(&sim, 30);
    let silence = async {
        sim.wait_for_requests(1).await.unwrap();
        sim.set_faults(serde_json::from_str(r#"[{"target":"snmp","kind":"silence"}]"#).unwrap()).unwrap();
    };
    let (got, ()) = tokio::join!(a.get("/board/1/pon/3"), silence);
    assert!(got.status >= 500 || got.body["partial"].is_array(), "{got:?}");
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg("*reading:sim:onus:1/1/3")
        .query_async(&mut redis.connection().await)
        .await
        .unwrap();
    assert_eq!(keys, [] as [&str; 0]);
    assert_eq!(a.get("/board/9/pon/1").await.status, 404, "a reading that fails at once");
    let leases: Vec<String> =
        redis::cmd("KEYS").arg("*lease*").query_async(&mut redis.connection().await).await.unwrap();
    assert_eq!(leases, [] as [&str; 0], "the leases are given back");
    sim.clear_faults();
    assert_eq!(b.list(3).await.source, "live");
}

#[tokio::test]
async fn a_lease_ends_with_its_holder() {
    let Some((_sim, redis, [a, _])) = two().await else { return };
    // As an instance would leave it that died in the middle of a reading.
    let lease = &format!("oltd:{FORM}:lease:sim:onus:1/1/5");
    let mut raw = redis.connection().await;
    let epoch: String =
        redis::cmd("HGET").arg("oltd:generations:sim").arg("epoch").query_async(&mut raw).await.unwrap();
    let _: () = redis::cmd("SET")
        .arg(format!("{lease}:{epoch}:0"))
        .arg("gone")
        .arg("PX")
        .arg(400)
        .query_async(&mut raw)
        .await
        .unwrap();
    let began = Instant::now();
    assert_eq!(a.list(5).await.source, "live");
    assert!(began.elapsed() >= Duration::from_millis(300), "it waited for the other");
}

#[tokio::test]
async fn a_damaged_reading_is_read_again() {
    let Some((_sim, redis, [a, b])) = two().await else { return };
    a.list(6).await;
    let key = &format!("oltd:{FORM}:reading:sim:onus:1/1/6");
    let mut raw = redis.connection().await;
    super::until(async || redis::cmd("EXISTS").arg(key).query_async(&mut raw.clone()).await == Ok(true))
        .await;
    let damaged: Result<i64, _> =
        redis::cmd("HSET").arg(key).arg("reading").arg("?").query_async(&mut raw).await;
    damaged.unwrap();
    assert_eq!(b.list(6).await.source, "live");
}

/// Whoever left it there: what is larger than anything of ours is never sent, and
/// the store stays in use meanwhile.
#[tokio::test]
async fn what_is_too_large_is_not_taken() {
    /// Makes a text of ARGV[2] KiB the field ARGV[1] of KEYS[1].
    const ENLARGE: &str = "local kib = string.rep('x', 1024)
        return redis.call('HSET', KEYS[1], ARGV[1], string.rep(kib, tonumber(ARGV[2])))";
    const LARGE: u64 = 32 << 20;
    let Some((_sim, redis, [a, b])) = two().await else { return };
    a.list(9).await;
    let reading = &*format!("oltd:{FORM}:reading:sim:onus:1/1/9");
    let generations = "oltd:generations:sim";
    let mut raw = redis.connection().await;
    super::until(async || redis::cmd("EXISTS").arg(reading).query_async(&mut raw.clone()).await == Ok(true))
        .await;
    let sent = async || {
        let info: String =
            redis::cmd("INFO").arg("stats").query_async(&mut redis.connection().await).await.unwrap();
        let bytes = info.lines().find_map(|line| line.strip_prefix("total_net_output_bytes:"));
        bytes.unwrap().parse::<u64>().unwrap()
    };
    let before = sent().await;
    for (pon, key, field) in [(9, reading, "reading"), (10, generations, "epoch"), (11, generations, "any")] {
        // An instance that asked while the server is busy with this would give it up.
        let enlarge = redis::Script::new(ENLARGE);
        let _: i64 = enlarge.key(key).arg(field).arg(LARGE >> 10).invoke_async(&mut raw).await.unwrap();
        b.until_up(true).await;
        let errors = async || b.figures().await.redis.unwrap().errors;
        let failed = errors().await;
        assert_eq!(b.list(pon).await.source, "live", "{field}");
        assert_eq!(errors().await, failed, "{field}: no answer was too long to wait for");
        // The numbers are compared, and told, as well.
        b.invalidate(pon).await;
        let told = async || {
            let any: String = redis::cmd("HGET")
                .arg(generations)
                .arg("any")
                .query_async(&mut raw.clone())
                .await
                .unwrap_or_default();
            any.parse::<u64>().is_ok()
        };
        super::until(async || b.is_up() && told().await).await;
    }
    b.list(9).await;
    // Even what is given up soon fills the buffers on its way.
    assert!(sent().await - before < LARGE / 32);
    // What is ours takes its place again.
    super::until(async || a.is_up() && a.get("/board/1/pon/9?nocache=true").await.source == "cache").await;
}

#[tokio::test]
async fn a_reading_keeps_its_age() {
    let Some((_sim, _redis, [a, b])) = two().await else { return };
    a.list(7).await;
    // As old as the other lets it be, and no older.
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let url = format!("{}/api/v1/board/1/pon/7", b.base);
    let answer = b.client.get(&url).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("x-data-source"), "cache");
    let age: u32 = header("age").parse().unwrap();
    assert!((2..20).contains(&age), "{age}");
    assert_eq!(header("cache-control"), "private, max-age=300");
    assert_eq!(b.get("/board/1/pon/7?nocache=true").await.source, "live", "older than 2 s");
    assert_eq!(a.get("/board/1/pon/7?nocache=true").await.source, "cache", "the other has just read it");
}

/// Who wants it fresh may come while another, content with what the store has, is being served.
#[tokio::test]
async fn nobody_gets_older_data_than_asked_for() {
    let Some((_sim, _redis, [a, b])) = two().await else { return };
    b.list(8).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let (olt, pon) = (a.app.olt(None).unwrap(), gpon::PonPort::new(1, 8).unwrap());
    let (content, strict) =
        futures::join!(olt.read::<Onus>(pon, Freshness::default()), olt.read::<Onus>(pon, Freshness::NEW),);
    assert_eq!(content.unwrap().level, Level::Redis);
    let strict = strict.unwrap();
    assert_eq!((strict.level, strict.entry.age() < Duration::from_secs(2)), (Level::Olt, true));
}

#[tokio::test]
async fn a_login_a_database_and_tls() {
    if !is_here() {
        return;
    }
    // One authority, one server that it vouches for.
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&authority_key).unwrap();
    let issuer = Issuer::new(params, authority_key);
    let server_key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["127.0.0.1".into()]).unwrap();
    let server = server.signed_by(&server_key, &issuer).unwrap();

    let redis = RedisServer::with(|port, folder| {
        let file = |name: &str, text: String| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let ca = file("ca.pem", authority.pem());
        let cert = file("cert.pem", server.pem());
        let key = file("key.pem", server_key.serialize_pem());
        let port = port.to_string();
        [
            "--port",
            "0",
            "--tls-port",
            &port,
            "--tls-cert-file",
            &cert,
            "--tls-key-file",
            &key,
            "--tls-ca-cert-file",
            &ca,
        ]
        .into_iter()
        .chain(["--tls-auth-clients", "no", "--requirepass", "open sesame"])
        .map(str::to_owned)
        .collect()
    })
    .await;
    let mut settings = patient(&redis);
    settings.tls = true;
    settings.ca_file = Some(redis.folder.path().join("ca.pem"));
    settings.database = 3;
    settings.password = Some("open sesame".into());
    let sim = oltsim::Simulator::start(oltsim::Options::new(oltsim::Source::Scenario(oltsim::FULL.into())))
        .await
        .unwrap();
    let [a, b] = [instance(&sim, settings.clone()).await, instance(&sim, settings.clone()).await];
    assert!(a.is_up() && b.is_up());
    a.list(1).await;
    assert_eq!(b.list(1).await.source, "cache");

    settings.password = Some("wrong".into());
    let c = instance(&sim, settings).await;
    assert!(!c.is_up());
    assert_eq!(c.list(1).await.source, "live", "it goes on from memory");
}
