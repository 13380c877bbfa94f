//! Connecting, logging in and out.

use crate::terminal::{NEGOTIATION, Terminal, with_cli};

const STARS: &str = "*************************************************************************";

#[tokio::test]
async fn the_first_bytes_are_those_of_the_device() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::of(&simulator).await;
    let first = {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"Username:") {
            bytes.push(tokio::io::AsyncReadExt::read_u8(&mut terminal.stream).await.unwrap());
        }
        bytes
    };
    let banner =
        format!("{STARS}\r\nWelcome to ZXAN product C320 of ZTE Corporation\r\n{STARS}\r\n\r\nUsername:");
    assert_eq!(first, [NEGOTIATION, banner.as_bytes()].concat());
    terminal.send_bytes(b"\xff\xfd\x01\xff\xfc\x20\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0").await;
    assert_eq!(terminal.ask("zte", "Password:").await, "zte\r\nPassword:");
    assert_eq!(terminal.ask("zte", "#").await, "\r\nSMALL#");
    let counters = simulator.counters();
    assert_eq!((counters.cli_connections, counters.cli_sessions, counters.cli_logins), (1, 1, 1));
}

#[tokio::test]
async fn a_wrong_login_is_asked_again_and_three_are_enough() {
    let simulator = with_cli("weak_password = true").await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.ask("zte", "Password:").await;
    let wrong = "\r\n%Error 20209: No username or bad password\r\n";
    assert_eq!(terminal.ask("wrong", "Username:").await, format!("{wrong}Username:"));
    terminal.ask("zte", "Password:").await;
    let weak = "\r\n% The password is not strong, please change the password.\r\nSMALL#";
    assert_eq!(terminal.ask("zte", "#").await, weak);

    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    for _ in 0..2 {
        terminal.ask("nobody", "Password:").await;
        terminal.ask("zte", "Username:").await;
    }
    terminal.ask("nobody", "Password:").await;
    terminal.send("zte\n").await;
    assert_eq!(terminal.rest().await.0, wrong.as_bytes());
    assert_eq!(simulator.counters().cli_failed_logins, 4);
}

#[tokio::test]
async fn scripts_that_send_crlf_log_in() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.send("zte\r\n").await;
    terminal.until("Password:").await;
    terminal.send("zte\r\n").await;
    assert_eq!(terminal.until("SMALL#\r\nSMALL#").await, "\r\nSMALL#\r\nSMALL#");
}

#[tokio::test]
async fn privilege_decides_where_a_user_lands() {
    let simulator = with_cli("privilege = 1\nenable_password = \"zxr10\"").await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.send("zte\nzte\n").await;
    terminal.until("SMALL>").await;
    assert!(terminal.ask("terminal length 0", ">").await.contains("%Error 20200: "));
    assert!(terminal.ask("configure terminal", ">").await.contains("%Error 20200: "));
    assert_eq!(terminal.ask("enable", "Password:").await, "enable\r\nPassword:");
    assert_eq!(terminal.ask("zxr10", "#").await, "\r\nSMALL#", "it is not echoed");
}

#[tokio::test]
async fn enable_at_the_end_of_the_road_is_a_trap() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.ask("enable", "Password:").await;
    let bad = "\r\n%Error 20208: Bad password\r\n";
    for _ in 0..2 {
        assert_eq!(terminal.ask("show card", "Password:").await, format!("{bad}Password:"));
    }
    assert_eq!(terminal.ask("show card", "#").await, format!("{bad}SMALL#"));
    terminal.ask("enable", "Password:").await;
    terminal.send("\x03").await;
    assert_eq!(terminal.until("#").await, "\r\nSMALL#");
    let lines = simulator.command_lines();
    assert!(lines.iter().all(|line| line.line == "enable"), "passwords are no commands: {lines:?}");
}

#[tokio::test]
async fn logging_out_has_to_be_confirmed() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let question = "The configuration is changed,confirm to logout without saving? [yes/no]:";
    assert_eq!(terminal.ask("exit", ":").await, format!("exit\r\n{question}"));
    let junk = terminal.ask("perhaps", "#").await;
    assert_eq!(junk, "perhaps\r\n%Error 20205: Invalid input detected\r\nSMALL#");
    for (command, answer) in [("quit", "no"), ("logout", "n")] {
        terminal.ask(command, "[yes/no]:").await;
        assert_eq!(terminal.ask(answer, "#").await, format!("{answer}\r\nSMALL#"));
    }
    terminal.ask("exit", "[yes/no]:").await;
    terminal.send("yes\n").await;
    assert_eq!(terminal.rest().await.0, b"yes\r\n");
    simulator.wait_until(std::time::Duration::from_secs(10), |now| now.cli_sessions == 0).await.unwrap();
}

#[tokio::test]
async fn the_old_firmware_has_fewer_stars_and_asks_nothing() {
    let scenario = oltsim::SMALL.replacen("[chassis]", "[chassis]\nfirmware = \"V1.2.5\"", 1);
    let simulator = crate::client::start(oltsim::Source::Scenario(scenario)).await;
    let mut terminal = Terminal::of(&simulator).await;
    let banner = terminal.until("Username:").await;
    assert!(banner.contains(&format!("{}\r\nWelcome", &STARS[..48])) && !banner.contains(&STARS[..49]));
    terminal.send("zte\nzte\n").await;
    terminal.until("SMALL#").await;
    let configure = terminal.ask("configure terminal", "#").await;
    assert!(configure.contains("\r\nEnter configuration commands, one per line.  End with CTRL/Z.\r\n"));
    assert_eq!(terminal.ask("pon-onu-mng gpon-onu_1/1/1:1", "-mng)#").await.lines().count(), 2);
    let refused = terminal.ask("nonsense", "#").await;
    assert!(refused.contains("^\r\n% Invalid input detected at '^' marker.\r\n"), "{refused}");
    terminal.ask("end", "SMALL#").await;
    terminal.send("exit\n").await;
    assert_eq!(terminal.rest().await.0, b"exit\r\n");
}
