//! Several instances and the store that they share, in one process over loopback.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gpon::{OnuId, OnuRef, PonPort};
use oltd::app::CacheTimes;
use oltd::cache::RedisSettings;
use oltd::http::Rules;
use oltsim::{FULL, Simulator, Source};

use crate::table::Table;
use rig::{Instance, RedisServer, is_here};

/// One instance that limits nobody, and knows who the OLT is and which ports it has.
async fn instance(sim: &Simulator, redis: RedisSettings, times: CacheTimes) -> Instance {
    let rules = Rules { rate: None, access_log: false, ..Rules::default() };
    let instance = Instance::start(sim, redis, times, rules).await;
    instance.get("/board/2/pon/16/info?nocache=true").await;
    instance
}

/// The number in the name of the PON's first ONU.
async fn version(instance: &Instance, pon: u8) -> u64 {
    let (name, _) = instance.name(pon).await;
    name.strip_prefix('v').and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn rename(sim: &Simulator, pon: u8, version: u64) {
    let at = OnuRef { pon: PonPort::new(1, pon).unwrap(), id: OnuId::new(1).unwrap() };
    sim.device(|device| device.onu_mut(at).unwrap().configured.name = format!("v{version}").into_bytes())
        .unwrap();
}

async fn two(times: CacheTimes) -> (Simulator, RedisServer, Instance, Instance) {
    let sim = rig::simulator(Source::Scenario(FULL.into())).await;
    let redis = RedisServer::start().await;
    let a = instance(&sim, redis.settings(), times).await;
    let b = instance(&sim, redis.settings(), times).await;
    sim.reset_counters();
    (sim, redis, a, b)
}

pub(crate) async fn two_instances(table: &mut Table) {
    let what = "two instances, one Redis, 200 callers on each for one cold PON of 128 ONUs, 20 ms per answer";
    if !is_here() {
        table.skip(what, "redis-server is not installed");
        return;
    }
    let (sim, _redis, a, b) = two(CacheTimes::default()).await;
    // As slow as an OLT is: without a delay the packets are sent twice that this
    // busy machine answers late.
    sim.set_faults(rig::faults(r#"[{"target":"snmp","kind":"delay","ms":20,"order":"parallel"}]"#)).unwrap();
    a.get("/board/1/pon/1").await;
    b.get("/board/1/pon/3").await;
    sim.reset_counters();
    a.get("/board/1/pon/4").await;
    let one = sim.reset_counters().requests;
    let (a, b) = (&a, &b);
    let calls = (0..400).map(|n| async move { if n % 2 == 0 { a } else { b }.get("/board/1/pon/2").await });
    let answers = futures::future::join_all(calls).await;
    let right = answers.iter().filter(|got| got.body["data"].as_array().map(Vec::len) == Some(128)).count();
    let packets = sim.counters().requests;
    table.add(
        what,
        format!("{packets} packets, {right} of 400 answers whole; one caller: {one}"),
        "the packets of one read",
        packets == one && right == 400,
    );
}

/// Reads of random PONs on two instances, invalidations on one of them.
async fn staleness(reads: usize, suppressed: bool) -> (usize, Duration, Duration) {
    let (sim, redis, a, b) = two(CacheTimes::default()).await;
    if suppressed {
        let mut raw = redis.connection().await;
        let done: redis::RedisResult<()> =
            redis::cmd("ACL").arg("SETUSER").arg("default").arg("-publish").query_async(&mut raw).await;
        done.unwrap();
    }
    let pons = 8_u64;
    // What the answers to invalidations have promised, and since when.
    let promised: Vec<AtomicU64> = (0..=pons).map(|_| AtomicU64::new(0)).collect();
    let promises: Vec<std::sync::Mutex<Vec<(u64, Instant)>>> =
        (0..=pons).map(|_| Default::default()).collect();
    let done = AtomicBool::new(false);
    let (older_here, latest_there) = (AtomicU64::new(0), std::sync::Mutex::new(Duration::ZERO));
    let slowest = std::sync::Mutex::new(Duration::ZERO);
    let changing = async {
        let mut version = 0;
        let pause = Duration::from_millis(if suppressed { 900 } else { 20 });
        while !done.load(Ordering::SeqCst) {
            version += 1;
            let pon = (version * 7 % pons + 1) as u8;
            rename(&sim, pon, version);
            let began = Instant::now();
            a.invalidate(pon).await;
            let now = Instant::now();
            {
                let mut slowest = slowest.lock().unwrap();
                *slowest = now.duration_since(began).max(*slowest);
            }
            promises[usize::from(pon)].lock().unwrap().push((version, now));
            promised[usize::from(pon)].store(version, Ordering::SeqCst);
            tokio::time::sleep(pause).await;
        }
    };
    let counted = AtomicU64::new(0);
    let pace = Duration::from_millis(if suppressed { 20 } else { 1 });
    let reading = async {
        let readers = (0..8_u64).map(|reader| {
            let (a, b, promised, promises, counted) = (&a, &b, &promised, &promises, &counted);
            let (older_here, latest_there) = (&older_here, &latest_there);
            async move {
                let mut random = reader * 0x9E37_79B9 + 1;
                while counted.fetch_add(1, Ordering::SeqCst) < reads as u64 {
                    // xorshift: the order of reads is random and the same each time.
                    random ^= random << 13;
                    random ^= random >> 7;
                    random ^= random << 17;
                    let pon = (random % pons + 1) as u8;
                    let asked = Instant::now();
                    if reader % 2 == 0 {
                        let least = promised[usize::from(pon)].load(Ordering::SeqCst);
                        if version(a, pon).await < least {
                            older_here.fetch_add(1, Ordering::SeqCst);
                        }
                    } else {
                        let got = version(b, pon).await;
                        // How long before the question something newer was promised already.
                        let promises = promises[usize::from(pon)].lock().unwrap();
                        let missed = promises.iter().find(|(version, at)| *version > got && *at <= asked);
                        if let Some((_, at)) = missed {
                            let mut latest = latest_there.lock().unwrap();
                            *latest = asked.duration_since(*at).max(*latest);
                        }
                    }
                    tokio::time::sleep(pace).await;
                }
            }
        });
        futures::future::join_all(readers).await;
        done.store(true, Ordering::SeqCst);
    };
    tokio::join!(changing, reading);
    let latest = *latest_there.lock().unwrap();
    let slowest = *slowest.lock().unwrap();
    (older_here.load(Ordering::SeqCst) as usize, latest, slowest)
}

pub(crate) async fn invalidation(table: &mut Table) {
    let what = "invalidation during 1,000 random reads on two instances";
    if !is_here() {
        table.skip(what, "redis-server is not installed");
        return;
    }
    let (older, latest, slowest) = staleness(1000, false).await;
    let (older_lost, latest_lost, _) = staleness(4000, true).await;
    table.add(
        what,
        format!(
            "asked instance: {older} older; the other: nothing older {:.0} ms later; an invalidation takes at most {:.1} ms. Publish suppressed, 4,000 reads: {older_lost} older; the other: nothing older {:.1} s later",
            latest.as_secs_f64() * 1e3,
            slowest.as_secs_f64() * 1e3,
            latest_lost.as_secs_f64(),
        ),
        "0; 100 ms; 0; 10 s",
        older == 0 && older_lost == 0 && latest <= Duration::from_millis(100) && latest_lost <= Duration::from_secs(10),
    );
}

#[derive(Default)]
struct Window {
    times: Vec<Duration>,
    failed: usize,
}

impl Window {
    fn p99(&mut self) -> Duration {
        self.times.sort();
        self.times.get(self.times.len() * 99 / 100).copied().unwrap_or_default()
    }
}

pub(crate) async fn outages(table: &mut Table) {
    let what = "redis-server frozen, thawed, killed, restarted, stopped under load, lists kept 2 s so that each goes through it";
    if !is_here() {
        table.skip(what, "redis-server is not installed");
        return;
    }
    let times = CacheTimes { onus: Duration::from_secs(2), ..CacheTimes::default() };
    let (_sim, mut redis, a, _b) = two(times).await;
    let done = AtomicBool::new(false);
    let began = Instant::now();
    let answers: std::sync::Mutex<Vec<(Duration, Duration, bool)>> = std::sync::Mutex::default();
    let load = async {
        let readers = (0..16_u64).map(|reader| {
            let (a, done, answers) = (&a, &done, &answers);
            async move {
                let mut turn = reader;
                while !done.load(Ordering::SeqCst) {
                    turn += 1;
                    let asked = Instant::now();
                    let path = format!("/board/{}/pon/{}", turn / 16 % 2 + 1, turn % 16 + 1);
                    let got = a.get(&path).await;
                    let good = got.status == 200 && got.body.get("partial").is_none();
                    answers.lock().unwrap().push((asked.duration_since(began), asked.elapsed(), good));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        });
        futures::future::join_all(readers).await;
    };
    let mut events: Vec<(&str, Duration)> = Vec::new();
    let act = async {
        let pause = || tokio::time::sleep(Duration::from_secs(4));
        tokio::time::sleep(Duration::from_secs(3)).await;
        events.push(("before", Duration::ZERO));
        events.push(("frozen", began.elapsed()));
        redis.freeze();
        pause().await;
        events.push(("thawed", began.elapsed()));
        redis.thaw();
        pause().await;
        events.push(("killed", began.elapsed()));
        redis.kill();
        pause().await;
        events.push(("restarted", began.elapsed()));
        redis.start_again().await;
        pause().await;
        events.push(("stopped", began.elapsed()));
        redis.stop();
        pause().await;
        done.store(true, Ordering::SeqCst);
    };
    tokio::join!(load, act);
    let answers = answers.into_inner().unwrap();
    let mut met = true;
    let mut told = Vec::new();
    for (event, at) in &events {
        let (mut first, mut later) = (Window::default(), Window::default());
        for (asked, took, good) in &answers {
            let since = match asked.checked_sub(*at) {
                Some(since) if since < Duration::from_secs(3) => since,
                _ => continue,
            };
            let window = if since < Duration::from_secs(1) { &mut first } else { &mut later };
            window.times.push(*took);
            window.failed += usize::from(!good);
        }
        let (p99, rest) = (first.p99(), later.p99());
        met &= first.failed + later.failed == 0 && (*event == "before" || p99 <= Duration::from_millis(60));
        told.push(format!(
            "{event} {:.0} ms (then {:.0} ms, {} failed of {})",
            p99.as_secs_f64() * 1e3,
            rest.as_secs_f64() * 1e3,
            first.failed + later.failed,
            first.times.len() + later.times.len(),
        ));
    }
    let errors = a.app.cache().figures().await.redis.unwrap();
    told.push(format!("{} operations failed, {} skipped", errors.errors, errors.skipped));
    table.add(
        what,
        format!("p99 of the first second: {}", told.join("; ")),
        "no failure, at most 60 ms",
        met,
    );
}
