//! The real binary in front of a simulator, in a folder that it finds again when it is
//! started anew.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use oltd::store::{Store, StoreSettings};
use oltsim::Simulator;
use reqwest::Method;
use rig::Answer;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const TOKEN: &str = "for-writing";
/// Longer than anything takes that is waited for here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the daemon is started, again and again.
pub(crate) struct Home {
    folder: TempDir,
    client: reqwest::Client,
    /// Further variables of its environment.
    variables: Vec<(String, String)>,
}

/// A daemon that runs. It ends with its handle.
pub(crate) struct Daemon<'a> {
    home: &'a Home,
    child: Child,
    base: String,
}

impl Home {
    /// In front of this OLT, which is written to so: `on`, `plan`, `off`.
    pub(crate) fn new(sim: &Simulator, writes: &str) -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
            client: reqwest::Client::builder().timeout(2 * PATIENCE).build().unwrap(),
            variables: Vec::new(),
        };
        home.configure(sim, writes);
        home
    }

    /// From the next start on the OLT is written to so.
    pub(crate) fn configure(&self, sim: &Simulator, writes: &str) {
        self.configure_with(sim, writes, "", "");
    }

    /// The same, with further keys of the root and of the OLT.
    pub(crate) fn configure_with(&self, sim: &Simulator, writes: &str, root: &str, olt: &str) {
        let hash = <[u8; 32]>::from(Sha256::digest(TOKEN)).map(|byte| format!("{byte:02x}")).concat();
        let (snmp, cli) = (sim.snmp_addr(), sim.telnet_addr().unwrap());
        let text = format!(
            "{root}\n[[auth.tokens]]\nname = 'noc'\nsha256 = '{hash}'\nwrite = true\n
            [[olts]]\nid = 'sim'\nwrites = '{writes}'\n{olt}\n
            [olts.snmp]\nhost = '127.0.0.1'\nport = {}\ncommunity = 'public'\n
            [olts.cli]\nhost = '127.0.0.1'\nport = {}\nusername = 'zte'\npassword = 'zte'\n",
            snmp.port(),
            cli.port(),
        );
        std::fs::write(self.path().join("oltd.toml"), text).unwrap();
    }

    /// From the next start on this stands in its environment, and nothing else of ours.
    pub(crate) fn set_variable(&mut self, name: &str, value: &str) {
        self.variables = vec![(name.to_owned(), value.to_owned())];
    }

    /// Its store, while no daemon runs.
    pub(crate) async fn store(&self) -> Store {
        Store::open(&StoreSettings::new(self.path().join("data"))).await.unwrap()
    }

    /// From the next start on this stands in its configuration for that.
    pub(crate) fn replace(&self, that: &str, this: &str) {
        let file = self.path().join("oltd.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains(that), "{text}");
        std::fs::write(file, text.replacen(that, this, 1)).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command of the binary in this folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oltd"));
        command.args(arguments).current_dir(self.path()).env_clear();
        command.envs([
            ("OLTD_LISTEN", "127.0.0.1:0"),
            ("OLTD_LOG__FORMAT", "json"),
            ("OLTD_LOG__ACCESS", "false"),
        ]);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Starts it, and waits until it listens.
    #[expect(clippy::zombie_processes, reason = "its handle waits, and a panic ends the test")]
    pub(crate) async fn start(&self) -> Daemon<'_> {
        let before = self.log().len();
        let log = std::fs::File::options().create(true).append(true).open(self.path().join("log")).unwrap();
        let child = self.command(&["serve"]).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let began = Instant::now();
        loop {
            let log = self.log();
            let mut lines = log[before..].lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            if let Some(at) = lines.find_map(|line| line["address"].as_str().map(str::to_owned)) {
                return Daemon { home: self, child, base: format!("http://{at}/api/v1") };
            }
            assert!(began.elapsed() < PATIENCE, "{log}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What all of its starts have logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }
}

impl Daemon<'_> {
    /// Sends a request; `None` where the daemon ended before it answered.
    pub(crate) async fn try_send(&self, method: Method, path: &str, body: Option<Value>) -> Option<Answer> {
        let request = self.home.client.request(method, format!("{}{path}", self.base));
        Self::answer(request, body).await
    }

    /// The same under an `Idempotency-Key`.
    pub(crate) async fn send_under(
        &self,
        key: &str,
        (method, path, body): (Method, &str, Option<Value>),
    ) -> Option<Answer> {
        let request = self.home.client.request(method, format!("{}{path}", self.base));
        Self::answer(request.header("idempotency-key", key), body).await
    }

    async fn answer(mut request: reqwest::RequestBuilder, body: Option<Value>) -> Option<Answer> {
        request = request.header("x-api-key", TOKEN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.ok()?;
        let location = answer.headers().get("location").map(|text| text.to_str().unwrap().to_owned());
        Some(Answer { status: answer.status().as_u16(), location, body: answer.json().await.ok()? })
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        self.try_send(method, path, body).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    /// The newest job, once it is in none of these states.
    pub(crate) async fn job_beyond(&self, states: &[&str]) -> Value {
        let began = Instant::now();
        loop {
            let listed = self.get("/jobs?limit=1").await;
            let job = &listed.body["data"][0];
            if job["state"].as_str().is_some_and(|state| !states.contains(&state)) {
                let told = self.get(&format!("/jobs/{}", job["id"].as_str().unwrap())).await;
                return told.body["data"].clone();
            }
            assert!(began.elapsed() < PATIENCE, "{}\n{}", listed.body, self.home.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Ends it without a word, as the kernel or a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let kill = format!("kill -{signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits until it has ended, and says how long that took.
    pub(crate) async fn ends(mut self) -> Duration {
        let began = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(began.elapsed() < 2 * PATIENCE, "{}", self.home.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        began.elapsed()
    }
}

impl Drop for Daemon<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
