use std::path::Path;
use std::sync::Arc;

use oltd::app::{App, CacheTimes, Parts, Site};
use oltd::cache::{CAPACITY, Cache, RedisSettings};
use oltd::http::Rules;
use oltd::jobs::{CallbackSettings, SaveTimes};
use oltd::limits::OpticalLimits;
use oltd::store::{Store, StoreSettings};
use oltd::tasks::Tasks;
use oltd::writing::Writes;
use oltsim::{Simulator, Source};
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use zte::{Olt, OltSettings, SnmpTransport};

use crate::{PATIENCE, cli_of, simulator, snmp_at};

/// A server in which everybody may write, with a store of its own, in front of one
/// simulated OLT, `sim`, or several.
pub struct Writer {
    /// The OLT.
    pub sim: Simulator,
    /// Further ones, `sim2`, `sim3`, ...
    pub others: Vec<Simulator>,
    /// The state of the server.
    pub app: App,
    /// Where the server is: `http://127.0.0.1:12345`.
    pub base: String,
    client: reqwest::Client,
    folder: TempDir,
    stop: CancellationToken,
}

/// How a [`Writer`] is set up, where it is not as usual.
#[derive(Default)]
pub struct WriterOptions {
    /// How the OLT is written to.
    pub site: Option<fn(Site) -> Site>,
    /// How long saving waits.
    pub save_times: Option<SaveTimes>,
    /// How the ends of jobs are told.
    pub callbacks: Option<CallbackSettings>,
    /// Most pages of the store.
    pub max_pages: Option<u32>,
    /// What it shares its readings with other instances by.
    pub redis: Option<RedisSettings>,
    /// How the OLT is reached, and what is known of it.
    pub olt: Option<fn(&mut OltSettings)>,
    /// The scenarios of further OLTs.
    pub others: Vec<String>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Value,
    /// Its header `Location`.
    pub location: Option<String>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Writer {
    /// In front of a simulator of this scenario.
    pub async fn start(scenario: &str) -> Self {
        Self::with(scenario, WriterOptions::default()).await
    }

    /// The same, set up so.
    pub async fn with(scenario: &str, options: WriterOptions) -> Self {
        let sim = simulator(Source::Scenario(scenario.to_owned())).await;
        let mut others = Vec::new();
        for scenario in &options.others {
            others.push(simulator(Source::Scenario(scenario.clone())).await);
        }
        let folder = tempfile::tempdir().unwrap();
        let sims: Vec<&Simulator> = std::iter::once(&sim).chain(&others).collect();
        let (app, base, stop) = serve(&sims, folder.path(), &options).await;
        let client = reqwest::Client::builder().timeout(4 * PATIENCE).build().unwrap();
        Self { sim, others, app, base, client, folder, stop }
    }

    /// The folder of the store.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The lines that were to configure something, in the order in which the OLT received them.
    pub fn configured(&self) -> Vec<String> {
        configured(&self.sim)
    }

    /// Sends a request with this body.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let location = answer.headers().get("location").map(|text| text.to_str().unwrap().to_owned());
        Answer { status: answer.status().as_u16(), location, body: answer.json().await.unwrap() }
    }

    /// Sends a POST.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a PUT.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Sends a DELETE.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends a GET.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }
}

/// The lines that were to configure something, in the order in which an OLT received them.
pub fn configured(sim: &Simulator) -> Vec<String> {
    let lines = sim.command_lines().into_iter().filter(|line| line.configures);
    lines.map(|line| line.line).collect()
}

async fn serve(
    sims: &[&Simulator],
    folder: &Path,
    options: &WriterOptions,
) -> (App, String, CancellationToken) {
    let transport = SnmpTransport::bind().await.unwrap();
    let site = |(nr, sim): (usize, &&Simulator)| {
        let id = if nr == 0 { "sim".to_owned() } else { format!("sim{}", nr + 1) };
        let mut reached = OltSettings::new(id, snmp_at(sim.snmp_addr()), Some(cli_of(sim)));
        options.olt.into_iter().for_each(|adjust| adjust(&mut reached));
        let site = Site { writes: Writes::On, ..Site::new(Olt::new(reached, &transport), "Sim") };
        options.site.map_or(site.clone(), |adjust| adjust(site))
    };
    let olts: Vec<Site> = sims.iter().enumerate().map(site).collect();
    let settings = StoreSettings { max_pages: options.max_pages, ..StoreSettings::new(folder) };
    let store = Store::open(&settings).await.unwrap();
    let (cache, tasks) = (Cache::new(CacheTimes::default(), CAPACITY), Tasks::default());
    let cache = match &options.redis {
        Some(redis) => {
            let ids: Vec<Arc<str>> = olts.iter().map(|site| site.olt.id().into()).collect();
            cache.shared(redis.clone(), &ids, &tasks).await.unwrap()
        }
        None => cache,
    };
    let app = App::from(Parts {
        olts,
        default: None,
        cache,
        limits: OpticalLimits::default(),
        tasks,
        store: Ok(store),
        save_times: options.save_times.unwrap_or_default(),
        callbacks: options.callbacks.clone().unwrap_or_default(),
    });
    oltd::server::keep_writing(&app).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let rules = Rules { open_writes: true, rate: None, ..Rules::default() };
    tokio::spawn(oltd::server::serve(app.clone(), listener, rules, stop.clone()));
    (app, base, stop)
}
