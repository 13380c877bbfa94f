//! What some devices do and others do not: ends of lines, logins, host names, bytes.

use std::time::{Duration, Instant};

use oltsim::{Effect, Fault, Wire};

use crate::client::{fault, start};
use crate::terminal::{Terminal, with_cli};

#[tokio::test]
async fn cr_lf_is_one_enter_where_the_scenario_says_so() {
    let simulator = with_cli("cr_lf = \"one\"").await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.send("zte\r\n").await;
    terminal.until("Password:").await;
    terminal.send("zte\r\n").await;
    assert_eq!(terminal.until("SMALL#").await, "\r\nSMALL#");
    terminal.send("end\r\nend\r\n").await;
    assert_eq!(terminal.until("SMALL#end\r\nSMALL#").await, "end\r\nSMALL#end\r\nSMALL#");
    // A LF of its own is an Enter.
    terminal.send("\n\r\n").await;
    assert_eq!(terminal.until("SMALL#\r\nSMALL#").await, "\r\nSMALL#\r\nSMALL#");
}

#[tokio::test]
async fn a_late_lf_is_an_enter_of_its_own() {
    for (late, answer) in [(false, "Password:"), (true, "Username:")] {
        let simulator = with_cli("cr_lf = \"one\"\nempty_user = \"again\"").await;
        if late {
            simulator.set_faults(vec![fault(r#"{"target":"cli","kind":"late_lf","ms":10}"#)]).unwrap();
        }
        let mut terminal = Terminal::of(&simulator).await;
        terminal.until("Username:").await;
        terminal.send("\r").await;
        terminal.until("Username:").await;
        tokio::time::sleep(Duration::from_millis(25)).await;
        terminal.send("\n").await;
        if late {
            assert_eq!(terminal.until(answer).await, "\r\nUsername:");
        } else {
            assert_eq!(terminal.ask("zte", answer).await, "zte\r\nPassword:");
        }
    }
}

/// What came, and when.
async fn timed(terminal: &mut Terminal, end: &str) -> Vec<(u8, Instant)> {
    let mut all: Vec<(u8, Instant)> = Vec::new();
    while !all.iter().map(|(byte, _)| *byte).collect::<Vec<_>>().ends_with(end.as_bytes()) {
        let byte = tokio::io::AsyncReadExt::read_u8(&mut terminal.stream).await.unwrap();
        all.push((byte, Instant::now()));
    }
    all
}

fn gap(bytes: &[(u8, Instant)], at: usize) -> Duration {
    bytes[at].1 - bytes[at - 1].1
}

#[tokio::test]
async fn the_wire_cuts_what_the_device_says() {
    let pause = Duration::from_millis(25);
    let wire = |wire| vec![Fault::cli(Effect::Wire { wire, by: pause })];
    let simulator = with_cli("privilege = 1").await;
    for wrong in [Wire::SplitLineEnds, Wire::Nul, Wire::Trickle] {
        simulator.clear_faults();
        let mut terminal = Terminal::of(&simulator).await;
        terminal.until("Username:").await;
        terminal.ask("zte", "Password:").await;
        simulator.set_faults(wire(wrong)).unwrap();
        terminal.send("zte\n").await;
        let login = timed(&mut terminal, "SMALL>").await;
        let text: Vec<u8> = login.iter().map(|(byte, _)| *byte).collect();
        match wrong {
            Wire::SplitLineEnds => {
                assert_eq!(text, b"\r\nSMALL>");
                assert!(gap(&login, 1) >= pause / 2, "CR and LF come apart");
            }
            Wire::Nul => {
                assert!(text.starts_with(b"\0\r\n"), "{text:?}");
                assert!(gap(&login, 1) >= pause / 2, "the NUL comes first");
            }
            _ => {
                assert_eq!(text, b"\r\nSMALL>");
                assert!(login[7].1 - login[0].1 >= pause * 5, "one byte at a time");
            }
        }
        terminal.send("enable\n").await;
        timed(&mut terminal, "Password:").await;
        terminal.send("zxr10\n").await;
        let enabled: Vec<u8> = timed(&mut terminal, "SMALL#").await.iter().map(|(byte, _)| *byte).collect();
        assert!(enabled.ends_with(b"\r\nSMALL#") || wrong == Wire::Nul, "{enabled:?}");
    }
}

#[tokio::test]
async fn logins_are_worded_by_the_scenario() {
    let words = "login_prompt = \"   login:\"\npassword_prompt = \"Passwort: \"\nlogin_refusal = \"% Username or password error\"\nprivilege = 0";
    let simulator = with_cli(words).await;
    let mut terminal = Terminal::of(&simulator).await;
    assert!(terminal.until("login:").await.ends_with("\r\n   login:"));
    terminal.ask("zte", "Passwort: ").await;
    let refused = terminal.ask("wrong", "login:").await;
    assert_eq!(refused, "\r\n% Username or password error\r\n   login:");
    terminal.send("zte\nzte\n").await;
    terminal.until("SMALL>").await;
    terminal.ask("enable", "Passwort: ").await;
    terminal.ask("zxr10", "SMALL#").await;
}

#[tokio::test]
async fn a_login_asks_for_another_password() {
    let change =
        "change_password = { text = \"Your password is old.\\n\", new = \"New:\", confirm = \"Again:\" }";
    let simulator = with_cli(change).await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.ask("zte", "Password:").await;
    assert_eq!(terminal.ask("zte", "New:").await, "\r\nYour password is old.\r\nNew:");
    terminal.ask("secret", "Again:").await;
    assert_eq!(terminal.ask("other", "New:").await, "\r\nNew:", "they differ, and none is echoed");
    terminal.ask("secret", "Again:").await;
    assert_eq!(terminal.ask("secret", "SMALL#").await, "\r\nSMALL#");
}

#[tokio::test]
async fn host_names_of_any_sort_stand_in_the_prompt() {
    for name in ["OLT/1", "OLT(2)", "admin@OLT", "site:3", "A B"] {
        let scenario = oltsim::SMALL.replace("name = \"SMALL\"", &format!("name = \"{name}\""));
        let simulator = start(oltsim::Source::Scenario(scenario)).await;
        let mut terminal = Terminal::of(&simulator).await;
        terminal.until("Username:").await;
        terminal.send("zte\nzte\n").await;
        terminal.until(&format!("\r\n{name}#")).await;
        terminal.ask("configure terminal", &format!("{name}(config)#")).await;
    }
}

#[tokio::test]
async fn names_are_sent_byte_for_byte() {
    // GBK, Latin-1, cp1251, a character of the private use area, and UTF-8.
    for hex in ["bffcb4f8d3c3bba7", "4b6f6c6ee9", "c8e2e0ed", "efbe80ef9e85", "c3bc626572"] {
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        let onu = format!(
            "[[onus]]\nat = \"1/1/1:1\"\nname = {{ hex = \"{hex}\" }}\ndescription = {{ hex = \"{hex}\" }}\n"
        );
        let simulator = start(oltsim::Source::Scenario(format!("{}\n{onu}", oltsim::SMALL))).await;
        let mut terminal = Terminal::logged_in(&simulator).await;
        for (line, label) in [
            ("show gpon onu detail-info gpon-onu_1/1/1:1", "  Name:                "),
            ("show gpon onu detail-info gpon-onu_1/1/1:1", "  Description:         "),
            ("show running-config interface gpon-onu_1/1/1:1", "  name "),
            ("show running-config interface gpon-onu_1/1/1:1", "  description "),
        ] {
            terminal.ask("terminal length 0", "SMALL#").await;
            terminal.send(&format!("{line}\n")).await;
            let mut got = Vec::new();
            while !got.ends_with(b"SMALL#") {
                got.push(tokio::io::AsyncReadExt::read_u8(&mut terminal.stream).await.unwrap());
            }
            let wanted = [label.as_bytes(), &bytes, b"\r\n"].concat();
            assert!(
                got.windows(wanted.len()).any(|part| part == wanted),
                "{hex}: {:?}",
                String::from_utf8_lossy(&got)
            );
        }
        let name = [1, 3, 6, 1, 4, 1, 3902, 1082, 500, 10, 2, 3, 3, 1, 2, 285_278_465, 1];
        let row = simulator.rows().into_iter().find(|(oid, _)| *oid == name).unwrap();
        assert_eq!(row.1, oltsim::Value::text(&bytes));
    }
}

#[tokio::test]
async fn a_scenario_has_answers_of_its_own() {
    let simulator = with_cli(
        "answers = { \"show patch-running\" = \"P1  loaded\\n\", \"show fan\" = { hex = \"e90a\" } }",
    )
    .await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    assert_eq!(
        terminal.ask("show  patch-running", "SMALL#").await,
        "show  patch-running\r\nP1  loaded\r\nSMALL#"
    );
    terminal.send("show fan\n").await;
    terminal.stream.readable().await.unwrap();
    let answer = terminal.until("SMALL#").await;
    assert_eq!(answer, "show fan\r\n\u{fffd}\r\nSMALL#");
    // Without one it is refused: no source shows its table.
    let plain = with_cli("").await;
    let refused = Terminal::logged_in(&plain).await.ask("show patch-running", "SMALL#").await;
    assert!(refused.contains("%Error 20200: "), "{refused}");
}
