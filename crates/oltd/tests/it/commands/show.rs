//! `oltd show` at a simulated OLT.

use oltsim::{Options, SMALL, Simulator, Source};
use serde_json::{Value, json};

use super::run;

const ONU: [&str; 4] = ["show", "running-config", "interface", "gpon-onu_1/1/1:1"];

/// A simulator beside this test, and the configuration of a daemon in front of it.
fn simulated() -> (tokio::runtime::Runtime, Simulator, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let simulator = runtime.block_on(Simulator::start(Options::new(Source::Scenario(SMALL.into())))).unwrap();
    let (snmp, telnet) = (simulator.snmp_addr(), simulator.telnet_addr().unwrap());
    let file = format!(
        "[[olts]]\nid = 'one'\n[olts.snmp]\nhost = '{}'\nport = {}\ncommunity = 'public'\n[olts.cli]\nhost = '{}'\nport = {}\nusername = 'zte'\npassword = 'zte'\n",
        snmp.ip(),
        snmp.port(),
        telnet.ip(),
        telnet.port()
    );
    (runtime, simulator, file)
}

fn show(file: &str, options: &[&str], command: &[&str]) -> (Option<i32>, String, String) {
    run(&[("oltd.toml", file)], &[&["show"], options, command].concat(), &[])
}

fn rows(stdout: &str) -> Value {
    serde_json::from_str::<Value>(stdout).unwrap()["rows"].clone()
}

#[test]
fn rows_are_printed_as_json() {
    let (_runtime, simulator, file) = simulated();
    let (code, stdout, stderr) = show(&file, &[], &ONU);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((&shown["command"], &shown["problems"]), (&json!(ONU.join(" ")), &json!([])));
    let onu = &shown["rows"][0];
    assert_eq!(
        (&onu["name"], &onu["description"]),
        (&json!("Budi Santoso"), &json!("Jl. Merdeka 1")),
        "{onu}"
    );

    // In short words, of an OLT that is named, and without asking SNMP.
    let short = ["sh", "run", "int", "gpon-onu_1/1/1:1"];
    assert_eq!(rows(&show(&file, &["--olt", "one"], &short).1), shown["rows"]);
    assert_eq!(simulator.counters().requests, 0);

    let (code, raw, _) = show(&file, &["--raw"], &ONU);
    assert_eq!(code, Some(0));
    assert!(
        raw.starts_with("Building configuration...\n") && raw.contains("\n  name Budi Santoso\n"),
        "{raw}"
    );
    assert!(!raw.contains("SMALL#"), "without echo and prompt: {raw}");
}

#[test]
fn a_saved_session_gives_the_same_rows() {
    let (_runtime, simulator, file) = simulated();
    // Asked twice, it shows the same.
    simulator.device(|device| device.clock.hold()).unwrap();
    for command in [&ONU[..], &["show", "card"], &["show", "gpon", "onu", "detail-info", "gpon-onu_1/1/1:1"]]
    {
        let live = rows(&show(&file, &[], command).1);
        let raw = show(&file, &["--raw"], command).1;
        let typed = command.join(" ");
        let lines: Vec<&str> = raw.lines().collect();
        let erased = format!(" --More--{}", "\x08 \x08".repeat(9));
        let residue = " --More--         ";
        for (pager, line_end) in [("", "\n"), ("", "\r\n"), (erased.as_str(), "\r\n"), (residue, "\n")] {
            let pages: Vec<String> = lines.chunks(5).map(|page| page.join(line_end)).collect();
            let pages = pages.join(&format!("{line_end}{pager}"));
            let saved = format!(
                "SMALL#{typed}{line_end}{pages}{line_end}SMALL#show clock{line_end}noon{line_end}SMALL#"
            );
            let arguments = [&["show", "--from", "saved"], command].concat();
            let (code, stdout, stderr) = run(&[("saved", &saved)], &arguments, &[]);
            assert_eq!((code, stderr.as_str()), (Some(0), ""), "{saved:?}");
            assert_eq!(rows(&stdout), live, "{saved:?}");
        }
    }
}

/// What is longer than the terminal is wide comes back in one piece, live and from a file.
#[test]
fn what_was_wrapped_is_whole() {
    let (_runtime, simulator, file) = simulated();
    let long = "exactly 64 characters # > $ so that lines wrap at column eighty.";
    let first = simulator.device(|device| device.onus().next().unwrap().0).unwrap();
    simulator.device(|device| device.onu_mut(first).unwrap().configured.description = long.into()).unwrap();
    let command = ["show", "gpon", "onu", "detail-info", "gpon-onu_1/1/1:1"];
    let (code, stdout, _) = show(&file, &[], &command);
    assert_eq!((code, &rows(&stdout)["description"]), (Some(0), &json!(long)));
    let raw = show(&file, &["--raw"], &command).1;
    assert!(!raw.contains(long), "it is wrapped: {raw}");
    let (code, stdout, _) =
        run(&[("saved", &raw)], &[&["show", "--from", "saved"], &command[..]].concat(), &[]);
    assert_eq!((code, &rows(&stdout)["description"]), (Some(0), &json!(long)));
}

/// Who is logged in, live and from a file.
#[test]
fn who_is_logged_in() {
    let (_runtime, _simulator, file) = simulated();
    let (code, stdout, stderr) = show(&file, &[], &["show", "users"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let own = &rows(&stdout)[0];
    assert_eq!(own, &json!({"line": "66 vty 0", "user": "zte", "from": "127.0.0.1", "own": true}));
    let saved = include_str!("../../../../../fixtures/c320-v2.1.0/show-users.txt");
    let (code, stdout, stderr) = run(&[("saved", saved)], &["show", "--from", "saved", "show", "users"], &[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    let users: Vec<_> = rows(&stdout)
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["user"].clone(), row["own"].clone()))
        .collect();
    assert_eq!(users, [(json!("zte"), json!(false)), (json!("noc"), json!(true))]);
}

#[test]
fn lines_that_no_rule_knows_make_it_three() {
    let (_runtime, simulator, file) = simulated();
    let faults = r#"[{"target":"cli","kind":"log"}]"#;
    simulator.set_faults(serde_json::from_str(faults).unwrap()).unwrap();
    let (code, stdout, stderr) = show(&file, &[], &["show", "card"]);
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, shown["problems"].as_array().map(Vec::len)), (Some(3), Some(1)), "{stdout}{stderr}");
    let problem = &shown["problems"][0];
    assert!(stderr.contains(problem["text"].as_str().unwrap()), "{stderr}");
    assert!(stderr.starts_with(&format!("line {}: ", problem["line"])), "{stderr}");
    assert!(!shown["rows"].as_array().unwrap().is_empty(), "the rows that were understood are there");
}

#[test]
fn refusals_and_failures_make_it_one() {
    let (runtime, simulator, file) = simulated();
    let (code, stdout, stderr) =
        show(&file, &[], &["show", "gpon", "onu", "detail-info", "gpon-onu_1/1/1:99"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "{stderr}");
    assert!(stderr.contains("the OLT refused") && stderr.contains('%'), "{stderr}");

    let (code, _, stderr) = show(&file.replace("password = 'zte'", "password = 'hidden'"), &[], &ONU);
    assert_eq!(code, Some(1));
    assert!(stderr.contains("login") && !stderr.contains("hidden"), "{stderr}");

    runtime.block_on(simulator.stop());
    let (code, stdout, stderr) = show(&file, &[], &ONU);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    assert!(stderr.contains("the command line cannot be reached"), "{stderr}");
}

#[test]
fn unknown_commands_make_it_two() {
    for command in [
        &["show", "reboot"][..],
        &["configure", "terminal"],
        &["show", "card;", "exit"],
        &["show", "card\nexit"],
    ] {
        let (code, stdout, stderr) = show("", &[], command);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{stderr}");
        assert!(stderr.contains("the show commands that are known:"), "{stderr}");
    }
}

/// Whatever command a saved configuration is taken for, its secrets are told by neither stream.
#[test]
fn no_secret_of_a_saved_configuration_is_printed() {
    let saved = include_str!("../../../../zte/tests/cases/secrets.txt");
    for command in ["running-config", "card", "running-config interface gpon-onu_1/1/1:1", "onu-type"] {
        let words: Vec<&str> = command.split(' ').collect();
        let (code, stdout, stderr) =
            run(&[("saved", saved)], &[&["show", "--from", "saved", "show"], &words[..]].concat(), &[]);
        assert!([Some(0), Some(3)].contains(&code), "{command}: {stderr}");
        assert!(!stdout.contains("QQ") && !stderr.contains("QQ"), "{command}: {stdout} {stderr}");
        assert!(stdout.contains("192.0.2.9") || stderr.contains("192.0.2.9"), "{command}: {stdout} {stderr}");
    }
}
