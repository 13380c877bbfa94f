//! The binary, with an environment of its own.

use std::path::Path;
use std::process::{Command, Output};

use crate::config::ONE_OLT;

#[cfg(target_os = "linux")]
mod hostile_agent;
#[cfg(target_os = "linux")]
mod hostile_terminals;
#[cfg(unix)]
mod logs;
#[cfg(all(unix, feature = "sim"))]
mod readme;
#[cfg(unix)]
pub(crate) mod running;
#[cfg(all(unix, feature = "sim"))]
mod schemathesis;
mod show;
#[cfg(unix)]
mod store;
mod verdict;

/// The binary in a directory of its own, with no variable but those given.
fn oltd(directory: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oltd"));
    command.args(arguments).current_dir(directory).env_clear().envs(variables.iter().copied());
    command
}

fn run(
    files: &[(&str, &str)],
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> (Option<i32>, String, String) {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        // Its owner's alone, so that nothing is said of who else may read it.
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    let Output { status, stdout, stderr } = oltd(directory.path(), arguments, variables).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn check_says_what_serve_would_do() {
    let file =
        format!("{ONE_OLT}[olts.cli]\nusername = 'zte'\npassword = 'hidden'\nenable_password = 'hidden'\n");
    let (code, stdout, stderr) = run(
        &[("oltd.toml", &file)],
        &["check"],
        &[
            ("REDIS_HOST", "r"),
            ("REDIS_PASSWORD", "hidden"),
            ("REDIS_POOL_SIZE", "9"),
            ("OLTD_CACHE__ONUS", "90s"),
        ],
    );
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    for line in [
        "The configuration from oltd.toml is valid, with 1 warning.",
        "listen   http://127.0.0.1:8081",
        "cache    ONU lists and ONUs 1m 30s, PON info 10m, profiles 1h, at most 96 MiB",
        "redis    r:6379, database 0, password ***, keys begin with oltd",
        "OLT      one (one)",
        "  cache.onus = 90s",
        "  olts[0].snmp.community = ***",
        "  olts[0].writes = off",
        "warning  REDIS_POOL_SIZE: not used: all requests share one connection to Redis, which needs no pool",
    ] {
        assert!(stdout.lines().any(|shown| shown == line), "{line}\n{stdout}");
    }
    assert!(
        stdout.contains("192.0.2.1:161, community ***")
            && stdout.contains("telnet 192.0.2.1:23 as zte, password ***")
    );
    // A key is called `metrics.public`; the community stands nowhere.
    let values = stdout.replace("metrics.public", "");
    assert!(!values.contains("hidden") && !values.contains("public"), "{stdout}");
}

#[test]
fn wrong_input_ends_with_one_sentence_a_problem() {
    let file = format!("lisen = 1\n{ONE_OLT}port = 'x'\n");
    for command in ["check", "serve"] {
        let (code, stdout, stderr) =
            run(&[("my.toml", &file)], &[command, "--config", "my.toml"], &[("OLTD_FOO", "1")]);
        let verdict = if command == "check" { "The configuration from my.toml has 3 faults.\n" } else { "" };
        assert_eq!((code, stdout.as_str()), (Some(1), verdict));
        let lines: Vec<&str> = stderr.lines().collect();
        assert_eq!(lines.len(), 3, "{stderr}");
        assert!(lines[0].starts_with("OLTD_FOO: ") && lines[1].starts_with("my.toml: lisen: "), "{stderr}");
        assert_eq!(lines[2], "my.toml: olts[0].snmp.port: `x` is not a port from 1 to 65535");
    }
}

#[test]
fn without_a_configuration_it_says_how_to_make_one() {
    for command in ["check", "serve"] {
        let (code, _, stderr) = run(&[], &[command], &[]);
        assert_eq!(code, Some(1));
        assert!(stderr.starts_with("no OLT is configured: ") && stderr.lines().count() == 1, "{stderr}");
    }
}

#[test]
fn the_file_is_the_one_that_is_named() {
    let files = [("a.toml", ONE_OLT), ("oltd.toml", "x = 1")];
    assert_eq!(run(&files, &["check"], &[]).0, Some(1));
    assert_eq!(run(&files, &["check", "--config", "a.toml"], &[]).0, Some(0));
    assert_eq!(run(&files, &["check"], &[("OLTD_CONFIG", "a.toml")]).0, Some(0));
    let (code, _, stderr) = run(&files, &["check", "--config", "b.toml"], &[]);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("b.toml: cannot be read: "), "{stderr}");
}

#[test]
fn dotenv_stands_below_the_environment() {
    let dotenv = "# ours\r\nSNMP_HOST=192.0.2.7\r\nSNMP_COMMUNITY='a$b c'\nSNMP_PORT=1161\nTELNET_PROMPT_CONFIG=ZXAN(config)#\nUNRELATED=x\n";
    let (code, stdout, _) = run(&[(".env", dotenv)], &["check"], &[("SNMP_PORT", "1162"), ("SNMP_HOST", "")]);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(
        stdout.contains("192.0.2.7:1162") && stdout.contains("TELNET_PROMPT_CONFIG: not used"),
        "{stdout}"
    );
    let (code, _, stderr) = run(&[(".env", "SNMP_HOST=h\nSNMP_COMMUNITY=\"secret\nX=1\n")], &["check"], &[]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains(".env: line 2: ") && !stderr.contains("secret"), "{stderr}");
}

#[test]
fn wrong_usage_is_told_apart() {
    for arguments in [&["serv"][..], &["serve", "--confg", "x"], &[]] {
        assert_eq!(run(&[], arguments, &[]).0, Some(2), "{arguments:?}");
    }
    assert_eq!(run(&[], &["--version"], &[]).0, Some(0));
}

#[test]
fn an_address_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, stderr) = run(&[("oltd.toml", ONE_OLT)], &["serve"], &[("OLTD_LISTEN", &address)]);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with(&format!("cannot listen on {address}: ")), "{stderr}");
}

#[test]
fn show_reads_a_saved_output() {
    let fans = include_str!("../../../../../fixtures/c320-v2.1.0/show-fan.txt");
    let (code, stdout, stderr) = run(&[("fans", fans)], &["show", "--from", "fans", "sh", "fan"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let shown: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&shown["command"], &shown["problems"]), (&"show fan".into(), &serde_json::json!([])));
    assert_eq!(shown["rows"]["fans"].as_array().unwrap().len(), 2);

    let pasted = format!("OLT#show fan\r\n{fans}What is this?\r\nOLT#");
    let (code, stdout, stderr) = run(&[("fans", &pasted)], &["show", "--from", "fans", "show", "fan"], &[]);
    assert_eq!(code, Some(3));
    assert!(
        stderr.contains("What is this?") && stdout.contains("\"text\": \"What is this?\""),
        "{stdout}{stderr}"
    );
    let (code, raw, _) = run(&[("fans", &pasted)], &["show", "--raw", "--from", "fans", "show", "fan"], &[]);
    assert_eq!((code, raw), (Some(3), format!("{fans}What is this?\n")));
}

#[test]
fn show_says_what_it_knows() {
    let (code, stdout, stderr) = run(&[], &["show", "reboot"], &[]);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.lines().any(|line| line == "  show fan"), "{stderr}");
    let (code, _, stderr) = run(&[("oltd.toml", ONE_OLT)], &["show", "show", "fan"], &[]);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("no command line is configured"), "{stderr}");
    let (code, _, stderr) = run(&[("oltd.toml", ONE_OLT)], &["show", "--olt", "two", "show", "fan"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(1), "no OLT has the id `two`; there are: one\n"));
}

/// A file with one OLT and what else it says.
fn file(more: &str) -> String {
    format!("{more}\n{ONE_OLT}")
}

#[test]
fn nobody_is_let_in_by_accident() {
    for variables in [[("OLTD_LISTEN", "0.0.0.0:0")], [("SERVER_HOST", "0.0.0.0")]] {
        for command in ["check", "serve"] {
            let (code, stdout, stderr) = run(&[("oltd.toml", ONE_OLT)], &[command], &variables);
            assert_eq!((code, stderr.lines().count()), (Some(1), 1), "{stderr}");
            let verdict =
                if command == "check" { "The configuration from oltd.toml has 1 fault.\n" } else { "" };
            assert_eq!(stdout, verdict);
            for word in ["no token is configured", "oltd token", "127.0.0.1", "--insecure"] {
                assert!(stderr.contains(word), "{word}: {stderr}");
            }
        }
        let (code, stdout, _) = run(&[("oltd.toml", ONE_OLT)], &["check", "--insecure"], &variables);
        assert_eq!(code, Some(0));
        assert!(stdout.contains("warning  everybody who reaches this machine may ask"), "{stdout}");
    }
}

#[test]
fn a_token_comes_with_its_entry() {
    let (code, printed, stderr) = run(&[], &["token", "--name", "noc"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let (token, rest) = printed.split_once('\n').unwrap();
    assert!(token.len() == 69 && token.starts_with("oltd_"), "{token}");
    let entry = &rest[rest.find("[[auth.tokens]]").unwrap()..];
    assert!(!entry.contains(&token[5..]));
    let (code, stdout, stderr) =
        run(&[("oltd.toml", &file(entry))], &["check"], &[("OLTD_LISTEN", "0.0.0.0:80")]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.lines().any(|line| line == "tokens   of noc"), "{stdout}");
    assert!(!printed.contains("write"), "{printed}");
    let printed = run(&[], &["token", "--write"], &[]).1;
    let entry = &printed[printed.find("[[auth.tokens]]").unwrap()..];
    let stdout = run(&[("oltd.toml", &file(entry))], &["check"], &[]).1;
    assert!(stdout.lines().any(|line| line == "  auth.tokens[0].write = true"), "{stdout}");
    assert_ne!(run(&[], &["token"], &[]).1, run(&[], &["token"], &[]).1);
    assert_eq!(run(&[], &["token", "--name", "N C"], &[]).0, Some(2));
}

#[test]
fn a_certificate_that_is_not_there_ends_the_start() {
    let tls = file("tls = { cert_file = 'none.pem', key_file = 'none.key' }");
    for command in ["check", "serve"] {
        let (code, _, stderr) = run(&[("oltd.toml", &tls)], &[command], &[("OLTD_LISTEN", "127.0.0.1:0")]);
        assert_eq!(code, Some(1));
        assert!(stderr.starts_with("cannot serve TLS: none.pem: cannot be read: "), "{stderr}");
    }
}
