//! What goes wrong on purpose.

use std::time::{Duration, Instant};

use oltsim::{Effect, Fault, Order, Pick};

use crate::client::fault;
use crate::terminal::{Terminal, with_cli};

const CARET: &str = "           ^\r\n";
const ERROR: &str = "%Error 20200: Invalid input detected at '^' marker.\r\n";

#[tokio::test]
async fn a_connection_ends_within_a_reply() {
    let simulator = with_cli("").await;
    for (kind, reset) in [("close", false), ("reset", true)] {
        let mut terminal = Terminal::logged_in(&simulator).await;
        let json = format!(r#"{{"target":"cli","kind":"{kind}","bytes":20}}"#);
        simulator.set_faults(vec![fault(&json)]).unwrap();
        terminal.send("ping\n").await;
        let (got, end) = terminal.rest().await;
        assert_eq!(end.is_err(), reset, "{end:?}");
        if !reset {
            // A reset may overtake what was sent before it.
            assert_eq!(got, format!("ping\r\n{CARET}{}", &ERROR[..6]).as_bytes());
        }
        simulator.clear_faults();
    }
    simulator.wait_until(Duration::from_secs(10), |now| now.cli_sessions == 0).await.unwrap();
}

#[tokio::test]
async fn an_answer_is_empty_cut_or_late() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    let whole = format!("ping\r\n{CARET}{ERROR}SMALL#");
    simulator.set_faults(vec![Fault::cli(Effect::Empty).only(Pick::Every(2))]).unwrap();
    for empty in [false, true, false, true] {
        let answer = terminal.ask("ping", "#").await;
        assert_eq!(answer, if empty { "ping\r\nSMALL#" } else { &whole });
    }
    assert_eq!(simulator.counters().cli_spoilt, 2);
    simulator.set_faults(vec![Fault::cli(Effect::Truncate { bytes: 19 })]).unwrap();
    let cut = format!("ping\r\n{CARET}{}\r\nSMALL#", &ERROR[..7]);
    assert_eq!(terminal.ask("ping", "#").await, cut);
    let by = Duration::from_millis(50);
    let delay = |order| Fault::cli(Effect::Delay { by, order });
    simulator.set_faults(vec![delay(Order::Parallel), delay(Order::Serial)]).unwrap();
    let begun = Instant::now();
    assert_eq!(terminal.ask("ping", "#").await, whole);
    assert!(begun.elapsed() >= 2 * by);
}

#[tokio::test]
async fn strange_bytes_and_lines_stand_inside_an_answer() {
    let simulator = with_cli("log_line = \"a line\"").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.set_faults(vec![fault(r#"{"target":"cli","kind":"log"}"#)]).unwrap();
    assert_eq!(terminal.ask("ping", "SMALL#").await, format!("ping\r\n{CARET}a line\r\n{ERROR}SMALL#"));
    simulator.set_faults(vec![fault(r#"{"target":"cli","kind":"garbage","bytes":30}"#)]).unwrap();
    let answer = terminal.ask("ping", "SMALL#").await;
    assert!(answer.contains(&ERROR[..25]) && !answer.contains(ERROR), "{answer}");
}

#[tokio::test]
async fn a_command_is_swallowed() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.set_faults(vec![Fault::cli(Effect::Drop).only(Pick::Next(1))]).unwrap();
    terminal.ask("ping", "ping\r\n").await;
    simulator.wait_until(Duration::from_secs(10), |now| now.cli_commands == 1).await.unwrap();
    assert_eq!(simulator.counters().cli_replies, 0);
    assert_eq!(terminal.ask("end", "#").await, "end\r\nSMALL#");
    let lines: Vec<String> = simulator.command_lines().into_iter().map(|line| line.line).collect();
    assert_eq!(lines, ["ping", "end"]);
}

#[tokio::test]
async fn silence_is_total_and_ends() {
    let simulator = with_cli("").await;
    let mut terminal = Terminal::logged_in(&simulator).await;
    simulator.reset_counters();
    simulator.set_faults(vec![Fault::cli(Effect::Silence)]).unwrap();
    terminal.send("end\n").await;
    let mut other = Terminal::of(&simulator).await;
    other.send("zte\n").await;
    simulator.wait_until(Duration::from_secs(10), |now| now.cli_bytes_in == 8).await.unwrap();
    assert_eq!(simulator.counters().cli_bytes_out, 0);
    assert_eq!(simulator.counters().cli_sessions, 2);
    simulator.clear_faults();
    assert_eq!(terminal.ask("", "#").await, "\r\nSMALL#");
}

#[tokio::test]
async fn logins_are_refused_and_lines_are_busy() {
    let simulator = with_cli("busy = \"no line\"").await;
    simulator.set_faults(vec![Fault::cli(Effect::RefuseLogin).only(Pick::Next(1))]).unwrap();
    let mut terminal = Terminal::of(&simulator).await;
    terminal.until("Username:").await;
    terminal.send("zte\nzte\n").await;
    assert!(terminal.until("Username:").await.contains("%Error 20209: "));
    terminal.send("zte\nzte\n").await;
    terminal.until("SMALL#").await;
    simulator.set_faults(vec![fault(r#"{"target":"cli","kind":"busy","next":1}"#)]).unwrap();
    assert_eq!(Terminal::of(&simulator).await.rest().await.0, b"no line");
    Terminal::logged_in(&simulator).await;
    let counters = simulator.counters();
    assert_eq!((counters.cli_failed_logins, counters.cli_logins, counters.cli_busy), (1, 2, 1));
}

#[tokio::test]
async fn nothing_is_shown_once_the_pager_is_off() {
    let simulator = with_cli("").await;
    simulator.set_faults(vec![fault(r#"{"target":"cli","kind":"nothing_to_show"}"#)]).unwrap();
    let mut terminal = Terminal::logged_in(&simulator).await;
    let nothing = "%Code 62310-GPONSRV : No related information to show.\r\n";
    let show = "show gpon onu state gpon-olt_1/1/1";
    let before = terminal.ask(show, "SMALL#").await;
    assert!(before.contains("ONU Number:"), "{before}");
    terminal.ask("terminal length 0", "SMALL#").await;
    for line in [show, "show gpon profile tcont", "sho gpo onu uncfg"] {
        assert_eq!(terminal.ask(line, "SMALL#").await, format!("{line}\r\n{nothing}SMALL#"));
    }
    assert!(terminal.ask("show card", "SMALL#").await.contains("GTGO"));
    let configuration = terminal.ask("show running-config interface gpon-olt_1/1/1", "SMALL#").await;
    assert!(configuration.contains("onu 1 type"), "{configuration}");
    let other = Terminal::logged_in(&simulator).await.ask("show gpon profile tcont", "SMALL#").await;
    assert!(other.contains("UP-10M"), "{other}");
}
