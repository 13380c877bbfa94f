//! The real server in front of the real driver in front of the simulator.

use std::time::Duration;

use oltd::app::{App, CacheTimes, Site};
use oltd::http::{Hosts, Rules};
use oltsim::{C300, FULL, NO_OPTICS, Options, SMALL, Simulator, Source};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use zte::{CliSettings, Olt, OltSettings, SnmpSettings, SnmpTransport};

mod answers;
mod asks;
mod both_sides;
mod charsets;
mod cli_faults;
mod cli_logins;
mod costs;
mod faults;
mod hostile;
mod hostile_names;
mod macs;
mod metrics;
mod monitoring;
mod openapi;
mod replay;
mod saves;
mod shows;
mod slow;
mod sound;
mod sources;
mod stats;
mod unknown;
mod v1_2;
mod walk;

/// Longer than any deadline of the server that a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server in front of one simulated OLT, `sim`.
pub(crate) struct Rig {
    sim: Simulator,
    pub(crate) base: String,
    pub(crate) client: reqwest::Client,
    stop: CancellationToken,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn simulator(source: Source) -> Simulator {
    Simulator::start(Options::new(source)).await.unwrap()
}

/// The OLT over SNMP alone.
async fn olt_of(id: &str, sim: &Simulator) -> Olt {
    olt_with(id, sim, None).await
}

/// How to reach the command line of a simulator.
fn cli_of(sim: &Simulator) -> CliSettings {
    let at = sim.telnet_addr().unwrap();
    CliSettings::new(at.ip().to_string(), at.port(), "zte", "zte".into())
}

async fn olt_with(id: &str, sim: &Simulator, cli: Option<CliSettings>) -> Olt {
    let at = sim.snmp_addr();
    let snmp = SnmpSettings::new(at.ip().to_string(), at.port(), "public".into());
    let transport = SnmpTransport::bind().await.unwrap();
    Olt::new(OltSettings::new(id, snmp, cli), &transport)
}

/// Serves these OLTs on a loopback port; the first is the default where there is one alone.
async fn serve(olts: Vec<Olt>) -> (String, CancellationToken) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let default = (olts.len() == 1).then(|| olts[0].id().to_owned());
    let sites = olts.into_iter().map(|olt| Site::new(olt.clone(), olt.id().to_uppercase())).collect();
    let stop = CancellationToken::new();
    tokio::spawn(oltd::server::serve(
        App::new(sites, default, CacheTimes::default()),
        listener,
        // A proxy in front hands on the name that it is known by.
        Rules { rate: None, hosts: Hosts::These(vec!["oltd.example.net".into()]), ..Rules::default() },
        stop.clone(),
    ));
    (base, stop)
}

impl Rig {
    pub(crate) async fn start(source: Source) -> Self {
        let sim = simulator(source).await;
        let olt = olt_of("sim", &sim).await;
        let (base, stop) = serve(vec![olt]).await;
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { sim, base, client, stop }
    }

    /// With the command line, its settings changed by `adjust`.
    async fn both(scenario: &str, adjust: impl FnOnce(&mut CliSettings)) -> Self {
        let sim = simulator(Source::Scenario(scenario.to_owned())).await;
        let mut cli = cli_of(&sim);
        adjust(&mut cli);
        let olt = olt_with("sim", &sim, Some(cli)).await;
        let (base, stop) = serve(vec![olt]).await;
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { sim, base, client, stop }
    }

    async fn small() -> Self {
        Self::start(Source::Scenario(SMALL.into())).await
    }

    /// The small scenario with other agent options.
    async fn small_with(agent: &str) -> Self {
        let text = SMALL.replacen("[agent]", &format!("[agent]\n{agent}"), 1);
        Self::start(Source::Scenario(text)).await
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let answer = self.client.get(format!("{}/api/v1{path}", self.base)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The body of an answer that must be 200.
    async fn body(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

/// The values of one field over the rows of a list.
fn column(body: &Value, field: &str) -> Vec<Value> {
    body["data"].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
}
