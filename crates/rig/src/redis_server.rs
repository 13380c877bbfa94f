//! A redis-server of our own, a child process on a free loopback port.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use oltd::cache::RedisSettings;
use tempfile::TempDir;

/// Longest wait for the server to do what it was told.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the server can be run. A machine without it skips the test, except
/// where continuous integration runs it.
pub fn is_here() -> bool {
    let found = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status().is_ok();
    let advice = "redis-server is missing: apt-get install redis-server";
    assert!(found || std::env::var_os("CI").is_none(), "{advice}");
    if !found {
        println!("skipped: {advice}");
    }
    found
}

/// A server under way. It ends with its handle.
pub struct RedisServer {
    child: Child,
    port: u16,
    options: Vec<String>,
    /// Where it keeps what it writes.
    pub folder: TempDir,
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl RedisServer {
    /// A server that keeps nothing on disk.
    pub async fn start() -> Self {
        Self::with(|_, _| Vec::new()).await
    }

    /// With more options, which may name the port and the folder.
    pub async fn with(options: impl FnOnce(u16, &TempDir) -> Vec<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = options(port, &folder);
        let server = Self { child: spawn(port, &options, &folder), port, options, folder };
        server.wait_until_it_listens().await;
        server
    }

    /// How an instance reaches it.
    pub fn settings(&self) -> RedisSettings {
        RedisSettings::new("127.0.0.1", self.port)
    }

    async fn wait_until_it_listens(&self) {
        let began = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            assert!(began.elapsed() < PATIENCE, "redis-server does not listen");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// A connection of the test's own, past every instance.
    pub async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}/", self.port)).unwrap();
        // What a test asks for may take longer than what an instance asks for.
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
        client.get_multiplexed_async_connection_with_config(&config).await.unwrap()
    }

    /// Stops its clock: connections stay open and nothing answers.
    pub fn freeze(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Kills it; what it held is lost.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it as an administrator would.
    pub fn stop(&mut self) {
        self.signal("-TERM");
        self.child.wait().unwrap();
    }

    /// Starts it again on the same port, empty.
    pub async fn start_again(&mut self) {
        self.child = spawn(self.port, &self.options, &self.folder);
        self.wait_until_it_listens().await;
    }
}

fn spawn(port: u16, options: &[String], folder: &TempDir) -> Child {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"]);
    command.arg("--dir").arg(folder.path());
    if !options.iter().any(|option| option == "--port") {
        command.args(["--port", &port.to_string()]);
    }
    command.args(options).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
