//! Several instances in front of one OLT, with a store that they share.

mod invalidation;
mod outages;
mod readings;
mod server;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gpon::{OnuId, OnuRef, PonPort};
use oltd::app::{App, CacheTimes, Site};
use oltd::cache::{CAPACITY, Cache, CacheFigures, RedisSettings};
use oltd::http::Rules;
use oltd::tasks::Tasks;
use oltsim::{FULL, Options, Simulator, Source};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use zte::{Olt, OltSettings, SnmpSettings, SnmpTransport};

use server::{RedisServer, is_here};

/// Longer than anything that a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// One instance: a server with a cache of its own.
struct Instance {
    app: App,
    base: String,
    client: reqwest::Client,
    stop: CancellationToken,
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// What an instance answered.
#[derive(Debug)]
struct Got {
    status: u16,
    source: String,
    tag: String,
    body: Value,
}

impl Instance {
    async fn start(sim: &Simulator, settings: RedisSettings) -> Self {
        let at = sim.snmp_addr();
        let snmp = SnmpSettings::new(at.ip().to_string(), at.port(), "public".into());
        let transport = SnmpTransport::bind().await.unwrap();
        let olt = Olt::new(OltSettings::new("sim", snmp, None), &transport);
        let cache = Cache::new(CacheTimes::default(), CAPACITY);
        let cache = cache.shared(settings, &[Arc::from("sim")], &Tasks::default()).await.unwrap();
        let app = App::new(vec![Site::new(olt, "Sim")], None, cache);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        tokio::spawn(oltd::server::serve(
            app.clone(),
            listener,
            Rules { rate: None, ..Rules::default() },
            stop.clone(),
        ));
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { app, base, client, stop }
    }

    async fn get(&self, path: &str) -> Got {
        let answer = self.client.get(format!("{}/api/v1{path}", self.base)).send().await.unwrap();
        let header =
            |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        Got {
            status: answer.status().as_u16(),
            source: header("x-data-source"),
            tag: header("etag"),
            body: answer.json().await.unwrap(),
        }
    }

    async fn list(&self, pon: u8) -> Got {
        let got = self.get(&format!("/board/1/pon/{pon}")).await;
        assert_eq!(got.status, 200, "{got:?}");
        got
    }

    /// The name of the first ONU of the PON, and where it came from.
    async fn name(&self, pon: u8) -> (String, String) {
        let got = self.list(pon).await;
        (got.body["data"][0]["name"].as_str().unwrap().to_owned(), got.source)
    }

    async fn invalidate(&self, pon: u8) {
        let url = format!("{}/api/v1/board/1/pon/{pon}", self.base);
        assert_eq!(self.client.delete(url).send().await.unwrap().status().as_u16(), 200);
    }

    async fn figures(&self) -> CacheFigures {
        self.app.cache().figures().await
    }

    fn is_up(&self) -> bool {
        self.app.cache().is_shared().unwrap()
    }

    async fn until_up(&self, up: bool) {
        until(async || self.is_up() == up).await;
    }
}

/// Waits until it is so.
async fn until(so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < PATIENCE, "it did not come to be so");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Renames the first ONU of the PON, behind everybody's back.
fn rename(sim: &Simulator, pon: u8, name: &str) {
    let at = OnuRef { pon: PonPort::new(1, pon).unwrap(), id: OnuId::new(1).unwrap() };
    sim.device(|device| device.onu_mut(at).unwrap().name = name.as_bytes().to_vec()).unwrap();
}

fn delay(sim: &Simulator, ms: u64) {
    let fault = format!(r#"[{{"target":"snmp","kind":"delay","ms":{ms},"order":"parallel"}}]"#);
    sim.set_faults(serde_json::from_str(&fault).unwrap()).unwrap();
}

/// A simulator, a store, and two instances which have learnt who the OLT is.
async fn two() -> Option<(Simulator, RedisServer, [Instance; 2])> {
    if !is_here() {
        return None;
    }
    let sim = Simulator::start(Options::new(Source::Scenario(FULL.into()))).await.unwrap();
    let redis = RedisServer::start().await;
    let instances =
        [Instance::start(&sim, redis.settings()).await, Instance::start(&sim, redis.settings()).await];
    for instance in &instances {
        assert!(instance.is_up(), "in use from the start");
        instance.get("/board/1/pon/16/info?nocache=true").await;
    }
    sim.reset_counters();
    Some((sim, redis, instances))
}
