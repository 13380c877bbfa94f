//! A terminal that never stops.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::client::fault;
use crate::terminal::{NEGOTIATION, Terminal, with_cli};

const BYTES: usize = 100_000;

/// So many bytes, read from the terminal.
async fn read(terminal: &mut Terminal, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    tokio::time::timeout(Duration::from_secs(10), terminal.stream.read_exact(&mut bytes))
        .await
        .unwrap()
        .unwrap();
    bytes
}

#[tokio::test]
async fn empty_lines_stand_before_the_banner() {
    let simulator = with_cli("").await;
    let json = format!(r#"{{"target":"cli","kind":"flood","bytes":{BYTES},"next":1}}"#);
    simulator.set_faults(vec![fault(&json)]).unwrap();
    let mut terminal = Terminal::of(&simulator).await;
    assert_eq!(read(&mut terminal, NEGOTIATION.len()).await, NEGOTIATION);
    assert_eq!(read(&mut terminal, BYTES).await, b"\r\n".repeat(BYTES / 2));
    terminal.until("Username:").await;
    terminal.send("zte\nzte\n").await;
    terminal.until("SMALL#").await;
    Terminal::logged_in(&simulator).await;
}

#[tokio::test]
async fn answers_begin_with_a_flood() {
    let simulator = with_cli("").await;
    for (of, begin, again) in [
        ("empty_lines", &b""[..], &b"\r\n"[..]),
        ("lines", b"", b"Nothing happened at all.\r\n"),
        ("one_line", b"", b"and so on "),
        ("backspaces", b"", b"\x08"),
        ("returns", b"", b"\r"),
        ("escapes", b"", b"\x1b[24;1H"),
        ("endless_escape", b"\x1b[", b"1;"),
        ("nuls", b"", b"\0"),
        ("bells", b"", b"\x07"),
        ("negotiation", b"", b"\xff\xfb\x2a"),
        ("subnegotiation", b"\xff\xfa\x18", b"\x01"),
    ] {
        simulator.clear_faults();
        let mut terminal = Terminal::logged_in(&simulator).await;
        let json = format!(r#"{{"target":"cli","kind":"flood","of":"{of}","at":"answer","bytes":{BYTES}}}"#);
        simulator.set_faults(vec![fault(&json)]).unwrap();
        terminal.send("end\n").await;
        assert_eq!(read(&mut terminal, 5).await, b"end\r\n");
        assert_eq!(read(&mut terminal, begin.len()).await, begin, "{of}");
        let flood = read(&mut terminal, BYTES).await;
        let wanted: Vec<u8> = again.iter().copied().cycle().take(BYTES).collect();
        assert!(flood[..again.len() * 1000] == wanted[..again.len() * 1000], "{of}");
        terminal.until("SMALL#").await;
    }
}

#[tokio::test]
async fn a_flood_ends_with_the_client() {
    let simulator = with_cli("").await;
    let json = r#"{"target":"cli","kind":"flood","bytes":1073741824}"#;
    simulator.set_faults(vec![fault(json)]).unwrap();
    let mut terminal = Terminal::of(&simulator).await;
    read(&mut terminal, BYTES).await;
    drop(terminal);
    simulator.wait_until(Duration::from_secs(10), |now| now.cli_sessions == 0).await.unwrap();
}
