//! One of several instances that share a store.

use std::sync::Arc;

use oltd::app::{App, CacheTimes, Site};
use oltd::cache::{CAPACITY, Cache, CacheFigures, RedisSettings};
use oltd::http::Rules;
use oltd::tasks::Tasks;
use oltsim::Simulator;
use serde_json::Value;
use tokio_util::sync::DropGuard;

/// A server with a cache of its own. It ends with its handle.
pub struct Instance {
    /// Its state.
    pub app: App,
    /// Where it is: `http://127.0.0.1:12345`.
    pub base: String,
    /// A client.
    pub client: reqwest::Client,
    _stop: DropGuard,
}

/// What an instance answered.
#[derive(Debug)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// Where the reading came from.
    pub source: String,
    /// The entity tag.
    pub tag: String,
    /// The body.
    pub body: Value,
}

impl Instance {
    /// One that serves the simulator as `sim` under these rules.
    pub async fn start(sim: &Simulator, redis: RedisSettings, times: CacheTimes, rules: Rules) -> Self {
        let olt = crate::olt_of("sim", sim).await;
        let cache =
            Cache::new(times, CAPACITY).shared(redis, &[Arc::from("sim")], &Tasks::default()).await.unwrap();
        let app = App::new(vec![Site::new(olt, "Sim")], None, cache);
        let (address, stop) = crate::serve_app(app.clone(), rules).await;
        Self { app, base: format!("http://{address}"), client: crate::client(), _stop: stop.drop_guard() }
    }

    /// What it answers.
    pub async fn get(&self, path: &str) -> Got {
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

    /// The ONUs of a PON, which must be answered.
    pub async fn list(&self, pon: u8) -> Got {
        let got = self.get(&format!("/board/1/pon/{pon}")).await;
        assert_eq!(got.status, 200, "{got:?}");
        got
    }

    /// The name of the first ONU of the PON, and where it came from.
    pub async fn name(&self, pon: u8) -> (String, String) {
        let got = self.list(pon).await;
        (got.body["data"][0]["name"].as_str().unwrap().to_owned(), got.source)
    }

    /// Drops what is kept of the PON.
    pub async fn invalidate(&self, pon: u8) {
        let url = format!("{}/api/v1/board/1/pon/{pon}", self.base);
        assert_eq!(self.client.delete(url).send().await.unwrap().status().as_u16(), 200);
    }

    /// What its cache counts.
    pub async fn figures(&self) -> CacheFigures {
        self.app.cache().figures().await
    }

    /// Whether the store is in use.
    pub fn is_up(&self) -> bool {
        self.app.cache().is_shared().unwrap()
    }

    /// Waits until it is, or is not.
    pub async fn until_up(&self, up: bool) {
        crate::until(async || self.is_up() == up).await;
    }
}
