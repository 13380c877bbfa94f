//! The shipped binary in front of several OLTs that it may write to.

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use oltsim::{Simulator, Source};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::memory::resident;

const TOKEN: &str = "for-writing";

/// A server and its OLTs, `olt-0` and so on. It ends with its handle.
pub(crate) struct Served {
    pub(crate) sims: Vec<Simulator>,
    base: String,
    client: reqwest::Client,
    child: Child,
    _folder: TempDir,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    /// In front of OLTs of these scenarios; `root` are further tables of its configuration.
    pub(crate) async fn start(scenarios: &[String], root: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let hash = <[u8; 32]>::from(Sha256::digest(TOKEN)).map(|byte| format!("{byte:02x}")).concat();
        let mut config = format!(
            "listen = '127.0.0.1:{port}'\n{root}\n[[auth.tokens]]\nname = 'noc'\nsha256 = '{hash}'\nwrite = true\n"
        );
        let mut sims = Vec::new();
        for (number, scenario) in scenarios.iter().enumerate() {
            let sim = rig::simulator(Source::Scenario(scenario.clone())).await;
            sim.keep_command_lines(1_000_000);
            let (snmp, cli) = (sim.snmp_addr().port(), sim.telnet_addr().unwrap().port());
            write!(
                config,
                "[[olts]]\nid = 'olt-{number}'\nwrites = 'on'\n\
                 [olts.snmp]\nhost = '127.0.0.1'\nport = {snmp}\ncommunity = 'public'\n\
                 [olts.cli]\nhost = '127.0.0.1'\nport = {cli}\nusername = 'zte'\npassword = 'zte'\n"
            )
            .unwrap();
            sims.push(sim);
        }
        std::fs::write(folder.path().join("oltd.toml"), config).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_oltd"))
            .arg("serve")
            .current_dir(folder.path())
            .env_clear()
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let client = reqwest::Client::new();
        let base = format!("http://127.0.0.1:{port}");
        let began = Instant::now();
        while client.get(format!("{base}/healthz")).send().await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "serve does not start");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Self { sims, base, client, child, _folder: folder }
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> Value {
        request.header("x-api-key", TOKEN).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.answer(self.client.get(format!("{}/api/v1{path}", self.base))).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        self.answer(self.client.post(format!("{}/api/v1{path}", self.base)).json(body)).await
    }

    /// Sends a POST whose end is not waited for; its job.
    pub(crate) async fn begin(&self, path: &str, body: &Value) -> String {
        let request = self.client.post(format!("{}/api/v1{path}", self.base)).json(body);
        let answer = self.answer(request.header("prefer", "respond-async")).await;
        answer["data"]["job"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The job once it has ended; `look` is called now and then until then.
    pub(crate) async fn ended(&self, job: &str, mut look: impl FnMut(&Value)) -> Value {
        loop {
            let told = self.get(&format!("/jobs/{job}")).await["data"].take();
            look(&told);
            if !told["finished_at"].is_null() {
                return told;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// What the server holds in memory, in MB.
    pub(crate) fn resident(&self) -> f64 {
        resident(self.child.id())
    }
}
