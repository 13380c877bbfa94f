//! Commands that run until they are told to end.

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use super::{ONE_OLT, oltd};

/// A command in a directory of its own. It does not outlive its test.
pub(crate) struct Running {
    child: Child,
    pub(super) stdout: Lines<BufReader<ChildStdout>>,
    pub(crate) stderr: Lines<BufReader<ChildStderr>>,
    pub(crate) directory: TempDir,
}

impl Running {
    pub(crate) fn start(files: &[(&str, &str)], arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        Self::spawn(oltd(directory.path(), arguments, variables), directory)
    }

    /// Starts a command that stands in its directory.
    pub(crate) fn spawn(mut command: Command, directory: TempDir) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, stdout, stderr, directory }
    }

    /// Its next line that holds `words`.
    #[cfg(feature = "sim")]
    pub(super) fn line_with(&mut self, words: &str) -> Option<String> {
        self.stdout.by_ref().map(Result::unwrap).find(|line| line.contains(words))
    }

    /// The number of its process.
    #[cfg(target_os = "linux")]
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended, which it must do with success.
    pub(super) fn ends(&mut self) {
        assert!(self.child.wait().unwrap().success());
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("sh").args(["-c", &self.kill_command(signal)]).status().unwrap().success());
    }

    /// The shell's command that sends it a signal.
    pub(crate) fn kill_command(&self, signal: &str) -> String {
        format!("kill -{signal} {}", self.child.id())
    }

    /// Tells it to end, which it must do with success.
    pub(crate) fn end(&mut self, signal: &str) {
        self.signal(signal);
        self.ends();
    }

    /// Its own figures, as Linux tells them.
    pub(crate) fn proc(&self, file: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The status line and the body of `http://address/path`.
pub(super) fn get(url: &str) -> String {
    get_with(url, "")
}

/// As [`get`], with these lines in the head.
fn get_with(url: &str, lines: &str) -> String {
    let (address, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET /{path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{lines}\r\n")
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn serve_answers_and_ends_when_told() {
    for signal in ["TERM", "INT"] {
        let variables = [("OLTD_LISTEN", "127.0.0.1:0"), ("OLTD_LOG__FORMAT", "json"), ("BACKUP_DIR", "x")];
        let mut serve = Running::start(&[("oltd.toml", ONE_OLT)], &["serve"], &variables);
        let mut noted = false;
        let address = serve
            .stderr
            .by_ref()
            .find_map(|line| {
                let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
                noted |= line["variable"] == "BACKUP_DIR";
                line["address"].as_str().map(str::to_owned)
            })
            .unwrap();
        assert!(noted, "the variable that is not used is logged");
        assert!(get(&format!("http://{address}/healthz")).starts_with("HTTP/1.1 200 "));
        serve.end(signal);
        assert!(serve.stderr.by_ref().last().unwrap().unwrap().contains("stopped"));
        assert!(serve.stdout.next().is_none(), "log lines go to stderr");
        assert_eq!(std::fs::read_dir(serve.directory.path()).unwrap().count(), 1, "nothing is written");
    }
}

/// The address that a server which logs JSON listens on.
pub(crate) fn address(serve: &mut Running) -> String {
    let mut lines = serve.stderr.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    lines.find_map(|line: serde_json::Value| line["address"].as_str().map(str::to_owned)).unwrap()
}

#[test]
fn a_request_is_one_line() {
    let sha256 = "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"; // of `key`
    let token = format!("[[auth.tokens]]\nname = 'noc'\nsha256 = '{sha256}'\n{ONE_OLT}");
    for (access, lines) in [("true", 4), ("false", 0)] {
        let variables =
            [("OLTD_LISTEN", "127.0.0.1:0"), ("OLTD_LOG__FORMAT", "json"), ("OLTD_LOG__ACCESS", access)];
        let mut serve = Running::start(&[("oltd.toml", &token)], &["serve"], &variables);
        let address = address(&mut serve);
        let key = "X-API-Key: key\r\nX-Request-ID: r-1\r\n";
        let statuses = [
            get_with(&format!("http://{address}/api/v1/olts?token=hunter2"), key),
            get_with(&format!("http://{address}/api/v1/olts"), "Authorization: Bearer hunter2\r\n"),
            get_with(&format!("http://{address}/nothing"), key),
            get(&format!("http://{address}/healthz")),
        ];
        let statuses = statuses.map(|answer| answer.split(' ').nth(1).unwrap().to_owned());
        assert_eq!(statuses, ["200", "401", "404", "200"]);
        serve.end("TERM");
        let log: Vec<String> = serve.stderr.by_ref().map(Result::unwrap).collect();
        assert!(!log.concat().contains("hunter2") && !log.concat().contains("\"key\""), "{log:#?}");
        let log: Vec<serde_json::Value> =
            log.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        let requests: Vec<_> = log.into_iter().filter(|line| line["message"] == "request").collect();
        assert_eq!(requests.len(), lines, "{requests:#?}");
        let Some(first) = requests.first() else { continue };
        let shown = ["request.id", "http.method", "http.path", "http.route", "client", "caller", "level"]
            .map(|field| first[field].as_str().unwrap_or_default());
        assert_eq!(shown, ["r-1", "GET", "/api/v1/olts", "/api/v1/olts", "127.0.0.1", "noc", "INFO"]);
        assert!(first["http.bytes"].as_u64().unwrap() > 0 && first["duration_ms"].is_number(), "{first}");
        assert_eq!((&requests[1]["http.status"], requests[1].get("caller")), (&401.into(), None));
        assert_eq!((&requests[2]["caller"], requests[2].get("http.route")), (&"noc".into(), None));
        assert!(requests[2]["error"].as_str().unwrap().contains("/nothing"), "{}", requests[2]);
    }
}

#[test]
fn the_end_comes_within_5_s_whatever_the_olt_and_redis_do() {
    let snmp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let [telnet, redis] = [(); 2].map(|()| std::net::TcpListener::bind("127.0.0.1:0").unwrap());
    let ports = [&snmp.local_addr(), &telnet.local_addr(), &redis.local_addr()]
        .map(|address| address.as_ref().unwrap().port().to_string());
    let variables = [
        ("OLTD_LISTEN", "127.0.0.1:0"),
        ("OLTD_LOG__FORMAT", "json"),
        ("SNMP_HOST", "127.0.0.1"),
        ("SNMP_PORT", &ports[0]),
        ("SNMP_COMMUNITY", "x"),
        ("TELNET_PORT", &ports[1]),
        ("TELNET_HOST", "127.0.0.1"),
        ("TELNET_USERNAME", "x"),
        ("TELNET_PASSWORD", "x"),
        ("REDIS_HOST", "127.0.0.1"),
        ("REDIS_PORT", &ports[2]),
    ];
    let mut serve = Running::start(&[], &["serve"], &variables);
    let address = address(&mut serve);
    let mut asked = TcpStream::connect(&address).unwrap();
    write!(asked, "GET /api/v1/board/1/pon/1 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut cli = TcpStream::connect(&address).unwrap();
    write!(cli, "GET /api/v1/traffic/profiles HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    // Both are under way once the OLT was asked, which never answers.
    snmp.recv_from(&mut [0; 2048]).unwrap();
    let _session = telnet.accept().unwrap();
    let begun = std::time::Instant::now();
    serve.end("TERM");
    assert!(begun.elapsed() < std::time::Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[cfg(feature = "sim")]
#[test]
fn what_the_demo_prints_works() {
    for (arguments, variables) in
        [(&["demo", "--listen", "127.0.0.1:0"][..], &[][..]), (&["demo"], &[("OLTD_LISTEN", "127.0.0.1:0")])]
    {
        let mut demo = Running::start(&[], arguments, variables);
        let lines: Vec<String> =
            demo.stdout.by_ref().map(Result::unwrap).take_while(|l| !l.starts_with("Ctrl-C")).collect();
        let urls: Vec<&str> = lines.iter().filter_map(|line| line.trim().strip_prefix("curl ")).collect();
        assert_eq!(urls.len(), 3, "{lines:#?}");
        for url in urls {
            let answer = get(url);
            assert!(
                answer.starts_with("HTTP/1.1 200 ") && !answer.contains("\"data\":[]"),
                "{url}: {answer}"
            );
        }
        demo.end("TERM");
    }
}

#[cfg(feature = "sim")]
#[test]
fn sim_prints_its_addresses_and_ends_when_told() {
    let walk = ("a.snmprec", "1.3.6.1.2.1.1.1.0|4|C320\n");
    let walked = ["sim", "--walk", walk.0, "--telnet", "127.0.0.1:0"];
    for (arguments, telnet) in [
        (&["sim"][..], "telnet   127.0.0.1:"),
        (&walked, "telnet   127.0.0.1:0 stays closed: "),
        (&["sim", "--telnet", "127.0.0.1:0"], "telnet   127.0.0.1:"),
    ] {
        let mut sim = Running::start(&[walk], arguments, &[]);
        let mut line = || sim.stdout.next().unwrap().unwrap();
        assert!(line().starts_with("snmp     127.0.0.1:"));
        assert!(line().starts_with(telnet));
        let control = line();
        let counters = control.split_whitespace().find(|word| word.starts_with("http://")).unwrap();
        assert!(get(counters.trim_end_matches(',')).starts_with("HTTP/1.1 200 "), "{control}");
        let login = line();
        assert!(login.starts_with("login    community public"), "{login}");
        let cli = ", user zte, password zte, enable password zxr10";
        assert_eq!(login.ends_with(cli), !telnet.contains("closed"), "{login}");
        sim.end("TERM");
    }
}

#[cfg(feature = "sim")]
#[test]
fn sim_knows_scenarios_by_name() {
    let own = ("own.toml", "[cli]\nuser = \"admin\"\n[agent]\ncommunity = \"other\"\n");
    for (scenario, login) in [
        ("c300", "login    community public, user zte, password zte, enable password zxr10"),
        ("own.toml", "login    community other, user admin, password zte, enable password zxr10"),
    ] {
        let mut sim = Running::start(&[own], &["sim", "--scenario", scenario], &[]);
        assert_eq!(sim.stdout.by_ref().nth(3).unwrap().unwrap(), login, "{scenario}");
        sim.end("TERM");
    }
    let (code, _, stderr) = super::run(&[], &["sim", "--scenario", "c3000"], &[]);
    assert_eq!(code, Some(1));
    for name in ["cannot read c3000", "demo, small, full, c300, no-optics, slow-agent, v1.2"] {
        assert!(stderr.contains(name), "{stderr}");
    }
}

/// The demo is the server with another OLT, and obeys what is configured.
#[cfg(feature = "sim")]
#[test]
fn the_demo_obeys_the_limits_of_optics() {
    let levels = |variables: &[(&str, &str)]| {
        let mut demo = Running::start(&[], &["demo", "--listen", "127.0.0.1:0"], variables);
        let lines: Vec<String> =
            demo.stdout.by_ref().map(Result::unwrap).take_while(|l| !l.starts_with("Ctrl-C")).collect();
        let onu =
            lines.iter().find_map(|line| line.trim().strip_prefix("curl ").filter(|l| l.contains("/onu/")));
        // base/api/v1/board/1/pon/P/onu/N
        let parts: Vec<&str> = onu.unwrap().split('/').collect();
        let url =
            format!("http://{}/api/v1/monitoring/onu/1-{}-{}/{}", parts[2], parts[6], parts[8], parts[10]);
        let answer = get(&url);
        demo.end("TERM");
        answer
    };
    let usual = levels(&[]);
    assert!(usual.starts_with("HTTP/1.1 200 ") && !usual.contains("\"high\""), "{usual}");
    let never = [("OLTD_MONITORING__RX_POWER_LOW", "-99"), ("OLTD_MONITORING__RX_POWER_HIGH", "-50")];
    let narrow = levels(&never);
    assert!(narrow.contains("\"high\""), "{narrow}");
}
