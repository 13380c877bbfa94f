//! Sessions at once, time-outs, stopping and starting.

use std::time::Duration;

use crate::terminal::{Terminal, with_cli};

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn only_so_many_sessions_at_once() {
    let simulator = with_cli("max_sessions = 2").await;
    let first = Terminal::logged_in(&simulator).await;
    let mut second = Terminal::logged_in(&simulator).await;
    let (got, _) = Terminal::of(&simulator).await.rest().await;
    assert_eq!(got, b"");
    drop(first);
    simulator.wait_until(SOON, |now| now.cli_sessions == 1).await.unwrap();
    let mut third = Terminal::logged_in(&simulator).await;
    third.ask("end", "#").await;
    second.ask("who", "#").await;
    let sessions: Vec<u64> = simulator.command_lines().iter().map(|line| line.session).collect();
    assert_eq!(sessions, [3, 2]);
    assert_eq!(simulator.reset_command_lines().len(), 2);
    assert_eq!(simulator.command_lines(), []);
    assert_eq!(simulator.reset_counters().cli_busy, 1);
    assert_eq!(simulator.counters().cli_sessions, 2, "they are still open");
}

#[tokio::test]
async fn who_says_nothing_is_closed() {
    let simulator = with_cli("idle_timeout_ms = 100\nlogin_timeout_ms = 5000").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    assert_eq!(terminal.rest().await.0, b"");
    let simulator = with_cli("login_timeout_ms = 100").await;
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    assert_eq!(terminal.rest().await.0, b"");
    assert_eq!(simulator.counters().cli_idle_closed, 1);
}

#[tokio::test]
async fn it_dies_and_returns_at_its_address() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.stop_telnet().await;
    let _ = terminal.rest().await;
    let address = simulator.telnet_addr().unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(simulator.counters().cli_sessions, 0);
    simulator.start_telnet().await.unwrap();
    simulator.start_telnet().await.unwrap();
    Terminal::logged_in(&simulator).await.ask("end", "#").await;
    assert_eq!(simulator.command_lines()[0].session, 2);
    simulator.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn what_is_typed_ahead_is_kept_or_lost() {
    let simulator = with_cli("delay_ms = 20").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.send("end\nwho\n").await;
    terminal.until("end\r\nSMALL#who\r\n").await;
    let simulator = with_cli("delay_ms = 20\ntype_ahead = false").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    terminal.send("end\nwho\n").await;
    assert_eq!(terminal.until("#").await, "end\r\nSMALL#");
    terminal.ask("end", "#").await;
    let lines: Vec<String> = simulator.command_lines().into_iter().map(|line| line.line).collect();
    assert_eq!(lines, ["end", "end"]);
}

#[tokio::test]
async fn a_recorded_walk_has_no_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("walk.snmprec");
    std::fs::write(&path, "1.3.6.1.2.1.1.5.0|4|name\n").unwrap();
    let simulator = crate::client::start(oltsim::Source::Walk(path)).await;
    assert_eq!(simulator.telnet_addr(), None);
    let error = simulator.set_faults(vec![oltsim::Fault::cli(oltsim::Effect::Drop)]).unwrap_err();
    assert!(error.to_string().contains("not available"), "{error}");
    simulator.stop_telnet().await;
    simulator.start_telnet().await.unwrap();
}
