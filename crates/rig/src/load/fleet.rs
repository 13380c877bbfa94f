use std::path::Path;
use std::time::{Duration, Instant};

use oltd::app::{App, CacheTimes, Parts, Site};
use oltd::cache::Cache;
use oltd::http::Rules;
use oltd::jobs::{CallbackSettings, SaveTimes};
use oltd::limits::OpticalLimits;
use oltd::store::{Store, StoreSettings};
use oltd::tasks::Tasks;
use oltd::writing::Writes;
use oltsim::device::Configuration;
use oltsim::{Simulator, Source};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::DropGuard;

use super::script::{Act, Ran, Write};
use crate::{PATIENCE, cli_of, olt_with, serve_app, simulator};

/// Two cards of 16 PONs each, with so many ONUs on each PON as are named.
const OLT: &str = r#"
[chassis]
name = "LOAD"

[agent]
drift_millidb = 0

[[cards]]
slot = 1
type = "GTGH"

[[cards]]
slot = 2
type = "GTGH"

[[cards]]
slot = 3
type = "SMXA"

[[population]]
pons = ["*"]
phases = { online = 1 }
names = ["sub-{slot}-{port}-{id}"]
descriptions = ["house {slot}-{port}-{id}"]
"#;

/// How a [`Fleet`] is set up.
#[derive(Debug, Clone)]
pub struct FleetOptions {
    /// How many OLTs it has.
    pub olts: usize,
    /// How many ONUs each PON has.
    pub onus: usize,
    /// Further sections of the scenario, or keys of its root before them.
    pub scenario: &'static str,
    /// How long saving waits.
    pub save_times: SaveTimes,
    /// How many sessions the command line of each OLT is read by.
    pub sessions: usize,
}

impl Default for FleetOptions {
    fn default() -> Self {
        // So often that saves fall between the writes.
        let seconds = Duration::from_secs;
        let save_times = SaveTimes { quiet: seconds(2), at_most: seconds(10), wait_for_others: seconds(1) };
        Self { olts: 2, onus: 16, scenario: "", save_times, sessions: 2 }
    }
}

/// A server in which everybody may write, in front of several simulated OLTs.
#[derive(Debug)]
pub struct Fleet {
    /// The OLTs, `olt-0` and so on.
    pub sims: Vec<Simulator>,
    /// The state of the server.
    pub app: App,
    /// Where the server is: `http://127.0.0.1:12345`.
    pub base: String,
    client: reqwest::Client,
    folder: TempDir,
    _stop: DropGuard,
}

/// What was answered in the end, and how often a client was sent away before.
#[derive(Debug, Clone)]
pub struct Said {
    /// The state, or the code of the error where there is none.
    pub outcome: String,
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// How often it came back as it was told.
    pub tries: u32,
    /// From the first request on.
    pub took: Duration,
}

/// How often a client comes back at most, and after how long where it is not told.
const MOST_TRIES: u32 = 3_000;
const AFTER: Duration = Duration::from_secs(1);
/// What says that nothing was sent, and that it may go better later.
const LATER: [&str; 3] = ["olt_busy", "olt_unreachable", "deadline_passed"];
/// How long a job is asked for at most.
const LONGEST: Duration = Duration::from_secs(180);

impl Fleet {
    /// Starts one.
    pub async fn start(options: FleetOptions) -> Self {
        let mut sims = Vec::new();
        let mut olts = Vec::new();
        for number in 0..options.olts {
            let text =
                format!("seed = {}\n{}\n{OLT}count = {}\n", 11 + number, options.scenario, options.onus);
            let sim = simulator(Source::Scenario(text)).await;
            let mut cli = cli_of(&sim);
            cli.max_sessions = options.sessions;
            let id = name_of(number);
            let olt = olt_with(&id, &sim, Some(cli)).await;
            olts.push(Site { writes: Writes::On, ..Site::new(olt, id) });
            sims.push(sim);
        }
        let folder = tempfile::tempdir().unwrap();
        let app = App::from(Parts {
            olts,
            default: None,
            cache: Cache::from(CacheTimes::default()),
            limits: OpticalLimits::default(),
            tasks: Tasks::default(),
            store: Ok(Store::open(&StoreSettings::new(folder.path())).await.unwrap()),
            save_times: options.save_times,
            callbacks: CallbackSettings::default(),
        });
        oltd::server::keep_writing(&app).await;
        let rules = Rules { open_writes: true, rate: None, access_log: false, ..Rules::default() };
        let (address, stop) = serve_app(app.clone(), rules).await;
        let client = reqwest::Client::builder().timeout(4 * PATIENCE).build().unwrap();
        let base = format!("http://{address}");
        Self { sims, app, base, client, folder, _stop: stop.drop_guard() }
    }

    /// The folder of the store.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What each OLT holds.
    pub fn configurations(&self) -> Vec<Configuration> {
        self.sims.iter().map(|sim| sim.device(|device| device.configuration()).unwrap()).collect()
    }

    /// Status, body and, where one is told, after how long to come back.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value, Option<Duration>) {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let after = answer.headers().get("retry-after");
        let after = after.map(|text| Duration::from_secs(text.to_str().unwrap().parse().unwrap()));
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap(), after)
    }

    /// Sends it again for as long as it is told that nothing was sent and to come back,
    /// and waits for the end of its job where it goes on.
    async fn insist(&self, method: Method, path: &str, body: Option<Value>, waits: bool) -> Said {
        let (began, mut tries) = (Instant::now(), 0);
        loop {
            let (status, answer, after) = self.send(method.clone(), path, body.clone()).await;
            let code = answer["error_code"].as_str().unwrap_or_default().to_owned();
            let goes_on = status == 202 || code == "outcome_unknown";
            let job = answer["data"]["job"].as_str().filter(|_| goes_on).map(str::to_owned);
            let (outcome, body) = match job {
                Some(job) => self.settled(&job, waits).await,
                None => (outcome(&code, &answer), answer),
            };
            if LATER.contains(&outcome.as_str()) && tries < MOST_TRIES {
                tries += 1;
                tokio::time::sleep(after.unwrap_or(AFTER)).await;
                continue;
            }
            return Said { outcome, status, body, tries, took: began.elapsed() };
        }
    }

    /// Asks for a write, and waits for the end of its job where it goes on. `between` is
    /// awaited before a plan is applied.
    pub async fn ask(&self, write: &Write, between: impl Future<Output = ()>) -> Said {
        let olt = format!("/olts/{}", name_of(write.before.olt));
        let by_place = write.ran != Ran::BySerial;
        let serial = if write.ran == Ran::Mistaken { "ZTEG00000000" } else { &write.before.serial };
        let at = write.before.at;
        let mut asked = match by_place {
            true => json!({"pon_port": at.pon.to_string(), "onu_id": at.id, "expect_serial": serial}),
            false => json!({"serial_number": serial}),
        };
        let (method, mut path) = match &write.act {
            Act::Describe { name, description } => {
                asked["name"] = json!(name);
                asked["description"] = json!(description);
                (Method::PUT, format!("{olt}/onu-management/description"))
            }
            Act::Block => (Method::POST, format!("{olt}/onu-management/block")),
            Act::Unblock => (Method::POST, format!("{olt}/onu-management/unblock")),
            Act::Reboot => {
                asked["via"] = json!("shutdown");
                (Method::POST, format!("{olt}/onu-management/reboot"))
            }
            Act::Delete if by_place => {
                let place = at.pon.to_string().replace('/', "-");
                (Method::DELETE, format!("{olt}/onu/{place}/{}?expect_serial={serial}", at.id))
            }
            Act::Delete => (Method::DELETE, format!("{olt}/onu/sn/{serial}")),
        };
        if matches!(write.ran, Ran::DryRun | Ran::Planned) {
            path.push(if path.contains('?') { '&' } else { '?' });
            path.push_str("dry_run=true");
        }
        let body = (write.act != Act::Delete).then_some(asked);
        let waits = write.outcome == "unknown";
        let said = self.insist(method, &path, body, waits).await;
        match (write.ran, said.body["data"]["plan"]["id"].as_str()) {
            (Ran::Planned, Some(plan)) => {
                between.await;
                let path = format!("/plans/{plan}/apply");
                let applied = self.insist(Method::POST, &path, None, waits).await;
                Said { tries: said.tries + applied.tries, took: said.took + applied.took, ..applied }
            }
            _ => said,
        }
    }

    /// What a job says in the end; one that waits for a person stays pending.
    async fn settled(&self, job: &str, waits: bool) -> (String, Value) {
        let began = Instant::now();
        loop {
            let (_, told, _) = self.send(Method::GET, &format!("/jobs/{job}"), None).await;
            let data = &told["data"];
            let state = data["state"].as_str().unwrap_or_default();
            let goes_on = ["queued", "running", "pending"].contains(&state) && !(waits && state == "pending");
            if !goes_on || began.elapsed() > LONGEST {
                let body = json!({"data": data["result"], "job": data});
                let code = data["error_code"].as_str().unwrap_or_default();
                let outcome = Some(outcome(code, &body)).filter(|outcome| !outcome.is_empty());
                return (outcome.unwrap_or_else(|| state.to_owned()), body);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

/// The state of a write, or the code of the error where nothing was begun.
fn outcome(code: &str, answer: &Value) -> String {
    if answer["data"]["plan"].is_object() {
        return "planned".to_owned();
    }
    let of_state = ["", "olt_refused", "rolled_back", "partial_change", "outcome_unknown"];
    let state = answer["data"]["state"].as_str().unwrap_or_default();
    if of_state.contains(&code) { state } else { code }.to_owned()
}

/// The id of the OLT of this number.
pub(super) fn name_of(number: usize) -> String {
    format!("olt-{number}")
}
