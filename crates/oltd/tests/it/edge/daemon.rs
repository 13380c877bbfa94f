//! What the daemon does with signals, few files and many clients at once.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{connect_from, status_from};
use crate::commands::running::{Running, address};
use crate::config::ONE_OLT;

const VARIABLES: [(&str, &str); 2] = [("OLTD_LISTEN", "127.0.0.1:0"), ("OLTD_LOG__FORMAT", "json")];

/// Reads log lines until one holds the words, for at most 20 s: then the daemon
/// is told to end, and so do its lines.
fn logged(daemon: &mut Running, words: &str) -> Value {
    let (found, awaited) = std::sync::mpsc::channel::<()>();
    let kill = daemon.kill_command("TERM");
    std::thread::spawn(move || {
        if awaited.recv_timeout(Duration::from_secs(20)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            let _ = Command::new("sh").args(["-c", &kill]).status();
        }
    });
    let _found = found;
    let mut lines = daemon.stderr.by_ref().map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    lines.find(|line: &Value| line["message"].as_str().is_some_and(|text| text.contains(words))).unwrap()
}

/// A file with one OLT and a token.
fn with_token(name: &str, token: &str) -> String {
    let hash = <[u8; 32]>::from(Sha256::digest(token)).map(|byte| format!("{byte:02x}")).concat();
    format!("[[auth.tokens]]\nname = '{name}'\nsha256 = '{hash}'\n{ONE_OLT}")
}

/// The answer to a GET.
fn get(at: &str, path: &str, token: &str) -> String {
    ask("GET", at, path, token)
}

fn ask(method: &str, at: &str, path: &str, token: &str) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\nx-api-key: {token}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn status(at: &str, token: &str) -> String {
    get(at, "/api/v1/olts", token).split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn no_signal_ends_it_without_a_word() {
    for last in ["QUIT", "TERM"] {
        let mut daemon = Running::start(&[("oltd.toml", ONE_OLT)], &["serve"], &VARIABLES);
        let at = address(&mut daemon);
        for (number, name) in [
            (10, "SIGUSR1"),
            (12, "SIGUSR2"),
            (14, "SIGALRM"),
            (16, "SIGSTKFLT"),
            (24, "SIGXCPU"),
            (25, "SIGXFSZ"),
            (26, "SIGVTALRM"),
            (27, "SIGPROF"),
            (29, "SIGIO"),
            (30, "SIGPWR"),
            (34, "signal 34"),
            (64, "signal 64"),
        ] {
            daemon.signal(&number.to_string());
            assert_eq!(logged(&mut daemon, "changes nothing")["signal"], name);
        }
        daemon.signal("PIPE");
        daemon.signal("HUP");
        logged(&mut daemon, "tokens were read again");
        assert_eq!(status(&at, ""), "200");
        daemon.end(last);
        assert_eq!(logged(&mut daemon, "told to end")["signal"], format!("SIG{last}"));
        logged(&mut daemon, "stopped");
    }
}

#[test]
fn a_hangup_reads_tokens_again() {
    let mut daemon = Running::start(&[("oltd.toml", &with_token("noc", "one"))], &["serve"], &VARIABLES);
    let (at, file) = (address(&mut daemon), daemon.directory.path().join("oltd.toml"));
    assert_eq!((status(&at, "one"), status(&at, "two")), ("200".into(), "401".into()));
    std::fs::write(&file, with_token("billing", "two")).unwrap();
    daemon.signal("HUP");
    assert_eq!(logged(&mut daemon, "tokens were read again")["tokens"], "billing");
    assert_eq!((status(&at, "one"), status(&at, "two")), ("401".into(), "200".into()));

    std::fs::write(&file, with_token("billing", "two").replace("sha256 = '", "sha256 = 'hunter2")).unwrap();
    daemon.signal("HUP");
    let line = logged(&mut daemon, "cannot be read again");
    assert_eq!(line["level"], "ERROR");
    let why = line["error"].as_str().unwrap();
    assert!(why.contains("oltd.toml: auth.tokens[0].sha256: ") && !why.contains("hunter2"), "{why}");
    assert_eq!((status(&at, "one"), status(&at, "two")), ("401".into(), "200".into()));
    daemon.end("TERM");
}

#[test]
fn a_hangup_reads_who_may_write_again() {
    let reading = with_token("noc", "one");
    let mut daemon = Running::start(&[("oltd.toml", &reading)], &["serve"], &VARIABLES);
    let (at, file) = (address(&mut daemon), daemon.directory.path().join("oltd.toml"));
    let denied = || ask("POST", &at, "/api/v1/system/save", "one");
    assert!(denied().contains("it has no `write = true`"), "{}", denied());
    std::fs::write(&file, reading.replace("name = 'noc'", "name = 'noc'\nwrite = true")).unwrap();
    daemon.signal("HUP");
    logged(&mut daemon, "tokens were read again");
    assert!(denied().contains("its `writes` are off"), "{}", denied());
    std::fs::write(&file, reading).unwrap();
    daemon.signal("HUP");
    logged(&mut daemon, "tokens were read again");
    assert!(denied().contains("it has no `write = true`"), "{}", denied());
    daemon.end("TERM");
}

#[test]
fn a_hangup_opens_no_server_to_everybody() {
    let variables = [("OLTD_LISTEN", "0.0.0.0:0"), VARIABLES[1]];
    let mut daemon = Running::start(&[("oltd.toml", &with_token("noc", "one"))], &["serve"], &variables);
    let at = address(&mut daemon).replace("0.0.0.0", "127.0.0.1");
    std::fs::write(daemon.directory.path().join("oltd.toml"), ONE_OLT).unwrap();
    daemon.signal("HUP");
    let why = logged(&mut daemon, "cannot be read again")["error"].as_str().unwrap().to_owned();
    assert!(why.contains("no token is configured"), "{why}");
    assert_eq!((status(&at, "one"), status(&at, "")), ("200".into(), "401".into()));
    daemon.end("TERM");
}

#[test]
fn a_hangup_reads_the_certificate_again() {
    let tls = format!("tls = {{ cert_file = 'cert', key_file = 'key' }}\n{ONE_OLT}");
    let pair = || {
        let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (pair.cert.pem(), pair.signing_key.serialize_pem())
    };
    let (cert, key) = pair();
    let files = [("oltd.toml", &*tls), ("cert", &cert), ("key", &key)];
    let mut daemon = Running::start(&files, &["serve"], &VARIABLES);
    address(&mut daemon);
    let (cert, key) = pair();
    let path = |name| daemon.directory.path().join(name);
    let (cert_file, key_file) = (path("cert"), path("key"));
    std::fs::write(&key_file, "nonsense").unwrap();
    daemon.signal("HUP");
    let line = logged(&mut daemon, "certificate cannot be read again");
    assert!(line["error"].as_str().unwrap().contains("key: holds no private key"), "{line}");
    std::fs::write(cert_file, cert).unwrap();
    std::fs::write(key_file, key).unwrap();
    daemon.signal("HUP");
    let line = logged(&mut daemon, "certificate was read again");
    assert_eq!((&line["signal"], &line["new"]), (&"SIGHUP".into(), &true.into()), "{line}");
    daemon.end("TERM");
}

#[test]
fn a_thousand_clients_may_wait_to_be_accepted() {
    let mut daemon = Running::start(&[("oltd.toml", ONE_OLT)], &["serve"], &VARIABLES);
    let at: SocketAddr = address(&mut daemon).parse().unwrap();
    daemon.signal("STOP");
    let connect = || TcpStream::connect_timeout(&at, Duration::from_secs(1));
    let waiting = (0..1_000).map_while(|_| connect().ok()).collect::<Vec<_>>().len();
    daemon.signal("CONT");
    assert_eq!(waiting, 1_000);
    daemon.end("TERM");
}

#[tokio::test]
async fn few_files_are_enough_to_serve() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("oltd.toml"), ONE_OLT).unwrap();
    let mut command = Command::new("sh");
    let serve = format!("ulimit -n 48; exec {} serve", env!("CARGO_BIN_EXE_oltd"));
    command.args(["-c", &serve]).current_dir(directory.path()).env_clear().envs(VARIABLES);
    let mut daemon = Running::spawn(command, directory);
    let at: SocketAddr = address(&mut daemon).parse().unwrap();
    let mut held = Vec::new();
    for n in 0..300 {
        held.push(connect_from(&format!("127.0.0.{}", 2 + n % 50), at).await.unwrap());
        if n % 50 == 49 {
            let begun = Instant::now();
            assert_eq!(status_from("127.0.0.1", at, "/healthz").await.unwrap(), "200");
            assert!(begun.elapsed() < Duration::from_secs(1), "{n}: {:?}", begun.elapsed());
        }
    }
    daemon.end("TERM");
    let lines: Vec<String> = daemon.stderr.by_ref().map(Result::unwrap).collect();
    let warnings = lines.iter().filter(|line| line.contains("makes way")).count();
    assert!((1..=2).contains(&warnings), "{lines:#?}");
}

#[test]
fn strangers_learn_no_name_of_an_olt() {
    let mut daemon = Running::start(&[("oltd.toml", &with_token("noc", "one"))], &["serve"], &VARIABLES);
    let at = address(&mut daemon);
    let ready = |token| -> Value {
        let answer = get(&at, "/readyz", token);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        serde_json::from_str::<Value>(answer.split_once("\r\n\r\n").unwrap().1).unwrap()["data"].take()
    };
    let counts = serde_json::json!({"ready": true, "redis": null, "olts_configured": 1, "olts_reachable": 0});
    assert_eq!((ready(""), ready("two")), (counts.clone(), counts));
    assert_eq!(ready("one")["olts"], serde_json::json!([{"id": "one", "reachable": null}]));
    daemon.end("TERM");
    let mut open = Running::start(&[("oltd.toml", ONE_OLT)], &["serve"], &VARIABLES);
    let at = address(&mut open);
    assert!(get(&at, "/readyz", "").contains("\"id\":\"one\""), "nobody is a stranger");
    open.end("TERM");
}

#[test]
fn what_is_risky_is_told_at_the_start_and_by_check() {
    use std::os::unix::fs::PermissionsExt;

    let (hash, proxies) = ("1".repeat(64), "proxies = ['0.0.0.0/1', '128.0.0.0/1']");
    let tls = "tls = { cert_file = 'cert', key_file = 'key' }";
    let file =
        format!("{tls}\nhttp.{proxies}\nauth.tokens = [{{ name = 'noc', sha256 = '{hash}' }}]\n{ONE_OLT}");
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (cert, key) = (pair.cert.pem(), pair.signing_key.serialize_pem());
    let secret = ["oltd.toml", ".env", "key"];
    for (mode, told) in [(0o644, true), (0o602, true), (0o640, false), (0o600, false)] {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let dotenv = "OLTD_CACHE__REDIS__HOST=127.0.0.1\nOLTD_CACHE__REDIS__PASSWORD=hunter2\n";
        for (name, text) in [("oltd.toml", &*file), (".env", dotenv), ("cert", &cert), ("key", &key)] {
            std::fs::write(path(name), text).unwrap();
            let mode = if name == "cert" { 0o644 } else { mode };
            std::fs::set_permissions(path(name), std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let command = |name: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_oltd"));
            command.arg(name).current_dir(directory.path()).env_clear().envs(VARIABLES);
            command
        };
        let checked = command("check").output().unwrap();
        let checked = String::from_utf8(checked.stdout).unwrap();
        let serve = command("serve");
        let mut daemon = Running::spawn(serve, directory);
        let lines: Vec<String> = daemon
            .stderr
            .by_ref()
            .map(Result::unwrap)
            .take_while(|line| !line.contains("listening on"))
            .collect();
        daemon.end("TERM");
        for (name, text, told) in secret
            .map(|name| (name, "everybody on this machine can read it", told))
            .into_iter()
            .chain([("cert", "everybody", false), ("oltd.toml: http.proxies", "takes everybody", true)])
        {
            let words = format!("{name}: {}", if text.starts_with("takes") { text } else { "holds secrets" });
            assert_eq!(checked.contains(&format!("warning  {words}")), told, "{mode:o} {name}: {checked}");
            let logged = lines.iter().any(|line| line.contains(&words) && line.contains("\"WARN\""));
            assert_eq!(logged, told, "{mode:o} {name}: {lines:#?}");
        }
        assert!(!checked.contains("hunter2"));
    }
}
