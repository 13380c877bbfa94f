//! The real server in front of the real driver in front of the simulator, on
//! loopback ports of their own: for tests and benchmarks of any crate. Never shipped.
//!
//! What goes wrong here is a fault of the test or of the machine, and panics.
#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "whoever calls this is a test")]

pub mod every_step;
mod instance;
pub mod load;
mod redis_server;
mod writer;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use oltd::app::{App, CacheTimes, Site};
use oltd::http::{Hosts, Rules};
use oltsim::{Options, SMALL, Simulator, Source};
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};
use zte::{CliSettings, Olt, OltSettings, SnmpSettings, SnmpTransport};

pub use instance::{Got, Instance};
pub use redis_server::{RedisServer, is_here};
pub use writer::{Answer, Writer, WriterOptions, configured};

/// Longer than any deadline of the server that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A simulator of this.
pub async fn simulator(source: Source) -> Simulator {
    Simulator::start(Options::new(source)).await.unwrap()
}

/// How to reach the command line of a simulator.
pub fn cli_of(sim: &Simulator) -> CliSettings {
    let at = sim.telnet_addr().unwrap();
    CliSettings::new(at.ip().to_string(), at.port(), "zte", "zte".into())
}

/// How to reach an agent.
pub fn snmp_at(at: SocketAddr) -> SnmpSettings {
    SnmpSettings::new(at.ip().to_string(), at.port(), "public".into())
}

/// An OLT that is reached in this way.
pub async fn olt_at(id: &str, snmp: SnmpSettings, cli: Option<CliSettings>) -> Olt {
    let transport = SnmpTransport::bind().await.unwrap();
    Olt::new(OltSettings::new(id, snmp, cli), &transport)
}

/// The OLT with this command line.
pub async fn olt_with(id: &str, sim: &Simulator, cli: Option<CliSettings>) -> Olt {
    olt_at(id, snmp_at(sim.snmp_addr()), cli).await
}

/// The OLT over SNMP alone.
pub async fn olt_of(id: &str, sim: &Simulator) -> Olt {
    olt_with(id, sim, None).await
}

/// The rules of a server that limits nobody: the load of a test is no client's.
/// A proxy in front hands on the name that it is known by.
pub fn rules() -> Rules {
    Rules { rate: None, hosts: Hosts::These(vec!["oltd.example.net".into()]), ..Rules::default() }
}

/// The state for these OLTs; the first is the default where there is one alone.
pub fn app_of(olts: Vec<Olt>) -> App {
    let sites = olts.into_iter().map(|olt| Site::new(olt.clone(), olt.id().to_uppercase())).collect();
    App::new(sites, None, CacheTimes::default())
}

/// Serves on a loopback port until the token is cancelled.
pub async fn serve_app(app: App, rules: Rules) -> (SocketAddr, CancellationToken) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(oltd::server::serve(app, listener, rules, stop.clone()));
    (address, stop)
}

/// Serves these OLTs, with the URL of the server.
pub async fn serve(olts: Vec<Olt>) -> (String, CancellationToken) {
    let (address, stop) = serve_app(app_of(olts), rules()).await;
    (format!("http://{address}"), stop)
}

/// Serves these OLTs without a line in the log for each request, as a figure wants it.
pub async fn daemon(olts: Vec<Olt>) -> (SocketAddr, CancellationToken) {
    serve_app(app_of(olts), Rules { rate: None, access_log: false, ..Rules::default() }).await
}

/// A client that waits no longer than [`PATIENCE`].
pub fn client() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().unwrap()
}

/// A server in front of one simulated OLT, `sim`. It ends with its handle.
pub struct Rig {
    /// The OLT.
    pub sim: Simulator,
    /// Where the server is: `http://127.0.0.1:12345`.
    pub base: String,
    /// A client.
    pub client: reqwest::Client,
    /// Ends the server.
    pub stop: DropGuard,
}

impl Rig {
    /// Over SNMP alone.
    pub async fn start(source: Source) -> Self {
        Self::with(source, |_| None).await
    }

    /// With the command line, its settings changed by `adjust`.
    pub async fn both(scenario: &str, adjust: impl FnOnce(&mut CliSettings)) -> Self {
        let both = |sim: &Simulator| {
            let mut cli = cli_of(sim);
            adjust(&mut cli);
            Some(cli)
        };
        Self::with(Source::Scenario(scenario.to_owned()), both).await
    }

    async fn with(source: Source, cli: impl FnOnce(&Simulator) -> Option<CliSettings>) -> Self {
        let sim = simulator(source).await;
        let cli = cli(&sim);
        let olt = olt_with("sim", &sim, cli).await;
        Self::of(sim, vec![olt]).await
    }

    /// In front of these OLTs, of which the simulator is one.
    pub async fn of(sim: Simulator, olts: Vec<Olt>) -> Self {
        let (base, stop) = serve(olts).await;
        Self { sim, base, client: client(), stop: stop.drop_guard() }
    }

    /// The small scenario over SNMP.
    pub async fn small() -> Self {
        Self::start(Source::Scenario(SMALL.into())).await
    }

    /// The small scenario with other agent options.
    pub async fn small_with(agent: &str) -> Self {
        let text = SMALL.replacen("[agent]", &format!("[agent]\n{agent}"), 1);
        Self::start(Source::Scenario(text)).await
    }

    /// Status and body of an answer.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.client.get(format!("{}/api/v1{path}", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The body of an answer that must be 200.
    pub async fn body(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// The values of one field over the rows of a list.
pub fn column(body: &Value, field: &str) -> Vec<Value> {
    body["data"].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
}

/// Faults as the control server takes them.
pub fn faults(json: &str) -> Vec<oltsim::Fault> {
    serde_json::from_str(json).unwrap()
}

/// Waits until it is so.
pub async fn until(so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !so().await {
        assert!(began.elapsed() < PATIENCE, "it did not come to be so");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
